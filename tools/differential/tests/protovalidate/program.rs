//! Judges messages: reads lines of a type and a payload in hexadecimal, and writes the violations of each as JSON.

use std::io::{self, BufRead, Write};

use walnats_runtime::private::{self as rt, prost::Message};

#[path = "events/events.rs"]
mod events;

/// When the suite was recorded, in seconds since 1970: what it calls now.
const RECORDED: i64 = 1_795_403_689;

fn main() -> io::Result<()> {
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (name, payload) = line.split_once(' ').unwrap_or((&line, ""));
        let byte = |at: usize| u8::from_str_radix(&payload[at..at + 2], 16).expect("it is hexadecimal");
        let payload: Vec<u8> = (0..payload.len()).step_by(2).map(byte).collect();
        writeln!(output, "{}", judge(name, &payload))?;
    }
    Ok(())
}

fn judge(name: &str, payload: &[u8]) -> serde_json::Value {
    match name {
        // Each message has an arm here.
        other => panic!("no message {other}"),
    }
}

/// A message of which nothing is checked.
fn plain<M: Message + Default>(payload: &[u8]) -> serde_json::Value {
    M::decode(payload).expect("it is an encoding");
    serde_json::Value::Array(Vec::new())
}

fn checked<M: Message + Default + rt::Check>(payload: &[u8]) -> serde_json::Value {
    let message = M::decode(payload).expect("it is an encoding");
    let Err(error) = rt::check_message_at(&message, rt::cel::Timestamp::new(RECORDED, 0)) else { return serde_json::Value::Array(Vec::new()) };
    if error.rule_violations().iter().any(|violation| violation.is_failure) {
        return serde_json::Value::Null;
    }
    let violations = error.rule_violations().iter().map(|violation| {
        let (field, rule, id) = (&violation.field, violation.rule, violation.rule_id);
        serde_json::json!([field, rule, id, violation.for_key, violation.message()])
    });
    serde_json::Value::Array(violations.collect())
}
