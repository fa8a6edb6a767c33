//! Regular expressions as JSON Schema means them: ECMA-262 with the `u` flag.
//!
//! Simple ones are loops of our own, most others are translated to the linear-time `regex` crate. What that does not know,
//! look-around and back-references, becomes a program of our own: in linear time, too, but for back-references.

mod backtrack;
mod characters;
mod deterministic;
mod lookaround;
mod parse;
mod program;
mod syntax;
mod translate;

use std::fmt;

use regex::{Regex, RegexBuilder};

use self::deterministic::Deterministic;
use self::parse::Leniency;
use self::program::Program;
use self::translate::Condition;

/// How large a compiled expression may be, in bytes: enough for `^\p{L}{1,1000}$`.
const MAX_COMPILED: usize = 64 << 20;

/// A compiled `pattern`. It is searched for, not anchored.
#[derive(Clone, Debug)]
pub struct Pattern {
    engine: Engine,
}

#[derive(Clone, Debug)]
enum Engine {
    Deterministic(Deterministic),
    /// One of these must hold, and of it every condition.
    Regex(Vec<Vec<(Regex, bool)>>),
    LookAround(Program),
    BackReferences(Program),
}

impl Pattern {
    /// Compiles an ECMA-262 regular expression.
    ///
    /// # Errors
    /// If the syntax is wrong, or the expression too large when compiled.
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        let node = parse::parse(pattern, Leniency::Forgiving)?;
        let engine = if let Some(deterministic) = Deterministic::new(pattern, &node) {
            Engine::Deterministic(deterministic)
        } else if let Some(alternatives) = translate::translate(&node) {
            Engine::Regex(compile(alternatives)?)
        } else {
            let program = Program::new(&node)?;
            if program.has_references { Engine::BackReferences(program) } else { Engine::LookAround(program) }
        };
        Ok(Self { engine })
    }

    /// The ECMA-262 regular expression `pattern` as regular expressions in the syntax of the crate `regex`: a text matches
    /// it if, for one of the outer list, each of the inner list is found in the text (`true`) or is not (`false`). `None` for
    /// what that syntax does not know: look-around inside of a text, and back-references.
    ///
    /// # Errors
    /// If the syntax is wrong.
    pub fn conditions(pattern: &str) -> Result<Option<Conditions>, PatternError> {
        let alternatives = translate::translate(&parse::parse(pattern, Leniency::Forgiving)?);
        let condition = |condition: Condition| (condition.regex, condition.wanted);
        let conditions = |all: Vec<Condition>| all.into_iter().map(condition).collect();
        Ok(alternatives.map(|alternatives| alternatives.into_iter().map(conditions).collect()))
    }

    /// Whether a part of `text` matches.
    pub fn is_match(&self, text: &str) -> bool {
        match &self.engine {
            Engine::Deterministic(deterministic) => deterministic.is_match(text),
            Engine::Regex(alternatives) => alternatives
                .iter()
                .any(|conditions| conditions.iter().all(|(regex, wanted)| regex.is_match(text) == *wanted)),
            Engine::LookAround(program) => lookaround::is_match(program, text),
            Engine::BackReferences(program) => backtrack::is_match(program, text),
        }
    }

    /// Whether matching takes time in proportion to the text. Back-references are tried instead, up to a million steps; a
    /// text that needs more does not match.
    pub fn is_linear(&self) -> bool {
        !matches!(self.engine, Engine::BackReferences(_))
    }
}

/// What a text matches: one of the outer list, and of that every expression that is found (`true`) and none that is not.
pub type Conditions = Vec<Vec<(String, bool)>>;

fn compile(alternatives: Vec<Vec<Condition>>) -> Result<Vec<Vec<(Regex, bool)>>, PatternError> {
    let compile = |condition: Condition| {
        RegexBuilder::new(&condition.regex)
            .size_limit(MAX_COMPILED)
            .build()
            .map(|regex| (regex, condition.wanted))
            .map_err(|error| PatternError::from_regex(&error))
    };
    let compile_all = |conditions: Vec<Condition>| conditions.into_iter().map(compile).collect();
    alternatives.into_iter().map(compile_all).collect()
}

/// Whether `pattern` is a well-formed regular expression of ECMA-262 with the `u` flag, translatable or not.
pub fn is_pattern(pattern: &str) -> bool {
    parse::parse(pattern, Leniency::Strict).is_ok()
}

