//! What files say and what is wrong with them, by tables. The texts of diagnostics are in `fixtures/diagnostics`.

use std::collections::BTreeMap;

use std::sync::Arc;

use prost::Message;
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet, MessageOptions};

use super::{Lowered, lower};
use crate::diagnostic::{Report, SourceFile};
use crate::load::ProtobufSource;
use crate::lower::template::FieldProblem;
use crate::model::ScalarKind;

fn source(name: &str, text: &str) -> ProtobufSource {
    let file = SourceFile { path: format!("schemas/{name}"), text: text.to_owned() };
    ProtobufSource { file: Arc::new(file), name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

fn compile(files: &[(&str, &str)]) -> (Lowered, Vec<String>) {
    let sources: Vec<_> = files.iter().map(|(name, text)| source(name, text)).collect();
    let mut report = Report::default();
    let lowered = lower(&sources, &mut report).unwrap();
    report.sort();
    (lowered, report.diagnostics.iter().map(ToString::to_string).collect())
}

/// A descriptor set with the one file `a.proto`.
fn descriptor_set(change: impl FnOnce(&mut FileDescriptorProto)) -> ProtobufSource {
    let mut file = FileDescriptorProto { name: Some("a.proto".to_owned()), ..FileDescriptorProto::default() };
    let field = FieldDescriptorProto {
        name: Some("id".to_owned()),
        number: Some(1),
        label: Some(1),
        r#type: Some(9),
        ..FieldDescriptorProto::default()
    };
    file.message_type =
        vec![DescriptorProto { name: Some("M".to_owned()), field: vec![field], ..DescriptorProto::default() }];
    change(&mut file);
    let bytes = FileDescriptorSet { file: vec![file] }.encode_to_vec();
    ProtobufSource { bytes, ..source("a.binpb", "") }
}

const SHOP: &str = r#"
syntax = "proto3";
package shop.v1;
import "google/protobuf/timestamp.proto";
import "walnats/options.proto";

// An order was placed.
//
//   indented
message OrderPlaced {
  option (walnats.event) = {
    subject: "orders.{order_id}" # "uid: nothing"
    uid: "{order_id}" rust: "Placed"
  };
  string order_id = 1;
  int64 count = 2;
  bool gift = 3;
  optional string note = 4;
  double price = 5;
  Status status = 6;
  repeated string tags = 7;
  map<string, string> labels = 8;
  google.protobuf.Timestamp at = 9;
  oneof payment { string card = 10; }
  bytes receipt = 11;

  message Cancelled {
    option (walnats.event).name = "order.cancelled";
    option (walnats.event).subject = "cancelled";
    option deprecated = true;
  }
  enum Status { UNKNOWN = 0; }
}
message NoEvent {}
"#;

#[test]
fn messages_with_the_option_are_events() {
    let (lowered, problems) = compile(&[("shop/v1/order.proto", SHOP)]);
    assert_eq!(problems, Vec::<String>::new());
    let [placed, cancelled] = lowered.events.as_slice() else { panic!("{:#?}", lowered.events) };

    assert_eq!(placed.name, "order-placed");
    assert_eq!(placed.description.as_deref(), Some("An order was placed.\n\n  indented"));
    assert_eq!(placed.place.line_column(), (10, 9));
    let subject = placed.options.subject.as_ref().unwrap();
    assert_eq!((subject.value.as_str(), subject.place.line_column()), ("orders.{order_id}", (12, 14)));
    let uid = placed.options.uid.as_ref().unwrap();
    assert_eq!((uid.value.as_str(), uid.place.line_column()), ("{order_id}", (13, 10)));
    assert_eq!(placed.options.rust.as_ref().unwrap().value, "Placed");
    assert_eq!(placed.options.deprecated, None);

    assert_eq!(cancelled.name, "cancelled");
    assert_eq!(cancelled.options.name.as_ref().unwrap().value, "order.cancelled");
    assert_eq!(cancelled.options.subject.as_ref().unwrap().place.line_column(), (29, 38));
    assert_eq!(cancelled.options.deprecated, Some(true));
}

#[test]
fn templates_name_scalars_that_every_message_has() {
    let (lowered, _) = compile(&[("shop/v1/order.proto", SHOP)]);
    let scalar = |path: &str| {
        let names: Vec<_> = path.split('.').map(str::to_owned).collect();
        lowered.messages.scalar("shop.v1.OrderPlaced", &names)
    };
    assert_eq!(scalar("order_id"), Ok(ScalarKind::String));
    assert_eq!(scalar("count"), Ok(ScalarKind::Integer));
    assert_eq!(scalar("gift"), Ok(ScalarKind::Boolean));
    assert_eq!(scalar("status"), Ok(ScalarKind::Enum));
    for optional in ["note", "at", "at.seconds"] {
        assert_eq!(scalar(optional), Err(FieldProblem::HasPresence { depth: 0 }), "{optional}");
    }
    assert_eq!(scalar("card"), Err(FieldProblem::InOneof { depth: 0 }));
    for (path, found) in [
        ("price", "a floating point number"),
        ("tags", "a list"),
        ("labels", "a map"),
        ("receipt", "a sequence of bytes"),
    ] {
        assert_eq!(scalar(path), Err(FieldProblem::NotScalar { found: found.to_owned() }));
    }
    assert_eq!(scalar("order_id.x"), Err(FieldProblem::NotObject { depth: 0, found: "a string".to_owned() }));
    assert_eq!(scalar("labels.x"), Err(FieldProblem::NotObject { depth: 0, found: "a map".to_owned() }));
    assert!(matches!(scalar("orderId"), Err(FieldProblem::Unknown { depth: 0, known }) if known.len() == 11));
}

#[test]
fn required_messages_of_proto2_lead_on() {
    let text = r#"
        package a;
        message Event { required Inner inner = 1; optional string maybe = 2; required group Group = 3 { required sint32 n = 1; } }
        message Inner { required string id = 1; }
    "#;
    let (lowered, problems) = compile(&[("a.proto", text)]);
    assert_eq!(problems, Vec::<String>::new());
    let scalar = |path: [&str; 2]| lowered.messages.scalar("a.Event", &path.map(str::to_owned));
    assert_eq!(scalar(["inner", "id"]), Ok(ScalarKind::String));
    assert_eq!(scalar(["group", "n"]), Ok(ScalarKind::Integer));
    assert_eq!(lowered.messages.scalar("a.Event", &["maybe".to_owned()]), Err(FieldProblem::HasPresence { depth: 0 }));
}

#[test]
fn what_a_rule_requires_may_be_named() {
    let text = r#"
        syntax = "proto3";
        package a;
        import "buf/validate/validate.proto";
        message Event {
            Inner inner = 1 [(buf.validate.field).required = true];
            Inner maybe = 2;
            Inner ignored = 3 [(buf.validate.field) = { required: true, ignore: IGNORE_ALWAYS }];
            oneof one { string card = 4 [(buf.validate.field).required = true]; }
        }
        message Inner { optional string id = 1 [(buf.validate.field).required = true]; }
    "#;
    let (lowered, _) = compile(&[("a.proto", text)]);
    let scalar = |path: &str| {
        let names: Vec<_> = path.split('.').map(str::to_owned).collect();
        lowered.messages.scalar("a.Event", &names)
    };
    assert_eq!(scalar("inner.id"), Ok(ScalarKind::String));
    assert_eq!(scalar("maybe.id"), Err(FieldProblem::HasPresence { depth: 0 }));
    assert_eq!(scalar("ignored.id"), Err(FieldProblem::HasPresence { depth: 0 }));
    assert_eq!(scalar("card"), Err(FieldProblem::InOneof { depth: 0 }));
}

#[test]
fn a_copy_of_what_walnats_brings_is_not_looked_at() {
    let (lowered, problems) = compile(&[
        ("walnats/options.proto", "this is an old copy"),
        ("google/protobuf/timestamp.proto", "and this another"),
        ("shop.proto", SHOP),
    ]);
    assert_eq!(problems, Vec::<String>::new());
    let model = lowered.messages.model(&["shop.v1.OrderPlaced"], &BTreeMap::new(), &mut Report::default());
    assert_eq!(model.files.iter().map(|file| file.package.as_str()).collect::<Vec<_>>(), ["shop.v1"]);
}

/// As protoc looks names up: among what the file imports, whatever else there is.
#[test]
fn names_are_looked_up_among_imports() {
    let syntax = "syntax = \"proto3\";";
    let config = format!("{syntax} package config.core; message C {{ string id = 1; }}");
    let filters = format!(
        "{syntax} package shop.ext.filters; import \"config.proto\"; import \"options.proto\"; \
         message F {{ config.core.C c = 1; option (opts.note) = \"a\"; }} service S {{ rpc R(config.core.C) returns (F); }}"
    );
    let options = "syntax = \"proto2\"; package opts; import \"google/protobuf/descriptor.proto\"; \
                   extend google.protobuf.MessageOptions { optional string note = 5000; }";
    let mut files = vec![
        // Nobody imports these, and their packages are nearer.
        ("a.proto", format!("{syntax} package shop.ext.config.v1; message V {{}}")),
        ("b.proto", format!("{syntax} package shop.ext.opts; message V {{}}")),
        ("config.proto", config),
        ("filters.proto", filters),
        ("options.proto", options.to_owned()),
    ];
    let names = |files: &[(&'static str, String)]| {
        let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let (lowered, problems) = compile(&files);
        (lowered.messages.reached(&["shop.ext.filters.F"]).contains(".config.core.C"), problems)
    };
    assert_eq!(names(&files), (true, Vec::new()));

    // What an import imports publicly is there, too; what it imports for itself is not.
    files[3].1 = files[3].1.replace("config.proto", "public.proto");
    files.push(("public.proto", format!("{syntax} import public \"config.proto\"; import \"a.proto\";")));
    assert_eq!(names(&files), (true, Vec::new()));
    files[3].1 = files[3].1.replace("public.proto", "a.proto");
    let (_, problems) = names(&files);
    assert!(problems[0].contains("`config.core.C`"), "{problems:?}");
}

#[test]
fn mistakes_have_a_place_and_do_not_hide_each_other() {
    let head = "syntax = \"proto3\";\nimport \"walnats/options.proto\";\n";
    for (text, expected) in [
        ("syntax = \"proto3\";\nmessage { }", "2:9: expected an identifier, but found `{` [WN0502]"),
        (
            "syntax = \"proto3\";\nmessage M { string a = 1; string b = 1; }",
            "field number `1` is already used [WN0502]",
        ),
        ("syntax = \"proto3\";\nmessage M { Foo foo = 1; }", "2:13: name `Foo` is not defined [WN0502]"),
        (
            "syntax = \"proto3\";\nimport \"shop.proto\";",
            "2:8: there is no file `shop.proto` to import [WN0503]; did you mean `shop/v1/shop.proto`",
        ),
        ("syntax = \"proto3\";\nimport \"x.proto\";", "2:8: files import each other: `x.proto` -> `x.proto` [WN0514]"),
        ("edition = \"2026\";", "1:11: there is no edition `2026` here [WN0504]; known are `2023` and `2024`"),
        (
            "edition = \"2023\"; message M { /* no */ optional int32 a = 1; }",
            "1:40: editions have no `optional` [WN0520]",
        ),
        ("edition = \"2023\"; message M { int32 a = 1; string b = 1; }", "field number `1` is already used [WN0502]"),
        ("edition = \"2023\";\nmessage M { int32 a = 1; Foo b = 2; }", "2:26: name `Foo` is not defined [WN0502]"),
        (
            "edition = \"2023\";\nmessage M { int32 a = 1; int32 = 2; }",
            "2:32: expected an identifier, but found `=` [WN0502]",
        ),
        (
            &format!("{head}message M {{ option (walnats.event) = {{ subjct: \"a\" }}; }}"),
            "3:40: `(walnats.event)` has no field `subjct` [WN0511]; did you mean `subject`?",
        ),
        (
            &format!("{head}message M {{ option (walnats.event).uids = \"a\"; }}"),
            "3:13: `(walnats.event)` has no field `uids` [WN0511]; did you mean `uid`?",
        ),
        (
            &format!("{head}message M {{ option (walnats.event) = {{ name: 5 }}; }}"),
            "expected a string, but found `5` [WN0512]",
        ),
        (&format!("{head}message M {{ option (walnats.event) = 5; }}"), "[WN0512]"),
        (
            &format!("{head}message M {{ option (walnats.evnt) = {{}}; }}"),
            "3:13: there is no option `(walnats.evnt)` [WN0510]; did you mean `(walnats.event)`?",
        ),
        (
            &format!("{head}message M {{ option (walnats.event) = {{ name: \"a\" name: \"b\" }}; }}"),
            "sets `name` twice [WN0513]",
        ),
        (
            &format!("{head}option (walnats.event) = {{}};"),
            "3:1: the option `(walnats.event)` belongs to a message [WN0509]",
        ),
        (
            &format!("{head}message M {{ string a = 1 [(walnats.event) = {{}}]; }}"),
            "3:27: the option `(walnats.event)` belongs to a message [WN0509]",
        ),
        (
            "message M { option (walnats.event) = {}; }",
            "1:13: the option `(walnats.event)` is not known here [WN0505]; add `import",
        ),
    ] {
        let (lowered, problems) = compile(&[("x.proto", text), ("shop/v1/shop.proto", SHOP)]);
        assert!(problems.len() == 1 && problems[0].contains(expected), "{text}\n{problems:#?}");
        assert_eq!(lowered.events.len(), 2);
    }
}

#[test]
fn descriptor_sets_that_no_compiler_writes_are_refused() {
    let mut report = Report::default();
    lower(&[descriptor_set(|_| {})], &mut report);
    assert_eq!(report.diagnostics, []);

    let refuse: [fn(&mut FileDescriptorProto); 5] = [
        |file| file.message_type[0].name = Some("M {} pub fn evil() {} struct N".to_owned()),
        |file| file.message_type[0].field[0].name = Some(String::new()),
        |file| file.package = Some("a..b".to_owned()),
        |file| file.syntax = Some("proto4".to_owned()),
        |file| {
            let options = MessageOptions { map_entry: Some(true), ..MessageOptions::default() };
            file.message_type[0].options = Some(options);
        },
    ];
    for change in refuse {
        let mut report = Report::default();
        lower(&[descriptor_set(change)], &mut report);
        assert_eq!(report.diagnostics.iter().map(|found| found.code).collect::<Vec<_>>(), ["WN0506"]);
    }
}
