//! Files of editions: their text means what protoc says it means.
#![cfg(feature = "protobuf")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use walnats_codegen::Package;
use walnats_codegen::diagnostic::render;
use walnats_codegen::write::GeneratedFile;
use walnats_harness::python::protobuf_environment;

/// Packages by what is told apart in them, each with one file `a.proto` after the statement of the edition.
const TEXTS: [(&str, &str, &str); 9] = [
    ("all defaults", "2023", "message E { option (walnats.event) = {}; int32 a = 1; repeated int32 b = 2; E c = 3; }"),
    (
        "words that are names",
        "2024",
        "option features.enforce_naming_style = STYLE_LEGACY;
        message E { option (walnats.event) = {};
          message message { string message = 1; } message enum { string s = 1; }
          message option { string s = 1; } message reserved { string s = 1; }
          .E.message m = 1; .E.enum e = 2; E.option o = 3; .E.reserved r = 4;
          string optional = 5; string required = 6; string repeated = 7; string group = 8; string map = 9;
          string local = 10; string export = 11; string oneof = 12; string extend = 13; string edition = 14;
        } enum message { message_ZERO = 0; oneof = 1; local = 2; group = 3; }",
    ),
    (
        "comments and strings that look like code",
        "2023",
        "/* message X { */ message E { // }
          option (walnats.event) = { owner: \"} message Y { int32 a = 1;\" /* } */ };
          /* int32 no = 9; */ int32 a = 1 [json_name = \"{;}\", deprecated = true]; // optional int32 b = 2;
          string /* { */ b /* = 3 */ = 2 [features = { /* ] */ field_presence: IMPLICIT }];
        }",
    ),
    (
        "implicit presence",
        "2023",
        "option features = { field_presence: IMPLICIT repeated_field_encoding: EXPANDED };
        message E { option (walnats.event) = { subject: \"e.{a}\" };
          string a = 1; E b = 2; repeated double c = 3; repeated F d = 4 [features.repeated_field_encoding = PACKED];
          bytes e = 5 [features.field_presence = EXPLICIT]; F f = 6; oneof g { int32 h = 7; F i = 8; }
        } enum F { ZERO = 0; ONE = 1; }",
    ),
    (
        "closed enumerations that begin elsewhere, with both presences",
        "2023",
        "option features.enum_type = CLOSED;
        message E { option (walnats.event) = { subject: \"e.{a}.{b}\" };
          string a = 1 [features.field_presence = IMPLICIT]; int64 b = 2 [features.field_presence = LEGACY_REQUIRED];
          bool c = 3; F f = 4 [default = SEVEN]; repeated F g = 5;
        } enum F { FIVE = 5; SEVEN = 7; }",
    ),
    (
        "delimited",
        "2023",
        "option features.message_encoding = DELIMITED;
        message E { option (walnats.event) = {}; E a = 1; repeated F b = 2; map<int32, F> c = 3; oneof d { F e = 4; }
          F f = 5 [features.message_encoding = LENGTH_PREFIXED]; F g = 6 [features.field_presence = LEGACY_REQUIRED];
        } message F { int32 a = 1; }",
    ),
    (
        "defaults",
        "2023",
        "message E { option (walnats.event) = {}; int32 a = 1 [default = -5]; string b = 2 [default = \"a\\\"b\"];
          double c = 3 [default = -inf]; bool d = 4 [default = true]; bytes e = 5 [default = \"\\x00\\377\"]; }",
    ),
    (
        "extensions and reserved names",
        "2023",
        "message E { option (walnats.event) = {}; int32 a = 1; extensions 100, 200 to 300, 400 [verification = UNVERIFIED];
          reserved b, c; reserved 2, 5 to 9, 1000 to max; enum F { reserved G, H; reserved -5 to -1; ZERO = 0; } F f = 3;
          extend E { F g = 100; repeated int32 h = 200; } } extend E { E i = 400 [features.message_encoding = DELIMITED]; }
        service S { rpc A(E) returns (stream E) { option deprecated = true; } rpc B(stream E) returns (E); }",
    ),
    (
        "visibility",
        "2024",
        "option features.default_symbol_visibility = LOCAL_ALL; option features.enforce_naming_style = STYLE_LEGACY;
        export message E { option (walnats.event) = {}; local message F { int32 a = 1; } F f = 1; G g = 2;
          export enum H { ZERO = 0; } H h = 3; } local enum G { g_ZERO = 0; }",
    ),
];

#[test]
fn text_of_an_edition_is_what_protoc_makes_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for (what, edition, text) in TEXTS {
        let name = what.replace(' ', "-");
        let own = folder.path().join(&name).join("text");
        fs::create_dir_all(own.join("schemas")).unwrap();
        let text = format!("edition = \"{edition}\"; import \"walnats/options.proto\"; {text}");
        fs::write(own.join("schemas/a.proto"), text).unwrap();
        wrong.extend(difference(what, &own, &folder.path().join(&name).join("set"), &["a.proto"]));
    }
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/generate/protobuf-editions");
    let files = ["shop/order.proto", "shop/stock.proto"];
    wrong.extend(difference("the fixture", &fixture, &folder.path().join("fixture"), &files));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What comes of the package `text`, and of what protoc makes of its `files`.
fn difference(what: &str, text: &Path, set: &Path, files: &[&str]) -> Option<String> {
    fs::create_dir_all(set.join("schemas")).unwrap();
    let mut out = std::ffi::OsString::from("--descriptor_set_out=");
    out.push(set.join("schemas/all.binpb"));
    let protoc = Command::new(protobuf_environment().unwrap())
        .args(["-m", "grpc_tools.protoc", "--include_imports", "--include_source_info"])
        .arg(out)
        .arg(include(&text.join("schemas")))
        .arg(include(&Path::new(env!("CARGO_MANIFEST_DIR")).join("proto")))
        .args(files)
        .output()
        .unwrap();
    if !protoc.status.success() {
        return Some(format!("{what}: protoc refuses it: {}", String::from_utf8_lossy(&protoc.stderr)));
    }
    let [text, set] = [generate(text), generate(set)];
    let [text, set] = [text.unwrap_or_else(|error| vec![error]), set.unwrap_or_else(|error| vec![error])];
    let first = text.iter().zip(&set).find(|(text, set)| text != set);
    (text != set).then(|| match first {
        Some((text, set)) => format!("{what}:\n{text}\nprotoc:\n{set}"),
        None => format!("{what}: {} files, and {} from protoc", text.len(), set.len()),
    })
}

fn include(folder: &Path) -> String {
    format!("-I{}", folder.display())
}

/// The files with their contents, or what is wrong.
fn generate(root: &Path) -> Result<Vec<String>, String> {
    let (files, report) =
        walnats_codegen::configure().root(root).generate().map_err(|report| render(&report, false))?;
    if !report.diagnostics.is_empty() {
        return Err(render(&report, false));
    }
    // What was read is in there, and that is what differs.
    let files = files.into_iter().filter(|file| file.path != "samples.json");
    Ok(files.map(|GeneratedFile { path, content }| format!("{path}:\n{content}")).collect())
}

#[test]
fn an_edition_says_whether_other_files_may_use_a_name() {
    let shared = "edition = \"2024\"; package a; message Out { message In { int32 a = 1; } export message Of { int32 a = 1; } } \
                  local message Own { int32 a = 1; }";
    for (edition, field, expected) in [
        ("2024", "a.Out", None),
        ("2023", "a.Out.Of", None),
        ("2024", "a.Out.In", Some("`a.Out.In` can only be used in `a.proto`")),
        ("2023", "a.Own", Some("`a.Own` can only be used in `a.proto`")),
    ] {
        let user = format!("edition = \"{edition}\"; package b; import \"a.proto\"; message B {{ {field} f = 1; }}");
        assert_eq!(found(&[("a.proto", shared), ("b.proto", &user)]).as_deref(), expected, "{field}");
    }
    let user = "edition = \"2024\"; package b; import option \"a.proto\"; message B { a.Out f = 1; }";
    let expected = "`a.Out` is declared in `a.proto`, which is imported for options only";
    assert_eq!(found(&[("a.proto", shared), ("b.proto", user)]).as_deref(), Some(expected));
}

/// The first finding about these files.
fn found(files: &[(&str, &str)]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let schemas: PathBuf = folder.path().join("schemas");
    fs::create_dir_all(&schemas).unwrap();
    files.iter().for_each(|(name, text)| fs::write(schemas.join(name), text).unwrap());
    let mut package = Package::load(&walnats_codegen::configure().root(folder.path()));
    let _ = package.model();
    let errors = package.report.diagnostics.iter().filter(|found| found.code != "WN0114");
    errors.map(|found| found.message.clone()).next()
}
