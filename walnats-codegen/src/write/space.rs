//! Blank lines between items, which prettyplease leaves out.

/// The code with a blank line after each item and method that ends with a bracket, and after imports.
pub fn between_items(code: &str) -> String {
    let mut spaced = String::with_capacity(code.len() + code.len() / 32);
    let mut before = "";
    for line in code.lines() {
        if is_gap(before, line) {
            spaced.push('\n');
        }
        spaced.push_str(line);
        spaced.push('\n');
        before = line;
    }
    spaced
}

fn is_gap(before: &str, line: &str) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let starts_with = |line: &str, words: &[&str]| words.iter().any(|word| line.trim_start().starts_with(word));
    // Items stand at the margin, methods one step in; deeper are statements.
    let starts = starts_with(line, &["///", "#[", "pub ", "fn ", "impl", "static ", "const ", "use ", "mod ", "::"]);
    let ends = matches!(before.trim(), "}" | "};" | "];" | ");");
    let imports = ["use ", "pub use "];
    let leaves_imports = starts_with(before, &imports) && !starts_with(line, &imports);
    indent(line) == indent(before) && indent(line) <= 4 && starts && (ends || leaves_imports)
}

#[cfg(test)]
mod tests {
    use super::between_items;

    #[test]
    fn items_and_methods_stand_apart() {
        let code = "use a;\nuse b;\nstruct A {\n    a: u8,\n}\nimpl A {\n    fn a() {}\n    fn b() {\n        c();\n    }\n    fn d() {}\n}\n";
        let spaced = "use a;\nuse b;\nstruct A {\n    a: u8,\n}\n\nimpl A {\n    fn a() {}\n    fn b() {\n        c();\n    }\n\n    fn d() {}\n}\n";
        assert_eq!(between_items(code), spaced);
        assert_eq!(between_items("use a;\n/// A.\npub struct A;\n"), "use a;\n\n/// A.\npub struct A;\n");
    }
}
