//! What a user gets from generated code on a real nats-server.

mod emit;
mod headers;
mod many;
mod program;
mod register;
mod shop;

use std::error::Error;

type TestResult = Result<(), Box<dyn Error>>;
