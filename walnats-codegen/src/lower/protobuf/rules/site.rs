//! Where a rule stands.

use prost_reflect::FileDescriptor;

use super::super::token;
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

    /// One of several values of the option.
    pub fn item(&self, index: usize) -> Self {
        let mut item = self.clone();
        item.option.push(i32::try_from(index).unwrap_or(i32::MAX));
        item.path = format!("{}[{index}].", self.path.trim_end_matches('.'));
        item
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
        let lengths = (0..=site.option.len()).rev();
        let path = |length: usize| [site.declared.as_slice(), &site.option[..length]].concat();
        let found = lengths.filter_map(|length| Some((length, self.places.path(&site.file, &path(length))?))).next();
        let Some((length, place)) = found else { return self.places.file(&site.file) };
        // In `{ … }` only the whole has a place, in which the name is to be found.
        let name = site.path.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
        let written = place.file.text.get(place.span.clone()).unwrap_or_default();
        match token::find(written, name).filter(|_| length < site.option.len()) {
            Some(span) => Place { span: place.span.start + span.start..place.span.start + span.end, file: place.file },
            None => place,
        }
    }

    /// The whole option that `site` is in.
    fn whole(&self, site: &Site) -> Place {
        self.place(&Site { path: String::new(), ..site.clone() })
    }

    /// The place of `text`, which starts `offset` bytes into the expression `expression`, in the option at `site`.
    pub fn place_in(&self, site: &Site, expression: &str, offset: usize) -> Place {
        let place = self.whole(site);
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
