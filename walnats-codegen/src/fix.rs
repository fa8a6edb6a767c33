//! Applies the fixes of findings to the files of a package, as long as nothing gets worse.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::check;
use crate::codes;
use crate::config::Config;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Level, Report, Severity};
use crate::package::Package;

/// How often what came out is looked at again.
const MAX_ROUNDS: usize = 20;

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

/// Applies every fix of the package's findings, and looks at the result, until there is no more to fix. A fix that would cause
/// an error is left out, and so are files that others write. With `at_most` [`Applicability::Safe`], so is what may make payloads
/// invalid that are valid.
pub fn fix(config: &Config, at_most: Applicability) -> Fixed {
    let mut fixer = Fixer { config, rejected: BTreeSet::new() };
    let mut fixed = Fixed::default();
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    let mut old: BTreeMap<String, String> = BTreeMap::new();
    for _ in 0..MAX_ROUNDS {
        let run = fixer.run(&texts);
        let candidates = fixer.candidates(&run, at_most);
        let mut accepted = Vec::new();
        fixer.accept(&run, &texts, &candidates, &mut accepted);
        if accepted.is_empty() {
            if at_most == Applicability::Safe {
                let candidates = fixer.candidates(&run, Applicability::Unsafe);
                fixer.accept(&run, &texts, &candidates, &mut accepted);
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

impl Fixed {
    /// The new texts of the files that change, by path.
    pub fn texts(&self) -> BTreeMap<String, String> {
        self.files.iter().map(|file| (file.path.clone(), file.new.clone())).collect()
    }
}

struct Fixer<'c> {
    config: &'c Config,
    /// The fixes that would make something worse.
    rejected: BTreeSet<String>,
}

/// What checking found.
struct Run {
    report: Report,
    has_model: bool,
    /// Whether there are schemas that were not looked at: who refers to what is not known then.
    is_partial: bool,
    /// Whether misspelt keywords are allowed here, so that schemas were in use with them.
    allows_misspelt: bool,
}

impl Run {
    fn applicability(&self, found: &Diagnostic) -> Applicability {
        let own = found.fix.as_ref().map(|fix| fix.applicability).unwrap_or_default();
        if found.code == MISSPELT && self.allows_misspelt { Applicability::Unsafe } else { own }
    }
}

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

impl Fixer<'_> {
    /// Checks the package with these texts. What `[lints]` could allow ends nothing, so that what it hides is seen, too. Neither do
    /// errors in one file keep those in others from being fixed: a section of `walnats.toml` that is wrong takes its defaults.
    fn run(&self, texts: &BTreeMap<String, String>) -> Run {
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
        let level = package.settings.levels().get(MISSPELT).copied();
        let allows_misspelt = level.is_some_and(|level| level != Level::Deny);
        Run { report: package.report, has_model, is_partial, allows_misspelt }
    }

    /// The findings whose fixes may be applied together.
    fn candidates<'r>(&self, run: &'r Run, at_most: Applicability) -> Vec<&'r Diagnostic> {
        let mut taken: HashMap<&str, Vec<(usize, usize)>> = HashMap::new();
        let mut candidates = Vec::new();
        let is_wanted = |found: &&Diagnostic| run.applicability(found) <= at_most && !edits(found).is_empty();
        for found in run.report.visible().filter(is_wanted) {
            let own = edits(found);
            let is_free = |edit: &Edit| {
                let span = (edit.place.span.start, edit.place.span.end);
                let taken = taken.get(edit.place.file.path.as_str());
                // Two texts inserted at one place would depend on their order.
                taken.is_none_or(|taken| taken.iter().all(|other| span.1 < other.0 || other.1 < span.0))
            };
            let is_ours = own.iter().all(|edit| !run.report.is_foreign(&edit.place));
            let is_known = !(run.is_partial && takes_references(found));
            if is_ours
                && is_known
                && is_consistent(own)
                && own.iter().all(is_free)
                && !self.rejected.contains(&key(found))
            {
                for edit in own {
                    let spans = taken.entry(edit.place.file.path.as_str()).or_default();
                    spans.push((edit.place.span.start, edit.place.span.end));
                }
                candidates.push(found);
            }
        }
        candidates
    }

    /// Adds those of `candidates` to `accepted` that make nothing worse.
    fn accept<'r>(
        &mut self,
        before: &Run,
        texts: &BTreeMap<String, String>,
        candidates: &[&'r Diagnostic],
        accepted: &mut Vec<&'r Diagnostic>,
    ) {
        if candidates.is_empty() {
            return;
        }
        let together: Vec<&Diagnostic> = accepted.iter().chain(candidates).copied().collect();
        let after = self.run(&applied(texts, &together));
        // What those did that are accepted already is not to blame on these.
        let narrows = || match accepted.is_empty() {
            true => narrows(before, &after, candidates),
            false => narrows(&self.run(&applied(texts, accepted)), &after, candidates),
        };
        if !is_worse(before, &after, &together) && !narrows() {
            accepted.extend(candidates);
        } else if let [only] = candidates {
            self.rejected.insert(key(only));
        } else {
            let (one, other) = candidates.split_at(candidates.len() / 2);
            self.accept(before, texts, one, accepted);
            self.accept(before, texts, other, accepted);
        }
    }
}

