//! Which code points a label may have (RFC 5892).
//!
//! General categories and scripts come from the tables of the `regex` crate. That a character changes under
//! normalisation is known by its block here: a few rare compatibility characters in other blocks are allowed.

use std::sync::LazyLock;

use regex::Regex;

/// A class of characters.
type Class = LazyLock<Regex>;

macro_rules! class {
    ($name:ident, $pattern:literal) => {
        static $name: Class = LazyLock::new(|| Regex::new($pattern).expect("the class is well-formed"));
    };
}

class!(MARK, r"\p{M}");
class!(NONSPACING, r"\p{Mn}");
class!(LETTER_OR_DIGIT, r"[\p{Ll}\p{Lu}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}]");
class!(GREEK, r"\p{Greek}");
class!(HEBREW, r"\p{Hebrew}");
class!(KANA_OR_HAN, r"[\p{Hiragana}\p{Katakana}\p{Han}]");
class!(
    RIGHT_TO_LEFT,
    r"[\p{L}&&[\p{Hebrew}\p{Arabic}\p{Syriac}\p{Thaana}\p{Nko}\p{Samaritan}\p{Mandaic}\p{Adlam}\p{Mende_Kikakui}]]|[\p{Nd}&&[\p{Nko}\p{Adlam}]]|[\x{5F3}\x{5F4}]"
);
class!(JOINING, r"[\p{L}&&[\p{Arabic}\p{Syriac}\p{Nko}\p{Mandaic}\p{Mongolian}\p{Phags_Pa}\p{Adlam}]]");
class!(
    UNSTABLE,
    r"(?x)[\p{Lu} \x{AA}\x{BA} \x{132}-\x{133}\x{13F}-\x{140}\x{149}\x{17F}\x{1C4}-\x{1CC}\x{1F1}-\x{1F3}
      \x{2B0}-\x{2B8}\x{2E0}-\x{2E4} \x{340}\x{341}\x{343}\x{344}\x{345}\x{34F}\x{374}\x{37A}\x{3D0}-\x{3D6}
      \x{3F0}-\x{3F2}\x{3F5} \x{587}\x{675}-\x{678} \x{958}-\x{95F}\x{9DC}\x{9DD}\x{9DF}\x{A33}\x{A36}\x{A59}-\x{A5B}\x{A5E}
      \x{B5C}\x{B5D}\x{E33}\x{EB3}\x{EDC}\x{EDD} \x{F43}\x{F4D}\x{F52}\x{F57}\x{F5C}\x{F69}\x{F73}\x{F75}-\x{F79}\x{F81}
      \x{F93}\x{F9D}\x{FA2}\x{FA7}\x{FAC}\x{FB9} \x{1100}-\x{11FF}\x{17B4}\x{17B5}\x{180B}-\x{180E}
      \x{1D2C}-\x{1D2E}\x{1D30}-\x{1D3A}\x{1D3C}-\x{1D4D}\x{1D4F}-\x{1D6A}\x{1D78}\x{1D9B}-\x{1DBF} \x{1E9A}\x{1E9B}
      \x{2071}\x{207F}\x{2090}-\x{209C}\x{2C7C}\x{2C7D}\x{2D6F} \x{3099}-\x{309C}\x{309F}\x{30FF}\x{3131}-\x{318E}
      \x{A69C}\x{A69D}\x{A770}\x{A7F8}\x{A7F9}\x{A960}-\x{A97F}\x{AB5C}-\x{AB5F}\x{D7B0}-\x{D7FF} \x{F900}-\x{FA0D}
      \x{FA10}\x{FA12}\x{FA15}-\x{FA1E}\x{FA20}\x{FA22}\x{FA25}\x{FA26}\x{FA2A}-\x{FAFF} \x{FB00}-\x{FDFF}
      \x{FE00}-\x{FE0F}\x{FE70}-\x{FEFF}\x{FF00}-\x{FFEF} \x{1D15E}-\x{1D1C0}\x{1D400}-\x{1D7FF} \x{1EE00}-\x{1EEFF}
      \x{2F800}-\x{2FA1F} \x{E0000}-\x{E0FFF}]"
);

pub(super) fn is_mark(character: char) -> bool {
    is_in(&MARK, character)
}

pub(super) fn is_nonspacing_mark(character: char) -> bool {
    is_in(&NONSPACING, character)
}

pub(super) fn is_letter_or_digit(character: char) -> bool {
    is_in(&LETTER_OR_DIGIT, character)
}

pub(super) fn is_right_to_left_letter(character: char) -> bool {
    is_in(&RIGHT_TO_LEFT, character)
}

