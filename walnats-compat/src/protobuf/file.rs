//! What a file says about itself: syntax, package, options of generated code.

use prost_reflect::{FileDescriptor, ReflectMessage, Value};

use super::Dialect;
use super::feature::option;
use super::pair::{Found, Pair};
use super::place::Location;
use super::rule::{ALL, CODE, Check, Rule};

// Numbers of fields of `google.protobuf.FileDescriptorProto`.
const PACKAGE: i32 = 2;
const OPTIONS: i32 = 8;
const SYNTAX: i32 = 12;

const fn same_option(id: &'static str, option: &'static str) -> Rule {
    Rule::new(id, CODE, Check::FileOption(option))
        .says("an option for generated code changed", "keep the option as it was")
}

pub const RULES: &[Rule] = &[
    Rule::new("FILE_SAME_PACKAGE", ALL, Check::File(package))
        .says("a file moved to another package", "keep the package; add what is new in a new file"),
    Rule::new("FILE_SAME_SYNTAX", CODE, Check::File(syntax))
        .says("the syntax or edition of a file changed", "keep the syntax; add what is new in a new file"),
    same_option("FILE_SAME_CC_ENABLE_ARENAS", "cc_enable_arenas"),
    same_option("FILE_SAME_CC_GENERIC_SERVICES", "cc_generic_services"),
    same_option("FILE_SAME_CSHARP_NAMESPACE", "csharp_namespace"),
    same_option("FILE_SAME_GO_PACKAGE", "go_package"),
    same_option("FILE_SAME_JAVA_GENERIC_SERVICES", "java_generic_services"),
    same_option("FILE_SAME_JAVA_MULTIPLE_FILES", "java_multiple_files"),
    same_option("FILE_SAME_JAVA_OUTER_CLASSNAME", "java_outer_classname"),
    same_option("FILE_SAME_JAVA_PACKAGE", "java_package"),
    same_option("FILE_SAME_OBJC_CLASS_PREFIX", "objc_class_prefix"),
    same_option("FILE_SAME_OPTIMIZE_FOR", "optimize_for"),
    same_option("FILE_SAME_PHP_CLASS_PREFIX", "php_class_prefix"),
    same_option("FILE_SAME_PHP_METADATA_NAMESPACE", "php_metadata_namespace"),
    same_option("FILE_SAME_PHP_NAMESPACE", "php_namespace"),
    same_option("FILE_SAME_PY_GENERIC_SERVICES", "py_generic_services"),
    same_option("FILE_SAME_RUBY_PACKAGE", "ruby_package"),
    same_option("FILE_SAME_SWIFT_PREFIX", "swift_prefix"),
];

fn package(files: &Pair<'_, FileDescriptor>) -> Vec<Found> {
    let (old, new) = (files.old.package_name(), files.new.package_name());
    let changed = (old != new).then(|| {
        Found::new(files.old.name(), format!("the package changed from `{old}` to `{new}`"))
            .at(part(&files.old, &[PACKAGE]), part(&files.new, &[PACKAGE]))
    });
    changed.into_iter().collect()
}

fn syntax(files: &Pair<'_, FileDescriptor>) -> Vec<Found> {
    let (old, new) = (files.sides.old.dialect(&files.old), files.sides.new.dialect(&files.new));
    let changed = (old != new).then(|| {
        Found::new(files.old.name(), format!("the syntax changed from {} to {}", words(old), words(new)))
            .at(part(&files.old, &[SYNTAX]), part(&files.new, &[SYNTAX]))
    });
    changed.into_iter().collect()
}

fn words(dialect: Dialect) -> String {
    match dialect {
        Dialect::Proto2 => "proto2".to_owned(),
        Dialect::Proto3 => "proto3".to_owned(),
        Dialect::Edition(edition) => format!("edition {}", edition.saturating_add(1023)),
    }
}

/// Whether the option `name` has another value.
pub fn option_changed(files: &Pair<'_, FileDescriptor>, name: &str) -> Option<Found> {
    let options = [files.old.options(), files.new.options()];
    let [old, new] = options.each_ref().map(|options| option(options, name));
    if old == new {
        return None;
    }
    let field = options[0].descriptor().get_field_by_name(name)?;
    let number = i32::try_from(field.number()).unwrap_or_default();
    let shown = |value: Option<Value>| match (value, field.kind().as_enum()) {
        (Some(Value::EnumNumber(number)), Some(kind)) => {
            kind.get_value(number).map_or_else(|| number.to_string(), |value| value.name().to_owned())
        }
        (Some(value), _) => value.to_string(),
        (None, _) => String::new(),
    };
    let message = format!("the option `{name}` changed from `{}` to `{}`", shown(old), shown(new));
    let place = |file| part(file, &[OPTIONS, number]);
    Some(Found::new(files.old.name(), message).at(place(&files.old), place(&files.new)))
}

/// Where it stands; the file as a whole, if it is not written.
fn part(file: &FileDescriptor, path: &[i32]) -> Location {
    Location::of_path(file, path)
}
