//! Applies the fixes of findings to the files of a package, as long as nothing gets worse.

mod edits;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::check;
use crate::codes;
use crate::config::Config;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Level, Place, Report, Severity};
use crate::model::EventModel;
use crate::package::Package;
use edits::{Taken, applied, edits, is_consistent, key, key_of};

/// How often what came out is looked at again.
const MAX_ROUNDS: usize = 20;
/// How often the package is checked at most; what is not known to be harmless by then is left out.
const MAX_RUNS: usize = 300;

/// What came of fixing a package. Nothing is written yet.
#[derive(Clone, Debug, Default)]
pub struct Fixed {
    /// The files that change, sorted by path.
    pub files: Vec<FixedFile>,
    /// The findings that are gone, in the order of their fixes.
    pub findings: Vec<Diagnostic>,
    /// How many more fixes there are that may make payloads invalid that are valid.
    pub held_back: usize,
}

/// A file that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedFile {
    /// Relative to the package, `/` between parts.
    pub path: String,
    /// As it is on the disk, without a byte order mark.
    pub old: String,
    /// As it is to be.
    pub new: String,
}

/// A package before and after some fixes.
#[derive(Clone, Copy, Debug)]
pub struct Change<'c> {
    /// The events that no error concerns, with all schemas.
    pub before: &'c EventModel,
    /// The same after the fixes.
    pub after: &'c EventModel,
    /// Whether the fixes are meant to make more values valid. Otherwise the same are to be.
    pub may_widen: bool,
}

/// Whether it is proven that every payload that was valid stays valid, and that no others become so unless they may.
pub type Proof<'p> = dyn Fn(&Change<'_>) -> bool + 'p;

/// Applies every fix of the package's findings, and looks at the result, until there is no more to fix. A fix that would cause
/// an error is left out, and so are files that others write. With `at_most` [`Applicability::Safe`], so is what may make payloads
/// invalid that are valid: what says so itself, and what `proof` does not prove.
pub fn fix(config: &Config, at_most: Applicability, proof: &Proof<'_>) -> Fixed {
    let mut fixer = Fixer::new(config, at_most, proof);
    let mut fixed = Fixed::default();
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    let mut old: BTreeMap<String, String> = BTreeMap::new();
    for _ in 0..MAX_ROUNDS {
        let run = fixer.run(&texts);
        let mut accepted = Vec::new();
        for &claim in fixer.claims() {
            let candidates = fixer.candidates(&run, claim);
            fixer.accept(&run, &texts, &candidates, claim, &mut accepted);
            if !accepted.is_empty() {
                break;
            }
        }
        if accepted.is_empty() {
            if at_most == Applicability::Safe {
                // What was left out for the number of runs counts, too.
                fixer.runs = 0;
                let candidates = fixer.candidates(&run, Claim::None);
                fixer.accept(&run, &texts, &candidates, Claim::None, &mut accepted);
                fixed.held_back = accepted.len();
            }
            break;
        }
        for edit in accepted.iter().flat_map(|found| edits(found)) {
            let file = &edit.place.file;
            old.entry(file.path.clone()).or_insert_with(|| file.text.clone());
        }
        texts = applied(&texts, &accepted);
        fixed.findings.extend(accepted.into_iter().cloned());
    }
    let files = old.into_iter().filter_map(|(path, old)| {
        let new = texts.get(&path)?.clone();
        (new != old).then_some(FixedFile { path, old, new })
    });
    fixed.files = files.collect();
    fixed
}

/// The fixes that [`fix`] does not apply while only safe ones are wanted.
#[derive(Clone, Debug, Default)]
pub struct HeldBack(BTreeSet<String>);

impl HeldBack {
    /// Whether the fix with these edits of a finding with this code and message is one of them.
    pub fn has(&self, (code, message): (&str, &str), place: &Place, edits: &[Edit]) -> bool {
        self.0.contains(&key_of((code, message), place, edits))
    }
}

/// Finds out which of the fixes of a package with these texts in place of those on the disk are held back as long as only safe
/// ones are wanted: those that say so themselves, those that would make something worse, and what `proof` does not prove.
pub fn held_back(config: &Config, texts: &BTreeMap<String, String>, proof: &Proof<'_>) -> HeldBack {
    let mut fixer = Fixer::new(config, Applicability::Safe, proof);
    let run = fixer.run(texts);
    for &claim in fixer.claims() {
        let candidates = fixer.candidates(&run, claim);
        fixer.accept(&run, texts, &candidates, claim, &mut Vec::new());
    }
    let is_unsafe = |found: &&Diagnostic| run.applicability(found) == Applicability::Unsafe;
    let unsafe_ones = run.report().visible().filter(is_unsafe).map(key);
    HeldBack(unsafe_ones.chain(fixer.unproven).chain(fixer.rejected).collect())
}

impl Fixed {
    /// The new texts of the files that change, by path.
    pub fn texts(&self) -> BTreeMap<String, String> {
        self.files.iter().map(|file| (file.path.clone(), file.new.clone())).collect()
    }
}

