//! A schema of the model, and where it is written.

use std::collections::HashMap;

use heck::ToSnakeCase;
use walnats_schema::read::Draft;
use walnats_schema::{JsonType, Schema, SchemaId};

use crate::diagnostic::Place;
use crate::load::{Document, Member, Node, NodeValue, Nodes, SourceSet};
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
    /// How many steps of its path lead to the schema around it.
    around: usize,
}

/// The schemas that are objects in files of the package.
pub(super) fn sites<'a>(model: &'a EventModel, sources: &'a SourceSet) -> Vec<Site<'a>> {
    let schemas = (0..).map(SchemaId).zip(model.schemas.schemas.iter().zip(&model.notes));
    let mut nodes = Nodes::default();
    let sites = schemas.filter_map(|(id, (schema, note))| {
        let document = sources.documents.get(note.document.0)?;
        let node = nodes.descendant(&document.root, &note.path)?;
        let (keywords, around) = keywords(&note.path);
        matches!(node.value, NodeValue::Object(_)).then_some(Site {
            id,
            schema,
            note,
            document,
            node,
            keywords,
            around,
        })
    });
    sites.collect()
}

/// Where schemas are among the sites.
pub(super) struct Index<'a> {
    by_id: HashMap<SchemaId, usize>,
    by_path: HashMap<(usize, &'a [String]), usize>,
}

impl<'a> Index<'a> {
    pub(super) fn new(sites: &[Site<'a>]) -> Self {
        let by_id = sites.iter().enumerate().map(|(at, site)| (site.id, at)).collect();
        let path = |site: &Site<'a>| (site.note.document.0, site.note.path.as_slice());
        let by_path = sites.iter().enumerate().map(|(at, site)| (path(site), at)).collect();
        Self { by_id, by_path }
    }

    pub(super) fn of(&self, id: SchemaId) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    /// The schema that the site is written in.
    pub(super) fn around(&self, site: &Site<'a>) -> Option<usize> {
        let path = site.note.path.get(..site.around).filter(|path| path.len() < site.note.path.len())?;
        self.by_path.get(&(site.note.document.0, path)).copied()
    }
}

/// Keywords whose schemas have names, and those whose schemas have numbers.
const NAMED: [&str; 7] =
    ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies", "x-walnats"];
const LISTED: [&str; 5] = ["allOf", "anyOf", "oneOf", "prefixItems", "items"];

/// The keywords of a path, and where the last one stands.
fn keywords(path: &[String]) -> (Vec<&str>, usize) {
    let (mut keywords, mut at, mut last) = (Vec::new(), 0, 0);
    while let Some(keyword) = path.get(at) {
        keywords.push(keyword.as_str());
        last = at;
        let next_is_number = path.get(at + 1).is_some_and(|step| step.bytes().all(|byte| byte.is_ascii_digit()));
        let has_step = NAMED.contains(&keyword.as_str()) || (LISTED.contains(&keyword.as_str()) && next_is_number);
        at += if has_step { 2 } else { 1 };
    }
    (keywords, last)
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

    /// Whether the other one is written inside of it.
    pub(super) fn contains(&self, other: &Site<'_>) -> bool {
        let (own, theirs) = (&self.node.span, &other.node.span);
        self.document.name == other.document.name && own.start <= theirs.start && theirs.end <= own.end
    }

    /// Whether its `$ref` leaves the keywords next to it without a meaning.
    pub(super) fn is_reference_alone(&self) -> bool {
        self.note.draft <= Draft::Draft7 && self.schema.reference.is_some()
    }

    /// The name of the member that it is the schema of.
    pub(super) fn member_name(&self) -> Option<&'a str> {
        (self.keywords.last() == Some(&"properties")).then_some(self.note.path.last()?.as_str())
    }

    /// The last word of that name, in lower case.
    pub(super) fn last_word(&self) -> Option<String> {
        self.member_name()?.to_snake_case().rsplit('_').next().map(str::to_owned)
    }

    /// Whether the schema's own `type` names a type, perhaps beside `null`, and no other.
    pub(super) fn is_of(&self, wanted: JsonType) -> bool {
        let types = self.schema.types.as_deref().unwrap_or_default();
        types.contains(&wanted) && types.iter().all(|one| *one == wanted || *one == JsonType::Null)
    }
}
