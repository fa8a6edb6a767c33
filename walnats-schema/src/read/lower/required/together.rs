//! What the schemas that apply together at one place say of a member.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use super::Problem;
use crate::read::lower::never::Finder;
use crate::read::suggestion::did_you_mean;
use crate::{Schema, SchemaId, SchemaSet};

/// The schemas that apply together at one place, by `$ref` and `allOf`.
pub(super) struct Together<'s> {
    set: &'s SchemaSet,
    parts: Vec<Part<'s>>,
    /// What is declared and not required: names that may have been meant.
    optional: OnceCell<BTreeSet<&'s str>>,
}

struct Part<'s> {
    id: SchemaId,
    schema: &'s Schema,
    /// `properties`, in the order of their names.
    properties: Vec<(&'s str, SchemaId)>,
}

impl<'s> Part<'s> {
    fn new(set: &'s SchemaSet, id: SchemaId) -> Self {
        let schema = set.get(id);
        let mut properties: Vec<_> = schema.object.properties.iter().map(|(name, id)| (name.as_str(), *id)).collect();
        properties.sort_by_key(|(name, _)| *name);
        Self { id, schema, properties }
    }

    fn property(&self, name: &str) -> Option<SchemaId> {
        let at = self.properties.binary_search_by_key(&name, |(known, _)| *known).ok()?;
        Some(self.properties[at].1)
    }
}

impl<'s> Together<'s> {
    pub(super) fn new(set: &'s SchemaSet, ids: &[SchemaId]) -> Self {
        let parts = set.conjuncts(ids).into_iter().map(|id| Part::new(set, id)).collect();
        Self { set, parts, optional: OnceCell::new() }
    }

    pub(super) fn required(&self) -> impl Iterator<Item = (SchemaId, &'s str)> {
        self.parts.iter().flat_map(|part| part.schema.object.required.iter().map(|name| (part.id, name.as_str())))
    }

    /// What is required because another member is there: who says so, that member, and the required one.
    pub(super) fn dependent(&self) -> impl Iterator<Item = (SchemaId, &'s str, &'s str)> {
        self.parts.iter().flat_map(|part| {
            let dependent = part.schema.object.dependent_required.iter();
            dependent.flat_map(|(cause, names)| names.iter().map(|name| (part.id, cause.as_str(), name.as_str())))
        })
    }

    /// The declared member, not required itself, whose name is nearly `name`.
    pub(super) fn near(&self, name: &str) -> Option<&'s str> {
        self.alike(name).or_else(|| did_you_mean(name, self.optional().iter().copied()))
    }

    /// The declared member, not required itself, whose name is `name` but for case, `_` and `-`.
    pub(super) fn alike(&self, name: &str) -> Option<&'s str> {
        let plain = |name: &str| name.to_lowercase().replace(['_', '-'], "");
        self.optional().iter().find(|optional| plain(optional) == plain(name)).copied()
    }

    fn optional(&self) -> &BTreeSet<&'s str> {
        self.optional.get_or_init(|| {
            let required: HashSet<&str> = self.required().map(|(_, name)| name).collect();
            let declared = self.parts.iter().flat_map(|part| &part.properties).map(|(name, _)| *name);
            declared.filter(|name| !required.contains(name)).collect()
        })
    }

    pub(super) fn problem(&self, name: &str) -> Option<Problem> {
        if let Some(keyword) = self.parts.iter().find_map(|part| self.refuses(part, name)) {
            return Some(Problem::Impossible(keyword));
        }
        let declares =
            |part: &Part<'_>| part.property(name).is_some() || !self.by_pattern(part.schema, name).is_empty();
        let is_declared = self.parts.iter().any(declares);
        (!is_declared && self.near(name).is_some()).then_some(Problem::Undeclared)
    }

    /// Why no value is valid for the member, unless the member's own schema gets a finding for that.
    pub(super) fn never(&self, name: &str, finder: &mut Finder<'_>) -> Option<Problem> {
        let schemas: Vec<SchemaId> = self.parts.iter().flat_map(|part| self.of_member(part, name)).collect();
        let why = if schemas.is_empty() { None } else { finder.never(&schemas) }?;
        (!why.is_of_member() || schemas.len() > 1).then_some(Problem::Never(why))
    }

    /// The schemas of the part that apply to the member `name`.
    fn of_member(&self, part: &Part<'_>, name: &str) -> Vec<SchemaId> {
        let mut found = self.by_pattern(part.schema, name);
        found.splice(0..0, part.property(name));
        if found.is_empty() {
            found.extend(part.schema.object.additional_properties);
        }
        found
    }

    /// The keyword by which the part refuses the member `name`, whatever its value.
    fn refuses(&self, part: &Part<'_>, name: &str) -> Option<&'static str> {
        let object = &part.schema.object;
        let is_never = |id: &SchemaId| self.set.get(*id).never;
        let property = part.property(name);
        let patterns = self.by_pattern(part.schema, name);
        if property.as_ref().is_some_and(is_never) {
            return Some("properties");
        }
        if patterns.iter().any(is_never) {
            return Some("patternProperties");
        }
        let is_named = property.is_some() || !patterns.is_empty();
        if !is_named && object.additional_properties.as_ref().is_some_and(is_never) {
            return Some("additionalProperties");
        }
        let names = object.property_names;
        if names.is_some_and(|names| !self.set.is_valid(names, &Value::String(name.to_owned()))) {
            return Some("propertyNames");
        }
        let is_closed = object.unevaluated_properties.as_ref().is_some_and(is_never);
        (is_closed && !self.may_evaluate(part, name)).then_some("unevaluatedProperties")
    }

    fn by_pattern(&self, schema: &Schema, name: &str) -> Vec<SchemaId> {
        let patterns = schema.object.pattern_properties.iter();
        patterns.filter(|(pattern, _)| self.set.matches(pattern, name)).map(|(_, id)| *id).collect()
    }

    /// Whether a part, or what applies with it, evaluates the member, or may do so depending on the value.
    fn may_evaluate(&self, part: &Part<'_>, name: &str) -> bool {
        Together::new(self.set, &[part.id]).parts.iter().any(|part| {
            let schema = part.schema;
            let depends =
                !(schema.any_of.is_empty() && schema.one_of.is_empty() && schema.object.dependent_schemas.is_empty())
                    || schema.condition.is_some()
                    || schema.dynamic_reference.is_some();
            depends
                || schema.object.additional_properties.is_some()
                || part.property(name).is_some()
                || !self.by_pattern(schema, name).is_empty()
        })
    }
}
