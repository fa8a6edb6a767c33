//! What a reader promises, against a real nats-server.
#![deny(warnings)]

mod acknowledging;
mod batches;
mod clock;
mod dead_letters;
mod faults;
mod handling;
mod layered;
mod monitoring;
mod ordering;
mod pauses;
mod pausing;
mod permissions;
mod refused_pulls;
mod registering;
mod replaying;
mod rereading;
mod responding;
mod stage;
mod stopping;
mod tolerance;
mod unstorable;

#[path = "../engine/recorded_log.rs"]
mod recorded_log;

/// As `build.rs` would have written it, format included.
#[rustfmt::skip]
#[path = "../../../walnats-codegen/fixtures/generate/readers/expected/events.rs"]
pub mod events;

/// The same, of events that are read tolerantly.
#[rustfmt::skip]
#[path = "../../../walnats-codegen/fixtures/generate/tolerant/expected/events.rs"]
pub mod parcels;
