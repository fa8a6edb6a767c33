//! Misspelt keys of `walnats.toml` under their right names.

use std::ops::Range;

use serde_spanned::Spanned;
use toml::de::DeValue;

use crate::diagnostic::{Edit, Place};

/// The key at `place` as `name`, in all headers where it is the first part of one: a section may have several.
pub(super) fn key(place: &Place, key: &str, name: &str) -> Vec<Edit> {
    let text = place.file.text.as_str();
    let mut spans = vec![place.span.clone()];
    if is_first_of_header(text, &place.span) {
        spans.extend(headers(text, key).filter(|span| *span != place.span));
    }
    let edit = |span| Edit { place: Place { span, ..place.clone() }, text: name.to_owned() };
    spans.into_iter().map(edit).collect()
}

/// The keys of the table that has one at `span`.
pub(super) fn present(value: &Spanned<DeValue<'_>>, span: &Range<usize>) -> Vec<String> {
    match value.get_ref() {
        DeValue::Table(table) if table.keys().any(|key| key.span() == *span) => {
            table.keys().map(|key| key.get_ref().to_string()).collect()
        }
        DeValue::Table(table) => {
            table.values().map(|value| present(value, span)).find(|keys| !keys.is_empty()).unwrap_or_default()
        }
        DeValue::Array(items) => {
            items.iter().map(|item| present(item, span)).find(|keys| !keys.is_empty()).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// Whether only the brackets of a header stand before it on its line.
fn is_first_of_header(text: &str, span: &Range<usize>) -> bool {
    let before = text.get(..span.start).unwrap_or_default();
    let line = before.rfind('\n').map_or(before, |newline| &before[newline + 1..]);
    matches!(line.trim(), "[" | "[[")
}

/// Where headers begin with the plain key.
fn headers<'t>(text: &'t str, key: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
    let starts = text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line))
    });
    starts.filter_map(move |(start, line)| {
        let name = line.trim_start().trim_start_matches('[').trim_start();
        let at = start + line.len() - name.len();
        let rest = name.strip_prefix(key)?.trim_start();
        let is_header = line.trim_start().starts_with('[') && rest.starts_with(['.', ']']);
        is_header.then(|| at..at + key.len())
    })
}
