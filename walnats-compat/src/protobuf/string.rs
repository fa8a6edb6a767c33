//! How strings are held and checked by generated code.

use prost_reflect::Kind;

use super::feature::{CPP_STRING, JAVA_UTF8, JAVA_UTF8_VERIFY, UTF8, UTF8_VERIFY, option};
use super::field::changed;
use super::member::{Member, OPTIONS};
use super::pair::{Found, Pair};
use super::place::{Location, span};
use super::rule::{CODE, Check, Rule};
use super::{Dialect, Package};

// Numbers of fields of `google.protobuf.FieldOptions`, `FileOptions` and `FeatureSet`, and of extensions of the latter.
const CTYPE: i32 = 1;
const FEATURES: i32 = 21;
const UTF8_VALIDATION: i32 = 4;
const CPP: [i32; 2] = [1000, 2];
const JAVA: [i32; 2] = [1001, 2];
const FILE_OPTIONS: i32 = 8;
const JAVA_STRING_CHECK_UTF8: i32 = 27;

// Values of `google.protobuf.FieldOptions.CType` and `pb.CppFeatures.StringType`.
const CTYPE_CORD: i32 = 1;
const CTYPE_STRING_PIECE: i32 = 2;
const CPP_CORD: i32 = 2;
const CPP_STRING_TYPE: i32 = 3;

pub const RULES: &[Rule] = &[
    Rule::new("FIELD_SAME_UTF8_VALIDATION", CODE, Check::Field(utf8))
        .says("a string is checked to be UTF-8 and was not, or the reverse", "keep `features.utf8_validation`"),
    Rule::new("FIELD_SAME_JAVA_UTF8_VALIDATION", CODE, Check::Field(java_utf8))
        .says("a string is checked to be UTF-8 in Java and was not, or the reverse", "keep `java_string_check_utf8`"),
    Rule::new("FIELD_SAME_CPP_STRING_TYPE", CODE, Check::Field(cpp_string))
        .says("a string has another type in C++", "keep `ctype` or `features.(pb.cpp).string_type`"),
];

fn are_strings(fields: &Pair<'_, Member>) -> bool {
    fields.old.kind() == Kind::String && fields.new.kind() == Kind::String
}

fn utf8(fields: &Pair<'_, Member>) -> Option<Found> {
    if !are_strings(fields) {
        return None;
    }
    let old = UTF8.of_member(&fields.old, fields.sides.old) == UTF8_VERIFY;
    let new = UTF8.of_member(&fields.new, fields.sides.new) == UTF8_VERIFY;
    let what = if new { "is checked to be UTF-8, was not" } else { "is no longer checked to be UTF-8" };
    let place = |member: &Member| member.part(&[&[OPTIONS, FEATURES, UTF8_VALIDATION]]);
    (old != new).then(|| changed(fields, what.to_owned()).at(place(&fields.old), place(&fields.new)))
}

fn java_utf8(fields: &Pair<'_, Member>) -> Option<Found> {
    if !are_strings(fields) {
        return None;
    }
    let old = is_checked_in_java(&fields.old, fields.sides.old);
    let new = is_checked_in_java(&fields.new, fields.sides.new);
    let what = if new { "is checked to be UTF-8 in Java, was not" } else { "is no longer checked to be UTF-8 in Java" };
    (old != new).then(|| changed(fields, what.to_owned()).at(java_place(&fields.old), java_place(&fields.new)))
}

fn is_checked_in_java(member: &Member, side: &Package) -> bool {
    let options = member.file().options();
    let set = options.has_field_by_name("java_string_check_utf8");
    let in_file = set && option(&options, "java_string_check_utf8").and_then(|value| value.as_bool()) == Some(true);
    let checked = UTF8.of_member(member, side) == UTF8_VERIFY;
    match side.dialect(&member.file()) {
        Dialect::Edition(_) if !set => checked || JAVA_UTF8.of_member(member, side) == JAVA_UTF8_VERIFY,
        _ => checked || in_file,
    }
}

fn java_place(member: &Member) -> Location {
    let file = member.file();
    match span(&file, &[FILE_OPTIONS, JAVA_STRING_CHECK_UTF8]) {
        Some(span) => Location { span: Some(span), ..Location::of_file(&file) },
        None => member.part(&[&[OPTIONS, FEATURES, JAVA[0], JAVA[1]]]),
    }
}

/// A string that was a string piece may become a string.
fn cpp_string(fields: &Pair<'_, Member>) -> Option<Found> {
    let is_text = |member: &Member| matches!(member.kind(), Kind::String | Kind::Bytes);
    let in_maps = fields.old.map().is_some() && fields.new.map().is_some();
    if in_maps || !is_text(&fields.old) || !is_text(&fields.new) {
        return None;
    }
    let old = cpp_string_type(&fields.old, fields.sides.old);
    let new = cpp_string_type(&fields.new, fields.sides.new);
    if old == new || (old == CppString::Piece && matches!(new, CppString::Piece | CppString::Type(CPP_STRING_TYPE))) {
        return None;
    }
    let place = |member: &Member| member.part(&[&[OPTIONS, CTYPE], &[OPTIONS, FEATURES, CPP[0], CPP[1]]]);
    Some(changed(fields, "has another type in C++".to_owned()).at(place(&fields.old), place(&fields.new)))
}

#[derive(PartialEq)]
enum CppString {
    Piece,
    Type(i32),
}

fn cpp_string_type(member: &Member, side: &Package) -> CppString {
    let options = member.options();
    let ctype = option(&options, "ctype").filter(|_| options.has_field_by_name("ctype"));
    let dialect = side.dialect(&member.file());
    match ctype.and_then(|value| value.as_enum_number()) {
        Some(_) if dialect >= Dialect::Edition(Package::EDITION_2024) => {}
        Some(CTYPE_CORD) => return CppString::Type(CPP_CORD),
        Some(CTYPE_STRING_PIECE) => return CppString::Piece,
        Some(_) => return CppString::Type(CPP_STRING_TYPE),
        None => {}
    }
    CppString::Type(CPP_STRING.of_member(member, side))
}
