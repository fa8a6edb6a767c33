//! Rust names and types.

use super::Code;
use super::DefaultLevel::Error;

pub(super) const CODES: &[Code] = &[Code {
    id: "WN0601",
    slug: "field-not-in-the-type",
    level: Error,
    summary: "A subject or uid names a field that the Rust type does not have, as where `$dynamicRef` leaves the payload a plain value.",
    cure: "Name no field, and give the uid in the call.",
    reference: None,
}];
