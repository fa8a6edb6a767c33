//! The parts of a regular expression.

/// A regular expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Empty,
    /// A code point; a lone surrogate, which no string has, matches nothing.
    Literal(u32),
    /// `.`
    Dot,
    Class(Class),
    Assertion(Assertion),
    /// `(...)`, named or not. Nothing is captured.
    Group(Box<Node>),
    /// `(...)` with its number, in expressions with back-references alone.
    Capture(usize, Box<Node>),
    /// `(?ims-ims:...)`
    Flags(String, Box<Node>),
    Look(Look),
    /// `\1`, `\k<name>`, by number.
    BackReference(usize),
    Repeat {
        node: Box<Node>,
        min: u32,
        max: Option<u32>,
    },
    Concat(Vec<Node>),
    Alternate(Vec<Node>),
}

/// What holds between two characters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Assertion {
    Start,
    End,
    WordBoundary,
    NotWordBoundary,
}

/// `(?=...)`, `(?!...)`, `(?<=...)`, `(?<!...)`
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Look {
    pub(super) ahead: bool,
    pub(super) wanted: bool,
    pub(super) node: Box<Node>,
}

/// `[...]`, and the escapes that stand for a set of characters.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Class {
    pub(super) negated: bool,
    pub(super) items: Vec<ClassItem>,
}

/// A part of a [`Class`].
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ClassItem {
    /// Code points, both ends included.
    Range(u32, u32),
    Set(Set, bool),
    /// `\p{...}`; true for `\P{...}`.
    Property(String, bool),
}

/// `\d`, `\w`, `\s`; their capital forms are negated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Set {
    Digit,
    Word,
    Space,
}

impl Set {
    /// The set as ranges of code points (ECMA-262, sections 22.2.2.9 and 12.2): only white space goes beyond ASCII.
    pub(super) fn ranges(self) -> &'static [(u32, u32)] {
        match self {
            Set::Digit => &[(0x30, 0x39)],
            Set::Word => &[(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)],
            Set::Space => &[
                (0x9, 0xD),
                (0x20, 0x20),
                (0xA0, 0xA0),
                (0x1680, 0x1680),
                (0x2000, 0x200A),
                (0x2028, 0x2029),
                (0x202F, 0x202F),
                (0x205F, 0x205F),
                (0x3000, 0x3000),
                (0xFEFF, 0xFEFF),
            ],
        }
    }
}
