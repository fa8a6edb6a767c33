//! Decodes what standard input says: a line each, the event's method name, a tab, a payload. Answers with five fields:
//! what `decode` says, what that encodes to; what `validate` says of the value that serde alone reads, what that encodes to; what
//! `decode_tolerant` says.

use std::io::BufRead;

use walnats_runtime::{DecodeError, Event};

include!(concat!(env!("OUT_DIR"), "/dispatch.rs"));

fn main() {
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("UTF-8");
        let (event, payload) = line.split_once('\t').expect("a tab");
        macro_rules! judge {
            ($emit:ident, $event:ty) => {
                format!(
                    "{}\t{}\t{}",
                    decoded::<$event>(payload),
                    typed(serde_json::from_str::<$event>(payload)),
                    tolerated::<$event>(payload)
                )
            };
            () => {
                format!("no such event\t\t\t\t")
            };
        }
        println!("{}", dispatch!(event, judge));
    }
}

fn decoded<E: Event>(payload: &str) -> String {
    match E::decode(payload.as_bytes()) {
        Ok(event) => written(&event),
        Err(DecodeError::Invalid(_)) => "invalid\t".to_owned(),
        Err(DecodeError::Unrepresentable { .. }) => "unrepresentable\t".to_owned(),
        Err(error) => format!("{error}\t"),
    }
}

/// What a tolerant reader says; that an event with something unknown can be emitted is a fault.
fn tolerated<E: Event>(payload: &str) -> String {
    match E::decode_tolerant(payload.as_bytes()) {
        Ok(read) if read.unknown.variants > 0 && read.event.encode().is_ok() => "what is kept is written".to_owned(),
        Ok(read) if read.unknown.values + read.unknown.variants > 0 && read.event.validate().is_ok() => {
            "what is kept is valid".to_owned()
        }
        Ok(_) => "valid".to_owned(),
        Err(DecodeError::Invalid(_)) => "invalid".to_owned(),
        Err(DecodeError::Unrepresentable { .. }) => "unrepresentable".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// What no check has seen so far.
fn typed<E: Event>(event: serde_json::Result<E>) -> String {
    event.map_or_else(|_| "\t".to_owned(), |event| written(&event))
}

fn written<E: Event>(event: &E) -> String {
    let verdict = if event.validate().is_ok() { "valid" } else { "invalid" };
    match event.encode() {
        Ok(encoded) => format!("{verdict}\t{}", String::from_utf8_lossy(&encoded)),
        Err(error) => format!("{verdict}, not encoded: {error}\t"),
    }
}
