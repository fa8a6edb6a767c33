//! What a reader promises, against a real nats-server.
#![deny(warnings)]

mod dead_letters;
mod faults;
mod handling;
mod instances;
mod registering;
mod stage;
mod stopping;

/// As `build.rs` would have written it, format included.
#[rustfmt::skip]
#[path = "../../../walnats-codegen/fixtures/generate/readers/expected/events.rs"]
pub mod events;
