//! The changes of text that fixes consist of.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Edit, Place};

/// How much text around a finding tells it from others that say the same.
const AROUND: usize = 40;

pub(super) fn edits(found: &Diagnostic) -> &[Edit] {
    found.fix.as_ref().map_or(&[], |fix| &fix.edits)
}

/// What a fix is told by after its place has moved.
pub(super) fn key(found: &Diagnostic) -> String {
    key_of((found.code, &found.message), &found.place, edits(found))
}

pub(super) fn key_of((code, message): (&str, &str), place: &Place, edits: &[Edit]) -> String {
    let texts: Vec<&str> = edits.iter().map(|edit| edit.text.as_str()).collect();
    let (text, span) = (&place.file.text, &place.span);
    let boundary = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let around = boundary(span.start.saturating_sub(AROUND))..boundary(span.end.saturating_add(AROUND));
    let around = text.get(around).unwrap_or_default();
    format!("{code} {} {message} {} {around}", place.file.path, texts.join("\n"))
}

/// Whether no two edits of a fix overlap.
pub(super) fn is_consistent(edits: &[Edit]) -> bool {
    let mut spans: Vec<(&str, usize, usize)> =
        edits.iter().map(|edit| (edit.place.file.path.as_str(), edit.place.span.start, edit.place.span.end)).collect();
    spans.sort_unstable();
    spans.windows(2).all(|pair| pair[0].0 != pair[1].0 || pair[0].2 <= pair[1].1)
}

/// The parts of files that fixes change, by file and start.
#[derive(Default)]
pub(super) struct Taken<'e>(BTreeMap<&'e str, BTreeMap<usize, usize>>);

impl<'e> Taken<'e> {
    /// Takes the parts that a fix changes; `false` if another one has some of it.
    pub(super) fn take(&mut self, edits: &'e [Edit]) -> bool {
        let is_free = |edit: &Edit| {
            let span = &edit.place.span;
            let taken = self.0.get(edit.place.file.path.as_str());
            // Two texts inserted at one place would depend on their order. Parts do not overlap, so that the last one decides.
            let before = taken.and_then(|taken| taken.range(..=span.end).next_back());
            before.is_none_or(|(_, end)| *end < span.start)
        };
        if !edits.iter().all(is_free) {
            return false;
        }
        for edit in edits {
            let end =
                self.0.entry(edit.place.file.path.as_str()).or_default().entry(edit.place.span.start).or_default();
            *end = (*end).max(edit.place.span.end);
        }
        true
    }
}

/// The texts with the fixes of these findings.
pub(super) fn applied(texts: &BTreeMap<String, String>, findings: &[&Diagnostic]) -> BTreeMap<String, String> {
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
