//! Snake and Pascal case as buf has them: digits begin no word, and runs of capitals are kept in Pascal case.

/// `lower_snake_case`
pub fn lower_snake(text: &str) -> String {
    snake(text).to_lowercase()
}

/// `UPPER_SNAKE_CASE`
pub fn upper_snake(text: &str) -> String {
    snake(text).to_uppercase()
}

/// `PascalCase`
pub fn pascal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut begins_word = true;
    for c in text.trim().chars() {
        if is_delimiter(c) {
            begins_word = true;
            continue;
        }
        if begins_word || c.is_uppercase() {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        begins_word = false;
    }
    out
}

/// Words separated by one `_`; a capital begins a word after a small letter, and before one.
fn snake(text: &str) -> String {
    let chars: Vec<char> = text.trim_matches(is_delimiter).chars().collect();
    let mut out = String::with_capacity(text.len() + 4);
    for (at, &c) in chars.iter().enumerate() {
        let c = if is_delimiter(c) { '_' } else { c };
        let follows_break = out.is_empty() || out.ends_with('_');
        if c == '_' && follows_break {
            continue;
        }
        let is_before_small =
            chars.get(at + 1).is_some_and(|next| !next.is_uppercase() && !next.is_numeric() && !is_delimiter(*next));
        let is_after_small = at.checked_sub(1).and_then(|before| chars.get(before)).is_some_and(|c| c.is_lowercase());
        if c.is_uppercase() && !follows_break && (is_before_small || is_after_small) {
            out.push('_');
        }
        out.push(c);
    }
    out
}

fn is_delimiter(c: char) -> bool {
    matches!(c, '.' | '-' | '_' | ' ' | '\t' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use super::{lower_snake, pascal, upper_snake};

    #[test]
    fn words_of_names() {
        let names = [
            ("foo", "foo", "Foo"),
            ("fooBar", "foo_bar", "FooBar"),
            ("HTTPServer", "http_server", "HTTPServer"),
            ("foo_bar2", "foo_bar2", "FooBar2"),
            ("foo2Bar", "foo2_bar", "Foo2Bar"),
            ("FOO2", "foo2", "FOO2"),
            ("foo__bar_", "foo_bar", "FooBar"),
            ("_a", "a", "A"),
            ("aB", "a_b", "AB"),
            ("A1B", "a1b", "A1B"),
            ("", "", ""),
        ];
        for (name, snake, in_pascal) in names {
            assert_eq!((lower_snake(name).as_str(), pascal(name).as_str()), (snake, in_pascal), "{name}");
            assert_eq!(upper_snake(name), snake.to_uppercase());
        }
    }
}
