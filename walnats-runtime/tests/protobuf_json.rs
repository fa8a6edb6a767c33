//! Events in protobuf's JSON mapping, as generated from `walnats-codegen/fixtures/generate/protobuf-json`: each rule of
//! <https://protobuf.dev/programming-guides/json/>.
#![cfg(feature = "protobuf")]
#![deny(warnings, missing_docs)]

/// As `build.rs` would have written it, format included.
#[rustfmt::skip]
#[path = "../../walnats-codegen/fixtures/generate/protobuf-json/expected/events.rs"]
pub mod events;

/// Messages that cannot be JSON next to an `Any`.
#[rustfmt::skip]
#[path = "../../walnats-codegen/fixtures/generate/protobuf-any/expected/events.rs"]
pub mod notes;

use events::proto::kitchen::v1::dish_served::{Choice, Course, Dish};
use events::proto::kitchen::v1::{OldDish, dish_ordered, old_dish};
use events::{DishOrdered, DishServed, DishWashed};
use prost_types::value::Kind;
use prost_types::{Any, Duration, FieldMask, ListValue, Struct, Timestamp, Value};
use walnats_runtime::private::{prost, prost_types};
use walnats_runtime::{DecodeError, EncodeError, Event};

fn written(event: &DishServed) -> String {
    String::from_utf8(event.encode().unwrap()).unwrap()
}

