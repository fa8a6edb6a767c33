//! Protobuf: what a change of `.proto` files does to readers, on the wire, in JSON, and in generated code.
//!
//! The rules are those of buf's categories WIRE, WIRE_JSON, FILE and PACKAGE, with buf's ids and places
//! (<https://buf.build/docs/breaking/rules/>), and those of the category EVENT: what buf does not see. A rule says that
//! something changed; a [`Witness`] shows that a reader is hurt: a payload that one side writes and the other side misreads
//! or refuses. Whether a payload is misread is always tried, by writing it with one descriptor and reading it with the other.

mod cardinality;
mod default;
mod deleted;
mod enumeration;
mod event;
mod feature;
mod field;
mod field_type;
mod file;
mod member;
mod message;
mod package;
mod pair;
mod place;
mod range;
mod reach;
mod reading;
mod rule;
mod sample;
mod service;
mod string;
pub mod style;
mod validate;
mod witness;

use std::collections::BTreeMap;

use prost_reflect::{DescriptorPool, FileDescriptor, Syntax};

pub use place::{Location, Span};
pub use rule::{Category, Rule, rules};
pub(crate) use validate::rule_place;
pub use witness::{Direction, Encoding, Outcome, Witness};

/// One side of a comparison: compiled protobuf files.
///
/// Descriptors of editions have to be rewritten into proto2 or proto3, the syntaxes that [`DescriptorPool`] knows. A file
/// with `features` is recognised as one of edition 2023; [`Package::with_edition`] says it of files that have none.
#[derive(Clone, Debug)]
pub struct Package {
    pool: DescriptorPool,
    editions: BTreeMap<String, i32>,
    sources: BTreeMap<String, String>,
}

impl Package {
    /// The number that `google.protobuf.Edition` gives to the edition 2023.
    pub const EDITION_2023: i32 = 1000;
    /// The number that `google.protobuf.Edition` gives to the edition 2024.
    pub const EDITION_2024: i32 = 1001;

    /// The files of `pool`, as a compiler made them: [`DescriptorPool`] does not check all of what it is given, such as that
    /// entries of maps have a key and a value. Locations need source info.
    pub fn new(pool: DescriptorPool) -> Self {
        let editions = pool
            .files()
            .filter(feature::has_features)
            .map(|file| (file.name().to_owned(), Self::EDITION_2023))
            .collect();
        Self { pool, editions, sources: BTreeMap::new() }
    }

    /// Notes that the file `name` was written in `edition`, a number of `google.protobuf.Edition`.
    #[must_use]
    pub fn with_edition(mut self, name: &str, edition: i32) -> Self {
        self.editions.insert(name.to_owned(), edition);
        self
    }

    /// Adds the text of the file `name`. Only places of defaults are better with it: descriptors leave out where the option
    /// begins.
    #[must_use]
    pub fn with_source(mut self, name: &str, text: &str) -> Self {
        self.sources.insert(name.to_owned(), text.to_owned());
        self
    }

    /// The same files, of which `pool` has the descriptors under other names.
    pub(crate) fn renamed(&self, pool: DescriptorPool) -> Self {
        Self { pool, ..self.clone() }
    }

    /// The descriptors.
    pub fn pool(&self) -> &DescriptorPool {
        &self.pool
    }

    fn dialect(&self, file: &FileDescriptor) -> Dialect {
        match (self.editions.get(file.name()), file.syntax()) {
            (Some(edition), _) => Dialect::Edition(*edition),
            (None, Syntax::Proto2) => Dialect::Proto2,
            (None, Syntax::Proto3) => Dialect::Proto3,
        }
    }
}

impl From<DescriptorPool> for Package {
    fn from(pool: DescriptorPool) -> Self {
        Self::new(pool)
    }
}

/// What a file was written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Dialect {
    Proto2,
    Proto3,
    Edition(i32),
}

/// What to look for.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Leaves out packages whose last component is an unstable version, such as `v1beta1`. Off by default.
    pub ignore_unstable_packages: bool,
    /// Readers of JSON ignore members that they do not know. Off by default: they refuse them, as ProtoJSON says.
    pub ignore_unknown_members: bool,
    /// Looks for payloads that show the harm. Without, the findings are those that need no witness. On by default.
    pub witnesses: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { ignore_unstable_packages: false, ignore_unknown_members: false, witnesses: true }
    }
}

/// A change that a rule is about.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// The full name of the message, field, enum, service or method that changed; a value's
    /// with its enum's, `shop.Status.PAID`; a file's name for rules of files.
    pub subject: String,
    /// Where the old side says it. `None` if it says nothing.
    pub old: Option<Location>,
    /// Where the new side says it; what contained it, if it was deleted. `None` if the file was deleted.
    pub new: Option<Location>,
    /// What changed, in a sentence without a full stop.
    pub message: String,
    /// The full names of the events that contain what changed, on either side, sorted.
    pub events: Vec<String>,
    /// Payloads that show the harm, one for each encoding and direction that has one; for values of enums one for each event,
    /// too. Binary ones and those of old writers come first. None: the change breaks generated code or conventions, not readers.
    pub witnesses: Vec<Witness>,
}

impl Finding {
    /// The first payload that shows the harm.
    pub fn witness(&self) -> Option<&Witness> {
        self.witnesses.first()
    }

    /// The payloads that show the harm to readers of the event `message`.
    ///
    /// What is wrong with a message is wrong wherever it is. A value of an enum may be misread in one event and not in another:
    /// zero is not written in each field.
    pub(crate) fn witnesses_of(&self, message: &str) -> Vec<&Witness> {
        let is_own = |witness: &&Witness| witness.message == message;
        let is_about_values = matches!(self.rule.check, rule::Check::Enum(_));
        let own: Vec<&Witness> = self.witnesses.iter().filter(is_own).collect();
        let is_of_others = |witness: &&Witness| is_about_values && self.events.contains(&witness.message);
        if own.is_empty() { self.witnesses.iter().filter(|witness| !is_of_others(witness)).collect() } else { own }
    }
}

/// Compares two packages by all rules, sorted by place and rule.
///
/// Findings of the category EVENT that are about payloads always have a witness: without one, they are thrown away.
pub fn compare(old: &Package, new: &Package, options: &Options) -> Vec<Finding> {
    let sides = pair::Sides::new(old, new, !options.ignore_unknown_members);
    let pairs = pair::Pairs::new(&sides);
    let mut findings = Vec::new();
    for rule in rules() {
        for found in pairs.check(rule) {
            if options.ignore_unstable_packages && found.is_unstable(&sides) {
                continue;
            }
            let witnesses = if options.witnesses { found.witnesses(&sides) } else { Vec::new() };
            if witnesses.is_empty() && rule.needs_witness {
                continue;
            }
            let pair::Found { subject, old, new, message, .. } = found;
            let events = sides.reach().events_with(&subject);
            findings.push(Finding { rule, subject, old, new, message, events, witnesses });
        }
    }
    findings.sort_by(|a, b| {
        let key =
            |finding: &Finding| (finding.new.clone(), finding.old.clone(), finding.rule.id, finding.subject.clone());
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
    findings
}
