//! The schema of an event as one text that stands alone: what it refers to in other files comes along.

use std::collections::{BTreeSet, HashMap, VecDeque};

use crate::diagnostic::{Place, Report};
use crate::load::{Document, Member, Node, NodeValue};
use crate::resolve::{Dialect, Draft, Keyword, Location, Registry};

/// Makes the schema at `pointer` of `document` whole, on one line. `None` where one text cannot say the same: with
/// references that depend on who refers (`$dynamicRef`), and with files of several drafts.
pub(super) fn bundle<'a>(
    registry: &mut Registry<'a>,
    documents: &'a [Document],
    document: usize,
    pointer: &str,
) -> Option<String> {
    let root = registry.locate(&documents[document].name, pointer)?;
    let dialect = registry.dialect(&root);
    let mut bundler = Bundler {
        registry,
        documents,
        root: root.clone(),
        dialect,
        names: HashMap::new(),
        taken: BTreeSet::new(),
        open: VecDeque::new(),
    };
    let definitions = bundler.definitions_keyword();
    bundler
        .taken
        .extend(root.node.get(definitions).into_iter().flat_map(Node::members).map(|member| member.name.clone()));
    let mut bundled = bundler.copy(&root)?;
    let mut found = Vec::new();
    while let Some((name, location)) = bundler.open.pop_front() {
        found.push(member(&name, bundler.copy(&location)?));
    }
    add_definitions(&mut bundled, definitions, found);
    if let NodeValue::Object(members) = &mut bundled.value {
        members.insert(0, member("$schema", text(dialect.draft.uri())));
    }
    serde_json::to_string(&bundled).ok()
}

struct Bundler<'a, 'r> {
    registry: &'r mut Registry<'a>,
    documents: &'a [Document],
    root: Location<'a>,
    dialect: Dialect,
    /// The names that schemas outside of the root were given, by document and path.
    names: HashMap<(usize, Vec<String>), String>,
    taken: BTreeSet<String>,
    /// Named, but not yet copied.
    open: VecDeque<(String, Location<'a>)>,
}

impl<'a> Bundler<'a, '_> {
    fn copy(&mut self, location: &Location<'a>) -> Option<Node> {
        let NodeValue::Object(members) = &location.node.value else { return Some(location.node.clone()) };
        let dialect = self.registry.dialect(location);
        if dialect.draft != self.dialect.draft {
            return None;
        }
        let is_reference_alone = dialect.draft.reference_stands_alone() && location.node.get("$ref").is_some();
        let mut copied = Vec::new();
        for original in members {
            let value = match original.name.as_str() {
                "$schema" | "$id" | "$anchor" | "$dynamicAnchor" | "$recursiveAnchor" => continue,
                "id" if dialect.draft == Draft::Draft4 => continue,
                "$dynamicRef" | "$recursiveRef" => return None,
                "$ref" => self.reference(location, &original.value)?,
                _ if is_reference_alone => original.value.clone(),
                keyword => match Keyword::find(keyword, dialect) {
                    Some(keyword) => self.keyword(location, keyword, &original.value)?,
                    None => original.value.clone(),
                },
            };
            copied.push(member(&original.name, value));
        }
        Some(Node { span: 0..0, value: NodeValue::Object(copied) })
    }

    /// The value of a keyword, with the schemas in it copied.
    fn keyword(&mut self, location: &Location<'a>, keyword: &Keyword, value: &'a Node) -> Option<Node> {
        let mut copied = value.clone();
        for (step, node) in keyword.schemas(value) {
            let steps: Vec<&str> = [keyword.name].into_iter().chain(step.as_deref()).collect();
            let child = self.registry.child(location, &steps, node);
            let child = self.copy(&child)?;
            match (&mut copied.value, step) {
                (NodeValue::Array(items), Some(step)) => *items.get_mut(step.parse::<usize>().ok()?)? = child,
                (NodeValue::Object(members), Some(step)) => {
                    members.iter_mut().find(|member| member.name == step)?.value = child;
                }
                (_, _) => copied = child,
            }
        }
        Some(copied)
    }

    /// A `$ref` into the bundle.
    fn reference(&mut self, from: &Location<'a>, reference: &Node) -> Option<Node> {
        let uri = reference.as_str()?;
        // What leads nowhere has been reported when the schema was lowered.
        let target = self.registry.resolve(from, uri, &Place::default(), &mut Report::default())?;
        if target.document >= self.documents.len() {
            // One of the drafts' own meta-schemas: every reader knows it by its URI.
            return Some(reference.clone());
        }
        let is_inside = target.document == self.root.document && target.path.starts_with(&self.root.path);
        if is_inside {
            return Some(text(&pointer(&target.path[self.root.path.len()..])));
        }
        let name = self.name(target);
        Some(text(&pointer(&[self.definitions_keyword().to_owned(), name])))
    }

    fn name(&mut self, target: Location<'a>) -> String {
        let key = (target.document, target.path.clone());
        if let Some(name) = self.names.get(&key) {
            return name.clone();
        }
        let file = self.documents[target.document].name.rsplit('/').next().unwrap_or_default();
        let stem = file.split('.').next().unwrap_or_default().trim_start_matches('_');
        let wanted = target.path.last().map_or(stem, String::as_str).to_owned();
        let numbered = (2..).map(|number| format!("{wanted}_{number}"));
        let mut candidates = std::iter::once(wanted.clone()).chain(numbered);
        let name = candidates.find(|name| !self.taken.contains(name)).unwrap_or(wanted.clone());
        self.taken.insert(name.clone());
        self.names.insert(key, name.clone());
        self.open.push_back((name.clone(), target));
        name
    }

    fn definitions_keyword(&self) -> &'static str {
        if self.dialect.draft < Draft::Draft201909 { "definitions" } else { "$defs" }
    }
}

fn add_definitions(root: &mut Node, keyword: &str, found: Vec<Member>) {
    if found.is_empty() {
        return;
    }
    // Before 2019-09 nothing counts beside a `$ref`, so the reference moves down.
    if root.get("$ref").is_some() && keyword == "definitions" {
        let whole = std::mem::replace(root, Node { span: 0..0, value: NodeValue::Object(Vec::new()) });
        let all_of = Node { span: 0..0, value: NodeValue::Array(vec![whole]) };
        root.value = NodeValue::Object(vec![member("allOf", all_of)]);
    }
    let NodeValue::Object(members) = &mut root.value else { return };
    match members.iter_mut().find(|member| member.name == keyword).map(|member| &mut member.value.value) {
        Some(NodeValue::Object(existing)) => existing.extend(found),
        Some(_) => {}
        None => members.push(member(keyword, Node { span: 0..0, value: NodeValue::Object(found) })),
    }
}

fn member(name: &str, value: Node) -> Member {
    Member { name: name.to_owned(), name_span: 0..0, value }
}

fn text(text: &str) -> Node {
    Node { span: 0..0, value: NodeValue::String(text.to_owned()) }
}

/// A JSON Pointer as a URI fragment (RFC 6901, section 6).
fn pointer(path: &[String]) -> String {
    let mut fragment = "#".to_owned();
    for part in path {
        fragment.push('/');
        for byte in part.replace('~', "~0").replace('/', "~1").bytes() {
            match byte {
                b'a'..=b'z'
                | b'A'..=b'Z'
                | b'0'..=b'9'
                | b'-'
                | b'.'
                | b'_'
                | b'~'
                | b'$'
                | b'!'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
                | b':'
                | b'@'
                | b'?' => fragment.push(char::from(byte)),
                other => fragment.push_str(&format!("%{other:02X}")),
            }
        }
    }
    fragment
}
