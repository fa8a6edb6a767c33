//! A schema of the model, and where it is written.

use heck::ToSnakeCase;
use walnats_schema::{JsonType, Schema, SchemaId};

use crate::diagnostic::Place;
use crate::load::{Document, Member, Node, NodeValue, SourceSet};
use crate::model::{Annotations, EventModel};

/// A schema of the model, and where it is written.
pub(super) struct Site<'a> {
    pub(super) id: SchemaId,
    pub(super) schema: &'a Schema,
    pub(super) note: &'a Annotations,
    pub(super) document: &'a Document,
    pub(super) node: &'a Node,
    /// The keywords on the way from the root of the file to it.
    pub(super) keywords: Vec<&'a str>,
}

/// The schemas that are objects in files of the package.
pub(super) fn sites<'a>(model: &'a EventModel, sources: &'a SourceSet) -> Vec<Site<'a>> {
    let schemas = (0..).map(SchemaId).zip(model.schemas.schemas.iter().zip(&model.notes));
    let sites = schemas.filter_map(|(id, (schema, note))| {
        let document = sources.documents.get(note.document.0)?;
        let node = document.root.descendant(&note.path)?;
        let keywords = keywords(&note.path);
        matches!(node.value, NodeValue::Object(_)).then_some(Site { id, schema, note, document, node, keywords })
    });
    sites.collect()
}

/// Keywords whose schemas have names, and those whose schemas have numbers.
const NAMED: [&str; 7] =
    ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies", "x-walnats"];
const LISTED: [&str; 5] = ["allOf", "anyOf", "oneOf", "prefixItems", "items"];

fn keywords(path: &[String]) -> Vec<&str> {
    let (mut keywords, mut at) = (Vec::new(), 0);
    while let Some(keyword) = path.get(at) {
        keywords.push(keyword.as_str());
        let next_is_number = path.get(at + 1).is_some_and(|step| step.bytes().all(|byte| byte.is_ascii_digit()));
        let has_step = NAMED.contains(&keyword.as_str()) || (LISTED.contains(&keyword.as_str()) && next_is_number);
        at += if has_step { 2 } else { 1 };
    }
    keywords
}

impl<'a> Site<'a> {
    /// The place of a part of the schema.
    pub(super) fn place(&self, node: &Node) -> Place {
        self.document.place(&node.span)
    }

    /// The place of a keyword's name.
    pub(super) fn name_place(&self, member: &Member) -> Place {
        self.document.place(&member.name_span)
    }

    /// Whether one of these keywords is on the way to the schema.
    pub(super) fn is_under(&self, keywords: &[&str]) -> bool {
        self.keywords.iter().any(|keyword| keywords.contains(keyword))
    }

    /// Whether the schema is only asked whether it holds.
    pub(super) fn is_question(&self) -> bool {
        self.is_under(&["not", "if"])
    }

    /// The name of the member that it is the schema of.
    pub(super) fn member_name(&self) -> Option<&'a str> {
        (self.keywords.last() == Some(&"properties")).then_some(self.note.path.last()?.as_str())
    }

    /// The same in words of lower case.
    pub(super) fn words(&self) -> Vec<String> {
        let name = self.member_name().map(ToSnakeCase::to_snake_case).unwrap_or_default();
        name.split('_').map(str::to_owned).collect()
    }

    /// Whether the schema's own `type` names a type, perhaps beside `null`, and no other.
    pub(super) fn is_of(&self, wanted: JsonType) -> bool {
        let types = self.schema.types.as_deref().unwrap_or_default();
        types.contains(&wanted) && types.iter().all(|one| *one == wanted || *one == JsonType::Null)
    }
}
