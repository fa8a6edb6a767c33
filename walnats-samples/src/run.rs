//! Schema tests and samples, held against the schemas.

use walnats_codegen::diagnostic::{Diagnostic, Place, Report, did_you_mean};
use walnats_codegen::model::Event;
use walnats_schema::Violation;

use crate::case::{Case, Expected, Reason};
use crate::judge::{Judge, SecondOpinion, Verdict, cut, sentence, unlisted};
use crate::payload::Content;
use crate::sources::Sources;
use crate::{sample_folder, schema_test};

/// How many violations of one payload become findings.
const SHOWN: usize = 10;

/// All cases of a package, in the order of their files. What is wrong with the files themselves is in the report.
pub fn cases(judge: &Judge<'_>, sources: &Sources<'_>, report: &mut Report) -> Vec<Case> {
    let documents = &judge.package.sources;
    let mut cases: Vec<Case> = Vec::new();
    for document in &documents.tests {
        cases.extend(schema_test::tests(document, sources, report));
    }
    for document in documents.documents.iter().filter(|document| walnats_codegen::load::is_among_tests(&document.name))
    {
        let place = Place { file: document.file.clone(), span: 0..0 };
        let message = format!("`{}` is read as a schema, although it is in a folder `tests`", document.file.path);
        report.push(Diagnostic::warning("WN1110", place, message).help(
            "a schema test has `tests`, or `event`, `payload` and `valid`; payloads next to it are what a test names with `file`",
        ));
    }
    let events: Vec<&str> = judge.model.events.iter().map(|event| event.name.as_str()).collect();
    let folders = judge.package.schema_folders();
    cases.extend(sample_folder::samples(sources, &folders, &events, report));
    cases
}

/// How a case ended.
#[derive(Clone, Debug, Default)]
pub struct Ended {
    /// Whether the payload had the verdict that it was to have.
    pub has_passed: bool,
    /// Why not, and what else is worth mentioning.
    pub findings: Vec<Diagnostic>,
}

/// Judges all `cases`, in order.
pub fn run(judge: &Judge<'_>, cases: &[Case]) -> Vec<Ended> {
    let events = judge.model.events.iter().filter(|event| cases.iter().any(|case| case.event == event.name));
    let second = SecondOpinion::new(judge, events);
    cases.iter().map(|case| one(judge, &second, case)).collect()
}

fn one(judge: &Judge<'_>, second: &SecondOpinion, case: &Case) -> Ended {
    let Some(event) = judge.event(&case.event) else {
        let finding = unknown_event(judge, &case.event, case.event_place.clone());
        return Ended { has_passed: false, findings: vec![finding] };
    };
    let verdict = judge.judge(event, &case.payload);
    let mut findings = differences(case, event, &verdict);
    let has_passed = findings.is_empty();
    if let Some(accepts) = second.accepts(event, &case.payload)
        && accepts != verdict.is_valid()
        && second.has_to_agree(judge, event)
    {
        findings.push(disagreement(case, accepts));
    }
    findings.extend(verdict.remarks.iter().map(|remark| remarked(remark, case.payload.place(&remark.pointer))));
    Ended { has_passed, findings }
}

/// That the package has no event of this name.
pub fn unknown_event(judge: &Judge<'_>, name: &str, place: Place) -> Diagnostic {
    let names: Vec<&str> = judge.model.events.iter().map(|event| event.name.as_str()).collect();
    let listed: Vec<String> = names.iter().take(12).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > listed.len() { ", ..." } else { "" };
    let finding = Diagnostic::error("WN1103", place, format!("the package has no event `{name}`"));
    finding.help(format!("events are {}{more}", listed.join(", "))).suggest(name, names.iter().copied())
}

/// Fields of a message that its descriptor does not have.
pub fn remarked(remark: &Violation, place: Place) -> Diagnostic {
    let at = if remark.pointer.is_empty() { "the message".to_owned() } else { format!("`{}`", remark.pointer) };
    Diagnostic::warning("WN1111", place, format!("{at}: expected {}", remark.expected))
        .help("it was written by a newer version of the message, or is another message")
}

