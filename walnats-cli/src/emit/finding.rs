//! Events that were not stored, as findings.

use std::sync::Arc;

use walnats_codegen::Diagnostic;
use walnats_codegen::diagnostic::{Place, SourceFile};
use walnats_runtime::EmitError;

use crate::output;
use crate::payload::Invalid;

/// Where payloads are. The excerpts stay empty, because payloads may be secret.
#[derive(Default)]
pub struct Places {
    /// A file with as many lines, all of them empty, as were needed so far, or more.
    file: Arc<SourceFile>,
}

impl Places {
    /// A line of a file, from 1.
    pub fn of(&mut self, file: &str, line: usize) -> Place {
        let start = line.saturating_sub(1);
        if self.file.path != file || self.file.text.len() < line {
            // One text for each finding would take memory with the square of their number.
            let text = "\n".repeat(line.next_power_of_two());
            self.file = Arc::new(SourceFile { path: file.to_owned(), text });
        }
        Place { file: Arc::clone(&self.file), span: start..start + 1 }
    }
}

/// A payload that is not an event.
pub fn invalid(event: &str, place: Place, Invalid(why): &Invalid) -> Diagnostic {
    let message = format!("`{event}` was not stored: the payload is invalid: {}", why.join("; "));
    Diagnostic::error("WN1209", place, message)
}

/// An event that is not, or only possibly, stored.
pub fn failed(place: Place, error: &EmitError) -> Diagnostic {
    let why = output::chain(error);
    match error {
        EmitError::NotStored(_) => Diagnostic::error("WN1210", place, why),
        EmitError::PossiblyStored(error) => Diagnostic::error("WN1211", place, why)
            .help(format!("emit it again with `--uid {}`: the stream stores it once", error.message_id())),
    }
}
