//! Relations between subject filters: overlap, coverage and reduction.

/// Whether a subject exists that matches both filters.
pub(crate) fn overlap(left: &str, right: &str) -> bool {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            // `>` stands for one token or more, so the other side needs one here.
            (Some(">"), Some(_)) | (Some(_), Some(">")) => return true,
            (Some(a), Some(b)) if a == b || a == "*" || b == "*" => {}
            _ => return false,
        }
    }
}

/// Whether every subject that `narrow` matches is matched by `wide`.
pub(crate) fn covers(wide: &str, narrow: &str) -> bool {
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

/// Why the server would reject the filter, if it would.
pub(crate) fn fault(subject: &str) -> Option<&'static str> {
    let mut tokens = subject.split('.');
    let first = tokens.clone().next().unwrap_or_default();
    if subject.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Some("holds white space or a control character");
    }
    if tokens.clone().any(str::is_empty) {
        return Some("holds an empty token");
    }
    if tokens.any(|token| token == ">") && !(subject.ends_with(".>") && subject.matches('>').count() == 1) {
        return Some(if subject == ">" {
            "captures everything, the server's own messages too"
        } else {
            "has a `>` that is not its end"
        });
    }
    matches!(first, "$JS" | "$SYS" | "$JSC" | "$NRG").then_some("is reserved for the server")
}

/// `filters` without those that another one covers, in the same order.
pub(crate) fn without_covered<'a>(filters: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut kept: Vec<&str> = Vec::new();
    for filter in filters {
        if !kept.iter().any(|other| covers(other, filter)) {
            kept.retain(|other| !covers(filter, other));
            kept.push(filter);
        }
    }
    kept.into_iter().map(str::to_owned).collect()
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
            ("a.*", "a.b.c", false, false),
            ("a.>", "a.b.c", true, true),
            ("a.>", "a", false, false),
            ("a.>", "a.*", true, true),
            ("a.*", "a.>", true, false),
            ("a.>", "a.b.>", true, true),
            ("a.b.>", "a.>", true, false),
            ("*.>", "a.b", true, true),
            (">", "a", true, true),
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
    fn faults_are_those_that_the_server_refuses() {
        for good in ["a", "a.b", "a.*", "a.>", "*", "$KV.x.>", "a>b", "_INBOX.x"] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in ["", "a b", "a..b", "a.", ".a", ">", "a.>.b", "$JS.x", "$SYS.x", "a\nb", ">.>"] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }
}
