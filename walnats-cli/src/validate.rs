//! `walnats validate`

mod capture;
mod find;
mod tally;

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use serde_json::value::RawValue;
use walnats_codegen::diagnostic::{Diagnostic, Place, SourceFile, did_you_mean};
use walnats_codegen::model::{Event, Payload as Carried};
use walnats_codegen::{Package, Report};
use walnats_samples::Judge;
use walnats_samples::judge::{cut, sentence, unlisted};
use walnats_samples::payload::{Content, Entry, Format, JsonLines, Payload, text, whole};
use walnats_samples::run::remarked;

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::report::{Case, Run};
use crate::{finish, named, root};
use find::Found;
use tally::Tally;

/// Validate payloads, or captured messages, by the events' schemas
///
/// Reads JSON, JSON Lines, YAML and encoded protobuf (`.binpb`). Without EVENT, each value says itself which event it is: a
/// captured message, {"subject": ..., "headers": {...}, "payload": ...}, by its header `ce-type` or by its subject; or a
/// structured CloudEvent by its `type`. With EVENT, messages of a capture that are other events are left out. What
/// `walnats tail`, `nats sub --dump=-` and `nats stream get --json` print is read, too.
#[derive(Args)]
pub struct Options {
    /// The event's name, then files; `-` is standard input
    #[arg(value_name = "[EVENT] FILE", required = true)]
    arguments: Vec<String>,
    /// What the files are, in place of what their extensions say
    #[arg(long, value_name = "FORMAT")]
    input: Option<Input>,
}

/// What a file is.
#[derive(Clone, Copy, ValueEnum)]
enum Input {
    Json,
    Jsonl,
    Yaml,
    Binary,
}

/// How many findings are kept: nobody reads more, and each comes with an excerpt.
const MAX_FINDINGS: usize = 1_000;
/// The same where the excerpts are of a large file.
const MAX_FINDINGS_OF_LARGE: usize = 100;
/// From how many bytes on a file is large.
const LARGE: usize = 16 << 20;
/// How many violations of one payload are findings.
const SHOWN: usize = 10;

pub fn run(global: &GlobalOptions, options: &Options) -> Result<Outcome, Failure> {
    let folder = root::folder(global)?;
    let mut package = Package::load(&walnats_codegen::configure().root(&folder));
    let Ok(model) = package.model() else {
        // A package with errors is what `walnats check` is for.
        return finish::with(&Run::of("validate", &package.report).summary("nothing was validated").at(folder), global);
    };
    let mut report = package.report.clone();
    report.diagnostics.clear();
    let judge = Judge::new(&package, &model);
    let (event, files) = arranged(&judge, &options.arguments)?;
    let mut validation = Validation {
        judge: &judge,
        event,
        report,
        tally: Tally::default(),
        most: MAX_FINDINGS,
        blank: Vec::new(),
        files: Vec::new(),
    };
    for file in files {
        validation.file(file, options.input);
    }
    // Files are named from here on.
    finish::with(&validation.ended().at(std::env::current_dir().unwrap_or_default()), global)
}

/// The event, where it is named, and the files.
fn arranged<'j, 'a>(judge: &Judge<'j>, arguments: &'a [String]) -> Result<(Option<&'j Event>, &'a [String]), Failure> {
    let Some((first, files)) = arguments.split_first() else { return Err("name a file, or `-`".into()) };
    let is_file = first == "-" || Path::new(first).exists();
    match judge.event(first) {
        Some(event) if !files.is_empty() => Ok((Some(event), files)),
        Some(event) if !is_file => {
            Err(format!("name a file with payloads of `{}`, or `-` for standard input", event.name).into())
        }
        None if !is_file && (!files.is_empty() || is_near(judge, first)) => {
            Err(format!("there is no file `{first}`, and {}", named::no_event(judge.model, first)).into())
        }
        _ => Ok((None, arguments)),
    }
}

/// Whether a word may be meant as the name of an event.
fn is_near(judge: &Judge<'_>, word: &str) -> bool {
    did_you_mean(word, judge.model.events.iter().map(|event| event.name.as_str())).is_some()
}

