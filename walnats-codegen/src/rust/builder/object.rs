//! Objects: structs, maps, unions of structs.

use std::collections::{BTreeSet, HashMap, HashSet};

use walnats_schema::{ObjectRules, SchemaId};

use super::Builder;
use crate::model::Constraint;
use crate::rust::conjunction::Conjunction;
use crate::rust::json_types::JsonTypes;
use crate::rust::types::{Body, Field, Judgement, Struct, Type, Typed};

/// What holds of the members that `properties` does not name.
enum Rest {
    /// There are none.
    Closed,
    /// All must satisfy these, which may be none.
    Of(Vec<SchemaId>),
    /// Their names match the pattern, and all satisfy these.
    Named(String, Vec<SchemaId>),
    /// It depends on the name.
    Mixed,
}

impl Builder<'_> {
    /// The type of an object. Its fields or variants are found later, so that types may contain themselves.
    pub(super) fn object(&mut self, conjunction: &Conjunction, depth: usize) -> Typed {
        if let Some(item) = self.by_key.get(&conjunction.key()) {
            return Typed::exact(Type::Item(*item));
        }
        if self.types.items.len() >= self.max_items {
            return Typed::judged(Type::Object, self.judge(conjunction));
        }
        let union = self.object_union(conjunction);
        if union.is_none()
            && self.members(conjunction).is_empty()
            && self.conditional_members(conjunction, &[]).is_empty()
        {
            let rest = self.rest(conjunction);
            if !matches!(rest, Rest::Closed) {
                return self.unless_recursive(conjunction, |builder| builder.map(conjunction, rest, depth));
            }
        }
        let item = self.item(conjunction, union.unwrap_or(Body::Struct(Struct::default())));
        let is_union = matches!(self.types.items[item].body, Body::Union(_));
        let (constraints, judgements) = if is_union {
            (Vec::new(), self.union_judgements(conjunction))
        } else {
            self.object_constraints(conjunction)
        };
        self.types.items[item].constraints = constraints;
        self.types.items[item].judgements = judgements;
        if is_union {
            self.kept.made(self.schemas, item, conjunction);
        }
        self.queue.push_back((item, conjunction.clone()));
        Typed::exact(Type::Item(item))
    }

    /// The body of an item whose fields or variants were left for later.
    pub(super) fn body(&mut self, conjunction: &Conjunction) -> Body {
        if let Some(body) = self.wrapped_variants(conjunction) {
            return body;
        }
        if conjunction.json_types != JsonTypes::OBJECT {
            return self.json_type_variants(conjunction);
        }
        self.object_variants(conjunction).unwrap_or_else(|| Body::Struct(self.fields(conjunction)))
    }

    fn fields(&mut self, conjunction: &Conjunction) -> Struct {
        let set = self.schemas.set;
        let required: HashSet<&String> = conjunction.schemas(set).flat_map(|schema| &schema.object.required).collect();
        let mut fields = Vec::new();
        for (name, ids) in self.members(conjunction) {
            let declared = conjunction.own.iter().find_map(|id| self.schemas.property(*id, &name));
            let id = declared.or(ids.first().copied());
            let location = conjunction.location.join(&["properties", &name]);
            let required = required.contains(&name);
            let typed = match self.constant_member(&ids, &location).filter(|_| required) {
                Some(text) => Typed::exact(Type::Constant(text)),
                None => self.place(&ids, location, 0),
            };
            let rust_name = id.and_then(|id| self.rust_notes.get(id.0 as usize)).and_then(|note| note.field.clone());
            fields.push(Field { required, conditional: false, rust_name, typed, id, ids, name });
        }
        let additional = match self.rest(conjunction) {
            Rest::Closed => None,
            Rest::Of(ids) | Rest::Named(_, ids) => {
                Some(self.place(&ids, conjunction.location.join(&["additionalProperties"]), 0))
            }
            Rest::Mixed => Some(Typed::exact(Type::Value)),
        };
        let is_open = additional.as_ref().is_some_and(|typed| typed.ty == Type::Value);
        for (name, id) in self.conditional_members(conjunction, &fields).into_iter().filter(|_| is_open) {
            let typed = self.place(&[id], conjunction.location.join(&["properties", &name]), 0);
            let rust_name = self.rust_notes.get(id.0 as usize).and_then(|note| note.field.clone());
            if typed.ty != Type::Value {
                let (id, ids) = (Some(id), vec![id]);
                fields.push(Field { name, rust_name, required: false, conditional: true, typed, id, ids });
            }
        }
        Struct { fields, additional }
    }

    fn map(&mut self, conjunction: &Conjunction, rest: Rest, depth: usize) -> Typed {
        let (mut constraints, judgements) = self.object_constraints(conjunction);
        let ids = match rest {
            Rest::Named(pattern, ids) => {
                constraints.push(Constraint::MemberNames(pattern));
                ids
            }
            Rest::Of(ids) => ids,
            Rest::Closed | Rest::Mixed => Vec::new(),
        };
        let member = self.place(&ids, conjunction.location.join(&["additionalProperties"]), depth + 1);
        let ty = if member == Typed::exact(Type::Value) { Type::Object } else { Type::Map(Box::new(member)) };
        Typed { ty, alias: None, constraints, judgements }
    }

    /// What is asked of the object as a whole.
    fn object_constraints(&self, conjunction: &Conjunction) -> (Vec<Constraint>, Vec<Judgement>) {
        let mut constraints = Vec::new();
        let set = self.schemas.set;
        for object in conjunction.schemas(set).map(|schema| &schema.object) {
            constraints.extend(object.min_properties.map(Constraint::MinProperties));
            constraints.extend(object.max_properties.map(Constraint::MaxProperties));
        }
        let properties: Vec<String> = self.members(conjunction).into_iter().map(|(name, _)| name).collect();
        let rest = self.rest(conjunction);
        let listed = conjunction.schemas(set).any(|schema| schema.enumeration.is_some());
        let named = !properties.is_empty() && matches!(rest, Rest::Named(..));
        // What no other check has a part in is not proved by what shows the rest of the schema.
        let is_judged_whole = listed || named || matches!(rest, Rest::Mixed);
        let judged = if is_judged_whole { self.judge(conjunction) } else { self.judgements(conjunction) };
        // What has no field of its own is among the further members, or it is not there.
        for name in self.without_field(conjunction, &properties, |object| object.required.iter().collect()) {
            constraints.push(Constraint::Present(name));
        }
        if !matches!(rest, Rest::Closed) {
            let named = self.without_field(conjunction, &properties, |object| {
                object.properties.iter().map(|(name, _)| name).collect()
            });
            constraints.extend(named.into_iter().map(Constraint::Absent));
        }
        (constraints, judged)
    }

    /// The members that `pick` finds in the rules and that get no field.
    fn without_field(
        &self,
        conjunction: &Conjunction,
        properties: &[String],
        pick: for<'o> fn(&'o ObjectRules) -> Vec<&'o String>,
    ) -> BTreeSet<String> {
        let objects = conjunction.schemas(self.schemas.set).map(|schema| &schema.object);
        let properties: HashSet<&String> = properties.iter().collect();
        objects.flat_map(pick).filter(|name| !properties.contains(name)).cloned().collect()
    }

    /// The names of [`Self::declared`].
    pub(super) fn properties(&self, conjunction: &Conjunction) -> Vec<String> {
        self.declared(conjunction).into_iter().map(|(name, _)| name).collect()
    }

    /// The members that `properties` names and that can be there, with the schemas that apply.
    pub(super) fn declared(&self, conjunction: &Conjunction) -> Vec<(String, Vec<SchemaId>)> {
        let objects = || conjunction.schemas(self.schemas.set).map(|schema| &schema.object);
        if let [own] = *conjunction.own
            && let object = &self.schemas.set.get(own).object
            && object.pattern_properties.is_empty()
        {
            // Nothing but `properties` has a say here, and it names nothing twice.
            let present = object.properties.iter().filter(|(_, id)| self.is_satisfiable(*id));
            let members = present.map(|(name, id)| (name.clone(), vec![*id])).collect();
            return members;
        }
        let mut order: Vec<&String> = Vec::new();
        let mut named: HashMap<&String, Vec<SchemaId>> = HashMap::new();
        for (name, id) in objects().flat_map(|object| &object.properties) {
            let ids = named.entry(name).or_default();
            if ids.is_empty() {
                order.push(name);
            }
            ids.push(*id);
        }
        // What one schema says of the members that it does not name goes for those that another names.
        let depends = objects().any(|object| {
            !object.pattern_properties.is_empty()
                || (object.additional_properties.is_some() && conjunction.own.len() > 1)
        });
        let mut members = Vec::new();
        for name in order {
            let ids = match named.remove(name) {
                Some(ids) if !depends && ids.len() == 1 => ids,
                _ => self.applicable(conjunction, name),
            };
            let can_be_there = match ids.as_slice() {
                [id] => self.is_satisfiable(*id),
                ids => !Conjunction::new(self.schemas, ids, conjunction.location.clone()).json_types.is_empty(),
            };
            if can_be_there {
                members.push((name.clone(), ids));
            }
        }
        members
    }

    /// The members that get a field: those that are declared, and those that are required without it, to which applies what
    /// applies to further members.
    fn members(&self, conjunction: &Conjunction) -> Vec<(String, Vec<SchemaId>)> {
        let mut members = self.declared(conjunction);
        if members.is_empty() {
            // An object without declared members is a map.
            return members;
        }
        let objects = || conjunction.schemas(self.schemas.set).map(|schema| &schema.object);
        let declared: HashSet<&String> =
            objects().flat_map(|object| &object.properties).map(|(name, _)| name).collect();
        let mut seen = HashSet::new();
        for name in objects().flat_map(|object| &object.required) {
            if declared.contains(name) || !seen.insert(name) {
                continue;
            }
            let ids = self.applicable(conjunction, name);
            if !Conjunction::new(self.schemas, &ids, conjunction.location.clone()).json_types.is_empty() {
                members.push((name.clone(), ids));
            }
        }
        members
    }

    /// The schemas that apply to the member `name`.
    pub(super) fn applicable(&self, conjunction: &Conjunction, name: &str) -> Vec<SchemaId> {
        let mut ids = Vec::new();
        for id in &conjunction.own {
            let object = &self.schemas.set.get(*id).object;
            let before = ids.len();
            let by_pattern = object.pattern_properties.iter().filter(|(text, _)| self.schemas.set.matches(text, name));
            ids.extend(self.schemas.property(*id, name).into_iter().chain(by_pattern.map(|(_, id)| *id)));
            if ids.len() == before {
                ids.extend(object.additional_properties);
            }
        }
        let mut seen = Vec::new();
        ids.retain(|id| {
            !seen.contains(id) && {
                seen.push(*id);
                true
            }
        });
        ids
    }

    fn rest(&self, conjunction: &Conjunction) -> Rest {
        let mut ids = Vec::new();
        let mut pattern = None;
        for object in conjunction.schemas(self.schemas.set).map(|schema| &schema.object) {
            if object.unevaluated_properties.is_some() && self.is_closed_by_unevaluated(conjunction, object) {
                return Rest::Closed;
            }
            let closed = object.additional_properties.is_some_and(|id| self.schemas.possible(id) == JsonTypes::NONE);
            match (object.pattern_properties.as_slice(), object.additional_properties) {
                ([(text, id)], _) if object.properties.is_empty() && matches_all(text) => ids.push(*id),
                ([], None) => {}
                ([], Some(_)) if closed => return Rest::Closed,
                ([], Some(id)) => ids.push(id),
                ([(text, id)], Some(_)) if closed && pattern.is_none() => {
                    pattern = Some(text.clone());
                    ids.push(*id);
                }
                _ => return Rest::Mixed,
            }
        }
        match pattern {
            Some(pattern) => Rest::Named(pattern, ids),
            None => Rest::Of(ids),
        }
    }
}

impl Builder<'_> {
    /// Whether `unevaluatedProperties` of `object`, which applies at `conjunction`, leaves only the members that get fields.
    fn is_closed_by_unevaluated(&self, conjunction: &Conjunction, object: &ObjectRules) -> bool {
        let refused = object.unevaluated_properties.is_some_and(|id| self.schemas.possible(id) == JsonTypes::NONE);
        let set = self.schemas.set;
        let own = conjunction.own.iter().find(|id| refused && std::ptr::eq(&set.get(**id).object, object));
        let Some(evaluated) = own.and_then(|id| self.schemas.evaluated(*id)) else { return false };
        conjunction
            .schemas(set)
            .flat_map(|schema| &schema.object.properties)
            .all(|(name, _)| evaluated.contains(name.as_str()))
    }
}

/// Whether every name matches the pattern, so that what it asks is asked of every member.
fn matches_all(pattern: &str) -> bool {
    matches!(pattern, "" | "^" | "$" | ".*" | "^.*" | ".*$")
}
