//! Schemas that no value fits, although each keyword alone could be met.
//!
//! What is found is certain: only what is known to contradict itself is said to, and the rest is left to validation.
//! Values are finite, so a schema whose every value would hold another one of itself has none.

mod bounds;
mod implied;
mod members;
mod obvious;
mod union;

use std::collections::HashMap;

use serde_json::Value;

use self::union::Union;
use crate::{JsonType, Schema, SchemaId, SchemaSet};

/// How many places are looked at for one set of schemas; what is beyond is taken for possible.
const MAX_STEPS: usize = 200_000;
/// How many listed values are tried, and branches compared.
const MAX_TRIES: usize = 1000;
/// How many schemas apply together at a place that is looked at.
pub(super) const MAX_PARTS: usize = 256;
/// How deep places are looked at within each other.
const MAX_DEPTH: usize = 64;

/// Why no value fits.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Why {
    /// The schema `false`.
    False,
    /// Says it all in words.
    Text(String),
    /// No branch of an `anyOf` or `oneOf` can be met; in words.
    Choice(String),
    /// A member that has to be there cannot be, and why.
    Member(String, Box<Why>),
    /// An item that has to be there cannot be, and why.
    Item(usize, Box<Why>),
    /// A value would have to hold another one, and so on.
    Endless,
}

impl Why {
    pub(super) fn text(&self) -> String {
        match self {
            Self::False => "the schema `false` refuses every value".to_owned(),
            Self::Text(text) | Self::Choice(text) => text.clone(),
            _ if self.is_endless() => "each value would have to hold another one, without an end".to_owned(),
            Self::Member(name, why) => format!("its member `{name}` is required and cannot be: {}", why.text()),
            Self::Item(at, why) => format!("its item {at} has to be there and cannot be: {}", why.text()),
            Self::Endless => "it never ends".to_owned(),
        }
    }

    /// Whether the reason is a member, whose own schema shows it.
    pub(super) fn is_of_member(&self) -> bool {
        match self {
            Self::Member(..) => !self.is_endless(),
            Self::Item(_, why) => why.is_of_member(),
            Self::False | Self::Text(_) | Self::Choice(_) | Self::Endless => false,
        }
    }

    pub(super) fn is_endless(&self) -> bool {
        match self {
            Self::Endless => true,
            Self::Member(_, why) | Self::Item(_, why) => why.is_endless(),
            Self::False | Self::Text(_) | Self::Choice(_) => false,
        }
    }

    /// Whether it takes branches together to see it.
    pub(super) fn rests_on_a_choice(&self) -> bool {
        match self {
            Self::Choice(_) => true,
            Self::Member(_, why) | Self::Item(_, why) => why.rests_on_a_choice(),
            Self::False | Self::Text(_) | Self::Endless => false,
        }
    }
}

/// Schemas of one set that no value fits.
pub struct Contradictions<'s> {
    finder: Finder<'s>,
}

/// Why no value fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// In words.
    pub text: String,
    /// Whether a schema is `false`, or `not` refuses everything: what is forbidden on purpose is written like that.
    pub is_refusal: bool,
    /// Whether the schema of a member or an item shows it by itself.
    pub is_of_part: bool,
}

impl<'s> Contradictions<'s> {
    /// Nothing is looked for yet.
    pub fn new(set: &'s SchemaSet) -> Self {
        Self { finder: Finder::new(set) }
    }

    /// Why no value fits all of the schemas, if that is certain.
    ///
    /// # Panics
    /// If an id comes from another set.
    pub fn find(&mut self, ids: &[SchemaId]) -> Option<Contradiction> {
        let why = if ids.is_empty() { None } else { self.finder.never(ids) }?;
        Some(Contradiction {
            text: why.text(),
            is_refusal: matches!(why, Why::False) || matches!(&why, Why::Text(text) if text == NOT),
            is_of_part: why.is_of_member() || why.is_endless(),
        })
    }

    /// The schemas that apply to the member `name` of objects that fit all of the schemas.
    ///
    /// # Panics
    /// If an id comes from another set.
    pub fn of_member(&self, ids: &[SchemaId], name: &str) -> Vec<SchemaId> {
        let parts: Vec<&Schema> = self.finder.set.conjuncts(ids).iter().map(|id| self.finder.set.get(*id)).collect();
        self.finder.of_member(&parts, name)
    }
}

const NOT: &str = "`not` refuses every value that the rest allows";