/// Why a regular expression cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatternError {
    /// Not ECMA-262.
    Syntax {
        /// Where, in bytes of the pattern.
        offset: usize,
        /// What is wrong there.
        message: String,
    },
    /// Too much for a matcher of bounded size.
    TooLarge,
}

impl PatternError {
    fn from_regex(error: &regex::Error) -> Self {
        match error {
            regex::Error::CompiledTooBig(_) => Self::TooLarge,
            // The translation is well-formed but for names of Unicode properties, which are checked here alone.
            _ => {
                let message = error.to_string();
                let reason = message.lines().last().unwrap_or_default();
                Self::Syntax { offset: 0, message: reason.trim_start_matches("error: ").to_owned() }
            }
        }
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { offset, message } => write!(f, "{message} (at byte {offset})"),
            Self::TooLarge => write!(f, "it is too large when compiled"),
        }
    }
}

impl std::error::Error for PatternError {}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn classes_and_escapes_mean_what_ecma_says() {
        for (pattern, text, matches) in [
            (r"^\d$", "0", true),
            (r"^\d$", "߀", false),
            (r"^\w+$", "é", false),
            (r"^\W$", "é", true),
            (r"^\s$", "\u{FEFF}", true),
            (r"^[\s]$", "\u{85}", false),
            (r"^.$", "\u{2028}", false),
            (r"^[^]$", "\n", true),
            (r"^[]$", "a", false),
            (r"^\cC$", "\u{3}", true),
            (r"^\u{1F432}*$", "🐲🐲", true),
            (r"^\uD83D\uDC32$", "🐲", true),
            (r"^\x41\u0042\0$", "AB\0", true),
            (r"^[\w\-.]+$", "a-b.c", true),
            (r"^[\w-.]+$", "a-b.c", true),
            (r"^[a&&b~~]+$", "&~", true),
            (r"^[[]$", "[", true),
            (r"^\/\-\_$", "/-_", true),
            (r"^{a}$", "{a}", true),
            (r"^a{2,3}?$", "aaa", true),
            (r"^(?<year>\d{4})-(?:a|b)$", "2024-b", true),
            (r"\bfoo\b", "éfooé", true),
            (r"\Bfoo", "éfoo", false),
            (r"^\p{Letter}$", "é", true),
            (r"^\P{Lu}$", "é", true),
            (r"^[\p{Script=Greek}x]$", "α", true),
            (r"^\p{digit}+$", "৪২", true),
            (r"a$", "a\n", false),
            (r"^(?i:ab)c$", "ABc", true),
            (r"(?i)^ab|c$", "xC", true),
            ("", "anything", true),
        ] {
            assert_eq!(Pattern::new(pattern).unwrap().is_match(text), matches, "{pattern} on {text:?}");
        }
    }

    #[test]
    fn look_around_at_the_edges_is_a_condition() {
        for (pattern, text, matches) in [
            (r"^(?!foo)\w+$", "bar", true),
            (r"^(?!foo)\w+$", "food", false),
            (r"^(?=.*[A-Z])(?=.*\d).{3,}$", "aB3", true),
            (r"^(?=.*[A-Z])(?=.*\d).{3,}$", "ab3", false),
            (r"^[a-z-]+(?<!-)$", "ab-", false),
            (r"^[a-z-]+(?<!-)$", "a-b", true),
            (r"^((?!foo$)\w+)$", "foo", false),
            (r"^((?!foo$)\w+)$", "food", true),
            (r"^a$|^(?!b).$", "c", true),
            (r"^a$|^(?!b).$", "b", false),
        ] {
            assert_eq!(Pattern::new(pattern).unwrap().is_match(text), matches, "{pattern} on {text:?}");
        }
    }

    #[test]
    fn look_around_elsewhere_is_looked_up() {
        for (pattern, text, matches) in [
            (r"a(?=b)", "ab", true),
            (r"a(?=b)", "ac", false),
            (r"a(?=b)c", "abc", false),
            (r"(?<=a)b", "ab", true),
            (r"(?<=a)b", "cb", false),
            (r"^((?!foo|bar).)*$", "a baz", true),
            (r"^((?!foo|bar).)*$", "a bar", false),
            (r"^(?:[a-z](?:(?!.*--)[a-z-]*[a-z])?)$", "a-b", true),
            (r"^(?:[a-z](?:(?!.*--)[a-z-]*[a-z])?)$", "a--b", false),
            (r"^P(?!$)(\d+D)?(T(?=\d)(\d+H)?)?$", "P1DT2H", true),
            (r"^P(?!$)(\d+D)?(T(?=\d)(\d+H)?)?$", "P1DT", false),
            (r"(?<=^v?|\sv?)\d", "v1", true),
            (r"(?<=^v?|\sv?)\d", "w1", false),
            (r"(?<!\$\d{1,3})\b\d+", "$1 20", true),
            (r"(?<=(?<!x)ab)c", "ababc", true),
            (r"(?<=(?<!x)ab)c", "xabc", false),
            (r"(?<=a(?=b)..)d", "abcd", true),
            (r"(?i:k(?=[X]))x", "Kx", true),
            (r"é(?=\p{Lu})", "éÀ", true),
            (r"(?m:^b(?=c))", "a\nbc", true),
            (r"^(?:a|(?=b)b*)*$", "aabb", true),
        ] {
            let compiled = Pattern::new(pattern).unwrap();
            assert_eq!(compiled.is_match(text), matches, "{pattern} on {text:?}");
            assert!(compiled.is_linear());
        }
    }

    #[test]
    fn look_around_takes_linear_time() {
        let pattern = Pattern::new(r"^(?:(?!x.*y)(?:a*)*)*(?=b)c$").unwrap();
        assert!(!pattern.is_match(&"a".repeat(100_000)));
    }

    #[test]
    fn back_references_are_tried_with_an_end() {
        for (pattern, text, matches) in [
            (r"^(a+)b\1$", "aabaa", true),
            (r"^(a+)b\1$", "aabaaa", false),
            (r#"^(?<quote>['"]).*\k<quote>$"#, "'x'", true),
            (r#"^(?<quote>['"]).*\k<quote>$"#, "'x\"", false),
            (r"^\k<a>(?<a>x)$", "x", true),
            (r"^(?:(a)|b)*\1$", "ab", true),
            (r"^(?:(a)|(b))+\1$", "ba", false),
            (r"^(a*)*\1$", "aaaa", true),
            (r"^(?=(\w))\1\1$", "aa", true),
            (r"^(?!(\w)\1)\w+$", "aab", false),
            (r"(?<=\1(a))b", "aab", true),
            (r"(?<=\1(a))b", "cab", false),
        ] {
            let compiled = Pattern::new(pattern).unwrap();
            assert_eq!(compiled.is_match(text), matches, "{pattern} on {text:?}");
            assert!(!compiled.is_linear());
        }
        let hostile = Pattern::new(r"^(a+)+\1b$").unwrap();
        assert!(!hostile.is_match(&"a".repeat(10_000)));
    }

    /// State machines for these have megabytes.
    #[test]
    fn many_characters_of_a_large_set_are_counted() {
        for (pattern, text, matches) in [
            (r"^[^\p{C}]{1,2048}$", "é!", true),
            (r"^[^\p{C}]{1,2048}$", "a\u{7}", false),
            (r"[\p{L}\p{M}\p{Z}\p{N}\p{P}]{0,4096}", "\u{7}", true),
            (r"\p{L}{3,4096}", "ab cde", true),
            (r"\p{L}{3,4096}", "ab cd", false),
        ] {
            assert_eq!(Pattern::new(pattern).unwrap().is_match(text), matches, "{pattern} on {text:?}");
        }
    }

    #[test]
    fn wrong_syntax_is_refused() {
        for pattern in [
            "^(abc]",
            "(",
            ")",
            "[a",
            r"\a",
            r"\Z",
            "(?P<n>x)",
            "(?P=n)",
            "(?#c)",
            "a(?i)b",
            "*a",
            "a**",
            "a{2,1}",
            "[z-a]",
            r"\",
            r"\u{110000}",
            "a{,3}",
            "x++",
            r"\p{Nope}",
            r"(a)\2",
            r"\k<b>",
            "(?<=a)*",
            r"\b+",
        ] {
            assert!(Pattern::new(pattern).is_err(), "{pattern}");
        }
        // Annex B repeats what looks ahead, which means something, and the `u` flag does not.
        assert!(Pattern::new("^(?=a)?b").is_ok_and(|pattern| pattern.is_match("b")) && !super::is_pattern("(?=)?"));
        assert!(Pattern::new(&"(".repeat(100_000)).is_err());
        assert!(Pattern::new(&"(a{1000}){1000}".repeat(9)).is_err());
        assert!(Pattern::new(r"((a{1000}){1000}(?!b)){1000}").is_err());
        assert!(Pattern::new(r"(((?=)(?:){4294967295}){4294967295})").is_err());
    }
}
