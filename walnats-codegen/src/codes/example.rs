//! Examples of codes, each with what cures it.

const EXAMPLES: &str = include_str!("../../docs/examples.md");

/// A small case of the code with this id and its cure: a block ` ```diff ` of Markdown, where `-` is wrong and `+` is right.
pub fn example(id: &str) -> Option<&'static str> {
    let (_, text) = EXAMPLES.split_once(&format!("\n## {id} "))?;
    let text = &text[text.find("```diff\n")?..];
    let end = text.find("\n```")? + "\n```".len();
    Some(&text[..end])
}
