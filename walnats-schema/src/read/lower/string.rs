//! `minLength`, `maxLength`, `pattern`, `format` and `contentEncoding`.

use crate::{Format, IntegerFormat, Pattern, PatternError, StringRules};

use super::Lowerer;
use super::cure::{self, FormatCure};
use super::schema_object::SchemaObject;
use crate::read::diagnostic::{Diagnostic, Fix, Place};
use crate::read::document::{Member, Node, NodeValue};
use crate::read::edit;
use crate::read::resolve::count;
use crate::read::suggestion::did_you_mean;

/// Formats of OpenAPI that are hints and are never checked.
const HINTS: [&str; 4] = ["float", "double", "password", "binary"];

impl<'a> Lowerer<'a, '_> {
    pub(super) fn string(&mut self, object: &SchemaObject<'_, 'a>, rules: &mut StringRules) {
        rules.min_length = object.value("minLength").and_then(count).filter(|&min| min > 0);
        rules.max_length = object.value("maxLength").and_then(count);
        rules.content_encoding = object.text("contentEncoding").map(str::to_owned);
        if let Some(pattern) = object.value("pattern") {
            rules.pattern = pattern.as_str().and_then(|text| self.pattern(text, object.place(pattern)));
        }
        if let Some(format) = object.member("format") {
            self.format(object, format.value.as_str().unwrap_or_default(), rules);
        }
    }

    /// A regular expression, if it can be checked.
    pub(super) fn pattern(&mut self, text: &str, place: Place) -> Option<String> {
        // Compiling is costly in a build script, and schemas repeat their patterns.
        if self.patterns.contains(text) {
            return Some(text.to_owned());
        }
        match Pattern::new(text) {
            Ok(pattern) => {
                if !pattern.is_linear() {
                    let message = "the pattern has back-references, which are tried, up to a million steps";
                    let help =
                        "a text that takes more does not match; without back-references every text takes linear time";
                    self.report.push(Diagnostic::warning("WN0308", place, message).help(help));
                }
                self.patterns.insert(text.to_owned());
                Some(text.to_owned())
            }
            Err(error) => {
                let message = format!("the pattern cannot be checked: {error}");
                let help = match error {
                    PatternError::Syntax { .. } => "patterns are regular expressions of JavaScript, with the `u` flag",
                    _ => "repeat less, or bound the length with `maxLength`",
                };
                self.report.push(Diagnostic::error("WN0303", place, message).help(help));
                None
            }
        }
    }

    fn format(&mut self, object: &SchemaObject<'_, 'a>, name: &str, rules: &mut StringRules) {
        if let Some(format) = Format::from_name(name) {
            let asserts = self.options.assert_formats || object.dialect.asserts_formats;
            rules.format = asserts.then_some(format);
            return;
        }
        let Some(member) =
            object.member("format").filter(|_| !HINTS.contains(&name) && IntegerFormat::from_name(name).is_none())
        else {
            return;
        };
        let message = format!("the format `{name}` is unknown: it is not checked");
        let finding = Diagnostic::warning("WN0304", object.place(&member.value), message);
        // A format that was unknown refused nothing.
        let instead = |format: &str| {
            edit::set(object.document(), &member.value, &format.into()).map(|edit| Fix::from(edit).narrowing())
        };
        if let Some(types) = object.value("type").filter(|types| !allows(types, &["string"])) {
            self.warn_of_unknown(of_another_type(finding, name, types, instead));
            return;
        }
        self.warn_of_unknown(match cure::of_format(name) {
            Some(cure) => {
                let fix = match &cure {
                    FormatCure::Formats([format]) => instead(format),
                    FormatCure::Formats(_) => None,
                    FormatCure::Base64 => as_base64(object, member),
                };
                finding.help(format!("did you mean {}?", cure.text())).fix(fix)
            }
            None => {
                let near = did_you_mean(name, Format::ALL.map(Format::name));
                finding.suggest(name, Format::ALL.map(Format::name)).fix(near.and_then(instead))
            }
        });
    }
}

/// Whether `type` lists one of these.
fn allows(types: &Node, names: &[&str]) -> bool {
    let listed = match &types.value {
        NodeValue::Array(listed) => listed.as_slice(),
        _ => std::slice::from_ref(types),
    };
    listed.iter().filter_map(Node::as_str).any(|name| names.contains(&name))
}

/// The cure where no text is valid: formats of texts would never apply.
fn of_another_type(finding: Diagnostic, name: &str, types: &Node, instead: impl Fn(&str) -> Option<Fix>) -> Diagnostic {
    let widths = cure::of_integer_format(name).filter(|_| allows(types, &["integer"]) && !allows(types, &["number"]));
    match widths {
        Some([width]) => finding.help(format!("did you mean `{width}`?")).fix(instead(width)),
        Some(widths) => {
            let widths: Vec<String> = widths.iter().map(|width| format!("`{width}`")).collect();
            finding.help(format!("did you mean {}?", widths.join(" or ")))
        }
        None => {
            let types = types.to_json().to_string();
            finding.help(format!(
                "drop it: formats are for strings, and for integers `int8` to `uint64`; the type is `{}`",
                types.trim_matches('"')
            ))
        }
    }
}

/// `"contentEncoding": "base64"` in the place of a `format`.
fn as_base64(object: &SchemaObject<'_, '_>, format: &Member) -> Option<Fix> {
    if object.location.node.get("contentEncoding").is_some() {
        return None;
    }
    let value = edit::set(object.document(), &format.value, &"base64".into())?;
    // The generated type refuses other texts.
    let edits = vec![edit::rename(object.document(), format, "contentEncoding"), value];
    Some(Fix::from(edits).narrowing())
}
