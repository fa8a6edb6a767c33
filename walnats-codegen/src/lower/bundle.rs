//! The schema of an event as one text that stands alone: what it refers to in other files comes along.

use std::collections::HashMap;
use std::rc::Rc;

use serde::Serialize;

use crate::diagnostic::{Place, Report};
use crate::load::{Document, Node, NodeValue};
use crate::resolve::{Dialect, Draft, Keyword, Location, Registry};

/// Makes schemas whole. What several of them refer to is written once.
pub(super) struct Bundler<'a, 'r> {
    registry: &'r mut Registry<'a>,
    documents: &'a [Document],
    /// By the address of the schema; `None` where one text cannot say the same.
    parts: HashMap<*const Node, Option<Rc<Part<'a>>>>,
}

/// A schema as it stands in its file, on one line.
struct Part<'a> {
    draft: Draft,
    /// Whether it is a reference beside which nothing counts.
    is_reference_alone: bool,
    /// What stands between its braces, except for the definitions.
    members: Template<'a>,
    /// What stands between the braces of its definitions.
    definitions: Template<'a>,
}

/// JSON in which the values of references are left out.
#[derive(Default)]
struct Template<'a> {
    text: Vec<u8>,
    /// Where they go, and what they lead to.
    references: Vec<(usize, Location<'a>)>,
}

/// A schema that is being made whole.
struct Bundle<'a> {
    root: Location<'a>,
    keyword: &'static str,
    /// The names that schemas outside of the root were given.
    names: HashMap<*const Node, String>,
    /// Names that are taken, and how often they were wanted.
    taken: HashMap<String, usize>,
    found: Vec<(String, Rc<Part<'a>>)>,
}

impl<'a, 'r> Bundler<'a, 'r> {
    pub(super) fn new(registry: &'r mut Registry<'a>, documents: &'a [Document]) -> Self {
        Self { registry, documents, parts: HashMap::new() }
    }

    /// Makes the schema at `pointer` of `document` whole, on one line. `None` where one text cannot say the same: with
    /// references that depend on who refers (`$dynamicRef`), and with files of several drafts.
    pub(super) fn bundle(&mut self, document: usize, pointer: &str) -> Option<String> {
        let root = self.registry.locate(&self.documents[document].name, pointer)?;
        let part = self.part(&root)?;
        let keyword = definitions_keyword(part.draft);
        let own = root.node.get(keyword).into_iter().flat_map(Node::members);
        let taken = own.map(|member| (member.name.clone(), 1)).collect();
        let mut bundle = Bundle { root, keyword, names: HashMap::new(), taken, found: Vec::new() };
        self.find(&mut bundle, &part)?;
        let mut at = 0;
        while let Some((_, found)) = bundle.found.get(at).cloned() {
            self.find(&mut bundle, &found)?;
            at += 1;
        }
        String::from_utf8(bundle.text(&part)).ok()
    }

    /// Gives names to what `part` refers to.
    fn find(&mut self, bundle: &mut Bundle<'a>, part: &Part<'a>) -> Option<()> {
        for (_, target) in part.members.references.iter().chain(&part.definitions.references) {
            if bundle.is_inside(target) || bundle.names.contains_key(&std::ptr::from_ref(target.node)) {
                continue;
            }
            let found = self.part(target).filter(|found| found.draft == part.draft)?;
            bundle.add(target, &self.documents[target.document], found);
        }
        Some(())
    }