/// What fixes claim about the payloads that are valid. Those with different claims are not applied together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Claim {
    /// Nothing was valid before, for the finding is an error.
    WasError,
    /// The same payloads are valid.
    Keeps,
    /// All that were valid are, and others may be.
    Widens,
    /// Whatever it is, it is wanted.
    None,
}

struct Fixer<'c> {
    config: &'c Config,
    proof: &'c Proof<'c>,
    at_most: Applicability,
    /// The fixes that would make something worse.
    rejected: BTreeSet<String>,
    /// The fixes that are not proven to keep what is valid.
    unproven: BTreeSet<String>,
    /// How often the package was checked.
    runs: usize,
}

/// What checking found.
struct Run {
    /// With its report.
    package: Package,
    has_model: bool,
    /// Whether there are schemas that were not looked at: who refers to what is not known then.
    is_partial: bool,
    /// What the events are, once somebody asks.
    model: OnceCell<EventModel>,
}

impl Run {
    fn report(&self) -> &Report {
        &self.package.report
    }

    fn model(&self) -> &EventModel {
        self.model.get_or_init(|| self.package.salvage().model)
    }

    /// Whether the finding is an error by what `[lints]` says, so that schemas were not in use with it.
    fn is_error(&self, found: &Diagnostic) -> bool {
        let level = self.package.settings.levels().get(found.code).copied();
        // Checked leniently, these are warnings.
        let is_denied = codes::denied().any(|code| code == found.code) && level.is_none_or(|it| it == Level::Deny);
        found.severity == Severity::Error || is_denied
    }

    fn applicability(&self, found: &Diagnostic) -> Applicability {
        let own = found.fix.as_ref().map(|fix| fix.applicability).unwrap_or_default();
        if found.code == MISSPELT && !self.is_error(found) { Applicability::Unsafe } else { own }
    }

    fn claim(&self, found: &Diagnostic) -> Claim {
        match found.code {
            _ if self.is_error(found) => Claim::WasError,
            NULLABLE => Claim::Widens,
            _ => Claim::Keeps,
        }
    }
}

/// The code of `nullable: true`, whose fix makes `null` valid.
const NULLABLE: &str = "WN0313";
/// The code of misspelt keywords.
const MISSPELT: &str = "WN0305";

/// The findings whose fixes take all references of the package.
const OF_REFERENCES: [&str; 3] = ["WN02", "WN0732", "WN0734"];

fn takes_references(found: &Diagnostic) -> bool {
    OF_REFERENCES.iter().any(|beginning| found.code.starts_with(beginning))
}

/// Adds what lints find in the events that no error concerns, and in files without errors.
fn lint_the_rest(package: &mut Package, of_reading: &[Diagnostic]) {
    let model = package.salvage().model;
    let mut report = package.report.clone();
    let known = std::mem::take(&mut report.diagnostics);
    check::check(&model, &package.sources, &package.settings, &mut report);
    let wrong: BTreeSet<&str> =
        errors(&package.report).chain(of_reading).map(|error| error.place.file.path.as_str()).collect();
    let is_sound = |found: &Diagnostic| {
        let places = found.fix.iter().flat_map(|fix| &fix.edits).map(|edit| &edit.place).chain([&found.place]);
        !places.into_iter().any(|place| wrong.contains(place.file.path.as_str()))
            && !known.contains(found)
            && !takes_references(found)
    };
    let found: Vec<Diagnostic> = report.diagnostics.into_iter().filter(is_sound).collect();
    package.report.diagnostics.extend(found);
}

impl<'c> Fixer<'c> {
    fn new(config: &'c Config, at_most: Applicability, proof: &'c Proof<'c>) -> Self {
        Self { config, proof, at_most, rejected: BTreeSet::new(), unproven: BTreeSet::new(), runs: 0 }
    }