/// Schemas that apply at one place: all of them, and those whose branches are looked at.
type Place = (Vec<SchemaId>, Vec<SchemaId>);

/// Finds what no value fits in one set of schemas.
pub(super) struct Finder<'s> {
    set: &'s SchemaSet,
    known: HashMap<Place, Option<Why>>,
    open: HashMap<Place, usize>,
    /// The outermost open place that was met again since.
    met_again: usize,
    steps: usize,
    /// Large unions of constants, by their schemas.
    unions: HashMap<SchemaId, Option<Union<'s>>>,
}

/// One place: the schemas that apply together, by `$ref` and `allOf`.
struct Together<'s> {
    ids: Vec<SchemaId>,
    parts: Vec<&'s Schema>,
}

impl<'s> Finder<'s> {
    pub(super) fn new(set: &'s SchemaSet) -> Self {
        let (known, open, unions) = Default::default();
        Self { set, known, open, met_again: usize::MAX, steps: 0, unions }
    }

    /// Why no value fits all of `ids`, if that is certain.
    pub(super) fn never(&mut self, ids: &[SchemaId]) -> Option<Why> {
        // Where the dynamic scope decides what applies, a schema alone does not say it.
        if !self.set.resources.is_empty() {
            return None;
        }
        let all = match ids {
            [only] => {
                let only = obvious::target(self.set, *only);
                if obvious::has_a_value(self.set, only) {
                    return None;
                }
                self.set.conjuncts(&[only])
            }
            _ => self.set.conjuncts(ids),
        };
        let fresh = all.clone();
        self.place(all, fresh)
    }

    /// The same where `branch` applies, too; only its own branches are looked at.
    fn never_with(&mut self, together: &Together<'s>, branch: SchemaId) -> Option<Why> {
        let mut ids = together.ids.clone();
        ids.push(branch);
        self.place(self.set.conjuncts(&ids), self.set.conjuncts(&[branch]))
    }

    fn place(&mut self, mut all: Vec<SchemaId>, mut fresh: Vec<SchemaId>) -> Option<Why> {
        all.sort_unstable();
        fresh.sort_unstable();
        let key = (all, fresh);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        if key.0.len() > MAX_PARTS {
            return None;
        }
        let depth = self.open.len();
        if let Some(again) = self.open.get(&key) {
            self.met_again = self.met_again.min(*again);
            return Some(Why::Endless);
        }
        self.steps += 1;
        if self.steps > MAX_STEPS || depth >= MAX_DEPTH {
            return None;
        }
        self.open.insert(key.clone(), depth);
        let outer = std::mem::replace(&mut self.met_again, usize::MAX);
        let why = self.look(&key);
        self.open.remove(&key);
        // What rests on an open place holds only as long as that one turns out to have no value.
        let is_settled = self.met_again >= depth;
        if why.is_none() || is_settled {
            self.known.insert(key, why.clone());
        }
        self.met_again = if is_settled { outer } else { outer.min(self.met_again) };
        why
    }

    fn look(&mut self, (all, fresh): &Place) -> Option<Why> {
        let parts = all.iter().map(|id| self.set.get(*id)).collect();
        let together = Together { ids: all.clone(), parts };
        if together.parts.iter().any(|part| part.never) {
            return Some(Why::False);
        }
        if let Some(values) = together.parts.iter().find_map(|part| part.enumeration.as_ref()) {
            return self.listed(&together, values);
        }
        let Some(types) = together.types() else {
            return Some(Why::Text("no value has all of the types asked for".to_owned()));
        };
        if let Some(why) = self.refused(&together, &types) {
            return Some(why);
        }
        let whys: Option<Vec<Why>> = types.into_iter().map(|json_type| self.of_type(&together, json_type)).collect();
        whys.and_then(|whys| whys.into_iter().next()).or_else(|| self.choices(&together, fresh))
    }

    /// Why none of the listed values is valid: exact, since each can be tried.
    fn listed(&mut self, together: &Together<'_>, values: &[Value]) -> Option<Why> {
        let set = self.set;
        let refusal = |value: &Value| {
            let mut violations = together.ids.iter().map(|id| set.validate(*id, value));
            violations.find_map(|violations| violations.list.first().map(|first| first.keyword))
        };
        if values.len() > MAX_TRIES || values.iter().any(|value| together.ids.iter().all(|id| self.accepts(*id, value)))
        {
            return None;
        }
        let refusals: Option<Vec<&str>> = values.iter().map(refusal).collect();
        let mut keywords = refusals?;
        keywords.sort_unstable();
        keywords.dedup();
        let list: Vec<String> = keywords.iter().map(|keyword| format!("`{keyword}`")).collect();
        Some(Why::Text(match values {
            [] => "`enum` and `const` leave no value".to_owned(),
            [value] if value.to_string().len() <= 60 => {
                format!("{} refuses `{value}`, the only value listed", list.join(" and "))
            }
            [_] => format!("{} refuses the only value listed", list.join(" and ")),
            _ => format!("every value listed is refused, by {}", list.join(" and ")),
        }))
    }

