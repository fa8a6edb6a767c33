//! Subject filters: whether they are valid, and how two of them relate.

use std::fmt;

use crate::name::is_blank;

/// Whether a subject exists that both filters match.
///
/// ```
/// assert!(walnats_subject::overlap("orders.*.placed", "orders.eu.>"));
/// ```
pub fn overlap(left: &str, right: &str) -> bool {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            // `>` matches one token or more, so the other side needs one here.
            (Some(">"), Some(_)) | (Some(_), Some(">")) => return true,
            (Some(a), Some(b)) if a == b || a == "*" || b == "*" => {}
            _ => return false,
        }
    }
}

/// Whether `wide` matches every subject that `narrow` matches. `narrow` may be a subject.
///
/// ```
/// assert!(walnats_subject::covers("orders.>", "orders.eu.placed"));
/// assert!(!walnats_subject::covers("orders.*", "orders.>"));
/// ```
pub fn covers(wide: &str, narrow: &str) -> bool {
    let (mut wide, mut narrow) = (wide.split('.'), narrow.split('.'));
    loop {
        match (wide.next(), narrow.next()) {
            (None, None) => return true,
            (Some(">"), Some(_)) => return true,
            (_, Some(">")) => return false,
            (Some("*"), Some(_)) => {}
            (Some(a), Some(b)) if a == b => {}
            _ => return false,
        }
    }
}

/// `filters` without those that another one covers, in the same order.
pub fn without_covered<'a>(filters: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut kept: Vec<&str> = Vec::new();
    for filter in filters {
        if !kept.iter().any(|other| covers(other, filter)) {
            kept.retain(|other| !covers(filter, other));
            kept.push(filter);
        }
    }
    kept.into_iter().map(str::to_owned).collect()
}

/// Why the server refuses a filter. `Display` completes a sentence about the filter: `has an empty token`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterProblem {
    /// It is empty, or has an empty token: `orders..placed`.
    EmptyToken,
    /// It has white space or a control character.
    WhiteSpace,
    /// It has a token `>` that is not the last one: `orders.>.placed`.
    EarlyTail,
}

impl fmt::Display for FilterProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmptyToken => "has an empty token",
            Self::WhiteSpace => "has white space or a control character",
            Self::EarlyTail => "has a `>` that is not its last token",
        })
    }
}

/// Why the server refuses the filter wherever it is used, if it does.
pub fn filter_problem(filter: &str) -> Option<FilterProblem> {
    if filter.split('.').any(str::is_empty) {
        Some(FilterProblem::EmptyToken)
    } else if filter.contains(is_blank) {
        Some(FilterProblem::WhiteSpace)
    } else if filter.split('.').rev().skip(1).any(|token| token == ">") {
        Some(FilterProblem::EarlyTail)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_relate_as_the_server_sees_them() {
        // (left, right, overlap, left covers right)
        let rows = [
            ("a", "a", true, true),
            ("a", "b", false, false),
            ("a", "a.b", false, false),
            ("a.*", "a.b", true, true),
            ("a.b", "a.*", true, false),
            ("a.*", "*.b", true, false),
            ("a.*.c", "a.b.*", true, false),
            ("a.*", "a.b.c", false, false),
            ("a.>", "a.b.c", true, true),
            ("a.>", "a", false, false),
            ("a.>", "a.*", true, true),
            ("a.*", "a.>", true, false),
            ("*.b", "a.>", true, false),
            ("a.>", "a.b.>", true, true),
            ("a.b.>", "a.>", true, false),
            ("*.>", "a.b", true, true),
            (">", "a", true, true),
            (">", "a.>", true, true),
            ("a.*.c", "a.>", true, false),
        ];
        for (left, right, both, wide) in rows {
            assert_eq!(overlap(left, right), both, "{left} and {right}");
            assert_eq!(overlap(right, left), both, "{right} and {left}");
            assert_eq!(covers(left, right), wide, "{left} covers {right}");
        }
    }

    #[test]
    fn a_list_keeps_the_widest_filters() {
        assert_eq!(without_covered(["a.b", "c", "a.*", "c"]), ["c", "a.*"]);
        assert_eq!(without_covered(["a.>", "a.b"]), ["a.>"]);
        assert_eq!(without_covered(["a.*", "*.b"]), ["a.*", "*.b"]);
    }

    #[test]
    fn invalid_filters_are_those_that_the_server_refuses() {
        for valid in ["a", "a.b", "a.*", "a.>", "*", ">", "$KV.x.>", "a>b", "a>b.>", "_INBOX.x", "öl"] {
            assert_eq!(filter_problem(valid), None, "{valid}");
        }
        for (filter, problem) in [
            ("", FilterProblem::EmptyToken),
            ("a..b", FilterProblem::EmptyToken),
            ("a.", FilterProblem::EmptyToken),
            (".a", FilterProblem::EmptyToken),
            ("a b", FilterProblem::WhiteSpace),
            ("a\nb", FilterProblem::WhiteSpace),
            ("a.>.b", FilterProblem::EarlyTail),
            (">.>", FilterProblem::EarlyTail),
        ] {
            assert_eq!(filter_problem(filter), Some(problem), "{filter:?}");
        }
    }
}
