//! `walnats-accepted.toml`: breaks that were accepted on purpose, by fingerprint.
//!
//! ```toml
//! [a3f8c21b9d04]
//! reason = "nobody reads it"
//! until = 2027-01-31
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use toml::de::{DeTable, DeValue};
use walnats_codegen::diagnostic::{Diagnostic, Level, Place, Report, SourceFile};

use crate::finding::{About, Acceptance, Direction, Finding};
use crate::kind::Kind;

/// The name of the file, next to `walnats.toml`.
pub const FILE: &str = "walnats-accepted.toml";

/// What was accepted.
#[derive(Clone, Debug, Default)]
pub struct Accepted {
    entries: BTreeMap<String, Entry>,
    file: Arc<SourceFile>,
}

#[derive(Clone, Debug)]
struct Entry {
    reason: String,
    until: Option<Date>,
    span: Range<usize>,
}

impl Accepted {
    /// Reads the text of the file. Entries that are wrong are findings, and accept nothing.
    pub fn parse(file: Arc<SourceFile>, report: &mut Report) -> Self {
        let mut entries = BTreeMap::new();
        let mut wrong = |span: Range<usize>, message: String| {
            let help = "an entry is written by `walnats accept FINGERPRINT --reason TEXT`";
            let place = Place { file: Arc::clone(&file), span };
            report.push(Diagnostic::error("WN0893", place, message).help(help));
        };
        match DeTable::parse(&file.text) {
            Err(error) => {
                wrong(error.span().unwrap_or_default(), format!("not valid TOML: {}", error.message()));
            }
            Ok(table) => {
                for (key, value) in table.into_inner() {
                    let (span, name) = (key.span(), key.into_inner().into_owned());
                    match entry(&name, value.get_ref(), span.clone()) {
                        Ok(entry) => drop(entries.insert(name, entry)),
                        Err(message) => wrong(span, message),
                    }
                }
            }
        }
        Self { entries, file }
    }

    /// Marks the findings that are accepted on the day `today`, and returns what there is to say about the entries: those that
    /// have expired, and those that accept nothing. What is undecided after a break is hidden, unless the break is accepted.
    pub fn apply<'f>(&self, findings: impl IntoIterator<Item = &'f mut Finding>, today: Date) -> Vec<Diagnostic> {
        let mut needed = BTreeSet::new();
        let mut said = Vec::new();
        let mut findings: Vec<&mut Finding> = findings.into_iter().collect();
        for finding in &mut findings {
            let Some((name, entry)) = self.entries.get_key_value(&finding.fingerprint) else { continue };
            let is_expired = entry.until.is_some_and(|until| until < today);
            let until = entry.until.map(|until| until.to_string());
            if needed.insert(name.as_str()) && is_expired {
                let until = until.as_deref().unwrap_or_default();
                let message = format!("`{name}` was accepted until {until}, which has passed");
                let help = format!("undo the change; or `walnats accept {name} --reason \"...\"` once more");
                said.push(Diagnostic::warning("WN0891", self.place(entry), message).help(help));
            }
            finding.acceptance = Some(Acceptance { reason: entry.reason.clone(), until, is_expired });
        }
        hide_rests(&mut findings);
        for (name, entry) in self.entries.iter().filter(|(name, _)| !needed.contains(name.as_str())) {
            let message = format!("nothing needs the acceptance `{name}` any more");
            said.push(Diagnostic::warning("WN0892", self.place(entry), message).help("remove the entry"));
        }
        said
    }

    /// The entries that have expired on the day `today`.
    pub fn expired(&self, today: Date) -> Vec<Diagnostic> {
        let expired = self.entries.iter().filter_map(|(name, entry)| Some((name, entry, entry.until?)));
        let expired = expired.filter(|(_, _, until)| *until < today).map(|(name, entry, until)| {
            let message = format!("`{name}` was accepted until {until}, which has passed");
            let help =
                "`walnats breaking` says whether the break is still there: accept it once more, or remove the entry";
            Diagnostic::warning("WN0891", self.place(entry), message).help(help)
        });
        expired.collect()
    }

    /// Why a break is accepted, if it is.
    pub fn reason(&self, fingerprint: &str) -> Option<&str> {
        self.entries.get(fingerprint).map(|entry| entry.reason.as_str())
    }

    fn place(&self, entry: &Entry) -> Place {
        Place { file: Arc::clone(&self.file), span: entry.span.clone() }
    }
}

/// Allows what is undecided after breaks, where such a break fails the run.
fn hide_rests(findings: &mut [&mut Finding]) {
    let breaks = findings.iter().filter(|finding| finding.kind() == Kind::Breaking && finding.fails());
    let breaks: BTreeSet<(About, Direction)> =
        breaks.map(|finding| (finding.about.clone(), finding.direction)).collect();
    let rests = findings.iter_mut().filter(|finding| finding.is_rest);
    rests
        .filter(|rest| breaks.contains(&(rest.about.clone(), rest.direction)))
        .for_each(|rest| rest.level = Level::Allow);
}

