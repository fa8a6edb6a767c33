//! `walnats check`

mod across;
mod fix;
mod opinion;
mod style;

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;
use walnats_codegen::diagnostic::shown;
use walnats_codegen::rust::EventCoverage;
use walnats_codegen::{EventModel, Package};

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::report::{Case, Run};
use crate::{breaking, finish, fmt, output, test, today, workspace};
use across::Packages;
use opinion::Opinion;

/// Check the schemas, options, subjects, streams, examples, tests and samples
///
/// Everything that needs nothing to compare with; it writes nothing. Each example is validated against its schema twice: by
/// walnats and by an independent validator. If the two disagree, you are asked to report a bug. Schema tests and samples are those
/// of `walnats test`.
#[derive(Args)]
pub struct Options {
    /// The same as --format json
    #[arg(long)]
    pub json: bool,
    /// Also list what was checked
    #[arg(long, short)]
    verbose: bool,
    /// Exit 1 on warnings, too
    #[arg(long)]
    deny_warnings: bool,
    /// Also check the layout of the files, as `walnats fmt --check` does
    #[arg(long)]
    fmt: bool,
    /// Fix what has one right answer, such as misspelt keywords, and check the result
    ///
    /// The rest of each file keeps its text. What would cause an error is not written, nor are files that `[schemas] foreign` in
    /// walnats.toml lists.
    #[arg(long)]
    fix: bool,
    /// With --fix: also fix what may make payloads invalid that are valid, such as unknown formats and missing types
    #[arg(long, requires = "fix")]
    unsafe_fixes: bool,
    /// With --fix: print what would change, and what would be found afterwards; write nothing
    #[arg(long, requires = "fix", visible_alias = "dry-run")]
    diff: bool,
}

pub fn run(global: &GlobalOptions, options: &Options) -> Result<Outcome, Failure> {
    let packages = Packages::default();
    let mut run = workspace::run(global, "check", |folder| {
        let (mut run, texts) = if options.diff {
            fix::preview(folder, options, &packages)?
        } else {
            let held_back = if options.fix { fix::apply(folder, options)? } else { 0 };
            let texts = BTreeMap::new();
            (fix::mentioned(check(folder, options, &texts, &packages)?, held_back), texts)
        };
        if global.outputs.iter().any(|output| output.format.has_fixes()) {
            fix::mark_held_back(folder, &texts, &mut run);
        }
        Ok(run)
    })?;
    if let Some(root) = run.root.clone().filter(|_| global.workspace) {
        packages.compare(&root, &mut run);
    }
    finish::with(&run, global)
}

/// Checks the package in a folder, with some texts in place of those on the disk, by their paths as findings show them.
fn check(
    folder: &Path,
    options: &Options,
    texts: &BTreeMap<String, String>,
    packages: &Packages,
) -> Result<Run, Failure> {
    let mut package = Package::load_with(&walnats_codegen::configure().root(folder), texts);
    let model = package.check().ok();
    if model.is_some() {
        style::check(&mut package, folder);
    }
    let (mut opinion, mut tests) = (Opinion::default(), 0);
    if let Some(model) = &model {
        walnats_compat::lint::check(model, &package.sources, &mut package.report);
        packages.note(folder, &package, model);
        opinion = opinion::compare(model, &package.sources, &package.settings);
        let mut report = std::mem::take(&mut package.report);
        tests = test::findings(&package, model, folder, &mut report);
        package.report = report;
        package.mention_unneeded_ignores();
    }
    let mut report = package.report;
    let (accepted, _) = breaking::read_accepted(folder, &mut report)?;
    accepted.expired(today::today()).into_iter().for_each(|expired| report.push(expired));
    if options.fmt {
        report.diagnostics.append(&mut fmt::findings(folder, texts)?.diagnostics);
    }
    report.diagnostics.append(&mut opinion.disagreements.diagnostics);
    report.expire(&today::today().to_string());
    report.sort();

    let mut run = Run::of("check", &report).deny_warnings(options.deny_warnings).summary(summary(
        model.as_ref(),
        &opinion,
        tests,
    ));
    if options.verbose {
        run.details = details(model.as_ref(), &opinion);
    }
    run.cases = cases(model.as_ref());
    Ok(run)
}

/// `2 events in 1 stream, 3 examples, 4 tests`
fn summary(model: Option<&EventModel>, opinion: &Opinion, tests: usize) -> String {
    let Some(model) = model else { return "stopped early".to_owned() };
    let events = output::count(model.events.len(), "event");
    let streams = output::count(model.streams.len(), "stream");
    let examples = output::count(opinion.examples, "example");
    let tests = if tests == 0 { String::new() } else { format!(", {}", output::count(tests, "test")) };
    format!("{events} in {streams}, {examples}{tests}")
}

/// A case for each event.
fn cases(model: Option<&EventModel>) -> Vec<Case> {
    let events = model.into_iter().flat_map(|model| &model.events);
    let case = |(name, file): (&String, &String)| Case {
        suite: "events".to_owned(),
        name: name.clone(),
        file: file.clone(),
        entries: Vec::new(),
    };
    events.map(|event| case((&event.name, &event.place.file.path))).collect()
}

/// Whether generated types and checks cover the whole schema, or some subschemas are validated at run time.
fn coverage_text(coverage: &EventCoverage) -> String {
    let (event, typed, asked) = (shown(&coverage.event), coverage.typed, coverage.asked);
    if asked == 0 {
        return format!("{event}: checked natively ({})\n", output::count(typed, "subschema"));
    }
    let parts = coverage
        .judged
        .iter()
        .map(|part| format!("  {}: {}\n", shown(&part.location), shown(&part.keywords.join(", "))));
    let total = output::count(typed + asked, "subschema");
    format!("{event}: {asked} of {total} validated at run time:\n{}", parts.collect::<String>())
}

/// Each event with its subject, stream and coverage, and the examples that only walnats could validate.
fn details(model: Option<&EventModel>, opinion: &Opinion) -> String {
    let mut lines = Vec::new();
    for event in model.iter().flat_map(|model| &model.events) {
        let (subject, stream) = (event.filter(), &event.stream);
        let (name, path) = (shown(&event.name), shown(&event.place.file.path));
        lines.push(format!("{name}: subject `{}`, stream `{}`, from {path}\n", shown(&subject), shown(stream)));
    }
    for stream in model.iter().flat_map(|model| &model.streams).filter(|stream| stream.is_external) {
        lines.push(format!("{}: an external stream, which `register` checks and never changes\n", shown(&stream.name)));
    }
    for coverage in model.into_iter().flat_map(walnats_codegen::rust::coverage) {
        lines.push(coverage_text(&coverage));
    }
    for (schema, reason) in &opinion.unjudged {
        lines.push(format!(
            "{}: examples were validated by walnats only, because the crate jsonschema reports: {}\n",
            shown(schema),
            shown(reason)
        ));
    }
    lines.concat()
}
