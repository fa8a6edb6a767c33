//! `unevaluatedProperties`, member by member: each member satisfies the schema, or a subschema that holds evaluates it. Unlike the
//! cases of what holds together, this grows with the schema, not with the number of combinations.

use std::collections::BTreeSet;
use std::rc::Rc;

use walnats_schema::{Pattern, Schema, SchemaId};

use super::arena::Arena;
use super::atom::{Atom, Literal, MemberRule, NameSet};
use super::state::{Alternative, Clause};

/// How many subschemas may evaluate members under a condition.
const MAX_CONDITIONAL: usize = 2_000;
/// How deep schemas may nest in one place.
const MAX_DEPTH: usize = 20;

/// What the subschemas of a schema evaluate.
#[derive(Default)]
pub(super) struct Evaluated {
    /// Whatever holds, everything is.
    all: bool,
    /// Whatever holds, these are.
    names: BTreeSet<Rc<str>>,
    patterns: Vec<Rc<str>>,
    conditional: Vec<Evaluator>,
}

/// What is evaluated when a condition holds.
struct Evaluator {
    condition: Condition,
    all: bool,
    names: Vec<Rc<str>>,
}

/// All of these hold.
#[derive(Clone, Default)]
struct Condition {
    literals: Vec<Literal>,
    /// Names of members that are there.
    present: Vec<Rc<str>>,
}

impl Condition {
    fn literal(literal: Literal) -> Self {
        Self { literals: vec![literal], ..Self::default() }
    }

    fn and(&self, other: &Self) -> Self {
        Self {
            literals: [&self.literals[..], &other.literals].concat(),
            present: [&self.present[..], &other.present].concat(),
        }
    }

    fn holds(&self) -> Alternative {
        let atoms = self.present.iter().cloned().map(Atom::Present).collect();
        Alternative { literals: self.literals.clone(), atoms, clauses: Vec::new() }
    }

    /// Adds that it does not hold.
    fn fail(&self, origin: Literal, way: &mut Alternative) {
        let literals = self.literals.iter().map(|literal| Alternative::literal(literal.negated()));
        let absent = self.present.iter().cloned().map(|name| Alternative::atom(Atom::Absent(name)));
        let alternatives: Vec<Alternative> = literals.chain(absent).collect();
        way.clauses.push(Rc::new(Clause { origin, alternatives }));
    }
}

impl Evaluated {
    /// `None` if there is too much of it, or if it depends on what holds which patterns of names are evaluated.
    pub(super) fn new(arena: &Arena, schema: &Schema) -> Option<Self> {
        let mut evaluated = Self::of(arena, schema, 0)?;
        let Self { names, patterns, conditional, .. } = &mut evaluated;
        let patterns: Vec<Pattern> = patterns.iter().filter_map(|pattern| Pattern::new(pattern).ok()).collect();
        for evaluator in conditional.iter_mut() {
            evaluator
                .names
                .retain(|name| !names.contains(name) && !patterns.iter().any(|pattern| pattern.is_match(name)));
        }
        conditional.retain(|evaluator| evaluator.all || !evaluator.names.is_empty());
        Some(evaluated)
    }

    /// What is evaluated where the schema holds.
    fn of(arena: &Arena, schema: &Schema, depth: usize) -> Option<Self> {
        if depth > MAX_DEPTH {
            return None;
        }
        let rules = &schema.object;
        let mut found = Self {
            all: rules.additional_properties.is_some() || (depth > 0 && rules.unevaluated_properties.is_some()),
            names: rules.properties.iter().map(|(name, _)| name.as_str().into()).collect(),
            patterns: rules.pattern_properties.iter().map(|(pattern, _)| pattern.as_str().into()).collect(),
            conditional: Vec::new(),
        };
        let inside = |id: SchemaId| Self::of(arena, arena.get(id), depth + 1);
        for conjunct in schema.direct_conjuncts() {
            found.add(inside(conjunct)?);
        }
        for union in [&schema.any_of, &schema.one_of] {
            let branches =
                union.iter().map(|branch| Some((Condition::literal(Literal::yes(*branch)), inside(*branch)?)));
            found.add_one_of(branches.collect::<Option<_>>()?)?;
        }
        if let Some(choice) = &schema.condition {
            let mut holds = inside(choice.if_)?;
            if let Some(then) = choice.then {
                holds.add(inside(then)?);
            }
            let fails = choice.else_.map_or(Some(Self::default()), inside)?;
            found.add_one_of(vec![
                (Condition::literal(Literal::yes(choice.if_)), holds),
                (Condition::literal(Literal::no(choice.if_)), fails),
            ])?;
        }
        for (cause, dependent) in &rules.dependent_schemas {
            let present = Condition { present: vec![cause.as_str().into()], ..Condition::default() };
            found.add_under(&present, inside(*dependent)?)?;
        }
        (found.conditional.len() <= MAX_CONDITIONAL).then_some(found)
    }

