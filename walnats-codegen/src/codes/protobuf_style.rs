//! How protobuf files are laid out and named: buf's lint rules, by buf's ids. `walnats-compat` has the rules and the fixtures.

use super::Code;
use super::DefaultLevel::{self, Allow, Deny, Warn};

const fn row(
    id: &'static str,
    slug: &'static str,
    level: DefaultLevel,
    [summary, cure]: [&'static str; 2],
    reference: &'static str,
) -> Code {
    Code { id, slug, level, summary, cure, reference: Some(reference) }
}

#[rustfmt::skip]
pub(super) const CODES: &[Code] = &[
    row("WN0901", "directory-same-package", Allow, [
        "Files in one folder belong to different packages.",
        "Give each package a folder.",
    ], "https://buf.build/docs/lint/rules/#directory_same_package"),
    row("WN0902", "package-defined", Warn, [
        "A file has no package: its messages share names with those of everybody who has none.",
        "Add `package shop.v1;`, before it is in use.",
    ], "https://buf.build/docs/lint/rules/#package_defined"),
    row("WN0903", "package-directory-match", Allow, [
        "A file is not in the folder that its package names: `shop/v1` for `shop.v1`.",
        "Move the file.",
    ], "https://buf.build/docs/lint/rules/#package_directory_match"),
    row("WN0904", "package-no-import-cycle", Allow, [
        "Packages import each other, through different files.",
        "Move what both need to a package of its own.",
    ], "https://buf.build/docs/lint/rules/#package_no_import_cycle"),
    row("WN0905", "package-same-directory", Allow, [
        "Files of one package are in different folders.",
        "Move them to one folder.",
    ], "https://buf.build/docs/lint/rules/#package_same_directory"),
    row("WN0911", "enum-first-value-zero", Warn, [
        "The first value of an enum is not 0. In proto2, absent fields read as the first value; proto3 wants a 0.",
        "Put a value 0 first that means that nothing is known.",
    ], "https://buf.build/docs/lint/rules/#enum_first_value_zero"),
    row("WN0912", "enum-no-allow-alias", Warn, [
        "An enum gives one number several names, of which JSON writes only the first.",
        "Give each value its own number, and remove `allow_alias`.",
    ], "https://buf.build/docs/lint/rules/#enum_no_allow_alias"),
    row("WN0913", "enum-pascal-case", Allow, [
        "An enum's name is not in PascalCase.",
        "Rename it: the wire does not know the name.",
    ], "https://buf.build/docs/lint/rules/#enum_pascal_case"),
    row("WN0914", "enum-value-upper-snake-case", Allow, [
        "An enum value's name is not in UPPER_SNAKE_CASE.",
        "Rename it, before it is in use: JSON writes the name.",
    ], "https://buf.build/docs/lint/rules/#enum_value_upper_snake_case"),
    row("WN0915", "field-lower-snake-case", Allow, [
        "A field's name is not in lower_snake_case.",
        "Rename it, before it is in use: JSON writes the name.",
    ], "https://buf.build/docs/lint/rules/#field_lower_snake_case"),
    row("WN0916", "field-not-required", Warn, [
        "A field is required: it can never be removed, because readers refuse events without it.",
        "Make it optional, and check in code that it is set.",
    ], "https://buf.build/docs/lint/rules/#field_not_required"),
    row("WN0917", "import-no-public", Allow, [
        "An import is public: who imports the file depends on what it imports.",
        "Import the file where it is used.",
    ], "https://buf.build/docs/lint/rules/#import_no_public"),
    row("WN0918", "import-used", Warn, [
        "An import is not used.",
        "Remove it.",
    ], "https://buf.build/docs/lint/rules/#import_used"),
    row("WN0919", "message-pascal-case", Allow, [
        "A message's name is not in PascalCase.",
        "Rename it, before it is in use: the event's name is made of it.",
    ], "https://buf.build/docs/lint/rules/#message_pascal_case"),
    row("WN0920", "oneof-lower-snake-case", Allow, [
        "A oneof's name is not in lower_snake_case.",
        "Rename it: neither the wire nor JSON know the name.",
    ], "https://buf.build/docs/lint/rules/#oneof_lower_snake_case"),
    row("WN0921", "package-lower-snake-case", Allow, [
        "A package's name is not in lower_snake_case.",
        "Rename it, before it is in use.",
    ], "https://buf.build/docs/lint/rules/#package_lower_snake_case"),
    row("WN0922", "package-same-csharp-namespace", Allow, [
        "Files of one package differ in `csharp_namespace`.",
        "Set the same value in each.",
    ], "https://buf.build/docs/lint/rules/#package_same_csharp_namespace"),
    row("WN0923", "package-same-go-package", Allow, [
        "Files of one package differ in `go_package`.",
        "Set the same value in each.",
    ], "https://buf.build/docs/lint/rules/#package_same_go_package"),
    row("WN0924", "package-same-java-multiple-files", Allow, [
        "Files of one package differ in `java_multiple_files`.",
        "Set the same value in each.",
    ], "https://buf.build/docs/lint/rules/#package_same_java_multiple_files"),
    row("WN0925", "package-same-java-package", Allow, [
        "Files of one package differ in `java_package`.",
        "Set the same value in each.",
    ], "https://buf.build/docs/lint/rules/#package_same_java_package"),
    row("WN0926", "package-same-php-namespace", Allow, [
        "Files of one package differ in `php_namespace`.",
        "Set the same value in each.",
    ], "https://buf.build/docs/lint/rules/#package_same_php_namespace"),
    row("WN0927", "package-same-ruby-package", Allow, [
        "Files of one package differ in `ruby_package`.",
        "Set the same value in each.",
    ], "https://buf.build/docs/lint/rules/#package_same_ruby_package"),
    row("WN0928", "package-same-swift-prefix", Allow, [
        "Files of one package differ in `swift_prefix`.",
        "Set the same value in each.",
    ], "https://buf.build/docs/lint/rules/#package_same_swift_prefix"),
    row("WN0929", "rpc-pascal-case", Allow, [
        "A method's name is not in PascalCase.",
        "Rename it, before it is in use.",
    ], "https://buf.build/docs/lint/rules/#rpc_pascal_case"),
    row("WN0930", "service-pascal-case", Allow, [
        "A service's name is not in PascalCase.",
        "Rename it, before it is in use.",
    ], "https://buf.build/docs/lint/rules/#service_pascal_case"),
    row("WN0931", "syntax-specified", Allow, [
        "A file does not say its syntax, and is read as proto2.",
        "Begin it with `syntax = \"proto3\";`, or with proto2 if it was meant.",
    ], "https://buf.build/docs/lint/rules/#syntax_specified"),
    row("WN0941", "enum-value-prefix", Allow, [
        "An enum value's name does not begin with the enum's: values of all enums of a package share one scope.",
        "Rename it, before it is in use: `ORDER_STATUS_PAID` for `PAID` of `OrderStatus`.",
    ], "https://buf.build/docs/lint/rules/#enum_value_prefix"),
    row("WN0942", "enum-zero-value-suffix", Warn, [
        "An enum value with the number 0 does not end with `_UNSPECIFIED`: absent fields, and values that a reader does not know, look like it.",
        "Let 0 mean that nothing was said: `ORDER_STATUS_UNSPECIFIED = 0;`.",
    ], "https://buf.build/docs/lint/rules/#enum_zero_value_suffix"),
    row("WN0943", "file-lower-snake-case", Allow, [
        "A file's name is not in lower_snake_case.",
        "Rename the file, and the imports of it.",
    ], "https://buf.build/docs/lint/rules/#file_lower_snake_case"),
    row("WN0944", "package-version-suffix", Allow, [
        "A package's name does not end with a version: `shop.v1`, `shop.v1beta1`.",
        "Add one, before it is in use.",
    ], "https://buf.build/docs/lint/rules/#package_version_suffix"),
    row("WN0945", "rpc-request-response-unique", Allow, [
        "A message is a request or response of several methods, which cannot change apart.",
        "Declare a request and a response for each method.",
    ], "https://buf.build/docs/lint/rules/#rpc_request_response_unique"),
    row("WN0946", "rpc-request-standard-name", Allow, [
        "A request is not named after its method.",
        "Name it `MethodRequest` or `ServiceMethodRequest`.",
    ], "https://buf.build/docs/lint/rules/#rpc_request_standard_name"),
    row("WN0947", "rpc-response-standard-name", Allow, [
        "A response is not named after its method.",
        "Name it `MethodResponse` or `ServiceMethodResponse`.",
    ], "https://buf.build/docs/lint/rules/#rpc_response_standard_name"),
    row("WN0948", "service-suffix", Allow, [
        "A service's name does not end with `Service`.",
        "Rename it, before it is in use.",
    ], "https://buf.build/docs/lint/rules/#service_suffix"),
    row("WN0949", "protovalidate", Allow, [
        "A rule of `buf.validate` contradicts another one, is never applied, or cannot be compiled; of messages that no event reaches, too.",
        "Change it as the message says, or remove it.",
    ], "https://buf.build/docs/lint/rules/#protovalidate"),
    row("WN0951", "comment-enum", Allow, [
        "An enum has no comment.",
        "Say above it what it tells apart.",
    ], "https://buf.build/docs/lint/rules/#comment_enum"),
    row("WN0952", "comment-enum-value", Allow, [
        "An enum value has no comment.",
        "Say above it when it applies.",
    ], "https://buf.build/docs/lint/rules/#comment_enum_value"),
    row("WN0953", "comment-field", Allow, [
        "A field has no comment.",
        "Say above it what it holds, with its unit.",
    ], "https://buf.build/docs/lint/rules/#comment_field"),
    row("WN0954", "comment-message", Allow, [
        "A message has no comment.",
        "Say above it what it stands for; of an event, what has happened when it is emitted.",
    ], "https://buf.build/docs/lint/rules/#comment_message"),
    row("WN0955", "comment-oneof", Allow, [
        "A oneof has no comment.",
        "Say above it what its fields have in common.",
    ], "https://buf.build/docs/lint/rules/#comment_oneof"),
    row("WN0956", "comment-rpc", Allow, [
        "A method has no comment.",
        "Say above it what it does.",
    ], "https://buf.build/docs/lint/rules/#comment_rpc"),
    row("WN0957", "comment-service", Allow, [
        "A service has no comment.",
        "Say above it what it is for.",
    ], "https://buf.build/docs/lint/rules/#comment_service"),
    row("WN0961", "rpc-no-client-streaming", Allow, [
        "A method takes a stream.",
        "Take one request.",
    ], "https://buf.build/docs/lint/rules/#rpc_no_client_streaming"),
    row("WN0962", "rpc-no-server-streaming", Allow, [
        "A method returns a stream.",
        "Return one response.",
    ], "https://buf.build/docs/lint/rules/#rpc_no_server_streaming"),
    row("WN0971", "field-no-descriptor", Allow, [
        "A field is called `descriptor`, which generated code of some languages uses itself.",
        "Rename it, before it is in use.",
    ], "https://buf.build/docs/lint/rules/#field_no_descriptor"),
    row("WN0972", "stable-package-no-import-unstable", Allow, [
        "A package with a stable version, `shop.v1`, imports one whose version may still change, `pay.v1beta1`.",
        "Import a stable version.",
    ], "https://buf.build/docs/lint/rules/#stable_package_no_import_unstable"),
    row("WN0991", "no-buf-yaml", Deny, [
        "`[lints] protobuf` takes the rules from `buf.yaml`, and there is none.",
        "Put it next to `walnats.toml` or into the schema folder, or name a category.",
    ], "https://buf.build/docs/configuration/v2/buf-yaml/"),
];

/// The last of the codes in buf's categories MINIMAL, BASIC and STANDARD, each of which contains the one before it.
const LAST: [(&str, &str); 3] = [("minimal", "WN0905"), ("basic", "WN0931"), ("standard", "WN0949")];

/// The rules of buf's category of this name, in small letters.
pub fn protobuf_category(name: &str) -> impl Iterator<Item = &'static Code> {
    let last = LAST.iter().find(|(category, _)| *category == name).map_or("", |(_, last)| *last);
    CODES.iter().filter(move |code| code.id <= last)
}

/// All rules of buf's.
pub fn protobuf_style() -> impl Iterator<Item = &'static Code> {
    CODES.iter().filter(|code| code.level != Deny)
}
