//! Changes of protobuf files: buf's own test data, a fixture for each rule, and files that have nothing to do with each other.

mod buf;
mod compile;
mod edition_text;
mod fixtures;
mod misread;
mod strangers;
mod style;

// Files of editions, as walnats-codegen rewrites them.
#[path = "../../../walnats-codegen/src/lower/protobuf/edition.rs"]
mod edition;
