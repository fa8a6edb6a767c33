//! Rules of `buf.validate` that change: what follows from what was promised, and what does not.

use std::collections::BTreeMap;

use walnats_codegen::{Package, configure};
use walnats_compat::message::instance::message;
use walnats_compat::message::rules::broken;
use walnats_compat::sample::Random;
use walnats_compat::{Kind, Options, Side, compare};

/// A message with the given field, and one in it with the same.
fn package(option: &str, field: &str) -> Side {
    let text = format!(
        r#"syntax = "proto3";
package shop.v1;
import "buf/validate/validate.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
import "walnats/options.proto";
// A thing happened.
message Thing {{
  option (walnats.event) = {{ subject: "things" }};
  {option}
  {field}
  int64 a = 2;
  int64 b = 3;
}}
message Inner {{
  string name = 1 [(buf.validate.field).string.min_len = 2];
}}
enum Colour {{
  COLOUR_UNSPECIFIED = 0;
  COLOUR_RED = 1;
  COLOUR_BLUE = 2;
}}
"#
    );
    let files = BTreeMap::from([("schemas/thing.proto".to_owned(), text.into_bytes())]);
    let side = Side::new(Package::from_sources(&configure(), &files));
    assert!(side.errors.is_empty(), "{field}: {:?}", side.errors);
    side
}

fn verdict(old: &Side, new: &Side) -> (Kind, String) {
    let comparison = compare(old, new, &Options::default());
    let shown: Vec<String> =
        comparison.findings.iter().map(|found| format!("{} {}", found.code.id, found.message)).collect();
    (comparison.verdicts[0].kind, shown.join("; "))
}

/// What is proven is attacked with messages that keep the old rules.
fn attack(old: &Side, new: &Side, name: &str) {
    let rules = |side: &Side| side.model.protobuf.as_ref().map(|protobuf| protobuf.rules.clone()).unwrap_or_default();
    let (promised, demanded) = (rules(old), rules(new));
    let kind = old.protobuf.as_ref().and_then(|package| package.pool().get_message_by_name("shop.v1.Thing"));
    let kind = kind.expect("there is the message");
    let mut random = Random::new(1);
    let now = walnats_cel::library::Timestamp::now();
    let mut kept = 0;
    for _ in 0..300 {
        let made = message(&kind, Some(&promised), &mut random);
        if !broken(&promised, &made, None, now).is_empty() {
            continue;
        }
        kept += 1;
        let found = broken(&demanded, &made, None, now);
        assert!(found.is_empty(), "{name}: {made:?}: {found:?}");
    }
    assert!(kept > 10, "{name}: only {kept} messages keep the old rules");
}

fn of(kind: &str, rule: &str) -> String {
    if rule.is_empty() { format!("{kind} f = 1;") } else { format!("{kind} f = 1 [{rule}];") }
}

const F: &str = "(buf.validate.field)";

