//! Reads JSON text into messages, and collects what is wrong with it.

use crate::tolerated::Unknown;
use std::borrow::Cow;

use walnats_schema::{Violation, Violations};

use super::any::Types;
use crate::json::Reader as Json;
use crate::json::reader::{Mark, ReadError, as_number};

/// Why a value was not read.
#[derive(Debug)]
pub enum Fail {
    /// The text is not JSON; nothing behind it can be read.
    Syntax,
    /// The value is not what its field needs; what stands behind it can be read.
    Value(Box<Problem>),
    /// The value is a name of an enumeration that is not known, and is left out.
    Ignored,
}

/// What is wrong with a value.
#[derive(Debug)]
pub struct Problem {
    keyword: &'static str,
    expected: Cow<'static, str>,
}

/// What comes of reading a value.
pub type Result<T = ()> = std::result::Result<T, Fail>;

impl From<ReadError> for Fail {
    fn from(_: ReadError) -> Self {
        Self::Syntax
    }
}

impl Fail {
    /// A value that is not what is expected.
    #[cold]
    pub fn value(keyword: &'static str, expected: impl Into<Cow<'static, str>>) -> Self {
        Self::Value(Box::new(Problem { keyword, expected: expected.into() }))
    }

    /// A value of another type.
    #[cold]
    pub fn expected(expected: &'static str) -> Self {
        Self::value("type", expected)
    }
}

/// Where a value is in the one around it.
#[derive(Clone, Copy, Debug)]
pub enum Step<'s> {
    /// Under this name.
    Member(&'s str),
    /// At this position.
    Item(usize),
}

/// A place in JSON text.
pub struct Reader<'de> {
    pub(super) json: Json<'de>,
    /// The messages that an `Any` may hold.
    pub(super) types: Types,
    /// Whether members and names of enumerations that are not known are ignored.
    pub(super) is_tolerant: bool,
    /// What was ignored.
    pub(super) unknown: Unknown,
    found: Violations,
}

impl<'de> Reader<'de> {
    pub(super) fn new(text: &'de str, types: Types, is_tolerant: bool) -> Self {
        Self {
            json: Json::pulling(text),
            types,
            is_tolerant,
            unknown: Unknown::default(),
            found: Violations::default(),
        }
    }

    /// Everything that is wrong; `Err` if the text is not JSON.
    pub(super) fn finish(mut self, outcome: Result) -> Result<(Violations, Unknown)> {
        if let Err(fail) = outcome {
            self.recover(Json::pulling("").mark(), fail)?;
        }
        if self.json.is_at_end() { Ok((self.found, self.unknown)) } else { Err(Fail::Syntax) }
    }

    /// Reads the value at `step` of the one that is being read. What is wrong with it is noted, and it is passed over; false
    /// then.
    #[inline]
    pub(super) fn at(&mut self, step: Step<'_>, read: impl FnOnce(&mut Self) -> Result) -> Result<bool> {
        let (mark, before) = (self.json.mark(), self.found.list.len());
        let outcome = read(self);
        if outcome.is_ok() && self.found.list.len() == before {
            return Ok(true);
        }
        if let Err(fail) = outcome {
            self.recover(mark, fail)?;
        }
        self.place(before, step);
        Ok(false)
    }

    /// Passes over a member that the message does not have.
    #[cold]
    pub(super) fn ignore(&mut self) -> Result {
        self.unknown.members += 1;
        Ok(self.json.pass_value()?)
    }

    #[cold]
    fn recover(&mut self, mark: Mark, fail: Fail) -> Result {
        match fail {
            Fail::Syntax => return Err(Fail::Syntax),
            Fail::Ignored => self.unknown.values += 1,
            Fail::Value(problem) => self.note(*problem),
        }
        self.json.return_to(mark);
        Ok(self.json.pass_value()?)
    }

    /// Notes what is wrong with the value that is being read, which is read on.
    #[cold]
    pub(super) fn problem(&mut self, keyword: &'static str, expected: impl Into<Cow<'static, str>>) {
        self.note(Problem { keyword, expected: expected.into() });
    }

    fn note(&mut self, problem: Problem) {
        let Problem { keyword, expected } = problem;
        self.found.push(Violation { pointer: String::new(), keyword, expected: expected.into_owned() });
    }

    #[cold]
    fn place(&mut self, from: usize, step: Step<'_>) {
        match step {
            Step::Member(name) => self.found.below(from, name),
            Step::Item(index) => self.found.below(from, &index.to_string()),
        }
    }

    /// Reads a string, which is `expected`.
    #[inline]
    pub(super) fn text(&mut self, expected: &'static str) -> Result<Cow<'de, str>> {
        if self.json.next_byte() != Some(b'"') {
            return Err(Fail::expected(expected));
        }
        Ok(self.json.text()?)
    }

    /// Reads a number, or a string; `expected` says of what.
    #[inline]
    pub(super) fn number(&mut self, expected: &'static str) -> Result<NumberText<'de>> {
        match self.json.next_byte() {
            Some(b'-' | b'0'..=b'9') => Ok(NumberText::Number(self.json.number_text()?.into())),
            Some(b'"') => {
                let text = self.json.text()?;
                Ok(if is_number(&text) { NumberText::Number(text) } else { NumberText::Other(text) })
            }
            _ => Err(Fail::expected(expected)),
        }
    }

    /// Reads `{` or `[`, which begins what is `expected`.
    #[inline]
    pub(super) fn enter(&mut self, bracket: u8, expected: &'static str) -> Result {
        if self.json.next_byte() != Some(bracket) {
            return Err(Fail::expected(expected));
        }
        Ok(self.json.enter(bracket)?)
    }

    /// Reads an object, member by member: `read` is given each name, and reads the value.
    pub(super) fn members(
        &mut self,
        expected: &'static str,
        mut read: impl FnMut(&mut Self, Cow<'de, str>) -> Result,
    ) -> Result {
        self.enter(b'{', expected)?;
        let mut is_first = true;
        while self.json.next_member(is_first)? {
            is_first = false;
            let name = self.json.text()?;
            self.json.colon()?;
            read(self, name)?;
        }
        Ok(())
    }

    /// Reads an array, item by item: `read` is given each position.
    pub(super) fn items(&mut self, mut read: impl FnMut(&mut Self, usize) -> Result) -> Result {
        self.enter(b'[', "an array")?;
        let mut index = 0;
        while self.json.next_item(index == 0)? {
            read(self, index)?;
            index += 1;
        }
        Ok(())
    }
}

/// Whether the whole of a string is a number.
fn is_number(text: &str) -> bool {
    match text.strip_prefix('-').unwrap_or(text).as_bytes() {
        [b'1'..=b'9', rest @ ..] if rest.iter().all(u8::is_ascii_digit) => true,
        _ => as_number(text).is_some(),
    }
}

/// What stands where a number is wanted.
pub(super) enum NumberText<'de> {
    /// A number (RFC 8259), in quotes or without.
    Number(Cow<'de, str>),
    /// A string that is not a number.
    Other(Cow<'de, str>),
}
