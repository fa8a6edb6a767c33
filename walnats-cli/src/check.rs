//! `walnats check`

mod json;
mod opinion;

use clap::Args;
use walnats_codegen::rust::EventCoverage;
use walnats_codegen::{EventModel, Package, Report};

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::{output, root};
use opinion::Opinion;

/// Check the schemas, options, subjects, streams and examples
///
/// Reads what the code generator reads and writes nothing. Each example in a schema is judged by that schema, and a
/// second time by an independent validator; where the two disagree, you are asked for a bug report.
#[derive(Args)]
pub struct Options {
    /// Print one JSON object with all findings on the standard output
    #[arg(long)]
    json: bool,
    /// Say what was checked too
    #[arg(long, short)]
    verbose: bool,
    /// Exit 1 on warnings too
    #[arg(long)]
    deny_warnings: bool,
}

pub fn run(global: &GlobalOptions, options: &Options) -> Result<Outcome, Failure> {
    let mut package = Package::load(&root::config(global)?);
    let model = package.check().ok();
    let mut opinion = Opinion::default();
    if let Some(model) = &model {
        opinion = opinion::compare(model, &package.sources, &package.settings);
    }
    let mut report = package.report;
    report.diagnostics.append(&mut opinion.disagreements.diagnostics);
    report.sort();

    if options.json {
        output::print(&json::text(&report)?)?;
    } else {
        output::show(&report, global);
        if options.verbose {
            output::print(&details(model.as_ref(), &opinion))?;
        }
        output::print(&summary(model.as_ref(), &report, &opinion))?;
    }
    let has_findings = report.has_errors() || (options.deny_warnings && !report.diagnostics.is_empty());
    Ok(if has_findings { Outcome::Findings } else { Outcome::Clean })
}

fn summary(model: Option<&EventModel>, report: &Report, opinion: &Opinion) -> String {
    let checked = match model {
        Some(model) => {
            let events = output::count(model.events.len(), "event");
            let streams = output::count(model.streams.len(), "stream");
            let examples = output::count(opinion.examples, "example");
            format!("{events} in {streams}, {examples}")
        }
        None => "stopped early".to_owned(),
    };
    format!("{checked}: {}\n", if report.diagnostics.is_empty() { "clean".to_owned() } else { output::tally(report) })
}

/// Whether types and native checks say all that the schema says, or parts of it are asked at run time.
fn coverage_text(coverage: &EventCoverage) -> String {
    let (event, typed, asked) = (&coverage.event, coverage.typed, coverage.asked);
    if asked == 0 {
        return format!("{event}: tier T, {} typed\n", output::count(typed, "subschema"));
    }
    let parts = coverage.judged.iter().map(|part| format!("  {}: {}\n", part.location, part.keywords.join(", ")));
    format!(
        "{event}: tier N, {} typed (T), {asked} asked at run time (N):\n{}",
        output::count(typed, "subschema"),
        parts.collect::<String>()
    )
}

/// Each event with its subject and stream, how its payload is decided, and which examples had one judge only.
fn details(model: Option<&EventModel>, opinion: &Opinion) -> String {
    let mut lines = Vec::new();
    for event in model.iter().flat_map(|model| &model.events) {
        let (subject, stream) = (event.filter(), &event.stream);
        lines.push(format!("{}: subject `{subject}`, stream `{stream}`, from {}\n", event.name, event.place.file.path));
    }
    for stream in model.iter().flat_map(|model| &model.streams).filter(|stream| stream.is_external) {
        lines.push(format!("{}: a stream of others, which `register` checks and never changes\n", stream.name));
    }
    for coverage in model.into_iter().flat_map(walnats_codegen::rust::coverage) {
        lines.push(coverage_text(&coverage));
    }
    for (schema, reason) in &opinion.unjudged {
        lines.push(format!(
            "{schema}: examples are judged by walnats alone, since the crate jsonschema says: {reason}\n"
        ));
    }
    lines.concat()
}
