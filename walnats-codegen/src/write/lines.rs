//! Lines become code as rustfmt leaves it, with room for what fits: templates write one statement, field or arm to a
//! line and know nothing of where it stands; here it is indented, separated from its neighbours, and wrapped if it is long.
//!
//! A build script is unoptimised, and parsing its own output would be most of what it does.

mod part;
mod scan;
mod wrap;

use scan::Scan;

/// The longest line, as rustfmt has it.
const MAX_WIDTH: usize = 100;

/// One step.
const INDENT: usize = 4;

/// `header` and the code of `lines`, indented, with blank lines between items and methods, and no line longer than it has
/// to be.
///
/// A bracket that a line leaves open is closed by a line that begins with its partner.
pub fn lay_out(header: &str, lines: &str) -> String {
    let mut code = String::with_capacity(header.len() + lines.len() + lines.len() / 4);
    code.push_str(header);
    let (mut depth, mut before) = (0_usize, Before::Nothing);
    for line in lines.split('\n') {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let scan = Scan::of(line);
        depth = depth.saturating_sub(scan.closed);
        if before.wants_gap(line, depth) {
            code.push('\n');
        }
        let indent = depth * INDENT;
        if indent + line.len() <= MAX_WIDTH || scan.is_comment {
            push_line(&mut code, indent, line);
        } else {
            wrap::wrap(&mut code, indent, line);
        }
        before = Before::of(line, &scan, depth);
        depth += scan.opened;
    }
    code
}

fn push_line(code: &mut String, indent: usize, line: &str) {
    // Deeper than this no template goes.
    const SPACES: &str = "                                                                ";
    let mut left = indent;
    while left > 0 {
        let step = left.min(SPACES.len());
        code.push_str(&SPACES[..step]);
        left -= step;
    }
    code.push_str(line);
    code.push('\n');
}

/// What a line was, as far as the next one has to keep a distance from it.
#[derive(Clone, Copy)]
enum Before {
    Nothing,
    /// The end of something of several lines, at this depth.
    End(usize),
    /// `use` and `mod`, at the margin.
    Import,
    /// Anything else.
    Other,
}

impl Before {
    fn of(line: &str, scan: &Scan, depth: usize) -> Self {
        if scan.closed > 0 && scan.opened == 0 {
            Self::End(depth)
        } else if depth == 0 && (line.starts_with("use ") || line.starts_with("pub use ")) {
            Self::Import
        } else {
            Self::Other
        }
    }

    fn wants_gap(self, line: &str, depth: usize) -> bool {
        match self {
            Self::End(end) => end == depth && begins_item(line),
            Self::Import => !["use ", "pub use ", "#[allow(unused_imports)]"].iter().any(|word| line.starts_with(word)),
            Self::Nothing | Self::Other => false,
        }
    }
}

/// Words that no statement of a function begins with.
fn begins_item(line: &str) -> bool {
    ["///", "#[", "pub ", "fn ", "impl", "::"].iter().any(|word| line.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::lay_out;

    fn comes_out(lines: &str, expected: &str) {
        assert_eq!(lay_out("", lines), expected);
    }

    #[test]
    fn items_and_methods_stand_apart() {
        comes_out(
            "use a;\nuse b;\n/// A.\n\nstruct A {\na: u8,\n}\nimpl A {\nfn a() {}\nfn b() {\nc();\n}\nfn d() {}\n}",
            "use a;\nuse b;\n\n/// A.\nstruct A {\n    a: u8,\n}\n\nimpl A {\n    fn a() {}\n    fn b() {\n        c();\n    }\n\n    fn d() {}\n}\n",
        );
    }

    #[test]
    fn long_calls_and_chains_are_broken() {
        let (a, b) = ("a".repeat(50), "b".repeat(50));
        let c = &a[..40];
        comes_out(&format!("f({a}, {b});"), &format!("f(\n    {a},\n    {b},\n);\n"));
        comes_out(&format!("Err(f({a}, {b}));"), &format!("Err(f(\n    {a},\n    {b},\n));\n"));
        comes_out(&format!("X::new().f({a}).f({b})"), &format!("X::new()\n    .f({a})\n    .f({b})\n"));
        comes_out(&format!("self.{a}.f({b});"), &format!("self.{a}\n    .f({b});\n"));
        comes_out(&format!("1 + {a} + {b};"), &format!("1 + {a}\n    + {b};\n"));
        comes_out(&format!("A(x) => {a}.f({c}),"), &format!("A(x) => {{\n    {a}.f({c})\n}}\n"));
        comes_out(&format!("let {a} = {b};"), &format!("let {a} =\n    {b};\n"));
        comes_out(&format!("{a} | {b} => c,"), &format!("{a}\n| {b} => c,\n"));
    }

    #[test]
    fn long_signatures_fields_and_attributes_are_broken() {
        let (a, b) = ("a".repeat(50), "b".repeat(50));
        comes_out(
            &format!("pub fn f<A: B<C>>({a}: A, {b}: B<C, D>) -> E<F> {{\n}}"),
            &format!("pub fn f<A: B<C>>(\n    {a}: A,\n    {b}: B<C, D>,\n) -> E<F> {{\n}}\n"),
        );
        comes_out(&format!("pub {a}: {b},"), &format!("pub {a}:\n    {b},\n"));
        let long = a.repeat(2);
        for of_type in [format!("&'a [{long}]"), format!("[{long}; 3]")] {
            comes_out(&format!("pub fn f(b: {of_type}) {{\n}}"), &format!("pub fn f(\n    b: {of_type},\n) {{\n}}\n"));
        }
        comes_out(&format!("#[serde(a = \"{a}\", {b})]"), &format!("#[serde(\n    a = \"{a}\",\n    {b}\n)]\n"));
        comes_out(
            &format!("let x = A {{ a: {a}, {b}, ..c }};"),
            &format!("let x = A {{\n    a: {a},\n    {b},\n    ..c\n}};\n"),
        );
    }

    #[test]
    fn short_items_of_an_array_share_lines() {
        let (line, rest) = ("\"aaaaaa\", ".repeat(9), "\"aaaaaa\", ".repeat(3));
        comes_out(
            &format!("f(&[{}]);", (line.clone() + &rest).trim_end_matches(", ")),
            &format!("f(&[\n    {}\n    {}\n]);\n", line.trim_end(), rest.trim_end()),
        );
    }

    #[test]
    fn what_literals_and_comments_hold_is_left_alone() {
        let long = "x (y, z) => { ".repeat(10);
        for line in [format!("/// {long}"), format!("a = \"{long}\";"), format!("\"ä{long}\"")] {
            let code = lay_out("", &line);
            assert!(code.contains(long.trim_end()), "{code}");
            assert_eq!(lay_out("", &format!("{line}\nb")).lines().last(), Some("b"));
        }
    }
}