/// Whether the character at `index` may stand there: by itself, as an exception (RFC 5892, section 2.6), or by the
/// characters around it (appendix A).
pub(super) fn is_admitted(label: &[char], index: usize) -> bool {
    let before = index.checked_sub(1).map(|index| label[index]);
    let after = label.get(index + 1).copied();
    let has = |first: char, last: char| label.iter().any(|character| (first..=last).contains(character));
    match label[index] {
        'a'..='z' | '0'..='9' | '-' => true,
        '\u{B7}' => before == Some('l') && after == Some('l'),
        '\u{375}' => after.is_some_and(|character| is_in(&GREEK, character)),
        '\u{5F3}' | '\u{5F4}' => before.is_some_and(|character| is_in(&HEBREW, character)),
        '\u{30FB}' => label.iter().any(|&character| is_in(&KANA_OR_HAN, character)),
        '\u{660}'..='\u{669}' => !has('\u{6F0}', '\u{6F9}'),
        '\u{6F0}'..='\u{6F9}' => !has('\u{660}', '\u{669}'),
        '\u{200D}' => before.is_some_and(is_virama),
        '\u{200C}' => before.is_some_and(is_virama) || joins(label, index),
        '\u{DF}' | '\u{3C2}' | '\u{6FD}' | '\u{6FE}' | '\u{F0B}' | '\u{3007}' => true,
        '\u{640}' | '\u{7FA}' | '\u{302E}' | '\u{302F}' | '\u{3031}'..='\u{3035}' | '\u{303B}' => false,
        character => !character.is_ascii() && is_letter_or_digit(character) && !is_in(&UNSTABLE, character),
    }
}

/// Whether a zero width non-joiner stands between letters that would otherwise join (RFC 5892, appendix A.1).
fn joins(label: &[char], index: usize) -> bool {
    let letter = |character: &&char| !is_nonspacing_mark(**character);
    let before = label[..index].iter().rev().find(letter);
    let after = label[index + 1..].iter().find(letter);
    before.is_some_and(|&character| is_in(&JOINING, character) && !joins_before_only(character))
        && after.is_some_and(|&character| is_in(&JOINING, character))
}

/// Letters that join to the letter before them alone (Unicode's joining type R), of the Arabic script.
fn joins_before_only(character: char) -> bool {
    matches!(
        character,
        '\u{622}'..='\u{625}' | '\u{627}' | '\u{629}' | '\u{62F}'..='\u{632}' | '\u{648}' | '\u{671}'..='\u{673}'
            | '\u{675}'..='\u{677}' | '\u{688}'..='\u{699}' | '\u{6C0}' | '\u{6C3}'..='\u{6CB}' | '\u{6CD}' | '\u{6CF}'
            | '\u{6D2}' | '\u{6D3}' | '\u{6D5}' | '\u{6EE}' | '\u{6EF}'
    )
}

/// Whether the canonical combining class is 9.
fn is_virama(character: char) -> bool {
    matches!(
        u32::from(character),
        0x94D
            | 0x9CD
            | 0xA4D
            | 0xACD
            | 0xB4D
            | 0xBCD
            | 0xC4D
            | 0xCCD
            | 0xD3B
            | 0xD3C
            | 0xD4D
            | 0xDCA
            | 0xE3A
            | 0xEBA
            | 0xF84
            | 0x1039
            | 0x103A
            | 0x1714
            | 0x1734
            | 0x17D2
            | 0x1A60
            | 0x1B44
            | 0x1BAA
            | 0x1BAB
            | 0x1BF2
            | 0x1BF3
            | 0x2D7F
            | 0xA806
            | 0xA82C
            | 0xA8C4
            | 0xA953
            | 0xA9C0
            | 0xAAF6
            | 0xABED
            | 0x10A3F
            | 0x11046
            | 0x1107F
            | 0x110B9
            | 0x11133
            | 0x11134
            | 0x111C0
            | 0x11235
            | 0x112EA
            | 0x1134D
            | 0x11442
            | 0x114C2
            | 0x115BF
            | 0x1163F
            | 0x116B6
            | 0x1172B
            | 0x11839
            | 0x1193D
            | 0x1193E
            | 0x119E0
            | 0x11A34
            | 0x11A47
            | 0x11A99
            | 0x11C3F
            | 0x11D44
            | 0x11D45
            | 0x11D97
    )
}

fn is_in(class: &Class, character: char) -> bool {
    class.is_match(character.encode_utf8(&mut [0; 4]))
}
