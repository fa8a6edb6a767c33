//! Unions: by a tag, by the type of the JSON value, or by trying.

use std::collections::HashSet;

use walnats_schema::SchemaId;

use super::{Builder, MAX_COMBINED};
use crate::rust::conjunction::Conjunction;
use crate::rust::json_types::JsonTypes;
use crate::rust::schema_location::SchemaLocation;
use crate::rust::types::{Body, Dispatch, Form, Judgement, Type, Typed, Union, Variant};

/// A `oneOf` or `anyOf` whose branches become variants.
struct UnionGroup {
    /// The conjunction, without its other groups where all of them together make too many combinations.
    conjunction: Conjunction,
    group: usize,
    by: By,
}

/// What tells variants apart.
enum By {
    Tag(String),
    /// A member of its own for each.
    Member(Vec<Option<String>>),
    Nothing,
}

impl UnionGroup {
    fn dispatch(&self) -> Dispatch {
        match &self.by {
            By::Tag(tag) => Dispatch::Tag(tag.clone()),
            By::Member(_) => Dispatch::Member,
            By::Nothing => Dispatch::Attempt,
        }
    }
}

impl Builder<'_> {
    /// A union whose variants the type of the JSON value tells apart. Its variants are found later.
    pub(super) fn union_of_json_types(&mut self, conjunction: &Conjunction) -> Typed {
        if let Some(item) = self.by_key.get(&conjunction.key()) {
            return Typed::exact(Type::Item(*item));
        }
        if self.types.items.len() >= self.max_items {
            return self.any_value(conjunction);
        }
        let item = self.item(conjunction, Body::Union(Union::of(Dispatch::JsonType)));
        if self.is_mixed_list(conjunction) {
            self.kept.made(self.schemas, item, conjunction);
            self.kept.mixed(item, conjunction.json_types);
        }
        self.queue.push_back((item, conjunction.clone()));
        Typed::exact(Type::Item(item))
    }

    /// Whether all that the union is are strings, numbers and booleans that are listed.
    fn is_mixed_list(&self, conjunction: &Conjunction) -> bool {
        !conjunction.json_types.has(JsonTypes::ARRAY)
            && !conjunction.json_types.has(JsonTypes::OBJECT)
            && self.is_plain_list(conjunction)
    }

    /// The variants of [`Builder::union_of_json_types`].
    pub(super) fn json_type_variants(&mut self, conjunction: &Conjunction) -> Body {
        let is_mixed_list = self.is_mixed_list(conjunction);
        let mut variants = Vec::new();
        let mut dispatch = Dispatch::JsonType;
        let home = conjunction.home(self.schemas).map(|id| SchemaLocation::of(self.notes, id));
        let here = home.unwrap_or_else(|| conjunction.location.clone());
        for json_types in JsonTypes::EACH.into_iter().filter(|json_types| conjunction.json_types.has(*json_types)) {
            // What several schemas make of it is called after the union and its own kind.
            let location = here.join(&[json_types.segment()]);
            let choice = Conjunction { location, ..conjunction.only(self.schemas, json_types) };
            if let Some(inner) = self.flat(conjunction, &choice) {
                dispatch = Dispatch::Attempt;
                variants.extend(inner);
                continue;
            }
            let branch = self.only_branch(conjunction, json_types);
            let named = branch.and_then(|id| self.title_or_key(id));
            if let Some(id) = branch {
                let hint = named.clone().unwrap_or_else(|| json_type_name(json_types).to_owned());
                self.types.hints.entry(SchemaLocation::of(self.notes, id)).or_insert(hint);
            }
            let typed = self.typed(&choice, 1);
            match branch {
                _ if is_mixed_list => self.kept.part_of_mixed(&typed),
                // Values of this type are what the branch accepts.
                Some(branch) if conjunction.own.is_empty() => self.kept.place(self.schemas, &[branch], &typed, false),
                _ => {}
            }
            let name = named.unwrap_or_else(|| type_word(&typed.ty, json_types).to_owned());
            let id = branch.or(choice.home(self.schemas)).or(conjunction.whole.last().copied()).unwrap_or(SchemaId(0));
            variants.push(Variant {
                name,
                typed,
                form: Form::Plain,
                tags: Vec::new(),
                json_types: choice.json_types,
                id,
            });
        }
        Body::Union(Union { variants, ..Union::of(dispatch) })
    }

    /// The variants that the objects of a union make, where they are a union that has no place of its own: then all are
    /// variants of one enum.
    fn flat(&mut self, conjunction: &Conjunction, objects: &Conjunction) -> Option<Vec<Variant>> {
        let is_here = objects.json_types == JsonTypes::OBJECT
            && objects.home(self.schemas).is_none_or(|home| conjunction.home(self.schemas) == Some(home));
        if !is_here || self.object_union(objects).is_none() || !self.union_judgements(objects).is_empty() {
            return None;
        }
        match self.object_variants(objects)? {
            Body::Union(inner) => Some(inner.variants),
            _ => None,
        }
    }

    /// The one branch that stands for `json_types`.
    fn only_branch(&self, conjunction: &Conjunction, json_types: JsonTypes) -> Option<SchemaId> {
        let [group] = conjunction.groups.as_slice() else { return None };
        let mut branches = group.branches.iter().filter(|branch| self.schemas.possible(**branch).has(json_types));
        branches.next().filter(|_| branches.next().is_none()).copied()
    }

    /// A union whose variants all are objects, if `conjunction` is one. Its variants are found later.
    pub(super) fn object_union(&self, conjunction: &Conjunction) -> Option<Body> {
        let dispatch = self.union_group(conjunction)?.dispatch();
        Some(Body::Union(Union::of(dispatch)))
    }

    /// The variants of [`Builder::object_union`].
    pub(super) fn object_variants(&mut self, conjunction: &Conjunction) -> Option<Body> {
        let found = self.union_group(conjunction)?;
        let choices: Vec<(SchemaId, Conjunction)> = found.conjunction.groups[found.group]
            .branches
            .iter()
            .map(|branch| {
                (
                    *branch,
                    found.conjunction.choose(
                        self.schemas,
                        found.group,
                        *branch,
                        SchemaLocation::of(self.notes, *branch),
                    ),
                )
            })
            .filter(|(_, choice)| !choice.json_types.is_empty())
            .collect();
        let mut variants = Vec::new();
        for (position, (branch, choice)) in choices.iter().enumerate() {
            let branch = *branch;
            let tags = match &found.by {
                By::Tag(tag) => {
                    self.kept.fix(self.schemas, &self.applicable(choice, tag));
                    self.tag_values(choice, tag, 0).unwrap_or_default()
                }
                By::Member(members) => members[position].iter().cloned().collect(),
                By::Nothing => Vec::new(),
            };
            let name = match (&found.by, tags.as_slice()) {
                (By::Tag(_), [tag]) => tag.clone(),
                (by, tags) => self
                    .title_or_key(branch)
                    .or_else(|| (matches!(by, By::Tag(_)) && tags.len() == 2).then(|| tags.join(" ")))
                    .or_else(|| self.own_member(&choices, position))
                    .or_else(|| {
                        let others = choices.iter().enumerate().filter(|(other, _)| *other != position);
                        self.own_constant(choice, others.map(|(_, (_, other))| other))
                    })
                    .unwrap_or_else(|| format!("variant {}", position + 1)),
            };
            self.types.hints.entry(SchemaLocation::of(self.notes, branch)).or_insert_with(|| name.clone());
            let typed = self.typed(choice, 1);
            variants.push(Variant { name, typed, form: Form::Plain, tags, json_types: choice.json_types, id: branch });
        }
        Some(Body::Union(Union { variants, ..Union::of(found.dispatch()) }))
    }

    /// What is asked of a union of objects as a whole: where variants are tried and one alone may match, that it is so.
    pub(super) fn union_judgements(&self, conjunction: &Conjunction) -> Vec<Judgement> {
        let Some(UnionGroup { conjunction: chosen, group, by }) = self.union_group(conjunction) else {
            return Vec::new();
        };
        if chosen.groups.len() < conjunction.groups.len() {
            return self.judge(conjunction);
        }
        if !matches!(by, By::Nothing) || !conjunction.groups[group].exclusive {
            return Vec::new();
        }
        let choices = self.choices(conjunction, group);
        let pairs =
            choices.iter().enumerate().flat_map(|(at, one)| choices[at + 1..].iter().map(move |other| (one, other)));
        if pairs.into_iter().all(|(one, other)| self.is_disjoint(one, other)) {
            Vec::new()
        } else {
            self.judge(conjunction)
        }
    }

    /// The group whose branches become variants, and what tells them apart. A group that only asks more of members which
    /// exist without it (`anyOf` of `required`s) is no union.
    fn union_group(&self, conjunction: &Conjunction) -> Option<UnionGroup> {
        if conjunction.groups.is_empty() {
            return None;
        }
        let without: HashSet<String> =
            self.properties(&Conjunction { groups: Vec::new(), ..conjunction.clone() }).into_iter().collect();
        let mut untagged = None;
        let is_crowded = self.is_crowded(conjunction);
        for index in 0..conjunction.groups.len() {
            let (conjunction, group) = match is_crowded {
                true => (Conjunction { groups: vec![conjunction.groups[index].clone()], ..conjunction.clone() }, 0),
                false => (conjunction.clone(), index),
            };
            let choices = self.choices(&conjunction, group);
            if let Some(tag) = self.tag(&choices) {
                return Some(UnionGroup { conjunction, group, by: By::Tag(tag) });
            }
            let adds = |choice: &Conjunction| {
                !choice.groups.is_empty() || self.properties(choice).iter().any(|name| !without.contains(name))
            };
            if untagged.is_none() && choices.iter().any(adds) {
                let by = self.own_members(&choices).map_or(By::Nothing, By::Member);
                untagged = Some(UnionGroup { conjunction, group, by });
            }
        }
        untagged
    }

    /// Whether the groups make more combinations than there may be types: one of them is taken then, and the schema judges
    /// the others. Groups that say nothing of members (`anyOf` of `required`s) make none.
    fn is_crowded(&self, conjunction: &Conjunction) -> bool {
        let says_more = |branch: &SchemaId| {
            let branch = Conjunction::new(self.schemas, &[*branch], SchemaLocation::default());
            !branch.groups.is_empty()
                || branch.schemas(self.schemas.set).any(|schema| !schema.object.properties.is_empty())
        };
        let groups = conjunction.groups.iter().filter(|group| group.branches.iter().any(says_more));
        let sizes: Vec<usize> = groups.map(|group| group.branches.len()).collect();
        sizes.len() > 1 && sizes.iter().fold(1_usize, |all, size| all.saturating_mul(*size)) > MAX_COMBINED
    }

    /// What a value can be by the branches of a group.
    fn choices(&self, conjunction: &Conjunction, group: usize) -> Vec<Conjunction> {
        let branches = conjunction.groups[group].branches.iter();
        let choices =
            branches.map(|branch| conjunction.choose(self.schemas, group, *branch, conjunction.location.clone()));
        choices.filter(|choice| !choice.json_types.is_empty()).collect()
    }

    /// The first member that the choice at `position` requires and no other does.
    fn own_member(&self, choices: &[(SchemaId, Conjunction)], position: usize) -> Option<String> {
        let required = |choice: &Conjunction, name: &str| {
            choice.schemas(self.schemas.set).any(|schema| schema.object.required.iter().any(|key| key == name))
        };
        let others =
            || choices.iter().enumerate().filter(|(other, _)| *other != position).map(|(_, (_, choice))| choice);
        let choice = &choices[position].1;
        self.properties(choice)
            .into_iter()
            .find(|name| required(choice, name) && !others().any(|other| required(other, name)))
    }

    /// What a branch is called: the definition or file that it refers to, or its title where that is short.
    pub(super) fn title_or_key(&self, id: SchemaId) -> Option<String> {
        let set = self.schemas.set;
        let mut target = id;
        // A reference to itself names nothing; no chain is longer than the set.
        for _ in 0..set.schemas.len() {
            match set.get(target).reference {
                Some(next) => target = next,
                None => break,
            }
        }
        let location = SchemaLocation::of(self.notes, target);
        if location.path.len() == 2 && target != id {
            return location.definition().map(str::to_owned);
        }
        let of_note = self.rust_notes.get(id.0 as usize).and_then(|note| note.name.clone());
        of_note.or_else(|| self.notes.get(id.0 as usize)?.title.clone().filter(|title| is_short(title)))
    }
}

/// A title that can be a name: up to four words of letters and digits.
pub(super) fn is_short(title: &str) -> bool {
    let plain = title.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-'));
    plain && (1..=4).contains(&title.split_whitespace().count()) && title.len() <= 40
}

fn type_word(ty: &Type, json_types: JsonTypes) -> &'static str {
    match ty {
        Type::Integer(_) => "integer",
        Type::DateTime => "date time",
        Type::Date => "date",
        Type::Uuid => "uuid",
        _ => json_type_name(json_types),
    }
}

fn json_type_name(json_types: JsonTypes) -> &'static str {
    match json_types {
        JsonTypes::NULL => "null",
        JsonTypes::BOOLEAN => "boolean",
        JsonTypes::STRING => "string",
        JsonTypes::ARRAY => "array",
        JsonTypes::OBJECT => "object",
        _ => "number",
    }
}
