#![doc = include_str!("../README.md")]

mod known;
mod strategy;
mod tree;

use std::fmt::Debug;

use walnats_runtime::WithSchema;

pub use strategy::Arbitrary;
pub use tree::EventTree;

/// Arbitrary valid events: for each test case another, and for a failure the smallest that still fails.
///
/// A type whose schema accepts nothing, or of which no event is found, ends the test with a message that says what to do.
#[must_use]
pub fn arbitrary<E: WithSchema + Debug + 'static>() -> Arbitrary<E> {
    Arbitrary::new()
}

/// A valid event, the same for the same seed.
///
/// # Panics
///
/// The schema accepts nothing, or no event was found. The message says what to do.
#[must_use]
#[track_caller]
pub fn sample<E: WithSchema + 'static>(seed: u64) -> E {
    let known = known::known::<E>().unwrap_or_else(|problem| panic!("{problem}"));
    known.event(&known.payload(seed)).unwrap_or_else(|| panic!("the payload of seed {seed} was decoded before"))
}
