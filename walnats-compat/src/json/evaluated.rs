//! What the keywords of a schema evaluate, for `unevaluatedProperties` and `unevaluatedItems`: the cases that can occur, and
//! in each of them the names or items that are left.

use std::rc::Rc;

use walnats_schema::{Schema, SchemaId};

use super::arena::Arena;
use super::atom::{Atom, ItemRule, Literal, MemberRule, NameSet, Position};
use super::state::Alternative;

/// How many cases a schema may have.
const MAX_CASES: usize = 256;
/// How deep schemas may nest in one place.
const MAX_DEPTH: usize = 20;

/// A case: what holds in it, and what is evaluated then.
#[derive(Clone, Debug, Default)]
pub(super) struct Case {
    literals: Vec<Literal>,
    atoms: Vec<Atom>,
    /// Everything is.
    all: bool,
    names: Vec<Rc<str>>,
    patterns: Vec<Rc<str>>,
    /// So many items from the start.
    leading: usize,
    /// Items that satisfy one of these, wherever they are.
    contained: Vec<SchemaId>,
}

impl Case {
    fn and(&self, other: &Self) -> Self {
        let both = |a: &[Rc<str>], b: &[Rc<str>]| a.iter().chain(b).cloned().collect();
        Self {
            literals: [&self.literals[..], &other.literals].concat(),
            atoms: [&self.atoms[..], &other.atoms].concat(),
            all: self.all || other.all,
            names: both(&self.names, &other.names),
            patterns: both(&self.patterns, &other.patterns),
            leading: self.leading.max(other.leading),
            contained: [&self.contained[..], &other.contained].concat(),
        }
    }

    fn is_contradictory(&self, arena: &Arena) -> bool {
        let holding = || self.literals.iter().filter(|literal| literal.holds).map(|literal| literal.id);
        self.literals.iter().any(|literal| self.literals.contains(&literal.negated()))
            || holding()
                .enumerate()
                .any(|(index, one)| holding().skip(index + 1).any(|two| one != two && arena.are_disjoint(one, two)))
    }
}

/// A case for members.
pub(super) struct Members(Case);

impl Members {
    /// The case, in which all members that are left satisfy a schema.
    pub(super) fn all(self, unevaluated: SchemaId) -> Alternative {
        let Self(case) = self;
        let mut atoms = case.atoms;
        if !case.all {
            let rule = MemberRule {
                properties: case.names.into_iter().map(|name| (name, None)).collect(),
                patterns: case.patterns.into_iter().map(|pattern| (pattern, None)).collect(),
                additional: Some(unevaluated),
            };
            atoms.push(Atom::Members(Rc::new(rule)));
        }
        Alternative { literals: case.literals, atoms, clauses: Vec::new() }
    }

    /// The case, in which a member that is left does not satisfy a schema.
    pub(super) fn broken(self, unevaluated: SchemaId) -> Option<Alternative> {
        let Self(case) = self;
        if case.all {
            return None;
        }
        let names = NameSet::Others { names: Rc::new(case.names), patterns: Rc::new(case.patterns) };
        let mut atoms = case.atoms;
        atoms.push(Atom::Member { names, literals: vec![Literal::no(unevaluated)] });
        Some(Alternative { literals: case.literals, atoms, clauses: Vec::new() })
    }
}

/// A case for items.
pub(super) struct Items(Case);

impl Items {
    /// The case, in which all items that are left satisfy a schema.
    pub(super) fn all(self, arena: &mut Arena, unevaluated: SchemaId) -> Alternative {
        let Self(case) = self;
        let mut atoms = case.atoms;
        if !case.all {
            let rest = match &case.contained[..] {
                [] => unevaluated,
                contained => {
                    let any_of = contained.iter().copied().chain([unevaluated]).collect();
                    arena.add(Schema { any_of, ..Schema::default() })
                }
            };
            let prefix = vec![arena.add(Schema::default()); case.leading];
            atoms.push(Atom::Items(Rc::new(ItemRule { prefix, rest: Some(rest) })));
        }
        Alternative { literals: case.literals, atoms, clauses: Vec::new() }
    }

    /// The case, in which an item that is left does not satisfy a schema.
    pub(super) fn broken(self, unevaluated: SchemaId) -> Option<Alternative> {
        let Self(case) = self;
        if case.all {
            return None;
        }
        let literals = case.contained.into_iter().chain([unevaluated]).map(Literal::no).collect();
        let mut atoms = case.atoms;
        atoms.push(Atom::Item { at: Position::From(case.leading), literals });
        Some(Alternative { literals: case.literals, atoms, clauses: Vec::new() })
    }
}

/// The cases for members; `None` if there are too many or they cannot be said.
pub(super) fn members(arena: &Arena, schema: &Schema) -> Option<Vec<Members>> {
    let cases = Cases { arena, own: own_members, of_objects: true }.inside(schema, 0)?;
    Some(cases.into_iter().map(Members).collect())
}

