//! Writes messages as compact JSON, and collects what JSON cannot express.

use std::borrow::Cow;

use serde_json::ser::{CompactFormatter, Formatter};
use walnats_schema::{Violation, Violations};

use super::any::Types;
use crate::json::reader::{MAX_DEPTH, ordinary};

/// JSON text that is being written.
pub struct Writer {
    pub(super) out: Vec<u8>,
    /// The messages that an `Any` may hold.
    pub(super) types: Types,
    depth: u8,
    found: Violations,
}

impl Writer {
    pub(super) fn new(types: Types) -> Self {
        Self { out: Vec::with_capacity(256), types, depth: 0, found: Violations::default() }
    }

    /// The text, and what it could not express.
    pub(super) fn finish(self) -> (Vec<u8>, Violations) {
        (self.out, self.found)
    }

    /// Notes that JSON cannot express the value that is being written.
    #[cold]
    pub(super) fn problem(&mut self, keyword: &'static str, expected: impl Into<Cow<'static, str>>) {
        self.found.push(Violation { pointer: String::new(), keyword, expected: expected.into().into_owned() });
    }

    /// Writes the value at `step`.
    #[inline]
    fn at<'s>(&mut self, step: impl FnOnce() -> Cow<'s, str>, write: impl FnOnce(&mut Self)) {
        let before = self.found.list.len();
        write(self);
        if self.found.list.len() != before {
            self.found.below(before, &step());
        }
    }

    /// Writes a member; `name` is what stands before the value: `,"orderId":`.
    #[inline]
    pub(super) fn member(&mut self, name: &'static str, write: impl FnOnce(&mut Self)) {
        // No value ends with this bracket.
        let is_first = self.out.last() == Some(&b'{');
        self.out.extend_from_slice(&name.as_bytes()[usize::from(is_first)..]);
        let plain = || name.trim_start_matches(",\"").trim_end_matches("\":").into();
        self.at(plain, write);
    }

    /// Writes a member of any name.
    pub(super) fn entry(&mut self, name: &str, write: impl FnOnce(&mut Self)) {
        if self.out.last() != Some(&b'{') {
            self.out.push(b',');
        }
        self.text(name);
        self.out.push(b':');
        self.at(|| name.into(), write);
    }

    /// Writes an object, whose members `write` writes.
    #[inline]
    pub(super) fn object(&mut self, write: impl FnOnce(&mut Self)) {
        self.out.push(b'{');
        self.nest(write);
        self.out.push(b'}');
    }

    /// Writes an array.
    pub(super) fn array<T>(&mut self, items: &[T], write: impl Fn(&mut Self, &T)) {
        self.out.push(b'[');
        self.nest(|writer| {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    writer.out.push(b',');
                }
                writer.at(|| index.to_string().into(), |writer| write(writer, item));
            }
        });
        self.out.push(b']');
    }

    #[inline]
    fn nest(&mut self, write: impl FnOnce(&mut Self)) {
        if self.depth == MAX_DEPTH {
            return self.problem("nesting", "less nesting");
        }
        self.depth += 1;
        write(self);
        self.depth -= 1;
    }

    /// Writes a string.
    #[inline]
    pub(super) fn text(&mut self, text: &str) {
        self.out.push(b'"');
        let mut rest = text.as_bytes();
        loop {
            let (plain, special) = rest.split_at(ordinary(rest));
            self.out.extend_from_slice(plain);
            let Some((byte, after)) = special.split_first() else { break };
            self.escaped(*byte);
            rest = after;
        }
        self.out.push(b'"');
    }

    #[cold]
    fn escaped(&mut self, byte: u8) {
        let short = match byte {
            b'"' | b'\\' => byte,
            0x08 => b'b',
            0x0c => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            _ => {
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                let digit = |bits: u8| DIGITS[usize::from(bits & 15)];
                self.out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte)]);
                return;
            }
        };
        self.out.extend_from_slice(&[b'\\', short]);
    }

    /// Writes what needs no escapes as a string.
    #[inline]
    pub(super) fn quoted(&mut self, plain: &str) {
        self.out.push(b'"');
        self.out.extend_from_slice(plain.as_bytes());
        self.out.push(b'"');
    }

    /// Writes by serde_json's formatter.
    #[inline]
    pub(super) fn format(&mut self, write: impl FnOnce(CompactFormatter, &mut Vec<u8>) -> std::io::Result<()>) {
        // Memory takes everything.
        let _ = write(CompactFormatter, &mut self.out);
    }

    /// Writes a float, which is finite.
    pub(super) fn float(&mut self, value: f64) {
        self.format(|mut formatter, out| formatter.write_f64(out, value));
    }
}
