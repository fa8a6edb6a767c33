use super::Deterministic;
use crate::pattern::parse::{Leniency, parse};
use crate::pattern::program::Program;
use crate::pattern::{backtrack, compile, lookaround, translate};

/// What the expression says of a text: as a loop, if it can be one, and by the `regex` crate.
struct Both {
    deterministic: Option<Deterministic>,
    regexes: Vec<Vec<(regex::Regex, bool)>>,
}

impl Both {
    fn new(pattern: &str) -> Self {
        let node = parse(pattern, Leniency::Forgiving).unwrap();
        Self {
            deterministic: Deterministic::new(pattern, &node),
            regexes: compile(translate::translate(&node).unwrap()).unwrap(),
        }
    }

    fn expected(&self, text: &str) -> bool {
        self.regexes.iter().any(|all| all.iter().all(|(regex, wanted)| regex.is_match(text) == *wanted))
    }

    fn compare(&self, pattern: &str, text: &str) {
        let expected = self.expected(text);
        let Some(deterministic) = &self.deterministic else { return };
        assert_eq!(deterministic.is_match(text), expected, "{pattern} on {text:?}");
    }
}

/// All texts of up to `length` of these characters.
fn texts(alphabet: &[&str], length: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = 0;
    for _ in 0..length {
        let next = all.len();
        for index in last..next {
            for character in alphabet {
                all.push(format!("{}{character}", all[index]));
            }
        }
        last = next;
    }
    all
}

/// Numbers that look random, and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn pattern(&mut self, depth: usize) -> String {
        let atoms = ["a", "b", "é", "[ab]", "[^a]", ".", "[é-π]", r"\w", "0"];
        let quantifiers = ["", "", "", "?", "*", "+", "{2}", "{1,2}", "{0,3}", "{2,}"];
        let mut text = String::new();
        for _ in 0..1 + self.roll(3) {
            if depth > 0 && self.roll(3) == 0 {
                let branches: Vec<String> = (0..1 + self.roll(3)).map(|_| self.pattern(depth - 1)).collect();
                text += &format!("({})", branches.join("|"));
            } else {
                text += atoms[self.roll(atoms.len())];
            }
            text += quantifiers[self.roll(quantifiers.len())];
        }
        text
    }
}

#[test]
fn usual_patterns_are_deterministic() {
    for pattern in [
        "^[0-9a-f]{40}$",
        "^[A-Z]{2}$",
        "^u_[0-9a-z]{1,32}$",
        "^(open|opened|closed|all)$",
        "^open$|^closed$",
        "^[a-z0-9]+(-[a-z0-9]+)*$",
        r"^\d{4}-\d{2}-\d{2}$",
        r"^-?(0|[1-9]\d*)(\.\d+)?$",
        r"^(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?$",
        r"^\+[1-9]\d{1,14}$",
        "^#[0-9a-fA-F]{6}$",
        "^x-",
        "^[^/]+$",
        "^.{1,100}$",
        r"\S",
        r"^\S+$",
        "^[a-zA-Z_][a-zA-Z0-9_]*$",
        r"^([01]\d|2[0-3]):[0-5]\d$",
    ] {
        let both = Both::new(pattern);
        assert!(both.deterministic.is_some(), "{pattern}");
        let mut dice = Dice(1);
        let texts = [
            "",
            "a",
            "A",
            "AB",
            "ABC",
            "É",
            "AÉ",
            "u_",
            "u_a",
            "u_0z",
            "u_é",
            "open",
            "opened",
            "opene",
            "openedd",
            "all",
            "closed ",
            "a-b",
            "a--b",
            "a-",
            "-a",
            "2024-01-31",
            "2024-01-3",
            "-0.5",
            "01",
            "1.",
            "-",
            "1.2.3",
            "1.2.3-a",
            "1.2.3-",
            "+123",
            "+0123",
            "#00ffAA",
            "#00ffAg",
            "x-",
            "xx-",
            "x",
            "/",
            "a/b",
            "é/",
            "\u{2028}",
            "a\n",
            " ",
            "\u{A0}",
            "\u{FEFF}",
            "_a9",
            "9a",
            "23:59",
            "24:00",
            "12:60",
            "12:5é",
        ];
        texts.iter().for_each(|text| both.compare(pattern, text));
        for length in [1, 2, 31, 32, 33, 39, 40, 41, 99, 100, 101] {
            let alphabet = ["a", "0", "f", "9", "é", "🐲", "-", ".", "A", "\n"];
            both.compare(pattern, &"a".repeat(length));
            both.compare(pattern, &"é".repeat(length));
            both.compare(pattern, &format!("u_{}", "0".repeat(length)));
            both.compare(pattern, &format!("{}é", "0".repeat(length - 1)));
            for _ in 0..200 {
                let text: String = (0..length).map(|_| alphabet[dice.roll(alphabet.len())]).collect();
                both.compare(pattern, &text);
            }
        }
    }
}

