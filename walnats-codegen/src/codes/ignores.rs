//! Decisions not to report something.

use super::Code;
use super::DefaultLevel::{Error, Warn};

pub(super) const CODES: &[Code] = &[
    Code {
        id: "WN0780",
        slug: "unneeded-ignore",
        level: Warn,
        summary: "An ignore (`allow` in `x-walnats`, or `[[lints.ignore]]`) that suppresses nothing.",
        cure: "Remove it, so that it does not hide the next finding of its kind.",
        reference: None,
    },
    Code {
        id: "WN0781",
        slug: "wrong-ignore",
        level: Error,
        summary: "An ignore that names no lint, has no reason, or is about a finding that is always an error.",
        cure: "Write `\"x-walnats\": {\"allow\": {\"slug\": \"the reason\"}}`, or `{\"reason\": \"...\", \"until\": \"2027-01-31\"}` in place of the reason.",
        reference: None,
    },
    Code {
        id: "WN0782",
        slug: "ignore-without-a-file",
        level: Warn,
        summary: "A pattern of `[[lints.ignore]]` that matches no file.",
        cure: "Write paths from the schema folder or from the package's folder on: `legacy/*.json`, `**/*.yaml`.",
        reference: None,
    },
];
