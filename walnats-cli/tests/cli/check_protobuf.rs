//! `walnats check` on protobuf files: buf's lint rules, as `[lints]` or a `buf.yaml` wants them.

use crate::program::{package, walnats};

const ORDER: &str = "syntax = \"proto3\";\npackage shop;\n\nimport \"walnats/options.proto\";\n\n// A customer has placed an order.\n\
                     message orderPlaced {\n  option (walnats.event) = {};\n  State state = 1;\n}\n\nenum State {\n  OPEN = 0;\n}\n";

/// The codes that are found, in order, and the exit code.
fn found(files: &[(&str, &str)]) -> (Vec<String>, i32) {
    let files: Vec<_> = [("schemas/order.proto", ORDER)].iter().chain(files).copied().collect();
    let checked = walnats(package(&files).path(), &["check", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&checked.stdout).unwrap();
    let codes = report["findings"].as_array().unwrap().iter().map(|found| found["code"].as_str().unwrap().to_owned());
    (codes.collect(), checked.code)
}

fn codes(files: &[(&str, &str)]) -> Vec<String> {
    found(files).0
}

#[test]
fn little_is_said_unless_asked_for() {
    assert_eq!(found(&[]), (vec!["WN0942".to_owned()], 0));
    assert_eq!(codes(&[("walnats.toml", "[lints]\nprotobuf = \"off\"\n")]), [""; 0]);
    assert_eq!(codes(&[("walnats.toml", "[lints]\nprotobuf = \"basic\"\n")]), ["WN0903", "WN0919", "WN0942"]);
    let files = package(&[("schemas/order.proto", ORDER)]);
    let checked = walnats(files.path(), &["check"]);
    let expected = "warning[WN0942]: enum value `OPEN` is 0, which absent fields read as, and does not end with `_UNSPECIFIED` \
                    (ENUM_ZERO_VALUE_SUFFIX)\n  --> schemas/order.proto:13:3\n";
    assert!(checked.stderr.contains(expected), "{}", checked.stderr);
}

#[test]
fn a_buf_yaml_is_respected() {
    let lints = ("walnats.toml", "[lints]\nprotobuf = \"buf.yaml\"\n");
    let text = "version: v2\nmodules:\n  - path: schemas\nlint:\n  use: [BASIC]\n  except: [PACKAGE_DIRECTORY_MATCH]\n";
    for path in ["buf.yaml", "schemas/buf.yaml"] {
        assert_eq!(codes(&[lints, (path, text)]), ["WN0919"], "{path}");
    }
    let ignoring = format!("{text}  ignore: [schemas/order.proto]\n");
    assert_eq!(codes(&[lints, ("buf.yaml", ignoring.as_str())]), [""; 0]);
    assert_eq!(found(&[lints]), (vec!["WN0991".to_owned()], 1));
}

/// A mistake in a rule of `buf.validate` that keeps code from being generated is said once, by its own code; where no event
/// reaches it, by buf's id.
#[test]
fn rules_of_buf_validate_are_checked_once_and_everywhere() {
    let message = |name: &str, event: &str| {
        format!("message {name} {{\n{event}  string id = 1 [(buf.validate.field).int32.gt = 5];\n}}\n")
    };
    let start = "syntax = \"proto3\";\npackage shop.v1;\n\nimport \"buf/validate/validate.proto\";\nimport \"walnats/options.proto\";\n\n";
    let event = message("Shipped", "  option (walnats.event) = {};\n");
    let [reached, other] = [&event, &message("Other", "")].map(|text| format!("{start}{text}"));
    let lints = ("walnats.toml", "[lints]\nprotobuf = \"off\"\nprotovalidate = \"deny\"\n");
    let on = |text: &str, lints| {
        let (codes, code) = found(&[lints, ("schemas/shop/v1/shipped.proto", text)]);
        (codes.into_iter().filter(|code| code.starts_with("WN05") || code == "WN0949").collect::<Vec<_>>(), code)
    };
    assert_eq!(on(&reached, lints), (vec!["WN0552".to_owned()], 1));
    assert_eq!(on(&other, lints), (vec!["WN0949".to_owned()], 1));
    assert_eq!(on(&other, ("walnats.toml", "")), (vec![], 0));
    let buf = ("walnats.toml", "[lints]\nprotobuf = \"standard\"\n");
    assert_eq!(on(&other, buf), (vec!["WN0949".to_owned()], 0));
}
