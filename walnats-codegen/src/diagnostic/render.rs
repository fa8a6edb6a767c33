//! Findings as rustc and cargo show theirs.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Padding, Renderer, Snippet};

use super::{Diagnostic, Place, Report, Severity, is_hidden, shown, shown_lines};

/// Columns of a terminal whose width is not known; longer lines are cut around what is marked.
const WIDTH: usize = 120;
/// Columns of the narrowest terminal: in fewer, no excerpt can be read.
const NARROWEST: usize = 40;
/// Bytes of a line that may be shown whole. Two marks far apart on a longer one, of a minified file, get an excerpt each.
const LONG_LINE: usize = 1_000;
/// Bytes that are marked at most.
const LONG_MARK: usize = 80;

/// All findings that are not suppressed, with excerpts of the source, an empty line between them.
pub fn render(report: &Report, color: bool) -> String {
    render_at(report, color, None)
}

/// Like [`render`], for a terminal with so many columns; 120 if that is not known.
pub fn render_at(report: &Report, color: bool, columns: Option<usize>) -> String {
    let width = columns.map_or(WIDTH, |columns| columns.max(NARROWEST));
    let renderer = if color { Renderer::styled() } else { Renderer::plain() }.term_width(width);
    let pictures = report.visible().map(|diagnostic| renderer.render(&[group(diagnostic)]));
    let mut text = pictures.collect::<Vec<_>>().join("\n\n");
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn group(diagnostic: &Diagnostic) -> Group<'_> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group =
        level.primary_title(shown_lines(&diagnostic.message)).id(diagnostic.code).element(picture(diagnostic));
    for (place, label) in &diagnostic.related {
        if !is_beside(place, &diagnostic.place) {
            group = group.element(source(place, &[(AnnotationKind::Primary, place, label)]));
        }
    }
    if let Some(help) = &diagnostic.help {
        if is_visible(&diagnostic.place) && !is_blank(&diagnostic.place) {
            group = group.element(Padding);
        }
        group = group.element(Level::HELP.message(shown_lines(help)));
    }
    group
}

/// The marked line, with the related places that fit into one excerpt with it.
fn picture(diagnostic: &Diagnostic) -> Element<'_> {
    let place = &diagnostic.place;
    let related = diagnostic.related.iter().filter(|(other, _)| is_beside(other, place));
    let related = related.map(|(other, label)| (AnnotationKind::Context, other, label.as_str()));
    let own = (AnnotationKind::Primary, place, diagnostic.label.as_str());
    source(place, &std::iter::once(own).chain(related).collect::<Vec<_>>())
}

/// A place that is marked, with what to write there.
type Mark<'a> = (AnnotationKind, &'a Place, &'a str);

/// The lines with the marks; of the rest of the file nothing is looked at.
fn source<'a>(place: &'a Place, marks: &[Mark<'a>]) -> Element<'a> {
    let path = shown(&place.file.path);
    if !is_visible(place) {
        return Origin::path(path).into();
    }
    if is_blank(place) {
        let (line, column) = place.line_column();
        return Origin::path(path).line(line).char_column(column).into();
    }
    let text = place.file.text.as_str();
    let spans: Vec<Range<usize>> = marks.iter().map(|(_, place, _)| first_line(place)).collect();
    let first = spans.iter().map(|span| span.start).min().unwrap_or_default();
    let last = spans.iter().map(|span| span.end).max().unwrap_or_default();
    let mut start = line_start(text, first);
    if start == text.len() {
        // A mark behind the last line is shown under that.
        start = line_start(text, start.saturating_sub(1));
    }
    let end = text[last..].find('\n').map_or(text.len(), |newline| last + newline);
    // Of a line that ends with `\r\n`, the renderer knows the end only as a whole.
    let part = text[start..end.max(start)].trim_end_matches('\r');
    let annotations = marks.iter().zip(spans).map(|((kind, _, label), span)| {
        let at = |byte: usize| visible(&part[..(byte - start).min(part.len())]).len();
        let label = (!label.is_empty()).then(|| shown(label));
        kind.span(at(span.start)..at(span.end)).label(label)
    });
    let snippet = Snippet::source(visible(part)).line_start(place.line_column_at(start).0).path(path);
    snippet.annotations(annotations).into()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Source without what the renderer does not replace by a sign itself: character by character, so that columns stay.
fn visible(source: &str) -> Cow<'_, str> {
    let is_left = |letter: char| is_hidden(letter) && !letter.is_ascii();
    if !source.contains(is_left) {
        return Cow::Borrowed(source);
    }
    source.chars().map(|letter| if is_left(letter) { char::REPLACEMENT_CHARACTER } else { letter }).collect()
}

/// Whether there is a line to show; otherwise the whole file is meant.
fn is_visible(place: &Place) -> bool {
    let is_whole = place.span.is_empty() && place.span.start == 0;
    !is_whole && !place.file.text.is_empty()
}

/// Whether there is nothing to show: payloads that may be secret, say, are named by their lines alone.
fn is_blank(place: &Place) -> bool {
    place.file.text.trim().is_empty()
}

/// Whether two places fit into one excerpt.
fn is_beside(a: &Place, b: &Place) -> bool {
    let text = a.file.text.as_str();
    let between = || a.span.start.min(b.span.start)..a.span.start.max(b.span.start).min(text.len());
    a.file == b.file && is_visible(b) && (text[between()].contains('\n') || between().len() < LONG_LINE)
}

/// The part of the span on its first line: a schema of a hundred lines is shown by its beginning.
fn first_line(place: &Place) -> Range<usize> {
    let text = place.file.text.as_str();
    let start = place.span.start.min(text.len());
    let span = start..place.span.end.clamp(start, text.len());
    let line = text[span.clone()].find(['\n', '\r']).map_or(span.end, |length| start + length);
    let end = line.min(start + LONG_MARK);
    start..(end..=line).find(|end| text.is_char_boundary(*end)).unwrap_or(line)
}
