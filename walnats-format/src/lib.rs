#![doc = include_str!("../README.md")]

mod comparison;
mod json;
mod line_ending;
mod proto;
mod refusal;
mod toml;
mod yaml;

use std::path::Path;

use line_ending::LineEnding;
pub use refusal::{Cause, Refusal};

/// The deepest nesting that is laid out: what walnats reads.
const MAX_DEPTH: usize = 127;

/// A byte order mark: it stays where it is.
const MARK: char = '\u{feff}';

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// JSON (RFC 8259), without comments.
    Json,
    /// YAML 1.2.
    Yaml,
    /// A `.proto` file: proto2, proto3 or an edition.
    Proto,
    /// TOML 1.1.
    Toml,
}

impl Kind {
    /// What the extension of a file name says; `None` for files that are not formatted.
    pub fn of(name: &str) -> Option<Self> {
        match Path::new(name).extension()?.to_str()? {
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            "proto" => Some(Self::Proto),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }
}

/// How to lay out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// The columns that a line of JSON or YAML should have at most. Protobuf and TOML are broken into lines by their structure.
    pub line_width: usize,
}

/// 80 columns.
impl Default for Style {
    fn default() -> Self {
        Self { line_width: 80 }
    }
}

/// Lays a file out.
///
/// The result holds the same values, comments and styles: it is read again and compared with `text`. Formatting it once more
/// changes nothing. Line endings are those of the first line, a byte order mark stays, and the last line ends like the others.
///
/// # Errors
/// If `text` is not valid, or cannot be laid out without changing more than white space. Then it has to stay as it is.
pub fn format(kind: Kind, text: &str, style: &Style) -> Result<String, Refusal> {
    let (mark, body) = match text.strip_prefix(MARK) {
        Some(body) => (&text[..MARK.len_utf8()], body),
        None => ("", text),
    };
    // A file of comments alone is laid out, an empty one stays empty. There is no empty JSON.
    if body.trim().is_empty() && kind != Kind::Json {
        return Ok(mark.to_owned());
    }
    let once = pass(kind, body, style).map_err(|refusal| refusal.after(mark.len()))?;
    // The library for YAML may need a second pass, for instance where a comment moves.
    let twice = pass(kind, &once, style)?;
    if twice != once && pass(kind, &twice, style)? != twice {
        return Err(Refusal::unsafe_at(mark.len(), "formatting it twice does not give the same text"));
    }
    Ok(format!("{mark}{twice}"))
}

fn pass(kind: Kind, text: &str, style: &Style) -> Result<String, Refusal> {
    let ending = LineEnding::of(text);
    let plain = LineEnding::unify(text);
    let formatted = match kind {
        Kind::Json => {
            json::check(text)?;
            ending.apply(json::lay_out(&plain, style)?)
        }
        Kind::Yaml => {
            yaml::check(text)?;
            ending.apply(yaml::lay_out(&plain, style)?)
        }
        Kind::Proto => {
            proto::check(text)?;
            ending.apply(proto::lay_out(&plain)?)
        }
        Kind::Toml => {
            toml::check(text)?;
            ending.apply(toml::lay_out(&plain))
        }
    };
    match kind {
        Kind::Json => json::compare(text, &formatted)?,
        Kind::Yaml => yaml::compare(text, &formatted)?,
        Kind::Proto => proto::compare(text, &formatted)?,
        Kind::Toml => toml::compare(text, &formatted)?,
    }
    Ok(formatted)
}
