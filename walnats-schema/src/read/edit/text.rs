//! Values and names as text.

use serde_json::Value;

use super::{after_anchor, edit, is_json, slice};
use crate::read::diagnostic::Edit;
use crate::read::document::{Document, Node};

/// Puts `value` in the place of `node`, on one line.
pub fn set(document: &Document, node: &Node, value: &Value) -> Option<Edit> {
    let old = slice(document, &node.span);
    // An anchor has others look here, and a block has no end that could be told from what follows.
    let is_plain = is_json(document) || (after_anchor(old) == old && !old.trim_end().contains('\n'));
    (is_plain && !old.is_empty()).then(|| {
        let end = node.span.start + old.trim_end().len();
        edit(document, node.span.start..end, written(document, old, value))
    })
}

/// The text of a value; a text is quoted as `old` is.
pub(super) fn written(document: &Document, old: &str, value: &Value) -> String {
    match value {
        Value::String(text) => quoted(document, old, text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| written(document, "", item)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{}: {}", quoted(document, "", name), written(document, "", value)))
                .collect();
            if members.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", members.join(", ")) }
        }
        other => other.to_string(),
    }
}

/// A text as a JSON string, or as a scalar of YAML that is quoted as `old` is.
pub(super) fn quoted(document: &Document, old: &str, text: &str) -> String {
    let is_simple = |c: char| !c.is_control() && c != '\'' && c != '\\';
    match old.chars().next() {
        _ if is_json(document) => Value::from(text).to_string(),
        Some('\'') if text.chars().all(is_simple) => format!("'{text}'"),
        Some('"') => Value::from(text).to_string(),
        _ if is_word(text) => text.to_owned(),
        _ => Value::from(text).to_string(),
    }
}

/// Whether YAML reads the plain text as this very string, in a flow collection too.
fn is_word(text: &str) -> bool {
    const OTHERS: [&str; 7] = ["null", "true", "false", "yes", "no", "on", "off"];
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '$'));
    let continues = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '-'));
    begins && continues && !OTHERS.contains(&text.to_ascii_lowercase().as_str())
}
