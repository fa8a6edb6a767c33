//! Strings: lengths, patterns and formats.

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value;
use walnats_schema::Format;

use super::Reason;
use super::assertion::without_assertions;
use super::atom::Atom;
use super::automaton::{self, Dfa, Found, Search, Test};
use super::format;
use super::outcome::Outcome;
use super::solver::Solver;

/// How many states of automata take as long as a step.
const STATES_FOR_A_STEP: u64 = 20;
/// From this length on, and up to that one, texts are made by repeating a character.
const MIN_PUMPED: usize = 40;
const MAX_PUMPED: usize = 1 << 23;
/// What makes a text one that has no format, before and after it.
const UNUSUAL: [(&str, &str); 8] =
    [("", " "), ("", "%"), ("", "\""), ("", "["), ("", "("), ("", "-"), ("(", ""), (" ", "")];
/// Lengths that are often the limit in a pattern, and one more.
const COMMON_LENGTHS: [usize; 5] = [65, 129, 256, 320, 1_025];
/// More characters than a label, a host name or an address has.
const LIMITS_OF_FORMATS: [u64; 3] = [64, 254, 321];
/// How many characters are tried for that.
const MAX_PLACES: usize = 40;

/// What is asked of a string.
#[derive(Default)]
struct Rules {
    min: u64,
    max: Option<u64>,
    patterns: Vec<(Rc<str>, bool)>,
    formats: Vec<(Format, bool)>,
    excluded: HashSet<String>,
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
            && !self.excluded.contains(text)
            && self.patterns.iter().all(|(pattern, wanted)| solver.automata.matches_often(pattern, text) == *wanted)
    }
}

impl Rules {
    /// The text, or one that begins or ends with it, if it will do.
    fn accepted_like(&self, solver: &mut Solver, text: &str) -> Option<String> {
        let own = [("", "")].into_iter();
        let refuses_formats = self.formats.iter().any(|(_, wanted)| !wanted);
        let others = UNUSUAL.into_iter().filter(|_| refuses_formats);
        let mut texts = own.chain(others).map(|(before, after)| format!("{before}{text}{after}"));
        texts.find(|text| self.accept(solver, text))
    }
}

