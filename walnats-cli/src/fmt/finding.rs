//! What is said about a file that is not formatted.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use walnats_codegen::Diagnostic;
use walnats_codegen::diagnostic::{Place, SourceFile};
use walnats_format::{Cause, Kind, Refusal};

/// The columns of a line that are shown.
const MAX_SHOWN: usize = 100;

/// The file is laid out in another way than `formatted`.
pub fn not_formatted(file: Arc<SourceFile>, formatted: &str) -> Diagnostic {
    let (span, label) = difference(&file.text, formatted);
    Diagnostic::error("WN1001", Place { file, span }, "not formatted").label(label).help("run `walnats fmt`")
}

/// The file has to stay as it is.
pub fn left_alone(kind: Kind, file: Arc<SourceFile>, refusal: &Refusal) -> Diagnostic {
    let start = refusal.at;
    let next = file.text.get(start..).and_then(|rest| rest.chars().next());
    let length = next.filter(|next| *next != '\n').map_or(0, char::len_utf8);
    let place = Place { file, span: start..start + length };
    let (code, name) = match kind {
        Kind::Json => ("WN0102", "JSON"),
        Kind::Yaml => ("WN0103", "YAML"),
        Kind::Proto => ("WN0502", "protobuf"),
        Kind::Toml => ("WN0401", "TOML"),
    };
    match refusal.cause {
        Cause::Syntax => Diagnostic::error(code, place, format!("not valid {name}: {}", refusal.message)),
        Cause::Unsafe => Diagnostic::warning("WN1002", place, format!("left as it is: {}", refusal.message))
            .help("write this part in a simpler way, or format the file by hand"),
    }
}

/// The file cannot be written.
pub fn not_written(shown: &str, error: &io::Error) -> Diagnostic {
    let file = Arc::new(SourceFile { path: shown.to_owned(), text: String::new() });
    Diagnostic::error("WN0101", Place { file, span: 0..0 }, format!("`{shown}` cannot be written: {error}"))
}

/// The first line that differs, and what should be there.
fn difference(text: &str, formatted: &str) -> (Range<usize>, String) {
    let mut start = 0;
    let mut wanted = formatted.split_inclusive('\n');
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let label = match wanted.next() {
            Some(same) if same == line => {
                start += line.len();
                continue;
            }
            None => "this line should not be here".to_owned(),
            Some(other) => match other.trim_end_matches(['\n', '\r']) {
                same if same == content => "this line should end as the others do".to_owned(),
                "" => "a blank line should come before this".to_owned(),
                other => format!("this line should be `{}`", shortened(other)),
            },
        };
        return (start..start + content.len(), label);
    }
    (text.len()..text.len(), "more lines should follow".to_owned())
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn the_first_line_that_differs_is_marked() {
        let cases = [
            ("a\nb\n", "a\n b\n", 2..3, "this line should be ` b`"),
            ("a\nb\n", "a\n", 2..3, "this line should not be here"),
            ("a\n", "a\nb\n", 2..2, "more lines should follow"),
            ("a\nb\n", "a\n\nb\n", 2..3, "a blank line should come before this"),
            ("a\n\n\nb\n", "a\n\nb\n", 3..3, "this line should be `b`"),
            ("a", "a\n", 0..1, "this line should end as the others do"),
            ("a\r\nb\n", "a\r\nb\r\n", 3..4, "this line should end as the others do"),
        ];
        for (text, formatted, span, label) in cases {
            assert_eq!(difference(text, formatted), (span, label.to_owned()), "{text:?}");
        }
        let long = "x".repeat(200);
        assert!(difference("a\n", &long).1.len() < 150);
    }
}
