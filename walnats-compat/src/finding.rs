//! What a change breaks, as data.

use serde_json::Value;
use sha2::{Digest, Sha256};
use walnats_codegen::codes::{self, Code, DefaultLevel};
use walnats_codegen::diagnostic::{Level, Place};
use walnats_codegen::settings::Settings;

use crate::kind::Kind;
use crate::protobuf;

/// Who writes and who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// New readers read old events.
    Backward,
    /// Old readers read new events.
    Forward,
    /// How events get to their readers, whatever is in them.
    Delivery,
}

impl Direction {
    /// `backward`, `forward`, `delivery`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Backward => "backward",
            Self::Forward => "forward",
            Self::Delivery => "delivery",
        }
    }

    /// `old events -> new readers`
    pub fn words(self) -> &'static str {
        match self {
            Self::Backward => "old events -> new readers",
            Self::Forward => "new events -> old readers",
            Self::Delivery => "delivery",
        }
    }
}

/// One of the two revisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Revision {
    Old,
    New,
}

impl Revision {
    /// `old`, `new`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// An event, by name.
    Event(String),
    /// A stream, by name.
    Stream(String),
    /// What a protobuf file defines, by its full name, where no event contains it.
    Definition(String),
}

impl About {
    /// Its name.
    pub fn name(&self) -> &str {
        let (Self::Event(name) | Self::Stream(name) | Self::Definition(name)) = self;
        name
    }
}

/// A payload that shows the break.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Witness {
    /// The writer accepts this JSON value, and the reader refuses it: two validators agree.
    Json(Value),
    /// A protobuf message that the reader misreads or refuses: it was tried.
    Protobuf(protobuf::Witness),
}

/// A place in one of the two revisions that a break comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Whose file it is.
    pub revision: Revision,
    /// Where it stands; paths are relative to the package's folder.
    pub place: Place,
    /// The keyword and its value as written, on one line, shortened.
    pub text: String,
    /// What it does: `refuses /total`.
    pub note: String,
}

/// Why a break is accepted, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// Why.
    pub reason: String,
    /// The last day on which it counts: `2027-01-31`.
    pub until: Option<String>,
    /// Whether that day has passed.
    pub is_expired: bool,
}

/// A break, or what could not be decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// One of those that begin with `WN08`.
    pub code: &'static Code,
    /// How bad it is, by the settings of the new revision.
    pub level: Level,
    /// What it is about.
    pub about: About,
    /// Who writes and who reads.
    pub direction: Direction,
    /// 12 hexadecimal digits that stay the same after unrelated changes, reformatting and renames of files.
    pub fingerprint: String,
    /// What is wrong, in one sentence; lower case, no full stop, values in backticks. Never a part of the payload.
    pub message: String,
    /// The rules for protobuf that were broken, by buf's ids where buf has them; sorted.
    pub rules: Vec<&'static str>,
    /// The payload that shows it.
    pub witness: Option<Witness>,
    /// The two places that disagree: the one that refuses first.
    pub marks: Vec<Mark>,
    /// The services that consume the event, sorted.
    pub readers: Vec<String>,
    /// The smallest change that would keep it compatible.
    pub help: Option<String>,
    /// Who accepted it.
    pub acceptance: Option<Acceptance>,
    /// Whether it says only that a search ended after it had found a break at the same place: of no interest before that break is
    /// accepted.
    pub is_rest: bool,
}

impl Finding {
    /// A finding without places and help. `terms` is what changed, in terms that do not depend on files: the fingerprint is
    /// made of it, together with the code and of what and for whom it is.
    pub(crate) fn new(
        id: &str,
        (about, direction): (About, Direction),
        message: String,
        terms: &[&Value],
        settings: &Settings,
    ) -> Option<Self> {
        let code = codes::by_id(id)?;
        let fingerprint = fingerprint(code, &about, direction, terms);
        let level = settings.levels().get(code.id).copied().unwrap_or(match code.level {
            DefaultLevel::Error | DefaultLevel::Deny => Level::Deny,
            DefaultLevel::Warn => Level::Warn,
            DefaultLevel::Allow => Level::Allow,
        });
        let (rules, witness, marks, readers, help, acceptance) = Default::default();
        Some(Self {
            code,
            level,
            about,
            direction,
            fingerprint,
            message,
            rules,
            witness,
            marks,
            readers,
            help,
            acceptance,
            is_rest: false,
        })
    }

    /// Which verdict it stands for.
    pub fn kind(&self) -> Kind {
        if self.code.id == "WN0809" { Kind::Undecided } else { Kind::Breaking }
    }

    /// Whether it fails the run: what is accepted, or a warning, does not.
    pub fn fails(&self) -> bool {
        let is_accepted = self.acceptance.as_ref().is_some_and(|acceptance| !acceptance.is_expired);
        self.level == Level::Deny && !is_accepted
    }
}

fn fingerprint(code: &Code, about: &About, direction: Direction, terms: &[&Value]) -> String {
    let kind = match about {
        About::Event(_) => "event",
        About::Stream(_) => "stream",
        About::Definition(_) => "definition",
    };
    let mut text = format!("{}\n{kind} {}\n{}\n", code.id, about.name(), direction.name());
    for term in terms {
        canonical(term, &mut text);
        text.push('\n');
    }
    digest(&text)
}

/// The first 12 hexadecimal digits of the SHA-256 of a text.
pub(crate) fn digest(text: &str) -> String {
    Sha256::digest(text).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// JSON with sorted members, whichever order the map keeps.
pub(crate) fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| name.as_str());
            text.push('{');
            for (name, value) in members {
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                canonical(value, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Number(number) => match number.as_f64().filter(|float| number.is_f64() && is_whole(*float)) {
            // `1.0` is the number 1.
            Some(float) => text.push_str(&(float as i128).to_string()),
            None => text.push_str(&number.to_string()),
        },
        scalar => text.push_str(&scalar.to_string()),
    }
}

/// Whether a number is whole, and small enough to be written with all its digits.
fn is_whole(float: f64) -> bool {
    float.fract() == 0.0 && float.abs() < 1e30
}
