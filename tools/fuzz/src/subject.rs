//! Any value in a subject: it stays the one token that the template gives it, or is refused.

use walnats_runtime::private::Subject;

pub fn try_out(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(subject) = Subject::new("event").literal("users.").field("user_id", &*text).literal(".created").finish() {
        let tokens: Vec<&str> = subject.split('.').collect();
        assert!(matches!(tokens[..], ["users", one, "created"] if one == text), "{subject:?}");
        check(&subject);
    }
    // Keys are escaped, so that nearly all of them are possible, and none is another.
    if let Ok(subject) = Subject::new("event").literal("orders.").key(&text).finish() {
        assert_eq!(subject.split('.').count(), 2, "{subject:?}");
        check(&subject);
        let other = format!("{text}x");
        assert_ne!(Subject::new("event").literal("orders.").key(&other).finish().ok(), Some(subject));
    }
}

fn check(subject: &str) {
    assert!(subject.len() <= walnats_runtime::MAX_SUBJECT_BYTES);
    assert!(subject.split('.').all(|token| !token.is_empty() && !matches!(token, "*" | ">")), "{subject:?}");
    assert!(!subject.contains(|c: char| c.is_whitespace() || c.is_control()), "{subject:?}");
}
