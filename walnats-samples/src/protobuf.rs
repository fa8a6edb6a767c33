//! Protobuf payloads, by the descriptors of the package.

mod found;
mod mapping;
mod presence;
mod scalar;
mod well_known;

pub use mapping::judge_json;
pub use presence::{missing, unknown_fields};
