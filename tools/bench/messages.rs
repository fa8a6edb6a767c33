//! A hundred protobuf files.

use std::fmt::Write;

pub const FILES: usize = 100;

/// The name of a file.
pub fn name(index: usize) -> String {
    format!("order_{index}.proto")
}

/// A message, what it is made of, and an enumeration; `option` and `import` are what makes it an event.
pub fn file(index: usize, import: &str, option: &str) -> String {
    let mut text = format!(
        "syntax = \"proto3\";
package shop.v1;
import \"google/protobuf/timestamp.proto\";
{import}
// What became of an order of kind {index}.
message OrderChanged{index} {{
  {option}
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
