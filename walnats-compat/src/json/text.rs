//! Strings: lengths, patterns and formats.

use std::rc::Rc;

use serde_json::Value;
use walnats_schema::Format;

use super::Reason;
use super::atom::Atom;
use super::automaton::{Found, Search, Test};
use super::format;
use super::outcome::Outcome;
use super::solver::Solver;

/// How many states of automata take as long as a step.
const STATES_FOR_A_STEP: u64 = 20;

/// What is asked of a string.
#[derive(Default)]
struct Rules {
    min: u64,
    max: Option<u64>,
    patterns: Vec<(Rc<str>, bool)>,
    formats: Vec<(Format, bool)>,
    excluded: Vec<String>,
    is_name: bool,
}

impl Rules {
    fn new(atoms: &[Atom]) -> Self {
        let mut rules = Self::default();
        for atom in atoms {
            match atom {
                Atom::Name => rules.is_name = true,
                Atom::MinLength(min) => rules.min = rules.min.max(*min),
                Atom::MaxLength(max) => rules.max = Some(rules.max.map_or(*max, |other| other.min(*max))),
                Atom::Pattern(pattern, wanted) => rules.patterns.push((pattern.clone(), *wanted)),
                Atom::Format(format, wanted) => rules.formats.push((*format, *wanted)),
                Atom::NotValues(values) => {
                    rules.excluded.extend(values.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                _ => {}
            }
        }
        rules
    }

    fn accept(&self, solver: &mut Solver, text: &str) -> bool {
        let length = text.chars().count() as u64;
        length >= self.min
            && self.max.is_none_or(|max| length <= max)
            && self.formats.iter().all(|(format, wanted)| format.check(text) == *wanted)
            && !self.excluded.iter().any(|other| other == text)
            && self.patterns.iter().all(|(pattern, wanted)| solver.automata.matches_often(pattern, text) == *wanted)
    }
}

impl Solver {
    /// A text that meets the requirements, or that there is none.
    pub(super) fn text(&mut self, atoms: &[Atom]) -> Outcome {
        let rules = Rules::new(atoms);
        if rules.max.is_some_and(|max| rules.min > max) || contradict(&rules.formats) {
            return Outcome::Empty;
        }
        for candidate in candidates(&rules) {
            if rules.accept(self, &candidate) {
                return Outcome::Value(candidate.into());
            }
        }
        if !self.step(1) {
            return Outcome::open(Reason::Limits);
        }
        let mut reason = None;
        // First within what certainly has the formats, then within what may have them.
        for is_certain in [true, false] {
            let mut search = Search { min: rules.min, max: rules.max, ..Search::default() };
            rules.excluded.iter().for_each(|text| search.excluded.add(text));
            let said = self.tests(&rules, is_certain, &mut search.tests);
            let (found, states) = self.automata.search(&search);
            self.step(states / STATES_FOR_A_STEP);
            match found {
                Found::Text(text) => {
                    if rules.accept(self, &text) {
                        return Outcome::Value(text.into());
                    }
                    reason = reason.or(said).or(Some(Reason::Format));
                }
                Found::Nothing if !is_certain => return Outcome::Empty,
                Found::Nothing => {}
                Found::TooManyStates => reason = Some(Reason::TooManyStates),
            }
        }
        Outcome::open(reason.unwrap_or(Reason::Format))
    }

    /// What is asked, as automata; all that cannot be said is left out, and the reason returned.
    fn tests(&mut self, rules: &Rules, is_certain: bool, tests: &mut Vec<Test>) -> Option<Reason> {
        let mut reason = None;
        for (pattern, wanted) in &rules.patterns {
            match self.automata.pattern(pattern, *wanted) {
                Ok(test) => tests.push(test),
                Err(why) => reason = Some(why),
            }
        }
        for (format, wanted) in &rules.formats {
            let bounds = format::bounds(*format);
            let language = if *wanted == is_certain { bounds.inner } else { bounds.outer };
            match self.automata.regex(&language, *wanted) {
                Some(test) => tests.push(test),
                None => reason = reason.or(Some(Reason::Format)),
            }
        }
        reason
    }
}

/// Whether no text can have all of the formats that are asked.
fn contradict(formats: &[(Format, bool)]) -> bool {
    let wanted = || formats.iter().filter(|(_, wanted)| *wanted);
    let unwanted = || formats.iter().filter(|(_, wanted)| !wanted);
    wanted().any(|(inner, _)| unwanted().any(|(outer, _)| format::is_within(*inner, *outer)))
}

/// Texts that are tried first: people find them easy to read.
fn candidates(rules: &Rules) -> Vec<String> {
    let mut candidates: Vec<String> = Vec::new();
    if rules.is_name {
        candidates.extend(["a", "b", "c"].map(str::to_owned));
    }
    for (format, wanted) in &rules.formats {
        if *wanted {
            candidates.extend(format::bounds(*format).samples.iter().map(|text| (*text).to_owned()));
        }
    }
    if rules.formats.iter().any(|(_, wanted)| !wanted) {
        candidates.extend(["", " ", "a", "a b", "{", "%", "(", "é", "/~"].map(str::to_owned));
    }
    let length = usize::try_from(rules.min).unwrap_or(usize::MAX);
    if length < 1 << 20 {
        candidates.push("a".repeat(length));
        candidates.extend(["b", "0", "-"].map(|text| text.repeat(length.max(1))));
        if rules.max.is_none_or(|max| max > rules.min) {
            candidates.push("a".repeat(length + 1));
        }
        // Enough to find one that is not among those excluded.
        let others = (0..=rules.excluded.len()).take(2_000).map(|index| format!("{}{index}", "a".repeat(length)));
        candidates.extend(others.filter(|_| rules.patterns.is_empty() && !rules.excluded.is_empty()));
    }
    candidates
}
