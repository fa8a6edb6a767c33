//! The headers of a dead letter.

use super::{DeadLetter, Form};
use crate::consume::incoming::header;
use crate::types::DateTime;

/// The most bytes of the reason, and of the violations.
const MOST: usize = 2_048;

/// The most bytes of a header without which an event cannot be read.
const MOST_NEEDED: usize = 256;

pub(super) fn all(letter: &DeadLetter<'_>, form: Form) -> Vec<(String, String)> {
    let DeadLetter { service, event, message, position, reason } = letter;
    let mut headers: Vec<(String, String)> = Vec::new();
    let present = message.headers.iter().flat_map(|headers| headers.iter());
    for (name, values) in present {
        let name = AsRef::<str>::as_ref(name);
        let values: Vec<&str> = values.iter().map(|value| value.as_str()).collect();
        let value = values.join(", ");
        let is_wanted = match form {
            Form::Whole => true,
            Form::WithoutHeaders => is_needed(name) && value.len() <= MOST_NEEDED,
            Form::Reference => false,
        };
        if is_wanted && is_kept(name) && !value.chars().any(|c| c.is_control() && c != '\t') {
            headers.push((name.to_owned(), value));
        }
    }
    let id = message.headers.as_ref().and_then(|headers| header(headers, "Nats-Msg-Id"));
    let omitted = match form {
        Form::Whole => None,
        Form::WithoutHeaders => Some("headers".to_owned()),
        Form::Reference => Some("payload".to_owned()),
    };
    let is_whole = form == Form::Whole;
    let own = [
        ("Why", is_whole.then(|| printable(&reason.why))),
        ("By", Some((*service).to_owned())),
        ("Event", event.map(str::to_owned)),
        ("Subject", Some(encoded(&message.subject))),
        ("Stream", Some(printable(&position.stream))),
        ("Sequence", Some(position.sequence.to_string())),
        ("Time", Some(DateTime::from(position.time).to_string())),
        ("Attempts", Some(position.attempt.to_string())),
        ("Message-Id", id.map(printable)),
        ("Violations", violations(&reason.violations).filter(|_| is_whole)),
        ("Omitted", omitted),
    ];
    headers.extend(own.into_iter().filter_map(|(name, value)| Some((format!("Walnats-Dead-{name}"), value?))));
    headers
}

/// Whether a header says how to read the payload.
fn is_needed(name: &str) -> bool {
    name.eq_ignore_ascii_case("Walnats-Event") || name.eq_ignore_ascii_case("Content-Type")
}

/// A subject, percent-encoded where it has `%` or what no header can hold.
fn encoded(subject: &str) -> String {
    let mut text = String::with_capacity(subject.len());
    for c in subject.chars() {
        if c.is_control() || c == '%' {
            let mut buffer = [0; 4];
            text.extend(c.encode_utf8(&mut buffer).bytes().map(|byte| format!("%{byte:02X}")));
        } else {
            text.push(c);
        }
    }
    text
}

/// Whether a header of the event is one of its dead letter. The server would act on its own; a delay is over.
fn is_kept(name: &str) -> bool {
    let valid = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
    let lower = name.to_ascii_lowercase();
    let is_ours = lower.starts_with("walnats-dead-") || lower == "walnats-delay" || lower == "walnats-replayed-from";
    valid && !lower.starts_with("nats-") && !is_ours
}

/// A text that a header can hold.
fn printable(text: &str) -> String {
    let mut text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.len() > MOST {
        let end = (0..=MOST).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        text.truncate(end);
        text.push('…');
    }
    text
}

/// As many as there is space for.
fn violations(all: &[String]) -> Option<String> {
    let mut size = 0;
    let some: Vec<&String> = all
        .iter()
        .take_while(|violation| {
            size += violation.len() + 3;
            size <= MOST
        })
        .collect();
    if some.is_empty() { None } else { serde_json::to_string(&some).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_fit_into_a_header() {
        assert_eq!(printable("a\r\nb\tc"), "a  b c");
        assert_eq!(printable(&"ö".repeat(2_000)).len(), MOST + "…".len());
        assert_eq!(violations(&[]), None);
        assert_eq!(violations(&["a\"".to_owned()]).as_deref(), Some(r#"["a\""]"#));
        assert!(violations(&vec!["x".repeat(100); 100]).is_some_and(|text| text.len() <= MOST));
    }

    #[test]
    fn every_subject_fits_into_a_header_and_can_be_read_back() {
        assert_eq!(encoded("orders.eu.placed"), "orders.eu.placed");
        assert_eq!(encoded("a.50%.ö\u{1}\u{85}"), "a.50%25.ö%01%C2%85");
    }

    #[test]
    fn the_server_does_not_act_on_a_dead_letter() {
        for name in ["Nats-Msg-Id", "nats-ttl", "Nats-Expected-Stream", "Walnats-Delay", "Walnats-Dead-Why", "", "a b"]
        {
            assert!(!is_kept(name), "{name}");
        }
        assert!(is_kept("Walnats-Event") && is_kept("ce-id") && is_kept("traceparent"));
    }
}
