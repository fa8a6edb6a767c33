//! Texts of `walnats.toml` that are taken from an option of the message: `type = "(google.events.cloud_event_type)"`.

use crate::diagnostic::{Diagnostic, Place};
use crate::model::Payload;

/// What an option of a message says.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "protobuf"), expect(dead_code, reason = "nothing has messages then"))]
pub enum MessageOption {
    /// No file declares it; the options of messages that are declared.
    Unknown(Vec<String>),
    /// The message does not have it.
    Absent,
    /// What is named after the option is not a field.
    NoField {
        /// Of what: a message's full name, or the option as far as it leads.
        of: String,
        /// The name that is not one.
        field: String,
        /// The names of the fields that there are.
        known: Vec<String>,
    },
    /// It is neither a text nor a number, a boolean or an enumeration's value.
    NotText,
    /// What it says.
    Text(String),
}

/// What the option, written as in `walnats.toml`, says of a message.
pub type Options<'a> = dyn Fn(&str, &str) -> MessageOption + 'a;

/// Whether `text` names an option rather than standing for itself: `(acme.event)`, or `(acme.event).name` for a field of it.
pub fn is_option(text: &str) -> bool {
    let Some((name, rest)) = text.strip_prefix('(').and_then(|rest| rest.split_once(')')) else { return false };
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '.')
    };
    is_name(name) && (rest.is_empty() || rest.starts_with('.') && is_name(&rest[1..]))
}

/// What `text`, an option, says of the event in `payload`.
///
/// # Errors
///
/// It says nothing.
pub fn text_of(
    text: &str,
    payload: &Payload,
    options: &Options,
    place: &dyn Fn() -> Place,
) -> Result<String, Box<Diagnostic>> {
    let Payload::Protobuf(message) = payload else {
        let problem = format!("`{text}` is an option of protobuf messages, and the event has a JSON schema");
        return Err(Box::new(Diagnostic::error("WN0530", place(), problem)));
    };
    let wrong = |problem: String| Diagnostic::error("WN0530", place(), problem);
    let said = options(message, text);
    if let Some(found) = misspelt(text, &said, place) {
        return Err(Box::new(found));
    }
    match said {
        MessageOption::Text(found) => Ok(found),
        MessageOption::Absent | MessageOption::Unknown(_) | MessageOption::NoField { .. } => {
            Err(Box::new(wrong(format!("the message `{message}` does not have the option `{text}`"))))
        }
        MessageOption::NotText => Err(Box::new(
            wrong(format!("`{text}` of `{message}` is not a text"))
                .help("name a field of it: `(acme.event).name`; numbers, booleans and values of enumerations will do"),
        )),
    }
}

/// What is wrong with the option `text` itself, whatever the message is: nobody declares it, or a field that it names.
pub fn misspelt(text: &str, said: &MessageOption, place: &dyn Fn() -> Place) -> Option<Diagnostic> {
    match said {
        MessageOption::Unknown(known) => {
            let problem = format!("no protobuf file declares the option `{text}` for messages");
            let name = text.trim_start_matches('(').split(')').next().unwrap_or_default();
            let help = "write the full name of the extension of `google.protobuf.MessageOptions`, in parentheses";
            let found = Diagnostic::error("WN0530", place(), problem).help(help);
            Some(found.suggest(name, known.iter().map(String::as_str)))
        }
        MessageOption::NoField { of, field, known } => {
            let found = Diagnostic::error("WN0530", place(), format!("`{of}` has no field `{field}`"));
            let found = match known.is_empty() {
                true => found.help("only messages have fields"),
                false => {
                    let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
                    found.help(format!("it has {}", known.join(", ")))
                }
            };
            Some(found.suggest(field, known.iter().map(String::as_str)))
        }
        MessageOption::Absent | MessageOption::NotText | MessageOption::Text(_) => None,
    }
}
