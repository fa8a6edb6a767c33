//! Comments of `.proto` files as documentation. prost-build gets a number in the place of each comment, so that the text
//! goes through the one function that makes text safe for rustdoc.

use prost_types::source_code_info::Location;

use crate::rust::markdown;

/// What stands before the number.
const MARK: &str = "walnats-comment-";

/// The comments of all files.
#[derive(Default)]
pub struct Comments {
    texts: Vec<String>,
}

impl Comments {
    /// Takes the comments of `location`, and leaves what prost-build is to find in their place.
    pub fn replace(&mut self, location: &mut Location) {
        let Location { leading_comments, trailing_comments, path, .. } = std::mem::take(location);
        let texts = [leading_comments, trailing_comments].into_iter().flatten();
        let text = texts.filter_map(|text| tidy(&text)).collect::<Vec<_>>().join("\n\n");
        *location = Location { path, ..Location::default() };
        if !text.is_empty() {
            location.leading_comments = Some(format!("{MARK}{}", self.texts.len()));
            self.texts.push(text);
        }
    }

    /// `code` with the texts in the place of their numbers.
    pub fn insert_into(&self, code: &str) -> String {
        let mut result = String::with_capacity(code.len());
        for line in code.lines() {
            match line.split_once(MARK).and_then(|(_, number)| self.texts.get(number.parse::<usize>().ok()?)) {
                Some(text) => markdown::markdown(text).iter().for_each(|line| match line.as_str() {
                    "" => result.push_str("///\n"),
                    line => result.extend(["/// ", line, "\n"]),
                }),
                // prost-build's own header stands below ours.
                None if line.starts_with("// ") => {}
                None => result.extend([line, "\n"]),
            }
        }
        result
    }
}

/// Without the space between `//` and the text, and without empty lines around it.
fn tidy(comment: &str) -> Option<String> {
    let lines: Vec<_> = comment.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
    Some(lines.join("\n").trim_matches('\n').to_owned()).filter(|text| !text.is_empty())
}
