//! Events that were not stored, as findings.

use std::sync::Arc;

use walnats_codegen::Diagnostic;
use walnats_codegen::diagnostic::{Place, SourceFile};
use walnats_runtime::EmitError;

use crate::output;
use crate::payload::Invalid;

/// Where a payload is. The excerpt stays empty, because payloads may be secret.
pub fn place(file: &str, line: usize) -> Place {
    let before = line.saturating_sub(1);
    let text = "\n".repeat(before) + " ";
    let span = before..before;
    Place { file: Arc::new(SourceFile { path: file.to_owned(), text }), span }
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
