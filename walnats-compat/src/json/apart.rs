//! Arrays and objects that are none of some values: what is left is split by how it differs from the one that was found.

use std::rc::Rc;

use serde_json::Value;
use walnats_schema::{Schema, SchemaId, ValueIndex};

use super::Reason;
use super::atom::{Atom, Literal, NameSet, Position};
use super::outcome::Outcome;
use super::solver::Solver;

/// How often what is left is split, one inside the other.
const MAX_DEPTH: usize = 100;

/// What must not come out.
struct Excluded<'a> {
    values: Vec<&'a Value>,
    index: ValueIndex,
}

impl Solver {
    /// What `make` makes of the atoms, which looks at no values that are excluded.
    pub(super) fn apart(&mut self, atoms: &[Atom], make: fn(&mut Self, &[Atom]) -> Outcome) -> Outcome {
        let values: Vec<&Value> = atoms.iter().flat_map(excluded).filter(|value| is_nested(value)).collect();
        let index = ValueIndex::new(&values);
        let rest: Vec<Atom> = atoms.iter().filter(|atom| !matches!(atom, Atom::NotValues(_))).cloned().collect();
        self.apart_from(&rest, &Excluded { values, index }, make, 0)
    }

    fn apart_from(
        &mut self,
        atoms: &[Atom],
        excluded: &Excluded<'_>,
        make: fn(&mut Self, &[Atom]) -> Outcome,
        depth: usize,
    ) -> Outcome {
        let outcome = make(self, atoms);
        let is_excluded = |value: &Value| excluded.index.position(&excluded.values, value).is_some();
        let Some(found) = outcome.value().filter(|value| is_excluded(value)) else { return outcome };
        if depth == MAX_DEPTH || !matches!(outcome, Outcome::Value(_)) {
            return Outcome::open(Reason::Counting);
        }
        if !self.step(1) {
            return Outcome::open(Reason::Limits);
        }
        let mut others = Outcome::Empty;
        for different in self.others(found) {
            let with: Vec<Atom> = atoms.iter().cloned().chain(different).collect();
            others = others.or(self.apart_from(&with, excluded, make, depth + 1));
            if matches!(others, Outcome::Value(_)) {
                break;
            }
        }
        others
    }

    /// All other values of the type, in parts that have nothing in common.
    fn others(&mut self, value: &Value) -> Vec<Vec<Atom>> {
        match value {
            Value::Array(items) => {
                let length = items.len() as u64;
                let shorter = length.checked_sub(1).map(Atom::MaxItems);
                let mut parts: Vec<Vec<Atom>> =
                    [Some(Atom::MinItems(length + 1)), shorter].into_iter().flatten().map(|atom| vec![atom]).collect();
                let mut same = vec![Atom::MinItems(length), Atom::MaxItems(length)];
                for (index, item) in items.iter().enumerate() {
                    let id = self.only(item);
                    let is = |holds| Atom::Item { at: Position::At(index), literals: vec![Literal { id, holds }] };
                    parts.push(same.iter().cloned().chain([is(false)]).collect());
                    same.push(is(true));
                }
                parts
            }
            Value::Object(members) => {
                let names: Vec<Rc<str>> = members.keys().map(|name| name.as_str().into()).collect();
                let (mut parts, mut same) = (Vec::new(), Vec::new());
                for (name, member) in names.iter().zip(members.values()) {
                    let id = self.only(member);
                    let is = |holds| {
                        let literals = vec![Literal { id, holds }];
                        [Atom::Present(name.clone()), Atom::Member { names: NameSet::Name(name.clone()), literals }]
                    };
                    let absent = [Atom::Absent(name.clone())];
                    parts.push(same.iter().cloned().chain(absent).collect());
                    parts.push(same.iter().cloned().chain(is(false)).collect());
                    same.extend(is(true));
                }
                let more = NameSet::Others { names: Rc::new(names), patterns: Rc::default() };
                same.push(Atom::Member { names: more, literals: Vec::new() });
                parts.push(same);
                parts
            }
            _ => Vec::new(),
        }
    }

    /// A schema that accepts this value alone.
    fn only(&mut self, value: &Value) -> SchemaId {
        self.arena.add(Schema { enumeration: Some(vec![value.clone()]), ..Schema::default() })
    }
}

fn excluded(atom: &Atom) -> &[Value] {
    match atom {
        Atom::NotValues(values) => values,
        _ => &[],
    }
}

fn is_nested(value: &Value) -> bool {
    value.is_array() || value.is_object()
}
