//! Two packages, and a verdict for each event and direction.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use walnats_codegen::diagnostic::Diagnostic;
use walnats_codegen::model::{Event, Payload};
use walnats_codegen::settings::ModeName;

use crate::finding::{About, Direction, Finding, Revision};
use crate::json::{Limits, Same};
use crate::kind::Kind;
use crate::payload::{self, ANOTHER_MESSAGE, Judge, Pair};
use crate::side::Side;
use crate::{delivery, messages, rules};

/// What to compare.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// How much may be tried for each event and direction.
    pub limits: Limits,
    /// Whether this is not the first baseline, so that only what is `transitive` is compared.
    pub is_further: bool,
}

/// What came out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// Of every event that is in both revisions, in each direction that its `mode` asks for; sorted.
    pub verdicts: Vec<Verdict>,
    /// What is broken or undecided: payloads first, each event in turn; then delivery.
    pub findings: Vec<Finding>,
    /// The events that only the new revision has, sorted.
    pub added: Vec<String>,
    /// The events that have another name in the new revision: the old names, each with the new one.
    pub renamed: BTreeMap<String, String>,
}

/// Whether a change hurts the readers of an event's payload.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Verdict {
    /// The event's name in the new revision.
    pub event: String,
    /// [`Direction::Backward`] or [`Direction::Forward`].
    pub direction: Direction,
    /// What it is.
    pub kind: Kind,
}

/// Compares two revisions of a package. The settings of the new one count.
///
/// Events are matched by name, wherever their schemas stand; an event that is gone while another one is like it was renamed.
pub fn compare(old: &Side, new: &Side, options: &Options) -> Comparison {
    let renames = delivery::renames(old, new);
    let former: BTreeMap<&str, &str> = renames.iter().map(|(old, new)| (*new, *old)).collect();
    let settings = &new.package.settings;
    let is_compared = |event: &str| !options.is_further || settings.breaking(event).transitive.unwrap_or_default();
    let same = Same::new(&old.model.schemas, &new.model.schemas);
    let renamed = renames.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned())).collect();
    let mut comparison = Comparison { renamed, ..Comparison::default() };
    for event in new.model.events.iter().filter(|event| is_compared(&event.name)) {
        let name = former.get(event.name.as_str()).copied().unwrap_or(&event.name);
        match (old.event(name), old.loss(event)) {
            (Some(other), _) => comparison.event((old, other), (new, event), &same, options),
            (None, Some(error)) => {
                comparison.lost((old, event), (new, event), &same, (error, Revision::Old));
                if let Some(former) = old.carried(name) {
                    comparison.event((old, former), (new, event), &same, options);
                }
            }
            (None, None) => comparison.added.push(event.name.clone()),
        }
    }
    for event in old.model.events.iter().filter(|event| is_compared(&event.name)) {
        if new.event(&event.name).is_none()
            && let Some(error) = new.loss(event)
        {
            comparison.lost((old, event), (new, event), &same, (error, Revision::New));
            if let Some(latter) = new.carried(&event.name) {
                comparison.event((old, event), (new, latter), &same, options);
            }
        }
    }
    let (mut found, compared) = messages::compare(old, new, &renames);
    comparison.decide(&compared);
    found.append(&mut delivery::compare(old, new, &renames));
    found.retain(|finding| match &finding.about {
        About::Event(name) => is_compared(renames.get(name.as_str()).copied().unwrap_or(name)),
        About::Stream(_) | About::Definition(_) => {
            !options.is_further || settings.breaking.transitive.unwrap_or_default()
        }
    });
    // What is misread in the encoding that the event is published in is a verdict on the payload.
    for verdict in &mut comparison.verdicts {
        let concerns = |finding: &&Finding| {
            finding.code.id == "WN0821"
                && finding.direction == verdict.direction
                && finding.about.name() == verdict.event
        };
        if found.iter().any(|finding| concerns(&finding)) {
            verdict.kind = Kind::Breaking;
        }
    }
    comparison.findings.append(&mut found);
    comparison.verdicts.sort();
    // Of an event whose options have errors, the payload has a verdict of its own: the worse one counts.
    comparison.verdicts.reverse();
    comparison.verdicts.dedup_by(|one, other| one.event == other.event && one.direction == other.direction);
    comparison.verdicts.reverse();
    comparison
}

