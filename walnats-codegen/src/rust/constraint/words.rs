//! What is asked of a value, for people.

use serde_json::Value;
use walnats_schema::Format;

use crate::rust::markdown::code;
use crate::rust::types::{Bound, Rule, Shape, Typed};

/// Sentences on what is asked of values of a type beyond the type.
pub fn in_words(typed: &Typed) -> Vec<String> {
    let mut sentences = Vec::new();
    let rules = &typed.rules;
    let find = |pick: fn(&Rule) -> Option<u64>| rules.iter().find_map(pick);
    let lengths = (
        find(|rule| if let Rule::MinLength(min) = rule { Some(*min) } else { None }),
        find(|rule| if let Rule::MaxLength(max) = rule { Some(*max) } else { None }),
    );
    let items = (
        find(|rule| if let Rule::MinItems(min) = rule { Some(*min) } else { None }),
        find(|rule| if let Rule::MaxItems(max) = rule { Some(*max) } else { None }),
    );
    sentences.extend(range(lengths, "character"));
    sentences.extend(range(items, "item"));
    sentences.extend(rules.iter().filter_map(sentence));
    match &typed.shape {
        Shape::Nullable(inner) => sentences.extend(in_words(inner)),
        Shape::Array(inner) | Shape::FixedArray(inner, _) => {
            sentences.extend(in_words(inner).into_iter().map(|sentence| format!("Each: {}", lower(&sentence))));
        }
        _ => {}
    }
    sentences.dedup();
    sentences
}

/// `one of 1, 2`
pub fn one_of(values: &[Value]) -> String {
    match values {
        [] => "nothing: no value is listed".to_owned(),
        [value] => value.to_string(),
        values => format!("one of {}", values.iter().map(Value::to_string).collect::<Vec<_>>().join(", ")),
    }
}

fn sentence(rule: &Rule) -> Option<String> {
    Some(match rule {
        Rule::Pattern(pattern) => format!("Matches {}.", code(pattern)),
        Rule::Format(format) => format!("Format: {}.", format_name(*format)),
        Rule::Minimum(bound) => format!("At least {}.", number(*bound)),
        Rule::Maximum(bound) => format!("At most {}.", number(*bound)),
        Rule::ExclusiveMinimum(bound) => format!("More than {}.", number(*bound)),
        Rule::ExclusiveMaximum(bound) => format!("Less than {}.", number(*bound)),
        Rule::MultipleOf(bound) => format!("A multiple of {}.", number(*bound)),
        Rule::OneOf(values) => format!("{}.", upper(&one_of(values))),
        Rule::UniqueItems | Rule::UniqueValues => "No two are equal.".to_owned(),
        Rule::MinProperties(min) => format!("At least {}.", count(*min, "member")),
        Rule::MaxProperties(max) => format!("At most {}.", count(*max, "member")),
        Rule::MemberNames(pattern) => format!("Names match {}.", code(pattern)),
        Rule::Present(name) => format!("Has {}.", code(name)),
        Rule::Absent(name) => format!("Has no {}.", code(name)),
        Rule::Judge(_) if rule.judge().is_none() => return None,
        Rule::Judge(_) => "Checked against its schema as a whole.".to_owned(),
        Rule::Finite | Rule::MinLength(_) | Rule::MaxLength(_) | Rule::MinItems(_) | Rule::MaxItems(_) => return None,
    })
}

fn range(bounds: (Option<u64>, Option<u64>), one: &str) -> Option<String> {
    Some(match bounds {
        (Some(min), Some(max)) if min == max => format!("{}.", count(min, one)),
        (Some(min), Some(max)) => format!("{min} to {}.", count(max, one)),
        (Some(min), None) => format!("At least {}.", count(min, one)),
        (None, Some(max)) => format!("At most {}.", count(max, one)),
        (None, None) => return None,
    })
}

fn count(count: u64, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

fn number(bound: Bound) -> String {
    match bound {
        Bound::Integer(value) => value.to_string(),
        Bound::Float(value) => value.to_string(),
    }
}

fn format_name(format: Format) -> &'static str {
    format.name()
}

fn lower(text: &str) -> String {
    change_first(text, |c| c.to_lowercase().collect())
}

fn upper(text: &str) -> String {
    change_first(text, |c| c.to_uppercase().collect())
}

fn change_first(text: &str, change: fn(char) -> String) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| change(first) + chars.as_str())
}
