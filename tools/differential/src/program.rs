//! The program of a crate of generated code (`tools/harness/programs/differential.rs`), and what it says of payloads.

use std::error::Error;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;
use serde_json::value::RawValue;

use crate::is_text_of;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A program that decodes payloads on request.
#[derive(Debug)]
pub struct Program {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What the generated code says of a payload.
#[derive(Debug)]
pub struct Answer {
    /// What `decode` says.
    pub decoded: String,
    encoded: String,
    typed: String,
    typed_encoded: String,
    /// What `decode_tolerant` says.
    pub tolerated: String,
}

impl Program {
    /// Starts it.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn start(program: &Path) -> Result<Self> {
        let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let requests = child.stdin.take().ok_or("piped")?;
        let answers = BufReader::new(child.stdout.take().ok_or("piped")?);
        Ok(Self { child, requests, answers })
    }

    /// Has it judge payloads of an event.
    ///
    /// # Errors
    /// If it ends.
    pub fn judge(&mut self, event: &str, payloads: &[String]) -> Result<Vec<Answer>> {
        let method = event.replace(['-', '.'], "_");
        let Self { requests, answers, .. } = self;
        std::thread::scope(|scope| {
            let sent = scope.spawn(move || payloads.iter().try_for_each(|p| writeln!(requests, "{method}\t{p}")));
            let lines = answers.lines().take(payloads.len());
            let answers: Vec<Answer> = lines.map(|line| Answer::read(&line?)).collect::<Result<_>>()?;
            sent.join().map_err(|_| "the writer panicked")??;
            if answers.len() < payloads.len() {
                return Err(format!("{event}: the program ended at {}", payloads[answers.len()]).into());
            }
            Ok(answers)
        })
    }

    /// Ends it.
    ///
    /// # Errors
    /// If it did not end well.
    pub fn end(self) -> Result<()> {
        let Self { mut child, requests, .. } = self;
        drop(requests);
        if child.wait()?.success() { Ok(()) } else { Err("the program failed".into()) }
    }
}

impl Answer {
    fn read(line: &str) -> Result<Self> {
        let mut fields = line.split('\t').map(str::to_owned);
        let mut next = || fields.next().ok_or_else(|| format!("five fields, not {line}"));
        Ok(Self { decoded: next()?, encoded: next()?, typed: next()?, typed_encoded: next()?, tolerated: next()? })
    }

    /// How the answer differs from the verdict of the schema.
    pub fn fault(&self, instance: &Value, is_valid: impl Fn(&Value) -> bool) -> Option<String> {
        let fault = match (self.decoded.as_str(), is_valid(instance)) {
            ("valid", true) if is_same(&self.encoded, instance) || is_rounded(&self.encoded, instance) => None,
            ("valid", true) => Some("encode produces another value"),
            ("invalid", false) => None,
            // What was read is rounded, as floats are, and so beyond a limit that the digits are within.
            ("invalid", true)
                if is_rounded(&self.encoded, instance)
                    && serde_json::from_str(&self.encoded).is_ok_and(|rounded| !is_valid(&rounded)) =>
            {
                None
            }
            ("unrepresentable", true) if has_large_number(instance) => None,
            (_, true) => Some("the schema accepts it"),
            (_, false) => Some("the schema refuses it"),
        };
        if let Some(fault) = fault {
            return Some(fault.to_owned());
        }
        let accepted = match (self.typed.as_str(), serde_json::from_str::<Value>(&self.typed_encoded)) {
            ("", _) => return None,
            (verdict, Ok(value)) => (verdict == "valid") == is_valid(&value),
            (_, Err(_)) => false,
        };
        (!accepted).then(|| "validate differs from the schema about what serde reads".to_owned())
    }
}

fn is_same(encoded: &str, instance: &Value) -> bool {
    serde_json::from_str::<&RawValue>(encoded).is_ok_and(|encoded| is_text_of(encoded, instance))
}

/// Whether nothing differs but integers of more digits than a float has, where the type is a float.
fn is_rounded(encoded: &str, instance: &Value) -> bool {
    fn agrees(one: &Value, other: &Value) -> bool {
        match (one, other) {
            (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
            (Value::Array(ones), Value::Array(others)) => {
                ones.len() == others.len() && ones.iter().zip(others).all(|(one, other)| agrees(one, other))
            }
            (Value::Object(ones), Value::Object(others)) => {
                ones.len() == others.len()
                    && ones.iter().all(|(name, one)| others.get(name).is_some_and(|other| agrees(one, other)))
            }
            (one, other) => one == other,
        }
    }
    has_large_number(instance) && serde_json::from_str(encoded).is_ok_and(|encoded| agrees(&encoded, instance))
}

/// Whether a value has a number that a Rust type may have no room for: integers beyond 64 bits have no type, and beyond 53 not all
/// of them are floats.
pub fn has_large_number(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(|value| value.abs() >= 9_007_199_254_740_992.0),
        Value::Array(items) => items.iter().any(has_large_number),
        Value::Object(members) => members.values().any(has_large_number),
        _ => false,
    }
}

/// What came of all payloads.
#[derive(Debug, Default)]
pub struct Score {
    /// Accepted.
    pub valid: usize,
    /// Refused.
    pub invalid: usize,
    /// Accepted by the schema, and by no Rust type.
    pub unrepresentable: usize,
    /// Values that serde reads, whatever the schema says of them.
    pub typed: usize,
}

impl Score {
    /// Adds an answer.
    pub fn count(&mut self, answer: &Answer) {
        match answer.decoded.as_str() {
            "valid" => self.valid += 1,
            "unrepresentable" => self.unrepresentable += 1,
            _ => self.invalid += 1,
        }
        self.typed += usize::from(!answer.typed.is_empty());
    }
}
