//! Protobuf messages by their descriptors: made up, and judged by the rules that they have.

mod bare;
mod condition;
mod counterpart;
pub mod instance;
mod pattern;
mod presence;
pub mod rules;
pub mod smaller;
mod text;
pub mod tightened;
