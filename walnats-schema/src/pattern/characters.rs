//! Sets of characters.

use regex_syntax::hir::{Class as HirClass, HirKind};

use super::syntax::{Class, ClassItem};

const LAST: u32 = 0x10_FFFF;

/// A set of characters, with a table for those of ASCII.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Characters {
    /// By byte. Bytes beyond ASCII are in no set: they are not characters.
    ascii: Box<[bool; 256]>,
    /// Ranges of code points beyond ASCII, both ends included, in order and apart from one another.
    beyond: Vec<(u32, u32)>,
}

impl Characters {
    /// The characters in these ranges of code points.
    pub(super) fn new(ranges: &[(u32, u32)]) -> Self {
        let is_in = |code_point| ranges.iter().any(|(from, to)| (*from..=*to).contains(&code_point));
        let ascii = Box::new(std::array::from_fn(|byte| byte < 128 && is_in(byte as u32)));
        let beyond = ranges.iter().filter(|(_, to)| *to >= 128).map(|(from, to)| (128.max(*from), *to));
        Self { ascii, beyond: merged(beyond.collect()) }
    }

    pub(super) fn none() -> Self {
        Self::new(&[])
    }

    pub(super) fn one(code_point: u32) -> Self {
        Self::new(&[(code_point, code_point)])
    }

    /// All but ECMA-262's line terminators.
    pub(super) fn dot() -> Self {
        Self::new(&complement(vec![(0xA, 0xA), (0xD, 0xD), (0x2028, 0x2029)]))
    }

    /// What a class matches; `None` if it names a Unicode property that does not exist.
    pub(super) fn of_class(class: &Class) -> Option<Self> {
        let mut ranges = Vec::new();
        for item in &class.items {
            match item {
                ClassItem::Range(from, to) => ranges.push((*from, *to)),
                ClassItem::Set(set, false) => ranges.extend(set.ranges()),
                ClassItem::Set(set, true) => ranges.extend(complement(set.ranges().to_vec())),
                ClassItem::Property(name, negated) => ranges.extend(property(name, *negated)?),
            }
        }
        Some(Self::new(&if class.negated { complement(ranges) } else { ranges }))
    }

    pub(super) fn contains(&self, character: char) -> bool {
        match u8::try_from(character) {
            Ok(byte) if byte.is_ascii() => self.ascii[usize::from(byte)],
            _ => {
                let after = self.beyond.partition_point(|(from, _)| *from <= u32::from(character));
                after.checked_sub(1).is_some_and(|before| u32::from(character) <= self.beyond[before].1)
            }
        }
    }

    pub(super) fn intersects(&self, other: &Self) -> bool {
        let overlap = |(from, to): &(u32, u32)| {
            let before = other.beyond.partition_point(|(_, last)| last < from);
            other.beyond.get(before).is_some_and(|(first, _)| first <= to)
        };
        self.ascii.iter().zip(&*other.ascii).any(|(ours, theirs)| *ours && *theirs) || self.beyond.iter().any(overlap)
    }

    pub(super) fn union(&self, other: &Self) -> Self {
        let ascii = Box::new(std::array::from_fn(|byte| self.ascii[byte] || other.ascii[byte]));
        Self { ascii, beyond: merged([&*self.beyond, &*other.beyond].concat()) }
    }

    /// The only character, if there is only one and it is of ASCII.
    pub(super) fn single(&self) -> Option<char> {
        let mut all = (0..128_u8).filter(|byte| self.ascii[usize::from(*byte)]);
        let first = all.next()?;
        (all.next().is_none() && self.beyond.is_empty()).then_some(char::from(first))
    }

    /// How many characters from the start are in the set, up to `max`, and how many bytes they have.
    pub(super) fn run(&self, text: &str, max: usize) -> (usize, usize) {
        let bytes = text.as_bytes();
        let (mut characters, mut length) = (0, 0_usize);
        loop {
            let room = bytes.len().min(length.saturating_add(max - characters));
            let ascii = self.ascii_run(&bytes[length..room]);
            characters += ascii;
            length += ascii;
            match text[length..].chars().next() {
                Some(next) if characters < max && !next.is_ascii() && self.contains(next) => {
                    characters += 1;
                    length += next.len_utf8();
                }
                _ => return (characters, length),
            }
        }
    }

    /// How many bytes from the start are characters of the set. Looks at eight of them at a time.
    fn ascii_run(&self, bytes: &[u8]) -> usize {
        let is_in = |byte: &u8| self.ascii[usize::from(*byte)];
        let (blocks, _) = bytes.as_chunks::<8>();
        let all_in = |block: &&[u8; 8]| block.iter().fold(true, |all, byte| all & is_in(byte));
        let whole = blocks.iter().take_while(all_in).count() * 8;
        whole + bytes[whole..].iter().take_while(|byte| is_in(byte)).count()
    }
}

/// The characters with a Unicode property, or without it, as the crate has them that knows them all.
fn property(name: &str, negated: bool) -> Option<Vec<(u32, u32)>> {
    let letter = if negated { 'P' } else { 'p' };
    match regex_syntax::parse(&format!(r"\{letter}{{{name}}}")).ok()?.into_kind() {
        HirKind::Class(HirClass::Unicode(class)) => {
            Some(class.ranges().iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect())
        }
        _ => None,
    }
}

fn complement(ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    let mut rest = Vec::new();
    let mut next = 0;
    for (from, to) in merged(ranges) {
        if next < from {
            rest.push((next, from - 1));
        }
        next = to + 1;
    }
    if next <= LAST {
        rest.push((next, LAST));
    }
    rest
}

/// The same ranges in order, none touching the next.
fn merged(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.sort_unstable();
    let mut merged: Vec<(u32, u32)> = Vec::new();
    for (from, to) in ranges {
        match merged.last_mut() {
            Some((_, last)) if from <= last.saturating_add(1) => *last = to.max(*last),
            _ => merged.push((from, to)),
        }
    }
    merged
}
