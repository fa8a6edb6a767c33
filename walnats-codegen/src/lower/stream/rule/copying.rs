//! Streams that copy others: `mirror` and `sources`.

use walnats_subject::overlap;

use super::super::name_problem;
use super::{Fault, Sections};
use crate::lower::filter::{self, Problem};
use crate::model::Stream;
use crate::settings::{External, Mapping, Origin};

pub(super) fn faults(stream: &Stream, at: &Sections) -> Vec<Fault> {
    let sources = &at.own.sources;
    let repeated = sources.iter().enumerate().find(|(index, source)| sources[..*index].contains(source));
    let repeated = repeated.map(|(_, source)| Fault {
        code: "WN0487",
        key: "sources",
        message: format!("`sources` names `{}` twice", source.name),
        help: "remove one of them",
    });
    let origins = at.own.mirror.iter().map(|mirror| ("mirror", mirror));
    let origins = origins.chain(sources.iter().map(|source| ("sources", source)));
    let faults = origins.filter_map(|(key, origin)| {
        let Problem { code, message, help } = problem(stream, origin)?;
        Some(Fault { code, key, message: format!("`{key}`: {message}"), help })
    });
    repeated.into_iter().chain(faults).collect()
}

/// What is wrong with copying `origin` into `stream`, if anything is.
fn problem(stream: &Stream, origin: &Origin) -> Option<Problem> {
    let Origin { name, filter_subject, opt_start_seq, opt_start_time, subject_transforms, external } = origin;
    let problem = |code, message: String, help| Some(Problem::new(code, message, help));
    if let Some(message) = name_problem(name) {
        return problem("WN0420", message, "name the stream as JetStream does");
    }
    if *name == stream.name && external.is_none() {
        return problem("WN0488", "the stream would copy itself".to_owned(), "name another stream");
    }
    if filter_subject.is_some() && !subject_transforms.is_empty() {
        let message = "`filter_subject` cannot be combined with `subject_transforms`";
        return problem("WN0423", message.to_owned(), "each of the transforms has a filter: its `src`");
    }
    if opt_start_seq.is_some() && opt_start_time.is_some() {
        let message = "`opt_start_seq` cannot be combined with `opt_start_time`";
        return problem("WN0423", message.to_owned(), "remove one");
    }
    if let Some(time) = opt_start_time.as_deref().filter(|time| !is_time(time)) {
        return problem("WN0489", format!("`{time}` is not a time"), "write it like `2026-01-31T12:00:00Z`");
    }
    if let Some(problem) = filter_subject.as_deref().and_then(filter::problem) {
        return Some(problem);
    }
    let filters = subject_transforms.iter().map(|Mapping { src, .. }| src.as_str());
    if let Some((one, other)) = overlapping(&filters.collect::<Vec<_>>()) {
        let message = format!("the `src` `{one}` and `{other}` of `subject_transforms` overlap");
        return problem("WN0490", message, "the server refuses that; let each subject have one transform");
    }
    let External { api, deliver } = external.as_ref()?;
    if !is_prefix(api) {
        return problem("WN0491", format!("`{api}` cannot be the prefix of an API"), "write it like `$JS.hub.API`");
    }
    let deliver = deliver.as_deref().filter(|deliver| !is_prefix(deliver))?;
    problem("WN0491", format!("`{deliver}` cannot be the prefix of subjects"), "write `deliver` like `deliver.hub`")
}

fn is_prefix(text: &str) -> bool {
    !text.split('.').any(str::is_empty) && !text.contains(['*', '>', ' '])
}

/// The first two filters that a subject could match both of.
fn overlapping<'a>(filters: &[&'a str]) -> Option<(&'a str, &'a str)> {
    let pairs =
        filters.iter().enumerate().flat_map(|(index, other)| filters[..index].iter().map(move |one| (*one, *other)));
    pairs.into_iter().find(|(one, other)| overlap(one, other))
}

/// Whether it has the form of RFC 3339: `2026-01-31T12:00:00Z`, `2026-01-31T12:00:00.5+01:00`.
fn is_time(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let Some(rest) = shape.strip_prefix("0000-00-00T00:00:00") else { return false };
    let rest = match rest.strip_prefix('.') {
        Some(fraction) if fraction.starts_with('0') => fraction.trim_start_matches('0'),
        Some(_) => return false,
        None => rest,
    };
    matches!(rest, "Z" | "+00:00" | "-00:00")
}
