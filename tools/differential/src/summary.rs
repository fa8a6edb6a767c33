//! What came of a run: what was judged, and every dispute with its explanation, or without.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::known::keywords;
use crate::shrink::{disputed_parts, shrink};
use crate::{Disagreement, Judges, Known, TestSchema, Verdicts};

/// How many disputes of one kind are cut down for each schema: the same ones come up again and again.
const REPEATS: usize = 2;

/// What came of a run.
#[derive(Debug)]
pub struct Summary {
    /// Schemas generated or taken from the corpora.
    pub schemas: usize,
    /// Instances judged, by origin.
    pub mutants: BTreeMap<String, Tally>,
    /// By title of the explanation, how often.
    pub explained: BTreeMap<String, usize>,
    /// The rest.
    pub unexplained: Vec<Disagreement>,
    /// Schemas that all refuse.
    pub refused: usize,
    /// How long it took.
    pub time: Duration,
    known: Vec<Known>,
    /// Disputes about the schema at hand: who says what for which reasons, and how often.
    seen: BTreeMap<(Verdicts, BTreeSet<String>), usize>,
}

/// Instances, and what all validators said of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// All.
    pub judged: usize,
    /// Those that all accepted.
    pub valid: usize,
    /// Those that some accepted.
    pub disputed: usize,
}

impl Default for Summary {
    fn default() -> Self {
        Self {
            schemas: 0,
            mutants: BTreeMap::new(),
            explained: BTreeMap::new(),
            unexplained: Vec::new(),
            refused: 0,
            time: Duration::ZERO,
            known: Known::all(),
            seen: BTreeMap::new(),
        }
    }
}

impl Summary {
    /// Begins with a schema. Returns whether there is anything to judge, which needs every validator to accept the schema.
    pub fn open(&mut self, test_schema: &TestSchema, judges: &Judges) -> bool {
        self.schemas += 1;
        self.seen.clear();
        let refusals = judges.refusals();
        match refusals.len() {
            0 => {}
            3 => self.refused += 1,
            _ => self.settle(test_schema, Value::Null),
        }
        refusals.is_empty()
    }

    /// Has all validators judge an instance of the schema that was opened, and returns walnats' verdict.
    pub fn record(&mut self, test_schema: &TestSchema, judges: &Judges, instance: &Value) -> Option<bool> {
        let verdicts = judges.verdicts(instance);
        let origin = test_schema.name.split('/').next().unwrap_or_default();
        let tally = self.mutants.entry(origin.to_owned()).or_default();
        tally.judged += 1;
        tally.valid += usize::from(verdicts.agree() && verdicts.walnats == Some(true));
        if !verdicts.agree() {
            tally.disputed += 1;
            let repeats = self.seen.entry((verdicts, judges.reasons(instance))).or_default();
            *repeats += 1;
            if *repeats <= REPEATS {
                self.settle(test_schema, instance.clone());
            }
        }
        verdicts.walnats
    }

    fn settle(&mut self, test_schema: &TestSchema, mut instance: Value) {
        let mut test_schema = test_schema.clone();
        shrink(&mut test_schema, &mut instance);
        let judges = Judges::new(&test_schema);
        let verdicts = judges.verdicts(&instance);
        let refusals = judges.refusals().into_iter().map(|(who, reason)| (who, reason.to_owned())).collect();
        let violations = judges.lowered().map(|(set, root)| set.validate(root, &instance)).unwrap_or_default();
        let violations = violations.into_iter().take(3).map(|violation| violation.to_string()).collect();
        let TestSchema { name: origin, draft, schema, .. } = test_schema;
        self.file(Disagreement { origin, draft, schema, instance, verdicts, refusals, violations });
    }

    fn file(&mut self, disagreement: Disagreement) {
        if let Some(title) = explanation(&disagreement, &self.known) {
            *self.explained.entry(title.to_owned()).or_default() += 1;
            return;
        }
        let signature = |other: &Disagreement| (other.verdicts, keywords(&other.schema));
        let repeats = self.unexplained.iter().filter(|other| signature(other) == signature(&disagreement));
        if repeats.count() < 6 {
            self.unexplained.push(disagreement);
        }
    }
}

fn explanation<'k>(disagreement: &Disagreement, known: &'k [Known]) -> Option<&'k str> {
    let explain =
        |case: &Disagreement| known.iter().find(|known| known.explains(case)).map(|known| known.title.as_str());
    explain(disagreement).or_else(|| {
        // Two may meet, so that neither part alone shows what the whole does: whoever is against walnats must be so for
        // a reason that is known.
        let parts = disputed_parts(disagreement);
        let known_parts: Vec<Verdicts> =
            parts.iter().filter(|part| explain(part).is_some()).map(|part| part.verdicts).collect();
        let Verdicts { walnats, jsonschema, boon } = disagreement.verdicts;
        let is_known = |dissents: fn(&Verdicts) -> bool| known_parts.iter().any(dissents);
        let all = (jsonschema == walnats || is_known(|part| part.jsonschema != part.walnats))
            && (boon == walnats || is_known(|part| part.boon != part.walnats));
        (all && disagreement.verdicts.is_complete()).then_some("several of these at once")
    })
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:34} {:>9} {:>9} {:>9}", "origin", "mutants", "valid", "disputed")?;
        let mut all = Tally::default();
        for (origin, tally) in &self.mutants {
            writeln!(f, "{origin:34} {:9} {:9} {:9}", tally.judged, tally.valid, tally.disputed)?;
            all.judged += tally.judged;
            all.valid += tally.valid;
            all.disputed += tally.disputed;
        }
        writeln!(f, "{:34} {:9} {:9} {:9}", "all", all.judged, all.valid, all.disputed)?;
        let Self { schemas, refused, time, .. } = self;
        writeln!(f, "\n{schemas} schemas ({refused} refused by all) in {:.1} s", time.as_secs_f64())?;
        writeln!(f, "\nkinds of disputes that are explained:")?;
        for (title, count) in &self.explained {
            writeln!(f, "{count:7}  {title}")?;
        }
        writeln!(f, "\nunexplained kinds: {}", self.unexplained.len())?;
        for case in &self.unexplained {
            writeln!(f, "  {} [{}]", case.verdicts, case.origin)?;
            writeln!(f, "    schema   {}", clipped(&case.schema))?;
            writeln!(f, "    instance {}", clipped(&case.instance))?;
            for violation in &case.violations {
                writeln!(f, "    walnats refuses the instance: {violation}")?;
            }
            for (who, reason) in &case.refusals {
                writeln!(f, "    {who} refuses the schema: {}", clipped(reason))?;
            }
        }
        Ok(())
    }
}

fn clipped(value: &impl fmt::Display) -> String {
    // What cannot be seen is often what matters.
    let visible = |character: char| character.is_ascii() || character.is_alphanumeric();
    let escaped = |character: char| {
        if visible(character) { character.to_string() } else { character.escape_unicode().to_string() }
    };
    let text: String = value.to_string().chars().map(escaped).collect();
    match text.char_indices().nth(600) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}
