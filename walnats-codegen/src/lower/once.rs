//! Events that are stored once: how the key gets into the subject.

use super::template::{self, Lookup};
use crate::diagnostic::{Diagnostic, Located, Report};
use crate::model::{Once, Template, TemplatePart};

/// Reads the template of a key, and decides where in the event's `subject` it is.
pub(super) fn once(
    text: &Located<String>,
    subject_text: &Located<String>,
    subject: &Template,
    lookup: &Lookup,
    report: &mut Report,
) -> Option<Once> {
    let key = template::uid(text, lookup, report)?;
    let (in_key, in_subject): (Vec<_>, Vec<_>) = (key.fields().collect(), subject.fields().collect());
    if let Some(other) = in_subject.iter().find(|field| !in_key.contains(field)) {
        let name = other.names.join(".");
        let message = format!("the subject changes with `{name}`, which is not part of `once`");
        report.push(
            Diagnostic::error("WN0416", text.place.clone(), message)
                .related(subject_text.place.clone(), "the subject")
                .help(format!("events of one key would be stored on several subjects; name `{{{name}}}` in `once`, or leave it out of the subject")),
        );
        return None;
    }
    let is_in_subject = in_key.iter().all(|field| in_subject.contains(field)) && has_field_per_token(subject);
    Some(Once { key, is_last_token: !is_in_subject })
}

/// Whether different fields always lead to different subjects: with two in a token, `1` and `23` look like `12` and `3`.
fn has_field_per_token(subject: &Template) -> bool {
    let mut is_taken = false;
    subject.parts.iter().all(|part| match part {
        TemplatePart::Literal(text) => {
            is_taken &= !text.contains('.');
            true
        }
        TemplatePart::Field(_) => !std::mem::replace(&mut is_taken, true),
    })
}
