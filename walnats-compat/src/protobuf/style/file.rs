//! Names of files, and their syntax.

use super::case::lower_snake;
use super::rule::{Check, LATER, Rule, STRICT};
use super::scope::{File, Found};

/// The number of `google.protobuf.FileDescriptorProto.syntax`.
const SYNTAX: i32 = 12;
/// That of `google.protobuf.FileDescriptorProto.edition`.
const EDITION: i32 = 14;

pub const RULES: &[Rule] = &[
    Rule::new("WN0931", "SYNTAX_SPECIFIED", LATER, Check::File(syntax_specified)),
    Rule::new("WN0943", "FILE_LOWER_SNAKE_CASE", STRICT, Check::File(lower_snake_case)),
];

fn syntax_specified(file: &File<'_>) -> Vec<Found> {
    let is_specified = [SYNTAX, EDITION].iter().any(|number| file.place(&[*number]).is_some());
    let found = (!is_specified).then(|| Found::in_file("the file has no syntax, and is read as proto2".to_owned()));
    found.into_iter().collect()
}

fn lower_snake_case(file: &File<'_>) -> Vec<Found> {
    let name = file.descriptor.name().rsplit('/').next().unwrap_or_default();
    let (stem, extension) = name.rfind('.').map_or((name, ""), |dot| name.split_at(dot));
    let wanted = lower_snake(stem);
    let message = || format!("file name `{name}` should be in lower_snake_case: `{wanted}{extension}`");
    (stem != wanted).then(|| Found::in_file(message())).into_iter().collect()
}
