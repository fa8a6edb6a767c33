//! JUnit's XML, as test reports of CI systems read it: a suite for each file or kind, a case for what was checked.

use std::collections::BTreeMap;

use super::entry::Entry;
use super::run::{Case, Run};
use super::text::{details, location, one_line};

/// What was checked, as suites of cases. Only what fails the run is a failure; warnings are the output of their case, and a
/// case of which everything was suppressed is skipped. That the command could not run is an error.
pub fn render(run: &Run) -> String {
    let mut suites: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let cases = assign(run);
    let (mut total, mut failed) = (0, 0);
    let mut failures: BTreeMap<&str, usize> = BTreeMap::new();
    for (case, entries) in &cases {
        let is_failed = entries.iter().any(|entry| entry.fails);
        total += 1;
        failed += usize::from(is_failed);
        *failures.entry(&case.suite).or_default() += usize::from(is_failed);
        suites.entry(&case.suite).or_default().push(test_case(run, case, entries));
    }
    let reasons: Vec<String> = run.reasons().collect();
    let name = escape(&format!("walnats {}", run.command));
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{name}\" tests=\"{}\" failures=\"{failed}\" errors=\"{}\">\n",
        total + reasons.len(),
        reasons.len()
    );
    for (suite, cases) in &suites {
        let skipped = cases.iter().filter(|case| case.contains("<skipped ")).count();
        xml += &format!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{skipped}\">\n{}  </testsuite>\n",
            escape(suite),
            cases.len(),
            failures.get(suite).copied().unwrap_or_default(),
            cases.concat()
        );
    }
    if !reasons.is_empty() {
        let count = reasons.len();
        xml += &format!(
            "  <testsuite name=\"{name}\" tests=\"{count}\" failures=\"0\" errors=\"{count}\" skipped=\"0\">\n"
        );
        for reason in &reasons {
            let (line, text) = (escape(&one_line(reason)), escape(reason));
            xml += &format!(
                "    <testcase classname=\"{name}\" name=\"could run\">\n      <error message=\"{line}\" type=\"could-not-run\">{text}</error>\n    </testcase>\n"
            );
        }
        xml += "  </testsuite>\n";
    }
    xml + "</testsuites>\n"
}

/// The cases, each with what was found in it; what belongs to none has a case for its file.
fn assign(run: &Run) -> Vec<(Case, Vec<&Entry>)> {
    let mut cases: Vec<(Case, Vec<&Entry>)> = run.cases.iter().map(|case| (case.clone(), Vec::new())).collect();
    let (mut by_entry, mut by_file): (BTreeMap<&str, usize>, BTreeMap<String, usize>) = Default::default();
    for (at, case) in run.cases.iter().enumerate() {
        by_entry.extend(case.entries.iter().map(|entry| (entry.as_str(), at)));
        if !case.file.is_empty() {
            by_file.entry(case.file.clone()).or_insert(at);
        }
    }
    for entry in run.findings() {
        let file = &entry.place.file.path;
        let known = by_entry.get(entry.identity().as_str()).or_else(|| by_file.get(file)).copied();
        let at = known.unwrap_or_else(|| {
            let (suite, name) = (run.command.clone(), file.clone());
            cases.push((Case { suite, name, file: file.clone(), entries: Vec::new() }, Vec::new()));
            by_file.insert(file.clone(), cases.len() - 1);
            cases.len() - 1
        });
        if let Some((_, entries)) = cases.get_mut(at) {
            entries.push(entry);
        }
    }
    cases
}

fn test_case(run: &Run, case: &Case, entries: &[&Entry]) -> String {
    let class = escape(&format!("walnats {}", run.command));
    let file = if case.file.is_empty() { String::new() } else { format!(" file=\"{}\"", escape(&case.file)) };
    let head = format!("    <testcase classname=\"{class}\" name=\"{}\"{file}", escape(&case.name));
    if entries.is_empty() {
        return head + "/>\n";
    }
    let mut xml = head + ">\n";
    let (failing, passing): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|entry| entry.fails);
    // Readers of these files expect one result for a case.
    if let Some(first) = failing.first() {
        let more = if failing.len() > 1 { format!(" (and {} more)", failing.len() - 1) } else { String::new() };
        let message = escape(&(one_line(&first.message) + &more));
        let text: Vec<String> = failing.iter().map(|entry| explained(entry)).collect();
        xml += &format!(
            "      <failure message=\"{message}\" type=\"{}\">{}</failure>\n",
            first.code,
            escape(&text.join("\n\n"))
        );
    } else if let Some(given) = passing.iter().find_map(|entry| entry.suppression.as_ref())
        && passing.iter().all(|entry| entry.suppression.is_some())
    {
        xml += &format!("      <skipped message=\"{}\"/>\n", escape(&one_line(&format!("accepted: {}", given.reason))));
    }
    if !passing.is_empty() {
        let text: Vec<String> = passing.iter().map(|entry| explained(entry)).collect();
        xml += &format!("      <system-out>{}</system-out>\n", escape(&text.join("\n\n")));
    }
    xml + "    </testcase>\n"
}

fn explained(entry: &Entry) -> String {
    let head = format!("{}: {} [{}] {}", location(entry), entry.level(), entry.title(), one_line(&entry.message));
    std::iter::once(head)
        .chain(details(entry).into_iter().map(|line| format!("  {line}")))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Text and values of attributes. Characters that XML 1.0 does not have are replaced.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(letter),
            '\r' => escaped.push_str("&#13;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}
