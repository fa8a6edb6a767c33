//! Which subjects and filters a schema or `walnats.toml` may name.

use walnats_subject::{FilterProblem, filter_problem};

/// Why a text cannot be a subject or a filter.
pub struct Problem {
    /// The code of the finding.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// How to fix it.
    pub help: &'static str,
}

impl Problem {
    /// A problem; `help` says how to fix it.
    pub fn new(code: &'static str, message: impl Into<String>, help: &'static str) -> Self {
        Self { code, message: message.into(), help }
    }

    fn empty_token() -> Self {
        let help = "put one dot between two tokens, and none at either end";
        Self::new("WN0411", "a token of the subject is empty", help)
    }

    fn white_space() -> Self {
        Self::new("WN0418", "white space in a subject", "separate tokens with dots, and words with `-`")
    }
}

/// What is wrong with a filter, if anything is: what the server refuses, and what no event can be published to.
pub fn problem(filter: &str) -> Option<Problem> {
    let first = filter.split('.').next().unwrap_or_default();
    let with_wildcard = filter.split('.').find(|token| token.len() > 1 && token.contains(['*', '>']));
    match (filter_problem(filter), with_wildcard) {
        (Some(FilterProblem::EmptyToken), _) => Some(Problem::empty_token()),
        (Some(FilterProblem::WhiteSpace), _) => Some(Problem::white_space()),
        (Some(FilterProblem::EarlyTail), _) => {
            Some(Problem::new("WN0428", "`>` may only come last", "write `*` for one token in the middle"))
        }
        (None, Some(token)) => Some(Problem::new(
            "WN0427",
            format!("`{token}` holds a wildcard and more"),
            "a wildcard is a token of its own, such as in `orders.*` or `orders.>`",
        )),
        (None, None) => reserved(first),
    }
}

/// What is wrong with a token of a subject, apart from wildcards; `literal` is what of it is fixed text.
pub fn token_problem(token: &str, mut literal: impl Iterator<Item = char>, is_first: bool) -> Option<Problem> {
    if token.is_empty() {
        return Some(Problem::empty_token());
    }
    let white_space = literal.any(|c| c.is_whitespace() || c.is_control()).then(Problem::white_space);
    is_first.then(|| reserved(token)).flatten().or(white_space)
}

/// Subjects with some first tokens belong to the server or to replies.
fn reserved(first: &str) -> Option<Problem> {
    let message = || format!("subjects under `{first}` belong to the server");
    let is_reserved = first.starts_with('$') || first == "_INBOX";
    is_reserved.then(|| Problem::new("WN0419", message(), "begin with another token"))
}
