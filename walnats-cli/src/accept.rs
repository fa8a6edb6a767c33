//! `walnats accept`

use std::collections::BTreeSet;
use std::path::Path;

use clap::Args;
use jiff::civil::Date;
use walnats_codegen::Report;
use walnats_compat::accepted;

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::report::{Entry, Run};
use crate::{breaking, finish, root};

/// Accept a break that `walnats breaking` has found
///
/// Writes walnats-accepted.toml next to walnats.toml; commit it. The fingerprint stays the same while the change does, whatever
/// else is committed, formatted or renamed.
#[derive(Args)]
pub struct Options {
    /// The 12 hexadecimal digits that `walnats breaking` shows
    #[arg(value_parser = fingerprint)]
    fingerprint: String,
    /// Why it is no harm
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: String,
    /// The last day on which it is accepted, such as 2027-01-31
    #[arg(long, value_name = "DATE", value_parser = accepted::date)]
    until: Option<Date>,
    /// What `walnats breaking` was run against: refuses a fingerprint that no break has
    #[arg(long, value_name = "REV|DIR|FILE")]
    against: Vec<String>,
}

pub fn run(global: &GlobalOptions, options: &Options) -> Result<Outcome, Failure> {
    if let Some(until) = options.until.filter(|until| *until < crate::today::today()) {
        return Err(format!("{until} has passed: `--until` is the last day on which the break is accepted").into());
    }
    let folder = root::folder(global)?;
    // What cannot be read must not be written over.
    let mut report = Report::default();
    let (accepted, text) = breaking::read_accepted(&folder, &mut report)?;
    if report.has_errors() {
        return finish::with(&Run::of("accept", &report).summary("nothing was accepted"), global);
    }
    if !options.against.is_empty() {
        check(&folder, options)?;
    }
    let fingerprint = &options.fingerprint;
    let mut summary = format!("accepted {fingerprint} in {}", accepted::FILE);
    if let Some(entry) = accepted.reason(fingerprint) {
        summary += &format!(", in place of the entry with the reason \"{entry}\"");
    }
    if options.against.is_empty() {
        summary += " (not compared with a baseline: `--against REV` looks whether there is such a break)";
    }
    let text = accepted::with_entry(&text, fingerprint, &options.reason, options.until);
    let path = folder.join(accepted::FILE);
    std::fs::write(&path, text).map_err(|error| format!("cannot write `{}`: {error}", path.display()))?;
    finish::with(&Run::new("accept").summary(summary), global)
}

/// # Errors
/// No break has the fingerprint, or the package cannot be compared with the baselines.
fn check(folder: &Path, options: &Options) -> Result<(), Failure> {
    let has_it =
        |run: &Run| run.entries.iter().any(|entry| is_break(entry) && entry.fingerprint == options.fingerprint);
    let alone = breaking::compare(folder, &options.against);
    if alone.as_ref().is_ok_and(has_it) {
        return Ok(());
    }
    // What was in another package before is known only to all of them together.
    let member = breaking::compare_as_member(folder, &options.against);
    if let Ok(Some(member)) = &member
        && has_it(member)
    {
        return Ok(());
    }
    let run = alone?;
    let unreadable = run.entries.iter().find(|entry| !is_break(entry) && entry.fails);
    if let Some(unreadable) = unreadable {
        return Err(format!("nothing can be compared: {}", unreadable.message).into());
    }
    let member = member.ok().flatten();
    let others = member.iter().flat_map(|run| &run.entries).filter(|entry| is_break(entry));
    let own = run.entries.iter().filter(|entry| is_break(entry));
    let mut seen = BTreeSet::new();
    let breaks: Vec<&Entry> = own.chain(others).filter(|entry| seen.insert(&entry.fingerprint)).collect();
    let against = options.against.iter().map(|against| format!("`{against}`")).collect::<Vec<_>>().join(" and ");
    let start = format!("no break against {against} has the fingerprint {}", options.fingerprint);
    if breaks.is_empty() {
        return Err(format!("{start}: there is none").into());
    }
    let list = breaks.iter().map(|entry| format!("\n  {}  {}: {}", entry.fingerprint, entry.title(), entry.message));
    Err(format!("{start}; there are:{}", list.collect::<String>()).into())
}

fn is_break(entry: &Entry) -> bool {
    entry.change.is_some()
}

fn fingerprint(text: &str) -> Result<String, String> {
    let text = text.to_ascii_lowercase();
    let wrong = "a fingerprint has 12 hexadecimal digits, such as a3f8c21b9d04";
    if accepted::is_fingerprint(&text) { Ok(text) } else { Err(wrong.to_owned()) }
}

fn reason(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("say why".to_owned()) } else { Ok(text.trim().to_owned()) }
}
