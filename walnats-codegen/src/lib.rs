//! Event schemas in, typed NATS JetStream emitters out.
//!
//! `load -> resolve -> lower -> EventModel -> check | rust -> write`: each stage takes data and gives data, imports only
//! from the stages before it, and puts what the user got wrong into a [`diagnostic::Report`].

pub mod check;
pub mod config;
pub mod diagnostic;
pub mod load;
pub mod lower;
pub mod model;
pub mod resolve;
pub mod rust;
pub mod write;
