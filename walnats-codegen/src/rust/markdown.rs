//! Text of schemas as doc comments that render as text: nothing in them runs, links, or makes rustdoc warn.

mod lists;

use lists::Lists;

/// The lines of a doc comment, without `///`.
pub type Doc = Vec<String>;

/// A text that may be Markdown, made harmless. Lists keep their levels.
pub fn markdown(text: &str) -> Doc {
    let mut lines = Vec::new();
    let mut lists = Lists::default();
    // The indentation of an open block of code, as written and as it comes out.
    let mut fence: Option<(usize, usize)> = None;
    for line in text.lines() {
        let line = visible(line);
        let trimmed = line.trim();
        let indent = line.len() - line.trim_start().len();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            // rustdoc would compile and run a block of any language that it takes for Rust.
            let (opened, comes_out) = fence.unwrap_or_else(|| (indent, lists.place(indent, trimmed)));
            lines.push(indented(comes_out, if fence.is_some() { "```" } else { "```text" }));
            fence = if fence.is_some() { None } else { Some((opened, comes_out)) };
        } else if let Some((opened, comes_out)) = fence {
            let code = line.get(indent.min(opened)..).unwrap_or_default();
            lines.push(indented(comes_out, code).trim_end().to_owned());
        } else {
            lines.push(indented(lists.place(indent, trimmed), &prose(trimmed)));
        }
    }
    if let Some((_, comes_out)) = fence {
        lines.push(indented(comes_out, "```"));
    }
    lines
}

fn indented(indent: usize, line: &str) -> String {
    if line.is_empty() { String::new() } else { " ".repeat(indent) + line }
}

/// A line outside of code blocks. White space is collapsed, as four spaces begin a block of code, in lists too.
fn prose(line: &str) -> String {
    let mut prose = String::new();
    let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut spans = words.split('`').peekable();
    // Backticks that are not in pairs would swallow what follows; doubled ones make empty spans.
    let paired = words.matches('`').count() % 2 == 0 && !words.contains("``");
    let mut inside = false;
    while let Some(span) = spans.next() {
        if inside && paired {
            prose.push_str(span);
        } else {
            prose.push_str(&escape(span));
        }
        if spans.peek().is_some() {
            prose.push_str(if paired { "`" } else { "\\`" });
            inside = !inside;
        }
    }
    prose
}

/// What begins a link, HTML, an escape or a block.
const SPECIAL: [char; 6] = ['[', ']', '<', '>', '\\', '~'];

/// Links, HTML and block structure as the characters that they are written with; URLs as links to themselves.
fn escape(text: &str) -> String {
    if !text.contains(SPECIAL) && !text.contains("://") {
        return text.to_owned();
    }
    let mut escaped = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("http://") || rest.starts_with("https://") {
            let end = rest.find(|c: char| c.is_whitespace() || "<>()[]\"'`\\".contains(c)).unwrap_or(rest.len());
            let url = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_']);
            escaped.push_str(&format!("<{url}>"));
            rest = &rest[url.len()..];
            continue;
        }
        if SPECIAL.contains(&c) {
            escaped.push('\\');
        }
        escaped.push(c);
        rest = &rest[c.len_utf8()..];
    }
    escaped
}

/// Text as a code span.
pub fn code(text: &str) -> String {
    let text =
        visible(&text.escape_debug().to_string().replace("\\\"", "\"").replace("\\'", "'").replace("\\\\", "\\"));
    if text.is_empty() {
        "the empty string".to_owned()
    } else if text.contains('`') || text.trim() != text {
        escape(&text).replace('`', "\\`")
    } else {
        format!("`{text}`")
    }
}

/// The text with a code point for each character that would hide or reorder others, which rustc refuses in comments.
pub fn visible(text: &str) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    text.chars()
        .map(|c| match c {
            '\t' => "    ".to_owned(),
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
                format!("U+{:04X}", u32::from(c))
            }
            c if c.is_control() => format!("U+{:04X}", u32::from(c)),
            c => c.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_runs_or_links() {
        for (text, expected) in [
            ("plain", "plain"),
            ("    let x = 1;", "let x = 1;"),
            ("```\npanic!()\n```", "```text\npanic!()\n```"),
            ("~~~rust\npanic!()", "```text\npanic!()\n```"),
            ("-      x", "- x"),
            ("- ```\n  panic!()\n  ```", "- \\`\\`\\`\n  panic!()\n  ```text\n  ```"),
            ("- x\n  ```rust\n    panic!()\n  ```\ny", "- x\n  ```text\n    panic!()\n  ```\ny"),
            ("> ```", "\\> \\`\\`\\`"),
            ("a [link](x) and <b>", "a \\[link\\](x) and \\<b\\>"),
            ("see https://a.example/x_y. Or", "see <https://a.example/x_y>. Or"),
            ("`code [x]` and [y]", "`code [x]` and \\[y\\]"),
            ("one ` alone <x>", "one \\` alone \\<x\\>"),
            ("*/ end \u{202e}x", "*/ end U+202Ex"),
            ("a\u{2028}b", "aU+2028b"),
            ("a\r\nb", "a\nb"),
        ] {
            assert_eq!(markdown(text).join("\n"), expected, "{text:?}");
        }
    }

    #[test]
    fn code_spans_hold_their_text() {
        assert_eq!(code("^[a-z]+$"), "`^[a-z]+$`");
        assert_eq!(code("a`b"), "a\\`b");
        assert_eq!(code("\n"), "`\\n`");
        assert_eq!(code(""), "the empty string");
    }
}
