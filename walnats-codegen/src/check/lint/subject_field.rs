//! Tokens of subjects that may be empty.

use super::Package;
use crate::diagnostic::{Diagnostic, Place, Report};
use crate::lower::field;
use crate::model::{Event, FieldPath, Payload, ScalarKind, Template, TemplatePart};

pub(super) fn check(package: &Package<'_>, report: &mut Report) {
    for event in &package.model.events {
        let once = event.once.as_ref().filter(|once| once.is_last_token).map(|once| &once.key);
        for (template, key) in [(Some(&event.subject), "subject"), (once, "once")] {
            let tokens = template.map(tokens).unwrap_or_default();
            let can_be_empty = |token: &&Vec<&FieldPath>| token.iter().all(|field| may_be_empty(package, event, field));
            let Some(token) = tokens.iter().filter(|token| !token.is_empty()).find(can_be_empty) else { continue };
            let names: Vec<String> = token.iter().map(|field| format!("`{}`", field.names.join("."))).collect();
            let message =
                format!("a token of the subject of `{}` is empty where {} is", event.name, names.join(" and "));
            let help =
                "such an event cannot be published: give the field a `minLength` of 1, a `pattern` or a `format`";
            report.push(Diagnostic::warning("WN0750", place(package, event, key), message).help(help));
        }
    }
}

/// The fields of each token that has fields alone.
fn tokens(template: &Template) -> Vec<Vec<&FieldPath>> {
    let mut tokens: Vec<(Vec<&FieldPath>, bool)> = vec![(Vec::new(), false)];
    for part in &template.parts {
        match part {
            TemplatePart::Field(field) => {
                if let Some((fields, _)) = tokens.last_mut() {
                    fields.push(field);
                }
            }
            TemplatePart::Literal(text) => {
                for (at, piece) in text.split('.').enumerate() {
                    if at > 0 {
                        tokens.push((Vec::new(), false));
                    }
                    if let Some((_, has_text)) = tokens.last_mut() {
                        *has_text |= !piece.is_empty();
                    }
                }
            }
        }
    }
    tokens.into_iter().filter(|(_, has_text)| !has_text).map(|(fields, _)| fields).collect()
}

fn may_be_empty(package: &Package<'_>, event: &Event, field: &FieldPath) -> bool {
    let (Payload::Json(root), ScalarKind::String) = (&event.payload, field.kind) else { return false };
    let Some((last, outer)) = field.names.split_last() else { return false };
    let schemas = &package.model.schemas;
    let members = field::json_members(schemas, *root, outer);
    members.iter().filter(|(name, _)| name == last).all(|(_, id)| schemas.is_valid(*id, &"".into()))
}

/// Where the template is written, in the schema of a whole file; otherwise the event.
fn place(package: &Package<'_>, event: &Event, key: &str) -> Place {
    let is_file = event.place.span.is_empty();
    let mut documents =
        package.sources.documents.iter().filter(|document| is_file && document.file == event.place.file);
    let written = documents.find_map(|document| {
        let node = document.root.get("x-walnats")?.get(key)?;
        Some(document.place(&node.span))
    });
    written.unwrap_or_else(|| event.place.clone())
}
