//! `walnats explain`

use clap::Args;
use walnats_codegen::codes::{self, Code, DefaultLevel};
use walnats_codegen::diagnostic::did_you_mean;
use walnats_compat::protobuf::{Rule, rules};

use crate::outcome::{Failure, Outcome};
use crate::output;

/// Explain a code: what is wrong, why it matters, how to fix it
///
/// Without CODE, lists all codes with their names and default levels.
#[derive(Args)]
pub struct Options {
    /// The code, its name in `[lints]`, or the id of one of buf's rules, in upper or lower case: WN0801, narrowed,
    /// FIELD_LOWER_SNAKE_CASE
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
        Some(wanted) => explained(wanted.trim())?,
        None => list(),
    };
    output::print(&text)?;
    Ok(Outcome::Clean)
}

fn explained(wanted: &str) -> Result<String, String> {
    if let Some(code) = codes::all().find(|code| is_named(code, wanted)) {
        return Ok(explanation(code));
    }
    if let Some(rule) = rules().find(|rule| rule.id.eq_ignore_ascii_case(wanted)) {
        return Ok(change(rule));
    }
    let ids = rules().map(|rule| rule.id);
    let near = did_you_mean(wanted, codes::all().flat_map(|code| [code.slug, code.id]));
    let near = near.map(str::to_owned).or_else(|| {
        let buf: Vec<String> = codes::protobuf_style().map(buf_id).chain(ids.map(str::to_owned)).collect();
        did_you_mean(&wanted.to_uppercase(), buf.iter().map(String::as_str)).map(str::to_owned)
    });
    let help = near.map(|near| format!("did you mean `{near}`?"));
    let help = help.unwrap_or_else(|| "`walnats explain` lists all codes".to_owned());
    Err(format!("there is no code `{wanted}`; {help}"))
}

fn is_named(code: &Code, wanted: &str) -> bool {
    let names = |name: &str| name.eq_ignore_ascii_case(wanted);
    names(code.id) || names(code.slug) || (code.id.starts_with("WN09") && names(&buf_id(code)))
}

/// The id that buf gives to a rule about the layout and the names of files.
fn buf_id(code: &Code) -> String {
    code.slug.replace('-', "_").to_uppercase()
}

/// A rule about changes of protobuf files, whose code depends on whom the change hurts.
fn change(rule: &Rule) -> String {
    let Rule { id, title, cure, categories, .. } = rule;
    let categories = categories.iter().map(|category| category.name()).collect::<Vec<_>>().join(", ");
    let mut text =
        format!("{id}\n\nA change of protobuf files: {title}.\n\nHow to fix it: {cure}.\nCategories: {categories}\n");
    if !categories.contains("EVENT") {
        text += &format!("Specification: https://buf.build/docs/breaking/rules/#{}\n", id.to_lowercase());
    }
    text += "\nIts findings have the code of whom the change hurts (`walnats explain CODE`):\n";
    for code in ["WN0821", "WN0822", "WN0823"].iter().filter_map(|id| codes::by_id(id)) {
        text += &format!("  {} {}: {}\n", code.id, code.slug, code.summary);
    }
    text
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
