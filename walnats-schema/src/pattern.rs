//! Regular expressions as JSON Schema means them: ECMA-262 with the `u` flag. Simple ones are loops of our own, the rest
//! is translated to the linear-time `regex` crate.

mod characters;
mod deterministic;
mod parse;
mod syntax;
mod translate;

use std::fmt;

use regex::{Regex, RegexBuilder};

use self::deterministic::Deterministic;
use self::parse::Leniency;
use self::syntax::Node;
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
}

impl Pattern {
    /// Compiles an ECMA-262 regular expression.
    ///
    /// Look-around is understood where it is a condition on the whole text: look-ahead after a leading `^`, look-behind
    /// before a closing `$`.
    ///
    /// # Errors
    /// If the syntax is wrong, or needs what no linear-time engine offers: back-references, look-around elsewhere.
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        let node = parse::parse(pattern, Leniency::Forgiving)?;
        let engine = match Deterministic::new(pattern, &node) {
            Some(deterministic) => Engine::Deterministic(deterministic),
            None => Engine::Regex(regexes(&node)?),
        };
        Ok(Self { engine })
    }

    /// Whether a part of `text` matches.
    pub fn is_match(&self, text: &str) -> bool {
        match &self.engine {
            Engine::Deterministic(deterministic) => deterministic.is_match(text),
            Engine::Regex(alternatives) => alternatives
                .iter()
                .any(|conditions| conditions.iter().all(|(regex, wanted)| regex.is_match(text) == *wanted)),
        }
    }
}

fn regexes(node: &Node) -> Result<Vec<Vec<(Regex, bool)>>, PatternError> {
    let compile = |condition: Condition| {
        RegexBuilder::new(&condition.regex)
            .size_limit(MAX_COMPILED)
            .build()
            .map(|regex| (regex, condition.wanted))
            .map_err(|error| PatternError::from_regex(&error))
    };
    let compile_all = |conditions: Vec<Condition>| conditions.into_iter().map(compile).collect();
    translate::translate(node)?.into_iter().map(compile_all).collect()
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
    /// ECMA-262, but no regular language.
    Unsupported {
        /// Such as `look-behind`.
        construct: &'static str,
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
            Self::Unsupported { construct } => write!(f, "{construct} here has no linear-time equivalent"),
            Self::TooLarge => write!(f, "it is too large when compiled"),
        }
    }
}

impl std::error::Error for PatternError {}

#[cfg(test)]
mod tests {
    use super::{Pattern, PatternError, is_pattern};

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
    fn what_has_no_equivalent_is_named() {
        for (pattern, construct) in
            [(r"(a)\1", "a back-reference"), (r"a(?=b)c", "look-ahead"), (r"(?<=a)b", "look-behind")]
        {
            assert!(is_pattern(pattern));
            assert_eq!(Pattern::new(pattern).unwrap_err(), PatternError::Unsupported { construct });
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
            "(?i)a",
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
        ] {
            assert!(Pattern::new(pattern).is_err(), "{pattern}");
        }
        assert!(Pattern::new(&"(".repeat(100_000)).is_err());
        assert!(Pattern::new(&"(a{1000}){1000}".repeat(9)).is_err());
    }
}
