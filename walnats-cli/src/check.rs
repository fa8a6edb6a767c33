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
/// Reads the code generator's inputs and writes nothing. Each example is validated against its schema twice: by walnats
/// and by an independent validator. If the two disagree, you are asked to report a bug.
#[derive(Args)]
pub struct Options {
    /// Print all findings as one JSON object to standard output
    #[arg(long)]
    json: bool,
    /// Also list what was checked
    #[arg(long, short)]
    verbose: bool,
    /// Exit 1 on warnings, too
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
    Ok(if has_findings { Outcome::of(&report) } else { Outcome::Clean })
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

/// Whether generated types and checks cover the whole schema, or some subschemas are validated at run time.
fn coverage_text(coverage: &EventCoverage) -> String {
    let (event, typed, asked) = (&coverage.event, coverage.typed, coverage.asked);
    if asked == 0 {
        return format!("{event}: checked natively ({})\n", output::count(typed, "subschema"));
    }
    let parts = coverage.judged.iter().map(|part| format!("  {}: {}\n", part.location, part.keywords.join(", ")));
    let total = output::count(typed + asked, "subschema");
    format!("{event}: {asked} of {total} validated at run time:\n{}", parts.collect::<String>())
}

/// Each event with its subject, stream and coverage, and the examples that only walnats could validate.
fn details(model: Option<&EventModel>, opinion: &Opinion) -> String {
    let mut lines = Vec::new();
    for event in model.iter().flat_map(|model| &model.events) {
        let (subject, stream) = (event.filter(), &event.stream);
        lines.push(format!("{}: subject `{subject}`, stream `{stream}`, from {}\n", event.name, event.place.file.path));
    }
    for stream in model.iter().flat_map(|model| &model.streams).filter(|stream| stream.is_external) {
        lines.push(format!("{}: an external stream, which `register` checks and never changes\n", stream.name));
    }
    for coverage in model.into_iter().flat_map(walnats_codegen::rust::coverage) {
        lines.push(coverage_text(&coverage));
    }
    for (schema, reason) in &opinion.unjudged {
        lines.push(format!(
            "{schema}: examples were validated by walnats only, because the crate jsonschema reports: {reason}\n"
        ));
    }
    lines.concat()
}
