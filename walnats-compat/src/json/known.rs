//! What is known of a value before a choice, looked up by name: which alternatives are certainly none.

use std::rc::Rc;

use foldhash::{HashMap, HashSet};
use walnats_schema::{Schema, SchemaId};

use super::arena::Arena;
use super::atom::{Atom, ItemRule, Literal, MemberRule, NameSet, Position, allows};
use super::state::{Alternative, State};

pub(super) struct Known<'s> {
    state: &'s State,
    present: HashSet<&'s Rc<str>>,
    absent: HashSet<&'s Rc<str>>,
    /// What members satisfy, by name.
    members: HashMap<&'s Rc<str>, Vec<SchemaId>>,
    rules: Vec<&'s MemberRule>,
    items: Vec<&'s ItemRule>,
}

impl<'s> Known<'s> {
    pub(super) fn new(state: &'s State) -> Self {
        let mut known = Self {
            state,
            present: HashSet::default(),
            absent: HashSet::default(),
            members: HashMap::default(),
            rules: Vec::new(),
            items: Vec::new(),
        };
        for atom in &state.atoms {
            match atom {
                Atom::Present(name) => _ = known.present.insert(name),
                Atom::Absent(name) => _ = known.absent.insert(name),
                Atom::Items(rule) => known.items.push(rule),
                Atom::Members(rule) => {
                    known.rules.push(rule);
                    for (name, id) in &rule.properties {
                        known.members.entry(name).or_default().extend(*id);
                    }
                }
                _ => {}
            }
        }
        known
    }

    /// Whether the choice contradicts what is known. `false` may be wrong.
    pub(super) fn contradicts(&self, arena: &Arena, alternative: &Alternative) -> bool {
        alternative.literals.iter().any(|literal| self.refutes(arena, *literal))
            || alternative.atoms.iter().any(|atom| self.refutes_atom(arena, atom))
    }

    fn refutes(&self, arena: &Arena, literal: Literal) -> bool {
        if self.state.literals.contains(&literal.negated()) {
            return true;
        }
        let schema = arena.get(literal.id);
        if literal.holds {
            schema.never
                || !allows(schema, self.state.kind)
                || self.state.summary.is_disjoint(&arena.summary(literal.id))
        } else {
            *schema == Schema::default()
        }
    }

    fn refutes_atom(&self, arena: &Arena, atom: &Atom) -> bool {
        match atom {
            Atom::Present(name) => self.absent.contains(name),
            Atom::Absent(name) => self.present.contains(name),
            Atom::Member { names: NameSet::Name(name), literals } => {
                let satisfied = self.members.get(name).map(Vec::as_slice).unwrap_or_default();
                self.absent.contains(name) || literals.iter().any(|literal| contradict(arena, *literal, satisfied))
            }
            Atom::Member { names: NameSet::Pattern(pattern), literals } => {
                // Those that a rule names are asked this besides.
                let asked = self.rules.iter().flat_map(|rule| &rule.patterns).filter(|(known, _)| known == pattern);
                let satisfied: Vec<SchemaId> = asked.filter_map(|(_, id)| *id).collect();
                literals.iter().any(|literal| contradict(arena, *literal, &satisfied))
            }
            Atom::Member { names: NameSet::Others { names, patterns }, literals } => {
                let is_asked_of_all = |rule: &&&MemberRule| {
                    rule.properties.iter().all(|(name, _)| names.contains(name))
                        && rule.patterns.iter().all(|(pattern, _)| patterns.contains(pattern))
                };
                let satisfied: Vec<SchemaId> =
                    self.rules.iter().filter(is_asked_of_all).filter_map(|rule| rule.additional).collect();
                literals.iter().any(|literal| contradict(arena, *literal, &satisfied))
            }
            Atom::Members(rule) => rule
                .properties
                .iter()
                .any(|(name, id)| self.present.contains(name) && id.is_some_and(|id| arena.get(id).never)),
            Atom::Item { at, literals } => {
                let satisfied: Vec<SchemaId> = self.items.iter().filter_map(|rule| asked(rule, *at)).collect();
                literals.iter().any(|literal| contradict(arena, *literal, &satisfied))
            }
            _ => false,
        }
    }
}

/// Whether what satisfies the schemas cannot be as the literal says.
fn contradict(arena: &Arena, literal: Literal, satisfied: &[SchemaId]) -> bool {
    let schema = arena.get(literal.id);
    let is_refuted = match literal.holds {
        true => schema.never,
        false => satisfied.contains(&literal.id) || *schema == Schema::default(),
    };
    is_refuted || satisfied.iter().any(|id| arena.get(*id).never)
}

/// What all items at a position are asked.
fn asked(rule: &ItemRule, at: Position) -> Option<SchemaId> {
    match at {
        Position::At(index) => rule.prefix.get(index).copied().or(rule.rest),
        Position::From(index) => rule.rest.filter(|_| index >= rule.prefix.len()),
    }
}
