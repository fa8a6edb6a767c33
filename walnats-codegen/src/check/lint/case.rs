//! What a value may be where schemas apply: through `$ref`, compositions and choices.

use walnats_schema::{JsonType, SchemaId, SchemaSet};

/// How many cases are told apart; where there are more, choices are not looked into.
const MOST_CASES: usize = 32;

/// One way to be valid: a branch of each choice, with all that applies to it.
pub(super) struct Case {
    /// The schemas that apply, those asked about first.
    pub(super) parts: Vec<SchemaId>,
    /// The types that they leave; an integer is not listed where any number is possible.
    pub(super) types: Vec<JsonType>,
}

/// The cases of a value that fits all of `ids`, but for those that contradict themselves by type.
pub(super) fn cases(set: &SchemaSet, ids: &[SchemaId]) -> Vec<Case> {
    let all = set.conjuncts(ids);
    let mut found = Vec::new();
    if !split(set, all.clone(), &mut found) {
        found = vec![all];
    }
    let cases = found.into_iter().map(|parts| Case { types: types(set, &parts), parts });
    cases.filter(|case| !case.types.is_empty()).collect()
}

/// The types of a value that fits all of `ids`, each once.
pub(super) fn types_of(set: &SchemaSet, ids: &[SchemaId]) -> Vec<JsonType> {
    let mut types: Vec<JsonType> = cases(set, ids).into_iter().flat_map(|case| case.types).collect();
    types.sort_unstable();
    types.dedup();
    types
}

/// The cases that are not `null`, if there are some and all of them are of the type.
pub(super) fn cases_of(set: &SchemaSet, id: SchemaId, wanted: JsonType) -> Option<Vec<Case>> {
    let mut cases = cases(set, &[id]);
    cases.retain(|case| case.types != [JsonType::Null]);
    let is_wanted = |case: &Case| {
        let types = &case.types;
        types.contains(&wanted) && types.iter().all(|one| *one == wanted || *one == JsonType::Null)
    };
    (!cases.is_empty() && cases.iter().all(is_wanted)).then_some(cases)
}

/// Adds a case for each branch of the first choice of which none is taken yet; `false` where there are too many.
fn split(set: &SchemaSet, all: Vec<SchemaId>, found: &mut Vec<Vec<SchemaId>>) -> bool {
    let open = all.iter().flat_map(|id| [&set.get(*id).any_of, &set.get(*id).one_of]);
    let mut open = open.filter(|branches| !branches.is_empty() && !branches.iter().any(|branch| all.contains(branch)));
    let Some(branches) = open.next() else {
        found.push(all);
        return found.len() <= MOST_CASES;
    };
    branches.iter().all(|branch| {
        let ids: Vec<SchemaId> = all.iter().chain([branch]).copied().collect();
        split(set, set.conjuncts(&ids), found)
    })
}

/// The types that all parts leave.
fn types(set: &SchemaSet, parts: &[SchemaId]) -> Vec<JsonType> {
    use JsonType::{Array, Boolean, Integer, Null, Number, Object, String};
    let mut left = vec![Null, Boolean, Number, String, Array, Object];
    for part in parts.iter().map(|id| set.get(*id)) {
        if part.never {
            return Vec::new();
        }
        let listed = part.enumeration.as_ref().map(|values| values.iter().map(JsonType::of).collect());
        for types in part.types.iter().cloned().chain(listed) {
            left = left
                .into_iter()
                .filter_map(|one| match one {
                    Number | Integer if types.contains(&Number) => Some(one),
                    Number | Integer => types.contains(&Integer).then_some(Integer),
                    _ => types.contains(&one).then_some(one),
                })
                .collect();
        }
    }
    left
}
