//! The templates of generated items: plain data in, text out. They decide nothing.

use askama::Template;

use super::markdown::Doc;

/// A struct.
#[derive(Template)]
#[template(path = "struct.rs.jinja")]
pub struct StructTemplate {
    pub docs: Doc,
    pub derives: String,
    pub name: String,
    /// Members that are always the same, by name.
    pub constants: Vec<(String, String)>,
    pub fields: Vec<FieldText>,
    pub additional: Option<AdditionalText>,
    pub new: NewText,
    pub defaults: Vec<DefaultText>,
    pub setters: Vec<SetterText>,
}

/// A field.
pub struct FieldText {
    pub docs: Doc,
    pub deprecated: bool,
    pub ident: String,
    pub type_text: String,
    /// `required`, `optional` or `conditional`.
    pub presence: &'static str,
    /// As it is called in JSON.
    pub literal: String,
}

/// The field that holds the members without one.
pub struct AdditionalText {
    pub ident: String,
    pub type_text: String,
}

/// A struct's `new`.
pub struct NewText {
    /// Whether clippy finds the parameters too many.
    pub is_long: bool,
    pub parameters: String,
    pub fields: String,
}

/// An accessor that knows the default.
pub struct DefaultText {
    pub field: String,
    pub method: String,
    pub type_text: String,
    pub value: String,
}

/// A method that gives an optional field its value.
pub struct SetterText {
    pub ident: String,
    pub method: String,
    pub deprecated: bool,
    pub type_text: String,
    pub value: String,
}

/// An enum of strings.
#[derive(Template)]
#[template(path = "enum.rs.jinja")]
pub struct EnumTemplate {
    pub docs: Doc,
    pub derives: String,
    pub rename_all: Option<&'static str>,
    pub name: String,
    pub variants: Vec<StringText>,
}

/// An enum of strings, and of any other.
#[derive(Template)]
#[template(path = "open_enum.rs.jinja")]
pub struct OpenEnumTemplate {
    pub docs: Doc,
    pub derives: String,
    pub name: String,
    pub variants: Vec<StringText>,
    /// The variant for any other string.
    pub other: String,
}

/// An enum of strings that keeps others when it is read tolerantly.
#[derive(Template)]
#[template(path = "kept_enum.rs.jinja")]
pub struct KeptEnumTemplate {
    pub docs: Doc,
    pub derives: String,
    pub name: String,
    pub variants: Vec<StringText>,
    /// The variant for any other string.
    pub unknown: String,
}

/// An enum of integers.
#[derive(Template)]
#[template(path = "integers.rs.jinja")]
pub struct IntegersTemplate {
    pub docs: Doc,
    pub derives: String,
    pub integer: &'static str,
    pub name: String,
    pub variants: Vec<StringText>,
}

/// An enum of integers that keeps others when it is read tolerantly.
#[derive(Template)]
#[template(path = "kept_integers.rs.jinja")]
pub struct KeptIntegersTemplate {
    pub docs: Doc,
    pub derives: String,
    pub integer: &'static str,
    pub name: String,
    pub variants: Vec<StringText>,
    /// The variant for any other integer.
    pub unknown: String,
}

/// A variant that is a string.
pub struct StringText {
    pub docs: Doc,
    pub deprecated: bool,
    pub ident: String,
    pub literal: String,
    pub rename: bool,
}

/// A union.
#[derive(Template)]
#[template(path = "union.rs.jinja")]
pub struct UnionTemplate {
    pub docs: Doc,
    pub derives: String,
    pub name: String,
    pub variants: Vec<VariantText>,
    pub attempts: bool,
    /// Whether one variant is what else there is.
    pub is_total: bool,
    pub subject: String,
    /// That no variant was found, as a literal.
    pub expected: String,
    /// What is read where no variant is found.
    pub otherwise: String,
    /// The variant for what a tolerant reader does not know.
    pub unknown: Option<String>,
}

/// A variant that holds a value.
pub struct VariantText {
    pub docs: Doc,
    pub ident: String,
    pub type_text: String,
    pub pattern: String,
    pub read: String,
    pub is_unique: bool,
}

/// An enum as serde writes it.
#[derive(Template)]
#[template(path = "wrapped.rs.jinja")]
pub struct WrappedTemplate {
    pub docs: Doc,
    pub derives: String,
    pub name: String,
    pub variants: Vec<WrappedVariantText>,
    pub subject: String,
    /// What is read where no variant is found.
    pub otherwise: String,
    /// The variant for what a tolerant reader does not know.
    pub unknown: Option<String>,
}

/// A variant, with how it is read and written.
pub struct WrappedVariantText {
    pub docs: Doc,
    pub deprecated: bool,
    pub ident: String,
    /// The types of its fields.
    pub fields: String,
    /// The names to which they are bound.
    pub bound: String,
    pub pattern: String,
    pub read: String,
    pub write: String,
    pub is_unique: bool,
}

/// Another name for a type.
#[derive(Template)]
#[template(path = "alias.rs.jinja")]
pub struct AliasTemplate {
    pub docs: Doc,
    pub deprecated: bool,
    pub name: String,
    pub type_text: String,
}

