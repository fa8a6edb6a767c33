//! `walnats explain`

use clap::Args;
use walnats_codegen::codes::{self, Code, DefaultLevel};
use walnats_codegen::diagnostic::did_you_mean;

use crate::outcome::{Failure, Outcome};
use crate::output;

/// Explain a code: what is wrong, why it matters, how to fix it
///
/// Without CODE, lists all codes with their names and default levels.
#[derive(Args)]
pub struct Options {
    /// The code, or its name in `[lints]`, in upper or lower case: WN0801, narrowed
    code: Option<String>,
}

/// The one code without a row, for nothing in a package is wrong.
const DISAGREEMENT: (&str, &str) = (
    "WN0790",
    "WN0790\n\nwalnats and the crate jsonschema disagree on an example: one of the two is wrong.\n\n\
     How to fix it: Please report it, with the schema.\nLevel: warn; no setting changes that\n",
);

pub fn run(options: &Options) -> Result<Outcome, Failure> {
    let text = match &options.code {
        Some(wanted) if wanted.trim().eq_ignore_ascii_case(DISAGREEMENT.0) => DISAGREEMENT.1.to_owned(),
        Some(wanted) => explanation(find(wanted.trim())?),
        None => list(),
    };
    output::print(&text)?;
    Ok(Outcome::Clean)
}

fn find(wanted: &str) -> Result<&'static Code, String> {
    let names = |code: &Code| code.id.eq_ignore_ascii_case(wanted) || code.slug.eq_ignore_ascii_case(wanted);
    codes::all().find(|code| names(code)).ok_or_else(|| {
        let near = did_you_mean(wanted, codes::all().flat_map(|code| [code.slug, code.id]));
        let help = near.map(|near| format!("did you mean `{near}`?"));
        let help = help.unwrap_or_else(|| "`walnats explain` lists all codes".to_owned());
        format!("there is no code `{wanted}`; {help}")
    })
}

fn explanation(code: &Code) -> String {
    let Code { id, slug, level, summary, cure, reference } = code;
    let level = match level {
        DefaultLevel::Error => "error; no setting changes that".to_owned(),
        level => format!("{}; `{slug} = \"...\"` in `[lints]` of walnats.toml sets deny, warn or allow", level.name()),
    };
    let mut text = format!("{id} {slug}\n\n{summary}\n\nHow to fix it: {cure}\nLevel: {level}\n");
    if let Some(url) = reference {
        text += &format!("Specification: {url}\n");
    }
    // The heading says what the first line says already.
    if let Some((_, page)) = codes::page(id).and_then(|page| page.split_once('\n')) {
        text += page;
    } else if let Some(example) = codes::example(id) {
        text += &format!("\n{example}\n");
    }
    text
}

fn list() -> String {
    let width = codes::all().map(|code| code.slug.len()).max().unwrap_or_default();
    let tables = codes::tables().map(|(title, codes)| {
        let rows =
            codes.iter().map(|Code { id, slug, level, .. }| format!("  {id}  {slug:width$}  {}\n", level.name()));
        format!("{title}\n{}", rows.collect::<String>())
    });
    tables.collect::<Vec<_>>().join("\n")
}
