//! Comments over several lines, which are indented with what they are about.

/// The lines of a comment, each as it is written after the indentation.
pub(super) fn lines(text: &str) -> Vec<String> {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default().trim_end().to_owned();
    let rest: Vec<&str> = lines.collect();
    let inner = || rest.iter().filter(|line| !is_end(line));
    let mark = mark(inner().copied());
    let margin = inner().filter(|line| !line.trim().is_empty()).map(|line| indent(line)).min().unwrap_or(0);
    let line = |line: &&str| match (line.trim(), mark) {
        ("", _) => String::new(),
        ("*/", Some('*')) => " */".to_owned(),
        ("*/", _) => "*/".to_owned(),
        (words, Some(_)) => format!(" {words}"),
        (_, None) => format!("   {}", unindent(line.trim_end(), margin)),
    };
    std::iter::once(first).chain(rest.iter().map(line)).collect()
}

/// What each line begins with, such as `*`; a letter or a digit is text.
fn mark<'l>(mut lines: impl Iterator<Item = &'l str>) -> Option<char> {
    let of = |line: &str| line.trim().chars().next().filter(|first| !first.is_alphanumeric());
    let first = of(lines.next()?)?;
    lines.all(|line| of(line) == Some(first)).then_some(first)
}

fn is_end(line: &str) -> bool {
    line.trim() == "*/"
}

/// The columns before the text, with tabs to each eighth column.
fn indent(line: &str) -> usize {
    let space = line.chars().take_while(|next| matches!(next, ' ' | '\t'));
    space.fold(0, |column, next| if next == '\t' { column + 8 - column % 8 } else { column + 1 })
}

/// `line` without the first `margin` columns, and with spaces for tabs.
fn unindent(line: &str, margin: usize) -> String {
    let space = indent(line).saturating_sub(margin);
    format!("{}{}", " ".repeat(space), line.trim_start_matches([' ', '\t']))
}
