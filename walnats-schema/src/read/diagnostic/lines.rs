//! Where the lines of a file begin: counted once for all findings in it.

use std::cell::RefCell;
use std::sync::Arc;

use super::SourceFile;

thread_local! {
    /// Of the file that was asked about last, for findings come sorted by file.
    static LAST: RefCell<Option<(Arc<SourceFile>, Vec<usize>)>> = const { RefCell::new(None) };
}

/// Line and column of a byte, both from 1; columns count characters.
pub(super) fn line_column(file: &Arc<SourceFile>, byte: usize) -> (usize, usize) {
    let text = file.text.as_str();
    let byte = (0..=byte.min(text.len())).rev().find(|byte| text.is_char_boundary(*byte)).unwrap_or(0);
    LAST.with_borrow_mut(|last| {
        if last.as_ref().is_none_or(|(known, _)| !Arc::ptr_eq(known, file)) {
            let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(newline, _)| newline + 1));
            *last = Some((Arc::clone(file), starts.collect()));
        }
        let starts = last.as_ref().map(|(_, starts)| starts.as_slice()).unwrap_or_default();
        let line = starts.partition_point(|start| *start <= byte);
        let start = line.checked_sub(1).and_then(|at| starts.get(at)).copied().unwrap_or(0);
        (line, text[start..byte].chars().count() + 1)
    })
}
