//! Protobuf.

use super::Code;
use super::DefaultLevel::Error;

pub(super) const CODES: &[Code] = &[
    Code {
        id: "WN0502",
        slug: "not-protobuf",
        level: Error,
        summary: "Not valid protobuf: the syntax, a type that is not defined, a number that is used twice.",
        cure: "The message is the compiler's and says which.",
        reference: Some("https://protobuf.dev/reference/protobuf/proto3-spec/"),
    },
    Code {
        id: "WN0503",
        slug: "import",
        level: Error,
        summary: "An import of a file that is not there, or files that import each other.",
        cure: "Imports start at the schema folder. `walnats/options.proto` and `google/protobuf/*.proto` come with walnats.",
        reference: Some("https://protobuf.dev/programming-guides/proto3/#importing"),
    },
    Code {
        id: "WN0504",
        slug: "edition",
        level: Error,
        summary: "A `.proto` file in an edition.",
        cure: "Commit a descriptor set (`buf build -o x.binpb`), or write `syntax = \"proto3\"`.",
        reference: Some("https://protobuf.dev/editions/overview/"),
    },
    Code {
        id: "WN0505",
        slug: "event-option",
        level: Error,
        summary: "The option `(walnats.event)` is not imported, not on a message, or has a field that does not exist or is of another kind.",
        cure: "Fields: `name`, `subject`, `stream`, `uid`, `type`, `deprecated`, `owner`, `rust`.",
        reference: None,
    },
    Code {
        id: "WN0506",
        slug: "descriptor-set",
        level: Error,
        summary: "A `.binpb` file is no descriptor set, or one that cannot be used.",
        cure: "`buf build -o x.binpb`, or `protoc --include_imports --descriptor_set_out=x.binpb`.",
        reference: None,
    },
    Code {
        id: "WN0507",
        slug: "names-equal-in-rust",
        level: Error,
        summary: "Names of messages, fields or values that differ in protobuf and not in Rust.",
        cure: "Rename one.",
        reference: None,
    },
    Code {
        id: "WN0508",
        slug: "one-message-two-events",
        level: Error,
        summary: "One message is the payload of two events.",
        cure: "Declare a message for each.",
        reference: None,
    },
];
