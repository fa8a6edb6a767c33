//! From schemas that hold to requirements and choices.

use std::rc::Rc;

use walnats_schema::{JsonType, Schema, SchemaId};

use super::Reason;
use super::arena::Arena;
use super::atom::{Atom, ItemRule, Kind, Literal, MemberRule, allows};
use super::evaluated;
use super::evaluators::Evaluated;
use super::negation;
use super::repetition::repetition;
use super::state::{Alternative, Clause, Following, State};

impl State {
    /// Looks at all that is known but was not looked at. Returns whether it may be true.
    pub(super) fn propagate(&mut self, arena: &mut Arena) -> bool {
        while let Some(literal) = self.queue.pop_back() {
            if self.literals.contains(&literal.negated()) {
                return false;
            }
            if literal.holds {
                if !self.assert(arena, literal.id) {
                    return false;
                }
            } else {
                if self.summary.is_disjoint(&arena.summary(literal.id)) {
                    continue;
                }
                let Some(clause) = negation::choice(arena, literal, self.kind) else { continue };
                if clause.alternatives.is_empty() {
                    return false;
                }
                self.choose(clause);
            }
        }
        !self.summary.is_empty()
    }

    /// Takes what follows of a schema that holds. Returns whether the type is right.
    fn assert(&mut self, arena: &mut Arena, id: SchemaId) -> bool {
        let schema = arena.get(id);
        if schema.never || !allows(schema, self.kind) {
            return false;
        }
        let summary = arena.summary(id);
        if !summary.says_nothing() {
            self.summary = Rc::new(self.summary.and(&summary));
        }
        let follows = following(arena, id, self.kind);
        if self.values.is_none() {
            self.values.clone_from(&follows.values);
        }
        follows.literals.iter().for_each(|literal| self.learn(*literal));
        self.atoms.extend(follows.atoms.iter().cloned());
        follows.clauses.iter().cloned().for_each(|clause| self.choose(clause));
        true
    }
}

fn following(arena: &mut Arena, id: SchemaId, kind: Kind) -> Rc<Following> {
    if let Some(known) = arena.following.get(&(id, kind)) {
        return Rc::clone(known);
    }
    let made = Rc::new(Following::new(arena, id, kind));
    arena.following.insert((id, kind), Rc::clone(&made));
    made
}

impl Following {
    fn new(arena: &mut Arena, id: SchemaId, kind: Kind) -> Self {
        let schema = arena.get(id).clone();
        let mut follows =
            Self { values: schema.enumeration.as_ref().map(|values| Rc::new(values.clone())), ..Self::default() };
        follows.literals.extend(schema.direct_conjuncts().map(Literal::yes));
        let origin = Literal::yes(id);
        if !schema.any_of.is_empty() {
            let branches = schema.any_of.iter().map(|branch| Alternative::literal(Literal::yes(*branch)));
            follows.choose(origin, branches.collect());
        }
        if !schema.one_of.is_empty() {
            follows.clauses.push(one_branch(arena, origin, &schema.one_of));
        }
        follows.literals.extend(schema.not.map(Literal::no));
        if let Some(condition) = &schema.condition {
            let branch = |first: Literal, second: Option<SchemaId>| {
                Alternative::literals([first].into_iter().chain(second.map(Literal::yes)).collect())
            };
            let alternatives = vec![
                branch(Literal::yes(condition.if_), condition.then),
                branch(Literal::no(condition.if_), condition.else_),
            ];
            follows.choose(origin, alternatives);
        }
        match kind {
            Kind::Null | Kind::Boolean => {}
            Kind::Number => follows.number(&schema),
            Kind::String => follows.string(&schema),
            Kind::Array => follows.array(arena, id, &schema),
            Kind::Object => follows.object(arena, id, &schema),
        }
        follows
    }

    fn choose(&mut self, origin: Literal, alternatives: Vec<Alternative>) {
        self.clauses.push(Rc::new(Clause { origin, alternatives }));
    }

    fn number(&mut self, schema: &Schema) {
        let is_integer = schema.types.as_ref().is_some_and(|types| !types.contains(&JsonType::Number));
        self.atoms.extend(is_integer.then_some(Atom::Integer(true)));
        let rules = &schema.number;
        let least = |bound: &Option<_>, is_exclusive| bound.clone().map(|bound| Atom::Least { bound, is_exclusive });
        let most = |bound: &Option<_>, is_exclusive| bound.clone().map(|bound| Atom::Most { bound, is_exclusive });
        self.atoms.extend(least(&rules.minimum, false));
        self.atoms.extend(least(&rules.exclusive_minimum, true));
        self.atoms.extend(most(&rules.maximum, false));
        self.atoms.extend(most(&rules.exclusive_maximum, true));
        self.atoms.extend(rules.multiple_of.clone().map(|divisor| Atom::Multiple(divisor, true)));
        if let Some(format) = rules.format {
            let (bottom, top) = negation::range(format);
            self.atoms.push(Atom::Least { bound: bottom, is_exclusive: false });
            self.atoms.push(Atom::Most { bound: top, is_exclusive: false });
        }
    }