    /// Checks the package with these texts. What `[lints]` could allow ends nothing, so that what it hides is seen, too. Neither do
    /// errors in one file keep those in others from being fixed: a section of `walnats.toml` that is wrong takes its defaults.
    fn run(&mut self, texts: &BTreeMap<String, String>) -> Run {
        self.runs += 1;
        let mut package = Package::load_leniently(self.config, texts);
        let found = std::mem::take(&mut package.report.diagnostics);
        let (of_reading, found): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|found| found.severity == Severity::Error);
        package.report.diagnostics = found;
        let has_model = package.check().is_ok();
        if !has_model {
            lint_the_rest(&mut package, &of_reading);
        }
        let settings = self.config.shown_config_file();
        let is_partial = of_reading.iter().any(|error| error.place.file.path != settings);
        let has_model = has_model && of_reading.is_empty();
        package.report.diagnostics.extend(of_reading);
        package.report.sort();
        Run { package, has_model, is_partial, model: OnceCell::new() }
    }

    /// What is tried, one after the other.
    fn claims(&self) -> &'static [Claim] {
        match self.at_most {
            Applicability::Safe => &[Claim::WasError, Claim::Keeps, Claim::Widens],
            Applicability::Unsafe => &[Claim::None],
        }
    }

    /// The findings with this claim whose fixes may be applied together.
    fn candidates<'r>(&self, run: &'r Run, claim: Claim) -> Vec<&'r Diagnostic> {
        let mut taken = Taken::default();
        let is_wanted = |found: &&Diagnostic| {
            let is_safe = || run.applicability(found) == Applicability::Safe && !self.unproven.contains(&key(found));
            !edits(found).is_empty() && (claim == Claim::None || (run.claim(found) == claim && is_safe()))
        };
        let is_possible = |found: &&Diagnostic| {
            let is_ours = edits(found).iter().all(|edit| !run.report().is_foreign(&edit.place));
            let is_known = !(run.is_partial && takes_references(found));
            is_ours && is_known && is_consistent(edits(found)) && !self.rejected.contains(&key(found))
        };
        let found = run.report().visible().filter(is_wanted).filter(is_possible);
        found.filter(|found| taken.take(edits(found))).collect()
    }

    /// Adds those of `candidates` to `accepted` that make nothing worse, and that keep what they claim.
    fn accept<'r>(
        &mut self,
        before: &Run,
        texts: &BTreeMap<String, String>,
        candidates: &[&'r Diagnostic],
        claim: Claim,
        accepted: &mut Vec<&'r Diagnostic>,
    ) {
        if candidates.is_empty() || self.runs > MAX_RUNS {
            return;
        }
        let together: Vec<&Diagnostic> = accepted.iter().chain(candidates).copied().collect();
        let after = self.run(&applied(texts, &together));
        // What those did that are accepted already is not to blame on these.
        let is_harmless = !is_worse(before, &after, &together)
            && !match accepted.is_empty() {
                true => narrows(before, &after, candidates),
                false => narrows(&self.run(&applied(texts, accepted)), &after, candidates),
            };
        // Those that are accepted already are proven.
        if is_harmless && self.is_proven(before, &after, claim) {
            accepted.extend(candidates);
        } else if let [only] = candidates {
            let known = if is_harmless { &mut self.unproven } else { &mut self.rejected };
            known.insert(key(only));
        } else {
            let (one, other) = candidates.split_at(candidates.len() / 2);
            self.accept(before, texts, one, claim, accepted);
            self.accept(before, texts, other, claim, accepted);
        }
    }

    fn is_proven(&self, before: &Run, after: &Run, claim: Claim) -> bool {
        let may_widen = match claim {
            Claim::WasError | Claim::None => return true,
            Claim::Keeps => false,
            Claim::Widens => true,
        };
        (self.proof)(&Change { before: before.model(), after: after.model(), may_widen })
    }
}

/// Whether there are errors that were not there before, and that the fixes of `findings` are to blame for.
fn is_worse(before: &Run, after: &Run, findings: &[&Diagnostic]) -> bool {
    let mut known: HashMap<(&str, &str, &str), usize> = HashMap::new();
    for error in errors(before.report()) {
        *known.entry(told_by(error)).or_default() += 1;
    }
    let changed: BTreeSet<&str> =
        findings.iter().flat_map(|found| edits(found)).map(|edit| edit.place.file.path.as_str()).collect();
    errors(after.report()).any(|error| {
        if let Some(left) = known.get_mut(&told_by(error)).filter(|left| **left > 0) {
            *left -= 1;
            return false;
        }
        // What a misspelt keyword had hidden, and what is fixed next, is not to blame on its fix.
        if !edits(error).is_empty() {
            return false;
        }
        // The same goes for what the first errors had hidden, since nothing comes after them.
        let is_of_schemas = ["WN02", "WN03", "WN0701"].iter().any(|start| error.code.starts_with(start));
        before.has_model || (is_of_schemas && changed.contains(error.place.file.path.as_str()))
    })
}

/// What says that a schema refuses more than it seems to.
const NARROWED: [&str; 4] = ["WN0702", "WN0720", "WN0721", "WN0725"];
/// What is fixed by adding a keyword that refuses something.
const NARROWING: [&str; 2] = ["WN0314", "WN0726"];

/// Whether a keyword that was added contradicts what stands beside it.
fn narrows(before: &Run, after: &Run, findings: &[&Diagnostic]) -> bool {
    let is_narrowed = |found: &&Diagnostic| NARROWED.contains(&found.code);
    let count = |run: &Run| run.report().visible().filter(is_narrowed).count();
    findings.iter().any(|found| NARROWING.contains(&found.code)) && count(after) > count(before)
}

/// What an error is told by after its place has moved.
fn told_by(error: &Diagnostic) -> (&str, &str, &str) {
    (error.code, &error.place.file.path, &error.message)
}

fn errors(report: &Report) -> impl Iterator<Item = &Diagnostic> {
    // Checked leniently, these are warnings.
    let denied: Vec<&str> = codes::denied().collect();
    report.visible().filter(move |found| found.severity == Severity::Error || denied.contains(&found.code))
}