#[test]
fn loops_and_regexes_agree_on_every_short_text() {
    let texts = texts(&["a", "b", "é", "0"], 5);
    let mut dice = Dice(2);
    let mut deterministic = 0;
    for _ in 0..1_500 {
        let pattern = dice.pattern(2);
        let pattern = match dice.roll(8) {
            0 => pattern,
            1 => format!("{pattern}$"),
            2 | 3 => format!("^{pattern}"),
            4 => format!("^{pattern}$|^{}", dice.pattern(1)),
            _ => format!("^{pattern}$"),
        };
        let both = Both::new(&pattern);
        if both.deterministic.is_some() {
            deterministic += 1;
            texts.iter().for_each(|text| both.compare(&pattern, text));
        }
    }
    assert!(deterministic > 250, "only {deterministic} were deterministic");
}

#[test]
fn sets_have_the_characters_that_the_regex_crate_says() {
    for pattern in
        [r"^\s$", r"^\S$", r"^\W$", "^.$", "^[^\u{80}-\u{7FF}]$", r"^[\D\u{1F432}]$", r"^\p{L}$", r"^[^\p{Lu}_]$"]
    {
        let both = Both::new(pattern);
        assert!(both.deterministic.is_some(), "{pattern}");
        let mut buffer = [0; 4];
        // Beyond the first plane nothing differs; a few of each block will do.
        for character in ('\0'..='\u{FFFF}').chain(('\u{10000}'..=char::MAX).step_by(97)) {
            both.compare(pattern, character.encode_utf8(&mut buffer));
        }
    }
}

#[test]
fn white_space_is_what_unicode_says() {
    let unicode = regex::Regex::new(r"^[\x09-\x0D\u{FEFF}\u{2028}\u{2029}\p{Zs}]$").unwrap();
    let node = parse(r"^\s$", Leniency::Strict).unwrap();
    let ours = Deterministic::new(r"^\s$", &node).unwrap();
    let mut buffer = [0; 4];
    for character in '\0'..='\u{FFFF}' {
        let text = character.encode_utf8(&mut buffer);
        assert_eq!(ours.is_match(text), unicode.is_match(text), "{character:?}");
    }
}

#[test]
fn what_needs_to_look_back_is_left_to_the_regex_crate() {
    for pattern in ["^[a-z]+z$", "^(a|ba?)+$", "^(a*)*$", r"^\bfoo\b$", "foo", "foo$", "^(a?b?)+$", "^(a+)?a$"] {
        assert!(Both::new(pattern).deterministic.is_none(), "{pattern}");
    }
}

#[test]
fn programs_and_regexes_agree() {
    let texts = texts(&["a", "b", "é", "0"], 4);
    let mut dice = Dice(3);
    for _ in 0..200 {
        let (first, second, third) = (dice.pattern(1), dice.pattern(1), dice.pattern(2));
        let pattern = match dice.roll(4) {
            0 => third,
            1 => format!("^(?={first})(?!{second}){third}$"),
            2 => format!("^{third}(?<={first})(?<!{second})$"),
            _ => format!("^(?:(?!{first})(?:{second})|b{third})"),
        };
        let both = Both::new(&pattern);
        let program = Program::new(&parse(&pattern, Leniency::Forgiving).unwrap()).unwrap();
        for text in &texts {
            let expected = both.expected(text);
            assert_eq!(lookaround::is_match(&program, text), expected, "{pattern} on {text:?}, in linear time");
            assert_eq!(backtrack::is_match(&program, text), expected, "{pattern} on {text:?}, by trying");
        }
    }
}
