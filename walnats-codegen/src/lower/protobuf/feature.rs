//! Features of editions where they mean nothing, or contradict what they are on: protoc refuses them, and so does walnats.
//! <https://protobuf.dev/editions/features/>

use std::collections::BTreeSet;

use prost_reflect::{
    DynamicMessage, EnumDescriptor, ExtensionDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor,
    Syntax,
};

use super::descriptor::{
    ENUM_OPTIONS, ENUM_VALUE, FIELD_DEFAULT, FIELD_OPTIONS, FIELD_TYPE_NAME, FILE_OPTIONS, MESSAGE_OPTIONS,
    ONEOF_OPTIONS, Refused, VALUE_NUMBER,
};

/// A field of `google.protobuf.FeatureSet`: its name and number, and where it may stand beside a file.
struct Feature(&'static str, i32, &'static str);

const PRESENCE: Feature = Feature("field_presence", 1, "set it on fields, or on the file");
const ENUM_TYPE: Feature = Feature("enum_type", 2, "set it on enums, or on the file");
const REPEATED: Feature = Feature("repeated_field_encoding", 3, PRESENCE.2);
const UTF8: Feature = Feature("utf8_validation", 4, PRESENCE.2);
const ENCODING: Feature = Feature("message_encoding", 5, PRESENCE.2);
const JSON: Feature = Feature("json_format", 6, "set it on messages, on enums, or on the file");
const VISIBILITY: Feature = Feature("default_symbol_visibility", 8, "set it on the file");
const ALL: [Feature; 7] = [PRESENCE, ENUM_TYPE, REPEATED, UTF8, ENCODING, JSON, VISIBILITY];

// Their values.
const EXPLICIT: i32 = 1;
const IMPLICIT: i32 = 2;
const LEGACY_REQUIRED: i32 = 3;
const OPEN: i32 = 1;
const CLOSED: i32 = 2;
const PACKED: i32 = 1;

/// What a field may have, and an extension.
const OF_FIELDS: [&str; 4] = [PRESENCE.0, REPEATED.0, UTF8.0, ENCODING.0];

const REMOVE: &str = "remove the feature";

/// The number of `packed` in `google.protobuf.FieldOptions`.
const PACKED_OPTION: i32 = 2;

/// What can hold features: the path of its options, the number of `features` in those, and which it may hold.
struct Holder<'h> {
    kind: &'static str,
    options: Vec<i32>,
    number: i32,
    allowed: &'h [&'static str],
}

impl Holder<'_> {
    /// Where `feature` is written: by itself, with others in braces, or somewhere in the options.
    fn paths(&self, feature: &Feature) -> Vec<Vec<i32>> {
        let all = [&self.options[..], &[self.number]].concat();
        vec![[&all[..], &[feature.1]].concat(), all, self.options.clone()]
    }
}

/// What is wrong with the features of `file`, whose text is `text`, and with its fields because of features. `editions` has the
/// names of the files that are of an edition.
pub fn misplaced(file: &FileDescriptor, text: &str, editions: &BTreeSet<&str>) -> Vec<Refused> {
    let is_edition = editions.contains(file.name());
    // Options are read again for each question, which takes long over thousands of files.
    let has_options = is_edition || text.contains("features");
    let mut check = Check { editions, is_edition, has_options, presence: EXPLICIT, found: Vec::new() };
    let options = vec![FILE_OPTIONS];
    let holder = Holder { kind: "file", options, number: 50, allowed: &ALL.map(|feature| feature.0) };
    let features = check.features(&|| file.options(), &holder);
    let presence = value(features.as_ref(), &PRESENCE);
    check.presence = presence.unwrap_or(EXPLICIT);
    if presence == Some(LEGACY_REQUIRED) {
        let message = "a file cannot make all of its fields required".to_owned();
        check.add(holder.paths(&PRESENCE), message, "set the feature on the fields that are required");
    }
    file.messages().for_each(|message| check.message(&message));
    file.enums().for_each(|enumeration| check.enumeration(&enumeration));
    file.extensions().for_each(|extension| check.extension(&extension));
    check.found
}

struct Check<'c> {
    editions: &'c BTreeSet<&'c str>,
    is_edition: bool,
    has_options: bool,
    /// Of fields that say nothing about it.
    presence: i32,
    found: Vec<Refused>,
}

