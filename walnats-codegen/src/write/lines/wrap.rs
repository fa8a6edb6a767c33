//! A line that is too long, as several: at the links of its chain of calls, or inside of its last brackets.

use super::part::{Group, links, split, split_once};
use super::{INDENT, MAX_WIDTH, push_line};

/// Items up to this width share lines with others in an array.
const SHORT_ITEM: usize = 10;

/// Writes `line`, which does not fit at `indent`.
pub fn wrap(code: &mut String, indent: usize, line: &str) {
    let (text, tail) = split_tail(line);
    if line.starts_with("#[") {
        attribute(code, indent, line);
    } else if is_function(line) {
        match Group::first(line) {
            Some(group) => in_brackets(code, indent, line, group),
            None => push_line(code, indent, line),
        }
    } else if let Some((pattern, body)) = split_once(line, " => ") {
        arm(code, indent, pattern, body);
    } else if let Some((place, value)) = split_once(text, " = ") {
        expression(code, indent, Expression { head: &format!("{place} = "), text: value, tail });
    } else if let Some((name, value)) = split_once(text, ": ").filter(|_| tail == ",") {
        expression(code, indent, Expression { head: &format!("{name}: "), text: value, tail });
    } else {
        expression(code, indent, Expression { head: "", text, tail });
    }
}

/// An expression or a type, with the rest of its line, which is not broken.
#[derive(Clone, Copy)]
struct Expression<'e> {
    head: &'e str,
    text: &'e str,
    tail: &'e str,
}

fn expression(code: &mut String, indent: usize, Expression { head, text, tail }: Expression<'_>) {
    if indent + head.len() + text.len() + tail.len() <= MAX_WIDTH {
        return push_line(code, indent, &[head, text, tail].concat());
    }
    let fits_below = indent + INDENT + text.len() + tail.len() <= MAX_WIDTH && tail != " {";
    if fits_below && head.trim_end().ends_with([':', '=']) {
        push_line(code, indent, head.trim_end());
        return push_line(code, indent + INDENT, &[text, tail].concat());
    }
    let (summands, links) = (split(text, " + "), links(text));
    if summands.len() > 1 {
        return sum(code, indent, head, &summands, tail);
    }
    if links.len() > 2 {
        return chain(code, indent, head, &links, tail);
    }
    for operator in [" || ", " && "] {
        let operands = split(text, operator);
        if operands.len() > 1 {
            return condition(code, indent, head, (&operands, operator), tail);
        }
    }
    let Some(group) = Group::last(text).filter(|group| has_items(text, *group)) else {
        // A literal, a path: nothing can be done about it.
        return push_line(code, indent, &[head, text, tail].concat());
    };
    match split(group.inside(text), ",").as_slice() {
        // A call that is the only argument of another shares its brackets' lines.
        [item] if item.ends_with([')', ']', '}']) && self::links(item).len() <= 2 => {
            let head = [head, &text[..=group.open]].concat();
            let tail = [&text[group.close..], tail].concat();
            expression(code, indent, Expression { head: &head, text: item, tail: &tail });
        }
        // The type of a slice or an array allows no comma.
        [_] if text.as_bytes()[group.open] == b'[' => push_line(code, indent, &[head, text, tail].concat()),
        _ => {
            let moved = Group { open: head.len() + group.open, close: head.len() + group.close };
            in_brackets(code, indent, &[head, text, tail].concat(), moved);
        }
    }
}

/// A line for each link. The first stays on the line of the root where that is no longer than a step.
fn chain(code: &mut String, indent: usize, head: &str, links: &[&str], tail: &str) {
    let rooted = 1 + usize::from(head.is_empty() && links[0].len() <= INDENT);
    push_line(code, indent, &(head.to_owned() + &links[..rooted].concat()));
    for (index, link) in links.iter().enumerate().skip(rooted) {
        let tail = if index + 1 == links.len() { tail } else { "" };
        expression(code, indent + INDENT, Expression { head: "", text: link, tail });
    }
}

/// A line for each summand. The second stays on the line of the first where that is no longer than a step.
fn sum(code: &mut String, indent: usize, head: &str, summands: &[&str], tail: &str) {
    let first = 1 + usize::from(summands[0].len() < INDENT);
    let mut line = head.to_owned() + &summands[..first].join(" + ");
    for (index, summand) in summands.iter().enumerate().skip(first) {
        push_line(code, if index == first { indent } else { indent + INDENT }, &line);
        line = format!("+ {summand}");
    }
    push_line(code, if summands.len() == first { indent } else { indent + INDENT }, &(line + tail));
}

/// A line for each operand, the operator in front.
fn condition(code: &mut String, indent: usize, head: &str, (operands, operator): (&[&str], &str), tail: &str) {
    let tail_below = if tail == " {" { "" } else { tail };
    for (index, operand) in operands.iter().enumerate() {
        let tail = if index + 1 == operands.len() { tail_below } else { "" };
        if index == 0 {
            expression(code, indent, Expression { head, text: operand, tail });
        } else {
            let head = format!("{} ", operator.trim());
            expression(code, indent + INDENT, Expression { head: &head, text: operand, tail });
        }
    }
    if tail_below != tail {
        push_line(code, indent, "{");
    }
}

