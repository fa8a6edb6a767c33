//! Compares the four ends with the stream.

use std::collections::BTreeMap;

use super::{Accounts, Told, told};
use crate::read_back::{Message, Snapshot};
use crate::workload::{Emit, Kind, Step};

/// The stream, indexed by everything that identifies a message.
struct View<'a> {
    snapshot: &'a Snapshot,
    by_sequence: BTreeMap<u64, &'a Message>,
    by_number: BTreeMap<usize, Vec<&'a Message>>,
    by_id: BTreeMap<&'a str, Vec<&'a Message>>,
}

pub(super) fn check(accounts: &Accounts<'_>, snapshot: &Snapshot, violations: &mut Vec<String>) {
    let view = View::new(snapshot);
    view.once(violations);
    if accounts.row.shape.once.is_some() {
        view.once_by_key(violations);
    }
    if accounts.row.rules.gone {
        return;
    }
    for (emit, entry) in accounts.workload.emits.iter().zip(&accounts.ledger.entries) {
        if let Some(wrong) =
            view.wrong(emit, &told(emit, entry, accounts.ledger, &accounts.row.rules), accounts.row.stream.schedules)
        {
            violations.push(format!("emit {}: {wrong}", emit.number));
        }
    }
    for step in
        accounts.workload.writers.iter().flatten().filter(|step| matches!(step.kind, Kind::Atomic | Kind::Transaction))
    {
        view.whole(step, accounts, violations);
    }
    if accounts.row.rules.ordered {
        view.ordered(accounts, violations);
    }
}

impl<'a> View<'a> {
    fn new(snapshot: &'a Snapshot) -> Self {
        let mut view =
            Self { snapshot, by_sequence: BTreeMap::new(), by_number: BTreeMap::new(), by_id: BTreeMap::new() };
        for message in &snapshot.messages {
            view.by_sequence.insert(message.sequence, message);
            if !message.again {
                view.by_number.entry(message.number).or_default().push(message);
            }
            if let Some(id) = &message.id {
                view.by_id.entry(id).or_default().push(message);
            }
        }
        view
    }

    /// No event and no id is stored twice.
    fn once(&self, violations: &mut Vec<String>) {
        for (number, messages) in self.by_number.iter().filter(|(_, messages)| messages.len() > 1) {
            violations.push(format!("emit {number} is stored {} times", messages.len()));
        }
        for (id, messages) in self.by_id.iter().filter(|(_, messages)| messages.len() > 1) {
            violations.push(format!("id `{id}` is stored {} times", messages.len()));
        }
        if self.snapshot.strangers > 0 {
            violations.push(format!("{} messages are not facts", self.snapshot.strangers));
        }
    }

    /// No key is stored twice, whatever was emitted again.
    fn once_by_key(&self, violations: &mut Vec<String>) {
        let mut seen = BTreeMap::new();
        for message in &self.snapshot.messages {
            if let Some(before) = seen.insert(&message.subject, message.sequence) {
                violations.push(format!("`{}` is stored at {before} and {}", message.subject, message.sequence));
            }
        }
    }

    fn wrong(&self, emit: &Emit, told: &Told, schedules: bool) -> Option<String> {
        let there = self.by_number.contains_key(&emit.number);
        // A schedule is removed when it fires.
        let moved = schedules && emit.kind == Kind::Delayed;
        match told {
            Told::Stored(_) if moved => (!there).then(|| "reported `Stored`, but it is not stored".to_owned()),
            Told::Stored(sequence) => {
                let found = self.by_sequence.get(sequence);
                let right = found.is_some_and(|message| message.number == emit.number && !message.again);
                (!right && self.keeps(*sequence))
                    .then(|| format!("reported `Stored({sequence})`, but that is {found:?}"))
            }
            Told::Duplicate(sequence) if !moved => {
                let found = self.by_sequence.get(sequence);
                let same = match found {
                    Some(message) if emit.key.is_some() => message.subject == emit.subject(),
                    message => message.and_then(|it| it.id.as_deref()) == emit.uid.as_deref(),
                };
                let scheduled = schedules && found.is_none();
                (!same && !scheduled && self.keeps(*sequence))
                    .then(|| format!("reported `Duplicate({sequence})`, but that is {found:?}"))
            }
            Told::Silence if self.snapshot.first <= 1 => {
                let by_id = emit.uid.as_deref().is_some_and(|id| self.by_id.contains_key(id));
                let by_key = emit.key.is_some()
                    && self.snapshot.messages.iter().any(|message| message.subject == emit.subject());
                (!there && !by_id && !by_key && !schedules)
                    .then(|| "no failure was reported, but it is not stored".to_owned())
            }
            Told::NotStored => there.then(|| "reported `NotStored`, but it is stored".to_owned()),
            Told::NotCalled => there.then(|| "never called, but it is stored".to_owned()),
            _ => None,
        }
    }

    /// Whether no limit has deleted it.
    fn keeps(&self, sequence: u64) -> bool {
        sequence >= self.snapshot.first
    }

    /// Atomic batches are stored as a whole and consecutively.
    fn whole(&self, step: &Step, accounts: &Accounts<'_>, violations: &mut Vec<String>) {
        let workload = accounts.workload;
        let emits = &workload.emits[step.first..step.first + step.count];
        // If an id or key is repeated, the other event with it may be stored instead.
        let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
        let shared = |emit: &Emit| {
            let others = workload.emits.iter().filter(|other| other.number != emit.number);
            others.into_iter().any(|other| same(&other.uid, &emit.uid) || same(&other.key, &emit.key))
        };
        let given_up = |emit: &Emit| emit.odd && accounts.row.rules.parks;
        let own = emits.iter().filter(|emit| !shared(emit) && !given_up(emit));
        let own: Vec<usize> = own.map(|emit| emit.number).collect();
        let sequences: Vec<u64> = own
            .iter()
            .filter_map(|number| self.by_number.get(number)?.first().map(|message| message.sequence))
            .collect();
        let count = sequences.len();
        if count > 0 && count < own.len() && self.snapshot.first <= 1 {
            violations.push(format!("of an atomic batch of {}, {count} are stored ({})", own.len(), step.first));
        }
        // Events of a transaction may have others between them.
        if step.kind == Kind::Atomic && sequences.windows(2).any(|pair| pair[0] + 1 != pair[1]) {
            violations.push(format!("an atomic batch is not consecutive: {sequences:?}"));
        }
    }

    fn ordered(&self, accounts: &Accounts<'_>, violations: &mut Vec<String>) {
        let mut last = BTreeMap::new();
        for message in self.snapshot.messages.iter().filter(|message| !message.again) {
            let topic = accounts.workload.emits.get(message.number).map(|emit| emit.topic);
            if let Some(before) = last.insert(topic, message.number).filter(|before| *before > message.number) {
                violations.push(format!("emit {} is stored before {} of the same topic", before, message.number));
            }
        }
    }
}
