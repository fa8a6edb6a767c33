//! `walnats accept`

use std::io::ErrorKind;
use std::sync::Arc;

use clap::Args;
use jiff::civil::Date;
use walnats_codegen::Report;
use walnats_codegen::diagnostic::SourceFile;
use walnats_compat::accepted::{self, Accepted};

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::report::Run;
use crate::{finish, output, root};

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
}

pub fn run(global: &GlobalOptions, options: &Options) -> Result<Outcome, Failure> {
    if let Some(until) = options.until.filter(|until| *until < crate::today::today()) {
        return Err(format!("{until} has passed: `--until` is the last day on which the break is accepted").into());
    }
    let path = root::folder(global)?.join(accepted::FILE);
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        text => text.map_err(|error| format!("cannot read `{}`: {error}", path.display()))?,
    };
    // What cannot be read must not be written over.
    let mut report = Report::default();
    Accepted::parse(Arc::new(SourceFile { path: accepted::FILE.to_owned(), text: text.clone() }), &mut report);
    if report.has_errors() {
        return finish::with(&Run::of("accept", &report).summary("nothing was accepted"), global);
    }
    let text = accepted::with_entry(&text, &options.fingerprint, &options.reason, options.until);
    std::fs::write(&path, text).map_err(|error| format!("cannot write `{}`: {error}", path.display()))?;
    output::print(&format!("accepted {} in {}\n", options.fingerprint, accepted::FILE))?;
    Ok(Outcome::Clean)
}

fn fingerprint(text: &str) -> Result<String, String> {
    let text = text.to_ascii_lowercase();
    let wrong = "a fingerprint has 12 hexadecimal digits, such as a3f8c21b9d04";
    if accepted::is_fingerprint(&text) { Ok(text) } else { Err(wrong.to_owned()) }
}

fn reason(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("say why".to_owned()) } else { Ok(text.trim().to_owned()) }
}
