//! A text in which parts have been replaced, and the way from places in it back to the original.

use std::ops::Range;

use prost_types::FileDescriptorProto;

use super::descriptor::Lines;

/// A text with replacements.
#[derive(Debug)]
pub struct Edited {
    /// The new text.
    pub text: String,
    edits: Vec<Edit>,
}

/// A part of the original text, and what stands in its place.
#[derive(Debug)]
struct Edit {
    original: Range<usize>,
    /// Where the replacement starts in the new text.
    start: usize,
    length: usize,
}

/// What is to be replaced, in the order of the text. None adds or removes a line.
#[derive(Default)]
pub struct Replacements(Vec<(Range<usize>, String)>);

impl Replacements {
    pub fn replace(&mut self, original: Range<usize>, replacement: &str) {
        self.0.push((original, replacement.to_owned()));
    }

    /// Blanks a word, so that all else stays where it is.
    pub fn blank(&mut self, original: Range<usize>) {
        let blank = " ".repeat(original.len());
        self.0.push((original, blank));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn apply_to(self, text: &str) -> Edited {
        let mut edited = Edited { text: String::new(), edits: Vec::new() };
        let mut copied = 0;
        for (original, replacement) in self.0 {
            edited.text.push_str(&text[copied..original.start]);
            copied = original.end;
            edited.edits.push(Edit { original, start: edited.text.len(), length: replacement.len() });
            edited.text.push_str(&replacement);
        }
        edited.text.push_str(&text[copied..]);
        edited
    }
}

impl Edited {
    /// Where `offset` of the new text is in the original.
    pub fn original(&self, offset: usize) -> usize {
        let before = self.edits.partition_point(|edit| edit.start <= offset);
        let Some(edit) = before.checked_sub(1).and_then(|at| self.edits.get(at)) else { return offset };
        match offset - edit.start {
            0 => edit.original.start,
            into if into < edit.length => edit.original.end,
            into => edit.original.end + (into - edit.length),
        }
    }

    /// Moves the places of `file`, which was read from the new text, to where things stand in `original`.
    pub fn move_back(&self, file: &mut FileDescriptorProto, original: &str) {
        let (new, old) = (Lines::new(&self.text), Lines::new(original));
        let back = |line: i32, column: i32| {
            let offset = new.offset(line, column).unwrap_or_default();
            old.position(self.original(offset)).1
        };
        let locations = file.source_code_info.iter_mut().flat_map(|info| &mut info.location);
        for location in locations {
            match location.span.as_mut_slice() {
                [line, start, end] => {
                    *start = back(*line, *start);
                    *end = back(*line, *end);
                }
                [line, start, end_line, end] => {
                    *start = back(*line, *start);
                    *end = back(*end_line, *end);
                }
                _ => {}
            }
        }
        // What was put in stands nowhere.
        let is_written = |span: &[i32]| !matches!(span, [_, start, end] if start == end);
        file.source_code_info.iter_mut().for_each(|info| info.location.retain(|location| is_written(&location.span)));
    }
}
