//! A payload as its text has it: what of it a reader rounds.

use std::borrow::Cow;

use walnats_schema::At;

use super::reader::{Reader, is_exact, nearest};

/// The maximum number of reported members.
const MAX_TOLD: usize = 10;

/// A payload's values, numbers by their digits. Of several members of one name the last counts.
pub(super) enum Document<'t> {
    Scalar(&'t str),
    Array(Vec<Self>),
    Object(Vec<(Cow<'t, str>, Self)>),
}

/// How numbers are written that no float is.
#[derive(Clone, Copy)]
enum Digits<'p> {
    /// As they are.
    All,
    /// As the floats next to them, but for the one at this place.
    Of(Option<&'p str>),
}

impl<'t> Document<'t> {
    /// Takes a text apart that is JSON; `None` where it is not.
    pub(super) fn read(text: &'t str) -> Option<Self> {
        Self::next(&mut Reader::new(text))
    }

    fn next(reader: &mut Reader<'t>) -> Option<Self> {
        match reader.next_byte()? {
            b'{' => {
                reader.pass();
                let mut members: Vec<(Cow<'t, str>, Self)> = Vec::new();
                while reader.next_byte()? != b'}' {
                    let name = reader.text().ok()?;
                    reader.next_byte().filter(|byte| *byte == b':')?;
                    reader.pass();
                    let value = Self::next(reader)?;
                    members.retain(|(known, _)| *known != name);
                    members.push((name, value));
                    if reader.next_byte()? == b',' {
                        reader.pass();
                    }
                }
                reader.pass();
                Some(Self::Object(members))
            }
            b'[' => {
                reader.pass();
                let mut items = Vec::new();
                while reader.next_byte()? != b']' {
                    items.push(Self::next(reader)?);
                    if reader.next_byte()? == b',' {
                        reader.pass();
                    }
                }
                reader.pass();
                Some(Self::Array(items))
            }
            _ => reader.skip_value().ok().map(Self::Scalar),
        }
    }

    /// The text, with one member of each name.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, &At::Root, Digits::All);
        text
    }

    /// Where the numbers are that keep `reads` from reading the text, and that it would have to round; what to do about
    /// them. `None` where it is something else.
    pub(super) fn rounded(&self, reads: impl Fn(&str) -> bool) -> Option<String> {
        let with = |digits| {
            let mut text = String::new();
            self.write(&mut text, &At::Root, digits);
            text
        };
        if !reads(&with(Digits::Of(None))) {
            return None;
        }
        let mut all = Vec::new();
        self.inexact(&At::Root, &mut all);
        let found = all.iter().filter(|pointer| !reads(&with(Digits::Of(Some(pointer))))).take(MAX_TOLD);
        let found: Vec<String> = found.map(|pointer| format!("`{pointer}`")).collect();
        (!found.is_empty()).then(|| {
            format!(
                "a number with more digits than a float, or beyond its range, at {}; declare it in the schema, as a \
                 `number`, which may be rounded, or as a string",
                found.join(", ")
            )
        })
    }

    /// The places of numbers that no float is.
    fn inexact(&self, at: &At<'_>, found: &mut Vec<String>) {
        match self {
            Self::Scalar(text) if is_inexact(text) && found.len() < 2 * MAX_TOLD => found.push(at.pointer()),
            Self::Scalar(_) => {}
            Self::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| item.inexact(&at.item(index), found));
            }
            Self::Object(members) => {
                members.iter().for_each(|(name, value)| value.inexact(&at.property(name), found));
            }
        }
    }

    fn write(&self, text: &mut String, at: &At<'_>, digits: Digits<'_>) {
        match self {
            Self::Scalar(scalar) => match digits {
                Digits::Of(place) if is_inexact(scalar) && place != Some(at.pointer().as_str()) => {
                    text.push_str(&format!("{:e}", nearest(scalar)));
                }
                _ => text.push_str(scalar),
            },
            Self::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    text.push(if index == 0 { '[' } else { ',' });
                    item.write(text, &at.item(index), digits);
                }
                text.push_str(if items.is_empty() { "[]" } else { "]" });
            }
            Self::Object(members) => {
                for (index, (name, value)) in members.iter().enumerate() {
                    text.push(if index == 0 { '{' } else { ',' });
                    text.push_str(&serde_json::Value::from(name.as_ref()).to_string());
                    text.push(':');
                    value.write(text, &at.property(name), digits);
                }
                text.push_str(if members.is_empty() { "{}" } else { "}" });
            }
        }
    }
}

/// Whether a scalar is a number that is neither an integer of 64 bits nor a float.
fn is_inexact(text: &str) -> bool {
    text.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && text.parse::<i64>().is_err()
        && text.parse::<u64>().is_err()
        && !is_exact(text)
}
