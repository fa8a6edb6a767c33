//! Options for generated code, which all files of a package need alike.

use std::collections::BTreeSet;

use prost_reflect::FileDescriptor;

use super::rule::{AFFINITY, Check, Rule};
use super::scope::{Found, Scope};

/// The number of `google.protobuf.FileDescriptorProto.options`.
const OPTIONS: i32 = 8;

/// A rule on a field of `google.protobuf.FileOptions`, by its name and number.
macro_rules! same {
    ($code:literal, $id:literal, $name:ident, $number:literal) => {
        Rule::new(
            $code,
            $id,
            AFFINITY,
            Check::All(|scope| {
                let value = |file: &FileDescriptor| {
                    let options = file.file_descriptor_proto().options.as_ref()?;
                    options.$name.as_ref().map(ToString::to_string)
                };
                same(scope, value, stringify!($name), $number)
            }),
        )
    };
}

pub const RULES: &[Rule] = &[
    same!("WN0922", "PACKAGE_SAME_CSHARP_NAMESPACE", csharp_namespace, 37),
    same!("WN0923", "PACKAGE_SAME_GO_PACKAGE", go_package, 11),
    same!("WN0924", "PACKAGE_SAME_JAVA_MULTIPLE_FILES", java_multiple_files, 10),
    same!("WN0925", "PACKAGE_SAME_JAVA_PACKAGE", java_package, 1),
    same!("WN0926", "PACKAGE_SAME_PHP_NAMESPACE", php_namespace, 41),
    same!("WN0927", "PACKAGE_SAME_RUBY_PACKAGE", ruby_package, 45),
    same!("WN0928", "PACKAGE_SAME_SWIFT_PREFIX", swift_prefix, 39),
];

fn same(
    scope: &Scope<'_>,
    value: impl Fn(&FileDescriptor) -> Option<String>,
    name: &str,
    number: i32,
) -> Vec<(usize, Found)> {
    let mut found = Vec::new();
    for (package, files) in scope.by(|file| file.package_name().to_owned()) {
        let values = files.iter().map(|file| value(scope.files[*file].descriptor).unwrap_or_default());
        let values: BTreeSet<String> = values.collect();
        if values.len() > 1 {
            let shown =
                values.iter().map(|value| if value.is_empty() { "none".to_owned() } else { format!("`{value}`") });
            let shown = shown.collect::<Vec<_>>().join(", ");
            let message = format!("the files of package `{package}` differ in the option `{name}`: {shown}");
            found.extend(files.into_iter().map(|file| (file, Found::at(&[OPTIONS, number], &[], message.clone()))));
        }
    }
    found
}
