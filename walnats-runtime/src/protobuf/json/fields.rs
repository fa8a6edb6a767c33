//! The fields of a message, as members of an object.

use std::borrow::Cow;

use super::message::Message;
use super::reader::{Reader, Result, Step};

/// The names of a message's fields.
#[derive(Debug)]
pub struct Fields {
    /// The names in JSON.
    json: &'static [&'static str],
    /// Names in the `.proto` file that are others, which readers accept as well, with positions in `json`.
    others: &'static [(&'static str, usize)],
    /// The fields that every message has.
    required: &'static [usize],
    /// Whether every name stands in JSON text as it is.
    is_plain: bool,
}

impl Fields {
    /// Of names in JSON, of those in the `.proto` file that are others with positions among the first, and of positions of
    /// fields that every message has.
    pub const fn new(
        json: &'static [&'static str],
        others: &'static [(&'static str, usize)],
        required: &'static [usize],
    ) -> Self {
        Self { json, others, required, is_plain: is_plain(json) }
    }

    /// The field at `position`, if the text behind a quote begins with its name.
    #[inline]
    fn expect(&self, position: usize, text: &[u8]) -> Option<usize> {
        let name = self.json.get(position).filter(|_| self.is_plain)?.as_bytes();
        (text.get(name.len()) == Some(&b'"') && text.starts_with(name)).then_some(name.len())
    }

    /// The field with this name; those from `next` on are looked at first.
    fn find(&self, next: usize, name: &str) -> Option<usize> {
        let (before, after) = self.json.split_at_checked(next)?;
        let found = after.iter().position(|known| *known == name).map(|position| next + position);
        let found = found.or_else(|| before.iter().position(|known| *known == name));
        found.or_else(|| self.others.iter().find(|(known, _)| *known == name).map(|(_, position)| *position))
    }

    #[cold]
    fn unknown(&self, message: &str, name: &str) -> String {
        // Names are those of the writer's fields, and might hold anything; what is near one of ours holds that.
        let is_near = |known: &&&str| known.eq_ignore_ascii_case(name) || plain(known) == plain(name);
        let near = self.json.iter().find(is_near).map(|near| format!("; did you mean `{near}`?"));
        format!("a field of `{message}`{}", near.unwrap_or_default())
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|letter| *letter != '_').flat_map(char::to_lowercase).collect()
}

const fn is_plain(names: &[&str]) -> bool {
    let mut index = 0;
    while index < names.len() {
        let (name, mut at) = (names[index].as_bytes(), 0);
        while at < name.len() {
            if matches!(name[at], b'"' | b'\\' | 0..0x20) {
                return false;
            }
            at += 1;
        }
        index += 1;
    }
    true
}

/// Which fields were there.
#[derive(Default)]
struct Seen {
    first: u64,
    others: Vec<u64>,
}

impl Seen {
    /// Whether the field was not there before.
    #[inline]
    fn insert(&mut self, field: usize) -> bool {
        let word = match field / 64 {
            0 => &mut self.first,
            other => {
                if self.others.len() < other {
                    self.others.resize(other, 0);
                }
                &mut self.others[other - 1]
            }
        };
        let bit = 1 << (field % 64);
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }
}

impl<'de> Reader<'de> {
    /// Reads the members of an object into `message`. The member `@type` is passed over `in_any`.
    pub(super) fn fields<M: Message>(&mut self, message: &mut M, in_any: bool) -> Result {
        self.enter(b'{', "an object")?;
        let fields = M::FIELDS;
        let (mut seen, mut next, mut is_first) = (Seen::default(), 0, true);
        while self.json.next_member(is_first)? {
            is_first = false;
            if let Some(length) = fields.expect(next, self.json.behind_quote()) {
                self.json.pass_name(length)?;
                let (field, name) = (next, fields.json[next]);
                next += 1;
                if seen.insert(field) {
                    self.at(Step::Member(name), |reader| message.read_field(field, reader))?;
                    continue;
                }
                self.refuse(name, "duplicate", "the field once")?;
                continue;
            }
            let name = self.json.text()?;
            self.json.colon()?;
            match fields.find(next, &name) {
                Some(field) => {
                    next = field + 1;
                    if seen.insert(field) {
                        self.at(Step::Member(&name), |reader| message.read_field(field, reader))?;
                    } else {
                        self.refuse(&name, "duplicate", "the field once")?;
                    }
                }
                None if in_any && name == "@type" => self.json.pass_value()?,
                None if self.is_tolerant => self.ignore()?,
                None => self.refuse(&name, "unknown-field", fields.unknown(M::NAME, &name))?,
            }
        }
        for field in fields.required {
            if seen.insert(*field) {
                self.problem("required", format!("the field `{}`", fields.json[*field]));
            }
        }
        Ok(())
    }

    /// Passes over a member that cannot be there.
    #[cold]
    pub(super) fn refuse(
        &mut self,
        name: &str,
        keyword: &'static str,
        expected: impl Into<Cow<'static, str>>,
    ) -> Result {
        self.at(Step::Member(name), |reader| {
            reader.problem(keyword, expected);
            Ok(reader.json.pass_value()?)
        })
        .map(drop)
    }
}
