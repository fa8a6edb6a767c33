//! Functions and operators.

use std::collections::HashSet;

use super::{Datum, Message, Patterns};
use crate::check::apply;
use crate::library::{self as lib, Failure, Result};
use crate::{Function as F, Type, Value as V};

pub(super) fn call<M: Message>(function: F, arguments: &[Datum<M>], patterns: &Patterns) -> Result<Datum<M>> {
    match (function, arguments) {
        (F::Same, [value]) => return Ok(value.clone()),
        (F::Equal, [a, b]) => return Ok(a.equals(b).into()),
        (F::NotEqual, [a, b]) => return Ok((!a.equals(b)).into()),
        (F::In, [Datum::Value(key), Datum::Map(entries)]) => return Ok(Datum::entry(entries, key).is_some().into()),
        (F::Index, [Datum::Map(entries), Datum::Value(key)]) => {
            return Datum::entry(entries, key).cloned().ok_or(Failure("no such key"));
        }
        (F::Size, [Datum::Map(entries)]) => return Ok(count(entries.len())),
        _ => {}
    }
    let lists: Vec<_> = arguments.iter().map(Datum::items).collect();
    match (function, arguments, lists.as_slice()) {
        (F::In, [item, _], [_, Some(items)]) => return Ok(items.iter().any(|known| known.equals(item)).into()),
        (F::Index, [_, Datum::Value(V::Int(index))], [Some(items), _]) => return lib::item(items, *index).cloned(),
        (F::Size, _, [Some(items)]) => return Ok(count(items.len())),
        (F::Add, _, [Some(one), Some(other)]) => {
            return Ok(Datum::list(one.iter().chain(other.iter()).cloned().collect()));
        }
        (F::Unique, _, [Some(items)]) => return Ok(are_unique(items).into()),
        _ => {}
    }
    let values: Option<Vec<V>> = arguments.iter().map(Datum::known).collect();
    let values = values.ok_or(NONE)?;
    let values: Vec<&V> = values.iter().collect();
    of_text(function, &values, patterns).or_else(|| apply(function, &values)).unwrap_or(Err(NONE)).map(Datum::Value)
}

/// What checked expressions do not come to.
const NONE: Failure = Failure("there is no such function");

fn count<M>(count: usize) -> Datum<M> {
    Datum::Value(V::Int(i64::try_from(count).unwrap_or(i64::MAX)))
}

/// Whether no item is there twice; each number that is none is one of its own.
fn are_unique<M: Message>(items: &[Datum<M>]) -> bool {
    let doubles = items.iter().map(|item| if let Datum::Value(V::Double(value)) = item { Some(*value) } else { None });
    if let Some(doubles) = doubles.collect::<Option<Vec<f64>>>() {
        return lib::is_unique_double(&doubles);
    }
    let mut seen = HashSet::new();
    let keys = items.iter().map(|item| Some(format!("{:?}", item.known()?)));
    match keys.collect::<Option<Vec<String>>>() {
        Some(keys) => keys.into_iter().all(|key| seen.insert(key)),
        None => items.iter().enumerate().all(|(at, item)| !items[..at].iter().any(|known| known.equals(item))),
    }
}

