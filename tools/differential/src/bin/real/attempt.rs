//! One schema by itself becomes code, or findings.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use walnats_codegen::Severity;

use crate::foreign::{CONFIG, Foreign};

/// What a thread has on most systems, so that a schema that needs more shows.
const STACK: usize = 2 << 20;
/// After it, the next schema is tried.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Attempt<'a> {
    pub schema: &'a Foreign,
    pub outcome: Outcome,
    pub time: Duration,
}

#[derive(PartialEq, Eq)]
pub enum Outcome {
    Generated,
    /// By these diagnostics.
    Refused(BTreeSet<String>),
    Panicked(String),
    Unending,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Generated => f.write_str("generated"),
            Self::Refused(codes) => {
                write!(f, "refused: {}", codes.iter().map(String::as_str).collect::<Vec<_>>().join(" "))
            }
            Self::Panicked(message) => write!(f, "panicked: {message}"),
            Self::Unending => write!(f, "not done in {} s", PATIENCE.as_secs()),
        }
    }
}

/// Generates, as `build.rs` does.
pub fn attempt(schema: &Foreign) -> Attempt<'_> {
    let (sender, receiver) = mpsc::channel();
    let (name, text, config) = (schema.file_name(), schema.text.clone(), CONFIG.to_owned() + &schema.config());
    let generate = move || {
        let start = Clock::now();
        let outcome = generate(&name, &text, &config);
        // Nobody listens any more after an attempt that took too long.
        let _ = sender.send((outcome, start.elapsed()));
    };
    let (outcome, time) = match thread::Builder::new().stack_size(STACK).spawn(generate) {
        Err(error) => (Outcome::Panicked(error.to_string()), Duration::ZERO),
        Ok(thread) => match receiver.recv_timeout(PATIENCE) {
            Ok(done) => done,
            Err(mpsc::RecvTimeoutError::Timeout) => (Outcome::Unending, PATIENCE),
            Err(mpsc::RecvTimeoutError::Disconnected) => (Outcome::Panicked(message(thread)), Duration::ZERO),
        },
    };
    Attempt { schema, outcome, time }
}

/// The CPU time of this thread, where the system reports it: a schema is not slow because the machine is busy.
struct Clock {
    at_work: Option<Duration>,
    start: Instant,
}

impl Clock {
    fn now() -> Self {
        Self { at_work: Self::at_work(), start: Instant::now() }
    }

    fn elapsed(&self) -> Duration {
        match (self.at_work, Self::at_work()) {
            (Some(before), Some(after)) => after.saturating_sub(before),
            _ => self.start.elapsed(),
        }
    }

    /// Linux counts it in nanoseconds.
    fn at_work() -> Option<Duration> {
        let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    }
}

/// More than two seconds for each megabyte, with a little for what is small.
pub fn is_slow(schema: &Foreign, time: Duration) -> bool {
    time.as_secs_f64() > 0.5 + 2.0 * schema.text.len() as f64 / 1e6
}

fn generate(name: &str, text: &str, config: &str) -> Outcome {
    let write = |folder: &Path| {
        fs::create_dir(folder.join("schemas"))?;
        fs::write(folder.join("schemas").join(name), text)?;
        fs::write(folder.join("walnats.toml"), config)
    };
    let folder = match tempfile::tempdir().and_then(|folder| write(folder.path()).map(|()| folder)) {
        Ok(folder) => folder,
        Err(error) => return Outcome::Panicked(error.to_string()),
    };
    match walnats_codegen::configure().root(folder.path()).generate() {
        Ok(_) => Outcome::Generated,
        Err(report) => {
            let errors = report.diagnostics.iter().filter(|finding| finding.severity == Severity::Error);
            Outcome::Refused(errors.map(|finding| finding.code.to_owned()).collect())
        }
    }
}

fn message(thread: thread::JoinHandle<()>) -> String {
    let Err(panic) = thread.join() else { return String::new() };
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic").to_owned()
}
