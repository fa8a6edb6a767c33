//! JSON Schema: whether everything that one schema accepts, another accepts too.

mod apart;
mod arena;
mod array;
mod assertion;
mod atom;
mod automaton;
mod clock;
mod demands;
mod evaluated;
mod evaluators;
mod format;
mod known;
mod minimize;
mod negation;
mod number;
mod object;
mod outcome;
mod propagate;
mod repetition;
mod same;
mod search;
mod solver;
mod state;
mod summary;
mod text;

use std::time::Duration;

use serde_json::Value;
use walnats_schema::{SchemaId, SchemaSet};

pub(crate) use self::clock::Stopwatch;
pub use self::minimize::{Cut, minimize, reduce};
use self::outcome::Outcome;
pub(crate) use self::same::Same;
use self::solver::Solver;

/// A schema of a set.
#[derive(Clone, Copy, Debug)]
pub struct Root<'s> {
    /// The set.
    pub set: &'s SchemaSet,
    /// The schema.
    pub id: SchemaId,
}

/// How much may be tried.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many steps the whole question may take.
    pub steps: u64,
    /// How many of them one pair of places may take, without what is nested in it.
    pub steps_for_a_place: u64,
    /// How long the search may compute; where the system does not count that, how long it may take. What it has not decided by
    /// then is undecided, on a slow machine more than on a fast one.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 200_000, steps_for_a_place: 20_000, time: Duration::from_secs(1) }
    }
}

/// Whether one schema is contained in another.
#[derive(Clone, Debug, PartialEq)]
pub enum Containment {
    /// What the first accepts, the second accepts: proven.
    Contained,
    /// The first accepts this value, the second refuses it: walnats' validator says so.
    Differs(Value),
    /// Neither was found. At least one place; everything outside of these places is contained.
    Undecided(Vec<Undecided>),
}

/// A place that was not decided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Undecided {
    /// The place in an instance, as a JSON Pointer; `*` stands for any item or member.
    pub pointer: String,
    /// Why.
    pub reason: Reason,
}

/// Why a place was not decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Reason {
    /// A regular expression with look-around or back-references.
    Pattern,
    /// The automata of the patterns have too many states.
    TooManyStates,
    /// Formats, of which the relation is unknown.
    Format,
    /// Numbers of which no example was found.
    Number,
    /// `unevaluatedProperties` or `unevaluatedItems` over what is evaluated differently on different paths.
    Unevaluated,
    /// `uniqueItems` or counts of items or members.
    Counting,
    /// The limits of steps.
    Limits,
    /// The limit of time.
    Time,
    /// What was found as a difference is none for the validator.
    Unconfirmed,
    /// A difference was found, and the independent validator does not confirm it.
    ValidatorsDisagree,
}

/// How much stack the search may use: it is as deep as schemas nest.
const STACK: usize = 256 << 20;

/// Whether everything that `sub` accepts, `sup` accepts too.
///
/// Terminates within `limits`, whatever the schemas are.
///
/// # Panics
/// If an id comes from another set than the one beside it, or if no thread can be started.
pub fn contained(sub: Root<'_>, sup: Root<'_>, limits: &Limits) -> Containment {
    if std::ptr::eq(sub.set, sup.set) && sub.id == sup.id {
        return Containment::Contained;
    }
    on_a_large_stack(move || search_difference(sub, sup, limits))
}

/// The same, with how long the search computed.
pub(crate) fn contained_and_time(sub: Root<'_>, sup: Root<'_>, limits: &Limits) -> (Containment, Duration) {
    on_a_large_stack(move || {
        let watch = Stopwatch::start();
        (search_difference(sub, sup, limits), watch.used())
    })
}

/// Whether it is proven that everything that `sub` accepts, `sup` accepts too. A value that shows the contrary is not looked for
/// any further, so that this is quicker than [`contained`].
///
/// # Panics
/// Like [`contained`].
pub fn is_contained(sub: Root<'_>, sup: Root<'_>, limits: &Limits) -> bool {
    on_a_large_stack(move || {
        let Some((arena, [accepts, refuses])) = arena::Arena::new([sub, sup]) else { return false };
        matches!(Solver::new(arena, *limits).difference(accepts, refuses), Outcome::Empty)
    })
}

fn on_a_large_stack<T: Send>(search: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, search);
        thread.expect("a thread can be started").join().expect("the search does not panic")
    })
}

fn search_difference(sub: Root<'_>, sup: Root<'_>, limits: &Limits) -> Containment {
    let Some((arena, [accepts, refuses])) = arena::Arena::new([sub, sup]) else {
        return Containment::Undecided(vec![Undecided { pointer: String::new(), reason: Reason::Limits }]);
    };
    if accepts == refuses {
        return Containment::Contained;
    }
    let differs = |value: &Value| sub.set.is_valid(sub.id, value) && !sup.set.is_valid(sup.id, value);
    let mut solver = Solver::new(arena, *limits);
    let (candidate, places) = match solver.difference(accepts, refuses) {
        Outcome::Empty => return Containment::Contained,
        Outcome::Value(value) => (Some(value), Vec::new()),
        Outcome::Open { candidate, places } => (candidate, places),
    };
    match candidate.filter(differs) {
        Some(value) => {
            // In the search's own set what says the same is one schema, and unions of constants are lists.
            let set = &solver.arena.set;
            let shows = |value: &Value| set.is_valid(accepts, value) && !set.is_valid(refuses, value);
            let small = minimize::minimize_accepted(value.clone(), Root { set, id: accepts }, &shows);
            Containment::Differs(if differs(&small) { small } else { value })
        }
        None if places.is_empty() => {
            Containment::Undecided(vec![Undecided { pointer: String::new(), reason: Reason::Unconfirmed }])
        }
        None => Containment::Undecided(places.into_iter().map(|place| timed(place, solver.is_late)).collect()),
    }
}

/// What ends when the time is over ends for want of steps.
fn timed(place: Undecided, is_late: bool) -> Undecided {
    let reason = if is_late && place.reason == Reason::Limits { Reason::Time } else { place.reason };
    Undecided { reason, ..place }
}