/// Whether brackets hold arguments, items or fields, and not a block or a part of an expression.
fn has_items(text: &str, group: Group) -> bool {
    let before = text[..group.open].trim_end();
    let name = before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
    match text.as_bytes()[group.open] {
        b'{' => {
            let is_struct = before[name.len()..].starts_with(|first: char| first.is_uppercase());
            is_struct || split_once(group.inside(text), " => ").is_some()
        }
        b'(' => {
            let is_macro = before.strip_suffix('!').is_some_and(|name| name.ends_with(|c: char| c.is_alphanumeric()));
            is_macro
                || (before.len() == group.open && before.ends_with(|c: char| c.is_alphanumeric() || "_>)]".contains(c)))
                // A tuple.
                || split(group.inside(text), ",").len() > 1
        }
        _ => true,
    }
}

/// The items of `group` in `text`, each on a line of its own, unless they are short ones of an array.
fn in_brackets(code: &mut String, indent: usize, text: &str, group: Group) {
    push_line(code, indent, &text[..=group.open]);
    let items = split(group.inside(text), ",");
    if text.as_bytes()[group.open] == b'[' && items.iter().all(|item| item.len() <= SHORT_ITEM) {
        fill(code, indent + INDENT, &items);
    } else {
        for item in items {
            // Nothing may follow the rest of a struct.
            let tail = if item.starts_with("..") { "" } else { "," };
            wrap_item(code, indent + INDENT, item, tail);
        }
    }
    push_line(code, indent, &text[group.close..]);
}

fn wrap_item(code: &mut String, indent: usize, item: &str, tail: &str) {
    if let Some((pattern, body)) = split_once(item, " => ") {
        arm(code, indent, pattern, &[body, tail].concat());
    } else if let Some((name, value)) = split_once(item, ": ") {
        expression(code, indent, Expression { head: &format!("{name}: "), text: value, tail });
    } else {
        expression(code, indent, Expression { head: "", text: item, tail });
    }
}

/// As many items to a line as fit.
fn fill(code: &mut String, indent: usize, items: &[&str]) {
    let mut line = String::new();
    for item in items {
        if !line.is_empty() && indent + line.len() + item.len() + " ,".len() > MAX_WIDTH {
            push_line(code, indent, &line);
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(item);
        line.push(',');
    }
    push_line(code, indent, &line);
}

/// A match arm: the body on a line of its own where it fits there, otherwise broken where it is.
fn arm(code: &mut String, indent: usize, pattern: &str, body: &str) {
    let (body, tail) = split_tail(body);
    let alternatives = split(pattern, " | ");
    let mut last = pattern.to_owned();
    if let [first @ .., rest] = alternatives.as_slice()
        && !first.is_empty()
        && indent + pattern.len() + " => {".len() > MAX_WIDTH
    {
        first.iter().enumerate().for_each(|(index, alternative)| {
            push_line(code, indent, &[if index == 0 { "" } else { "| " }, alternative].concat());
        });
        last = format!("| {rest}");
    }
    let fits_here = indent + last.len() + " => ".len() + body.len() + tail.len() <= MAX_WIDTH;
    let fits_below = indent + INDENT + body.len() <= MAX_WIDTH && tail == ",";
    if fits_below && !fits_here {
        push_line(code, indent, &format!("{last} => {{"));
        push_line(code, indent + INDENT, body);
        push_line(code, indent, "}");
    } else {
        expression(code, indent, Expression { head: &format!("{last} => "), text: body, tail });
    }
}

/// The arguments of an attribute, without a comma after the last.
fn attribute(code: &mut String, indent: usize, line: &str) {
    let inner = line.strip_prefix("#[").and_then(|line| line.strip_suffix(']')).unwrap_or_default();
    let Some(group) = Group::last(inner) else { return push_line(code, indent, line) };
    push_line(code, indent, &format!("#[{}", &inner[..=group.open]));
    let items = split(group.inside(inner), ",");
    for (index, item) in items.iter().enumerate() {
        let comma = if index + 1 < items.len() { "," } else { "" };
        push_line(code, indent + INDENT, &[item, comma].concat());
    }
    push_line(code, indent, &format!("{}]", &inner[group.close..]));
}

fn is_function(line: &str) -> bool {
    ["pub ", "const ", "async "]
        .iter()
        .fold(line, |line, word| line.strip_prefix(word).unwrap_or(line))
        .starts_with("fn ")
}

/// What ends a line and is not part of its expression.
fn split_tail(line: &str) -> (&str, &str) {
    let tail = [" {", ";", ","].into_iter().find(|tail| line.ends_with(tail)).unwrap_or_default();
    line.split_at(line.len() - tail.len())
}
