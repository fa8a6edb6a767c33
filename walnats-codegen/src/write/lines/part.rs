//! The parts of a line: between separators outside of brackets, in chains of calls, in brackets.

use super::scan::Code;

/// A pair of brackets, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    pub open: usize,
    pub close: usize,
}

impl Group {
    /// The first brackets that are not inside others, nor inside angle brackets.
    pub fn first(text: &str) -> Option<Self> {
        groups(text).next()
    }

    /// The last of them.
    pub fn last(text: &str) -> Option<Self> {
        groups(text).last()
    }

    pub fn inside<'t>(&self, text: &'t str) -> &'t str {
        &text[self.open + 1..self.close]
    }
}

fn groups(text: &str) -> impl Iterator<Item = Group> {
    let mut found = Vec::new();
    let (mut level, mut open) = (Level::default(), 0);
    for (at, byte) in Code::new(text) {
        let before = level.brackets;
        level.step(text, at, byte);
        if before == 0 && level.brackets == 1 && level.angles == 0 {
            open = at;
        } else if before == 1 && level.brackets == 0 && level.angles == 0 {
            found.push(Group { open, close: at });
        }
    }
    found.into_iter()
}

/// The parts between separators that are not inside brackets.
pub fn split<'t>(text: &'t str, separator: &str) -> Vec<&'t str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    for at in separators(text, separator) {
        parts.push(text[start..at].trim_ascii());
        start = at + separator.len();
    }
    let rest = text[start..].trim_ascii();
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts
}

/// What stands before and after the first such separator.
pub fn split_once<'t>(text: &'t str, separator: &str) -> Option<(&'t str, &'t str)> {
    separators(text, separator).next().map(|at| (&text[..at], &text[at + separator.len()..]))
}

fn separators(text: &str, separator: &str) -> impl Iterator<Item = usize> {
    let mut level = Level::default();
    Code::new(text).filter_map(move |(at, byte)| {
        let is_separator = level.is_top() && text.as_bytes()[at..].starts_with(separator.as_bytes());
        level.step(text, at, byte);
        is_separator.then_some(at)
    })
}

/// The root of a chain, and each `.name(...)` on it.
pub fn links(text: &str) -> Vec<&str> {
    let (mut links, mut level, mut start) = (Vec::new(), Level::default(), 0);
    for (at, byte) in Code::new(text) {
        let begins = |c: u8| c.is_ascii_alphabetic() || c == b'_';
        if byte == b'.' && at > start && level.is_top() && text.as_bytes().get(at + 1).is_some_and(|c| begins(*c)) {
            links.push(&text[start..at]);
            start = at;
        }
        level.step(text, at, byte);
    }
    links.push(&text[start..]);
    links
}

/// How many brackets are open.
#[derive(Default)]
struct Level {
    brackets: usize,
    angles: usize,
}

impl Level {
    fn is_top(&self) -> bool {
        self.brackets == 0 && self.angles == 0
    }

    fn step(&mut self, text: &str, at: usize, byte: u8) {
        let before = at.checked_sub(1).map(|at| text.as_bytes()[at]);
        match byte {
            b'(' | b'[' | b'{' => self.brackets += 1,
            b')' | b']' | b'}' => self.brackets = self.brackets.saturating_sub(1),
            // Less-than has spaces around it, `->` and `=>` have no partner.
            b'<' if before != Some(b' ') => self.angles += 1,
            b'>' if !matches!(before, Some(b'-' | b'=' | b' ')) => self.angles = self.angles.saturating_sub(1),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_lines() {
        assert_eq!(split("a: B<C, D>, e(f, g), \",\"", ","), ["a: B<C, D>", "e(f, g)", "\",\""]);
        assert_eq!(split_once("A(x) => b(|y| y => c)", " => "), Some(("A(x)", "b(|y| y => c)")));
        assert_eq!(split_once("a == b", " = "), None);
        assert_eq!(links("a::B::new(x.y).c(1.5).d()"), ["a::B::new(x.y)", ".c(1.5)", ".d()"]);
        assert_eq!(Group::first("fn a<'a>(&'a self) -> B<(u8,)> {"), Some(Group { open: 8, close: 17 }));
        assert_eq!(Group::last("a(b).c(d[0])"), Some(Group { open: 6, close: 11 }));
        assert_eq!(Group::last("a"), None);
    }
}
