//! A made-up event, and the way to simpler ones.

use std::fmt::{self, Debug};

use proptest::strategy::ValueTree;
use walnats_runtime::WithSchema;
use walnats_samples::made::Made;
use walnats_samples::simpler::Step;

use crate::known::Known;

/// How many simpler payloads are judged at most on the way to the smallest.
const MAX_JUDGEMENTS: usize = 20_000;

/// A made-up event. It gets simpler step by step; each event on the way is valid.
pub struct EventTree<E> {
    known: Known<E>,
    /// What is shown.
    shown: Made,
    /// The simplest that failed, once a step was taken from it.
    failed: Option<Made>,
    /// From there.
    steps: Vec<Step>,
    next: usize,
    /// Whether a step led on since the first of all was tried.
    has_moved: bool,
    left: usize,
}

impl<E: WithSchema> EventTree<E> {
    pub(crate) fn new(known: Known<E>, shown: Made) -> Self {
        Self { known, shown, failed: None, steps: Vec::new(), next: 0, has_moved: false, left: MAX_JUDGEMENTS }
    }

    /// Shows the next simpler event that is valid; false, and the simplest that failed, where there is none.
    fn step(&mut self) -> bool {
        let Some(failed) = &self.failed else { return false };
        while self.left > 0 {
            let Some(step) = self.steps.get(self.next) else {
                if !self.has_moved {
                    break;
                }
                // What was needed at first may not be any more.
                (self.next, self.has_moved) = (0, false);
                continue;
            };
            self.next += 1;
            self.left -= 1;
            let simpler = step.of(&failed.json);
            if let Some(made) = self.known.valid(&simpler).filter(|made| made.json != failed.json) {
                self.shown = made;
                return true;
            }
        }
        self.left = 0;
        false
    }
}

impl<E: WithSchema + Debug> ValueTree for EventTree<E> {
    type Value = E;

    fn current(&self) -> E {
        match self.known.event(&self.shown) {
            Some(event) => event,
            None => panic!("an event `{}` was decoded before, and is not any more", E::DESCRIPTOR.name),
        }
    }

    /// What is shown failed, and something simpler is shown.
    fn simplify(&mut self) -> bool {
        if self.left == 0 {
            return false;
        }
        if self.failed.is_some() {
            self.has_moved = true;
            // What follows the place of the step has moved to it.
            self.next = self.next.saturating_sub(1);
        }
        self.steps = self.known.steps(&self.shown);
        self.failed = Some(self.shown.clone());
        self.step()
    }

    /// What is shown passed, and something else is shown, or what failed before.
    fn complicate(&mut self) -> bool {
        if self.left > 0 && self.failed.is_some() && self.step() {
            return true;
        }
        match self.failed.take() {
            Some(failed) => {
                self.shown = failed;
                true
            }
            None => false,
        }
    }
}

impl<E: WithSchema> Debug for EventTree<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventTree").field("known", &self.known).finish_non_exhaustive()
    }
}
