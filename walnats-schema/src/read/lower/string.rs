//! `minLength`, `maxLength`, `pattern`, `format` and `contentEncoding`.

use crate::{Format, IntegerFormat, Pattern, PatternError, StringRules};

use super::schema_object::SchemaObject;
use super::{Lowerer, cure};
use crate::read::diagnostic::{Diagnostic, Place};
use crate::read::resolve::count;

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
        self.warn_of_unknown(match cure::of_format(name) {
            Some(cure) => finding.help(format!("did you mean {cure}?")),
            None => finding.suggest(name, Format::ALL.map(Format::name)),
        });
    }
}
