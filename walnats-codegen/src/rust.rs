//! An `EventModel` becomes files of Rust.
