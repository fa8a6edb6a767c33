//! Where a rule stands.

use prost_reflect::FileDescriptor;

use super::Lowering;
use crate::diagnostic::{Diagnostic, Place};

/// An option, or a part of one: its path among the descriptors of a file, and its path in the rules.
#[derive(Clone)]
pub struct Site {
    file: FileDescriptor,
    /// What the rules are of: ``the field `shop.v1.Order.id` ``.
    pub what: String,
    /// Where what they are of is declared, at the end of which its options are.
    declared: Vec<i32>,
    option: Vec<i32>,
    /// `repeated.items.`
    pub path: String,
}

impl Site {
    /// The option `number` of something that is declared at `declared` and has its options in the field `options`.
    pub fn new(file: FileDescriptor, what: String, declared: &[i32], options: i32, number: u32) -> Self {
        Self { file, what, declared: declared.to_vec(), option: vec![options, number_of(number)], path: String::new() }
    }

    /// The part `name` of the option.
    pub fn part(&self, number: u32, name: &str) -> Self {
        let mut part = self.clone();
        part.option.push(number_of(number));
        part.path = format!("{}{name}.", self.path);
        part
    }

    /// The path of the rule itself: `string.min_len`.
    pub fn rule(&self) -> String {
        self.path.trim_end_matches('.').to_owned()
    }
}

fn number_of(number: u32) -> i32 {
    i32::try_from(number).unwrap_or_default()
}

impl Lowering<'_> {
    /// As near to `site` as the file says.
    pub fn place(&self, site: &Site) -> Place {
        let options = (0..=site.option.len()).rev().map(|length| &site.option[..length]);
        let mut paths = options.map(|option| [site.declared.as_slice(), option].concat());
        paths.find_map(|path| self.places.path(&site.file, &path)).unwrap_or_else(|| self.places.file(&site.file))
    }

    /// The place of `text`, which starts `offset` bytes into the expression `expression`, in the option at `site`.
    pub fn place_in(&self, site: &Site, expression: &str, offset: usize) -> Place {
        let place = self.place(site);
        let written = place.file.text.get(place.span.clone()).unwrap_or_default();
        // An expression that is written in pieces, or with escapes, is pointed at as a whole.
        let Some(start) = written.find(expression) else { return place };
        let start = place.span.start + start + offset;
        let rest = &expression[offset.min(expression.len())..];
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length = match rest.find(|c: char| !is_word(c)) {
            Some(0) => rest.chars().next().map_or(0, char::len_utf8),
            Some(length) => length,
            None => rest.len(),
        };
        Place { file: place.file, span: start..start + length }
    }

    pub fn error(&mut self, code: &'static str, site: &Site, message: impl Into<String>, help: &str) {
        let found = Diagnostic::error(code, self.place(site), message);
        self.report.push(if help.is_empty() { found } else { found.help(help) });
    }
}