#[test]
fn rules_that_follow_are_compatible_and_others_break() {
    use Kind::{Breaking, Compatible};
    for (kind, old, new, back, forth) in [
        ("string", ".string.min_len = 3", ".string.min_len = 2", Compatible, Breaking),
        ("string", ".string.max_len = 3", ".string.len = 3", Breaking, Compatible),
        ("string", ".string = { min_len: 2, max_len: 5 }", ".string.min_len = 1", Compatible, Breaking),
        ("string", ".string.const = \"a\"", ".string = { in: [\"a\", \"b\"] }", Compatible, Breaking),
        ("string", ".string = { in: [\"ab\"] }", ".string.min_len = 2", Compatible, Breaking),
        ("string", ".string = { not_in: [\"a\", \"b\"] }", ".string = { not_in: [\"a\"] }", Compatible, Breaking),
        ("string", ".string.prefix = \"ab\"", ".string.prefix = \"ac\"", Breaking, Breaking),
        ("string", ".string.email = true", "", Compatible, Breaking),
        ("string", ".string.uuid = true", ".string.uuid = true", Compatible, Compatible),
        ("string", "", ".required = true", Breaking, Compatible),
        ("int32", ".int32 = { gte: 1, lte: 10 }", ".int32 = { gt: 0, lt: 11 }", Compatible, Compatible),
        ("int32", ".int32 = { gte: 1, lte: 10 }", ".int32 = { gte: 0, lte: 10 }", Compatible, Breaking),
        ("int32", ".int32.gt = 5", ".int32.gte = 5", Compatible, Breaking),
        ("int32", ".int32 = { in: [1, 2, 3] }", ".int32.lt = 4", Compatible, Breaking),
        ("uint64", ".uint64.lte = 18446744073709551615", ".uint64.lte = 18446744073709551614", Breaking, Compatible),
        ("double", ".double.gt = 1.5", ".double.gt = 1", Compatible, Breaking),
        ("double", ".double.finite = true", "", Compatible, Breaking),
        ("bool", ".bool.const = true", "", Compatible, Breaking),
        ("bytes", ".bytes.min_len = 4", ".bytes.min_len = 3", Compatible, Breaking),
        ("Colour", ".enum.defined_only = true", "", Compatible, Breaking),
        ("Colour", ".enum = { in: [1] }", ".enum = { in: [1, 2] }", Compatible, Breaking),
        ("repeated string", ".repeated.min_items = 2", ".repeated.min_items = 1", Compatible, Breaking),
        ("repeated string", ".repeated.unique = true", "", Compatible, Breaking),
        (
            "repeated string",
            ".repeated.items.string.min_len = 2",
            ".repeated.items.string.min_len = 1",
            Compatible,
            Breaking,
        ),
        ("map<string, int32>", ".map.keys.string.min_len = 2", ".map.keys.string.min_len = 1", Compatible, Breaking),
        ("map<string, int32>", ".map.values.int32.gt = 2", ".map.values.int32.gt = 1", Compatible, Breaking),
        ("map<string, int32>", ".map.max_pairs = 2", "", Compatible, Breaking),
        ("google.protobuf.Duration", ".duration.lte.seconds = 5", ".duration.lte.seconds = 6", Compatible, Breaking),
        ("google.protobuf.Timestamp", ".timestamp.gt.seconds = 6", ".timestamp.gt.seconds = 5", Compatible, Breaking),
        ("google.protobuf.Int32Value", ".int32.lt = 5", ".int32.lt = 6", Compatible, Breaking),
        ("Inner", ".required = true", "", Compatible, Breaking),
        ("Inner", ".ignore = IGNORE_ALWAYS", "", Breaking, Compatible),
        ("optional string", ".string.min_len = 1", "", Compatible, Breaking),
        (
            "string",
            ".ignore = IGNORE_IF_ZERO_VALUE, (buf.validate.field).string.min_len = 3",
            ".string.min_len = 3",
            Breaking,
            Compatible,
        ),
        ("int64", ".cel = { id: \"x\", expression: \"this % 2 == 0\" }", "", Compatible, Breaking),
        (
            "int64",
            ".cel = { id: \"x\", expression: \"this > 3 && this < 9\" }",
            ".cel = { id: \"y\", expression: \"10 > this\" }",
            Compatible,
            Breaking,
        ),
        ("string", ".string.max_len = 999999999", ".string.max_len = 1000000000", Compatible, Compatible),
        ("repeated int32", ".repeated.max_items = 100000", "", Compatible, Breaking),
        ("string", ".string.min_len = 1", ".required = true", Compatible, Compatible),
        ("string", ".string.pattern = \"^ab\"", ".string.pattern = \"^a\"", Compatible, Breaking),
        (
            "string",
            ".string.pattern = \"^[a-c]{3}$\"",
            ".string = { len: 3, pattern: \"^[a-z]*$\" }",
            Compatible,
            Breaking,
        ),
        ("string", ".string.prefix = \"ab\"", ".string.prefix = \"a\"", Compatible, Breaking),
        ("string", ".string.prefix = \"ab\"", ".string.min_len = 2", Compatible, Breaking),
        ("string", ".string.pattern = \"^.$\"", ".string.pattern = \"^[^\\n]$\"", Compatible, Compatible),
        ("Colour", ".enum = { in: [1, 2] }", ".enum.defined_only = true", Compatible, Breaking),
        (
            "int64",
            ".cel = { id: \"x\", expression: \"this > 3 ? '' : 'small'\" }",
            ".int64.gt = 2",
            Compatible,
            Breaking,
        ),
    ] {
        let field = |rule: &str| of(kind, &if rule.is_empty() { String::new() } else { format!("{F}{rule}") });
        let (one, other) = (package("", &field(old)), package("", &field(new)));
        for (old, new, wanted, name) in [
            (&one, &other, back, format!("{kind}: {old} -> {new}")),
            (&other, &one, forth, format!("{kind}: {new} -> {old}")),
        ] {
            let (found, said) = verdict(old, new);
            assert_eq!(found, wanted, "{name}: {said}");
            if found == Compatible {
                attack(old, new, &name);
            }
        }
    }
}

