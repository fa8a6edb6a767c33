#![doc = include_str!("../README.md")]

pub mod accepted;
mod compare;
mod delivery;
mod finding;
pub mod json;
mod keeps;
mod keyword;
mod kind;
pub mod lint;
mod mark;
pub mod message;
mod messages;
mod moved;
pub mod opinion;
mod payload;
pub mod protobuf;
mod reason;
mod rules;
pub mod sample;
mod screen;
mod side;
pub mod style;
mod tolerant;
mod unreadable;
mod walk;

pub use compare::{Comparison, Options, Verdict, compare};
pub use finding::{About, Acceptance, Direction, Finding, Mark, Revision, Witness};
pub use keeps::keeps;
pub use kind::Kind;
pub use reason::words;
pub use screen::Screen;
pub use side::Side;
pub use walnats_schema::tolerant;
