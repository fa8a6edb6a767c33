//! `properties` and all that concerns the members of objects.

use std::collections::HashSet;

use crate::{ObjectRules, SchemaId};

use super::Lowerer;
use super::schema_object::{SchemaObject, texts};
use crate::read::document::{Member, Node, NodeValue};
use crate::read::resolve::count;

impl<'a> Lowerer<'a, '_> {
    pub(super) fn object(&mut self, object: &SchemaObject<'_, 'a>, rules: &mut ObjectRules) {
        rules.properties = self.members(object, "properties");
        rules.pattern_properties = self.pattern_properties(object);
        rules.additional_properties = self.part(object, "additionalProperties");
        rules.unevaluated_properties = self.part(object, "unevaluatedProperties");
        rules.property_names = self.part(object, "propertyNames");
        rules.dependent_schemas = self.members(object, "dependentSchemas");
        rules.min_properties = object.value("minProperties").and_then(count).filter(|&min| min > 0);
        rules.max_properties = object.value("maxProperties").and_then(count);
        if let Some(required) = object.value("required") {
            let mut seen = HashSet::new();
            let names = required.items().iter().filter_map(Node::as_str).filter(|name| seen.insert(*name));
            rules.required = names.map(str::to_owned).collect();
        }
        for member in object.value("dependentRequired").map_or(&[][..], |node| node.members()) {
            rules.dependent_required.push((member.name.clone(), texts(&member.value)));
        }
        // Up to draft 7, and in use long after, both kinds of dependency are one keyword.
        for member in object.value("dependencies").map_or(&[][..], |node| node.members()) {
            self.dependency(object, member, rules);
        }
    }

    fn dependency(&mut self, object: &SchemaObject<'_, 'a>, member: &'a Member, rules: &mut ObjectRules) {
        if matches!(member.value.value, NodeValue::Array(_)) {
            rules.dependent_required.push((member.name.clone(), texts(&member.value)));
        } else {
            let location = self.registry.child(object.location, &["dependencies", &member.name], &member.value);
            let id = self.id(location);
            rules.dependent_schemas.push((member.name.clone(), id));
        }
    }

    fn pattern_properties(&mut self, object: &SchemaObject<'_, 'a>) -> Vec<(String, SchemaId)> {
        for member in object.value("patternProperties").map_or(&[][..], |node| node.members()) {
            // A pattern that cannot be checked is reported, and no code comes out then.
            self.pattern(&member.name, object.name_place(member));
        }
        self.members(object, "patternProperties")
    }
}
