//! Brackets that are not part of a literal.

/// What a line does to the depth of those that follow.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// One, if it begins with closing brackets of earlier lines.
    pub closed: usize,
    /// One, if it leaves brackets open.
    pub opened: usize,
    /// Whether it is a comment.
    pub is_comment: bool,
}

impl Scan {
    pub fn of(line: &str) -> Self {
        if line.starts_with("//") {
            return Self { is_comment: true, ..Self::default() };
        }
        let mut scan = Self::default();
        for (_, byte) in Code::new(line) {
            match byte {
                b'(' | b'[' | b'{' => scan.opened += 1,
                b')' | b']' | b'}' if scan.opened > 0 => scan.opened -= 1,
                b')' | b']' | b'}' => scan.closed += 1,
                _ => {}
            }
        }
        // Those that share a line are one step, and so are their partners.
        scan.closed = scan.closed.min(1);
        scan.opened = scan.opened.min(1);
        scan
    }
}

/// The bytes of a line of code with their positions, without those that stand in literals.
pub struct Code<'l> {
    bytes: &'l [u8],
    position: usize,
}

impl<'l> Code<'l> {
    pub fn new(line: &'l str) -> Self {
        Self { bytes: line.as_bytes(), position: 0 }
    }

    /// Moves behind the `quote` that ends a literal.
    fn skip(&mut self, quote: u8) {
        while let Some(byte) = self.bytes.get(self.position) {
            self.position += match byte {
                b'\\' => 2,
                _ => 1,
            };
            if *byte == quote {
                return;
            }
        }
    }
}

impl Iterator for Code<'_> {
    type Item = (usize, u8);

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.position;
        let byte = *self.bytes.get(at)?;
        self.position += 1;
        match byte {
            b'"' => self.skip(b'"'),
            // A lifetime has no second quote where a character has one.
            b'\'' if self.bytes.get(at + 1) == Some(&b'\\') || self.bytes.get(at + 2) == Some(&b'\'') => {
                self.skip(b'\'');
            }
            _ => {}
        }
        Some((at, byte))
    }
}

#[cfg(test)]
mod tests {
    use super::Scan;

    #[test]
    fn brackets_in_literals_and_comments_do_not_count() {
        for (line, closed, opened) in [
            ("fn a() {", 0, 1),
            ("} else {", 1, 1),
            ("f(|a| match a {", 0, 1),
            ("})", 1, 0),
            ("a(\"({[\\\"{\", '{', '\\'', b);", 0, 0),
            ("impl<'a> A<'a> {", 0, 1),
            ("#[serde(rename = \"}\")]", 0, 0),
            ("/// {", 0, 0),
        ] {
            let scan = Scan::of(line);
            assert_eq!((scan.closed, scan.opened), (closed, opened), "{line}");
        }
    }
}
