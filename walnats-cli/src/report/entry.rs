//! One finding, whichever command has found it.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use walnats_codegen::codes::{self, Code};
use walnats_codegen::diagnostic::{Diagnostic, Fix, Level, Place, Severity, SourceFile};
use walnats_compat::protobuf::Encoding;
use walnats_compat::{About, Direction, Finding, Revision, Witness};

/// A finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its code: `WN0801`.
    pub code: &'static str,
    /// How severe it is.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop, values in backticks.
    pub message: String,
    /// Where, in the files as they are now. What is gone has the file that it was in, without a range.
    pub place: Place,
    /// What to write under the marked text; empty for nothing.
    pub label: String,
    /// Other places that have to do with it.
    pub related: Vec<Related>,
    /// How to fix it.
    pub help: Option<String>,
    /// The changes of text that fix it, where there is one right answer.
    pub fix: Option<Fix>,
    /// Hexadecimal digits that stay the same when lines move.
    pub fingerprint: String,
    /// Why it does not count.
    pub suppression: Option<Suppression>,
    /// What a change does to readers, for findings of `walnats breaking`.
    pub change: Option<Change>,
    /// Whether it makes the program exit with 1.
    pub fails: bool,
    /// The folder of its package in a workspace, with a `/` at its end; empty for a package alone.
    pub package: String,
    /// Whether [`Run::details`](super::Run::details) says it already, so that an excerpt would say nothing more.
    pub is_listed: bool,
}

/// Another place.
#[derive(Clone, Debug, PartialEq)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What stands there, shortened; empty where that says nothing.
    pub text: String,
    /// What it has to do with the finding.
    pub note: String,
    /// The revision that it is in, as a prefix of its path: `main:`. `None` for the files as they are now.
    pub revision: Option<String>,
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Why.
    pub reason: String,
    /// The last day on which it does not count: `2027-01-31`.
    pub until: Option<String>,
}

/// What a change does to readers.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The finding of the comparison.
    pub finding: Finding,
    /// What the package was compared with, as it was asked for: `main`.
    pub against: String,
}

impl Entry {
    /// The entry of a finding in the files.
    pub fn of_diagnostic(found: &Diagnostic) -> Self {
        let Diagnostic { code, severity, message, place, label, related, help, fix, suppression } = found.clone();
        // Where misspelt keywords are allowed, the schema was in use without them.
        let is_allowed = code == "WN0305" && severity == Severity::Warning;
        let fix = fix.map(|fix| if is_allowed { fix.narrowing() } else { fix });
        let suppression = suppression.map(|given| Suppression { reason: given.reason, until: given.until });
        let marked = place.file.text.get(place.span.clone()).unwrap_or_default();
        let fingerprint = digest(&[code, &place.file.path, &message, marked]);
        let related =
            related.into_iter().map(|(place, note)| Related { place, text: String::new(), note, revision: None });
        let (related, fails) = (related.collect(), severity == Severity::Error && suppression.is_none());
        Self {
            code,
            severity,
            message,
            place,
            label,
            related,
            help,
            fix,
            fingerprint,
            suppression,
            change: None,
            fails,
            package: String::new(),
            is_listed: false,
        }
    }

    /// The entry of a finding of a comparison with `against`, whose paths begin with `prefix` when they are shown.
    pub fn of_change(finding: &Finding, against: &str, prefix: &str) -> Self {
        let severity = if finding.level == Level::Deny { Severity::Error } else { Severity::Warning };
        let mut marks = finding.marks.iter().collect::<Vec<_>>();
        let own = marks.iter().position(|mark| mark.revision == Revision::New).map(|own| marks.remove(own));
        let gone = marks.first().map_or("walnats.toml", |mark| mark.place.file.path.as_str());
        let whole = || Place { file: Arc::new(SourceFile { path: gone.to_owned(), text: String::new() }), span: 0..0 };
        let related = marks.iter().map(|mark| Related {
            place: mark.place.clone(),
            text: mark.text.clone(),
            note: mark.note.clone(),
            revision: (mark.revision == Revision::Old).then(|| prefix.to_owned()),
        });
        let valid = finding.acceptance.as_ref().filter(|acceptance| !acceptance.is_expired);
        let suppression =
            valid.map(|acceptance| Suppression { reason: acceptance.reason.clone(), until: acceptance.until.clone() });
        Self {
            code: finding.code.id,
            severity,
            message: finding.message.clone(),
            place: own.map_or_else(whole, |own| own.place.clone()),
            label: own.map(|own| said(&own.text, &own.note)).unwrap_or_default(),
            related: related.collect(),
            help: Some(finding.help.clone().unwrap_or_else(|| finding.code.cure.to_owned())),
            fix: None,
            fingerprint: finding.fingerprint.clone(),
            suppression,
            change: Some(Change { finding: finding.clone(), against: against.to_owned() }),
            fails: finding.fails(),
            package: String::new(),
            is_listed: false,
        }
    }

