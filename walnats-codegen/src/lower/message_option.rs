//! Texts of `walnats.toml` that are taken from an option of the message: `type = "(google.events.cloud_event_type)"`.

use crate::diagnostic::{Diagnostic, Place};
use crate::model::Payload;

/// What an option of a message says.
#[derive(Clone, Debug, PartialEq)]
pub enum MessageOption {
    /// No file declares it; the options of messages that are declared.
    Unknown(Vec<String>),
    /// The message does not have it.
    Absent,
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
    match options(message, text) {
        MessageOption::Text(found) => Ok(found),
        MessageOption::Absent => {
            Err(Box::new(wrong(format!("the message `{message}` does not have the option `{text}`"))))
        }
        MessageOption::NotText => Err(Box::new(
            wrong(format!("`{text}` of `{message}` is not a text"))
                .help("name a field of it: `(acme.event).name`; numbers, booleans and values of enumerations will do"),
        )),
        MessageOption::Unknown(known) => {
            let found = wrong(format!("no protobuf file declares the option `{text}` for messages"));
            let name = text.trim_start_matches('(').split(')').next().unwrap_or_default();
            let help = "write the full name of the extension of `google.protobuf.MessageOptions`, in parentheses";
            Err(Box::new(found.help(help).suggest(name, known.iter().map(String::as_str))))
        }
    }
}
