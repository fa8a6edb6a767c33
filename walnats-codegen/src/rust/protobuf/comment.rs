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
    /// What prost-build is to find at `path` in the place of what `location` says.
    pub fn replace(&mut self, location: Option<&Location>, path: &[i32]) -> Location {
        let texts = [
            location.and_then(|l| l.leading_comments.as_deref()),
            location.and_then(|l| l.trailing_comments.as_deref()),
        ];
        let text = texts.into_iter().flatten().filter_map(tidy).collect::<Vec<_>>().join("\n\n");
        let mut replaced = Location { path: path.to_vec(), ..Location::default() };
        if !text.is_empty() {
            replaced.leading_comments = Some(format!("{MARK}{}", self.texts.len()));
            self.texts.push(text);
        }
        replaced
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