fn edits(found: &Diagnostic) -> &[Edit] {
    found.fix.as_ref().map_or(&[], |fix| &fix.edits)
}

/// What a fix is told by after its place has moved.
fn key(found: &Diagnostic) -> String {
    let texts: Vec<&str> = edits(found).iter().map(|edit| edit.text.as_str()).collect();
    format!("{} {} {} {}", found.code, found.place.file.path, found.message, texts.join("\n"))
}

/// Whether no two edits of a fix overlap.
fn is_consistent(edits: &[Edit]) -> bool {
    let mut spans: Vec<(&str, usize, usize)> =
        edits.iter().map(|edit| (edit.place.file.path.as_str(), edit.place.span.start, edit.place.span.end)).collect();
    spans.sort_unstable();
    spans.windows(2).all(|pair| pair[0].0 != pair[1].0 || pair[0].2 <= pair[1].1)
}

/// The texts with the fixes of these findings.
fn applied(texts: &BTreeMap<String, String>, findings: &[&Diagnostic]) -> BTreeMap<String, String> {
    let mut by_file: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    for edit in findings.iter().flat_map(|found| edits(found)) {
        by_file.entry(&edit.place.file.path).or_default().push(edit);
    }
    let mut texts = texts.clone();
    for (path, mut edits) in by_file {
        edits.sort_by_key(|edit| (edit.place.span.start, edit.place.span.end));
        let Some(first) = edits.first() else { continue };
        let old = first.place.file.text.as_str();
        let (mut new, mut at) = (String::with_capacity(old.len()), 0);
        for Edit { place, text } in edits {
            new.push_str(old.get(at..place.span.start).unwrap_or_default());
            new.push_str(text);
            at = place.span.end;
        }
        new.push_str(old.get(at..).unwrap_or_default());
        texts.insert(path.to_owned(), new);
    }
    texts
}

/// Whether there are errors that were not there before, and that the fixes of `findings` are to blame for.
fn is_worse(before: &Run, after: &Run, findings: &[&Diagnostic]) -> bool {
    let mut known: HashMap<(&str, &str, &str), usize> = HashMap::new();
    for error in errors(&before.report) {
        *known.entry(told_by(error)).or_default() += 1;
    }
    let changed: BTreeSet<&str> =
        findings.iter().flat_map(|found| edits(found)).map(|edit| edit.place.file.path.as_str()).collect();
    errors(&after.report).any(|error| {
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
    let count = |run: &Run| run.report.visible().filter(is_narrowed).count();
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
