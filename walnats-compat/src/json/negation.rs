//! The ways in which a value may break a schema.

use std::rc::Rc;

use serde_json::Number;
use walnats_schema::{IntegerFormat, JsonType, Schema, SchemaId};

use super::Reason;
use super::arena::Arena;
use super::atom::{Atom, Kind, Literal, NameSet, Position, allows};
use super::evaluated;
use super::evaluators::Evaluated;
use super::repetition::repetition;
use super::state::{Alternative, Clause, item, member};

/// The ways in which a value of `kind` breaks the schema of a literal; `None` if each does, by its type alone.
pub(super) fn choice(arena: &mut Arena, origin: Literal, kind: Kind) -> Option<Rc<Clause>> {
    if let Some(known) = arena.choices.get(&(origin, kind)) {
        return known.clone();
    }
    let alternatives = alternatives(arena, origin.id, kind);
    let choice = alternatives.map(|alternatives| Rc::new(Clause { origin, alternatives }));
    arena.choices.insert((origin, kind), choice.clone());
    choice
}

fn alternatives(arena: &mut Arena, id: SchemaId, kind: Kind) -> Option<Vec<Alternative>> {
    let schema = arena.get(id);
    if schema.never || !allows(schema, kind) {
        return None;
    }
    let schema = schema.clone();
    let mut ways = Vec::new();
    if let Some(values) = &schema.enumeration {
        let others: Vec<_> = values.iter().filter(|value| Kind::of(value) == kind).cloned().collect();
        if others.is_empty() {
            return None;
        }
        ways.push(Alternative::atom(Atom::NotValues(Rc::new(others))));
    }
    ways.extend(schema.direct_conjuncts().map(|conjunct| Alternative::literal(Literal::no(conjunct))));
    ways.extend(schema.not.map(|unwanted| Alternative::literal(Literal::yes(unwanted))));
    let none = |branches: &[SchemaId]| Alternative::literals(branches.iter().copied().map(Literal::no).collect());
    if !schema.any_of.is_empty() {
        ways.push(none(&schema.any_of));
    }
    if !schema.one_of.is_empty() {
        ways.push(none(&schema.one_of));
        ways.extend(at_least_two(arena, &schema.one_of, Literal::no(id)));
    }
    if let Some(condition) = &schema.condition {
        let broken = |first, second: Option<SchemaId>| {
            second.map(|second| Alternative::literals(vec![first, Literal::no(second)]))
        };
        ways.extend(broken(Literal::yes(condition.if_), condition.then));
        ways.extend(broken(Literal::no(condition.if_), condition.else_));
    }
    match kind {
        Kind::Null | Kind::Boolean => {}
        Kind::Number => number(&schema, &mut ways),
        Kind::String => string(&schema, &mut ways),
        Kind::Array => array(arena, &schema, &mut ways),
        Kind::Object => object(arena, id, &schema, &mut ways),
    }
    Some(ways)
}

/// Two branches hold: the first of them is chosen, then another one after it that may hold, too.
fn at_least_two(arena: &Arena, branches: &[SchemaId], origin: Literal) -> Vec<Alternative> {
    let pair = |(index, others): (usize, Vec<usize>)| {
        let later = others.into_iter().filter(|other| *other > index);
        let alternatives: Vec<_> = later.map(|other| Alternative::literal(Literal::yes(branches[other]))).collect();
        (!alternatives.is_empty()).then(|| Alternative {
            literals: vec![Literal::yes(branches[index])],
            clauses: vec![Rc::new(Clause { origin, alternatives })],
            ..Alternative::default()
        })
    };
    arena.overlaps(branches).into_iter().enumerate().filter_map(pair).collect()
}

fn number(schema: &Schema, ways: &mut Vec<Alternative>) {
    let is_integer = schema.types.as_ref().is_some_and(|types| !types.contains(&JsonType::Number));
    let rules = &schema.number;
    let below = |bound: &Option<Number>, is_exclusive| bound.clone().map(|bound| Atom::Most { bound, is_exclusive });
    let above = |bound: &Option<Number>, is_exclusive| bound.clone().map(|bound| Atom::Least { bound, is_exclusive });
    let atoms = [
        is_integer.then_some(Atom::Integer(false)),
        below(&rules.minimum, true),
        below(&rules.exclusive_minimum, false),
        above(&rules.maximum, true),
        above(&rules.exclusive_maximum, false),
        rules.multiple_of.clone().map(|divisor| Atom::Multiple(divisor, false)),
    ];
    ways.extend(atoms.into_iter().flatten().map(Alternative::atom));
    if let Some(format) = rules.format {
        let (bottom, top) = range(format);
        ways.push(Alternative::atom(Atom::Most { bound: bottom, is_exclusive: true }));
        ways.push(Alternative::atom(Atom::Least { bound: top, is_exclusive: true }));
    }
}

/// The smallest and the largest integer of a format.
pub(super) fn range(format: IntegerFormat) -> (Number, Number) {
    let (bottom, top) = format.range();
    // Each range begins within `i64` and ends within `u64`.
    (Number::from(bottom as i64), Number::from(top as u64))
}