    /// The fingerprint, made unique among packages that have the same finding.
    pub fn identity(&self) -> String {
        if self.package.is_empty() { self.fingerprint.clone() } else { digest(&[&self.package, &self.fingerprint]) }
    }

    /// The row of its code; `None` for a code that has none.
    pub fn row(&self) -> Option<&'static Code> {
        codes::by_id(self.code)
    }

    /// `WN0801 narrowed`
    pub fn title(&self) -> String {
        self.row().map_or_else(|| self.code.to_owned(), |row| format!("{} {}", row.id, row.slug))
    }

    /// `error`, `warning`; `accepted` and `suppressed` for what does not count.
    pub fn level(&self) -> &'static str {
        match (&self.suppression, &self.change, self.severity) {
            (Some(_), Some(_), _) => "accepted",
            (Some(_), None, _) => "suppressed",
            (None, _, Severity::Error) => "error",
            (None, _, Severity::Warning) => "warning",
        }
    }

    /// Whether it says that the program could not read what it was to check.
    pub fn is_failure(&self) -> bool {
        self.code == UNREADABLE && self.severity == Severity::Error
    }

    /// The finding in the files that it was made of; places of other revisions are left out.
    pub(super) fn to_diagnostic(&self) -> Diagnostic {
        let related = self.related.iter().filter(|related| related.revision.is_none());
        Diagnostic {
            code: self.code,
            severity: self.severity,
            message: self.message.clone(),
            place: self.place.clone(),
            label: self.label.clone(),
            related: related.map(|related| (related.place.clone(), related.note.clone())).collect(),
            help: self.help.clone(),
            ..Diagnostic::error(self.code, self.place.clone(), "")
        }
    }
}

/// What a place has to do with a change. Which revision it is says nothing without what stands there: `new: int32`.
pub(super) fn said(text: &str, note: &str) -> String {
    match (text, note) {
        (text, "old" | "new") if !text.is_empty() => format!("{note}: {text}"),
        (_, note) => note.to_owned(),
    }
}

/// The code of files and folders that cannot be read.
const UNREADABLE: &str = "WN0101";

impl Change {
    /// `event`, `stream` or `definition`, and its name.
    pub fn about(&self) -> (&'static str, &str) {
        let kind = match &self.finding.about {
            About::Event(_) => "event",
            About::Stream(_) => "stream",
            About::Definition(_) => "definition",
        };
        (kind, self.finding.about.name())
    }

    /// The payload that shows the break, as a text: JSON, or the bytes and what they mean.
    pub fn payload(&self) -> Option<String> {
        match self.finding.witness.as_ref()? {
            Witness::Json(payload) => Some(payload.to_string()),
            Witness::Protobuf(witness) if witness.encoding == Encoding::Binary => {
                Some(format!("{} ({})", witness.hex(), witness.text))
            }
            Witness::Protobuf(witness) => Some(witness.text.clone()),
            _ => None,
        }
    }

    /// What becomes of the payload.
    pub fn outcome(&self) -> Option<String> {
        match (self.finding.witness.as_ref()?, self.finding.direction) {
            (Witness::Protobuf(witness), _) => Some(witness.outcome.to_string()),
            (_, Direction::Forward) => Some(format!("accepted now, refused by {}", self.against)),
            _ => Some(format!("accepted by {}, refused now", self.against)),
        }
    }
}

/// The first 24 hexadecimal digits of the SHA-256 of texts.
pub(super) fn digest(texts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update(text.len().to_be_bytes());
        digest.update(text);
    }
    digest.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}
