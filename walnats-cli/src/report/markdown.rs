//! A comment for a pull request, which a later run can find by its first line and replace.

use super::entry::Entry;
use super::region::Region;
use super::run::Run;
use super::text::{details, location, one_line, path};

/// Rows that are shown at most.
const MOST: usize = 50;

/// The length at which details are left out, in bytes: a comment holds 65,536 characters.
const LONGEST: usize = 55_000;

/// The line by which a comment of this command is found again.
pub fn marker(command: &str) -> String {
    format!("<!-- walnats {command} -->")
}

/// A headline, a table of what was found, and details to open.
pub fn render(run: &Run) -> String {
    let mut text = format!("{}\n### walnats {}: {}\n", marker(&run.command), run.command, run.verdict());
    if !run.summary.is_empty() {
        text += &format!("\n{}\n", inline(&run.summary));
    }
    for reason in run.reasons() {
        text += &format!("\n> **could not run**: {}\n", inline(&reason));
    }
    let mut open: Vec<&Entry> = run.open().collect();
    open.sort_by_key(|entry| !entry.fails);
    if !open.is_empty() {
        text += "\n| | code | where | what |\n|---|---|---|---|\n";
        for entry in open.iter().take(MOST) {
            let (level, code) = (entry.level(), entry.title());
            let (place, message) = (code_span(&place(entry)), inline(&entry.message));
            text += &format!("| {level} | `{code}` | {place} | {message} |\n");
        }
        if open.len() > MOST {
            text += &format!("\n{} more are not shown.\n", open.len() - MOST);
        }
    }
    let mut left_out = 0;
    for (lines, entries) in alike(&open) {
        let block = explained(&lines, &entries);
        if text.len() + block.len() > LONGEST { left_out += entries.len() } else { text += &block }
    }
    if left_out > 0 {
        text += &format!("\nDetails of {left_out} findings are left out.\n");
    }
    let suppressed: Vec<String> =
        run.findings().filter(|entry| entry.suppression.is_some()).take(MOST).map(suppressed_line).collect();
    if !suppressed.is_empty() {
        text += &format!(
            "\n<details><summary>{} accepted or suppressed</summary>\n\n{}\n</details>\n",
            run.suppressed(),
            suppressed.concat()
        );
    }
    text
}

fn place(entry: &Entry) -> String {
    Region::of(&entry.place).map_or_else(|| path(&entry.place.file.path), |_| location(entry))
}

/// The details, and the findings of a code that have them: what is the same is said once.
fn alike<'e>(open: &[&'e Entry]) -> Vec<(String, Vec<&'e Entry>)> {
    let mut groups: Vec<(String, Vec<&Entry>)> = Vec::new();
    for entry in open.iter().take(MOST) {
        let lines = details(entry).join("\n");
        let is_same = |(known, entries): &&mut (String, Vec<&Entry>)| {
            *known == lines && entries.first().is_some_and(|first| first.code == entry.code)
        };
        match groups.iter_mut().find(is_same) {
            Some((_, entries)) => entries.push(entry),
            None if lines.is_empty() => {}
            None => groups.push((lines, vec![entry])),
        }
    }
    groups
}

fn explained(lines: &str, entries: &[&Entry]) -> String {
    let [entry, others @ ..] = entries else { return String::new() };
    // A fence is longer than any run of backticks inside.
    let fence = "`".repeat(longest_run(lines).max(2) + 1);
    let more = if others.is_empty() { String::new() } else { format!(" (and {} more)", others.len()) };
    let summary = format!(
        "<code>{}</code> {}{more}",
        html(&entry.title()),
        marked(&entry.message, &|code| format!("<code>{}</code>", html(code)))
    );
    format!("\n<details><summary>{summary}</summary>\n\n{fence}text\n{lines}\n{fence}\n\n</details>\n")
}

fn suppressed_line(entry: &Entry) -> String {
    let reason = entry.suppression.as_ref().map(|given| {
        let until = given.until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
        format!("{until}: {}", inline(&given.reason))
    });
    let (code, place, message) = (entry.title(), code_span(&place(entry)), inline(&entry.message));
    format!("- `{code}` {place} {message} ({}{})\n", entry.level(), reason.unwrap_or_default())
}

fn longest_run(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default()
}

/// A text as code, whatever is in it.
fn code_span(text: &str) -> String {
    let fence = "`".repeat(longest_run(text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", text.replace('|', "\\|"))
}

/// Between tags.
fn html(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, letter| {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // Neither emphasis nor a link, nor somebody who is notified.
            '@' | '#' | '*' | '_' | '`' | '[' | ']' | '~' | '\\' | '|' | '$' => {
                escaped.push_str(&format!("&#{};", u32::from(letter)));
            }
            letter => escaped.push(letter),
        }
        escaped
    })
}

/// A message on one line: values in backticks stay code, and nothing else means anything.
fn inline(text: &str) -> String {
    marked(text, &code_span)
}

/// A message on one line, with values in backticks as `code` shows them.
fn marked(text: &str, code: &dyn Fn(&str) -> String) -> String {
    let line = one_line(text);
    let mut rest = line.as_str();
    let mut shown = String::new();
    while let Some(start) = rest.find('`') {
        let after = &rest[start + 1..];
        let end = after.find('`').filter(|end| *end > 0);
        let is_plain = end.is_some_and(|end| !after[end + 1..].starts_with('`'));
        shown += &html(&rest[..start]);
        match end.filter(|_| is_plain) {
            Some(end) => {
                shown += &code(&after[..end]);
                rest = &after[end + 1..];
            }
            None => {
                shown += "&#96;";
                rest = after;
            }
        }
    }
    shown + &html(rest)
}
