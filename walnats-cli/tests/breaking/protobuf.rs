//! Breaks of protobuf files.

use std::fs;

use serde_json::Value;

use super::{breaking, commit, git, repository, walnats, write};

const PROTO: &str = r#"syntax = "proto3";
package shop.v1;
import "walnats/options.proto";

// An order was placed.
message OrderPlaced {
  option (walnats.event) = { name: "order-placed", stream: "orders" };
  string order_id = 1;
  repeated Line lines = 2;
}

// A line of an order.
message Line {
  int64 total = 1;
}
"#;

#[test]
fn protobuf_is_judged_by_what_readers_make_of_bytes() {
    let (_folder, package) = repository(".");
    let order = |total: &str| {
        format!(
            "syntax = \"proto3\";\npackage shop.v1;\nimport \"walnats/options.proto\";\n\nmessage StockChanged {{\n  option \
             (walnats.event) = {{}};\n  {total} pieces = 1;\n}}\n"
        )
    };
    write(&package, "schemas/stock.proto", &order("int64"));
    commit(&package);
    assert_eq!(breaking(&package, "HEAD").stdout, "2 events: 2 compatible; clean\n");
    write(&package, "schemas/stock.proto", &order("int32"));
    let ran = breaking(&package, "HEAD");
    assert_eq!(ran.code, 1);
    for text in [
        "stock-changed  breaking: old events -> new readers  [WN0821",
        "read as",
        "HEAD:schemas/stock.proto:7:3",
        "FIELD_SAME_TYPE",
    ] {
        assert!(ran.stdout.contains(text), "`{text}` is not in:\n{}", ran.stdout);
    }
    let schema: Value = serde_json::from_str(&walnats(&package, &["breaking", "--json-schema"]).stdout).unwrap();
    let value = serde_json::from_str(&walnats(&package, &["breaking", "--json", "--against", "HEAD"]).stdout).unwrap();
    assert!(jsonschema::is_valid(&schema, &value), "{value}");
    assert_eq!(value["baselines"][0]["findings"][0]["witness"]["encoding"], "binary");
    assert_eq!(value["baselines"][0]["verdicts"][1]["verdict"], "breaking");
    // In another package, it is compared nevertheless.
    write(&package, "schemas/stock.proto", &order("string").replace("shop.v1", "shop.v2"));
    let ran = breaking(&package, "HEAD");
    let changed = "field `pieces` (1) of `shop.v2.StockChanged` changed its type from `int64` to `string`";
    assert!(ran.stdout.contains(changed) && ran.stdout.contains("[WN0821"), "{}", ran.stdout);
    // Renamed on the wire, nothing is misread.
    write(&package, "schemas/stock.proto", &order("int64").replace("pieces", "count"));
    let ran = breaking(&package, "HEAD");
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stdout.ends_with("2 events: 1 with warnings, 1 compatible; clean, 1 warning\n"), "{}", ran.stdout);
}

/// A message of another package is compared with the one that the event carried before.
#[test]
fn a_break_does_not_hide_behind_a_renamed_package() {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q", "."]);
    write(folder.path(), "schemas/orders.proto", PROTO);
    commit(folder.path());
    let moved = PROTO.replace("shop.v1", "shop.v2");
    let codes = |text: &str| {
        fs::remove_dir_all(folder.path().join("schemas")).unwrap();
        write(folder.path(), "schemas/v2/orders.proto", text);
        let ran = walnats(folder.path(), &["breaking", "--against", "main", "--format", "json"]);
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        let findings = document["findings"].as_array().unwrap().clone();
        let codes: Vec<String> = findings.iter().map(|found| found["code"].as_str().unwrap().to_owned()).collect();
        (codes, ran.stdout)
    };
    let (found, text) = codes(&moved);
    assert!(found.iter().all(|code| code == "WN0823"), "moved alone, it reads the same: {text}");
    for (broken, what) in [
        (moved.replace("int64 total = 1", "int32 total = 1"), "changed its type from `int64` to `int32`"),
        (moved.replace("string order_id = 1", "string order_id = 3"), "`order_id`"),
        (
            moved.replace("message OrderPlaced", "message OrderMade").replace("int64 total = 1", "string total = 1"),
            "`string`",
        ),
    ] {
        let (found, text) = codes(&broken);
        assert!(found.iter().any(|code| code == "WN0821") && text.contains(what), "{what}: {text}");
        assert!(!found.iter().any(|code| code == "WN0809"), "{text}");
    }
}