fn read(text: &str) -> DishServed {
    DishServed::decode(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

/// Place, keyword and expectation of each violation.
fn problems(error: DecodeError) -> Vec<String> {
    let DecodeError::Invalid(error) = error else { panic!("{error:?}") };
    error.violations().iter().map(|found| format!("{} {}: {}", found.pointer, found.keyword, found.expected)).collect()
}

fn refused(text: &str) -> Vec<String> {
    problems(DishServed::decode(text).expect_err(text))
}

/// The event is written like this, and read back as it was.
fn both_ways(event: &DishServed, text: &str) {
    assert_eq!(written(event), text);
    assert_eq!(read(text), *event);
}

fn served(change: impl FnOnce(&mut DishServed)) -> DishServed {
    let mut event = DishServed::default();
    change(&mut event);
    event
}

#[test]
fn a_tolerant_reader_counts_what_it_ignores() {
    let payload = r#"{"new": {"inner": 1}, "dish": {"newer": 2}, "course": "COURSE_NEW", "courses": ["COURSE_NEW"],
        "empty": {"newest": 3}, "any": {"@type": "type.googleapis.com/google.protobuf.Duration", "value": "1s", "more": 4}}"#;
    assert!(DishServed::decode(payload).is_err());
    let read = DishServed::decode_tolerant(payload).unwrap();
    assert_eq!((read.unknown.members, read.unknown.values, read.unknown.variants), (4, 2, 0));
    assert!(DishServed::decode_tolerant("{}").unwrap().unknown.is_empty());
    // What is not tolerated is refused all the same.
    assert!(DishServed::decode_tolerant(r#"{"new": 1, "int32": "a"}"#).is_err());
}

#[test]
fn defaults_are_left_out_and_fields_are_in_order_of_their_numbers() {
    both_ways(&DishServed::default(), "{}");
    both_ways(
        &served(|event| {
            event.int32 = -1;
            event.text = "a".to_owned();
            event.maybe_text = Some(String::new());
            event.amid_the_oneof = 5;
            event.choice = Some(Choice::ChosenDish(Dish::default()));
            event.type_field();
        }),
        r#"{"int32":-1,"text":"a","maybeText":"","amidTheOneof":5,"chosenDish":{},"type":"t"}"#,
    );
}

trait TypeField {
    fn type_field(&mut self);
}

impl TypeField for DishServed {
    fn type_field(&mut self) {
        self.r#type = "t".to_owned();
    }
}

#[test]
fn integers_of_64_bits_are_strings_and_any_way_to_write_an_integer_is_read() {
    both_ways(
        &served(|event| {
            event.int64 = i64::MIN;
            event.uint64 = u64::MAX;
            event.sint32 = i32::MAX;
        }),
        r#"{"int64":"-9223372036854775808","uint64":"18446744073709551615","sint32":2147483647}"#,
    );
    for text in ["1000", "\"1000\"", "1e3", "\"1e3\"", "1000.0", "10000E-1", "\"1000.000\"", "\"1\\u0030e2\""] {
        for field in
            ["int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32", "sfixed64"]
        {
            let event = read(&format!("{{\"{field}\":{text}}}"));
            assert_eq!(read(&written(&event)), event);
            assert!(written(&event).contains("1000"), "{field} {text}");
        }
    }
    assert_eq!(read(r#"{"int64":9007199254740993}"#).int64, 9_007_199_254_740_993);
    assert_eq!(read(r#"{"uint64":18446744073709551615.0}"#).uint64, u64::MAX);
    for text in
        ["1.5", "\"1.5\"", "\"\"", "\" 1\"", "\"1 \"", "\"+1\"", "\"01\"", "\"1a\"", "true", "[]", "{}", "\"NaN\""]
    {
        let expected = "/int32 type: an integer, as a number or as a string";
        assert_eq!(refused(&format!("{{\"int32\":{text}}}")), [expected], "{text}");
    }
    // Those between two integers, however many digits they have.
    for text in ["1e-400", "1.0000000000000000000000000000000000000000001", "1E-99999999999999999999", "0.5e0"] {
        let expected = "/uint64 type: an integer, as a number or as a string";
        assert_eq!(refused(&format!("{{\"uint64\":{text}}}")), [expected], "{text}");
    }
    assert_eq!(read(r#"{"int32":0e99999999999999999999,"uint32":0.0e-400}"#), DishServed::default());
    let ranges = [
        ("int32", "2147483648", "-2147483648 to 2147483647"),
        ("uint32", "-1", "0 to 4294967295"),
        ("uint64", "\"18446744073709551616\"", "0 to 18446744073709551615"),
        ("int64", "1e300", "-9223372036854775808 to 9223372036854775807"),
        ("int32", "1e400", "-2147483648 to 2147483647"),
        ("int32", "-1E99999999999999999999", "-2147483648 to 2147483647"),
        ("uint32", "1234567890123456789012345678901234567890123.0", "0 to 4294967295"),
    ];
    for (field, text, range) in ranges {
        let expected = format!("/{field} range: an integer from {range}");
        assert_eq!(refused(&format!("{{\"{field}\":{text}}}")), [expected]);
    }
}

#[test]
fn floats_have_three_names_and_a_range() {
    let event = read(r#"{"double":"NaN","float":"-Infinity","doubles":["Infinity",1,"2.5",-0.0,1e-7]}"#);
    assert!(event.double.is_nan());
    let rest = r#""float":"-Infinity","doubles":["Infinity",1.0,2.5,-0.0,1e-7]}"#;
    assert_eq!(written(&event), format!("{{\"double\":\"NaN\",{rest}"));
    both_ways(&served(|event| event.float = 0.1), r#"{"float":0.1}"#);
    both_ways(&served(|event| event.double = 0.1), r#"{"double":0.1}"#);
    assert_eq!(written(&served(|event| event.double = -0.0)), r#"{"double":-0.0}"#);
    assert_eq!(read(r#"{"float":3.4028235e38}"#).float, f32::MAX);
    assert_eq!(refused(r#"{"float":3.5e38}"#), ["/float range: a number of 32 bits"]);
    assert_eq!(refused(r#"{"double":1e309}"#), ["/double range: a number of 64 bits"]);
    for text in ["1e400", "-1e400", "\"1e400\"", "1E99999999999999999999"] {
        assert_eq!(refused(&format!("{{\"double\":{text}}}")), ["/double range: a number of 64 bits"], "{text}");
        assert_eq!(refused(&format!("{{\"float\":{text}}}")), ["/float range: a number of 32 bits"], "{text}");
    }
    for text in ["\"nan\"", "\"inf\"", "\"\"", "\"1x\"", "true", "\".5\"", "\"+1\""] {
        assert_eq!(refused(&format!("{{\"double\":{text}}}")).len(), 1, "{text}");
    }
}

#[test]
fn bytes_are_base64_in_both_alphabets() {
    both_ways(&served(|event| event.bytes = vec![251, 255, 1, 2]), r#"{"bytes":"+/8BAg=="}"#);
    for text in ["+/8BAg==", "+/8BAg", "-_8BAg", "-_8BAg==", "\\u002b/8BAg"] {
        assert_eq!(read(&format!("{{\"bytes\":\"{text}\"}}")).bytes, [251, 255, 1, 2], "{text}");
    }
    for text in ["\"a\"", "\"a b=\"", "\"ä\"", "1", "[1]"] {
        assert_eq!(refused(&format!("{{\"bytes\":{text}}}")).len(), 1, "{text}");
    }
}

#[test]
fn enumerations_are_names_or_numbers() {
    let course = |number| served(|event| event.course = number);
    both_ways(&course(Course::Main.into()), r#"{"course":"COURSE_MAIN"}"#);
    both_ways(&course(-1), r#"{"course":"COURSE_STARTER"}"#);
    both_ways(&course(2), r#"{"course":"super"}"#);
    both_ways(&course(77), r#"{"course":77}"#);
    assert_eq!(read(r#"{"course":"COURSE_PRINCIPAL"}"#).course, 5);
    assert_eq!(read(r#"{"course":5.0}"#).course, 5);
    let expected = "/course enum: the name or number of a value of `kitchen.v1.DishServed.Course`";
    assert_eq!(refused(r#"{"course":"MAIN"}"#), [expected]);
    assert_eq!(refused(r#"{"course":"5"}"#), [expected]);
    for text in ["2147483648", "-2147483649", "1e10", "1e400"] {
        assert_eq!(refused(&format!("{{\"course\":{text}}}")), ["/course range: an integer of 32 bits"], "{text}");
    }
    for text in ["true", "1.5", "-0.1", "1e-400", "[]", "{}"] {
        assert_eq!(refused(&format!("{{\"course\":{text}}}")), [expected.replace("enum", "type")], "{text}");
    }
}

#[test]
fn strings_are_escaped_no_more_than_needed() {
    both_ways(
        &served(|event| event.text = "a\"\\\n\u{1}\u{7f}é\u{2028}🐲".to_owned()),
        "{\"text\":\"a\\\"\\\\\\n\\u0001\u{7f}é\u{2028}🐲\"}",
    );
    assert_eq!(read(r#"{"text":"\ud83d\udc32\/"}"#).text, "🐲/");
    assert!(matches!(DishServed::decode(r#"{"text":"\ud83d"}"#), Err(DecodeError::Json { line: 1, .. })));
    assert!(matches!(DishServed::decode(b"{\"text\":\"\xff\"}"), Err(DecodeError::Json { line: 1, .. })));
}

/// What `walnats emit` writes for the same.
#[test]
fn text_that_is_canonical_is_written_again() {
    let text = r#"{"text":"a","dish":{"sauces":{"a":{},"b":{"sides":[{"name":"x"},{}]}}},"courses":["COURSE_MAIN",7],"byInt32":{"-2":"a","1":"b","10":"c"},"byUint64":{"7":{},"18446744073709551615":{}},"byBool":{"false":null,"true":[1.0]},"byText":{"":1.5,"b\"":2.0,"c":0.0},"at":"1970-01-01T00:00:00Z","structure":{"a":1.0,"b":{}},"a \"name\" \\ with 'quotes'":"n"}"#;
    assert_eq!(written(&read(text)), text);
}

#[test]
fn lists_and_maps() {
    both_ways(
        &served(|event| {
            event.by_int32 = [(-2, "a".to_owned()), (10, "b".to_owned())].into();
            event.by_bool = [(true, null()), (false, null())].into();
            event.by_text = [("b\"".to_owned(), 1.5), (String::new(), 0.0)].into();
            event.by_uint64 = [(u64::MAX, Dish::default())].into();
            event.int32s = vec![0, 1];
        }),
        r#"{"int32s":[0,1],"byInt32":{"-2":"a","10":"b"},"byUint64":{"18446744073709551615":{}},"byBool":{"false":null,"true":null},"byText":{"":0.0,"b\"":1.5}}"#,
    );
    assert_eq!(read(r#"{"byInt32":{"1e1":"a"}}"#).by_int32[&10], "a");
    assert_eq!(
        refused(r#"{"int32s":[1,null,2,"x"]}"#),
        ["/int32s/1 type: a value other than `null`", "/int32s/3 type: an integer, as a number or as a string",]
    );
    assert_eq!(
        refused(r#"{"byInt32":{"x":"a","1":null}}"#),
        [
            "/byInt32/x type: a member name that is an integer of type `i32`",
            "/byInt32/1 type: a value other than `null`",
        ]
    );
    assert_eq!(refused(r#"{"byInt32":{"1":"a","1":"b"}}"#), ["/byInt32/1 duplicate: the key once"]);
    assert_eq!(refused(r#"{"byBool":{"True":1}}"#), ["/byBool/True type: a member name that is `true` or `false`"]);
    assert_eq!(refused(r#"{"int32s":1,"byText":[]}"#), ["/int32s type: an array", "/byText type: an object"]);
}

fn null() -> Value {
    Value { kind: Some(Kind::NullValue(0)) }
}

#[test]
fn null_is_the_same_as_nothing_unless_it_is_a_value() {
    let names = [
        "double",
        "int64",
        "text",
        "bytes",
        "course",
        "dish",
        "maybeInt64",
        "maybeDish",
        "texts",
        "byInt32",
        "at",
        "took",
        "any",
        "mask",
        "structure",
        "list",
        "empty",
        "wrappedInt64",
        "chosenInt64",
        "chosenDish",
        "chosenEmpty",
        "values",
        "nulls",
    ];
    for name in names {
        assert_eq!(read(&format!("{{\"{name}\":null}}")), DishServed::default(), "{name}");
    }
    both_ways(&served(|event| event.value = Some(null())), r#"{"value":null}"#);
    both_ways(&served(|event| event.choice = Some(Choice::ChosenNull(0))), r#"{"chosenNull":null}"#);
    both_ways(&served(|event| event.choice = Some(Choice::ChosenValue(null()))), r#"{"chosenValue":null}"#);
    both_ways(&served(|event| event.maybe_null = Some(0)), r#"{"maybeNull":null}"#);
    both_ways(&served(|event| event.nulls = vec![0, 0]), r#"{"nulls":[null,null]}"#);
    both_ways(&served(|event| event.values = vec![null()]), r#"{"values":[null]}"#);
    assert_eq!(read(r#"{"nulls":["NULL_VALUE"]}"#).nulls, [0]);
}

#[test]
fn members_have_two_names_and_come_once() {
    both_ways(
        &served(|event| {
            event.upper_case = "u".to_owned();
            event.under_scores = "s".to_owned();
            event.digits_2_go3 = "d".to_owned();
            event.named = "n".to_owned();
            event.r#async = "a".to_owned();
            event.self_ = "s".to_owned();
        }),
        r#"{"self":"s","UpperCase":"u","underScores":"s","digits2Go3":"d","a \"name\" \\ with 'quotes'":"n","await":"a"}"#,
    );
    let event = read(r#"{"Upper_Case":"u","under__scores_":"s","named":"n","async":"a","maybe_int64":1}"#);
    assert_eq!((event.upper_case.as_str(), event.named.as_str(), event.maybe_int64), ("u", "n", Some(1)));
    assert_eq!(read(r#"{"b\u006fol":true,"m\u0061ybe_bool":true}"#).maybe_bool, Some(true));
    assert_eq!(refused(r#"{"maybeInt64":1,"maybe_int64":1}"#), ["/maybe_int64 duplicate: the field once"]);
    assert_eq!(refused(r#"{"text":"a","int32":1,"text":null}"#), ["/text duplicate: the field once"]);
    let expected = "one field of the oneof `choice`, and another is there";
    assert_eq!(refused(r#"{"chosenInt64":1,"chosenText":"a"}"#), [format!("/chosenText oneof: {expected}")]);
    assert_eq!(read(r#"{"chosenInt64":null,"chosenText":"a"}"#).choice, Some(Choice::ChosenText("a".to_owned())));
}

#[test]
fn members_without_a_field_are_refused_or_ignored() {
    assert_eq!(
        refused(r#"{"maybeINT64":1,"dish":{"nam":[1],"name":"x"},"x/y~":{}}"#),
        [
            "/maybeINT64 unknown-field: a field of `kitchen.v1.DishServed`; did you mean `maybeInt64`?",
            "/dish/nam unknown-field: a field of `kitchen.v1.DishServed.Dish`",
            "/x~1y~0 unknown-field: a field of `kitchen.v1.DishServed`",
        ]
    );
    let text = r#"{"nam":{"a":[1,{}]},"name":"x","course":"NEW","courses":["COURSE_MAIN","NEW",7],
        "byGuest":{"a":"NEW","b":5},"dish":{"x":1,"pieces":2},"chosen":"NEW","z":null}"#;
    let expected = DishOrdered {
        name: "x".to_owned(),
        courses: vec![5, 7],
        by_guest: [("b".to_owned(), 5)].into(),
        dish: Some(Dish { pieces: 2, ..Dish::default() }),
        ..DishOrdered::default()
    };
    assert_eq!(DishOrdered::decode(text).unwrap(), expected);
    let text = r#"{"chosen":"NEW","other":"o"}"#;
    assert_eq!(DishOrdered::decode(text).unwrap().choice, Some(dish_ordered::Choice::Other("o".to_owned())));
    // A field that every message has is missing without its name, and an empty message has no members in either case.
    let text = r#"{"old":{"name":"n","taste":"NEW","side":{}},"nothing":{"x":1}}"#;
    assert_eq!(
        problems(DishOrdered::decode(text).unwrap_err()),
        ["/old/taste required: a value, as the field is required"]
    );
    assert_eq!(DishOrdered::decode(r#"{"nothing":{"x":1}}"#).unwrap().nothing, Some(()));
    assert_eq!(refused(r#"{"empty":{"x":1}}"#), ["/empty/x unknown-field: no members"]);
    // What is not JSON is refused in any case, and so is what is wrong with a field.
    assert!(matches!(DishOrdered::decode(r#"{"z":[1,}"#), Err(DecodeError::Json { line: 1, column: 9 })));
    assert!(matches!(DishOrdered::decode(r#"{"z":01}"#), Err(DecodeError::Json { .. })));
    assert_eq!(problems(DishOrdered::decode(r#"{"z":1,"name":1}"#).unwrap_err()), ["/name type: a string"]);
}

#[test]
fn times() {
    let at = |seconds, nanos| served(|event| event.at = Some(Timestamp { seconds, nanos }));
    for (seconds, nanos, text) in [
        (0, 0, "1970-01-01T00:00:00Z"),
        (-62_135_596_800, 0, "0001-01-01T00:00:00Z"),
        (253_402_300_799, 999_999_999, "9999-12-31T23:59:59.999999999Z"),
        (951_827_696, 120_000_000, "2000-02-29T12:34:56.120Z"),
        (-1, 1_000, "1969-12-31T23:59:59.000001Z"),
        (4_107_542_400, 1, "2100-03-01T00:00:00.000000001Z"),
    ] {
        both_ways(&at(seconds, nanos), &format!("{{\"at\":\"{text}\"}}"));
    }
    for text in ["1970-01-01T08:00:00+08:00", "1969-12-31T16:30:00-07:30", "1970-01-01T00:00:00.0Z"] {
        assert_eq!(read(&format!("{{\"at\":\"{text}\"}}")), at(0, 0), "{text}");
    }
    for text in [
        "1970-01-01t00:00:00Z",
        "1970-01-01T00:00:00z",
        "1970-01-01 00:00:00Z",
        "1970-01-01T00:00:00",
        "1970-01-01T00:00:00.Z",
        "1970-01-01T00:00:00.1234567890Z",
        "1970-13-01T00:00:00Z",
        "1970-02-29T00:00:00Z",
        "1970-01-01T24:00:00Z",
        "1970-01-01T23:59:60Z",
        "1970-1-1T00:00:00Z",
        "",
        "1970-01-01T00:00:00Zx",
        "1970-01-01T00:00:00+0800",
        "é970-01-01T00:00:00Z",
        "1970-01-01T00:00:00.1é",
        "+970-01-01T00:00:00Z",
        "1970-01-01T00:00:00+24:00",
    ] {
        let expected = "/at date-time: a time such as `2026-01-02T03:04:05Z`";
        assert_eq!(refused(&format!("{{\"at\":\"{text}\"}}")), [expected], "{text}");
    }
    for text in ["0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"] {
        assert_eq!(refused(&format!("{{\"at\":\"{text}\"}}")), ["/at range: a time of the years 1 to 9999"], "{text}");
    }
}

#[test]
fn durations() {
    let took = |seconds, nanos| served(|event| event.took = Some(Duration { seconds, nanos }));
    for (seconds, nanos, text) in [
        (0, 0, "0s"),
        (1, 500_000_000, "1.500s"),
        (0, -1_000, "-0.000001s"),
        (-315_576_000_000, -999_999_999, "-315576000000.999999999s"),
    ] {
        both_ways(&took(seconds, nanos), &format!("{{\"took\":\"{text}\"}}"));
    }
    assert_eq!(read(r#"{"took":"01.5s"}"#), took(1, 500_000_000));
    for text in ["1", "s", "1.s", ".5s", "+1s", "1.0000000001s", "1 s", "--1s", "1e3s", "-s", "1.5.5s"] {
        assert_eq!(
            refused(&format!("{{\"took\":\"{text}\"}}")),
            ["/took duration: a duration in seconds, such as `1.5s`"],
            "{text}"
        );
    }
    for text in ["315576000001s", "-99999999999999999999s"] {
        assert_eq!(refused(&format!("{{\"took\":\"{text}\"}}")), ["/took range: a duration of at most 10,000 years"]);
    }
}

#[test]
fn field_masks() {
    let mask = |paths: &[&str]| {
        served(|event| event.mask = Some(FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() }))
    };
    both_ways(&mask(&["user.display_name", "photo"]), r#"{"mask":"user.displayName,photo"}"#);
    both_ways(&mask(&[]), r#"{"mask":""}"#);
    assert_eq!(refused(r#"{"mask":"a_b"}"#).len(), 1);
    for path in ["fooBar", "foo__bar", "foo_3_bar", "foo_", "a,b"] {
        assert!(matches!(mask(&[path]).encode(), Err(EncodeError::Invalid(_))), "{path}");
    }
}

#[test]
fn any_json_is_a_value() {
    let value = |kind| Value { kind: Some(kind) };
    let fields = [
        ("a".to_owned(), value(Kind::NumberValue(1.0))),
        ("b".to_owned(), value(Kind::ListValue(ListValue { values: vec![value(Kind::BoolValue(true)), null()] }))),
        ("c".to_owned(), value(Kind::StructValue(Struct::default()))),
        ("d".to_owned(), value(Kind::StringValue("x".to_owned()))),
    ];
    let text = r#"{"structure":{"a":1.0,"b":[true,null],"c":{},"d":"x"}}"#;
    both_ways(&served(|event| event.structure = Some(Struct { fields: fields.into() })), text);
    both_ways(
        &served(|event| event.list = Some(ListValue { values: vec![value(Kind::BoolValue(false))] })),
        r#"{"list":[false]}"#,
    );
    assert_eq!(
        read(r#"{"value":12345678901234567890}"#).value,
        Some(value(Kind::NumberValue(12_345_678_901_234_567_890.0)))
    );
    assert_eq!(refused(r#"{"value":{"a":[1e999]}}"#), ["/value/a/0 range: a number of 64 bits"]);
    assert_eq!(refused(r#"{"structure":{"a":1,"a":2}}"#), ["/structure/a duplicate: the member once"]);
    assert_eq!(refused(r#"{"structure":[],"list":{}}"#), ["/structure type: an object", "/list type: an array"]);
    // A value of no kind is invalid; every other library writes it as null.
    assert_eq!(written(&served(|event| event.value = Some(Value::default()))), r#"{"value":null}"#);
}

#[test]
fn wrappers_are_what_they_wrap() {
    both_ways(
        &served(|event| {
            event.wrapped_int64 = Some(0);
            event.wrapped_text = Some(String::new());
            event.wrapped_bool = Some(false);
            event.wrapped_bytes = Some(vec![0]);
            event.wrapped_float = Some(0.5);
            event.wrapped_int64s = vec![1];
            event.by_sfixed64 = [(1, "x".to_owned())].into();
            event.empty = Some(());
        }),
        r#"{"bySfixed64":{"1":"x"},"empty":{},"wrappedFloat":0.5,"wrappedInt64":"0","wrappedBool":false,"wrappedText":"","wrappedBytes":"AA==","wrappedInt64s":["1"]}"#,
    );
    assert_eq!(
        refused(r#"{"wrappedInt64":{"value":1},"empty":{"a":1}}"#),
        ["/wrappedInt64 type: an integer, as a number or as a string", "/empty/a unknown-field: no members",]
    );
}

fn any<M: prost::Message>(name: &str, message: &M) -> Any {
    Any { type_url: format!("type.googleapis.com/{name}"), value: message.encode_to_vec() }
}

#[test]
fn an_any_holds_messages_of_the_package_and_of_google() {
    let dish = Dish { name: "soup".to_owned(), ..Dish::default() };
    let inner = any("kitchen.v1.DishServed.Dish", &dish);
    for (any, text) in [
        (inner.clone(), r#"{"@type":"type.googleapis.com/kitchen.v1.DishServed.Dish","name":"soup"}"#),
        (
            any("google.protobuf.Duration", &Duration { seconds: 1, nanos: 0 }),
            r#"{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}"#,
        ),
        (
            any("google.protobuf.Int64Value", &7_i64),
            r#"{"@type":"type.googleapis.com/google.protobuf.Int64Value","value":"7"}"#,
        ),
        (any("google.protobuf.Empty", &()), r#"{"@type":"type.googleapis.com/google.protobuf.Empty"}"#),
        (
            any("kitchen.v1.DishWashed", &DishWashed::default()),
            r#"{"@type":"type.googleapis.com/kitchen.v1.DishWashed"}"#,
        ),
        (
            any("google.protobuf.Any", &inner),
            r#"{"@type":"type.googleapis.com/google.protobuf.Any","value":{"@type":"type.googleapis.com/kitchen.v1.DishServed.Dish","name":"soup"}}"#,
        ),
        (Any::default(), "{}"),
    ] {
        both_ways(&served(|event| event.any = Some(any)), &format!("{{\"any\":{text}}}"));
    }
    let behind = r#"{"any":{"name":"soup","@type":"type.googleapis.com/kitchen.v1.DishServed.Dish"}}"#;
    assert_eq!(read(behind).any, Some(inner));
    assert_eq!(
        read(r#"{"any":{"@type":"x/google.protobuf.Empty","value":{}}}"#).any,
        Some(Any { type_url: "x/google.protobuf.Empty".to_owned(), value: Vec::new() })
    );
    let known = "`@type` with the URL of a message that the events of this program have";
    for (text, expected) in [
        (r#"{"name":"soup"}"#, "/any required: the member `@type`".to_owned()),
        (r#"{"@type":"x/unknown.Message"}"#, format!("/any any: {known}")),
        (r#"{"@type":"kitchen.v1.DishServed.Dish"}"#, format!("/any any: {known}")),
        (r#"{"@type":"x/google.protobuf.Duration"}"#, "/any required: the member `value`".to_owned()),
        (
            r#"{"@type":"x/google.protobuf.Duration","value":1}"#,
            "/any/value type: a duration in seconds, such as `1.5s`".to_owned(),
        ),
        (
            r#"{"@type":"x/google.protobuf.Duration","value":"1s","x":1}"#,
            "/any/x unknown-field: no members but `@type` and `value`".to_owned(),
        ),
        (r#"{"@type":"x/kitchen.v1.DishServed.Dish","name":1}"#, "/any/name type: a string".to_owned()),
        (r#"{"@type":1}"#, "/any/@type type: the URL of a message's type".to_owned()),
    ] {
        let found = refused(&format!("{{\"any\":{text}}}"));
        assert_eq!(found.first(), Some(&expected), "{text}");
    }
    let error =
        served(|event| event.anys = vec![Any::default(), Any { type_url: "x/y".to_owned(), value: vec![] }]).encode();
    let Err(EncodeError::Invalid(error)) = error else { panic!("{error:?}") };
    assert_eq!(error.violations()[0].pointer, "/anys/1");
}

#[test]
fn an_any_holds_no_message_that_json_cannot_express() {
    use notes::proto::notes::v1::{Device, api_changed::Author};
    use notes::{ApiChanged, NoteRead, NoteWritten};

    let attached = |attached| NoteWritten { text: Some("a".to_owned()), attached: Some(attached) };
    let device = Device { name: Some("d".to_owned()), kind: None };
    let read = NoteRead { reader: None, device: Some(device) };
    let note = attached(any("notes.v1.NoteRead", &read));
    let text = String::from_utf8(note.encode().unwrap()).unwrap();
    assert_eq!(
        text,
        r#"{"text":"a","attached":{"@type":"type.googleapis.com/notes.v1.NoteRead","device":{"name":"d"}}}"#
    );
    assert_eq!(NoteWritten::decode(text).unwrap(), note);
    let author = Author { name: Some("n".to_owned()) };
    assert!(attached(any("notes.v1.ApiChanged.Author", &author)).encode().is_ok());
    let changed = attached(any("notes.v1.ApiChanged", &ApiChanged::default()));
    assert!(matches!(changed.encode(), Err(EncodeError::Invalid(_))));
}

#[test]
fn what_json_cannot_express_is_an_error_with_its_place() {
    let number = |value| Value { kind: Some(Kind::NumberValue(value)) };
    let dish = served(|event| {
        event.inner = Some(Box::new(served(|event| {
            event.times = vec![Timestamp::default(), Timestamp { seconds: 0, nanos: -1 }];
            event.by_bool = [(true, number(f64::NAN))].into();
        })));
        event.took = Some(Duration { seconds: 1, nanos: -1 });
        event.at = Some(Timestamp { seconds: 253_402_300_800, nanos: 0 });
    });
    let Err(EncodeError::Invalid(error)) = dish.encode() else { panic!("it was written") };
    let places: Vec<&str> = error.violations().iter().map(|found| found.pointer.as_str()).collect();
    assert_eq!(places, ["/at", "/took", "/inner/byBool/true", "/inner/times/1"]);
}

#[test]
fn old_messages_have_required_fields_and_groups() {
    let old = OldDish {
        name: String::new(),
        taste: old_dish::Taste::Sour.into(),
        side: old_dish::Side::default(),
        heat: Some(0),
        cook: Some(old_dish::Cook { name: None, tool: vec![old_dish::cook::Tool { id: Some(1) }] }),
        packed: vec![-1],
        way: Some(old_dish::Way::Fried(old_dish::Fried { deep: Some(true) })),
        ..OldDish::default()
    };
    both_ways(
        &served(|event| event.old = Some(old)),
        r#"{"old":{"name":"","taste":"SOUR","side":{},"heat":0,"cook":{"tool":[{"id":"1"}]},"packed":["-1"],"fried":{"deep":true}}}"#,
    );
    assert_eq!(
        refused(r#"{"old":{"taste":null,"side":{}}}"#),
        ["/old/taste required: a value, as the field is required", "/old required: the field `name`",]
    );
}

#[test]
fn nesting_is_bounded_both_ways() {
    let nested = |depth: usize| "{\"inner\":".repeat(depth - 1) + "{}" + &"}".repeat(depth - 1);
    let event = read(&nested(127));
    assert_eq!(written(&event), nested(127));
    assert!(matches!(DishServed::decode(nested(128)), Err(DecodeError::TooDeep)));
    assert!(matches!(DishServed::decode(nested(100_000)), Err(DecodeError::TooDeep)));
    let deeper = served(|outer| outer.inner = Some(Box::new(event)));
    assert!(matches!(deeper.encode(), Err(EncodeError::Invalid(_))));
    let list = format!("{{\"value\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(DishServed::decode(list), Err(DecodeError::TooDeep)));
}

#[test]
fn what_is_not_json_is_said_to_be() {
    for text in [
        "",
        "{",
        "{\"text\":\"a\"",
        "{\"text\":\"a\",}",
        "{\"text\" \"a\"}",
        "{text:1}",
        "{}{}",
        "{\"bool\":tru}",
        "{\"int32\":-}",
        "{\"int32\":1 2}",
        "nul",
    ] {
        assert!(matches!(DishServed::decode(text), Err(DecodeError::Json { .. })), "{text}");
    }
    for text in ["[]", "null", "1", "\"a\""] {
        assert_eq!(refused(text), [" type: an object"], "{text}");
    }
    assert_eq!(
        read(" {\n\"text\" : \"a\" ,\t\"int32s\" : [ 1 , 2 ] , \"byInt32\" : { \"1\" : \"a\" , \"2\" : \"b\" } }\r\n")
            .int32s,
        [1, 2]
    );
}

#[test]
fn errors_are_listed_and_show_no_values() {
    let many = format!("{{\"texts\":[{}]}}", ["1"; 200].join(","));
    let DecodeError::Invalid(error) = DishServed::decode(many).unwrap_err() else { panic!() };
    assert_eq!((error.violations().len(), error.cut().is_some()), (100, true));
    // Nor are they longer than what is wrong deserves, where keys are long.
    let long = "k".repeat(50_000);
    for text in [
        format!(r#"{{"byInt32":{{"{long}":"","{long}":"","{long}":""}}}}"#),
        format!(r#"{{"structure":{{"{long}":[1e400,1e400,1e400]}}}}"#),
    ] {
        let DecodeError::Invalid(error) = DishServed::decode(text).unwrap_err() else { panic!() };
        assert_eq!((error.violations().len(), error.cut().is_some()), (1, true));
        assert!(error.to_string().len() < 51_000);
    }
    let error =
        DishServed::decode(r#"{"secret1":1,"text":{"secret2":2},"byInt32":{"secret3":"secret4"},"at":"secret5"}"#)
            .unwrap_err();
    let shown = format!("{error} {error:?}").replace("secret1", "").replace("secret3", "");
    assert!(!shown.contains("secret"), "{shown}");
}

#[test]
fn payloads_are_read_by_their_content_type() {
    assert_eq!(DishServed::DESCRIPTOR.content_type, "application/json");
    assert_eq!(DishServed::DESCRIPTOR.message_name, Some("kitchen.v1.DishServed"));
    assert_eq!(DishWashed::DESCRIPTOR.content_type, "application/protobuf");
    let event = served(|event| event.text = "a".to_owned());
    let binary = prost::Message::encode_to_vec(&event);
    for content_type in ["application/json", "Application/JSON; charset=utf-8", "application/vnd.kitchen+json"] {
        assert_eq!(DishServed::decode_as(content_type, r#"{"text":"a"}"#).unwrap(), event, "{content_type}");
    }
    for content_type in [
        "application/protobuf",
        "application/x-protobuf;messageType=kitchen.v1.DishServed",
        " application/vnd.google.protobuf",
    ] {
        assert_eq!(DishServed::decode_as(content_type, &binary).unwrap(), event, "{content_type}");
    }
    for content_type in ["text/plain", "", "application/cloudevents+json", "application/xml"] {
        let error = DishServed::decode_as(content_type, "{}").unwrap_err();
        let expected = "the payload is of another content type than `application/protobuf` and `application/json`";
        assert_eq!(error.to_string(), expected, "{content_type}");
    }
    let washed = DishWashed { name: "a".to_owned() };
    assert_eq!(DishWashed::decode_as("application/x-protobuf", washed.encode().unwrap()).unwrap(), washed);
    let error = DishWashed::decode_as("application/json", "{}").unwrap_err();
    assert_eq!(error.to_string(), "the payload is of another content type than `application/protobuf`");
    assert_eq!(<DishServed as Event>::decode_as("application/json", b"{}").unwrap(), DishServed::default());
}
