//! What makes a type an event: its address, and how it is written and read.

use super::code::literal;
use super::item::{Package, idents};
use super::layout::EventForm;
use super::shape::{Body, Shape, Typed};
use super::template::{EventTemplate, render};
use crate::diagnostic::{Diagnostic, Report};
use crate::model::{Event, FieldPath, Once, Template, TemplatePart};
use crate::write::GeneratedFile;

impl Package<'_> {
    /// The implementation of `Event` for the event's type, which is called `type_path` in the event's file.
    pub fn event(&self, index: usize, type_path: &str, report: &mut Report) -> String {
        let event = &self.model.events[index];
        let place = &self.layout.events[index];
        let mut subject_code = self.template_code(index, &event.subject, true, report);
        let mut subject = template_text(&event.subject);
        if let Some(Once { key, is_last_token: true }) = &event.once {
            let key_code = self.template_code(index, key, false, report);
            subject_code += &format!(".literal(\".\").key(&rt::Uid::new(){key_code}.finish())");
            subject = format!("{subject}.{}", template_text(key));
        }
        let uid_code = event.uid.as_ref().map(|uid| self.template_code(index, uid, false, report));
        render(&EventTemplate {
            type_path: type_path.to_owned(),
            type_name: literal(type_path.rsplit("::").next().unwrap_or_default()),
            name: literal(&event.name),
            event_type: literal(&event.event_type),
            stream: literal(&event.stream),
            subject: literal(&subject),
            once: once_place(event),
            description: literal(event.description.as_deref().unwrap_or_default()),
            subject_code,
            uid_code,
            to_root: self.layout.to_root(place.file),
            schema_file: event
                .json_schema
                .as_ref()
                .map(|_| literal(&schema_file(&self.layout.files[place.file].module))),
        })
    }

    /// The committed schema of an event, beside its module.
    pub fn schema_file(&self, index: usize) -> Option<GeneratedFile> {
        let content = self.model.events[index].json_schema.clone()?;
        Some(GeneratedFile { path: schema_file(&self.layout.files[self.layout.events[index].file].module), content })
    }

    /// The calls that put a template together. A subject names its fields, as each of them can be at fault.
    fn template_code(&self, index: usize, template: &Template, named: bool, report: &mut Report) -> String {
        let event = &self.model.events[index];
        let parts = template.parts.iter().map(|part| match part {
            TemplatePart::Literal(text) => format!(".literal({})", literal(text)),
            TemplatePart::Field(path) => {
                let value = self.field_code(index, path).unwrap_or_else(|| {
                    report.push(unreachable_field(event, path));
                    "\"\"".to_owned()
                });
                let name = if named { literal(&path.names.join(".")) + ", " } else { String::new() };
                format!(".field({name}{value})")
            }
        });
        parts.collect()
    }

    /// The field that a template names, seen from `self`.
    fn field_code(&self, event: usize, path: &FieldPath) -> Option<String> {
        let form = self.layout.events[event].form;
        let mut code = if form == EventForm::Newtype { "self.0" } else { "self" }.to_owned();
        let mut typed: &Typed = self.types.payloads[event].as_ref()?;
        for name in &path.names {
            let (Shape::Item(item) | Shape::Boxed(item)) = typed.shape else { return None };
            let Body::Struct(body) = &self.types.items[item].body else { return None };
            let position = body.fields.iter().position(|field| field.name == *name && field.required)?;
            code = format!("{code}.{}", idents(body).fields[position]);
            typed = &body.fields[position].typed;
        }
        match typed.shape {
            Shape::Boolean | Shape::Integer(_) | Shape::String | Shape::DateTime | Shape::Uuid => {
                Some(format!("&{code}"))
            }
            Shape::Item(item) => match &self.types.items[item].body {
                // A constant has no text of its own in Rust.
                Body::Enum(values) if values.len() == 1 => Some(literal(&values[0])),
                Body::Enum(_) => Some(format!("&{code}")),
                _ => None,
            },
            _ => None,
        }
    }
}

fn unreachable_field(event: &Event, path: &FieldPath) -> Diagnostic {
    let message = format!(
        "`{}` names a field that the Rust type of `{}` has in some variants only",
        path.names.join("."),
        event.name
    );
    Diagnostic::error("WN0601", event.place.clone(), message)
        .help("name a field outside of `oneOf` and `anyOf`, or give the id and subject in the call")
}

/// The variant of `OnceKey`, where the event is stored once.
fn once_place(event: &Event) -> Option<&'static str> {
    event.once.as_ref().map(|once| if once.is_last_token { "LastToken" } else { "InSubject" })
}

fn template_text(template: &Template) -> String {
    let parts = template.parts.iter().map(|part| match part {
        TemplatePart::Literal(text) => text.clone(),
        TemplatePart::Field(path) => format!("{{{}}}", path.names.join(".")),
    });
    parts.collect()
}

fn schema_file(module: &str) -> String {
    format!("{module}.schema.json")
}
