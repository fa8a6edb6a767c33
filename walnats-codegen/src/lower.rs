//! Resolved sources become one [`EventModel`](crate::model::EventModel). The two front ends, `json_schema` and `protobuf`, do not know each other.

pub mod event;
pub mod json_schema;
#[cfg(feature = "protobuf")]
pub mod protobuf;
pub mod service;
pub mod stream;
pub mod template;
