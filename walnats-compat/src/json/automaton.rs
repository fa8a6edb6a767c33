//! Sets of texts as finite automata over UTF-8: whether their intersection is empty, or a shortest text in it.

mod long;
mod trie;

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use regex_automata::Anchored;
use regex_automata::dfa::Automaton;
use regex_automata::dfa::{StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use walnats_schema::{Conditions, Pattern};

use self::trie::Trie;
use super::Reason;

/// The largest automaton of one expression, in bytes.
const MAX_SIZE: usize = 1 << 21;
/// How many states the product of all may have.
const MAX_STATES: usize = 60_000;
/// How many texts that pass the tests are tried.
const MAX_UNFIT: usize = 200;
/// All texts.
const ANY: &str = r"^(?s:.*)$";

/// Expressions that were compiled.
#[derive(Default)]
pub(super) struct Automata {
    patterns: HashMap<Rc<str>, Compiled>,
    regexes: HashMap<String, Option<Arc<Dfa>>>,
}

struct Compiled {
    matcher: Option<Pattern>,
    /// `Err` where it cannot be said by automata.
    conditions: Result<Lists<Arc<Dfa>>, Reason>,
}

/// Automata, each with whether it must match or must not.
type Lists<T> = Vec<Vec<(T, bool)>>;

/// An automaton that is in a state of its own once it has found a match.
pub(super) struct Dfa(dense::DFA<Vec<u32>>);

/// What a text is asked.
#[derive(Clone)]
pub(super) enum Test {
    /// One of the outer list, and all of the inner one.
    Any(Lists<Arc<Dfa>>),
    /// One of the inner list, for all of the outer one.
    All(Lists<Arc<Dfa>>),
}

/// The texts that are looked for.
#[derive(Default)]
pub(super) struct Search {
    pub(super) tests: Vec<Test>,
    /// The fewest characters.
    pub(super) min: u64,
    /// The most characters.
    pub(super) max: Option<u64>,
    /// What it must not be.
    pub(super) excluded: Trie,
}

/// What a search ends with.
pub(super) enum Found {
    /// One that will do.
    Text(String),
    /// Those that pass the tests will not do.
    Unfit,
    Nothing,
    TooManyStates,
}

impl Search {
    /// What `fits` makes of a shortest text that passes all tests, and how many states were looked at. Of texts that lead to the
    /// same state, one is tried.
    pub(super) fn run(&self, any: Arc<Dfa>, fits: &mut dyn FnMut(&str) -> Option<String>) -> (Found, u64) {
        let mut nodes = Vec::new();
        let found = Product::new(self, any).run(&mut nodes, fits);
        (found, nodes.len() as u64)
    }
}

impl Automata {
    /// Whether a part of `text` matches an ECMA-262 pattern; one that cannot be compiled matches nothing.
    pub(super) fn matches(&self, pattern: &str, text: &str) -> bool {
        match self.patterns.get(pattern) {
            Some(compiled) => compiled.matcher.as_ref().is_some_and(|matcher| matcher.is_match(text)),
            None => Pattern::new(pattern).is_ok_and(|matcher| matcher.is_match(text)),
        }
    }

    /// Whether a part of `text` matches; the pattern is compiled once.
    pub(super) fn matches_often(&mut self, pattern: &Rc<str>, text: &str) -> bool {
        self.compiled(pattern).matcher.as_ref().is_some_and(|matcher| matcher.is_match(text))
    }

    /// An ECMA-262 pattern as a test; `Err` if automata cannot say it.
    pub(super) fn pattern(&mut self, pattern: &Rc<str>, wanted: bool) -> Result<Test, Reason> {
        let conditions = self.compiled(pattern).conditions.clone()?;
        Ok(if wanted { Test::Any(conditions) } else { Test::All(inverted(conditions)) })
    }

    fn compiled(&mut self, pattern: &Rc<str>) -> &Compiled {
        if !self.patterns.contains_key(pattern) {
            let conditions = match Pattern::conditions(pattern) {
                Ok(Some(alternatives)) => self.automata(alternatives).ok_or(Reason::TooManyStates),
                _ => Err(Reason::Pattern),
            };
            let compiled = Compiled { matcher: Pattern::new(pattern).ok(), conditions };
            self.patterns.insert(pattern.clone(), compiled);
        }
        &self.patterns[pattern]
    }

    fn automata(&mut self, alternatives: Conditions) -> Option<Lists<Arc<Dfa>>> {
        let mut automaton = |(regex, wanted): (String, bool)| Some((self.dfa(&regex)?, wanted));
        alternatives.into_iter().map(|all| all.into_iter().map(&mut automaton).collect()).collect()
    }

    fn dfa(&mut self, regex: &str) -> Option<Arc<Dfa>> {
        if let Some(known) = self.regexes.get(regex) {
            return known.clone();
        }
        let built = build(regex);
        self.regexes.insert(regex.to_owned(), built.clone());
        built
    }
}

/// The automaton of all texts.
pub(super) fn any() -> Option<Arc<Dfa>> {
    own_dfa(ANY)
}

/// One of this crate's own expressions, for formats, as a test.
pub(super) fn own_regex(regex: &'static str, wanted: bool) -> Option<Test> {
    Some(Test::Any(vec![vec![(own_dfa(regex)?, wanted)]]))
}

/// The automata of this crate's own expressions, which many questions need.
static OWN: Mutex<BTreeMap<&str, Option<Arc<Dfa>>>> = Mutex::new(BTreeMap::new());

fn own_dfa(regex: &'static str) -> Option<Arc<Dfa>> {
    let mut known = OWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(regex).or_insert_with(|| build(regex)).clone()
}

fn build(regex: &str) -> Option<Arc<Dfa>> {
    let config = dense::Config::new()
        .start_kind(StartKind::Unanchored)
        .dfa_size_limit(Some(MAX_SIZE))
        .determinize_size_limit(Some(MAX_SIZE * 4));
    dense::Builder::new().configure(config).build(regex).ok().map(|dfa| Arc::new(Dfa(dfa)))
}

fn inverted(conditions: Lists<Arc<Dfa>>) -> Lists<Arc<Dfa>> {
    let invert = |all: Vec<(Arc<Dfa>, bool)>| all.into_iter().map(|(dfa, wanted)| (dfa, !wanted)).collect();
    conditions.into_iter().map(invert).collect()
}

/// A state of one automaton.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Place {
    Matched,
    In(StateID),
}

