//! YAML, laid out by the crate pretty_yaml, with quotes as they were written.
//!
//! Two parsers that know nothing of each other look at the result: saphyr-parser compares values, anchors, tags and styles,
//! yaml_parser comments and their places.

mod events;
mod quotes;
mod tree;

use pretty_yaml::config::{FormatOptions, LanguageOptions, LayoutOptions};

use crate::Style;
use crate::comparison;
use crate::refusal::Refusal;

/// Whether `text` is YAML that the library can lay out.
pub(crate) fn check(text: &str) -> Result<(), Refusal> {
    events::check(text)
}

/// `text` has passed [`check`].
pub(crate) fn lay_out(text: &str, style: &Style) -> Result<String, Refusal> {
    let options = FormatOptions {
        layout: LayoutOptions { print_width: style.line_width, ..LayoutOptions::default() },
        language: LanguageOptions {
            // Block scalars may end in white space that counts.
            trim_trailing_whitespaces: false,
            // What users of prettier write already.
            ignore_comment_directive: "prettier-ignore".to_owned(),
            ..LanguageOptions::default()
        },
    };
    let root = tree::parse(text)?;
    let formatted = quotes::restore(text, tree::print(&root, &options)?)?;
    // For many parsers, a block scalar at the end of the text has a final line break only if the text has one.
    if !text.ends_with('\n') && text.contains(['|', '>']) {
        return Ok(formatted.trim_end_matches('\n').to_owned());
    }
    Ok(formatted)
}

/// Whether two texts of YAML say the same in the same style.
pub(crate) fn compare(before: &str, after: &str) -> Result<(), Refusal> {
    comparison::compare(events::events(before)?, events::events(after)?)?;
    comparison::compare(tree::parts(before)?, tree::parts(after)?)
}
