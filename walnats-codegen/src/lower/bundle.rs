//! The schema of an event as one text that stands alone: what it refers to in other files comes along.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, VecDeque};

use serde::{Serialize, Serializer};

use crate::diagnostic::{Place, Report};
use crate::load::{Document, Node, NodeValue};
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
        found.push((name.into(), bundler.copy(&location)?));
    }
    add_definitions(&mut bundled, definitions, found);
    if let Copy::Object(members) = &mut bundled {
        members.insert(0, ("$schema".into(), Copy::Text(dialect.draft.uri().to_owned())));
    }
    serde_json::to_string(&bundled).ok()
}

/// A part of a bundle: as it stands in a file, except for what had to be changed.
enum Copy<'a> {
    Original(&'a Node),
    Text(String),
    Array(Vec<Copy<'a>>),
    Object(Vec<Member<'a>>),
}

type Member<'a> = (Cow<'a, str>, Copy<'a>);

impl Serialize for Copy<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Original(node) => node.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(members) => serializer.collect_map(members.iter().map(|(name, value)| (name, value))),
        }
    }
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
    fn copy(&mut self, location: &Location<'a>) -> Option<Copy<'a>> {
        let NodeValue::Object(members) = &location.node.value else { return Some(Copy::Original(location.node)) };
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
                _ if is_reference_alone => Copy::Original(&original.value),
                keyword => match Keyword::find(keyword, dialect) {
                    Some(keyword) => self.keyword(location, keyword, &original.value)?,
                    None => Copy::Original(&original.value),
                },
            };
            copied.push((Cow::Borrowed(original.name.as_str()), value));
        }
        Some(Copy::Object(copied))
    }

    /// The value of a keyword, with the schemas in it copied.
    fn keyword(&mut self, location: &Location<'a>, keyword: &Keyword, value: &'a Node) -> Option<Copy<'a>> {
        let schemas = keyword.schemas(value);
        let mut copy = |step: Option<&str>, node| {
            let steps: Vec<&str> = [keyword.name].into_iter().chain(step).collect();
            let child = self.registry.child(location, &steps, node);
            self.copy(&child)
        };
        match (&value.value, schemas.as_slice()) {
            (_, [(None, node)]) => copy(None, node),
            (NodeValue::Object(members), _) => {
                // Some members may be no schemas.
                let mut schemas = schemas.iter().peekable();
                let members = members.iter().map(|member| {
                    let value = match schemas.next_if(|(_, node)| std::ptr::eq(*node, &member.value)) {
                        Some((_, node)) => copy(Some(&member.name), node)?,
                        None => Copy::Original(&member.value),
                    };
                    Some((Cow::Borrowed(member.name.as_str()), value))
                });
                Some(Copy::Object(members.collect::<Option<_>>()?))
            }
            (_, []) => Some(Copy::Original(value)),
            _ => {
                let items = schemas.iter().map(|(step, node)| copy(step.as_deref(), node));
                Some(Copy::Array(items.collect::<Option<_>>()?))
            }
        }
    }

    /// A `$ref` into the bundle.
    fn reference(&mut self, from: &Location<'a>, reference: &'a Node) -> Option<Copy<'a>> {
        let uri = reference.as_str()?;
        // What leads nowhere has been reported when the schema was lowered.
        let target = self.registry.resolve(from, uri, &Place::default(), &mut Report::default())?;
        if target.document >= self.documents.len() {
            // One of the drafts' own meta-schemas: every reader knows it by its URI.
            return Some(Copy::Original(reference));
        }
        let is_inside = target.document == self.root.document && target.path.starts_with(&self.root.path);
        if is_inside {
            return Some(Copy::Text(pointer(&target.path[self.root.path.len()..])));
        }
        let name = self.name(target);
        Some(Copy::Text(pointer(&[self.definitions_keyword().to_owned(), name])))
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

fn add_definitions<'a>(root: &mut Copy<'a>, keyword: &'static str, found: Vec<Member<'a>>) {
    let Copy::Object(members) = root else { return };
    if found.is_empty() {
        return;
    }
    // Before 2019-09 nothing counts beside a `$ref`, so the reference moves down.
    if keyword == "definitions" && members.iter().any(|(name, _)| name == "$ref") {
        let whole = Copy::Object(std::mem::take(members));
        members.push(("allOf".into(), Copy::Array(vec![whole])));
    }
    match members.iter_mut().find(|(name, _)| name == keyword).map(|(_, value)| value) {
        Some(Copy::Object(existing)) => existing.extend(found),
        Some(_) => {}
        None => members.push((keyword.into(), Copy::Object(found))),
    }
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