struct Validation<'a, 'j> {
    judge: &'a Judge<'j>,
    event: Option<&'j Event>,
    report: Report,
    tally: Tally,
    /// How many findings are kept.
    most: usize,
    /// The files, as they are shown.
    files: Vec<String>,
    /// Files without anything in them.
    blank: Vec<(String, Format)>,
}

impl<'j> Validation<'_, 'j> {
    fn file(&mut self, path: &str, input: Option<Input>) {
        let shown = if path == "-" { "<stdin>" } else { path };
        self.files.push(shown.to_owned());
        let bytes = match bytes(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let file = Arc::new(SourceFile { path: shown.to_owned(), text: String::new() });
                let message = format!("`{shown}` cannot be read: {error}");
                return self.report.push(Diagnostic::error("WN0101", Place { file, span: 0..0 }, message));
            }
        };
        let is_message = self.event.is_some_and(|event| matches!(event.payload, Carried::Protobuf(_)));
        let format = match input {
            Some(Input::Json) => Format::Json,
            Some(Input::Jsonl) => Format::JsonLines,
            Some(Input::Yaml) => Format::Yaml,
            Some(Input::Binary) => Format::Binary,
            None => Format::of(shown).unwrap_or_else(|| guessed(&bytes, is_message)),
        };
        if format == Format::Binary {
            let file = Arc::new(SourceFile { path: shown.to_owned(), text: String::new() });
            return self.payload(&Payload::new(file, Content::Binary(bytes)));
        }
        if bytes.len() > LARGE {
            self.most = MAX_FINDINGS_OF_LARGE;
        }
        if bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) {
            self.blank.push((shown.to_owned(), format));
            return;
        }
        if format == Format::JsonLines {
            return JsonLines::new(shown, bytes).entries().for_each(|entry| self.entry(entry));
        }
        // Captures are called `.json`, too.
        let is_lines = || format == Format::Json && serde_json::from_slice::<&RawValue>(&bytes).is_err();
        if is_lines() {
            let lines = JsonLines::new(shown, bytes.clone());
            if lines.looks_like_lines() {
                return lines.entries().for_each(|entry| self.entry(entry));
            }
        }
        match text(shown, bytes) {
            Ok(file) => self.entry(whole(file, format)),
            Err(finding) => {
                self.tally.unclear += 1;
                self.push(*finding);
            }
        }
    }

    /// Ends the run: files without anything in them are findings where others have something.
    fn ended(mut self) -> Run {
        let Tally { valid, invalid, unclear, others, .. } = self.tally;
        let is_nothing = valid + invalid + unclear + others == 0 && self.report.diagnostics.is_empty();
        let blank = std::mem::take(&mut self.blank);
        if !is_nothing {
            for (path, format) in &blank {
                // A capture of a quiet hour has no lines.
                if *format != Format::JsonLines {
                    self.entry(whole(Arc::new(SourceFile { path: path.clone(), text: String::new() }), *format));
                }
            }
        }
        self.report.sort();
        let mut run = Run::of("validate", &self.report).summary(self.tally.text());
        run.cases = self.files.into_iter().map(|file| Case::of_file("payloads", file)).collect();
        if is_nothing && !blank.is_empty() {
            let names: Vec<String> = blank.iter().map(|(path, _)| format!("`{path}`")).collect();
            run.fail(format!(
                "nothing was validated: {} has no payload, only blank lines or nothing at all",
                names.join(" and ")
            ));
        }
        run
    }

    fn entry(&mut self, entry: Entry) {
        entry.findings.into_iter().for_each(|finding| self.push(finding));
        match entry.payload {
            Some(payload) => self.payload(&payload),
            None => self.tally.unclear += 1,
        }
    }

    fn payload(&mut self, payload: &Payload) {
        match (self.event, &payload.content) {
            (Some(event), Content::Binary(_)) => self.judged(event, payload),
            (None, Content::Binary(_)) => {
                self.tally.unclear += 1;
                let message = "nothing says which event this encoded message is";
                let finding = Diagnostic::error("WN1115", payload.place(""), message);
                self.push(finding.help("name the event: `walnats validate EVENT FILE`"));
            }
            (None, Content::Value(node)) => match find::find(self.judge, &payload.file, node) {
                Ok(found) => self.found(found),
                Err(finding) => {
                    self.tally.unclear += 1;
                    self.push(*finding);
                }
            },
            (Some(event), Content::Value(node)) => {
                let is_wrapped = capture::read(node).is_some_and(|read| read.is_ok()) || find::is_structured(node);
                // What the event accepts as it stands is a payload, even if it looks like a message.
                if !is_wrapped || self.judge.judge(event, payload).is_valid() {
                    return self.judged(event, payload);
                }
                self.wrapped(event, payload);
            }
        }
    }

    /// A message of a capture, where the event is named.
    fn wrapped(&mut self, event: &'j Event, payload: &Payload) {
        let Content::Value(node) = &payload.content else { return };
        match find::find(self.judge, &payload.file, node) {
            Ok(found) if found.event.name == event.name => self.found(found),
            Ok(_) => self.tally.others += 1,
            Err(_) => match capture::read(node) {
                // Its subject fits several events, or none: whoever names the event knows better.
                Some(Ok(captured)) if captured.cloud_event_type().is_none() => {
                    match find::payload_of(self.judge, event, (&payload.file, node), &captured) {
                        Ok(payload) => {
                            let faults = find::faults(self.judge, (&payload.file, &node.span), &captured);
                            self.found(Found { event, payload, faults });
                        }
                        Err(finding) => {
                            self.tally.unclear += 1;
                            self.push(*finding);
                        }
                    }
                }
                _ => self.tally.others += 1,
            },
        }
    }

    fn found(&mut self, Found { event, payload, faults }: Found<'_>) {
        self.tally.faulty += usize::from(!faults.is_empty());
        faults.into_iter().for_each(|fault| self.push(fault));
        self.judged(event, &payload);
    }

    fn judged(&mut self, event: &Event, payload: &Payload) {
        let verdict = self.judge.judge(event, payload);
        for remark in &verdict.remarks {
            self.push(remarked(remark, payload.place(&remark.pointer)));
        }
        if verdict.is_valid() {
            self.tally.valid += 1;
            return;
        }
        if verdict.is_of_another_kind {
            self.tally.unclear += 1;
            let message = format!("an event `{}` is JSON, and this is an encoded message", event.name);
            return self.push(Diagnostic::error("WN1114", payload.place(""), message));
        }
        self.tally.invalid += 1;
        let list = &verdict.violations.list;
        for violation in list.iter().take(SHOWN) {
            let message = format!("not a valid `{}`: {}", event.name, sentence(violation));
            self.push(Diagnostic::error("WN1113", payload.place(&violation.pointer), message));
        }
        let more = list.len().saturating_sub(SHOWN);
        let rest = match &verdict.violations.cut {
            Some(reason) if more > 0 => Some(unlisted(reason, more)),
            Some(reason) => Some(cut(reason)),
            None => (more > 0).then(|| format!("there are {more} more violations")),
        };
        if let Some(rest) = rest {
            let message = format!("not a valid `{}`: {rest}", event.name);
            self.push(Diagnostic::error("WN1113", payload.place(""), message));
        }
    }

    fn push(&mut self, finding: Diagnostic) {
        if self.report.diagnostics.len() < self.most {
            self.report.push(finding);
        } else {
            self.tally.hidden += 1;
        }
    }
}

fn bytes(path: &str) -> std::io::Result<Vec<u8>> {
    if path != "-" {
        return std::fs::read(path);
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What bytes without an extension are.
fn guessed(bytes: &[u8], is_message: bool) -> Format {
    let Ok(text) = std::str::from_utf8(bytes) else {
        let is_lines = !is_message && JsonLines::new("", bytes.to_vec()).looks_like_lines();
        return if is_lines { Format::JsonLines } else { Format::Binary };
    };
    let start = text.trim_start().chars().next();
    if is_message && !matches!(start, Some('{')) {
        return Format::Binary;
    }
    let mut values = text.split(['\n', '\0']).map(str::trim).filter(|line| !line.is_empty());
    let is_value = |line: &str| serde_json::from_str::<serde_json::Value>(line).is_ok();
    let is_lines = values.next().is_some_and(is_value) && values.next().is_some();
    if is_lines {
        return Format::JsonLines;
    }
    if matches!(start, Some('{' | '[' | '"')) { Format::Json } else { Format::Yaml }
}
