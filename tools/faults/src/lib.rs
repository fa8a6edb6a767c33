//! Tests what `emit` promises against real faults.
//!
//! A [`Row`] describes what runs (one server or a cluster, a stream, a publisher's options), what is emitted, and which
//! fault strikes. [`run`] starts real servers and a publisher in a separate process. The publisher emits a workload
//! generated from a seed, or commits it to an outbox from which relays in further processes send it, and reports the end of
//! each emit to its parent through a pipe. Meanwhile the fault strikes: a process is killed or stopped, a [`Proxy`] cuts,
//! delays or drops traffic, a stream is deleted. Afterwards every unsettled event is emitted again with its id, the stream
//! is read back completely, and the [`judge`](fn@judge) compares the reports with the stream. A [`ReadRow`] is about readers in
//! the same way.
//!
//! ```text
//! cargo test -p walnats-faults                                  every row, one seed
//! cargo run -p walnats-faults -- --seeds 50                     the table
//! cargo run -p walnats-faults -- --minutes 60                   the table, as many seeds as that allows
//! cargo run -p walnats-faults -- --row "leader killed" --seed 7  repeats one trial
//! ```

mod clock;
mod cluster;
mod copies;
mod credentials;
mod database;
mod disk;
mod emitter;
mod fact;
mod fault;
mod gate;
mod idle;
mod judge;
mod ledger;
mod machine;
mod outbox;
mod proxy;
mod read_back;
mod reading;
mod relay;
mod row;
pub mod rows;
mod servers;
mod settle;
mod setup;
mod stall;
mod store;
mod table;
mod teller;
mod trial;
mod vitals;
mod workload;
mod world;

pub use clock::Clock;
pub use database::with_database;
pub use emitter::emit;
pub use fact::Fact;
pub use fault::{Fault, Outcome};
pub use idle::{Idling, idle};
pub use judge::judge;
pub use ledger::{End, Ledger, Line};
pub use machine::Machine;
pub use outbox::{EnqueueAll, RunRelay};
pub use proxy::{Flow, Point, Proxy, Way};
pub use read_back::{Message, Snapshot, read_back};
pub use reading::{Again, ReadRow, ReadRules, ReadTally, ReadTrial, Scene, Stage, Work, read_trial, run_instance};
pub use row::{Finish, Row, Rules};
pub use setup::{Base, Other, Place, Relays, Setup};
pub use stall::worst_stall;
pub use table::{Tally, markdown};
pub use trial::{Trial, run};
pub use vitals::Vitals;
pub use workload::{Emit, Kind, Odd, Shape, Step, Workload};
pub use world::World;

/// Why a trial could not be run. Violations that it finds are not errors.
pub type Problem = Box<dyn std::error::Error + Send + Sync>;
/// See [`Problem`].
pub type Result<T, E = Problem> = std::result::Result<T, E>;
