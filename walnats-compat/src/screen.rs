//! What was found, for people.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use walnats_codegen::diagnostic::{Level, shown as spelled_out};

use crate::compare::Comparison;
use crate::finding::{About, Direction, Finding, Mark, Revision, Witness};
use crate::kind::Kind;
use crate::mark::one_line;
use crate::protobuf::Encoding;

/// How the old revision is called, and whether there are colors.
#[derive(Clone, Debug)]
pub struct Screen {
    /// `main`, a folder, a file.
    pub old: String,
    /// What comes before the paths of the old revision: `main:`.
    pub old_prefix: String,
    /// Whether the terminal shows colors.
    pub has_color: bool,
}

/// The longest witness that is shown whole, in characters.
const LONGEST: usize = 400;

impl Screen {
    /// All findings, those that fail the run last, and a line that sums up.
    pub fn text(&self, comparison: &Comparison) -> String {
        self.findings(comparison) + &self.summary(comparison) + "\n"
    }

    /// All findings, those that fail the run last.
    pub fn findings(&self, comparison: &Comparison) -> String {
        let mut findings: Vec<&Finding> =
            comparison.findings.iter().filter(|found| found.level > Level::Allow).collect();
        findings.sort_by_key(|finding| (finding.fails(), finding.about.clone()));
        findings.iter().map(|finding| self.finding(&shown(finding)) + "\n").collect()
    }

    fn finding(&self, finding: &Finding) -> String {
        let status = status(finding);
        let color = match status {
            "breaking" => "1;31",
            "accepted" => "32",
            _ => "1;33",
        };
        let about = match &finding.about {
            About::Event(name) => name.clone(),
            About::Stream(name) => format!("stream {name}"),
            About::Definition(name) => format!("definition {name}"),
        };
        let (code, slug) = (finding.code.id, finding.code.slug);
        let mut text = format!(
            "{}  {}: {}  [{code} {slug}]  {}\n",
            self.paint("1", &about),
            self.paint(color, status),
            finding.direction.words(),
            finding.fingerprint
        );
        if let Some(acceptance) = &finding.acceptance {
            let until = acceptance.until.as_deref();
            text += &match (until, acceptance.is_expired) {
                (Some(until), true) => {
                    format!("  was accepted until {until}, which has passed: {}\n", acceptance.reason)
                }
                (Some(until), false) => format!("  accepted until {until}: {}\n", acceptance.reason),
                (None, _) => format!("  accepted: {}\n", acceptance.reason),
            };
            if !acceptance.is_expired {
                return text;
            }
        }
        text += &match &finding.witness {
            Some(Witness::Json(payload)) => {
                format!(
                    "  {}   {} (two validators agree)\n",
                    escaped(&payload_text(payload)),
                    self.who(finding.direction)
                )
            }
            Some(Witness::Protobuf(witness)) => {
                let payload = match witness.encoding {
                    Encoding::Binary => format!("{}   ({})", witness.hex(), one_line(&witness.text)),
                    Encoding::Json => one_line(&witness.text),
                };
                let (payload, outcome) = (escaped(&shorten(&payload)), escaped(&witness.outcome.to_string()));
                format!("  {}\n  {payload}   {outcome}\n", finding.message)
            }
            None => format!("  {}\n", finding.message),
        };
        text += &self.marks(&finding.marks);
        if !finding.readers.is_empty() {
            text += &format!("  read by: {}\n", finding.readers.join(", "));
        }
        let accept = format!("`walnats accept {} --reason \"...\"`", finding.fingerprint);
        text += &match &finding.help {
            Some(help) => format!("  help: {help}; or {accept}\n"),
            None => format!("  help: {}; or {accept}\n", sentence(finding.code.cure)),
        };
        text
    }

    fn who(&self, direction: Direction) -> String {
        match direction {
            Direction::Forward => format!("accepted now, refused by {}", self.old),
            _ => format!("accepted by {}, refused now", self.old),
        }
    }

    fn marks(&self, marks: &[Mark]) -> String {
        let places: Vec<String> = marks.iter().map(|mark| self.place(mark)).collect();
        let width = |texts: &mut dyn Iterator<Item = &str>| texts.map(|text| text.chars().count()).max().unwrap_or(0);
        let place_width = width(&mut places.iter().map(String::as_str));
        let text_width = width(&mut marks.iter().map(|mark| mark.text.as_str()));
        let lines = marks.iter().zip(&places).map(|(mark, place)| {
            let gap = " ".repeat(text_width - mark.text.chars().count());
            format!("  {place:place_width$}   {}{gap}   {}\n", self.paint("4", &mark.text), mark.note)
        });
        lines.collect()
    }

    /// `main:schemas/order_placed.json:14:18`
    fn place(&self, mark: &Mark) -> String {
        let prefix = if mark.revision == Revision::Old { self.old_prefix.as_str() } else { "" };
        let (line, column) = mark.place.line_column();
        let path = escaped(&mark.place.file.path);
        format!("{prefix}{path}:{line}:{column}")
    }

