//! What is asked of an object.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

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
    /// Every name that is spoken of.
    pub(super) known: BTreeSet<Rc<str>>,
    /// Every pattern that is spoken of.
    pub(super) patterns: BTreeSet<Rc<str>>,
    members: Vec<Rc<MemberRule>>,
}

/// What rules ask of the members of a pattern; with the pattern, if it stands alone.
type Asked<'p> = (Option<&'p Rc<str>>, Vec<Option<Option<SchemaId>>>);

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

    fn speaks_of(&self, pattern: &Rc<str>) -> bool {
        match &self.set {
            Some(NameSet::Pattern(own)) => own == pattern,
            Some(NameSet::Others { patterns, .. }) => patterns.contains(pattern),
            _ => false,
        }
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

    /// The patterns by which names differ: those that ask the same of members are one.
    pub(super) fn kinds_of_names(&self) -> BTreeSet<Rc<str>> {
        // By what each rule asks; what is asked of the names of one member stands alone.
        let mut alike: BTreeMap<Asked<'_>, Vec<Rc<str>>> = BTreeMap::new();
        for pattern in &self.patterns {
            let asked =
                |rule: &Rc<MemberRule>| rule.patterns.iter().find(|(known, _)| known == pattern).map(|(_, id)| *id);
            let is_wanted = self.wanted.iter().any(|wanted| wanted.speaks_of(pattern));
            let is_alone = is_wanted || !can_be_joined(pattern);
            let key = (is_alone.then_some(pattern), self.members.iter().map(asked).collect());
            alike.entry(key).or_default().push(pattern.clone());
        }
        let joined = alike.into_values().map(|patterns| match &patterns[..] {
            [only] => only.clone(),
            patterns => patterns.iter().map(|pattern| format!("(?:{pattern})")).collect::<Vec<_>>().join("|").into(),
        });
        joined.collect()
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

/// Whether a pattern means the same as one alternative of several: it refers to no groups by their numbers or names.
fn can_be_joined(pattern: &str) -> bool {
    let bytes = pattern.as_bytes();
    let refers = bytes.windows(2).any(|pair| pair[0] == b'\\' && (pair[1].is_ascii_digit() || pair[1] == b'k'));
    // Look-around is more than automata say: it keeps only its own pattern from being understood.
    let is_plain = pattern.split("(?").skip(1).all(|group| group.starts_with(':'));
    !refers && is_plain
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