impl Comparison {
    /// Of these events the payload was undecided because the message has another name.
    fn decide(&mut self, compared: &BTreeSet<String>) {
        let is_about = |about: &About| matches!(about, About::Event(name) if compared.contains(name));
        self.findings.retain(|finding| !finding.message.contains(ANOTHER_MESSAGE) || !is_about(&finding.about));
        for verdict in self.verdicts.iter_mut().filter(|verdict| compared.contains(&verdict.event)) {
            let concerns =
                |finding: &&Finding| finding.direction == verdict.direction && finding.about.name() == verdict.event;
            let kinds = self.findings.iter().filter(concerns).map(Finding::kind);
            verdict.kind = kinds.max().unwrap_or(Kind::Compatible);
        }
    }

    fn event(&mut self, (old, former): (&Side, &Event), (new, event): (&Side, &Event), same: &Same, options: &Options) {
        for pair in pairs((old, former), (new, event), (same, &Judge::default())) {
            let mut found = payload::compare(&pair, &options.limits);
            if let (Payload::Protobuf(written), Payload::Protobuf(read)) = (&pair.written.payload, &pair.read.payload) {
                found.append(&mut rules::compare(&pair, written, read));
            }
            let readers = delivery::readers(old, new, &[&former.name, &event.name]);
            found.iter_mut().for_each(|finding| finding.readers.clone_from(&readers));
            self.verdicts.push(verdict(&pair, &found));
            self.findings.append(&mut found);
        }
    }

    /// An event whose schema has an error in one revision.
    fn lost(
        &mut self,
        old: (&Side, &Event),
        new: (&Side, &Event),
        same: &Same,
        (error, revision): (&Diagnostic, Revision),
    ) {
        let whose = match revision {
            Revision::Old => "the old schema has an error",
            Revision::New => "the new schema has an error",
        };
        for pair in pairs(old, new, (same, &Judge::default())) {
            let why = format!("{whose}: {}", error.message);
            let finding = payload::undecided(&pair, "", &why, &[json!(error.code), json!(error.message)]);
            let side = if revision == Revision::Old { old.0 } else { new.0 };
            let mark = crate::mark::place((side, revision), &error.place, error.code, "is wrong here");
            let found: Vec<Finding> =
                finding.into_iter().map(|finding| Finding { marks: vec![mark.clone()], ..finding }).collect();
            self.verdicts.push(verdict(&pair, &found));
            self.findings.extend(found);
        }
    }
}

fn verdict(pair: &Pair<'_>, found: &[Finding]) -> Verdict {
    let kinds: BTreeSet<Kind> = found.iter().map(Finding::kind).collect();
    let kind = kinds.last().copied().unwrap_or(Kind::Compatible);
    Verdict { event: pair.name.to_owned(), direction: pair.direction, kind }
}

/// Who writes and who reads, by the mode of the event.
fn pairs<'p>(
    (old, former): (&'p Side, &'p Event),
    (new, event): (&'p Side, &'p Event),
    (same, judge): (&'p Same, &'p Judge),
) -> Vec<Pair<'p>> {
    let settings = &new.package.settings;
    let breaking = settings.breaking(&event.name);
    let directions: &[Direction] = match breaking.mode.unwrap_or_default() {
        ModeName::Backward => &[Direction::Backward],
        ModeName::Forward => &[Direction::Forward],
        ModeName::Full => &[Direction::Backward, Direction::Forward],
    };
    let pair = |&direction: &Direction| {
        let sides = [((old, Revision::Old), former), ((new, Revision::New), event)];
        let [(writer, written), (reader, read)] = match direction {
            Direction::Forward => [sides[1], sides[0]],
            _ => sides,
        };
        Pair { writer, reader, written, read, name: &event.name, direction, settings, breaking, same, judge }
    };
    directions.iter().map(pair).collect()
}
