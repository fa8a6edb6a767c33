//! Rust names and types.

use super::Code;
use super::DefaultLevel::{Error, Warn};

pub(super) const CODES: &[Code] = &[
    Code {
        id: "WN0601",
        slug: "field-not-in-the-type",
        level: Error,
        summary: "A subject or uid names a field that the Rust type does not have, as where `$dynamicRef` leaves the payload a plain value.",
        cure: "Name no field, and set the uid in the call.",
        reference: None,
    },
    Code {
        id: "WN0610",
        slug: "renamed-method",
        level: Warn,
        summary: "Two events, such as `read` and `read-all`, ask for one method: the one for many of the first gets another name.",
        cure: "Name one of the events otherwise, or call the method by its other name.",
        reference: None,
    },
    Code {
        id: "WN0611",
        slug: "name-not-given",
        level: Warn,
        summary: "`x-walnats.rust` asks for the name of a type, and no type gets it: two ask for one name, or the schema becomes no type that could have a name.",
        cure: "Give each schema a name of its own; name the schema that a `$ref` refers to.",
        reference: None,
    },
    Code {
        id: "WN0612",
        slug: "renamed-by-a-neighbour",
        level: Warn,
        summary: "An event has the name of a service, whose type is then called otherwise; or that of a file of shared types, and then its own module is.",
        cure: "Name the event, the service or the file otherwise, or use the other name.",
        reference: None,
    },
];