    /// Why `not`, `if` or a choice leaves nothing.
    fn refused(&mut self, together: &Together<'s>, types: &[JsonType]) -> Option<Why> {
        let parts = together.parts.clone();
        for part in &parts {
            if part.not.is_some_and(|not| self.is_implied(together, types, not)) {
                return Some(Why::Text(NOT.to_owned()));
            }
            let dependent = part.object.dependent_schemas.iter();
            for (name, schema) in dependent.filter(|_| types == [JsonType::Object]) {
                if together.required().contains(name.as_str())
                    && !together.ids.contains(schema)
                    && let Some(why) = self.never_with(together, *schema)
                {
                    let text = format!("`{name}` is required, and so is its `dependentSchemas`: {}", why.text());
                    return Some(Why::Text(text));
                }
            }
            if let Some(condition) = &part.condition
                && let Some(then) = condition.then
                && self.is_implied(together, types, condition.if_)
                && !together.ids.contains(&then)
                && let Some(why) = self.never_with(together, then)
            {
                return Some(Why::Text(format!(
                    "`if` always holds, and with `then` no value is valid: {}",
                    why.text()
                )));
            }
        }
        None
    }

    fn of_type(&mut self, together: &Together<'s>, json_type: JsonType) -> Option<Why> {
        match json_type {
            JsonType::Null | JsonType::Boolean => None,
            JsonType::Integer | JsonType::Number => bounds::of_numbers(&together.parts, json_type),
            JsonType::String => bounds::of_strings(&together.parts),
            JsonType::Array => bounds::of_arrays(&together.parts).or_else(|| self.items(together)),
            JsonType::Object => bounds::of_objects(&together.parts).or_else(|| self.members(together)),
        }
    }

    /// Why no branch of an `anyOf` or `oneOf` of the schemas `fresh` can be chosen.
    fn choices(&mut self, together: &Together<'s>, fresh: &[SchemaId]) -> Option<Why> {
        for id in fresh {
            let part = self.set.get(*id);
            for (keyword, branches) in [("anyOf", &part.any_of), ("oneOf", &part.one_of)] {
                let is_chosen = branches.iter().any(|branch| together.ids.contains(branch));
                if branches.is_empty() || is_chosen {
                    continue;
                }
                // Of two equal branches of a `oneOf`, both are met or none.
                let is_twin = |branch: &SchemaId| {
                    let is_equal = |other: &&SchemaId| self.set.get(**other) == self.set.get(*branch);
                    keyword == "oneOf" && branches.len() <= MAX_TRIES && branches.iter().filter(is_equal).count() > 1
                };
                let twins: Vec<bool> = branches.iter().map(is_twin).collect();
                let whys = branches.iter().zip(twins).map(|(branch, is_twin)| match is_twin {
                    true => Some(Why::Text("another branch says the same".to_owned())),
                    false => self.never_with(together, *branch),
                });
                let whys: Option<Vec<Why>> = whys.collect();
                if let Some(first) = whys.and_then(|whys| whys.into_iter().next()) {
                    let text = format!("no branch of `{keyword}` can be met; of the first, {}", first.text());
                    return Some(Why::Choice(text));
                }
            }
        }
        None
    }
}

impl Together<'_> {
    /// The types that all parts leave; `None` if none is.
    fn types(&self) -> Option<Vec<JsonType>> {
        use JsonType::{Array, Boolean, Integer, Null, Number, Object, String};
        let mut left = vec![Null, Boolean, Number, String, Array, Object];
        for types in self.parts.iter().filter_map(|part| part.types.as_ref()) {
            left = left
                .into_iter()
                .filter_map(|one| match one {
                    Number | Integer if types.contains(&Number) => Some(one),
                    Number | Integer => types.contains(&Integer).then_some(Integer),
                    _ => types.contains(&one).then_some(one),
                })
                .collect();
        }
        (!left.is_empty()).then_some(left)
    }
}