impl Dfa {
    fn start(&self) -> Option<Place> {
        let state = self.0.start_state(&start::Config::new().anchored(Anchored::No)).ok()?;
        Some(self.place(state))
    }

    fn place(&self, state: StateID) -> Place {
        if self.0.is_match_state(state) { Place::Matched } else { Place::In(state) }
    }

    fn next(&self, place: Place, byte: u8) -> Place {
        match place {
            Place::Matched => place,
            Place::In(state) => self.place(self.0.next_state(state, byte)),
        }
    }

    fn matches_at_end(&self, place: Place) -> bool {
        match place {
            Place::Matched => true,
            Place::In(state) => self.0.is_match_state(self.0.next_eoi_state(state)),
        }
    }

    /// Whether it never matches from here on.
    fn is_dead(&self, place: Place) -> bool {
        matches!(place, Place::In(state) if self.0.is_dead_state(state))
    }
}

/// All automata at once.
struct Product<'a> {
    search: &'a Search,
    dfas: Vec<Arc<Dfa>>,
    /// Those that must match, and those that must not, whatever else does.
    needed: Vec<(usize, bool)>,
    /// The tests, by the indices of their automata.
    tests: Vec<(bool, Lists<usize>)>,
    /// From where on characters are not counted any more.
    cap: u64,
}

/// Where each automaton is, how many characters were read, and which of the excluded texts begin like this.
type Node = (Vec<Place>, u64, Option<u32>);

/// A node, the one before it, and the byte between them.
type Step = (Node, usize, u8);

impl<'a> Product<'a> {
    fn new(search: &'a Search, any: Arc<Dfa>) -> Self {
        let cap = search.max.map_or(search.min, |max| max.saturating_add(1).max(search.min));
        let mut product = Self { search, dfas: vec![any], needed: vec![(0, true)], tests: Vec::new(), cap };
        for test in &search.tests {
            let (is_any, lists) = match test {
                Test::Any(lists) => (true, lists),
                Test::All(lists) => (false, lists),
            };
            let lists: Lists<usize> = lists
                .iter()
                .map(|list| list.iter().map(|(dfa, wanted)| (product.index(dfa), *wanted)).collect())
                .collect();
            match (is_any, &lists[..]) {
                (true, [all]) => product.needed.extend(all.iter().copied()),
                (false, lists) => {
                    product.needed.extend(lists.iter().filter(|list| list.len() == 1).map(|list| list[0]));
                }
                _ => {}
            }
            product.tests.push((is_any, lists));
        }
        product
    }

    fn index(&mut self, dfa: &Arc<Dfa>) -> usize {
        self.dfas.iter().position(|known| Arc::ptr_eq(known, dfa)).unwrap_or_else(|| {
            self.dfas.push(Arc::clone(dfa));
            self.dfas.len() - 1
        })
    }