/// The cases for items; `None` if there are too many or they cannot be said.
pub(super) fn items(arena: &Arena, schema: &Schema) -> Option<Vec<Items>> {
    let cases = Cases { arena, own: own_items, of_objects: false }.inside(schema, 0)?;
    Some(cases.into_iter().map(Items).collect())
}

fn own_members(schema: &Schema, is_root: bool) -> Case {
    let rules = &schema.object;
    Case {
        all: rules.additional_properties.is_some() || (!is_root && rules.unevaluated_properties.is_some()),
        names: rules.properties.iter().map(|(name, _)| name.as_str().into()).collect(),
        patterns: rules.pattern_properties.iter().map(|(pattern, _)| pattern.as_str().into()).collect(),
        ..Case::default()
    }
}

fn own_items(schema: &Schema, is_root: bool) -> Case {
    let rules = &schema.array;
    let contains = rules.contains.iter().filter(|contains| contains.evaluates);
    Case {
        all: rules.items.is_some() || (!is_root && rules.unevaluated_items.is_some()),
        leading: rules.prefix_items.len(),
        contained: contains.map(|contains| contains.schema).collect(),
        ..Case::default()
    }
}

struct Cases<'a> {
    arena: &'a Arena,
    /// What a schema's own keywords evaluate.
    own: fn(&Schema, bool) -> Case,
    of_objects: bool,
}

impl Cases<'_> {
    /// `dependentSchemas`, which arrays have nothing to do with.
    fn dependent<'s>(&self, schema: &'s Schema) -> &'s [(String, SchemaId)] {
        if self.of_objects { &schema.object.dependent_schemas } else { &[] }
    }

    /// The cases of a schema that holds.
    fn of(&self, id: SchemaId, depth: usize) -> Option<Vec<Case>> {
        let holds = Case { literals: vec![Literal::yes(id)], ..Case::default() };
        let cases = self.inside(self.arena.get(id), depth + 1)?;
        Some(cases.iter().map(|case| holds.and(case)).collect())
    }

    fn inside(&self, schema: &Schema, depth: usize) -> Option<Vec<Case>> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mut cases = vec![(self.own)(schema, depth == 0)];
        for conjunct in schema.direct_conjuncts() {
            cases = product(self.arena, &cases, &self.of(conjunct, depth)?)?;
        }
        for branch in &schema.any_of {
            let mut either = self.of(*branch, depth)?;
            either.push(Case { literals: vec![Literal::no(*branch)], ..Case::default() });
            cases = product(self.arena, &cases, &simplified(either))?;
        }
        if !schema.one_of.is_empty() {
            let mut either = Vec::new();
            for (index, branch) in schema.one_of.iter().enumerate() {
                let others = schema.one_of.iter().enumerate().filter(|(other, _)| *other != index);
                let others = Case { literals: others.map(|(_, id)| Literal::no(*id)).collect(), ..Case::default() };
                either.extend(self.of(*branch, depth)?.iter().map(|case| others.and(case)));
            }
            cases = product(self.arena, &cases, &either)?;
        }
        if let Some(condition) = &schema.condition {
            let mut holds = self.of(condition.if_, depth)?;
            if let Some(then) = condition.then {
                holds = product(self.arena, &holds, &self.of(then, depth)?)?;
            }
            let mut fails = vec![Case { literals: vec![Literal::no(condition.if_)], ..Case::default() }];
            if let Some(else_) = condition.else_ {
                fails = product(self.arena, &fails, &self.of(else_, depth)?)?;
            }
            cases = product(self.arena, &cases, &[holds, fails].concat())?;
        }
        for (cause, dependent) in self.dependent(schema) {
            let name: Rc<str> = cause.as_str().into();
            let present = Case { atoms: vec![Atom::Present(name.clone())], ..Case::default() };
            let mut either = product(self.arena, &[present], &self.of(*dependent, depth)?)?;
            either.push(Case { atoms: vec![Atom::Absent(name)], ..Case::default() });
            cases = product(self.arena, &cases, &either)?;
        }
        Some(cases)
    }
}

/// Branches that evaluate nothing need not be told apart.
fn simplified(either: Vec<Case>) -> Vec<Case> {
    let evaluates = |case: &Case| {
        case.all
            || case.leading > 0
            || !(case.names.is_empty() && case.patterns.is_empty() && case.contained.is_empty())
    };
    if either.iter().any(evaluates) { either } else { vec![Case::default()] }
}

fn product(arena: &Arena, left: &[Case], right: &[Case]) -> Option<Vec<Case>> {
    if left.len() * right.len() > MAX_CASES * 4 {
        return None;
    }
    let mut cases = Vec::new();
    for first in left {
        cases.extend(right.iter().map(|second| first.and(second)).filter(|case| !case.is_contradictory(arena)));
    }
    (cases.len() <= MAX_CASES).then_some(cases)
}
