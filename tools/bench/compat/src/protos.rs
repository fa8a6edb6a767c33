//! A hundred protobuf files, of which one changes.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::Result;
use crate::commands::commit;

const FILES: usize = 100;

const BUF: &str = "version: v2
modules:
  - path: schemas
  - path: vendor
lint:
  use: [STANDARD]
  ignore: [vendor]
breaking:
  use: [FILE]
";

/// Writes the package into `folder`, as it was also into its folder `old`, commits that, and changes a field.
pub fn write(folder: &Path) -> Result<()> {
    for root in [folder.to_owned(), folder.join("old")] {
        let schemas = root.join("schemas/shop/v1");
        fs::create_dir_all(&schemas)?;
        for index in 0..FILES {
            fs::write(schemas.join(format!("order_{index}.proto")), file(index))?;
        }
        // Part of walnats; buf has to be given it.
        let options = root.join("vendor/walnats");
        fs::create_dir_all(&options)?;
        fs::write(
            options.join("options.proto"),
            include_str!("../../../../walnats-codegen/proto/walnats/options.proto"),
        )?;
        fs::write(root.join("buf.yaml"), BUF)?;
        fs::write(root.join("walnats.toml"), "")?;
    }
    commit(folder)?;
    let changed = file(FILES / 2).replace("int64 total = 3;", "int32 total = 3;");
    fs::write(folder.join(format!("schemas/shop/v1/order_{}.proto", FILES / 2)), changed)?;
    Ok(())
}

/// An event, what it is made of, and a kind.
fn file(index: usize) -> String {
    let mut text = format!(
        "syntax = \"proto3\";

package shop.v1;

import \"google/protobuf/timestamp.proto\";
import \"walnats/options.proto\";

// What became of an order of kind {index}.
message OrderChanged{index} {{
  option (walnats.event) = {{
    subject: \"orders.{index}.{{order_id}}\"
    stream: \"orders\"
    owner: \"sales\"
  }};

  // Ours, not the customer's.
  string order_id = 1;
  google.protobuf.Timestamp changed_at = 2;
  int64 total = 3;
  repeated Line{index} lines = 4;
  Kind{index} kind = 5;
  map<string, string> labels = 6;
  oneof payment {{
    Card{index} card = 7;
    string voucher = 8;
  }}
}}

// A position of the order.
message Line{index} {{
"
    );
    for field in 1..=20 {
        let _ = writeln!(text, "  // Number {field} of what a line has.\n  string field_{field} = {field};");
    }
    let _ = write!(
        text,
        "}}

// How it is paid.
message Card{index} {{
  string number = 1;
  uint32 year = 2;
  uint32 month = 3;
}}

// What it is about.
enum Kind{index} {{
  KIND{index}_UNSPECIFIED = 0;
  KIND{index}_PLACED = 1;
  KIND{index}_CANCELLED = 2;
}}
"
    );
    text
}
