//! Which subject filters a schema or `walnats.toml` may name.

use walnats_subject::{FilterProblem, filter_problem};

/// What is wrong with a filter, if anything is: what the server refuses, and what no event can be published to.
pub fn problem(filter: &str) -> Option<&'static str> {
    match filter_problem(filter) {
        Some(FilterProblem::EmptyToken) => return Some("a token of the subject is empty"),
        Some(FilterProblem::WhiteSpace) => return Some("white space in a subject"),
        Some(FilterProblem::EarlyTail) => return Some("`>` may only come last"),
        None => {}
    }
    if filter.split('.').any(|token| token.len() > 1 && token.contains(['*', '>'])) {
        Some("a wildcard is a token of its own")
    } else if filter.split('.').next().is_some_and(belongs_to_server) {
        Some("the subject belongs to the server")
    } else {
        None
    }
}

/// Whether subjects with this first token belong to the server or to replies.
pub fn belongs_to_server(first: &str) -> bool {
    first.starts_with('$') || first == "_INBOX"
}