fn differences(case: &Case, event: &Event, verdict: &Verdict) -> Vec<Diagnostic> {
    if verdict.is_of_another_kind {
        let message = format!("an event `{}` is JSON, and this is an encoded message", event.name);
        return vec![Diagnostic::error("WN1107", case.payload.place(""), message)];
    }
    match &case.expected {
        Expected::Valid => refused(case, event, verdict),
        Expected::Refused(reasons) if verdict.is_valid() => {
            let place = reasons.first().map_or(&case.place, |reason| &reason.place).clone();
            let message = format!("`{}` accepts a payload that must be refused", event.name);
            let help = "the schema is wider than the test says, or the payload is not what was meant";
            vec![Diagnostic::error("WN1105", place, message).help(help)]
        }
        Expected::Refused(reasons) => {
            reasons.iter().filter_map(|reason| missing(case, event, reason, verdict)).collect()
        }
    }
}

/// Why a payload that is to be valid is refused.
fn refused(case: &Case, event: &Event, verdict: &Verdict) -> Vec<Diagnostic> {
    let violations = &verdict.violations;
    let mut findings: Vec<Diagnostic> = Vec::new();
    for violation in violations.list.iter().take(SHOWN) {
        let message = format!("`{}` refuses a payload that must be valid: {}", event.name, sentence(violation));
        findings.push(Diagnostic::error("WN1104", case.payload.place(&violation.pointer), message));
    }
    let hidden = violations.list.len().saturating_sub(SHOWN);
    let last = match &violations.cut {
        Some(reason) if hidden > 0 => Some(unlisted(reason, hidden)),
        Some(reason) => Some(cut(reason)),
        None => (hidden > 0).then(|| format!("there are {hidden} more violations")),
    };
    match (findings.last_mut(), last) {
        (Some(finding), Some(last)) => finding.help = Some(last),
        (None, Some(last)) => {
            let message = format!("`{}` refuses a payload that must be valid: {last}", event.name);
            findings.push(Diagnostic::error("WN1104", case.payload.place(""), message));
        }
        _ => {}
    }
    if let Some(first) = findings.first_mut()
        && !matches!(case.payload.content, Content::Binary(_))
        && case.place != first.place
    {
        first.related.push((case.place.clone(), "this test".to_owned()));
    }
    findings
}

/// A violation that a test expects, where it is not there.
fn missing(case: &Case, event: &Event, reason: &Reason, verdict: &Verdict) -> Option<Diagnostic> {
    let list = &verdict.violations.list;
    let keyword = reason.keyword.as_ref().map(|keyword| keyword.value.as_str());
    let pointer = reason.pointer.as_ref().map(|pointer| pointer.value.as_str());
    let is_it = |found: &Violation| {
        keyword.is_none_or(|keyword| keyword == found.keyword) && pointer.is_none_or(|pointer| pointer == found.pointer)
    };
    if list.iter().any(is_it) {
        return None;
    }
    let wanted = match (keyword, pointer) {
        (Some(keyword), Some("")) => format!("by `{keyword}` for the whole payload"),
        (Some(keyword), Some(pointer)) => format!("by `{keyword}` at `{pointer}`"),
        (Some(keyword), None) => format!("by `{keyword}`"),
        (None, Some("")) => "for the whole payload".to_owned(),
        (None, Some(pointer)) => format!("at `{pointer}`"),
        (None, None) => return None,
    };
    let message = format!("`{}` does not refuse this payload {wanted}", event.name);
    let mut finding = Diagnostic::error("WN1106", reason.place.clone(), message);
    let instead: Vec<String> = list.iter().take(SHOWN).map(sentence).collect();
    let more = list.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let near = keyword.and_then(|keyword| did_you_mean(keyword, list.iter().map(|found| found.keyword)));
    let near = near.filter(|near| Some(*near) != keyword).map(|near| format!("did you mean `{near}`? "));
    let instead = match (&verdict.violations.cut, instead.is_empty()) {
        (Some(reason), true) => cut(reason),
        _ => format!("{}{more}", instead.join("; ")),
    };
    finding.help = Some(format!("{}it is refused instead because of {instead}", near.unwrap_or_default()));
    if let Some(first) = list.first() {
        let at = case.payload.place(&first.pointer);
        if at != finding.place {
            finding.related.push((at, format!("refused by `{}`", first.keyword)));
        }
    }
    Some(finding)
}

fn disagreement(case: &Case, accepts: bool) -> Diagnostic {
    let (walnats, other) = if accepts { ("refuses", "accepts") } else { ("accepts", "refuses") };
    let message = format!("walnats {walnats} this payload, but the validator jsonschema {other} it");
    Diagnostic::warning("WN1108", case.payload.place(""), message)
        .help("one of the two is wrong; please report it, with the schema")
}
