//! A schema with what it refers to, as one text.

use std::collections::HashMap;
use std::rc::Rc;

use serde::Serialize;

use crate::pointer::join;
use crate::read::document::{Document, Node};
use crate::read::resolve::{Draft, Location, encode_fragment};

/// A schema as it stands in its file, on one line.
pub(super) struct Part<'a> {
    pub(super) draft: Draft,
    /// Whether it is a reference next to which other keywords are ignored.
    pub(super) is_reference_alone: bool,
    /// What stands between its braces, except for the definitions.
    pub(super) members: Template<'a>,
    /// What stands between the braces of its definitions.
    pub(super) definitions: Template<'a>,
}

/// JSON in which the values of references are left out.
#[derive(Default)]
pub(super) struct Template<'a> {
    pub(super) text: Vec<u8>,
    /// Where they go, and what they lead to.
    pub(super) references: Vec<(usize, Location<'a>)>,
}

/// A schema that is being made whole.
pub(super) struct Bundle<'a> {
    root: Location<'a>,
    keyword: &'static str,
    /// The names of schemas outside of the root.
    names: HashMap<*const Node, String>,
    /// Names that are used, and how often they were wanted.
    used: HashMap<String, usize>,
    found: Vec<(String, Rc<Part<'a>>)>,
}

impl<'a> Bundle<'a> {
    /// Nothing is found yet.
    pub(super) fn new(root: Location<'a>, draft: Draft) -> Self {
        let keyword = definitions_keyword(draft);
        let own = root.node.get(keyword).into_iter().flat_map(Node::members);
        let used = own.map(|member| (member.name.clone(), 1)).collect();
        Self { root, keyword, names: HashMap::new(), used, found: Vec::new() }
    }

    /// Whether a reference to `target` leads somewhere.
    pub(super) fn has(&self, target: &Location<'a>) -> bool {
        self.is_inside(target) || self.names.contains_key(&std::ptr::from_ref(target.node))
    }

    /// What was found, in order.
    pub(super) fn found(&self, at: usize) -> Option<Rc<Part<'a>>> {
        self.found.get(at).map(|(_, part)| Rc::clone(part))
    }

    pub(super) fn text(&self, root: &Part<'a>) -> Vec<u8> {
        let mut text = format!("{{\"$schema\":\"{}\"", root.draft.uri()).into_bytes();
        // Before 2019-09 other keywords next to a `$ref` are ignored, so the reference moves down.
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

    pub(super) fn add(&mut self, target: &Location<'a>, document: &Document, part: Rc<Part<'a>>) {
        let file = document.name.rsplit('/').next().unwrap_or_default();
        let stem = file.split('.').next().unwrap_or_default().trim_start_matches('_');
        let wanted = target.path.last().map_or(stem, String::as_str);
        let mut name = wanted.to_owned();
        while let Some(times) = self.used.get(&name) {
            let number = times + 1;
            self.used.insert(wanted.to_owned(), number);
            name = format!("{wanted}_{number}");
        }
        self.used.insert(name.clone(), 1);
        self.names.insert(target.node, name.clone());
        self.found.push((name, part));
    }
}

impl Template<'_> {
    /// The name of a member, after a comma where it isn't the first.
    pub(super) fn name(&mut self, name: &str) -> Option<()> {
        separate(&mut self.text);
        self.json(name)?;
        self.text.push(b':');
        Some(())
    }

    pub(super) fn json(&mut self, value: &(impl Serialize + ?Sized)) -> Option<()> {
        serde_json::to_writer(&mut self.text, value).ok()
    }
}

/// A comma, where members stand before.
fn separate(text: &mut Vec<u8>) {
    if !matches!(text.last(), None | Some(b'{')) {
        text.push(b',');
    }
}

pub(super) fn definitions_keyword(draft: Draft) -> &'static str {
    if draft < Draft::Draft201909 { "definitions" } else { "$defs" }
}

/// A JSON Pointer as a URI fragment (RFC 6901, section 6).
fn pointer(path: &[String]) -> String {
    format!("#{}", encode_fragment(&join(path.iter().map(String::as_str))))
}