#[test]
fn rules_over_messages_are_compared() {
    use Kind::{Breaking, Compatible, Undecided};
    let cel = |expression: &str| {
        format!("option (buf.validate.message).cel = {{ id: \"x\", message: \"no\", expression: \"{expression}\" }};")
    };
    for (old, new, back, forth) in [
        (cel("this.a < this.b"), String::new(), Compatible, Breaking),
        (cel("this.a < this.b && this.b < 10"), cel("this.b < 11"), Compatible, Breaking),
        (cel("this.b > 1 || this.a > 1"), cel("this.a > 0 || this.b > 0"), Compatible, Breaking),
        // Neither is found: no message is made by chance that is just that.
        (String::new(), cel("this.a % 100000 * (this.a % 100000) != 152399025"), Undecided, Compatible),
        (
            "option (buf.validate.message).oneof = { fields: [\"a\", \"b\"], required: true };".to_owned(),
            "option (buf.validate.message).oneof = { fields: [\"a\", \"b\"] };".to_owned(),
            Compatible,
            Breaking,
        ),
    ] {
        let (one, other) = (package(&old, "string f = 1;"), package(&new, "string f = 1;"));
        for (from, to, wanted, name) in
            [(&one, &other, back, format!("{old} -> {new}")), (&other, &one, forth, format!("{new} -> {old}"))]
        {
            let (found, said) = verdict(from, to);
            assert_eq!(found, wanted, "{name}: {said}");
        }
    }
}

/// A field that is new is zero in all that was written before.
#[test]
fn rules_of_new_fields_break_where_zero_breaks_them() {
    let old = package("", "");
    for (field, wanted) in [
        ("string f = 1 [(buf.validate.field).string.min_len = 1];", Kind::Breaking),
        ("string f = 1 [(buf.validate.field).string.max_len = 1];", Kind::Compatible),
        ("optional string f = 1 [(buf.validate.field).string.min_len = 1];", Kind::Compatible),
        ("Inner f = 1;", Kind::Compatible),
        ("Inner f = 1 [(buf.validate.field).required = true];", Kind::Breaking),
    ] {
        let (found, said) = verdict(&old, &package("", field));
        assert_eq!(found, wanted, "{field}: {said}");
    }
}

/// What is proven holds for what changed beside the rules.
#[test]
fn rules_over_what_changed_are_not_taken_for_kept() {
    let rule = "[(buf.validate.field).string.min_len = 3]";
    let has = "option (buf.validate.message).cel = { id: \"x\", message: \"no\", expression: \"has(this.f)\" };";
    for (what, old, new) in [
        (
            "a presence that is gone",
            ("", format!("optional string f = 1 {rule};")),
            ("", format!("string f = 1 {rule};")),
        ),
        (
            "a zero that was set",
            ("", "optional int32 f = 1 [(buf.validate.field).required = true];".to_owned()),
            ("", "int32 f = 1 [(buf.validate.field).required = true];".to_owned()),
        ),
        ("another number", ("", format!("string f = 1 {rule};")), ("", format!("string f = 5 {rule};"))),
        ("presence in an expression", (has, "optional int64 f = 1;".to_owned()), (has, "int64 f = 1;".to_owned())),
        (
            "another message",
            ("", "message Loose { string name = 1; } Loose f = 1;".to_owned()),
            ("", "Inner f = 1;".to_owned()),
        ),
        (
            "a field that left a oneof",
            (
                "",
                "oneof o { option (buf.validate.oneof).required = true; string f = 1; int32 g = 4; int32 h = 5; }"
                    .to_owned(),
            ),
            (
                "",
                "oneof o { option (buf.validate.oneof).required = true; string f = 1; int32 g = 4; } int32 h = 5;"
                    .to_owned(),
            ),
        ),
    ] {
        let (old, new) = (package(old.0, &old.1), package(new.0, &new.1));
        let (found, said) = verdict(&old, &new);
        assert_eq!(found, Kind::Breaking, "{what}: {said}");
        let (found, said) = verdict(&old, &old);
        assert_eq!(found, Kind::Compatible, "{what}: {said}");
    }
}

/// Where a message of another package has the same rules, nothing changed.
#[test]
fn rules_that_move_with_their_package_are_kept() {
    let side = |version: &str| {
        let text = format!(
            "syntax = \"proto3\";\npackage shop.{version};\nimport \"buf/validate/validate.proto\";\nimport \"walnats/options.proto\";\n\
             // A thing happened.\nmessage Thing {{\n  option (walnats.event) = {{ subject: \"things\" }};\n  \
             option (buf.validate.message).cel = {{ id: \"x\", message: \"no\", expression: \"this.part.name != '' || this.parts.all(p, p.name != 'a')\" }};\n  \
             Part part = 1;\n  repeated Part parts = 2;\n}}\nmessage Part {{ string name = 1 [(buf.validate.field).string.min_len = 2]; }}\n"
        );
        let files = BTreeMap::from([(format!("schemas/shop/{version}/thing.proto"), text.into_bytes())]);
        let side = Side::new(Package::from_sources(&configure(), &files));
        assert!(side.errors.is_empty(), "{:?}", side.errors);
        side
    };
    let (found, said) = verdict(&side("v1"), &side("v2"));
    assert_eq!(found, Kind::Compatible, "{said}");
}
