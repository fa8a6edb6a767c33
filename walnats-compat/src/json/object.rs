//! Objects: members by name, members that must be there under some name, counts.

mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::{Map, Value};

use self::rules::{Rules, Wanted};
use super::Reason;
use super::atom::{Atom, Literal};
use super::outcome::{Doubts, Outcome};
use super::solver::Solver;

/// How many ways to name members are tried.
const MAX_PLACEMENTS: usize = 5_000;
/// How many kinds of names, by the patterns that they match, are told apart.
const MAX_REGIONS: usize = 256;
/// How many members are looked for one by one to fill an object up.
const MAX_FILLERS: u64 = 1_000;
/// From how many missing members on names are numbered, and how many may be.
const MANY: u64 = 64;
const MAX_NUMBERED: u64 = 200_000;

/// What is asked of some members besides.
type Extra = BTreeMap<Rc<str>, Vec<Literal>>;

impl Solver {
    /// An object that meets the requirements, or that there is none.
    pub(super) fn object(&mut self, atoms: &[Atom]) -> Outcome {
        let rules = Rules::new(atoms);
        if rules.present.iter().any(|name| rules.absent.contains(name))
            || rules.min > rules.max
            || rules.present.len() as u64 > rules.max
        {
            return Outcome::Empty;
        }
        let mut naming = Naming { rules: &rules, outcome: Outcome::Empty, left: MAX_PLACEMENTS };
        self.name_members(&mut naming, 0, &mut Extra::new());
        naming.outcome
    }

    /// Names the wanted members from the one at `next` on, in all ways.
    fn name_members(&mut self, naming: &mut Naming<'_>, next: usize, extra: &mut Extra) {
        if matches!(naming.outcome, Outcome::Value(_)) {
            return;
        }
        if naming.left == 0 || !self.step(1) {
            naming.add(Outcome::open(Reason::Limits));
            return;
        }
        naming.left -= 1;
        let rules = naming.rules;
        let Some(wanted) = rules.wanted.get(next) else {
            let outcome = self.filled_object(rules, extra);
            naming.add(outcome);
            return;
        };
        let mut names: Vec<Rc<str>> = Vec::new();
        for name in rules.known.iter().chain(extra.keys().filter(|name| !rules.known.contains(*name))) {
            if self.is_named(wanted, name) && !rules.absent.contains(name) {
                names.push(name.clone());
            }
        }
        if !wanted.is_one_name() {
            let (fresh, reason) = self.fresh_names(rules, Some(wanted), extra);
            names.extend(fresh);
            if let Some(reason) = reason {
                naming.add(Outcome::open(reason));
            }
        }
        for name in names {
            let before = extra.get(&name).cloned();
            let is_new = before.is_none() && !rules.present.contains(&name);
            let others = extra.keys().filter(|other| !rules.present.contains(*other)).count();
            if is_new && (rules.present.len() + others) as u64 >= rules.max {
                continue;
            }
            extra.entry(name.clone()).or_default().extend(&wanted.literals);
            match self.member(rules, &name, extra) {
                Outcome::Empty => {}
                _ => self.name_members(naming, next + 1, extra),
            }
            match before {
                Some(before) => extra.insert(name, before),
                None => extra.remove(&name),
            };
        }
    }

    /// Whether a member of this name is one of those that are wanted.
    fn is_named(&mut self, wanted: &Wanted, name: &Rc<str>) -> bool {
        let matches = wanted.set.as_ref().is_none_or(|set| rules::contains(set, name, &mut self.automata));
        let is_wrong = wanted.wrong.is_none_or(|names| self.holds(&[Literal::no(names)], &Value::from(&**name)));
        matches && is_wrong
    }

    /// A value for a member.
    fn member(&mut self, rules: &Rules, name: &Rc<str>, extra: &Extra) -> Outcome {
        for names in &rules.names {
            if !self.holds(&[Literal::yes(*names)], &Value::from(&**name)) {
                return Outcome::Empty;
            }
        }
        let mut literals = rules.literals(name, &mut self.automata);
        literals.extend(extra.get(name).into_iter().flatten());
        self.solve(literals, &[])
    }

    /// Names that the rules do not know, one of each kind: kinds differ by the patterns that they match. With a reason, some
    /// kinds may be missing.
    fn fresh_names(&mut self, rules: &Rules, wanted: Option<&Wanted>, extra: &Extra) -> (Vec<Rc<str>>, Option<Reason>) {
        let taken: Vec<Value> = rules.known.iter().chain(extra.keys()).map(|name| Value::from(&**name)).collect();
        let mut literals: Vec<Literal> = rules.names.iter().copied().map(Literal::yes).collect();
        literals.extend(wanted.and_then(|wanted| wanted.wrong).map(Literal::no));
        let mut fixed = vec![Atom::Name, Atom::NotValues(Rc::new(taken))];
        fixed.extend(wanted.map(Wanted::atoms).unwrap_or_default());
        // Most names match no pattern.
        let mut regions: Vec<Vec<Atom>> = vec![fixed];
        let mut reason = None;
        for pattern in &rules.kinds_of_names() {
            let mut split = Vec::new();
            for region in regions {
                for matches in [false, true] {
                    let atom = Atom::Pattern(pattern.clone(), matches);
                    if region.contains(&Atom::Pattern(pattern.clone(), !matches)) {
                        continue;
                    }
                    let mut region = region.clone();
                    if !region.contains(&atom) {
                        region.push(atom);
                    }
                    match self.text_or_solve(&literals, &region) {
                        Outcome::Empty => {}
                        _ => split.push(region),
                    }
                }
            }
            if split.len() > MAX_REGIONS {
                return (Vec::new(), Some(Reason::TooManyStates));
            }
            regions = split;
        }
        let mut names = Vec::new();
        for region in regions {
            match self.text_or_solve(&literals, &region) {
                Outcome::Value(Value::String(name)) => names.push(name.into()),
                Outcome::Open { places, .. } => {
                    reason = places.first().map(|place| place.reason).or(Some(Reason::Pattern));
                }
                _ => {}
            }
        }
        (names, reason)
    }