    fn part(&mut self, location: &Location<'a>) -> Option<Rc<Part<'a>>> {
        let key = std::ptr::from_ref(location.node);
        if let Some(part) = self.parts.get(&key) {
            return part.clone();
        }
        let part = self.read(location).map(Rc::new);
        self.parts.insert(key, part.clone());
        part
    }

    fn read(&mut self, location: &Location<'a>) -> Option<Part<'a>> {
        let dialect = self.registry.dialect(location);
        let is_reference_alone = dialect.draft.reference_stands_alone() && location.node.get("$ref").is_some();
        let mut part = Part {
            draft: dialect.draft,
            is_reference_alone,
            members: Template::default(),
            definitions: Template::default(),
        };
        let keyword = definitions_keyword(dialect.draft);
        if let NodeValue::Bool(accepts) = location.node.value {
            part.members.text.extend(if accepts { "" } else { "\"not\":{}" }.bytes());
        }
        self.members(location, dialect, &mut part.members, Some(keyword))?;
        // References lead to definitions even where nothing else counts.
        if let Some(NodeValue::Object(_)) = location.node.get(keyword).map(|node| &node.value)
            && let Some(known) = Keyword::find(keyword, dialect)
        {
            let node = location.node.get(keyword)?;
            self.schemas_by_name(location, dialect, known, node, &mut part.definitions)?;
        }
        Some(part)
    }

    /// A schema with its braces.
    fn schema(&mut self, location: &Location<'a>, draft: Draft, out: &mut Template<'a>) -> Option<()> {
        if !matches!(location.node.value, NodeValue::Object(_)) {
            return out.json(location.node);
        }
        let dialect = self.registry.dialect(location);
        if dialect.draft != draft {
            return None;
        }
        out.text.push(b'{');
        self.members(location, dialect, out, None)?;
        out.text.push(b'}');
        Some(())
    }

    /// What stands between the braces of a schema, except for the keyword `without`.
    fn members(
        &mut self,
        location: &Location<'a>,
        dialect: Dialect,
        out: &mut Template<'a>,
        without: Option<&str>,
    ) -> Option<()> {
        let is_reference_alone = dialect.draft.reference_stands_alone() && location.node.get("$ref").is_some();
        for member in location.node.members() {
            match member.name.as_str() {
                "$schema" | "$id" | "$anchor" | "$dynamicAnchor" | "$recursiveAnchor" => continue,
                "id" if dialect.draft == Draft::Draft4 => continue,
                "$dynamicRef" | "$recursiveRef" => return None,
                name if Some(name) == without => continue,
                name => out.name(name)?,
            }
            match member.name.as_str() {
                "$ref" => self.reference(location, &member.value, out)?,
                _ if is_reference_alone => out.json(&member.value)?,
                name => match Keyword::find(name, dialect) {
                    Some(keyword) => self.keyword(location, dialect, keyword, &member.value, out)?,
                    None => out.json(&member.value)?,
                },
            }
        }
        Some(())
    }

    /// The value of a keyword, with the schemas in it.
    fn keyword(
        &mut self,
        location: &Location<'a>,
        dialect: Dialect,
        keyword: &Keyword,
        value: &'a Node,
        out: &mut Template<'a>,
    ) -> Option<()> {
        let schemas = keyword.schemas(value);
        match (&value.value, schemas.as_slice()) {
            (_, []) => out.json(value)?,
            (_, [(None, node)]) => {
                let child = self.registry.child(location, &[keyword.name], node);
                self.schema(&child, dialect.draft, out)?;
            }
            (NodeValue::Object(_), _) => {
                out.text.push(b'{');
                self.schemas_by_name(location, dialect, keyword, value, out)?;
                out.text.push(b'}');
            }
            _ => {
                out.text.push(b'[');
                for (at, (step, node)) in schemas.iter().enumerate() {
                    if at > 0 {
                        out.text.push(b',');
                    }
                    let steps: Vec<&str> = [keyword.name].into_iter().chain(step.as_deref()).collect();
                    let child = self.registry.child(location, &steps, node);
                    self.schema(&child, dialect.draft, out)?;
                }
                out.text.push(b']');
            }
        }
        Some(())
    }

    /// What stands between the braces of a keyword that holds schemas by name, not all of which need be schemas.
    fn schemas_by_name(
        &mut self,
        location: &Location<'a>,
        dialect: Dialect,
        keyword: &Keyword,
        value: &'a Node,
        out: &mut Template<'a>,
    ) -> Option<()> {
        let schemas = keyword.schemas(value);
        let mut schemas = schemas.iter().peekable();
        for member in value.members() {
            out.name(&member.name)?;
            match schemas.next_if(|(_, node)| std::ptr::eq(*node, &member.value)) {
                Some((_, node)) => {
                    let child = self.registry.child(location, &[keyword.name, &member.name], node);
                    self.schema(&child, dialect.draft, out)?;
                }
                None => out.json(&member.value)?,
            }
        }
        Some(())
    }

    fn reference(&mut self, from: &Location<'a>, reference: &'a Node, out: &mut Template<'a>) -> Option<()> {
        let uri = reference.as_str()?;
        // What leads nowhere has been reported when the schema was lowered.
        let target = self.registry.resolve(from, uri, &Place::default(), &mut Report::default())?;
        if target.document >= self.documents.len() {
            // One of the drafts' own meta-schemas: every reader knows it by its URI.
            return out.json(reference);
        }
        out.references.push((out.text.len(), target));
        Some(())
    }
}

impl<'a> Bundle<'a> {
    fn text(&self, root: &Part<'a>) -> Vec<u8> {
        let mut text = format!("{{\"$schema\":\"{}\"", root.draft.uri()).into_bytes();
        // Before 2019-09 nothing counts beside a `$ref`, so the reference moves down.
        let is_moved = root.is_reference_alone && !self.found.is_empty();
        text.extend(if is_moved { ",\"allOf\":[{" } else { "" }.bytes());
        self.fill(&root.members, &mut text);
        text.extend(if is_moved { "}]" } else { "" }.bytes());
        self.definitions(&root.definitions, &self.found, &mut text);
        text.push(b'}');
        text
    }

    /// The keyword that holds `own` definitions and those that were `found`.
    fn definitions(&self, own: &Template<'a>, found: &[(String, Rc<Part<'a>>)], text: &mut Vec<u8>) {
        if own.text.is_empty() && found.is_empty() {
            return;
        }
        separate(text);
        text.extend(format!("\"{}\":{{", self.keyword).bytes());
        self.fill(own, text);
        for (name, part) in found {
            separate(text);
            text.extend(serde_json::Value::from(name.as_str()).to_string().bytes());
            text.extend(b":{");
            self.fill(&part.members, text);
            self.definitions(&part.definitions, &[], text);
            text.push(b'}');
        }
        text.push(b'}');
    }

