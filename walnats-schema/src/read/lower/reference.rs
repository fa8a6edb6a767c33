//! `$ref`, `$dynamicRef` and `$recursiveRef`.

use crate::{DynamicReference, Schema, SchemaId};

use super::Lowerer;
use super::schema_object::SchemaObject;

impl<'a> Lowerer<'a, '_> {
    pub(super) fn references(&mut self, id: SchemaId, object: &SchemaObject<'_, 'a>, schema: &mut Schema) {
        if let Some(reference) = object.value("$ref") {
            let place = object.place(reference);
            let text = reference.as_str().unwrap_or_default();
            let target = self.registry.resolve(object.location, text, &place, self.report);
            schema.reference = target.map(|target| self.id(target));
            self.references.insert(id, place);
        }
        for keyword in ["$dynamicRef", "$recursiveRef"] {
            self.dynamic_reference(id, object, keyword, schema);
        }
    }

    /// A reference is dynamic only if what it leads to at first is a dynamic anchor (Core 2020-12, section 8.2.3.2).
    fn dynamic_reference(&mut self, id: SchemaId, object: &SchemaObject<'_, 'a>, keyword: &str, schema: &mut Schema) {
        let Some(reference) = object.value(keyword) else { return };
        let place = object.place(reference);
        let text = reference.as_str().unwrap_or_default();
        let Some(target) = self.registry.resolve(object.location, text, &place, self.report) else { return };
        self.references.entry(id).or_insert(place);
        let anchor = text.split_once('#').map_or("", |(_, fragment)| fragment).to_owned();
        let dynamic = self.registry.dynamic_anchor(target.resource, &anchor);
        let is_dynamic = dynamic.is_some_and(|location| std::ptr::eq(location.node, target.node));
        let fallback = self.id(target);
        if is_dynamic {
            schema.dynamic_reference = Some(DynamicReference { anchor, fallback });
        } else if schema.reference.is_none() {
            schema.reference = Some(fallback);
        } else {
            schema.all_of.push(fallback);
        }
    }
}