    /// Adds what is evaluated, too.
    fn add(&mut self, other: Self) {
        self.all |= other.all;
        self.names.extend(other.names);
        self.patterns.extend(other.patterns);
        self.conditional.extend(other.conditional);
    }

    /// Adds what is evaluated where a condition holds.
    fn add_under(&mut self, condition: &Condition, other: Self) -> Option<()> {
        if other.all {
            self.conditional.push(Evaluator { condition: condition.clone(), all: true, names: Vec::new() });
            return Some(());
        }
        if other.patterns.iter().any(|pattern| !self.patterns.contains(pattern)) {
            return None;
        }
        let names: Vec<_> = other.names.into_iter().filter(|name| !self.names.contains(name)).collect();
        if !names.is_empty() {
            self.conditional.push(Evaluator { condition: condition.clone(), all: false, names });
        }
        let inner = other.conditional.into_iter();
        self.conditional.extend(inner.map(|inner| Evaluator { condition: condition.and(&inner.condition), ..inner }));
        Some(())
    }

    /// Adds what is evaluated where at least one of these conditions holds: what each of them evaluates, always is.
    fn add_one_of(&mut self, branches: Vec<(Condition, Self)>) -> Option<()> {
        let Some((_, first)) = branches.iter().min_by_key(|(_, branch)| (branch.all, branch.names.len())) else {
            return Some(());
        };
        self.all |= first.all;
        let evaluate = |name: &Rc<str>| branches.iter().all(|(_, branch)| branch.all || branch.names.contains(name));
        let match_pattern =
            |pattern: &Rc<str>| branches.iter().all(|(_, branch)| branch.all || branch.patterns.contains(pattern));
        self.names.extend(first.names.iter().filter(|name| evaluate(name)).cloned());
        self.patterns.extend(first.patterns.iter().filter(|pattern| match_pattern(pattern)).cloned());
        branches.into_iter().try_for_each(|(condition, branch)| self.add_under(&condition, branch))
    }

    /// The names that are evaluated under some condition only.
    fn conditional_names(&self) -> BTreeSet<Rc<str>> {
        self.conditional.iter().flat_map(|evaluator| evaluator.names.iter().cloned()).collect()
    }

    /// The conditions under which a member is evaluated; `None`: one that is not spoken of.
    fn conditions<'e>(&'e self, name: Option<&Rc<str>>) -> impl Iterator<Item = &'e Condition> {
        let covers =
            move |evaluator: &&Evaluator| evaluator.all || name.is_some_and(|name| evaluator.names.contains(name));
        self.conditional.iter().filter(covers).map(|evaluator| &evaluator.condition)
    }

    /// All members that nothing evaluates satisfy a schema.
    pub(super) fn all(&self, origin: Literal, unevaluated: SchemaId) -> Vec<Clause> {
        if self.all {
            return Vec::new();
        }
        let names = self.conditional_names();
        let spoken_of = self.names.iter().chain(&names);
        let others = MemberRule {
            properties: spoken_of.map(|name| (name.clone(), None)).collect(),
            patterns: self.patterns.iter().map(|pattern| (pattern.clone(), None)).collect(),
            additional: Some(unevaluated),
        };
        let clause = |rule: MemberRule, name: Option<&Rc<str>>| {
            let satisfied = Alternative::atom(Atom::Members(Rc::new(rule)));
            let evaluated = self.conditions(name).map(Condition::holds);
            Clause { origin, alternatives: [satisfied].into_iter().chain(evaluated).collect() }
        };
        let own = names.iter().map(|name| {
            let rule = MemberRule { properties: vec![(name.clone(), Some(unevaluated))], ..MemberRule::default() };
            clause(rule, Some(name))
        });
        own.chain([clause(others, None)]).collect()
    }

    /// A member that nothing evaluates does not satisfy a schema: the ways.
    pub(super) fn broken(&self, origin: Literal, unevaluated: SchemaId) -> Vec<Alternative> {
        if self.all {
            return Vec::new();
        }
        let names = self.conditional_names();
        let way = |set: NameSet, name: Option<&Rc<str>>| {
            let mut way = Alternative::atom(Atom::Member { names: set, literals: vec![Literal::no(unevaluated)] });
            self.conditions(name).for_each(|condition| condition.fail(origin, &mut way));
            way
        };
        let spoken_of = self.names.iter().chain(&names).cloned().collect();
        let others = NameSet::Others { names: Rc::new(spoken_of), patterns: Rc::new(self.patterns.clone()) };
        let own = names.iter().map(|name| way(NameSet::Name(name.clone()), Some(name)));
        own.chain([way(others, None)]).collect()
    }
}