impl Check<'_> {
    fn message(&mut self, message: &MessageDescriptor) {
        let options = [message.path(), &[MESSAGE_OPTIONS]].concat();
        self.features(&|| message.options(), &Holder { kind: "message", options, number: 12, allowed: &[JSON.0] });
        for oneof in message.oneofs() {
            let options = [oneof.path(), &[ONEOF_OPTIONS]].concat();
            self.features(&|| oneof.options(), &Holder { kind: "oneof", options, number: 1, allowed: &[] });
        }
        if !message.is_map_entry() {
            message.fields().for_each(|field| self.field(&field));
        }
        message.child_messages().for_each(|message| self.message(&message));
        message.child_enums().for_each(|enumeration| self.enumeration(&enumeration));
        message.child_extensions().for_each(|extension| self.extension(&extension));
    }

    fn extension(&mut self, extension: &ExtensionDescriptor) {
        let options = [extension.path(), &[FIELD_OPTIONS]].concat();
        let holder = Holder { kind: "extension", options, number: 21, allowed: &OF_FIELDS };
        let features = self.features(&|| extension.options(), &holder);
        if self.is_edition && value(features.as_ref(), &PRESENCE).is_some() {
            let message = format!("`features.{}` is set, but `{}` is an extension", PRESENCE.0, extension.name());
            self.add(holder.paths(&PRESENCE), message, REMOVE);
        }
    }

    fn enumeration(&mut self, enumeration: &EnumDescriptor) {
        let options = [enumeration.path(), &[ENUM_OPTIONS]].concat();
        let holder = Holder { kind: "enum", options, number: 7, allowed: &[ENUM_TYPE.0, JSON.0] };
        self.features(&|| enumeration.options(), &holder);
        let first = first_number(enumeration);
        if first != 0 && self.is_edition && !self.is_closed(enumeration) {
            let message = format!("the first value of the open enum `{}` is {first}", enumeration.name());
            let help = "put a value 0 first, or close the enum: `option features.enum_type = CLOSED;`";
            let path = [enumeration.path(), &[ENUM_VALUE, 0]].concat();
            self.add(vec![[&path[..], &[VALUE_NUMBER]].concat(), path], message, help);
        }
    }

    fn field(&mut self, field: &FieldDescriptor) {
        let number = 21;
        let options = [field.path(), &[FIELD_OPTIONS]].concat();
        let holder = Holder { kind: "field", options, number, allowed: &OF_FIELDS };
        let features = self.features(&|| field.options(), &holder);
        self.closed(field, features.as_ref());
        if !self.is_edition {
            return;
        }
        if field.options().has_field_by_name("packed") {
            let paths = vec![[&holder.options[..], &[PACKED_OPTION]].concat(), holder.options.clone()];
            let message = "editions have no `packed`".to_owned();
            let help = "write `features.repeated_field_encoding = PACKED`, which is the default, or `EXPANDED`";
            self.found.push(Refused { code: "WN0520", paths, message, help });
        }
        let is_one = !field.is_list() && !field.is_map();
        let is_implicit = value(features.as_ref(), &PRESENCE).unwrap_or(self.presence) == IMPLICIT;
        if is_implicit && is_one && field.field_descriptor_proto().default_value.is_some() {
            let paths = vec![[field.path(), &[FIELD_DEFAULT]].concat(), field.path().to_vec()];
            let message = format!("`{}` has a default value, but no presence: it is always set", field.name());
            self.add(
                paths,
                message,
                "remove the default value, or set `features.field_presence = EXPLICIT` on the field",
            );
        }
        let Some(features) = features else { return };
        let value = |feature: &Feature| value(Some(&features), feature);
        let is_message = matches!(field.kind(), Kind::Message(_));
        let is_text = matches!(field.kind(), Kind::String) || of_map(field).contains(&Kind::String);
        let is_packable = !is_message && !matches!(field.kind(), Kind::String | Kind::Bytes);
        let in_oneof = field.containing_oneof().is_some_and(|oneof| !oneof.is_synthetic());
        let wrong: [(bool, &Feature, &str); 7] = [
            (!is_one, &PRESENCE, "is repeated: it has no presence"),
            (in_oneof, &PRESENCE, "is in a oneof, which gives it presence"),
            (value(&PRESENCE) == Some(IMPLICIT) && is_message, &PRESENCE, "is a message, which always has presence"),
            (is_one, &REPEATED, "is not repeated"),
            (value(&REPEATED) == Some(PACKED) && field.is_list() && !is_packable, &REPEATED, "cannot be packed"),
            (!is_message || field.is_map(), &ENCODING, "is not a message"),
            (!is_text, &UTF8, "has no text"),
        ];
        for (is_wrong, feature, why) in wrong {
            if is_wrong && value(feature).is_some() {
                let message = format!("`features.{}` is set, but `{}` {why}", feature.0, field.name());
                self.add(holder.paths(feature), message, REMOVE);
            }
        }
    }

    /// Where nothing says whether a field is set, 0 has to be a value of it, and so do numbers that are not known.
    fn closed(&mut self, field: &FieldDescriptor, features: Option<&DynamicMessage>) {
        let paths = vec![[field.path(), &[FIELD_TYPE_NAME]].concat(), field.path().to_vec()];
        if let Some(Kind::Enum(kind)) = of_map(field).pop()
            && first_number(&kind) != 0
        {
            let message = format!("the map `{}` has values of an enum that does not begin with 0", field.name());
            let help = "put a value 0 first: it is that of an entry without a value";
            self.found.push(Refused { code: "WN0502", paths, message, help });
            return;
        }
        let Kind::Enum(kind) = field.kind() else { return };
        let is_implicit = value(features, &PRESENCE).unwrap_or(self.presence) == IMPLICIT;
        let in_oneof = field.containing_oneof().is_some_and(|oneof| !oneof.is_synthetic());
        let is_proto3 = !self.is_edition && field.parent_file().syntax() == Syntax::Proto3;
        let is_alone = self.is_edition && is_implicit && !field.is_list() && !in_oneof;
        if (is_proto3 || is_alone) && self.is_closed(&kind) {
            let (why, help) = match is_proto3 {
                true => ("proto3 takes open enums only", "declare the enum in a file of proto3, or of an edition"),
                false => {
                    ("a field without presence takes open enums only", "give the field presence, or open the enum")
                }
            };
            let message = format!("the enum `{}` of `{}` is closed: {why}", kind.full_name(), field.name());
            self.found.push(Refused { code: "WN0524", paths, message, help });
        }
    }

    fn is_closed(&self, enumeration: &EnumDescriptor) -> bool {
        let file = enumeration.parent_file();
        if !self.editions.contains(file.name()) {
            return file.syntax() == Syntax::Proto2;
        }
        let of = |options: &DynamicMessage| value(features(options).as_ref(), &ENUM_TYPE);
        of(&enumeration.options()).or_else(|| of(&file.options())).unwrap_or(OPEN) == CLOSED
    }

    /// The features in `options`; those that may not be there are reported.
    fn features(&mut self, options: &dyn Fn() -> DynamicMessage, holder: &Holder<'_>) -> Option<DynamicMessage> {
        let features = self.has_options.then(options).as_ref().and_then(features)?;
        for feature in ALL.iter().filter(|feature| features.has_field_by_name(feature.0)) {
            if !self.is_edition {
                let message = format!("`features.{}` is for files of an edition", feature.0);
                let help = "begin the file with an `edition` instead of its `syntax`, or remove the feature";
                self.add(holder.paths(feature), message, help);
            } else if !holder.allowed.contains(&feature.0) {
                let article = if matches!(holder.kind, "enum" | "oneof") { "an" } else { "a" };
                let message = format!("`features.{}` cannot be set on {article} {}", feature.0, holder.kind);
                self.add(holder.paths(feature), message, feature.2);
            }
        }
        Some(features)
    }

    fn add(&mut self, paths: Vec<Vec<i32>>, message: String, help: &'static str) {
        self.found.push(Refused { code: "WN0524", paths, message, help });
    }
}

fn features(options: &DynamicMessage) -> Option<DynamicMessage> {
    let features = options.get_field_by_name("features").filter(|_| options.has_field_by_name("features"))?;
    features.as_message().cloned()
}

fn value(features: Option<&DynamicMessage>, feature: &Feature) -> Option<i32> {
    let features = features.filter(|features| features.has_field_by_name(feature.0))?;
    features.get_field_by_name(feature.0)?.as_ref().as_enum_number()
}

/// The kinds of the keys and values of a map; none of another field.
fn of_map(field: &FieldDescriptor) -> Vec<Kind> {
    let kind = field.kind();
    let entry = kind.as_message().filter(|_| field.is_map());
    entry.map(|entry| entry.fields().map(|field| field.kind()).collect()).unwrap_or_default()
}

/// The number of the value that stands first; the descriptors of reflection have values in the order of their numbers.
fn first_number(enumeration: &EnumDescriptor) -> i32 {
    enumeration.enum_descriptor_proto().value.first().map_or(0, |value| value.number())
}
