//! `walnats check --fix`

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use similar::TextDiff;
use walnats_codegen::codes;
use walnats_codegen::diagnostic::{Applicability, Fix, shown, shown_lines};
use walnats_codegen::fix::{Fixed, fix, held_back};
use walnats_compat::keeps;

use super::Options;
use super::across::Packages;
use crate::outcome::Failure;
use crate::output;
use crate::report::{Entry, Run};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What would change in a package, as `diff -u` prints it, and what `walnats check` would find afterwards, with the texts of
/// then.
pub fn preview(
    folder: &Path,
    options: &Options,
    packages: &Packages,
) -> Result<(Run, BTreeMap<String, String>), Failure> {
    let fixed = fix(&walnats_codegen::configure().root(folder), at_most(options), &keeps);
    let texts = fixed.texts();
    let mut run = super::check(folder, options, &texts, packages)?;
    let diffs = fixed.files.iter().map(|file| {
        let (diff, path) = (TextDiff::from_lines(&file.old, &file.new), shown(&file.path));
        let diff = diff.unified_diff().header(&format!("a/{path}"), &format!("b/{path}")).to_string();
        shown_lines(&diff).into_owned()
    });
    run.details = diffs.chain([std::mem::take(&mut run.details)]).collect();
    if !fixed.findings.is_empty() {
        let findings = output::count(fixed.findings.len(), "finding");
        let files = output::count(fixed.files.len(), "file");
        run.summary = format!("{findings} to fix in {files}; then {}", run.summary);
    }
    Ok((mentioned(run, fixed.held_back), texts))
}

fn is_safe(entry: &Entry) -> bool {
    entry.fix.as_ref().is_some_and(|fix| fix.applicability == Applicability::Safe)
}

/// Marks the fixes of a run that `--fix` holds back as unsafe; `texts` stand in place of those on the disk.
pub fn mark_held_back(folder: &Path, texts: &BTreeMap<String, String>, run: &mut Run) {
    let safe: Vec<&mut Entry> = run.entries.iter_mut().filter(|entry| is_safe(entry)).collect();
    if safe.is_empty() {
        return;
    }
    let held_back = held_back(&walnats_codegen::configure().root(folder), texts, &keeps);
    for entry in safe {
        let edits = entry.fix.as_ref().map_or(&[][..], |fix| &fix.edits);
        if held_back.has((entry.code, &entry.message), &entry.place, edits) {
            entry.fix = entry.fix.take().map(Fix::narrowing);
        }
    }
}

fn at_most(options: &Options) -> Applicability {
    if options.unsafe_fixes { Applicability::Unsafe } else { Applicability::Safe }
}

/// The run, with the number of fixes that were held back at the end of its summary.
pub fn mentioned(run: Run, held_back: usize) -> Run {
    if held_back == 0 {
        return run;
    }
    let fixes = if held_back == 1 { "1 hidden fix".to_owned() } else { format!("{held_back} hidden fixes") };
    let summary = format!("{}; {fixes} can be enabled with `--unsafe-fixes`", run.summary);
    run.summary(summary)
}

/// Writes the files of a package that change, says what was fixed, and returns how many fixes were held back.
pub fn apply(folder: &Path, options: &Options) -> Result<usize, Failure> {
    let fixed = fix(&walnats_codegen::configure().root(folder), at_most(options), &keeps);
    for file in &fixed.files {
        let path = folder.join(&file.path);
        let failed = |error: std::io::Error| format!("cannot write `{}`: {error}", path.display());
        let has_mark = fs::read(&path).map_err(failed)?.starts_with(BYTE_ORDER_MARK);
        let mark = if has_mark { BYTE_ORDER_MARK } else { &[] };
        fs::write(&path, [mark, file.new.as_bytes()].concat()).map_err(failed)?;
    }
    output::note(&summary(&fixed));
    Ok(fixed.held_back)
}

/// What was fixed: a line for each kind.
fn summary(fixed: &Fixed) -> String {
    if fixed.findings.is_empty() {
        return "nothing to fix\n".to_owned();
    }
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for found in &fixed.findings {
        *kinds.entry(found.code).or_default() += 1;
    }
    let findings = output::count(fixed.findings.len(), "finding");
    let mut text = format!("fixed {findings} in {}:\n", output::count(fixed.files.len(), "file"));
    for (id, number) in kinds {
        let slug = codes::by_id(id).map_or("", |code| code.slug);
        text += &format!("  {number} {slug} ({id})\n");
    }
    text
}
