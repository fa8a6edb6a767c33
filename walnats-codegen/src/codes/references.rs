//! References between schemas.

use super::Code;
use super::DefaultLevel::{Deny, Error, Warn};

pub(super) const CODES: &[Code] = &[
    Code {
        id: "WN0201",
        slug: "no-such-schema",
        level: Error,
        summary: "A reference to a file or an identifier that is not among the schemas.",
        cure: "Put the schema into the schema folder, or say in `[schemas] remotes` where it is; nothing is fetched from the network.",
        reference: Some("https://json-schema.org/draft/2020-12/json-schema-core#section-8.2.3"),
    },
    Code {
        id: "WN0202",
        slug: "no-such-part",
        level: Error,
        summary: "A reference to a part that its schema does not have.",
        cure: "Correct the JSON Pointer or the anchor.",
        reference: Some("https://json-schema.org/draft/2020-12/json-schema-core#section-8.2.3"),
    },
    Code {
        id: "WN0203",
        slug: "out-of-the-folder",
        level: Error,
        summary: "A reference that leads out of the schema folder.",
        cure: "Move or copy the file there.",
        reference: Some("https://json-schema.org/draft/2020-12/json-schema-core#section-8.2.3"),
    },
    Code {
        id: "WN0204",
        slug: "endless-reference",
        level: Deny,
        summary: "References that go round without looking at any part of the value.",
        cure: "Recursion goes through a property or an item.",
        reference: Some("https://json-schema.org/draft/2020-12/json-schema-core#section-9.4.1"),
    },
    Code {
        id: "WN0205",
        slug: "identifier-claimed-twice",
        level: Deny,
        summary: "A reference to an identifier that two schemas have.",
        cure: "Give each schema an `$id` of its own.",
        reference: Some("https://json-schema.org/draft/2020-12/json-schema-core#section-8.2.1"),
    },
    Code {
        id: "WN0206",
        slug: "unknown-metaschema",
        level: Warn,
        summary: "A `$schema` that names an unknown meta-schema; the schema is read as its draft, as far as that is known.",
        cure: "Use one of the drafts' own.",
        reference: Some("https://json-schema.org/draft/2020-12/json-schema-core#section-8.1.1"),
    },
    Code {
        id: "WN0207",
        slug: "unknown-vocabulary",
        level: Error,
        summary: "A meta-schema that requires an unknown vocabulary.",
        cure: "Where the vocabulary only annotates, say `false` for it.",
        reference: Some("https://json-schema.org/draft/2020-12/json-schema-core#section-8.1.2"),
    },
    Code {
        id: "WN0208",
        slug: "pointer-without-slash",
        level: Warn,
        summary: "A JSON Pointer in a reference lacks its first slash, as some editors let pass.",
        cure: "Write `#/definitions/x`.",
        reference: Some("https://www.rfc-editor.org/rfc/rfc6901"),
    },
    Code {
        id: "WN0209",
        slug: "unsupported-draft",
        level: Error,
        summary: "A `$schema` of a draft before 4.",
        cure: "Bring the schema up to draft 4 or later; `required` has moved to the object since draft 3.",
        reference: Some("https://json-schema.org/draft/2020-12/json-schema-core#section-8.1.1"),
    },
];
