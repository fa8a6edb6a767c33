//! What keeps streams from being registered, as findings.

use std::sync::Arc;

use walnats_codegen::diagnostic::{Levels, Place};
use walnats_codegen::settings::Settings;
use walnats_codegen::{Diagnostic, EventModel, Package, Report};
use walnats_runtime::{Action, CutOff, Plan, Refusal, RefusedStream, StreamPlan, Warning};

use crate::output;

/// A plan, and the package that it is for.
pub struct Findings<'a> {
    pub package: &'a Package,
    pub model: &'a EventModel,
    pub plan: &'a Plan,
}

impl Findings<'_> {
    /// The findings about the plan, each with its stream. `refused` was or would be refused; differences count too if they are
    /// denied.
    pub fn of(&self, refused: &[RefusedStream], deny_changes: bool) -> Vec<(String, Diagnostic)> {
        let Self { package: Package { settings, .. }, model, plan } = self;
        let mut report = Report::default();
        report.set_levels(Levels { everywhere: settings.levels(), ..Levels::default() });
        let mut all = Vec::new();
        // The plan has the streams in the order of the model, perhaps under other names.
        for (stream, planned) in model.streams.iter().zip(&plan.streams) {
            let place = place(settings, model, &stream.name);
            for refused in refused.iter().filter(|refused| refused.stream == planned.name) {
                report.push(refusal(planned, &refused.refusal, place.clone()));
            }
            for finding in remarks(planned, &place) {
                report.push(finding);
            }
            if deny_changes && planned.action != Action::NoChange {
                report.push(difference(planned, place));
            }
            report.sort();
            all.extend(report.diagnostics.drain(..).map(|found| (planned.name.clone(), found)));
        }
        all.sort_by(|(_, a), (_, b)| {
            let key = |found: &Diagnostic| (found.place.file.path.clone(), found.place.span.start);
            key(a).cmp(&key(b))
        });
        all
    }
}

fn difference(plan: &StreamPlan, place: Place) -> Diagnostic {
    let name = &plan.name;
    let message = match plan.action {
        Action::Create => format!("stream `{name}` does not exist on the server"),
        _ => format!("stream `{name}` differs from the one on the server"),
    };
    let changes: Vec<String> = plan.changes.iter().map(ToString::to_string).collect();
    detailed(Diagnostic::error("WN1212", place, message), &changes)
        .help("run `walnats register`; or change `walnats.toml`")
}

/// The stream's section in `walnats.toml`; without one, its first event.
fn place(settings: &Settings, model: &EventModel, stream: &str) -> Place {
    let section = settings.streams.keys().find(|name| name.as_str() == stream);
    let event = || model.events.iter().find(|event| event.stream == stream);
    match section {
        Some(name) => settings.place(name),
        None => {
            event().map_or_else(|| Place { file: Arc::clone(&settings.file), span: 0..0 }, |event| event.place.clone())
        }
    }
}

fn refusal(plan: &StreamPlan, refusal: &Refusal, place: Place) -> Diagnostic {
    let name = &plan.name;
    match refusal {
        Refusal::Loses { messages, stored, losses } => {
            let message = format!("updating stream `{name}` would delete {messages} of its {stored} messages");
            let causes =
                losses.iter().map(|loss| format!("`{}` deletes {}: {}", loss.key(), loss.messages, loss.why()));
            detailed(Diagnostic::error("WN1201", place, message), &causes.collect::<Vec<_>>())
                .help(format!("keep the limit; or allow it with `--allow-loss={name}:{}`", messages.messages()))
        }
        Refusal::Weakens(weakenings) => {
            let message = format!("updating stream `{name}` would weaken it");
            let causes = weakenings.iter().map(ToString::to_string);
            let settings = weakenings.iter().map(|weaker| format!("`--allow-weaker={name}:{}`", weaker.change.key()));
            detailed(Diagnostic::error("WN1202", place, message), &causes.collect::<Vec<_>>())
                .help(format!("keep the setting; or allow it with {}", settings.collect::<Vec<_>>().join(" ")))
        }
        Refusal::Rejected { why, .. } if plan.needs_recreation => {
            let message = format!("stream `{name}` would have to be deleted and created again");
            detailed(Diagnostic::error("WN1204", place, message), why).help(format!(
                "keep the setting; or use a new stream under another name; or delete this one, with {} stored, and register again",
                output::count(usize::try_from(plan.stored).unwrap_or(usize::MAX), "message")
            ))
        }
        Refusal::Rejected { code, why } => {
            let code = code.map(|code| format!(" (code {code})")).unwrap_or_default();
            let message = format!("the server does not accept stream `{name}`{code}");
            detailed(Diagnostic::error("WN1203", place, message), why)
        }
        Refusal::Conflict { stream, subjects } => {
            let subjects = subjects.iter().map(|subject| format!("`{subject}`")).collect::<Vec<_>>().join(", ");
            let message = format!("subjects of stream `{name}` belong to stream `{stream}` already");
            let details = if subjects.is_empty() { vec![] } else { vec![format!("`{stream}` stores {subjects}")] };
            detailed(Diagnostic::error("WN1205", place, message), &details)
                .help(format!("let the events be stored in `{stream}`, or remove the subjects there first"))
        }
        Refusal::Unfit(misfits) => {
            let message = format!("external stream `{name}` does not meet the requirements of the events");
            let causes = misfits.iter().map(ToString::to_string);
            detailed(Diagnostic::error("WN1206", place, message), &causes.collect::<Vec<_>>())
                .help("ask its owner to change it; or change what `walnats.toml` asks of it")
        }
        other => Diagnostic::error("WN1203", place, format!("stream `{name}` is not registered: {other}")),
    }
}

/// The finding with details: under the marked text, or in the message if there is none.
fn detailed(mut finding: Diagnostic, details: &[String]) -> Diagnostic {
    if details.is_empty() {
        return finding;
    }
    let details = details.join("; ");
    if finding.place.span.is_empty() {
        finding.message += &format!(": {details}");
        return finding;
    }
    finding.label(details)
}

/// What is worth knowing about a stream whether it is refused or not.
fn remarks(plan: &StreamPlan, place: &Place) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let name = &plan.name;
    let CutOff { subjects, published, consumers, unseen_consumers } = &plan.cut_off;
    if !subjects.is_empty() {
        let message =
            format!("updating stream `{name}` cuts off publishers or consumers: it removes {}", quoted(subjects));
        let count = |messages: u64| output::count(usize::try_from(messages).unwrap_or(usize::MAX), "message");
        let stored = published.iter().map(|(subject, messages)| format!("`{subject}` has {}", count(*messages)));
        let cut = consumers.iter().map(|consumer| format!("{consumer}, which nothing matches then"));
        let unseen = unseen_consumers.then(|| "its consumers could not be listed".to_owned());
        let details: Vec<String> = stored.chain(cut).chain(unseen).collect();
        let help = "without `--exact-subjects`, subjects that the package does not declare are kept";
        found.push(detailed(Diagnostic::warning("WN1207", place.clone(), message), &details).help(help));
    }
    for warning in plan.warnings.iter().filter(|warning| is_found(**warning)) {
        let message = format!("stream `{name}` may lose events: {warning}");
        found.push(Diagnostic::warning("WN1208", place.clone(), message));
    }
    found
}

/// Whether it is about the stream on the server, and not what the package states itself.
fn is_found(warning: Warning) -> bool {
    !matches!(warning, Warning::OneReplica | Warning::MemoryStorage | Warning::InterestRetention)
}

fn quoted(texts: &[String]) -> String {
    texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ")
}