    /// A template with its references.
    fn fill(&self, template: &Template<'a>, text: &mut Vec<u8>) {
        if !template.text.is_empty() {
            separate(text);
        }
        let mut written = 0;
        for (at, target) in &template.references {
            text.extend_from_slice(&template.text[written..*at]);
            written = *at;
            let inside = self.is_inside(target).then(|| pointer(&target.path[self.root.path.len()..]));
            let named = || {
                let name = self.names.get(&std::ptr::from_ref(target.node)).cloned().unwrap_or_default();
                pointer(&[self.keyword.to_owned(), name])
            };
            text.extend(serde_json::Value::from(inside.unwrap_or_else(named)).to_string().bytes());
        }
        text.extend_from_slice(&template.text[written..]);
    }

    fn is_inside(&self, target: &Location<'a>) -> bool {
        target.document == self.root.document && target.path.starts_with(&self.root.path)
    }

    fn add(&mut self, target: &Location<'a>, document: &Document, part: Rc<Part<'a>>) {
        let file = document.name.rsplit('/').next().unwrap_or_default();
        let stem = file.split('.').next().unwrap_or_default().trim_start_matches('_');
        let wanted = target.path.last().map_or(stem, String::as_str);
        let mut name = wanted.to_owned();
        while let Some(times) = self.taken.get(&name) {
            let number = times + 1;
            self.taken.insert(wanted.to_owned(), number);
            name = format!("{wanted}_{number}");
        }
        self.taken.insert(name.clone(), 1);
        self.names.insert(target.node, name.clone());
        self.found.push((name, part));
    }
}

impl Template<'_> {
    /// The name of a member, after a comma where it isn't the first.
    fn name(&mut self, name: &str) -> Option<()> {
        separate(&mut self.text);
        self.json(name)?;
        self.text.push(b':');
        Some(())
    }

    fn json(&mut self, value: &(impl Serialize + ?Sized)) -> Option<()> {
        serde_json::to_writer(&mut self.text, value).ok()
    }
}

/// A comma, where members stand before.
fn separate(text: &mut Vec<u8>) {
    if !matches!(text.last(), None | Some(b'{')) {
        text.push(b',');
    }
}

fn definitions_keyword(draft: Draft) -> &'static str {
    if draft < Draft::Draft201909 { "definitions" } else { "$defs" }
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
