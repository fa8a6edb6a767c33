//! The payloads to emit.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::outcome::Failure;

/// A file, or standard input.
pub struct Input {
    /// As shown to the user.
    pub name: String,
    pub payloads: Payloads,
    /// Whether reading to the end takes no waiting for others.
    pub ends: bool,
}

/// What there is to emit.
pub enum Payloads {
    /// The whole file is one.
    One(Vec<u8>),
    /// Each line is one.
    Lines(Box<dyn BufRead + Send>),
}

/// Opens a file, or standard input if it is `-`.
pub fn open(file: &str, lines: bool) -> Result<Input, Failure> {
    let cannot = |error: io::Error| format!("cannot read `{file}`: {error}");
    let mut reader: Box<dyn BufRead + Send> = match file {
        "-" => Box::new(BufReader::new(io::stdin())),
        file => Box::new(BufReader::new(File::open(file).map_err(cannot)?)),
    };
    let name = if file == "-" { "<stdin>" } else { file }.to_owned();
    // A named pipe waits as standard input does.
    let ends = file != "-" && std::fs::metadata(file).is_ok_and(|metadata| metadata.is_file());
    let extension = Path::new(file).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if lines || matches!(extension, "jsonl" | "ndjson") {
        return Ok(Input { name, payloads: Payloads::Lines(reader), ends });
    }
    let mut first = Vec::new();
    while first.trim_ascii().is_empty() && reader.read_until(b'\n', &mut first).map_err(cannot)? > 0 {}
    // A line that is a whole JSON text, followed by another one, is a line of JSON Lines.
    if serde_json::from_slice::<serde::de::IgnoredAny>(&first).is_ok() {
        let mut second = Vec::new();
        while second.trim_ascii().is_empty() && reader.read_until(b'\n', &mut second).map_err(cannot)? > 0 {}
        if !second.trim_ascii().is_empty() {
            first.extend(second);
            return Ok(Input { name, payloads: Payloads::Lines(Box::new(io::Cursor::new(first).chain(reader))), ends });
        }
    } else {
        reader.read_to_end(&mut first).map_err(cannot)?;
    }
    Ok(Input { name, payloads: Payloads::One(first), ends: true })
}

impl Input {
    /// # Errors
    ///
    /// There may be several payloads.
    pub fn check_single(&self) -> Result<(), Failure> {
        match self.payloads {
            Payloads::One(_) => Ok(()),
            Payloads::Lines(_) => {
                Err(format!("`{}` has several payloads, and `--uid` and `--once` are for a single one", self.name)
                    .into())
            }
        }
    }
}
