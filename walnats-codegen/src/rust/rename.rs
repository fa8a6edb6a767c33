//! How identifiers become the names in JSON: by one of serde's rules for all of a type, where that spares attributes.

/// One of serde's rules for `rename_all`.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub name: &'static str,
    /// What the rule makes of words in snake case, joined with `_`.
    apply: fn(&str) -> String,
}

const RULES: [Rule; 7] = [
    Rule { name: "snake_case", apply: str::to_owned },
    Rule { name: "camelCase", apply: camel },
    Rule { name: "kebab-case", apply: |words| words.replace('_', "-") },
    Rule { name: "SCREAMING_SNAKE_CASE", apply: str::to_ascii_uppercase },
    Rule { name: "PascalCase", apply: pascal },
    Rule { name: "lowercase", apply: |words| words.replace('_', "") },
    Rule { name: "UPPERCASE", apply: |words| words.replace('_', "").to_ascii_uppercase() },
];

/// The names that variants have in JSON.
#[derive(Debug, PartialEq, Eq)]
pub struct Names {
    /// The rule for all, if there is one.
    pub rename_all: Option<&'static str>,
    /// For each identifier whether it needs an attribute of its own.
    pub renamed: Vec<bool>,
}

/// Variants are called `names` in JSON: by the rule that spares the most attributes, and the first of those. A rule costs
/// an attribute itself; without one each variant has its identifier for a name.
pub fn of_variants<'a>(idents: &[String], names: impl IntoIterator<Item = &'a str>) -> Names {
    let names: Vec<&str> = names.into_iter().collect();
    let words: Vec<String> = idents.iter().map(|ident| snake(ident)).collect();
    let plain = idents.iter().zip(&names).map(|(ident, name)| ident != name).collect();
    let mut best = Names { rename_all: None, renamed: plain };
    if !words.iter().all(|words| words.is_ascii()) {
        // serde cuts words after the first byte.
        return best;
    }
    let count = |renamed: &[bool]| renamed.iter().filter(|renamed| **renamed).count();
    for rule in RULES {
        let renamed: Vec<bool> = words.iter().zip(&names).map(|(words, name)| (rule.apply)(words) != **name).collect();
        let cost = usize::from(best.rename_all.is_none());
        if count(&renamed) + cost < count(&best.renamed) {
            best = Names { rename_all: Some(rule.name), renamed };
        }
    }
    best
}

/// What serde makes of a variant in snake case.
fn snake(ident: &str) -> String {
    let mut words = String::new();
    for (index, c) in ident.char_indices() {
        if index > 0 && c.is_uppercase() {
            words.push('_');
        }
        words.push(c.to_ascii_lowercase());
    }
    words
}

fn pascal(words: &str) -> String {
    let mut pascal = String::new();
    let mut capital = true;
    for c in words.chars() {
        match c {
            '_' => capital = true,
            c if capital => {
                pascal.push(c.to_ascii_uppercase());
                capital = false;
            }
            c => pascal.push(c),
        }
    }
    pascal
}

fn camel(words: &str) -> String {
    let pascal = pascal(words);
    let mut chars = pascal.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_rule_is_taken_where_it_spares_attributes() {
        let variants = |idents: &[&str], names: &[&str]| {
            let found = of_variants(&strings(idents), names.iter().copied());
            (found.rename_all, found.renamed.iter().filter(|renamed| **renamed).count())
        };
        assert_eq!(variants(&["Open", "InProgress"], &["open", "in_progress"]), (Some("snake_case"), 0));
        assert_eq!(variants(&["Open", "InProgress"], &["open", "in-progress"]), (Some("kebab-case"), 0));
        assert_eq!(variants(&["Open", "Closed", "Plus1"], &["open", "closed", "+1"]), (Some("snake_case"), 1));
        assert_eq!(variants(&["Get", "Post"], &["GET", "POST"]), (Some("SCREAMING_SNAKE_CASE"), 0));
        assert_eq!(variants(&["Get", "Post"], &["Get", "Post"]), (None, 0));
        assert_eq!(variants(&["Open"], &["open"]), (None, 1), "one attribute for another");
    }
}
