//! JSON Schema.

use super::Code;
use super::DefaultLevel::{Deny, Error, Warn};

pub(super) const CODES: &[Code] = &[
    Code {
        id: "WN0301",
        slug: "not-a-schema",
        level: Error,
        summary: "A schema that is neither an object nor `true` or `false`.",
        cure: "Write a schema.",
        reference: Some("https://json-schema.org/draft/2020-12/json-schema-core#section-4.3"),
    },
    Code {
        id: "WN0302",
        slug: "wrong-keyword-value",
        level: Error,
        summary: "A keyword's value of the wrong kind.",
        cure: "The message says what it must be.",
        reference: Some("https://json-schema.org/draft/2020-12/json-schema-validation#section-6"),
    },
    Code {
        id: "WN0303",
        slug: "unusable-pattern",
        level: Error,
        summary: "A pattern that is not ECMA-262, or too large when compiled.",
        cure: "Correct it; repeat less, or bound the length with `maxLength`.",
        reference: Some("https://tc39.es/ecma262/#sec-patterns"),
    },
    Code {
        id: "WN0304",
        slug: "unknown-format",
        level: Warn,
        summary: "A format that is unknown, and not checked.",
        cure: "Correct its name, or write a `pattern`.",
        reference: Some("https://json-schema.org/draft/2020-12/json-schema-validation#section-7"),
    },
    Code {
        id: "WN0305",
        slug: "misspelt-keyword",
        level: Deny,
        summary: "An unknown keyword that is near to a known one.",
        cure: "Correct it, or begin its name with `x-`.",
        reference: Some("https://json-schema.org/draft/2020-12/json-schema-core#section-6.5"),
    },
    Code {
        id: "WN0306",
        slug: "unknown-annotation",
        level: Warn,
        summary: "Keywords that mean nothing in JSON Schema.",
        cure: "They are annotations; names that begin with `x-`, and well-known ones such as `markdownDescription`, are not mentioned.",
        reference: Some("https://json-schema.org/draft/2020-12/json-schema-core#section-6.5"),
    },
    Code {
        id: "WN0307",
        slug: "keyword-of-another-draft",
        level: Warn,
        summary: "A keyword of another draft.",
        cure: "Say the draft in `$schema`.",
        reference: Some("https://json-schema.org/draft/2020-12/json-schema-core#section-8.1.1"),
    },
    Code {
        id: "WN0308",
        slug: "back-reference",
        level: Warn,
        summary: "A pattern with back-references: they are tried, up to a million steps, and a text that takes more does not match.",
        cure: "Write it without; look-around takes linear time.",
        reference: Some("https://tc39.es/ecma262/#sec-patterns"),
    },
    Code {
        id: "WN0309",
        slug: "next-to-a-reference",
        level: Warn,
        summary: "Keywords next to a `$ref`, which mean nothing up to draft 7.",
        cure: "Put the `$ref` into an `allOf`, or say `2019-09` or later in `$schema`.",
        reference: Some("https://json-schema.org/draft-07/draft-handrews-json-schema-01#rfc.section.8.3"),
    },
];