fn string(schema: &Schema, ways: &mut Vec<Alternative>) {
    let rules = &schema.string;
    if let Some(min) = rules.min_length.filter(|min| *min > 0) {
        ways.push(Alternative::atom(Atom::MaxLength(min - 1)));
    }
    if let Some(max) = rules.max_length {
        ways.push(Alternative::atom(Atom::MinLength(max.saturating_add(1))));
    }
    if let Some(pattern) = &rules.pattern {
        let atoms = match repetition(pattern) {
            Some(repeated) => {
                let shorter = repeated.min.checked_sub(1).map(Atom::MaxLength);
                let longer = repeated.max.map(|max| Atom::MinLength(max.saturating_add(1)));
                let other = Atom::Pattern(repeated.pattern.into(), false);
                [shorter, longer, Some(other)].into_iter().flatten().collect()
            }
            None => vec![Atom::Pattern(pattern.as_str().into(), false)],
        };
        ways.extend(atoms.into_iter().map(Alternative::atom));
    }
    if let Some(format) = rules.format {
        ways.push(Alternative::atom(Atom::Format(format, false)));
    }
}

fn array(arena: &mut Arena, schema: &Schema, ways: &mut Vec<Alternative>) {
    let rules = &schema.array;
    if let Some(min) = rules.min_items.filter(|min| *min > 0) {
        ways.push(Alternative::atom(Atom::MaxItems(min - 1)));
    }
    if let Some(max) = rules.max_items {
        ways.push(Alternative::atom(Atom::MinItems(max.saturating_add(1))));
    }
    if rules.unique_items {
        ways.push(Alternative::atom(Atom::Unique(false)));
    }
    for (index, id) in rules.prefix_items.iter().enumerate() {
        ways.push(item(Position::At(index), Literal::no(*id)));
    }
    if let Some(rest) = rules.items {
        ways.push(item(Position::From(rules.prefix_items.len()), Literal::no(rest)));
    }
    if let Some(contains) = &rules.contains {
        if contains.min > 0 {
            ways.push(Alternative::atom(Atom::ContainsAtMost(contains.schema, contains.min - 1)));
        }
        if let Some(max) = contains.max {
            ways.push(Alternative::atom(Atom::Contains(contains.schema, max.saturating_add(1))));
        }
    }
    if let Some(unevaluated) = rules.unevaluated_items {
        match evaluated::items(arena, schema) {
            Some(cases) => ways.extend(cases.into_iter().filter_map(|case| case.broken(unevaluated))),
            None => ways.push(Alternative::atom(Atom::Unknown(Reason::Unevaluated))),
        }
    }
}

fn object(arena: &mut Arena, id: SchemaId, schema: &Schema, ways: &mut Vec<Alternative>) {
    let rules = &schema.object;
    if let Some(min) = rules.min_properties.filter(|min| *min > 0) {
        ways.push(Alternative::atom(Atom::MaxMembers(min - 1)));
    }
    if let Some(max) = rules.max_properties {
        ways.push(Alternative::atom(Atom::MinMembers(max.saturating_add(1))));
    }
    for name in &rules.required {
        ways.push(Alternative::atom(Atom::Absent(name.as_str().into())));
    }
    for (name, id) in &rules.properties {
        ways.push(member(NameSet::Name(name.as_str().into()), Literal::no(*id)));
    }
    for (pattern, id) in &rules.pattern_properties {
        ways.push(member(NameSet::Pattern(pattern.as_str().into()), Literal::no(*id)));
    }
    if let Some(id) = rules.additional_properties {
        let names = rules.properties.iter().map(|(name, _)| name.as_str().into()).collect();
        let patterns = rules.pattern_properties.iter().map(|(pattern, _)| pattern.as_str().into()).collect();
        ways.push(member(NameSet::Others { names: Rc::new(names), patterns: Rc::new(patterns) }, Literal::no(id)));
    }
    if let Some(names) = rules.property_names {
        ways.push(Alternative::atom(Atom::WrongName(names)));
    }
    for (cause, names) in &rules.dependent_required {
        for name in names {
            let atoms = vec![Atom::Present(cause.as_str().into()), Atom::Absent(name.as_str().into())];
            ways.push(Alternative::atoms(atoms));
        }
    }
    for (cause, dependent) in &rules.dependent_schemas {
        ways.push(Alternative {
            literals: vec![Literal::no(*dependent)],
            atoms: vec![Atom::Present(cause.as_str().into())],
            ..Alternative::default()
        });
    }
    if let Some(unevaluated) = rules.unevaluated_properties {
        if let Some(evaluated) = Evaluated::new(arena, schema) {
            ways.extend(evaluated.broken(Literal::no(id), unevaluated));
        } else if let Some(cases) = evaluated::members(arena, schema) {
            ways.extend(cases.into_iter().filter_map(|case| case.broken(unevaluated)));
        } else {
            ways.push(Alternative::atom(Atom::Unknown(Reason::Unevaluated)));
        }
    }
}
