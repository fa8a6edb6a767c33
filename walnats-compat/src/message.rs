//! Protobuf messages by their descriptors: made up, and judged by the rules that they have.

mod condition;
pub mod instance;
pub mod rules;
pub mod smaller;
pub mod tightened;
