//! Subjects that are mapped to others, and streams that are copied: what the server refuses of them.

use walnats_subject::{invalid_stream_name_char, overlap};

use super::{Fault, Sections};
use crate::diagnostic::did_you_mean;
use crate::lower::filter;
use crate::model::Stream;
use crate::settings::{External, Mapping, Origin};

/// The functions of NATS in a destination, in lower case.
const FUNCTIONS: [&str; 10] = [
    "wildcard",
    "partition",
    "split",
    "splitfromleft",
    "splitfromright",
    "slicefromleft",
    "slicefromright",
    "left",
    "right",
    "random",
];

/// Subjects that are mapped to others, and streams that are copied.
pub(super) fn faults(stream: &Stream, at: &Sections) -> Vec<Fault> {
    const HELP: &str =
        "write `dest` like `copies.>` for a `src` like `orders.>`, or with `{{wildcard(1)}}` for its first `*`";
    let mut faults = Vec::new();
    let mut map = |key: &'static str, src: &str, dest: &str| {
        faults.extend(mapping_fault(src, dest).map(|fault| (key, format!("`{key}` {fault}"), HELP)));
    };
    if let Some(Mapping { src, dest }) = &at.own.subject_transform {
        map("subject_transform", src, dest);
    }
    if let Some(republish) = &at.own.republish {
        map("republish", &republish.src, &republish.dest);
    }
    let origins = at.own.mirror.iter().map(|mirror| ("mirror", mirror));
    let origins: Vec<_> = origins.chain(at.own.sources.iter().map(|source| ("sources", source))).collect();
    for (key, origin) in &origins {
        origin.subject_transforms.iter().for_each(|Mapping { src, dest }| map(key, src, dest));
    }
    if let Some(republish) = &at.own.republish {
        let copies = as_filter(&republish.dest);
        if let Some(subject) = stream.subjects.iter().find(|subject| overlap(subject, &copies)) {
            let message =
                format!("`republish` goes round: the stream stores the copies, too, by its subject `{subject}`");
            faults.push(("republish", message, "publish the copies on subjects that the stream does not store"));
        }
    }
    let sources = &at.own.sources;
    let twice = sources.iter().enumerate().find(|(index, source)| sources[..*index].contains(source));
    if let Some((_, source)) = twice {
        faults.push(("sources", format!("`sources` names `{}` twice", source.name), "remove one of them"));
    }
    for (key, origin) in origins {
        faults.extend(origin_fault(stream, origin).map(|(fault, help)| (key, format!("`{key}`: {fault}"), help)));
    }
    faults
}

fn origin_fault(stream: &Stream, origin: &Origin) -> Option<(String, &'static str)> {
    let Origin { name, filter_subject, opt_start_seq, opt_start_time, subject_transforms, external } = origin;
    if name.is_empty() || invalid_stream_name_char(name).is_some() {
        return Some((format!("`{name}` cannot be the name of a stream"), "name the stream as JetStream does"));
    }
    if *name == stream.name && external.is_none() {
        return Some(("the stream would copy itself".to_owned(), "name another stream"));
    }
    if filter_subject.is_some() && !subject_transforms.is_empty() {
        let message = "`filter_subject` cannot be combined with `subject_transforms`".to_owned();
        return Some((message, "each of the transforms has a filter: its `src`"));
    }
    if opt_start_seq.is_some() && opt_start_time.is_some() {
        return Some(("`opt_start_seq` cannot be combined with `opt_start_time`".to_owned(), "remove one"));
    }
    if let Some(time) = opt_start_time.as_deref().filter(|time| !is_time(time)) {
        return Some((format!("`{time}` is not a time"), "write it like `2026-01-31T12:00:00Z`"));
    }
    if let Some(problem) = filter_subject.as_deref().and_then(filter::problem) {
        return Some((problem.to_owned(), "a filter is made of tokens with dots between them, such as `orders.>`"));
    }
    let sources = subject_transforms.iter().map(|Mapping { src, .. }| src.as_str());
    if let Some((one, other)) = overlapping(&sources.collect::<Vec<_>>()) {
        let message = format!("the `src` `{one}` and `{other}` of `subject_transforms` overlap");
        return Some((message, "the server refuses that; let each subject have one transform"));
    }
    let External { api, deliver } = external.as_ref()?;
    let is_prefix = |text: &str| !text.split('.').any(str::is_empty) && !text.contains(['*', '>', ' ']);
    if !is_prefix(api) {
        return Some((format!("`{api}` cannot be the prefix of an API"), "write it like `$JS.hub.API`"));
    }
    let deliver = deliver.as_deref().filter(|deliver| !is_prefix(deliver))?;
    Some((format!("`{deliver}` cannot be the prefix of subjects"), "write `deliver` like `deliver.hub`"))
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

/// What is wrong with a mapping of subjects.
fn mapping_fault(src: &str, dest: &str) -> Option<String> {
    if let Some(problem) = filter::problem(src) {
        return Some(format!("has a `src` of `{src}`: {problem}"));
    }
    if dest.is_empty() || dest.split('.').any(str::is_empty) {
        return Some(format!("has a `dest` of `{dest}`: a token of it is empty"));
    }
    if dest.split('.').any(|token| token == "*") {
        return Some(format!("has a `dest` of `{dest}`: a `*` there stands for nothing"));
    }
    if dest.split('.').any(|token| !token.starts_with("{{") && token.contains(char::is_whitespace)) {
        return Some(format!("has a `dest` of `{dest}`: white space in a subject"));
    }
    let ends = |subject: &str| subject == ">" || subject.ends_with(".>");
    if ends(src) != ends(dest) {
        return Some(format!("has a `src` of `{src}` and a `dest` of `{dest}`: both end with `>`, or neither"));
    }
    let wildcards = src.split('.').filter(|token| *token == "*").count();
    let number = |token: &str| -> Option<usize> {
        let number = token.strip_prefix('$').or_else(|| {
            token.strip_prefix("{{")?.strip_suffix("}}")?.trim().strip_prefix("wildcard(")?.strip_suffix(')')
        });
        number?.trim().parse().ok()
    };
    if let Some(beyond) = dest.split('.').filter_map(number).find(|number| !(1..=wildcards).contains(number)) {
        return Some(format!("has a `dest` of `{dest}`: `src` has no `*` number {beyond}"));
    }
    let functions =
        dest.split("{{").skip(1).filter_map(|rest| Some(rest.split_once('(')?.0.trim().to_ascii_lowercase()));
    // Newer servers may know more than these: what is not nearly one of them passes.
    let misspelt = |name: &String| did_you_mean(name, FUNCTIONS.iter().copied()).filter(|near| near != name);
    let near = functions.filter(|name| !FUNCTIONS.contains(&name.as_str())).find_map(|name| misspelt(&name))?;
    Some(format!("has a `dest` of `{dest}`: did you mean the function `{near}`?"))
}

/// Every subject that a destination can be.
fn as_filter(dest: &str) -> String {
    let token = |token: &str| if token.starts_with(['$', '{']) { "*".to_owned() } else { token.to_owned() };
    dest.split('.').map(token).collect::<Vec<_>>().join(".")
}
