//! What YAML says, as saphyr-parser reads it.

use saphyr_parser::{Event, Parser, ScanError, Span};

use crate::MAX_DEPTH;
use crate::comparison::Part;
use crate::refusal::Refusal;

/// yaml_parser keeps the columns at which blocks begin in 64 bits.
const MAX_INDENT: usize = 63;

/// Whether `text` is YAML that is neither nested nor indented too deep for the recursive parser that reads it next.
pub(super) fn check(text: &str) -> Result<(), Refusal> {
    let bytes = Offsets::of(text);
    let mut depth = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| refuse(&error, &bytes))?;
        let at = bytes.get(span.start.index());
        match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                depth += 1;
                let is_block = !text[at..].starts_with(['[', '{']);
                if depth > MAX_DEPTH {
                    return Err(Refusal::too_deep(at));
                }
                if is_block && span.start.col() > MAX_INDENT {
                    return Err(too_far(at));
                }
            }
            Event::SequenceEnd | Event::MappingEnd => depth -= 1,
            _ => {}
        }
    }
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.len() - line.trim_start_matches([' ', '\t']).len() > MAX_INDENT && !line.trim().is_empty() {
            return Err(too_far(start));
        }
        start += line.len();
    }
    Ok(())
}

/// The events of `text`, with the styles of its scalars.
pub(super) fn events(text: &str) -> Result<Vec<Part<Event<'_>>>, Refusal> {
    let bytes = Offsets::of(text);
    let part = |(value, span): (_, Span)| Part { value, at: bytes.get(span.start.index()) };
    Parser::new_from_str(text).map(|event| event.map(part).map_err(|error| refuse(&error, &bytes))).collect()
}

fn refuse(error: &ScanError, bytes: &Offsets) -> Refusal {
    Refusal::syntax(bytes.get(error.marker().index()), error.info())
}

fn too_far(at: usize) -> Refusal {
    Refusal::unsafe_at(at, format!("indented by more than {MAX_INDENT} columns"))
}

/// The parser counts characters, a text is bytes.
struct Offsets {
    /// Byte of each character, where they differ.
    bytes: Option<Vec<usize>>,
    end: usize,
}

impl Offsets {
    fn of(text: &str) -> Self {
        let bytes = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).collect());
        Self { bytes, end: text.len() }
    }

    fn get(&self, character: usize) -> usize {
        match &self.bytes {
            Some(bytes) => bytes.get(character).copied().unwrap_or(self.end),
            None => character.min(self.end),
        }
    }
}
