//! Text and bytes.

use std::sync::OnceLock;

use super::{Failure, Result};

const RANGE: Failure = Failure("index out of range");

/// A regular expression, compiled when it is first needed.
#[derive(Debug)]
pub struct Regex {
    text: &'static str,
    compiled: OnceLock<Option<regex::Regex>>,
}

impl Regex {
    /// The expression `text`.
    pub const fn new(text: &'static str) -> Self {
        Self { text, compiled: OnceLock::new() }
    }

    /// Why `text` is not a regular expression; `None` if it is one.
    pub fn mistake(text: &str) -> Option<String> {
        let error = regex::Regex::new(text).err()?.to_string();
        Some(error.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned())
    }

    /// `text.matches(…)`: whether it is somewhere in `text`. What is not a regular expression matches nothing; generated code
    /// has none of those.
    pub fn is_match(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| regex::Regex::new(self.text).ok());
        compiled.as_ref().is_some_and(|compiled| compiled.is_match(text))
    }
}

/// Whether a text has fewer characters than `than`: `text.size() < than`, without counting more of them than has to be.
pub fn is_shorter(text: &str, than: usize) -> bool {
    // A character has one byte to four.
    text.len() < than || (text.len() / 4 < than && text.chars().nth(than - 1).is_none())
}

/// Whether `part` is somewhere in `bytes`.
pub fn bytes_contain(bytes: &[u8], part: &[u8]) -> bool {
    part.is_empty() || bytes.windows(part.len()).any(|window| window == part)
}

/// `string(bytes)`
///
/// # Errors
///
/// It is not UTF-8.
pub fn bytes_to_text(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| Failure("the bytes are not UTF-8"))
}

fn position(text: &str, index: i64) -> Result<usize> {
    let index = usize::try_from(index).map_err(|_| RANGE)?;
    let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    ends.nth(index).ok_or(RANGE)
}

fn count(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

/// `text.charAt(index)`; nothing right after the end.
///
/// # Errors
///
/// The index is out of range.
pub fn char_at(text: &str, index: i64) -> Result<String> {
    let at = position(text, index)?;
    Ok(text[at..].chars().next().map(String::from).unwrap_or_default())
}

/// `text.indexOf(part, from)`, -1 where it is not there.
///
/// # Errors
///
/// `from` is out of range.
pub fn index_of(text: &str, part: &str, from: i64) -> Result<i64> {
    let start = position(text, from)?;
    Ok(text[start..].find(part).map_or(-1, |at| count(&text[..start + at])))
}

/// `text.lastIndexOf(part, from)`: the last one that starts at `from` or before; -1 where there is none.
///
/// # Errors
///
/// `from` is out of range.
pub fn last_index_of(text: &str, part: &str, from: Option<i64>) -> Result<i64> {
    let end = match from {
        Some(from) => (position(text, from)? + part.len()).min(text.len()),
        None => text.len(),
    };
    let found = text.rmatch_indices(part).map(|(at, _)| at).find(|at| at + part.len() <= end);
    Ok(found.map_or(-1, |at| count(&text[..at])))
}

/// `text.lowerAscii()`
pub fn lower_ascii(text: &str) -> String {
    text.to_ascii_lowercase()
}

/// `text.upperAscii()`
pub fn upper_ascii(text: &str) -> String {
    text.to_ascii_uppercase()
}

/// `text.replace(from, to, limit)`; all where the limit is negative.
pub fn replace(text: &str, from: &str, to: &str, limit: i64) -> String {
    match usize::try_from(limit) {
        Ok(limit) => text.replacen(from, to, limit),
        Err(_) => text.replace(from, to),
    }
}

/// `text.split(separator, limit)`; all where the limit is negative.
pub fn split<'t>(text: &'t str, separator: &str, limit: i64) -> Vec<&'t str> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if separator.is_empty() {
        let mut parts: Vec<&str> = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next().filter(|_| parts.len() + 1 < limit) {
            let (one, after) = rest.split_at(first.len_utf8());
            parts.push(one);
            rest = after;
        }
        if !rest.is_empty() && limit > 0 {
            parts.push(rest);
        }
        return parts;
    }
    text.splitn(limit, separator).collect()
}

/// `text.substring(start, end)`
///
/// # Errors
///
/// The range is not in the text.
pub fn substring(text: &str, start: i64, end: Option<i64>) -> Result<&str> {
    let start = position(text, start)?;
    let end = end.map_or(Ok(text.len()), |end| position(text, end))?;
    text.get(start..end).ok_or(RANGE)
}

/// `list.join(separator)`
pub fn join<T: AsRef<str>>(items: &[T], separator: &str) -> String {
    let mut text = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push_str(separator);
        }
        text.push_str(item.as_ref());
    }
    text
}

/// `text.reverse()`
pub fn reverse(text: &str) -> String {
    text.chars().rev().collect()
}

/// `strings.quote(text)`
pub fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '\x07' => quoted.push_str("\\a"),
            '\x08' => quoted.push_str("\\b"),
            '\x0c' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\x0b' => quoted.push_str("\\v"),
            '\\' => quoted.push_str("\\\\"),
            '"' => quoted.push_str("\\\""),
            other => quoted.push(other),
        }
    }
    quoted + "\""
}
