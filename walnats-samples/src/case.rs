//! A payload with what is to be found in it: from a schema test, a folder of samples, or a schema's examples.

use walnats_codegen::diagnostic::{Located, Place};

use crate::payload::Payload;

/// A payload, and the verdict that it is to have.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is called: `schemas/tests/order_placed.yaml: an order needs a line`, `samples/order-placed/valid/1.json`.
    pub name: String,
    /// The event's name.
    pub event: String,
    /// Where that is said; of samples, the file.
    pub event_place: Place,
    /// The payload.
    pub payload: Payload,
    /// The verdict.
    pub expected: Expected,
    /// Where it is said; of samples, the file.
    pub place: Place,
}

/// The verdict that a payload is to have.
#[derive(Clone, Debug)]
pub enum Expected {
    /// It is valid.
    Valid,
    /// It is refused, for these reasons and perhaps others; for any where there are none.
    Refused(Vec<Reason>),
}

/// A violation that has to be there.
#[derive(Clone, Debug)]
pub struct Reason {
    /// The keyword; any, where it is not said.
    pub keyword: Option<Located<String>>,
    /// The place in the payload, as a JSON Pointer; any, where it is not said.
    pub pointer: Option<Located<String>>,
    /// Where it is said.
    pub place: Place,
}