    /// What there is of each verdict: `3 events: 1 breaking, 1 compatible, 1 undecided at /meta/pattern (too many states)`.
    pub fn summary(&self, comparison: &Comparison) -> String {
        let mut events: BTreeMap<&str, Status> = BTreeMap::new();
        for verdict in &comparison.verdicts {
            events.insert(&verdict.event, Status::Compatible);
        }
        let mut streams: BTreeSet<&str> = BTreeSet::new();
        for finding in comparison.findings.iter().filter(|finding| finding.level > Level::Allow) {
            let status = match (status(finding), finding.kind()) {
                ("accepted", _) => Status::Accepted,
                ("warning", _) => Status::Warned,
                (_, Kind::Undecided) => Status::Undecided,
                _ => Status::Breaking,
            };
            match &finding.about {
                About::Event(name) => {
                    // By whichever name, it is one event.
                    let name = comparison.renamed.get(name).unwrap_or(name);
                    let known = events.entry(name).or_insert(status);
                    *known = status.max(*known);
                }
                About::Stream(name) if status == Status::Breaking => drop(streams.insert(name)),
                About::Stream(_) | About::Definition(_) => {}
            }
        }
        let counted = |wanted: Status| events.values().filter(|status| **status == wanted).count();
        let kinds = [
            (Status::Breaking, "breaking"),
            (Status::Accepted, "accepted"),
            (Status::Warned, "with warnings"),
            (Status::Compatible, "compatible"),
            (Status::Undecided, "undecided"),
        ];
        let mut parts: Vec<String> = Vec::new();
        for (kind, word) in kinds {
            match counted(kind) {
                0 => {}
                number => parts.push(format!("{number} {word}")),
            }
        }
        let mut undecided = comparison.findings.iter().filter(|finding| finding.kind() == Kind::Undecided);
        if let (Some(only), None, 1) = (undecided.next(), undecided.next(), counted(Status::Undecided))
            && let (Some(place), Some(last)) = (undecided_place(&only.message), parts.last_mut())
        {
            last.push_str(&escaped(&place));
        }
        if !comparison.added.is_empty() {
            parts.push(format!("{} new", comparison.added.len()));
        }
        let number = events.len() + comparison.added.len();
        let events = if number == 1 { "1 event".to_owned() } else { format!("{number} events") };
        let streams = match streams.len() {
            0 => String::new(),
            1 => "; 1 stream breaking".to_owned(),
            number => format!("; {number} streams breaking"),
        };
        let parts = if parts.is_empty() { "nothing to compare".to_owned() } else { parts.join(", ") };
        format!("{events}: {parts}{streams}")
    }

    fn paint(&self, style: &str, text: &str) -> String {
        if self.has_color { format!("\x1b[{style}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    Compatible,
    Accepted,
    Warned,
    Undecided,
    Breaking,
}

fn status(finding: &Finding) -> &'static str {
    match &finding.acceptance {
        Some(acceptance) if !acceptance.is_expired => "accepted",
        _ if finding.kind() == Kind::Undecided => "undecided",
        _ if finding.level == Level::Warn => "warning",
        _ => "breaking",
    }
}

/// `undecided at `/meta`: too many states` -> ` at /meta (too many states)`
fn undecided_place(message: &str) -> Option<String> {
    let (place, why) = message.strip_prefix("undecided")?.split_once(": ")?;
    Some(format!("{} ({why})", place.replace('`', "")))
}

/// The first sentence of a cure, as a part of another one.
fn sentence(cure: &str) -> String {
    let mut letters = cure.trim_end_matches('.').chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// A finding with its texts as a terminal may see them: what a schema says may contain what ends a line or steers it.
fn shown(finding: &Finding) -> Finding {
    let mut shown = finding.clone();
    let (About::Event(name) | About::Stream(name) | About::Definition(name)) = &mut shown.about;
    *name = escaped(name);
    shown.message = escaped(&shown.message);
    shown.help = shown.help.as_deref().map(escaped);
    for mark in &mut shown.marks {
        (mark.text, mark.note) = (escaped(&mark.text), escaped(&mark.note));
    }
    shown.readers.iter_mut().for_each(|reader| *reader = escaped(reader));
    if let Some(acceptance) = &mut shown.acceptance {
        acceptance.reason = escaped(&acceptance.reason);
    }
    shown
}

fn escaped(text: &str) -> String {
    spelled_out(text).into_owned()
}

/// How many parts are shown of what has too many to be shown whole.
const SHOWN_PARTS: usize = 3;

/// A payload; of one that is too long to be shown, its shape.
fn payload_text(payload: &Value) -> String {
    let mut left = LONGEST;
    if is_short(payload, &mut left) {
        let text = payload.to_string();
        if text.chars().count() <= LONGEST {
            return text;
        }
    }
    shorten(&shape(payload))
}

/// Whether a value has fewer parts than `left`, which is counted down.
fn is_short(value: &Value, left: &mut usize) -> bool {
    if *left == 0 {
        return false;
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter().all(|item| is_short(item, left)),
        Value::Object(members) => members.values().all(|member| is_short(member, left)),
        _ => true,
    }
}

/// `[{},{},{}, … (10001 items)]`
fn shape(value: &Value) -> String {
    match value {
        Value::Array(items) if items.len() > SHOWN_PARTS => {
            let first: Vec<String> = items.iter().take(SHOWN_PARTS).map(shape).collect();
            format!("[{}, … ({} items)]", first.join(","), items.len())
        }
        Value::Array(items) => format!("[{}]", items.iter().map(shape).collect::<Vec<_>>().join(",")),
        Value::Object(members) => {
            let most = if members.len() > 10 { SHOWN_PARTS } else { members.len() };
            let member = |(name, value): (&String, &Value)| format!("{}:{}", Value::from(name.as_str()), shape(value));
            let first: Vec<String> = members.iter().take(most).map(member).collect();
            let rest = if most < members.len() { format!(", … ({} members)", members.len()) } else { String::new() };
            format!("{{{}{rest}}}", first.join(","))
        }
        Value::String(text) if text.chars().count() > 60 => {
            let start: String = text.chars().take(20).collect();
            format!("{}… ({} characters)", Value::from(start), text.chars().count())
        }
        other => other.to_string(),
    }
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}