    fn string(&mut self, schema: &Schema) {
        let rules = &schema.string;
        self.atoms.extend(rules.min_length.map(Atom::MinLength));
        self.atoms.extend(rules.max_length.map(Atom::MaxLength));
        if let Some(pattern) = rules.pattern.as_deref() {
            match repetition(pattern) {
                Some(repeated) => {
                    self.atoms.push(Atom::Pattern(repeated.pattern.into(), true));
                    self.atoms.push(Atom::MinLength(repeated.min));
                    self.atoms.extend(repeated.max.map(Atom::MaxLength));
                }
                None => self.atoms.push(Atom::Pattern(pattern.into(), true)),
            }
        }
        self.atoms.extend(rules.format.map(|format| Atom::Format(format, true)));
    }

    fn array(&mut self, arena: &mut Arena, id: SchemaId, schema: &Schema) {
        let rules = &schema.array;
        self.atoms.extend(rules.min_items.map(Atom::MinItems));
        self.atoms.extend(rules.max_items.map(Atom::MaxItems));
        self.atoms.extend(rules.unique_items.then_some(Atom::Unique(true)));
        if !rules.prefix_items.is_empty() || rules.items.is_some() {
            let rule = ItemRule { prefix: rules.prefix_items.clone(), rest: rules.items };
            self.atoms.push(Atom::Items(Rc::new(rule)));
        }
        if let Some(contains) = &rules.contains {
            self.atoms.extend((contains.min > 0).then_some(Atom::Contains(contains.schema, contains.min)));
            self.atoms.extend(contains.max.map(|max| Atom::ContainsAtMost(contains.schema, max)));
        }
        if let Some(unevaluated) = rules.unevaluated_items {
            match evaluated::items(arena, schema) {
                Some(cases) => {
                    let alternatives = cases.into_iter().map(|case| case.all(arena, unevaluated)).collect();
                    self.choose(Literal::yes(id), alternatives);
                }
                None => self.atoms.push(Atom::Unknown(Reason::Unevaluated)),
            }
        }
    }

    fn object(&mut self, arena: &mut Arena, id: SchemaId, schema: &Schema) {
        let rules = &schema.object;
        let origin = Literal::yes(id);
        self.atoms.extend(rules.required.iter().map(|name| Atom::Present(name.as_str().into())));
        self.atoms.extend(rules.min_properties.map(Atom::MinMembers));
        self.atoms.extend(rules.max_properties.map(Atom::MaxMembers));
        self.atoms.extend(rules.property_names.map(Atom::Names));
        if let Some(rule) = member_rule(schema) {
            self.atoms.push(Atom::Members(Rc::new(rule)));
        }
        for (cause, names) in &rules.dependent_required {
            let present = names.iter().map(|name| Atom::Present(name.as_str().into())).collect();
            let alternatives =
                vec![Alternative::atom(Atom::Absent(cause.as_str().into())), Alternative::atoms(present)];
            self.choose(origin, alternatives);
        }
        for (cause, dependent) in &rules.dependent_schemas {
            let alternatives = vec![
                Alternative::atom(Atom::Absent(cause.as_str().into())),
                Alternative::literal(Literal::yes(*dependent)),
            ];
            self.choose(origin, alternatives);
        }
        if let Some(unevaluated) = rules.unevaluated_properties {
            if let Some(evaluated) = Evaluated::new(arena, schema) {
                self.clauses.extend(evaluated.all(origin, unevaluated).into_iter().map(Rc::new));
            } else if let Some(cases) = evaluated::members(arena, schema) {
                let alternatives = cases.into_iter().map(|case| case.all(unevaluated)).collect();
                self.choose(origin, alternatives);
            } else {
                self.atoms.push(Atom::Unknown(Reason::Unevaluated));
            }
        }
    }
}

/// What a schema asks of all members.
pub(super) fn member_rule(schema: &Schema) -> Option<MemberRule> {
    let rules = &schema.object;
    let named = |list: &[(String, SchemaId)]| list.iter().map(|(name, id)| (name.as_str().into(), Some(*id))).collect();
    let rule = MemberRule {
        properties: named(&rules.properties),
        patterns: named(&rules.pattern_properties),
        additional: rules.additional_properties,
    };
    (rule != MemberRule::default()).then_some(rule)
}

/// One of the schemas holds, and none of the others; those that cannot hold with it need not be spoken of.
fn one_branch(arena: &mut Arena, origin: Literal, branches: &[SchemaId]) -> Rc<Clause> {
    // The choice is the same for each type.
    let key = (origin, Kind::Null);
    if let Some(Some(known)) = arena.choices.get(&key) {
        return Rc::clone(known);
    }
    let exactly = |(chosen, others): (&SchemaId, Vec<usize>)| {
        let others = others.into_iter().map(|other| Literal::no(branches[other]));
        Alternative::literals([Literal::yes(*chosen)].into_iter().chain(others).collect())
    };
    let alternatives = branches.iter().zip(arena.overlaps(branches)).map(exactly).collect();
    let clause = Rc::new(Clause { origin, alternatives });
    arena.choices.insert(key, Some(Rc::clone(&clause)));
    clause
}
