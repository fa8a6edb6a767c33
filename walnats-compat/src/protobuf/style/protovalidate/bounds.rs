//! Standard rules about values: constants, bounds, moments.

use prost_reflect::Value;

use super::{Notes, Part};

/// The most that a duration may be, as expressions count: 2^63 nanoseconds, rounded down to what every library can add up.
const LONGEST: i128 = 9_223_372_036_854_775_428;
const SECOND: i128 = 1_000_000_000;

/// From the year 1 to the year 9999.
const MOMENTS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

pub fn check(rules: &Part, notes: &mut Notes<'_>) {
    let (owner, name) = (rules.owner.clone(), rules.name.clone());
    if rules.get("const").is_some() && rules.members() > 1 {
        notes.add(
            rules,
            "const",
            format!("{owner} has `{name}const`: the other rules in `{}` add nothing", trimmed(&name)),
        );
    }
    for part in ["const", "lt", "lte", "gt", "gte", "within"] {
        if let Some(problem) = rules.get(part).and_then(|value| of_time(&name, part, &value)) {
            notes.add(rules, part, format!("`{name}{part}` of {owner} {problem}"));
        }
    }
    let bound = |inclusive: &'static str, exclusive: &'static str| {
        let found = rules.get(inclusive).map(|value| (inclusive, value));
        found.or_else(|| rules.get(exclusive).map(|value| (exclusive, value)))
    };
    if let (Some((low, least)), Some((high, most))) = (bound("gte", "gt"), bound("lte", "lt"))
        && least == most
    {
        let message = if (low, high) == ("gte", "lte") {
            format!("`{name}gte` and `{name}lte` of {owner} are equal: write `{name}const`")
        } else {
            format!("`{name}{low}` and `{name}{high}` of {owner} are equal: no value is accepted")
        };
        notes.add(rules, low, message);
    }
    if rules.is_on("lt_now") && rules.is_on("gt_now") {
        notes.add(
            rules,
            "gt_now",
            format!("{owner} has both `{name}lt_now` and `{name}gt_now`: no moment is accepted"),
        );
    }
    both_in_and_not_in(rules, notes);
}

/// What is wrong with a duration or a moment.
fn of_time(name: &str, part: &str, value: &Value) -> Option<&'static str> {
    let message = value.as_message()?;
    let member = |name: &str| message.get_field_by_name(name).map(|value| value.into_owned());
    let seconds = member("seconds").and_then(|value| value.as_i64())?;
    let nanos = member("nanos").and_then(|value| value.as_i32())?;
    if name.ends_with("timestamp.") && part != "within" {
        let is_moment = MOMENTS.contains(&seconds) && (0..1_000_000_000).contains(&nanos);
        return (!is_moment).then_some("is no moment between the years 1 and 9999");
    }
    let total = i128::from(seconds) * SECOND + i128::from(nanos);
    if !(-999_999_999..=999_999_999).contains(&nanos) || (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0) {
        return Some("is no duration: seconds and nanoseconds do not fit together");
    }
    if total.abs() > LONGEST {
        return Some("is too long: expressions know durations of up to 292 years");
    }
    (part == "within" && total <= 0).then_some("has to be longer than nothing")
}

fn both_in_and_not_in(rules: &Part, notes: &mut Notes<'_>) {
    let (Some(Value::List(allowed)), Some(Value::List(denied))) = (rules.get("in"), rules.get("not_in")) else {
        return;
    };
    if allowed.iter().any(|value| denied.contains(value)) {
        let (owner, name) = (&rules.owner, &rules.name);
        notes.add(rules, "in", format!("{owner} has a value both in `{name}in` and in `{name}not_in`"));
    }
}

fn trimmed(name: &str) -> &str {
    name.trim_end_matches('.')
}
