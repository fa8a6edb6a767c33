//! Protobuf payloads, by the descriptors of the package.

mod found;
pub mod instance;
mod mapping;
mod presence;
pub mod rules;
mod scalar;
mod well_known;

pub use mapping::judge_json;
pub use presence::{missing, unknown_fields};
