//! A schema as one text that stands alone: what it refers to in other files comes along.

mod text;

use std::collections::HashMap;
use std::rc::Rc;

use crate::read::diagnostic::{Place, Report};
use crate::read::document::{Document, DocumentId, Node, NodeValue};
use crate::read::resolve::{Dialect, Draft, Keyword, Location, Registry};

use text::{Bundle, Part, Template, definitions_keyword};

/// Makes schemas whole. What several of them refer to is written once.
pub struct Bundler<'a, 'r> {
    registry: &'r mut Registry<'a>,
    documents: &'a [Document],
    /// By the address of the schema; `None` where one text cannot say the same.
    parts: HashMap<*const Node, Option<Rc<Part<'a>>>>,
}

impl<'a, 'r> Bundler<'a, 'r> {
    /// For the schemas of `documents`, which `registry` was made of.
    pub fn new(registry: &'r mut Registry<'a>, documents: &'a [Document]) -> Self {
        Self { registry, documents, parts: HashMap::new() }
    }

    /// Makes the schema at `pointer` of `document` whole, on one line. `None` where one text cannot say the same: with
    /// references that depend on who refers (`$dynamicRef`), and with files of several drafts.
    pub fn bundle(&mut self, document: DocumentId, pointer: &str) -> Option<String> {
        let root = self.registry.locate(&self.documents[document.0].name, pointer)?;
        let part = self.part(&root)?;
        let mut bundle = Bundle::new(root, part.draft);
        self.find(&mut bundle, &part)?;
        let mut at = 0;
        while let Some(found) = bundle.found(at) {
            self.find(&mut bundle, &found)?;
            at += 1;
        }
        String::from_utf8(bundle.text(&part)).ok()
    }

    /// Names what `part` refers to.
    fn find(&mut self, bundle: &mut Bundle<'a>, part: &Part<'a>) -> Option<()> {
        for (_, target) in part.members.references.iter().chain(&part.definitions.references) {
            if bundle.has(target) {
                continue;
            }
            let found = self.part(target).filter(|found| found.draft == part.draft)?;
            bundle.add(target, &self.documents[target.document.0], found);
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
        let is_reference_alone = is_reference_alone(location, dialect);
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
        self.members(location, &mut part.members, Some(keyword))?;
        // References lead to definitions even where nothing else counts.
        if let Some(NodeValue::Object(_)) = location.node.get(keyword).map(|node| &node.value)
            && let Some(known) = Keyword::find(keyword, dialect)
        {
            let node = location.node.get(keyword)?;
            self.schemas_by_name(location, known, node, &mut part.definitions)?;
        }
        Some(part)
    }

    /// The schema `node` with its braces, to which `steps` lead from the schema `parent`.
    fn child(&mut self, parent: &Location<'a>, steps: &[&str], node: &'a Node, out: &mut Template<'a>) -> Option<()> {
        if !matches!(node.value, NodeValue::Object(_)) {
            return out.json(node);
        }
        let child = self.registry.child(parent, steps, node);
        if self.registry.dialect(&child).draft != self.registry.dialect(parent).draft {
            return None;
        }
        out.text.push(b'{');
        self.members(&child, out, None)?;
        out.text.push(b'}');
        Some(())
    }

    /// What stands between the braces of a schema, except for the keyword `without`.
    fn members(&mut self, location: &Location<'a>, out: &mut Template<'a>, without: Option<&str>) -> Option<()> {
        let dialect = self.registry.dialect(location);
        let is_reference_alone = is_reference_alone(location, dialect);
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
                    Some(keyword) => self.keyword(location, keyword, &member.value, out)?,
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
        keyword: &Keyword,
        value: &'a Node,
        out: &mut Template<'a>,
    ) -> Option<()> {
        let schemas = keyword.schemas(value);
        match (&value.value, schemas.as_slice()) {
            (_, []) => out.json(value)?,
            (_, [(None, node)]) => self.child(location, &[keyword.name], node, out)?,
            (NodeValue::Object(_), _) => {
                out.text.push(b'{');
                self.schemas_by_name(location, keyword, value, out)?;
                out.text.push(b'}');
            }
            _ => {
                out.text.push(b'[');
                for (at, (step, node)) in schemas.iter().enumerate() {
                    if at > 0 {
                        out.text.push(b',');
                    }
                    let steps: Vec<&str> = [keyword.name].into_iter().chain(step.as_deref()).collect();
                    self.child(location, &steps, node, out)?;
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
        keyword: &Keyword,
        value: &'a Node,
        out: &mut Template<'a>,
    ) -> Option<()> {
        let schemas = keyword.schemas(value);
        let mut schemas = schemas.iter().peekable();
        for member in value.members() {
            out.name(&member.name)?;
            match schemas.next_if(|(_, node)| std::ptr::eq(*node, &member.value)) {
                Some((_, node)) => self.child(location, &[keyword.name, &member.name], node, out)?,
                None => out.json(&member.value)?,
            }
        }
        Some(())
    }

    fn reference(&mut self, from: &Location<'a>, reference: &'a Node, out: &mut Template<'a>) -> Option<()> {
        let uri = reference.as_str()?;
        // What leads nowhere has been reported when the schema was lowered.
        let target = self.registry.resolve(from, uri, &Place::default(), &mut Report::default())?;
        if target.document.0 >= self.documents.len() {
            // One of the drafts' own meta-schemas: every reader knows it by its URI.
            return out.json(reference);
        }
        out.references.push((out.text.len(), target));
        Some(())
    }
}

/// Whether a schema is a reference next to which other keywords are ignored.
fn is_reference_alone(location: &Location<'_>, dialect: Dialect) -> bool {
    dialect.draft.reference_stands_alone() && location.node.get("$ref").is_some()
}
