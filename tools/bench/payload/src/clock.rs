//! The fastest of many short rounds.

use std::time::{Duration, Instant};

/// As long as a round takes: short enough to end, now and then, before anybody else wants the processor.
const ROUND: Duration = Duration::from_millis(1);
const ROUNDS: usize = 400;

/// Seconds for one run of each of `tasks`, in the fastest of its rounds. The tasks take turns.
pub fn fastest<const N: usize>(tasks: [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut repeats = [1_usize; N];
    let mut best = [f64::INFINITY; N];
    let mut tasks = tasks;
    for (task, repeats) in tasks.iter_mut().zip(&mut repeats) {
        // As many runs as fill a round.
        while round(task, *repeats) < ROUND {
            *repeats *= 2;
        }
    }
    for _ in 0..ROUNDS {
        for ((task, repeats), best) in tasks.iter_mut().zip(repeats).zip(&mut best) {
            *best = best.min(round(task, repeats).as_secs_f64() / repeats as f64);
        }
    }
    best
}

fn round(task: &mut dyn FnMut(), repeats: usize) -> Duration {
    let start = Instant::now();
    for _ in 0..repeats {
        task();
    }
    start.elapsed()
}