/// Whether a text has the form of a fingerprint: 12 hexadecimal digits in lower case.
pub fn is_fingerprint(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn entry(name: &str, value: &DeValue<'_>, span: Range<usize>) -> Result<Entry, String> {
    if !is_fingerprint(name) {
        return Err(format!("`{name}` is not a fingerprint of 12 hexadecimal digits"));
    }
    let DeValue::Table(table) = value else { return Err(format!("`{name}` has to be a section")) };
    let (mut reason, mut until) = (None, None);
    for (key, value) in table {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("reason", DeValue::String(text)) if !text.trim().is_empty() => reason = Some(text.to_string()),
            ("reason", _) => return Err("`reason` has to be a text".to_owned()),
            ("until", DeValue::String(text)) => until = Some(date(text)?),
            ("until", DeValue::Datetime(day)) => until = Some(date(&day.to_string())?),
            ("until", _) => return Err("`until` has to be a day such as `2027-01-31`".to_owned()),
            (other, _) => return Err(format!("unknown key `{other}`; known here: reason, until")),
        }
    }
    let reason = reason.ok_or_else(|| format!("`{name}` has no `reason`"))?;
    Ok(Entry { reason, until, span })
}

/// Reads a day.
///
/// # Errors
/// What is wrong with it, in words.
pub fn date(text: &str) -> Result<Date, String> {
    let is_plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let date = is_plain.then(|| text.parse().ok()).flatten();
    date.ok_or_else(|| format!("`{text}` is not a day such as `2027-01-31`"))
}

/// The text of the file with an entry more, or another one in its place: sections are sorted, and all else stays as it is.
pub fn with_entry(text: &str, fingerprint: &str, reason: &str, until: Option<Date>) -> String {
    let until = until.map(|until| format!("until = {until}\n")).unwrap_or_default();
    // A JSON string is one of TOML, but for this character.
    let reason = serde_json::Value::from(reason).to_string().replace('\u{7f}', "\\u007f");
    let section = format!("[{fingerprint}]\nreason = {reason}\n{until}");
    let (head, mut sections) = split(text);
    sections.retain(|(name, _)| name != fingerprint);
    sections.push((fingerprint.to_owned(), section));
    sections.sort_by(|a, b| a.0.cmp(&b.0));
    let head = if head.trim().is_empty() { HEAD.to_owned() } else { head };
    let sections: Vec<String> = sections.into_iter().map(|(_, text)| text.trim_end().to_owned()).collect();
    format!("{}\n\n{}\n", head.trim_end(), sections.join("\n\n"))
}

const HEAD: &str = "# Changes that break readers and were accepted on purpose: `walnats accept` writes them, `walnats breaking` reads them.";

/// What comes before the first section, and the sections by name, each with the comments above it.
fn split(text: &str) -> (String, Vec<(String, String)>) {
    let (mut head, mut sections): (String, Vec<(String, String)>) = Default::default();
    let mut comments = String::new();
    for line in text.lines() {
        let name = line.trim().strip_prefix('[').and_then(|line| line.split(']').next());
        if let Some(name) = name {
            // The comments at the top of the file are about the file, if an empty line comes after them.
            if sections.is_empty() && comments.contains("\n\n") {
                let end = comments.rfind("\n\n").map_or(0, |end| end + 2);
                head.push_str(&comments[..end]);
                comments.drain(..end);
            }
            sections
                .push((name.trim().trim_matches(['"', '\'']).to_owned(), std::mem::take(&mut comments) + line + "\n"));
        } else if line.trim().is_empty() || line.trim_start().starts_with('#') {
            comments.push_str(line);
            comments.push('\n');
        } else {
            let last = sections.last_mut().map_or(&mut head, |(_, text)| text);
            last.push_str(&std::mem::take(&mut comments));
            last.push_str(line);
            last.push('\n');
        }
    }
    let last = sections.last_mut().map_or(&mut head, |(_, text)| text);
    last.push_str(&comments);
    (head, sections.into_iter().map(|(name, text)| (name, text.trim_start_matches('\n').to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_sorted_and_comments_stay() {
        let one = with_entry("", "b00000000000", "because of \"this\"", None);
        let two = with_entry(&one, "a00000000000", "that", Some(date("2027-01-31").unwrap()));
        let expected = format!(
            "{HEAD}\n\n[a00000000000]\nreason = \"that\"\nuntil = 2027-01-31\n\n[b00000000000]\nreason = \"because of \\\"this\\\"\"\n"
        );
        assert_eq!(two, expected);
        let commented = two.replace("[b0", "# Agreed with billing.\n[b0");
        assert_eq!(with_entry(&commented, "a00000000000", "that", Some(date("2027-01-31").unwrap())), commented);
        let last = with_entry(&commented, "c00000000000", "x", None);
        assert!(last.starts_with(commented.trim_end()), "{last}");
    }

    #[test]
    fn wrong_entries_are_findings() {
        for text in [
            "[a]\nreason = \"x\"",
            "[a00000000000]",
            "[a00000000000]\nreason = \"\"",
            "[a00000000000]\nreason = \"x\"\nuntil = 2027-13-01",
            "[a00000000000]\nreason = \"x\"\nuntil = \"soon\"",
            "[a00000000000]\nreason = \"x\"\nbecause = \"y\"",
            "a00000000000 = 1",
            "[a00000000000",
        ] {
            let (mut report, file) = (Report::default(), SourceFile { path: FILE.to_owned(), text: text.to_owned() });
            let accepted = Accepted::parse(Arc::new(file), &mut report);
            assert!(accepted.entries.is_empty() && report.diagnostics[0].code == "WN0893", "{text}");
        }
    }
}
