//! The smallest value that still shows the same.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};
use walnats_schema::pointer::{escape, unescape};

use super::Root;
use super::demands::{Demands, part};

/// How many changes are tried at most.
const MAX_TRIES: usize = 2_000;

/// How much is judged for that, in bytes.
const MAX_JUDGED: usize = 50_000_000;
/// How many parts of a value, items of an array and characters of a text are tried one by one.
const MAX_PARTS: usize = 2_000;
const MAX_CHARACTERS: usize = 70_000;

/// Cuts `value` down while `shows` says that it still shows what it did.
pub fn minimize(value: Value, shows: &dyn Fn(&Value) -> bool) -> Value {
    cut_down(value, &Goal { shows, accepts: None, twins: Twins::ShareTheirEnd })
}

/// The same for a value that shows nothing unless the schema `accepts` accepts it: quicker.
pub(super) fn minimize_accepted(value: Value, accepts: Root<'_>, shows: &dyn Fn(&Value) -> bool) -> Value {
    cut_down(value, &Goal { shows, accepts: Some(accepts), twins: Twins::ShareTheirEnd })
}

fn cut_down(mut value: Value, goal: &Goal<'_>) -> Value {
    let mut tries = MAX_TRIES.min(MAX_JUDGED / size(&value));
    while tries > 0 && reduce_once(&mut value, &mut tries, &|_, part| cuts(part), goal) {}
    value
}

/// A way to make a part of a value smaller.
pub enum Cut {
    /// This in its place.
    Replace(Value),
    /// An object without the member of this name.
    Member(String),
    /// An array without the item at this index.
    Item(usize),
}

impl Cut {
    /// The name of the member that it takes away.
    fn member(&self) -> Option<&str> {
        match self {
            Self::Member(name) => Some(name),
            _ => None,
        }
    }
}

/// Makes the first of the `cuts` that will do, place by place, the outer ones first, and counts `tries` down. `cuts` gets the
/// JSON Pointer of a part and the part. Returns whether anything was taken.
pub fn reduce(
    value: &mut Value,
    tries: &mut usize,
    cuts: &dyn Fn(&str, &Value) -> Vec<Cut>,
    shows: &dyn Fn(&Value) -> bool,
) -> bool {
    reduce_once(value, tries, cuts, &Goal { shows, accepts: None, twins: Twins::Apart })
}

/// What is wanted of a smaller value.
struct Goal<'g> {
    /// Whether it will do.
    shows: &'g dyn Fn(&Value) -> bool,
    /// No other will do than those that this schema accepts.
    accepts: Option<Root<'g>>,
    twins: Twins,
}

impl<'g> Goal<'g> {
    fn demands(&self) -> Option<Demands<'g>> {
        self.accepts.and_then(Demands::new)
    }
}

/// What becomes of a part that is equal to one of which nothing could be cut.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Twins {
    /// All is tried.
    Apart,
    /// Only whether it can be empty: most likely the same schema judges both.
    ShareTheirEnd,
}

fn reduce_once(value: &mut Value, tries: &mut usize, cuts: &dyn Fn(&str, &Value) -> Vec<Cut>, goal: &Goal<'_>) -> bool {
    let mut reduced = false;
    // The outer places first. What is below a place is listed when nothing more is cut there.
    let mut places = VecDeque::from([String::new()]);
    let mut listed = places.len();
    let mut demands = goal.demands();
    let mut stubborn = HashSet::new();
    while let Some(pointer) = places.front() {
        let Some(part) = part(value, pointer) else { break };
        // Two that only look alike to the hash are cut less than they might be, no more.
        let digest = (goal.twins == Twins::ShareTheirEnd).then(|| digest(part));
        let wanted = match &digest {
            Some(digest) if stubborn.contains(digest) => emptied(part).map(Cut::Replace).into_iter().collect(),
            _ => cuts(pointer, part),
        };
        if let Some(demands) = demands.as_mut().filter(|_| !wanted.is_empty()) {
            demands.look(value, pointer, wanted.iter().filter_map(Cut::member));
        }
        let mut found = false;
        for cut in wanted {
            if *tries == 0 {
                return reduced;
            }
            *tries -= 1;
            // Nothing is copied: most tries come to nothing, and the part is put back.
            let Some(part) = part_mut(value, pointer) else { continue };
            let Some(cut) = part_with(cut, part) else { continue };
            let is_hopeless = demands.as_ref().is_some_and(|demands| demands.refuse(pointer, cut.member(), part));
            if !is_hopeless && (goal.shows)(value) {
                found = true;
                break;
            }
            if let Some(part) = part_mut(value, pointer) {
                part_without(cut, part);
            }
        }
        if found {
            reduced = true;
            if let Some(demands) = &mut demands {
                demands.forget();
            }
        } else {
            stubborn.extend(digest);
            let below = if listed <= MAX_PARTS { below(pointer, value) } else { Vec::new() };
            listed += below.len();
            places.extend(below);
            places.pop_front();
        }
    }
    reduced
}

/// The same for equal values.
fn digest(part: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    part.hash(&mut hasher);
    hasher.finish()
}

