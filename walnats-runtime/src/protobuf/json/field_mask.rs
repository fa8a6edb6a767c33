//! `FieldMask`: `user.displayName,photo`.

use prost_types::FieldMask;

use super::reader::{Fail, Reader, Result};
use super::well_known::WellKnown;
use super::writer::Writer;

impl WellKnown for FieldMask {
    const NAME: &'static str = "google.protobuf.FieldMask";

    fn write(&self, writer: &mut Writer) {
        let paths: Option<Vec<String>> = self.paths.iter().map(|path| camel(path)).collect();
        match paths {
            Some(paths) => writer.text(&paths.join(",")),
            None => writer.problem("field-mask", "paths in snake case, whose every `_` is before a lower-case letter"),
        }
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result {
        const EXPECTED: &str = "a string of field paths in camel case, with `,` between them";
        let text = reader.text(EXPECTED)?;
        if text.is_empty() {
            return Ok(());
        }
        let paths: Option<Vec<String>> = text.split(',').map(snake).collect();
        self.paths = paths.ok_or_else(|| Fail::value("field-mask", EXPECTED))?;
        Ok(())
    }
}

/// `None` for what would not be read back.
fn camel(path: &str) -> Option<String> {
    let mut letters = path.chars();
    let mut camel = String::with_capacity(path.len());
    while let Some(letter) = letters.next() {
        match letter {
            'A'..='Z' | ',' => return None,
            '_' => camel.push(letters.next().filter(char::is_ascii_lowercase)?.to_ascii_uppercase()),
            _ => camel.push(letter),
        }
    }
    Some(camel)
}

fn snake(path: &str) -> Option<String> {
    let mut snake = String::with_capacity(path.len());
    for letter in path.chars() {
        match letter {
            '_' => return None,
            'A'..='Z' => snake.extend(['_', letter.to_ascii_lowercase()]),
            _ => snake.push(letter),
        }
    }
    Some(snake)
}
