//! The workload, generated from a seed: parent and publisher generate the same one independently.

use std::time::Duration;

use fastrand::Rng;

use crate::fact::Fact;

/// The shape of the workloads of a row.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The number of events.
    pub emits: usize,
    /// The number of tasks that emit concurrently, each on its own topic.
    pub writers: usize,
    /// The ways of emitting, as often as each is listed.
    pub kinds: &'static [Kind],
    /// The percentage of emits that repeat the id of an earlier one of the same writer.
    pub repeats: usize,
    /// The percentage of emits without an id from the caller.
    pub fresh: usize,
    /// The longest pause between two steps.
    pub pause: Duration,
    /// The sizes of payloads in bytes; one is chosen for each event.
    pub sizes: &'static [usize],
    /// Whether all events have the same id.
    pub one_id: bool,
    /// Emits that the fault strikes, in contrast to all others.
    pub odd: Option<Odd>,
    /// If set, each event has a key that is stored at most once; this percentage repeats the key of an earlier one.
    pub once: Option<usize>,
}

impl Shape {
    /// Every way of emitting that works on any stream.
    pub const DEFAULT: Self = Self {
        emits: 300,
        writers: 4,
        kinds: &[
            Kind::Confirmed,
            Kind::Confirmed,
            Kind::Buffered,
            Kind::Buffered,
            Kind::Buffered,
            Kind::Abandoned,
            Kind::Cancelled,
            Kind::Batch,
            Kind::Delayed,
        ],
        repeats: 8,
        fresh: 10,
        pause: Duration::from_millis(20),
        sizes: &[40, 200],
        one_id: false,
        odd: None,
        once: None,
    };

    /// Under load: the publisher's window is full until the end.
    pub const HEAVY: Self = Self {
        emits: 4_000,
        kinds: &[Kind::Buffered, Kind::Buffered, Kind::Buffered, Kind::Abandoned],
        pause: Duration::ZERO,
        ..Self::DEFAULT
    };
}

/// What makes an emit odd, so that the fault strikes it and not the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Odd {
    /// The percentage of odd emits.
    pub percent: usize,
    /// The size of the payload in bytes.
    pub size: usize,
    /// A token at the end of the subject, repeated this many times; empty for none.
    pub tail: (&'static str, usize),
}

/// A way of emitting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Waits for the acknowledgement.
    Confirmed,
    /// Buffers; another task awaits the acknowledgement.
    Buffered,
    /// Buffers, and leaves failures to `on_lost`.
    Abandoned,
    /// Waits for the acknowledgement for a moment, and then drops the future.
    Cancelled,
    /// Several events, pipelined.
    Batch,
    /// Several events in an atomic batch.
    Atomic,
    /// With a short delay.
    Delayed,
    /// Through the outbox, in a transaction that commits.
    Committed,
    /// Several events through the outbox, in one transaction.
    Transaction,
    /// Through the outbox, in a transaction that is rolled back.
    RolledBack,
}

/// One event.
#[derive(Clone, Debug)]
pub struct Emit {
    /// Its index in [`Workload::emits`].
    pub number: usize,
    /// The writer that emits it.
    pub topic: usize,
    /// The caller's id, if there is one.
    pub uid: Option<String>,
    /// The key of which at most one event is stored.
    pub key: Option<String>,
    /// Whether it is one of [`Shape::odd`].
    pub odd: bool,
    /// The end of its subject; empty for none.
    pub tail: String,
    /// The size of the payload in bytes.
    pub size: usize,
    /// How it is emitted.
    pub kind: Kind,
}

/// A step of a writer: emits the events `first..first + count`, then pauses.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// How they are emitted.
    pub kind: Kind,
    /// The number of the first event.
    pub first: usize,
    /// The number of events; more than one only for batches.
    pub count: usize,
    /// The pause afterwards.
    pub pause: Duration,
}

/// Everything that is emitted in a trial.
#[derive(Clone, Debug)]
pub struct Workload {
    /// The events, by number.
    pub emits: Vec<Emit>,
    /// The steps of each writer, in order.
    pub writers: Vec<Vec<Step>>,
}

