//! Layout.

use super::Code;
use super::DefaultLevel::{Deny, Warn};

pub(super) const CODES: &[Code] = &[
    Code {
        id: "WN1001",
        slug: "not-formatted",
        level: Deny,
        summary: "A file is not laid out as `walnats fmt` does.",
        cure: "Run `walnats fmt`.",
        reference: None,
    },
    Code {
        id: "WN1002",
        slug: "left-unformatted",
        level: Warn,
        summary: "`walnats fmt` leaves a file as it is: it cannot lay it out without changing what it says, or it is nested too deep.",
        cure: "Write the part that is marked in a simpler way, or format the file by hand.",
        reference: None,
    },
];