    fn run(&self, nodes: &mut Vec<Step>, fits: &mut dyn FnMut(&str) -> Option<String>) -> Found {
        let Some(first) = self.dfas.iter().map(|dfa| dfa.start()).collect::<Option<Vec<Place>>>() else {
            return Found::TooManyStates;
        };
        let classes = self.classes();
        let first: Node = (first, 0, Some(0));
        nodes.push((first.clone(), 0, 0));
        let mut seen: HashMap<Node, ()> = HashMap::from([(first, ())]);
        let (mut next, mut unfit) = (0, 0);
        while next < nodes.len() {
            let (places, count, begun) = nodes[next].0.clone();
            if self.accepts(&places, count) && !self.search.excluded.ends(begun) {
                let Some(text) = text(nodes, next) else { return Found::TooManyStates };
                if let Some(text) = fits(&text) {
                    return Found::Text(text);
                }
                unfit += 1;
                if unfit == MAX_UNFIT {
                    return Found::Unfit;
                }
            }
            for byte in self.bytes(&classes, begun) {
                let begins_character = byte & 0xC0 != 0x80;
                let count = (count + u64::from(begins_character)).min(self.cap);
                if self.search.max.is_some_and(|max| count > max) {
                    continue;
                }
                let places: Vec<Place> =
                    self.dfas.iter().zip(&places).map(|(dfa, place)| dfa.next(*place, byte)).collect();
                if self.is_hopeless(&places) {
                    continue;
                }
                let node = (places, count, self.search.excluded.next(begun, byte));
                if seen.insert(node.clone(), ()).is_none() {
                    if nodes.len() == MAX_STATES {
                        return Found::TooManyStates;
                    }
                    nodes.push((node, next, byte));
                }
            }
            next += 1;
        }
        if unfit == 0 { Found::Nothing } else { Found::Unfit }
    }

    fn is_hopeless(&self, places: &[Place]) -> bool {
        self.needed.iter().any(|(index, wanted)| match wanted {
            true => self.dfas[*index].is_dead(places[*index]),
            false => places[*index] == Place::Matched,
        })
    }

    fn accepts(&self, places: &[Place], count: u64) -> bool {
        count >= self.search.min.min(self.cap) && self.passes(places)
    }

    /// Whether the text that leads here passes all tests, however long it is.
    fn passes(&self, places: &[Place]) -> bool {
        let holds = |(index, wanted): &(usize, bool)| self.dfas[*index].matches_at_end(places[*index]) == *wanted;
        self.dfas[0].matches_at_end(places[0])
            && self.tests.iter().all(|(is_any, lists)| match is_any {
                true => lists.iter().any(|list| list.iter().all(holds)),
                false => lists.iter().all(|list| list.iter().any(holds)),
            })
    }

    /// One byte of each class, and those with which an excluded text goes on.
    fn bytes(&self, classes: &[Vec<u8>], begun: Option<u32>) -> Vec<u8> {
        let goes_on = |byte: &u8| self.search.excluded.next(begun, *byte).is_some();
        let mut bytes: Vec<u8> = Vec::with_capacity(classes.len());
        for class in classes {
            bytes.extend(class.iter().find(|byte| !goes_on(byte)));
            if begun.is_some() {
                bytes.extend(class.iter().filter(|byte| goes_on(byte)));
            }
        }
        bytes
    }

    /// The bytes by what no automaton tells apart, those that people write first.
    fn classes(&self) -> Vec<Vec<u8>> {
        let readable = (b'a'..=b'z').chain(b'0'..=b'9').chain(b'A'..=b'Z').chain(*b"-_./: @,+");
        let mut classes: Vec<Vec<u8>> = Vec::new();
        let mut seen: HashMap<Vec<u8>, usize> = HashMap::new();
        for byte in readable.chain(b' '..=b'~').chain(0..=255) {
            let mut class: Vec<u8> = self.dfas.iter().map(|dfa| dfa.0.byte_classes().get(byte)).collect();
            class.push(u8::from(byte & 0xC0 == 0x80));
            let index = *seen.entry(class).or_insert(classes.len());
            match classes.get_mut(index) {
                Some(known) if known.contains(&byte) => {}
                Some(known) => known.push(byte),
                None => classes.push(vec![byte]),
            }
        }
        classes
    }
}

/// The text that leads to a node.
fn text(nodes: &[Step], mut index: usize) -> Option<String> {
    let mut bytes = Vec::new();
    while index != 0 {
        let (_, parent, byte) = &nodes[index];
        bytes.push(*byte);
        index = *parent;
    }
    bytes.reverse();
    String::from_utf8(bytes).ok()
}
