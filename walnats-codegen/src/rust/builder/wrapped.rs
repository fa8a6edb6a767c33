//! Enums as serde writes them, and so as schemars describes them: a variant is a string, or the only member of an object
//! (externally tagged), or the content next to a tag in an object that has nothing else (adjacently tagged).

use walnats_schema::{ObjectRules, SchemaId};

use super::Builder;
use crate::rust::conjunction::Conjunction;
use crate::rust::json_types::JsonTypes;
use crate::rust::schema_location::SchemaLocation;
use crate::rust::types::{Adjacent, Body, Dispatch, Form, Type, Typed, Union, Variant};

/// A variant before its type is found.
struct Wrapped {
    form: Form,
    branch: SchemaId,
    /// The schema of its content, and the name of the member that it is.
    content: Option<(SchemaId, String)>,
}

impl Builder<'_> {
    /// The enum that `conjunction` is as serde writes it, if it is one. Its variants are found later.
    pub(super) fn wrapped_union(&mut self, conjunction: &Conjunction) -> Option<Typed> {
        if let Some(item) = self.by_key.get(&conjunction.key()) {
            return Some(Typed::exact(Type::Item(*item)));
        }
        if self.types.items.len() >= self.max_items || self.wrapped(conjunction).is_none() {
            return None;
        }
        let item = self.item(conjunction, Body::Union(Union::of(Dispatch::Wrapped)));
        self.kept.made(self.schemas, item, conjunction);
        self.queue.push_back((item, conjunction.clone()));
        Some(Typed::exact(Type::Item(item)))
    }

    /// The variants of [`Builder::wrapped_union`].
    pub(super) fn wrapped_variants(&mut self, conjunction: &Conjunction) -> Option<Body> {
        let wrapped = self.wrapped(conjunction)?;
        let mut variants = Vec::new();
        for Wrapped { form, branch, content } in wrapped {
            self.kept.fix(self.schemas, &[branch]);
            let (Form::Unit(text, _) | Form::Member(text) | Form::Adjacent(Adjacent { text, .. })) = &form else {
                continue;
            };
            let titled = self.title_or_key(branch).filter(|_| !matches!(form, Form::Unit(..)));
            let name = titled.or_else(|| self.asked(conjunction, text)).unwrap_or_else(|| text.clone());
            let typed = match &content {
                None => Typed::exact(Type::Null),
                Some((id, member)) => {
                    // Of an object with the only member `a`, the type is called after `a`, and not twice.
                    let hint = if matches!(form, Form::Member(_)) { String::new() } else { name.clone() };
                    let location = SchemaLocation::of(self.notes, branch);
                    self.types.hints.entry(location.clone()).or_insert(hint);
                    self.place(&[*id], location.join(&["properties", member]), 1)
                }
            };
            variants.push(Variant { name, typed, form, tags: Vec::new(), json_types: JsonTypes::OBJECT, id: branch });
        }
        Some(Body::Union(Union { variants, ..Union::of(Dispatch::Wrapped) }))
    }

    fn wrapped(&self, conjunction: &Conjunction) -> Option<Vec<Wrapped>> {
        let [group] = conjunction.groups.as_slice() else { return None };
        // What stands among definitions, or asks for a name, is a type of its own with that name.
        let is_named = |branch: &SchemaId| {
            let note = self.rust_notes.get(branch.0 as usize);
            self.schemas.set.get(*branch).reference.is_some() || note.is_some_and(|note| note.name.is_some())
        };
        let is_mixed = !conjunction.own.is_empty() || conjunction.json_types.has(JsonTypes::NULL);
        if is_mixed || group.branches.iter().any(is_named) {
            return None;
        }
        let all = group.branches.iter().map(|branch| self.externally_tagged(conjunction, *branch));
        let all = all.collect::<Option<Vec<_>>>().map(|all| all.into_iter().flatten().collect());
        let all: Vec<Wrapped> = match all {
            Some(all) => all,
            None => self.adjacently_tagged(&group.branches)?,
        };
        let mut texts: Vec<(bool, &str)> = all.iter().filter_map(Wrapped::text).collect();
        texts.sort_unstable();
        let is_told_apart = texts.len() == all.len() && texts.windows(2).all(|pair| pair[0] != pair[1]);
        (is_told_apart && all.len() > 1 && all.iter().any(|one| one.content.is_some())).then_some(all)
    }

    /// The variants that a branch is: strings, or an object of one member.
    fn externally_tagged(&self, conjunction: &Conjunction, branch: SchemaId) -> Option<Vec<Wrapped>> {
        let choice = Conjunction::new(self.schemas, &[branch], conjunction.location.clone());
        if choice.json_types == JsonTypes::STRING {
            let listed = self.listed(&choice)?;
            let is_single = listed.len() == 1;
            let units = listed.into_iter().map(|one| {
                let (text, id) = one.into_parts(is_single.then_some(branch));
                Some(Wrapped { form: Form::Unit(text?, id), branch, content: None })
            });
            return units.collect();
        }
        let object = self.closed_object(&choice)?;
        let ([(name, id)], [required]) = (object.properties.as_slice(), object.required.as_slice()) else {
            return None;
        };
        let content = Some((*id, name.clone()));
        (name == required).then(|| vec![Wrapped { form: Form::Member(name.clone()), branch, content }])
    }

    /// The variants that branches are which all have the same tag, and some of them the same second member.
    fn adjacently_tagged(&self, branches: &[SchemaId]) -> Option<Vec<Wrapped>> {
        let objects: Vec<(SchemaId, &ObjectRules)> = branches
            .iter()
            .map(|branch| {
                let choice = Conjunction::new(self.schemas, &[*branch], SchemaLocation::default());
                Some((*branch, self.closed_object(&choice)?))
            })
            .collect::<Option<_>>()?;
        let (_, first) = objects.first()?;
        let is_tag = |tag: &str| objects.iter().all(|(_, object)| self.tag_of(object, tag).is_some());
        let tag = first.properties.iter().map(|(name, _)| name).find(|name| is_tag(name))?;
        let mut second: Option<&String> = None;
        let mut all = Vec::new();
        for (branch, object) in &objects {
            let text = self.tag_of(object, tag)?;
            let mut others = object.properties.iter().filter(|(name, _)| name != tag);
            let content = others.next();
            if let Some((name, _)) = content
                && *second.get_or_insert(name) != name
            {
                return None;
            }
            let are_required = object.properties.iter().all(|(name, _)| object.required.contains(name));
            if others.next().is_some() || !are_required || object.required.len() != object.properties.len() {
                return None;
            }
            let content = content.map(|(name, id)| (*id, name.clone()));
            let name = content.as_ref().map(|(_, name)| name.clone());
            let form = Form::Adjacent(Adjacent { tag: tag.clone(), text, content: name });
            all.push(Wrapped { form, branch: *branch, content });
        }
        Some(all)
    }

    /// The one string that the member `tag` is.
    fn tag_of(&self, object: &ObjectRules, tag: &str) -> Option<String> {
        let (_, id) = object.properties.iter().find(|(name, _)| name == tag)?;
        self.constant_member(&[*id], &SchemaLocation::default())
    }

    /// The rules of an object of which nothing is asked but these members, all of which can be there, and that has no other.
    fn closed_object(&self, choice: &Conjunction) -> Option<&ObjectRules> {
        let [own] = *choice.own else { return None };
        let object = &self.schemas.set.get(own).object;
        let is_closed = object.additional_properties.is_some_and(|id| self.schemas.possible(id) == JsonTypes::NONE);
        let plain = ObjectRules {
            properties: object.properties.clone(),
            required: object.required.clone(),
            additional_properties: object.additional_properties,
            ..ObjectRules::default()
        };
        let is_plain = choice.json_types == JsonTypes::OBJECT
            && choice.groups.is_empty()
            && *object == plain
            && self.schemas.set.get(own).enumeration.is_none()
            && self.judgements(choice).is_empty();
        let all_can_be = || object.properties.iter().all(|(_, id)| self.is_satisfiable(*id));
        (is_closed && is_plain && all_can_be()).then_some(object)
    }
}

impl Wrapped {
    /// What tells the variant from the others, and whether that is a string by itself.
    fn text(&self) -> Option<(bool, &str)> {
        match &self.form {
            Form::Plain => None,
            Form::Unit(text, _) => Some((true, text)),
            Form::Member(text) | Form::Adjacent(Adjacent { text, .. }) => Some((false, text)),
        }
    }
}
