//! Changes of protobuf files: buf's own test data, a fixture for each rule, and files that have nothing to do with each other.

mod buf;
mod compile;
mod fixtures;
mod misread;
mod strangers;
mod style;
