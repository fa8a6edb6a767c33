//! Fields.

use prost_reflect::Cardinality;

use super::rule::{Check, FORMER, LATEST, Rule};
use super::scope::{Found, NAME};
use crate::protobuf::member::Member;

pub const RULES: &[Rule] = &[
    Rule::new("WN0916", "FIELD_NOT_REQUIRED", LATEST, Check::Member(not_required)),
    Rule::new("WN0971", "FIELD_NO_DESCRIPTOR", FORMER, Check::Member(no_descriptor)),
];

fn not_required(found: &Member) -> Option<Found> {
    let message = format!("field `{}` is required: no reader can ever do without it", found.name());
    (found.cardinality() == Cardinality::Required).then(|| Found::at(found.path(), &[NAME], message))
}

fn no_descriptor(found: &Member) -> Option<Found> {
    let is_wrong = found.name().trim_matches('_').eq_ignore_ascii_case("descriptor");
    let message = || format!("field `{}` collides with `descriptor` in generated code", found.name());
    is_wrong.then(|| Found::at(found.path(), &[NAME], message()))
}
