//! What is asked of an object.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::Value;
use walnats_schema::SchemaId;

use crate::json::atom::{Atom, Literal, MemberRule, NameSet};
use crate::json::automaton::Automata;

pub(super) struct Rules {
    pub(super) present: BTreeSet<Rc<str>>,
    pub(super) absent: BTreeSet<Rc<str>>,
    pub(super) min: u64,
    pub(super) max: u64,
    /// What all names satisfy.
    pub(super) names: Vec<SchemaId>,
    pub(super) wanted: Vec<Wanted>,
    pub(super) excluded: Vec<Value>,
    /// Every name that is spoken of.
    pub(super) known: BTreeSet<Rc<str>>,
    /// Every pattern that is spoken of.
    pub(super) patterns: BTreeSet<Rc<str>>,
    members: Vec<Rc<MemberRule>>,
}

/// A member that must be there.
pub(super) struct Wanted {
    /// Its name is one of these; `None`: any.
    pub(super) set: Option<NameSet>,
    /// Its name is one that this schema refuses.
    pub(super) wrong: Option<SchemaId>,
    pub(super) literals: Vec<Literal>,
}

impl Wanted {
    pub(super) fn is_one_name(&self) -> bool {
        matches!(self.set, Some(NameSet::Name(_)))
    }

    /// What its name is asked.
    pub(super) fn atoms(&self) -> Vec<Atom> {
        match &self.set {
            Some(NameSet::Pattern(pattern)) => vec![Atom::Pattern(pattern.clone(), true)],
            Some(NameSet::Others { patterns, .. }) => {
                patterns.iter().map(|pattern| Atom::Pattern(pattern.clone(), false)).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Rules {
    pub(super) fn new(atoms: &[Atom]) -> Self {
        let mut rules = Self {
            present: BTreeSet::new(),
            absent: BTreeSet::new(),
            min: 0,
            max: u64::MAX,
            names: Vec::new(),
            wanted: Vec::new(),
            excluded: Vec::new(),
            known: BTreeSet::new(),
            patterns: BTreeSet::new(),
            members: Vec::new(),
        };
        for atom in atoms {
            rules.add(atom);
        }
        rules.known.extend(rules.present.iter().chain(&rules.absent).cloned());
        // Those that leave no choice first.
        rules.wanted.sort_by_key(|wanted| !wanted.is_one_name());
        rules
    }

    fn add(&mut self, atom: &Atom) {
        match atom {
            Atom::Present(name) => _ = self.present.insert(name.clone()),
            Atom::Absent(name) => _ = self.absent.insert(name.clone()),
            Atom::MinMembers(min) => self.min = self.min.max(*min),
            Atom::MaxMembers(max) => self.max = self.max.min(*max),
            Atom::Names(id) => self.names.push(*id),
            Atom::NotValues(values) => self.excluded.extend(values.iter().cloned()),
            Atom::Members(rule) => {
                self.known.extend(rule.properties.iter().map(|(name, _)| name.clone()));
                self.patterns.extend(rule.patterns.iter().map(|(pattern, _)| pattern.clone()));
                self.members.push(Rc::clone(rule));
            }
            Atom::Member { names, literals } => {
                match names {
                    NameSet::Name(name) => _ = self.known.insert(name.clone()),
                    NameSet::Pattern(pattern) => _ = self.patterns.insert(pattern.clone()),
                    NameSet::Others { names, patterns } => {
                        self.known.extend(names.iter().cloned());
                        self.patterns.extend(patterns.iter().cloned());
                    }
                }
                self.wanted.push(Wanted { set: Some(names.clone()), wrong: None, literals: literals.clone() });
            }
            Atom::WrongName(id) => {
                self.wanted.push(Wanted { set: None, wrong: Some(*id), literals: Vec::new() });
            }
            _ => {}
        }
    }

    /// What is asked of a member.
    pub(super) fn literals(&self, name: &Rc<str>, automata: &mut Automata) -> Vec<Literal> {
        let mut literals = Vec::new();
        for rule in &self.members {
            let mut is_known = false;
            for (known, id) in &rule.properties {
                if known == name {
                    is_known = true;
                    literals.extend(id.map(Literal::yes));
                }
            }
            for (pattern, id) in &rule.patterns {
                if automata.matches_often(pattern, name) {
                    is_known = true;
                    literals.extend(id.map(Literal::yes));
                }
            }
            if !is_known {
                literals.extend(rule.additional.map(Literal::yes));
            }
        }
        literals
    }
}

/// Whether a name is in a set.
pub(super) fn contains(set: &NameSet, name: &Rc<str>, automata: &mut Automata) -> bool {
    match set {
        NameSet::Name(only) => only == name,
        NameSet::Pattern(pattern) => automata.matches_often(pattern, name),
        NameSet::Others { names, patterns } => {
            !names.contains(name) && !patterns.iter().any(|pattern| automata.matches_often(pattern, name))
        }
    }
}
