//! Event schemas in, typed NATS JetStream emitters out.

pub mod diagnostic;
pub mod load;
pub mod model;
