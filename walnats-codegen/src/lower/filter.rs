//! Subject filters of NATS: tokens, `*` for any one token, a last `>` for one or more.

/// Whether a subject exists that both filters match.
pub fn overlap(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some(">"), Some(_)) | (Some(_), Some(">")) => return true,
            (Some(left), Some(right)) if left == right || left == "*" || right == "*" => {}
            _ => return false,
        }
    }
}

/// Whether `outer` matches every subject that `inner` matches.
pub fn covers(outer: &str, inner: &str) -> bool {
    let (mut outer, mut inner) = (outer.split('.'), inner.split('.'));
    loop {
        match (outer.next(), inner.next()) {
            (None, None) => return true,
            (Some(">"), Some(_)) => return true,
            (Some("*"), Some(token)) if token != ">" => {}
            (Some(left), Some(right)) if left == right => {}
            _ => return false,
        }
    }
}

/// What is wrong with a filter, if anything is.
pub fn problem(filter: &str) -> Option<&'static str> {
    let tokens: Vec<&str> = filter.split('.').collect();
    let is_odd = |c: char| c.is_whitespace() || c.is_control();
    if tokens.iter().any(|token| token.is_empty()) {
        Some("a token of the subject is empty")
    } else if filter.contains(is_odd) {
        Some("white space in a subject")
    } else if tokens.iter().any(|token| token.len() > 1 && token.contains(['*', '>'])) {
        Some("a wildcard is a token of its own")
    } else if tokens.iter().rev().skip(1).any(|token| *token == ">") {
        Some("`>` may only come last")
    } else if tokens[0].starts_with('$') || tokens[0] == "_INBOX" {
        Some("the subject belongs to the server")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{covers, overlap};

    #[test]
    fn filters_overlap_and_cover() {
        for (a, b, overlaps, a_covers_b) in [
            ("a.b", "a.b", true, true),
            ("a.b", "a.c", false, false),
            ("a.*", "a.b", true, true),
            ("a.b", "a.*", true, false),
            ("a.*.c", "a.b.*", true, false),
            ("a.>", "a.b.c", true, true),
            ("a.>", "a", false, false),
            ("a", "a.b", false, false),
            (">", "a.>", true, true),
            ("a.*", "a.>", true, false),
            ("*.b", "a.>", true, false),
        ] {
            assert_eq!(overlap(a, b), overlaps, "{a} {b}");
            assert_eq!(overlap(b, a), overlaps, "{b} {a}");
            assert_eq!(covers(a, b), a_covers_b, "{a} {b}");
        }
    }
}