fn emptied(part: &Value) -> Option<Value> {
    match part {
        Value::String(text) if !text.is_empty() => Some(json!("")),
        Value::Array(items) if !items.is_empty() => Some(json!([])),
        Value::Object(members) if !members.is_empty() => Some(json!({})),
        _ => None,
    }
}

/// What a cut took away.
enum Taken {
    Whole(Value),
    Member(String, Value),
    Item(usize, Value),
}

impl Taken {
    /// The name of the member that is gone.
    fn member(&self) -> Option<&str> {
        match self {
            Self::Member(name, _) => Some(name),
            _ => None,
        }
    }
}

fn part_with(cut: Cut, part: &mut Value) -> Option<Taken> {
    Some(match cut {
        Cut::Replace(smaller) => Taken::Whole(std::mem::replace(part, smaller)),
        Cut::Member(name) => {
            let member = part.as_object_mut()?.remove(&name)?;
            Taken::Member(name, member)
        }
        Cut::Item(index) => {
            let items = part.as_array_mut().filter(|items| index < items.len())?;
            Taken::Item(index, items.remove(index))
        }
    })
}

fn part_without(taken: Taken, part: &mut Value) {
    match (taken, part) {
        (Taken::Whole(whole), part) => *part = whole,
        (Taken::Member(name, member), Value::Object(members)) => {
            members.insert(name, member);
        }
        (Taken::Item(index, item), Value::Array(items)) => items.insert(index, item),
        // The part is what the cut left, and so of the type that it was.
        _ => {}
    }
}

/// About as many bytes as a value takes; at least one.
fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 16,
        Value::String(text) => 16 + text.len(),
        Value::Array(items) => 16 + items.iter().map(size).sum::<usize>(),
        Value::Object(members) => 16 + members.iter().map(|(name, value)| name.len() + 16 + size(value)).sum::<usize>(),
    }
}

fn part_mut<'v>(value: &'v mut Value, pointer: &str) -> Option<&'v mut Value> {
    pointer.split('/').skip(1).try_fold(value, |value, step| match value {
        Value::Object(members) => members.get_mut(&*unescape(step)),
        Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    })
}

/// JSON Pointers to the items or members of the part at `pointer`.
fn below(pointer: &str, value: &Value) -> Vec<String> {
    match part(value, pointer) {
        Some(Value::Array(items)) => (0..items.len()).map(|index| format!("{pointer}/{index}")).collect(),
        Some(Value::Object(members)) => members.keys().map(|name| format!("{pointer}/{}", escape(name))).collect(),
        _ => Vec::new(),
    }
}

/// What might be taken away. What has two characters or less, or is a name of JSON, is small enough.
fn cuts(part: &Value) -> Vec<Cut> {
    let replace = |values: Vec<Value>| values.into_iter().map(Cut::Replace);
    match part {
        Value::Null | Value::Bool(_) => Vec::new(),
        Value::Number(number) => {
            let text = number.to_string();
            let rank = ["0", "1"].iter().position(|simple| text == *simple).unwrap_or(2);
            let rounded = number.as_f64().map(f64::trunc).filter(|whole| number.is_f64() && whole.abs() < 1e15);
            let whole = rounded.map(|whole| json!(whole as i64));
            let simple = [json!(0), json!(1)].into_iter().take(rank);
            let shorter = (text.len() > 4).then_some(json!(null));
            replace(shorter.into_iter().chain(simple).chain(whole).collect()).collect()
        }
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) if text.len() > MAX_CHARACTERS => replace(vec![json!(null), json!(0), json!("")]).collect(),
        Value::String(text) => {
            let characters: Vec<char> = text.chars().collect();
            let mut texts: Vec<String> = Vec::new();
            let halves = [characters.len(), characters.len() / 2, characters.len() / 4];
            for length in halves.into_iter().filter(|length| *length > 1) {
                for start in (0..characters.len()).step_by(length) {
                    texts.push(characters.iter().take(start).chain(characters.iter().skip(start + length)).collect());
                }
            }
            for index in 0..characters.len().min(80) {
                let others = characters.iter().enumerate().filter(|(other, _)| *other != index);
                texts.push(others.map(|(_, character)| character).collect());
            }
            let simple = [json!(null), json!(0)].into_iter();
            replace(simple.chain(texts.into_iter().map(Value::from)).collect()).collect()
        }
        Value::Array(items) if items.is_empty() => Vec::new(),
        Value::Array(items) => {
            let mut cuts: Vec<Cut> = replace(vec![json!(null), json!(0), json!(""), json!([])]).collect();
            if items.len() > 3 {
                let (front, back) = items.split_at(items.len() / 2);
                cuts.extend(replace(vec![front.into(), back.into()]));
            }
            cuts.extend((0..items.len()).filter(|_| items.len() <= MAX_PARTS).map(Cut::Item));
            cuts
        }
        Value::Object(members) if members.is_empty() => Vec::new(),
        Value::Object(members) => {
            let simple = replace(vec![json!(null), json!(0), json!(""), json!([]), json!({})]);
            simple.chain(members.keys().cloned().map(Cut::Member)).collect()
        }
    }
}
