//! Where a rule stands.

use prost_reflect::{DynamicMessage, FileDescriptor, ReflectMessage as _, Value};

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

    /// Refuses fields of an option that the descriptors here do not have: rules of a later `buf/validate/validate.proto`, which a
    /// descriptor set was made with, or rules that a package predefines in a file that is not there.
    pub fn unknown_fields(&mut self, option: &DynamicMessage, site: &Site) {
        if let Some(unknown) = option.unknown_fields().next() {
            let text = format!(
                "{} has a rule that is not known: the field {} of `{}`",
                site.what,
                unknown.number(),
                option.descriptor().full_name()
            );
            let help =
                "it may be of a later `buf/validate/validate.proto`, or of one that came before its rules changed";
            self.error("WN0550", site, text, help);
        }
        for (field, value) in option.fields() {
            let site = site.part(field.number(), field.name());
            match value {
                Value::Message(inner) => self.unknown_fields(inner, &site),
                Value::List(items) => {
                    for (index, inner) in items.iter().enumerate() {
                        inner.as_message().into_iter().for_each(|inner| self.unknown_fields(inner, &site.item(index)));
                    }
                }
                _ => {}
            }
        }
    }

    /// Warns of rules of which one or another refuses each value.
    pub fn never_together(&mut self, site: &Site, names: &[String]) {
        let (text, help) = match names {
            [name] => (format!("a rule of {} can never hold: `{name}`", site.what), "it refuses every value"),
            _ => {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                let text = format!("the rules of {} can never hold together: {}", site.what, names.join(", "));
                (text, "whatever the value is, one of them refuses it")
            }
        };
        self.report.push(Diagnostic::warning("WN0554", self.place(site), text).help(help));
    }

    /// Warns of a field that has to be set, and is not checked.
    pub fn never_checked(&mut self, site: &Site) {
        let text = format!("{} is `required`, and `ignore` says that it is never checked", site.what);
        let found = Diagnostic::warning("WN0554", self.place(site), text);
        self.report.push(found.help("remove one of the two"));
    }

    pub fn error(&mut self, code: &'static str, site: &Site, message: impl Into<String>, help: &str) {
        let found = Diagnostic::error(code, self.place(site), message);
        self.report.push(if help.is_empty() { found } else { found.help(help) });
    }
}
