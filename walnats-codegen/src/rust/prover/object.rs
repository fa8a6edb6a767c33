//! Keywords of objects.

use serde_json::Value;
use walnats_schema::{ObjectRules, Pattern, Schema, SchemaId};

use super::Prover;
use crate::model::Constraint;
use crate::rust::proof::{Proof, all, any, not};
use crate::rust::types::{Body, Field, Type, Typed};

/// A type whose values are objects.
enum Object<'t> {
    Struct {
        fields: &'t [Field],
        additional: Option<&'t Typed>,
        constraints: &'t [Constraint],
    },
    /// Members of any name, of one type; `None`: any value.
    Map(Option<&'t Typed>, &'t [Constraint]),
}

impl<'t> Object<'t> {
    fn field(&self, name: &str) -> Option<&'t Field> {
        match self {
            Self::Struct { fields, .. } => fields.iter().find(|field| field.name == name),
            Self::Map(..) => None,
        }
    }

    fn fields(&self) -> &'t [Field] {
        match self {
            Self::Struct { fields, .. } => fields,
            Self::Map(..) => &[],
        }
    }

    /// Whether each member is where its name is: not in a field or, of another type, among the further members.
    fn is_certain(&self) -> bool {
        self.fields().iter().all(|field| !field.conditional)
    }

    fn is_open(&self) -> bool {
        !matches!(self, Self::Struct { additional: None, .. })
    }

    /// Whether the member is there.
    fn has(&self, name: &str) -> Proof {
        let (Self::Struct { constraints, .. } | Self::Map(_, constraints)) = self;
        match self.field(name) {
            Some(Field { required: true, .. }) => Proof::True,
            Some(_) => Proof::Has(name.to_owned()),
            None if !self.is_open() || constraints.contains(&Constraint::Absent(name.to_owned())) => Proof::False,
            None if constraints.contains(&Constraint::Present(name.to_owned())) => Proof::True,
            None => Proof::Has(name.to_owned()),
        }
    }
}

impl Prover<'_, '_> {
    fn object<'a>(&'a self, typed: &'a Typed) -> Option<Object<'a>> {
        match &typed.ty {
            Type::Object => Some(Object::Map(None, &typed.constraints)),
            Type::Map(member) => Some(Object::Map(Some(member), &typed.constraints)),
            Type::Item(item) | Type::Boxed(item) => match &self.items[item.0].body {
                Body::Struct(body) => Some(Object::Struct {
                    fields: &body.fields,
                    additional: body.additional.as_ref(),
                    constraints: &self.items[item.0].constraints,
                }),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Prover<'_, '_> {
    /// The keywords that types have room for.
    pub(super) fn objects(&self, typed: &Typed, rules: &ObjectRules, depth: usize) -> Option<Proof> {
        let object = self.object(typed).filter(Object::is_certain)?;
        if rules.min_properties.is_some() || rules.max_properties.is_some() {
            return None;
        }
        let mut parts: Vec<Proof> = rules.required.iter().map(|name| object.has(name)).collect();
        for (name, id) in &rules.properties {
            parts.push(self.member(&object, name, *id, depth)?);
        }
        for field in object.fields() {
            let matching = rules.pattern_properties.iter().filter(|(pattern, _)| matches(pattern, &field.name));
            let matching: Vec<SchemaId> = matching.map(|(_, id)| *id).collect();
            let is_named = rules.properties.iter().any(|(name, _)| *name == field.name);
            let rest = rules.additional_properties.filter(|_| matching.is_empty() && !is_named);
            for id in matching.into_iter().chain(rest) {
                parts.push(self.member(&object, &field.name, id, depth)?);
            }
        }
        if object.is_open() {
            let rest =
                rules.additional_properties.into_iter().chain(rules.pattern_properties.iter().map(|(_, id)| *id));
            if rest.into_iter().any(|id| *self.schemas.set.get(id) != Schema::default()) {
                return None;
            }
        }
        Some(all(parts))
    }

    /// `propertyNames`, `dependentRequired`, `dependentSchemas` and `unevaluatedProperties`.
    pub(super) fn object_keywords(
        &self,
        typed: &Typed,
        rules: &ObjectRules,
        own: Option<SchemaId>,
        depth: usize,
    ) -> Option<Proof> {
        let object = self.object(typed).filter(Object::is_certain)?;
        let mut parts = Vec::new();
        if rules.unevaluated_properties.is_some() {
            let evaluated = self.schemas.evaluated(own?)?;
            let is_closed = object.fields().iter().all(|field| evaluated.contains(field.name.as_str()));
            if object.is_open() || !is_closed {
                return None;
            }
        }
        for (cause, names) in &rules.dependent_required {
            let needed = names.iter().map(|name| object.has(name)).collect();
            parts.push(any(vec![not(object.has(cause)), all(needed)]));
        }
        for (cause, id) in &rules.dependent_schemas {
            parts.push(any(vec![not(object.has(cause)), self.holds(typed, *id, depth + 1)?]));
        }
        if let Some(id) = rules.property_names {
            for field in object.fields() {
                if !self.schemas.set.is_valid(id, &Value::String(field.name.clone())) {
                    parts.push(not(object.has(&field.name)));
                }
            }
            if object.is_open() {
                parts.push(self.names(id)?);
            }
        }
        Some(all(parts))
    }

    /// The schema of a member holds, or the member is not there.
    fn member(&self, object: &Object<'_>, name: &str, id: SchemaId, depth: usize) -> Option<Proof> {
        let (typed, is_certain) = match object {
            Object::Struct { additional, .. } => match object.field(name) {
                Some(field) => (Some(&field.typed), field.ids.contains(&id)),
                None if additional.is_none() => return Some(Proof::True),
                None => (*additional, false),
            },
            Object::Map(member, _) => (*member, false),
        };
        if is_certain || *self.schemas.set.get(id) == Schema::default() {
            return Some(Proof::True);
        }
        let any_value = Typed::exact(Type::Value);
        Some(match self.holds(typed.unwrap_or(&any_value), id, depth + 1)? {
            Proof::True => Proof::True,
            Proof::False => not(object.has(name)),
            proof => Proof::Member(name.to_owned(), Box::new(proof)),
        })
    }

    /// The names of further members: strings.
    fn names(&self, id: SchemaId) -> Option<Proof> {
        match self.holds(&Typed::exact(Type::String), id, 0)? {
            Proof::Passes(constraints) => Some(Proof::Names(constraints)),
            Proof::True => Some(Proof::True),
            _ => None,
        }
    }
}

/// Patterns that cannot be compiled were reported when the schema was lowered.
fn matches(pattern: &str, name: &str) -> bool {
    Pattern::new(pattern).is_ok_and(|pattern| pattern.is_match(name))
}