/// How long the caller of a cancelled emit waits. The buffer always has room, so the event is in it by then.
pub const PATIENCE: Duration = Duration::from_millis(2);

/// The delay of a delayed event.
pub const DELAY: Duration = Duration::from_millis(300);

impl Emit {
    /// Its event; `again` if it settles an emit whose end is unknown.
    pub fn fact(&self, again: bool) -> Fact {
        Fact { topic: self.topic, tail: self.tail.clone(), number: self.number, again, size: self.size }
    }

    /// The subject that its event is stored on.
    pub fn subject(&self) -> String {
        let tail = if self.tail.is_empty() { String::new() } else { format!(".{}", self.tail) };
        match &self.key {
            Some(key) => format!("facts.{}{tail}.{key}", self.topic),
            None => format!("facts.{}{tail}", self.topic),
        }
    }
}

impl Workload {
    /// The workload of a seed.
    pub fn new(shape: &Shape, seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut workload = Self { emits: Vec::with_capacity(shape.emits), writers: vec![Vec::new(); shape.writers] };
        while workload.emits.len() < shape.emits {
            let topic = rng.usize(..shape.writers);
            let kind = shape.kinds[rng.usize(..shape.kinds.len())];
            let count = match kind {
                Kind::Batch | Kind::Atomic | Kind::Transaction => rng.usize(2..12),
                _ => 1,
            };
            let pause = shape.pause.mul_f64(rng.f64());
            workload.writers[topic].push(Step { kind, first: workload.emits.len(), count, pause });
            for _ in 0..count {
                let number = workload.emits.len();
                let mut uid = workload.id(shape, topic, &mut rng);
                if uid.is_none() && matches!(kind, Kind::Batch | Kind::Atomic) {
                    // The closure for the ids of a batch cannot omit one.
                    uid = Some(format!("batch-{number}"));
                }
                let size = shape.sizes[rng.usize(..shape.sizes.len())];
                let odd = shape.odd.filter(|odd| rng.usize(..100) < odd.percent);
                let tail = odd.map_or_else(String::new, |Odd { tail: (token, times), .. }| token.repeat(times));
                let size = odd.map_or(size, |odd| odd.size);
                let key = shape.once.map(|repeats| workload.key(repeats, topic, &mut rng));
                workload.emits.push(Emit { number, topic, uid, key, odd: odd.is_some(), tail, size, kind });
            }
        }
        workload
    }

    /// How many odd emits one writer waits for, one after the other: each may take as long as an emit may.
    pub fn odd_in_a_row(&self) -> usize {
        let waits = |step: &&Step| step.kind == Kind::Confirmed && self.emits[step.first].odd;
        self.writers.iter().map(|steps| steps.iter().filter(waits).count()).max().unwrap_or_default()
    }

    fn key(&self, repeats: usize, topic: usize, rng: &mut Rng) -> String {
        let earlier: Vec<&Emit> = self.emits.iter().filter(|emit| emit.topic == topic).collect();
        let repeated = (!earlier.is_empty() && rng.usize(..100) < repeats).then(|| earlier[rng.usize(..earlier.len())]);
        repeated.and_then(|emit| emit.key.clone()).unwrap_or_else(|| format!("key-{}", self.emits.len()))
    }

    fn id(&self, shape: &Shape, topic: usize, rng: &mut Rng) -> Option<String> {
        if shape.one_id {
            return Some("the one".to_owned());
        }
        let dice = rng.usize(..100);
        if dice < shape.repeats {
            let earlier: Vec<&Emit> =
                self.emits.iter().filter(|emit| emit.topic == topic && emit.uid.is_some()).collect();
            if let Some(emit) = (!earlier.is_empty()).then(|| earlier[rng.usize(..earlier.len())]) {
                return emit.uid.clone();
            }
        }
        (dice < 100 - shape.fresh).then(|| format!("id-{}", self.emits.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_the_same_workload_again() {
        let text = |seed| format!("{:?}", Workload::new(&Shape::DEFAULT, seed));
        assert_eq!(text(7), text(7));
        assert_ne!(text(7), text(8));
    }
}