impl Solver {
    /// A text that meets the requirements, or that there is none.
    pub(super) fn text(&mut self, atoms: &[Atom]) -> Outcome {
        let rules = Rules::new(atoms);
        let wanted = rules.formats.iter().filter(|(_, wanted)| *wanted);
        let longest = wanted.filter_map(|(format, _)| format::longest(*format));
        if rules.max.into_iter().chain(longest).any(|max| rules.min > max) || contradict(&rules.formats) {
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
        if rules.min >= MIN_PUMPED as u64 || rules.max.is_some_and(|max| max >= MIN_PUMPED as u64) {
            // To count many characters takes many states.
            let mut search = Search::default();
            self.tests(&rules, false, &mut search.tests);
            let Some(any) = automaton::any() else { return Outcome::open(Reason::TooManyStates) };
            let (found, states) = search.run(any, &mut |text| rules.accepted_like(self, text));
            self.step(states / STATES_FOR_A_STEP);
            match found {
                Found::Text(text) => return Outcome::Value(text.into()),
                Found::Nothing => return Outcome::Empty,
                Found::Unfit | Found::TooManyStates => {}
            }
            (search.min, search.max) = (rules.min, rules.max);
            let Some(any) = automaton::any() else { return Outcome::open(Reason::TooManyStates) };
            let (found, states) = search.run_by_length(any);
            self.step(states / STATES_FOR_A_STEP);
            match found {
                Found::Text(text) if rules.accept(self, &text) => return Outcome::Value(text.into()),
                Found::Nothing => return Outcome::Empty,
                _ => {}
            }
        }
        let mut reason = None;
        // First within what certainly has the formats, then within what may have them.
        for is_certain in [true, false] {
            let mut search = Search { min: rules.min, max: rules.max, ..Search::default() };
            rules.excluded.iter().for_each(|text| search.excluded.add(text));
            let said = self.tests(&rules, is_certain, &mut search.tests);
            let Some(any) = automaton::any() else { break };
            if let Some(text) = self.pumped(&rules, &mut search, &any) {
                return Outcome::Value(text.into());
            }
            let (found, states) = search.run(any, &mut |text| rules.accepted_like(self, text));
            self.step(states / STATES_FOR_A_STEP);
            match found {
                Found::Text(text) => return Outcome::Value(text.into()),
                Found::Unfit => reason = reason.or(said).or(Some(Reason::Format)),
                Found::Nothing if !is_certain => return Outcome::Empty,
                Found::Nothing => {}
                Found::TooManyStates => reason = Some(Reason::TooManyStates),
            }
        }
        match self.too_long(&rules) {
            Some(text) => Outcome::Value(text.into()),
            None => Outcome::open(reason.unwrap_or(Reason::Format)),
        }
    }

    /// A text that matches the patterns, and is too long for a format that it must not have.
    fn too_long(&mut self, rules: &Rules) -> Option<String> {
        if rules.formats.iter().all(|(_, wanted)| *wanted) {
            return None;
        }
        let of_patterns = Rules { patterns: rules.patterns.clone(), ..Rules::default() };
        LIMITS_OF_FORMATS.into_iter().find_map(|limit| {
            let mut search = Search { min: rules.min.max(limit), max: rules.max, ..Search::default() };
            self.tests(&of_patterns, true, &mut search.tests);
            let (found, states) = search.run_by_length(automaton::any()?);
            self.step(states / STATES_FOR_A_STEP);
            match found {
                Found::Text(text) => rules.accept(self, &text).then_some(text),
                _ => None,
            }
        })
    }

    /// A long text: a short one, of which one character is repeated.
    fn pumped(&mut self, rules: &Rules, search: &mut Search, any: &Arc<Dfa>) -> Option<String> {
        let least = usize::try_from(rules.min).ok().filter(|least| (MIN_PUMPED..MAX_PUMPED).contains(least))?;
        let max = search.max.take();
        search.min = 0;
        let (found, states) = search.run(Arc::clone(any), &mut |text| Some(text.to_owned()));
        (search.min, search.max) = (rules.min, max);
        self.step(states / STATES_FOR_A_STEP);
        let Found::Text(short) = found else { return None };
        let characters: Vec<char> = short.chars().collect();
        let missing = least.saturating_sub(characters.len());
        (0..characters.len()).rev().take(MAX_PLACES).find_map(|at| {
            let (before, after) = characters.split_at(at);
            let repeated = std::iter::repeat_n(characters[at], missing);
            let text: String = before.iter().copied().chain(repeated).chain(after.iter().copied()).collect();
            rules.accept(self, &text).then_some(text)
        })
    }

    /// What is asked, as automata; all that cannot be said is left out, and the reason returned.
    fn tests(&mut self, rules: &Rules, is_certain: bool, tests: &mut Vec<Test>) -> Option<Reason> {
        let mut reason = None;
        for (pattern, wanted) in &rules.patterns {
            match self.automata.pattern(pattern, *wanted) {
                Ok(test) => tests.push(test),
                Err(why) => {
                    reason = Some(why);
                    // Without its assertions a pattern matches more.
                    let more = wanted.then(|| without_assertions(pattern)).flatten();
                    tests.extend(more.and_then(|more| self.automata.pattern(&more.into(), true).ok()));
                }
            }
        }
        for (format, wanted) in &rules.formats {
            let bounds = format::bounds(*format);
            let language = if *wanted == is_certain { &bounds.inner } else { &bounds.outer };
            match automaton::own_regex(language, *wanted) {
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
            let length = usize::try_from(rules.min).unwrap_or(usize::MAX);
            let too_long = rules.formats.iter().filter(|(_, wanted)| !wanted);
            let too_long = too_long.filter_map(|(format, _)| Some(format::longest(*format)? as usize + 1));
            let common = COMMON_LENGTHS.into_iter().filter(|_| rules.patterns.iter().any(|(_, wanted)| !wanted));
            let lengths = [length].into_iter().chain(too_long).chain(common).filter(|length| *length < MAX_PUMPED);
            candidates.extend(lengths.filter_map(|length| format::of_length(*format, length)));
        }
    }
    if rules.formats.iter().any(|(_, wanted)| !wanted) {
        candidates.extend(["", " ", "a", "a b", "{", "%", "(", "é", "/~"].map(str::to_owned));
    }
    let length = usize::try_from(rules.min).unwrap_or(usize::MAX);
    if length < MAX_PUMPED {
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
