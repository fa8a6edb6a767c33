//! Patterns of file names: `*`, `?` and `**`.

/// Whether `pattern` names `path`, or a folder that it is in. `*` stands for any text within a part of a path, `?` for one
/// character of it, and the part `**` for any parts, also for none. A pattern of one part with a `*` or `?` in it is about names
/// in every folder; any other one begins where paths begin.
pub fn matches(pattern: &str, path: &str) -> bool {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let pattern = pattern.trim_end_matches('/');
    if pattern.is_empty() || pattern.len() > LONGEST {
        return false;
    }
    let mut parts: Vec<&str> = pattern.split('/').collect();
    if let [only] = parts[..]
        && only.contains(['*', '?'])
    {
        parts.insert(0, "**");
    }
    let names: Vec<&str> = path.split('/').collect();
    matches_parts(&parts, &names)
}

/// Longer patterns match nothing.
const LONGEST: usize = 1024;

/// By rows: whether the first so many parts match the first so many names.
fn matches_parts(parts: &[&str], names: &[&str]) -> bool {
    let mut reached = vec![false; names.len() + 1];
    reached[0] = true;
    for (at, part) in parts.iter().enumerate() {
        let mut next = vec![false; names.len() + 1];
        let is_last = at + 1 == parts.len();
        for count in 0..=names.len() {
            next[count] = match *part {
                // At the end it stands for what is in a folder, which is at least a name.
                "**" if is_last => count > 0 && reached[..count].contains(&true),
                "**" => reached[..=count].contains(&true),
                _ => count > 0 && reached[count - 1] && matches_text(part, names[count - 1]),
            };
        }
        reached = next;
    }
    // What is in a folder that matches is meant, too.
    reached[1..].contains(&true)
}

fn matches_text(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut from) = (0, 0);
    // Where the last `*` stands, and how much of the text it has taken.
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(character) if *character == '?' || *character == text[from] => {
                at += 1;
                from += 1;
            }
            _ => {
                let Some((place, taken)) = star else { return false };
                star = Some((place, taken + 1));
                at = place + 1;
                from = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|character| *character == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_are_those_that_people_know() {
        for (pattern, path) in [
            ("a.json", "a.json"),
            ("*.json", "a.json"),
            ("*.json", "b/c/a.json"),
            ("**/*.json", "a.json"),
            ("**/*.json", "b/c/a.json"),
            ("**", "b/a.json"),
            ("**/*", "a.json"),
            ("legacy/*", "legacy/a.json"),
            ("legacy/*", "legacy/b/a.json"),
            ("legacy/**", "legacy/b/a.json"),
            ("legacy", "legacy/b/a.json"),
            ("legacy/", "legacy/a.json"),
            ("./legacy/*.json", "legacy/a.json"),
            ("**/legacy/*.json", "b/legacy/a.json"),
            ("a/**/b.json", "a/b.json"),
            ("a/**/b.json", "a/x/y/b.json"),
            ("v?/a.json", "v1/a.json"),
            ("user_*ed.json", "user_created.json"),
            ("*_*_*.yaml", "a_b_c.yaml"),
        ] {
            assert!(matches(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("a.json", "b/a.json"),
            ("*.json", "a.yaml"),
            ("legacy/*.json", "legacy/b/a.json"),
            ("legacy/*", "old/a.json"),
            ("legacy/**", "legacy"),
            ("leg", "legacy/a.json"),
            ("v?/a.json", "v10/a.json"),
            ("a/**/b.json", "a/b.yaml"),
            ("", "a.json"),
            ("/a.json", "a.json"),
            ("a?json", "a/json"),
        ] {
            assert!(!matches(pattern, path), "{pattern} {path}");
        }
        assert!(!matches(&"*a".repeat(400), &"a".repeat(300)));
    }
}
