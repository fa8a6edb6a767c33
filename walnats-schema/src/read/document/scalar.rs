//! Scalars of the YAML 1.2 core schema (section 10.3.2), as JSON values.

use std::ops::Range;

use saphyr_parser::ScalarStyle;

use super::{NodeValue, number};
use crate::read::diagnostic::{Diagnostic, Place, Report};

/// The value of a plain scalar; after a finding, what may stand for it is the error.
pub(super) fn plain(text: &str, place: Place, report: &mut Report) -> Result<NodeValue, NodeValue> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => NodeValue::Null,
        "true" | "True" | "TRUE" => NodeValue::Bool(true),
        "false" | "False" | "FALSE" => NodeValue::Bool(false),
        _ if is_not_finite(text) => {
            report.push(
                Diagnostic::error("WN0119", place, format!("JSON has no number `{text}`"))
                    .help("leave the keyword out, or write a finite number"),
            );
            return Err(NodeValue::Number(number::largest(text)));
        }
        _ => match json_number(text) {
            Some(text) => NodeValue::Number(number::parse(&text, place, report).map_err(NodeValue::Number)?),
            None => NodeValue::String(text.to_owned()),
        },
    })
}

/// Where a scalar ends: the parser's span goes on to what comes next, over spaces and comments.
pub(super) fn end(file: &str, span: &Range<usize>, style: ScalarStyle) -> usize {
    let Some(text) = file.get(span.clone()) else { return span.end };
    let length = match style {
        // A `#` after white space is never part of a plain scalar.
        ScalarStyle::Plain => {
            let mut signs = text.match_indices('#').map(|(at, _)| at);
            let comment = signs.find(|at| *at > 0 && text[..*at].ends_with([' ', '\t', '\r', '\n']));
            text[..comment.unwrap_or(text.len())].trim_end().len()
        }
        ScalarStyle::SingleQuoted => quoted(text, '\''),
        ScalarStyle::DoubleQuoted => quoted(text, '"'),
        ScalarStyle::Literal | ScalarStyle::Folded => text.len(),
    };
    span.start + length
}

/// How long a quoted scalar is, with its anchor.
fn quoted(text: &str, quote: char) -> usize {
    let Some(start) = text.find(quote) else { return text.len() };
    let mut letters = text[start + 1..].char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' if quote == '"' => _ = letters.next(),
            letter if letter != quote => {}
            // Two single quotes are one within the text.
            '\'' if letters.peek().is_some_and(|(_, next)| *next == '\'') => _ = letters.next(),
            _ => return start + 1 + at + 1,
        }
    }
    text.len()
}

fn is_not_finite(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

/// The number as JSON writes it; `None` for what is not a number.
fn json_number(text: &str) -> Option<String> {
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix).filter(|digits| digits.chars().all(|c| c.is_digit(radix))) {
            return u64::from_str_radix(digits, radix).ok().map(|value| value.to_string());
        }
    }
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_digits = exponent.map(|exponent| exponent.strip_prefix(['-', '+']).unwrap_or(exponent));
    if !is_digits(whole)
        || !is_digits(fraction)
        || (whole.is_empty() && fraction.is_empty())
        || exponent_digits.is_some_and(|digits| digits.is_empty() || !is_digits(digits))
    {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let mut json = format!("{sign}{}", if whole.is_empty() { "0" } else { whole });
    if !fraction.is_empty() {
        json.extend([".", fraction]);
    }
    if let Some(exponent) = exponent {
        json.extend(["e", exponent]);
    }
    Some(json)
}

#[cfg(test)]
mod tests {
    use super::json_number;

    #[test]
    fn numbers_of_the_core_schema() {
        for (yaml, json) in [
            ("12", Some("12")),
            ("+012", Some("12")),
            ("-0", Some("-0")),
            ("0o17", Some("15")),
            ("0xFF", Some("255")),
            (".5", Some("0.5")),
            ("5.", Some("5")),
            ("-1.50e+3", Some("-1.50e+3")),
            ("1_000", None),
            (".", None),
            ("e3", None),
            ("1e", None),
            ("1.2.3", None),
            ("-", None),
            ("0b1", None),
        ] {
            assert_eq!(json_number(yaml).as_deref(), json, "{yaml}");
        }
    }
}
