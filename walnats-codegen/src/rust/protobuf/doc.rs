//! Text of a schema as documentation that rustdoc shows and never runs.
//!
//! rustdoc compiles and runs what Markdown calls code: fenced, indented, also inside of lists and quotes. Here fences are
//! moved to the first column, where no list or quote holds them, and marked as `text`; nothing else is left that Markdown
//! would take for code, and no HTML that would hide where a fence begins (CommonMark 0.31, sections 4.4 to 4.6).

/// The lines of `text`, each ready to follow `///`: a space in front of what is not empty.
pub fn lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open: Option<&str> = None;
    for line in text.lines() {
        let fence = fence(line);
        match (open, fence) {
            (Some(opening), Some(closing)) if closing.starts_with(opening) && line.trim() == closing => {
                lines.push(opening.to_owned());
                open = None;
            }
            (Some(_), _) => lines.push(line.to_owned()),
            (None, Some(opening)) => {
                lines.push(format!("{opening}text"));
                open = Some(opening);
            }
            (None, None) => lines.push(prose(line)),
        }
    }
    lines.extend(open.map(str::to_owned));
    lines.iter().map(|line| spaced(line)).collect()
}

/// The three or more backticks or tildes that begin `line`.
fn fence(line: &str) -> Option<&str> {
    let line = line.trim_start();
    ['`', '~'].iter().find_map(|mark| {
        let length = line.len() - line.trim_start_matches(*mark).len();
        (length >= 3).then(|| &line[..length])
    })
}

/// A line outside of fences: little space in front and after the marks of lists and quotes, so that nothing is indented
/// as code is.
fn prose(line: &str) -> String {
    let indentation = line.chars().take_while(|c| c.is_whitespace()).count().min(3);
    let mut result = " ".repeat(indentation);
    let mut rest = line.trim_start();
    while let Some((mark, after)) = container_mark(rest) {
        result.extend([mark, " "]);
        rest = after.trim_start();
    }
    let is_markup = fence(rest).is_some() || (rest.starts_with('<') && !rest.starts_with("<http"));
    result.extend([if is_markup { "\\" } else { "" }, rest]);
    result
}

/// `-`, `*`, `+`, `>`, `1.` or `1)`, where white space follows or, after `>`, need not.
fn container_mark(line: &str) -> Option<(&str, &str)> {
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let length = match line[digits..].chars().next()? {
        '.' | ')' if digits > 0 => digits + 1,
        '-' | '*' | '+' | '>' if digits == 0 => 1,
        _ => return None,
    };
    let (mark, after) = line.split_at(length);
    (mark == ">" || after.starts_with(char::is_whitespace)).then_some((mark, after))
}

/// Without what the compiler refuses in comments: control characters, and those that turn the direction of text.
fn spaced(line: &str) -> String {
    let is_refused = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let line: String = line.replace('\t', "    ").chars().filter(|c| !is_refused(*c)).collect();
    match line.trim_end() {
        "" => String::new(),
        line => format!(" {line}"),
    }
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn nothing_is_left_that_rustdoc_would_run() {
        for (text, expected) in [
            ("plain\n\n    panic!()", "plain||   panic!()"),
            ("```\npanic!()\n```", "```text|panic!()|```"),
            ("```rust,no_run\npanic!()", "```text|panic!()|```"),
            ("~~~~\n~~~\n~~~~~", "~~~~text|~~~|~~~~"),
            ("- a\n  ```\n  b\nc\n  ```\n  d", "- a|```text|  b|c|```|  d"),
            ("- ```\n  panic!()", "- \\```|  panic!()"),
            (">     panic!()", "> panic!()"),
            ("-\tpanic!()\n1.      panic!()", "- panic!()|1. panic!()"),
            ("<!--\n<pre>\n<https://a.b>", "\\<!--|\\<pre>|<https://a.b>"),
            ("a\r\n\u{202e}b\0", "a|b"),
        ] {
            let lines: Vec<_> =
                lines(text).iter().map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()).collect();
            assert_eq!(lines.join("|"), expected, "{text:?}");
        }
    }
}