    /// A text; without schemas that ask something, straight from the automata.
    fn text_or_solve(&mut self, literals: &[Literal], atoms: &[Atom]) -> Outcome {
        if literals.is_empty() { self.text(atoms) } else { self.solve(literals.to_vec(), atoms) }
    }

    /// The whole object, with the wanted members.
    fn filled_object(&mut self, rules: &Rules, extra: &Extra) -> Outcome {
        let mut members = Map::new();
        let mut doubts = Doubts::default();
        let mut is_whole = true;
        let needed: BTreeSet<Rc<str>> = rules.present.iter().chain(extra.keys()).cloned().collect();
        for name in &needed {
            let outcome = self.member(rules, name, extra);
            if outcome.is_empty() {
                return Outcome::Empty;
            }
            doubts.0.extend(outcome.places_below(name));
            match outcome.value() {
                Some(value) => {
                    members.insert(name.to_string(), value.clone());
                }
                None => is_whole = false,
            }
        }
        let mut count = needed.len() as u64;
        if count > rules.max {
            return Outcome::Empty;
        }
        if rules.min.saturating_sub(count) > MANY {
            count += self.numbered(rules, extra, &mut members, rules.min - count);
        }
        let needed: BTreeSet<Rc<str>> = members.keys().map(|name| name.as_str().into()).chain(needed).collect();
        let mut fillers = self.fillers(rules, extra, &needed);
        while count < rules.min {
            match fillers.next(self) {
                Filler::Member(name, value) => {
                    members.insert(name.to_string(), value);
                    count += 1;
                }
                Filler::None => return Outcome::Empty,
                Filler::Unknown(reason) => return Outcome::open(reason),
            }
        }
        doubts.outcome(is_whole.then_some(Value::Object(members)))
    }

    /// Adds as many as `wanted` members that the rules do not name. Returns how many were added.
    fn numbered(&mut self, rules: &Rules, extra: &Extra, members: &mut Map<String, Value>, wanted: u64) -> u64 {
        if wanted > MAX_NUMBERED {
            return 0;
        }
        let (fresh, _) = self.fresh_names(rules, None, extra);
        let mut added = 0;
        let starts = [""].into_iter().map(Rc::from).chain(fresh).chain(["a", "A", "_"].map(Rc::from));
        for start in starts {
            let mut misses = 0;
            for number in 0_u64.. {
                if added == wanted || misses > MANY || !self.step(u64::from(number % 16 == 0)) {
                    break;
                }
                let name: Rc<str> = format!("{start}{number}").into();
                if members.contains_key(&*name) || rules.known.contains(&name) || rules.absent.contains(&name) {
                    continue;
                }
                match self.member(rules, &name, extra) {
                    Outcome::Value(value) => {
                        members.insert(name.to_string(), value);
                        added += 1;
                    }
                    _ => misses += 1,
                }
            }
        }
        added
    }

    fn fillers<'r>(&mut self, rules: &'r Rules, extra: &Extra, needed: &BTreeSet<Rc<str>>) -> Fillers<'r> {
        let is_free = |name: &&Rc<str>| !needed.contains(*name) && !rules.absent.contains(*name);
        let optional = rules.known.iter().filter(is_free).cloned().collect();
        Fillers { rules, extra: extra.clone(), optional, left: MAX_FILLERS }
    }
}

/// Members to fill an object up with.
struct Fillers<'r> {
    rules: &'r Rules,
    /// What is there, and those that were made.
    extra: Extra,
    optional: Vec<Rc<str>>,
    left: u64,
}

enum Filler {
    Member(Rc<str>, Value),
    /// There is no other: proven.
    None,
    Unknown(Reason),
}

impl Fillers<'_> {
    fn next(&mut self, solver: &mut Solver) -> Filler {
        if self.left == 0 {
            return Filler::Unknown(Reason::Counting);
        }
        if !solver.step(1) {
            return Filler::Unknown(Reason::Limits);
        }
        self.left -= 1;
        let mut unknown = None;
        while let Some(name) = self.optional.pop() {
            match solver.member(self.rules, &name, &self.extra) {
                Outcome::Empty => {}
                Outcome::Value(value) => return Filler::Member(name, value),
                Outcome::Open { .. } => unknown = Some(Reason::Counting),
            }
        }
        let (names, reason) = solver.fresh_names(self.rules, None, &self.extra);
        unknown = unknown.or(reason);
        for name in names {
            match solver.member(self.rules, &name, &self.extra) {
                Outcome::Empty => {}
                Outcome::Value(value) => {
                    self.extra.insert(name.clone(), Vec::new());
                    return Filler::Member(name, value);
                }
                Outcome::Open { .. } => unknown = Some(Reason::Counting),
            }
        }
        unknown.map_or(Filler::None, Filler::Unknown)
    }
}

/// What came of the ways to name members.
struct Naming<'r> {
    rules: &'r Rules,
    outcome: Outcome,
    left: usize,
}

impl Naming<'_> {
    fn add(&mut self, outcome: Outcome) {
        let so_far = std::mem::replace(&mut self.outcome, Outcome::Empty);
        self.outcome = so_far.or(outcome);
    }
}
