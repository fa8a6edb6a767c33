//! `$ref` and its dynamic kin, with the anchors and identifiers that they need.

use serde_json::{Map, Value, json};
use walnats_schema::read::Draft;

use super::Maker;

/// The dynamic anchor of every resource.
const NODE: &str = "node";

impl Maker<'_> {
    /// Before 2019-09 keywords next to a reference are ignored, which is worth trying, too.
    pub(super) fn reference(&mut self, schema: &mut Map<String, Value>) {
        let first = if self.in_place { self.first_definition } else { 0 };
        if !self.in_place && self.random.chance(25) {
            self.refer_to_root(schema);
        } else if first < self.definitions {
            let index = first + self.random.below(self.definitions - first);
            let target = self.target(index);
            schema.insert("$ref".to_owned(), target.into());
        }
    }

    fn target(&mut self, index: usize) -> String {
        let anchored = self.since(Draft::Draft201909) && index.is_multiple_of(2);
        match (self.resources, self.random.below(3)) {
            (true, 0) => format!("d{index}.json"),
            (true, 1) if anchored => format!("d{index}.json#anchor{index}"),
            (true, _) => format!("{}#/{}/d{index}", self.root(), self.definitions_keyword()),
            (false, 0) if anchored => format!("#anchor{index}"),
            (false, _) => format!("#/{}/d{index}", self.definitions_keyword()),
        }
    }

    fn refer_to_root(&mut self, schema: &mut Map<String, Value>) {
        let (keyword, target) = match self.draft {
            Draft::Draft201909 if self.random.chance(60) => ("$recursiveRef", "#".to_owned()),
            Draft::Draft202012 if self.resources && self.random.chance(60) => ("$dynamicRef", format!("#{NODE}")),
            Draft::Draft202012 if self.random.chance(20) => ("$dynamicRef", "#".to_owned()),
            _ if self.resources && self.random.chance(50) => ("$ref", self.root()),
            _ => ("$ref", "#".to_owned()),
        };
        schema.insert(keyword.to_owned(), target.into());
    }

    /// Adds to a definition the anchors and the identifier that `target` and `refer_to_root` rely on.
    pub(super) fn identify(&mut self, index: usize, definition: &mut Value) {
        let anchored = self.since(Draft::Draft201909) && index.is_multiple_of(2);
        if !anchored && !self.resources {
            return;
        }
        let has_reference = definition.get("$ref").is_some();
        if !definition.is_object() || (has_reference && !self.since(Draft::Draft201909)) {
            // An identifier means nothing next to a reference that stands alone.
            *definition = json!({ "allOf": [definition.take()] });
        }
        if anchored {
            definition["$anchor"] = format!("anchor{index}").into();
        }
        if self.resources {
            let keyword = self.identifier_keyword();
            definition[keyword] = format!("d{index}.json").into();
            self.dynamic_anchor(definition);
        }
    }

    pub(super) fn identify_root(&mut self, root: &mut Value) {
        if self.resources {
            // As above: drafts before 2019-09 read nothing next to a reference.
            if root.get("$ref").is_some() && !self.since(Draft::Draft201909) {
                let reference = root["$ref"].take();
                root["allOf"] = json!([{ "$ref": reference }]);
                root.as_object_mut().and_then(|root| root.remove("$ref"));
            }
            let keyword = self.identifier_keyword();
            root[keyword] = self.root().into();
        }
        if self.resources || self.random.chance(30) {
            self.dynamic_anchor(root);
        }
    }

    fn dynamic_anchor(&mut self, schema: &mut Value) {
        match self.draft {
            Draft::Draft201909 if self.random.chance(60) => schema["$recursiveAnchor"] = true.into(),
            Draft::Draft202012 => schema["$dynamicAnchor"] = NODE.into(),
            _ => {}
        }
    }

    /// The identifier of a schema whose definitions are resources of their own.
    fn root(&self) -> String {
        format!("{}root.json", self.base)
    }

    fn identifier_keyword(&self) -> &'static str {
        if self.since(Draft::Draft6) { "$id" } else { "id" }
    }
}
