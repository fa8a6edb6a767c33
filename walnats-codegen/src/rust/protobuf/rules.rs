//! Rules become Rust: an `impl` for each message of which anything is checked.

mod call;
mod check;
mod code;
mod collection;
mod constant;
mod cycle;
mod expr;
mod member;
mod message;
mod text;

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Place, Report};
use crate::model::{ProtobufModel, ProtobufRules};
use crate::rust::code::literal;
use crate::rust::names::protobuf as name;
use crate::write::GeneratedFile;

use code::{Result, Unsupported};

/// What generated checks are not held to: rules may say what the type ensures anyway.
const LINTS: &str =
    "#![allow(unused_comparisons, unused_variables, non_snake_case, deprecated, clippy::all, clippy::pedantic)]\n";

/// The module `rules`; none if nothing is checked. `place` is where messages are needed.
pub fn generate(model: &ProtobufModel, place: &Place, report: &mut Report) -> Option<GeneratedFile> {
    if model.rules.checks.is_empty() {
        return None;
    }
    let cycles = cycle::cycles(&model.rules.members);
    let emitter = Emitter { model, rules: &model.rules, cycles, patterns: RefCell::default() };
    let mut impls = String::new();
    for (message, checks) in &model.rules.checks {
        match emitter.message(message, checks) {
            Ok(text) => impls += &text,
            Err(Unsupported(what)) => {
                let text = format!("the rules of `{message}` need what is not supported: {what}");
                report.push(
                    Diagnostic::error("WN0555", model.places.get(message).unwrap_or(place).clone(), text)
                        .help("write the expression in another way"),
                );
            }
        }
    }
    let mut content = format!(
        "//! What is checked of protobuf messages: the rules of `buf.validate`.\n\n{LINTS}\nuse ::walnats_runtime::private as rt;\n\n"
    );
    for (number, pattern) in emitter.patterns.borrow().iter().enumerate() {
        content += &format!(
            "\nstatic {}: rt::cel::Regex = rt::cel::Regex::new({});\n",
            pattern_name(number),
            literal(pattern)
        );
    }
    Some(GeneratedFile { path: "rules.rs".to_owned(), content: content + &impls })
}

/// Writes checks.
struct Emitter<'m> {
    model: &'m ProtobufModel,
    rules: &'m ProtobufRules,
    /// By message, the cycle that it is in.
    cycles: BTreeMap<&'m str, usize>,
    /// Regular expressions, each compiled once.
    patterns: RefCell<Vec<String>>,
}

impl Emitter<'_> {
    /// The name of the regular expression `text`.
    fn pattern(&self, text: &str) -> String {
        let mut patterns = self.patterns.borrow_mut();
        let number = patterns.iter().position(|known| known == text).unwrap_or_else(|| {
            patterns.push(text.to_owned());
            patterns.len() - 1
        });
        pattern_name(number)
    }

    /// The path of the type of a oneof.
    fn oneof_type(&self, message: &str, oneof: &str) -> Result<String> {
        let declared = self.model.message(message).ok_or(Unsupported("a oneof of a message that is not generated"))?;
        Ok(format!("super::proto::{}::{}", name::module(message), super::clash::oneof_type(declared, oneof)))
    }
}

fn pattern_name(number: usize) -> String {
    format!("PATTERN_{}", number + 1)
}
