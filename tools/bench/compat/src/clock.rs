//! Time that processors spend, not time that passes: the machine does other things, too.

use std::time::Duration;

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};

/// What this process has spent, all of its threads.
pub fn cpu() -> Duration {
    spent(UsageWho::RUSAGE_SELF)
}

/// What child processes have spent that have ended and were waited for, and their own children.
pub fn cpu_of_children() -> Duration {
    spent(UsageWho::RUSAGE_CHILDREN)
}

fn spent(who: UsageWho) -> Duration {
    let total = |usage: Usage| micros(usage.user_time()) + micros(usage.system_time());
    getrusage(who).map(total).unwrap_or_default()
}

fn micros(time: TimeVal) -> Duration {
    Duration::from_micros(u64::try_from(time.num_microseconds()).unwrap_or_default())
}

/// The middle one; 0 if there is none.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}