/// A newtype.
#[derive(Template)]
#[template(path = "newtype.rs.jinja")]
pub struct NewtypeTemplate {
    pub docs: Doc,
    pub derives: String,
    pub name: String,
    pub type_text: String,
}

/// The checks of a type.
#[derive(Template)]
#[template(path = "validate.rs.jinja")]
pub struct ValidateTemplate {
    pub name: String,
    pub variants: Vec<VariantCheckText>,
    pub checks: Vec<String>,
}

/// The checks of a variant.
pub struct VariantCheckText {
    /// What follows `Self::` in the pattern.
    pub pattern: String,
    /// What follows the arrow.
    pub check: String,
}

/// A `From`: of a newtype, of a struct by its fields, or of an enum by its variants.
#[derive(Template)]
#[template(path = "conversion.rs.jinja")]
pub struct ConversionTemplate {
    pub docs: Doc,
    pub source: String,
    pub target: String,
    /// What the parameter is called.
    pub binding: &'static str,
    pub newtype: Option<String>,
    /// Of a struct.
    pub fields: Option<Vec<(String, String)>>,
    /// Patterns and values, without the types.
    pub arms: Vec<(String, String)>,
}

/// What makes a type an event.
#[derive(Template)]
#[template(path = "event.rs.jinja")]
pub struct EventTemplate {
    pub type_path: String,
    pub type_name: String,
    pub name: String,
    pub event_type: String,
    pub stream: String,
    pub subject: String,
    pub description: String,
    pub subject_code: String,
    pub uid_code: Option<String>,
    /// The variant of `OnceKey`.
    pub once: Option<&'static str>,
    pub to_root: &'static str,
    pub schema_file: Option<String>,
    /// As a literal.
    pub content_type: &'static str,
    /// Whether readers are tolerant where nothing else is said.
    pub is_tolerant: bool,
    /// What is different where the payload is in protobuf's JSON mapping.
    pub json_mapping: Option<JsonMappingText>,
    /// What is different where the payload is a protobuf message.
    pub message: Option<MessageText>,
    /// Whether the message has rules.
    pub is_checked: bool,
}

/// The message of an event.
pub struct MessageText {
    /// Where its type is, and what the type is called here.
    pub import: String,
    /// The full name, as a literal.
    pub name: String,
}

/// How an event in protobuf's JSON mapping is read.
pub struct JsonMappingText {
    /// The messages that an `Any` may hold.
    pub types: String,
    /// The variant of `UnknownMembers`.
    pub unknown_members: &'static str,
}

/// How a message is read and written in protobuf's JSON mapping.
#[derive(Template)]
#[template(path = "protobuf_json.rs.jinja")]
pub struct ProtobufJsonTemplate {
    /// The type, seen from the module of its package.
    pub path: String,
    /// The full name, as a literal.
    pub name: String,
    /// The names in JSON, as a list of literals.
    pub json_names: String,
    /// The names in the `.proto` file that are others, with the positions of their fields.
    pub other_names: String,
    /// The positions of fields that every message has.
    pub required: String,
    /// A statement for each field, or for each run of fields of a oneof.
    pub writes: Vec<String>,
    /// An expression for each field.
    pub reads: Vec<String>,
}

/// The names of an enumeration in protobuf's JSON mapping.
#[derive(Template)]
#[template(path = "protobuf_json_enum.rs.jinja")]
pub struct ProtobufJsonEnumTemplate {
    /// The type, seen from the module of its package.
    pub path: String,
    /// The full name, as a literal.
    pub name: String,
    /// A list of names, with their numbers.
    pub names: String,
    /// Further names of the same numbers.
    pub aliases: String,
}

/// A type whose methods emit.
#[derive(Template)]
#[template(path = "emitter.rs.jinja")]
pub struct EmitterTemplate {
    pub docs: Doc,
    pub name: String,
    pub is_root: bool,
    pub services: Vec<ServiceText>,
    pub register: String,
    pub events: Vec<EmitText>,
}

/// What leads from all events to those of a service.
#[derive(Clone)]
pub struct ServiceText {
    pub name: String,
    pub method: String,
    pub type_name: String,
}

/// The two methods of an event.
pub struct EmitText {
    pub docs: Doc,
    pub ident: String,
    pub many: String,
    pub type_path: String,
    pub deprecated: bool,
}

/// The root module.
#[derive(Template)]
#[template(path = "root.rs.jinja")]
pub struct RootTemplate {
    /// Of walnats-codegen, as the runtime knows it.
    pub version: &'static str,
    pub modules: Vec<ModuleText>,
    pub exports: Vec<String>,
    pub has_json: bool,
    pub has_samples: bool,
    pub streams: Vec<StreamText>,
}

/// A module of the root; public if it is documented.
pub struct ModuleText {
    pub name: String,
    pub doc: Option<String>,
}

/// A stream, as far as it differs from the defaults.
pub struct StreamText {
    pub name: String,
    pub fields: Vec<(&'static str, String)>,
}

/// The lines of a template. Templates are checked when this crate is compiled, and write into memory.
pub fn render(template: &impl Template) -> String {
    template.render().unwrap_or_default() + "\n"
}