fn of_text(function: F, values: &[&V], patterns: &Patterns) -> Option<Result<V>> {
    let text = |text: String| Some(Ok(V::String(text)));
    let is = |value: bool| Some(Ok(V::Bool(value)));
    match (function, values) {
        (F::Add, [V::String(a), V::String(b)]) => text(format!("{a}{b}")),
        (F::Add, [V::Bytes(a), V::Bytes(b)]) => Some(Ok(V::Bytes([a.as_slice(), b].concat()))),
        (F::Matches, [V::String(a), V::String(pattern)]) => is(patterns.is_match(pattern, a)),
        (F::Contains, [V::Bytes(a), V::Bytes(b)]) => is(lib::bytes_contain(a, b)),
        (F::StartsWith, [V::Bytes(a), V::Bytes(b)]) => is(a.starts_with(b)),
        (F::EndsWith, [V::Bytes(a), V::Bytes(b)]) => is(a.ends_with(b)),
        (F::CharAt, [V::String(a), V::Int(at)]) => Some(lib::char_at(a, *at).map(V::String)),
        (F::IndexOf, [V::String(a), V::String(b)]) => Some(lib::index_of(a, b, 0).map(V::Int)),
        (F::IndexOf, [V::String(a), V::String(b), V::Int(from)]) => Some(lib::index_of(a, b, *from).map(V::Int)),
        (F::LastIndexOf, [V::String(a), V::String(b)]) => Some(lib::last_index_of(a, b, None).map(V::Int)),
        (F::LastIndexOf, [V::String(a), V::String(b), V::Int(from)]) => {
            Some(lib::last_index_of(a, b, Some(*from)).map(V::Int))
        }
        (F::Join, [V::List(items, _)]) => text(joined(items, "")),
        (F::Join, [V::List(items, _), V::String(separator)]) => text(joined(items, separator)),
        (F::Replace, [V::String(a), V::String(from), V::String(to)]) => text(lib::replace(a, from, to, -1)),
        (F::Replace, [V::String(a), V::String(from), V::String(to), V::Int(limit)]) => {
            text(lib::replace(a, from, to, *limit))
        }
        (F::Reverse, [V::String(a)]) => text(lib::reverse(a)),
        (F::Split, [V::String(a), V::String(separator)]) => Some(Ok(parts(a, separator, -1))),
        (F::Split, [V::String(a), V::String(separator), V::Int(limit)]) => Some(Ok(parts(a, separator, *limit))),
        (F::Substring, [V::String(a), V::Int(start)]) => {
            Some(lib::substring(a, *start, None).map(|part| V::String(part.to_owned())))
        }
        (F::Substring, [V::String(a), V::Int(start), V::Int(end)]) => {
            Some(lib::substring(a, *start, Some(*end)).map(|part| V::String(part.to_owned())))
        }
        (F::Part(part), [V::Timestamp(time)]) => Some(time.part(part, "UTC").map(V::Int)),
        (F::Part(part), [V::Timestamp(time), V::String(zone)]) => Some(time.part(part, zone).map(V::Int)),
        (F::Part(part), [V::Duration(duration)]) => Some(Ok(V::Int(duration.part(part)))),
        (F::IsNan, [V::Double(a)]) => is(a.is_nan()),
        (F::IsInf, [V::Double(a)]) => is(a.is_infinite()),
        (F::IsInf, [V::Double(a), V::Int(sign)]) => {
            is(a.is_infinite() && (*sign == 0 || (*sign > 0) == a.is_sign_positive()))
        }
        (F::IsEmail, [V::String(a)]) => is(lib::is_email(a)),
        (F::IsHostname, [V::String(a)]) => is(lib::is_hostname(a)),
        (F::IsHostAndPort, [V::String(a), V::Bool(port_required)]) => is(lib::is_host_and_port(a, *port_required)),
        (F::IsIp, [V::String(a)]) => is(lib::is_ip(a, 0)),
        (F::IsIp, [V::String(a), V::Int(version)]) => is(lib::is_ip(a, *version)),
        (F::IsIpPrefix, [V::String(a)]) => is(lib::is_ip_prefix(a, 0, false)),
        (F::IsIpPrefix, [V::String(a), V::Int(version)]) => is(lib::is_ip_prefix(a, *version, false)),
        (F::IsIpPrefix, [V::String(a), V::Bool(strict)]) => is(lib::is_ip_prefix(a, 0, *strict)),
        (F::IsIpPrefix, [V::String(a), V::Int(version), V::Bool(strict)]) => {
            is(lib::is_ip_prefix(a, *version, *strict))
        }
        (F::IsUri, [V::String(a)]) => is(lib::is_uri(a)),
        (F::IsUriRef, [V::String(a)]) => is(lib::is_uri_ref(a)),
        _ => None,
    }
}

fn joined(items: &[V], separator: &str) -> String {
    let texts = items.iter().filter_map(|item| if let V::String(text) = item { Some(text.as_str()) } else { None });
    lib::join(&texts.collect::<Vec<_>>(), separator)
}

fn parts(text: &str, separator: &str, limit: i64) -> V {
    let parts = lib::split(text, separator, limit).into_iter().map(|part| V::String(part.to_owned()));
    V::List(parts.collect(), Type::String)
}
