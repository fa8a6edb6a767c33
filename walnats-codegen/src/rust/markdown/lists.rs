//! The lists of a text: which item a line belongs to, as CommonMark has it.

/// The open items, outermost first.
#[derive(Default)]
pub struct Lists {
    items: Vec<Item>,
    /// Whether the line before was text, so that the next one continues it however it is indented.
    in_paragraph: bool,
}

struct Item {
    /// The column where the item's text begins, as written.
    written: usize,
    /// The column where it comes out.
    comes_out: usize,
}

impl Lists {
    /// How far the next line is to be indented, which is written `indent` columns in and says `line`.
    pub fn place(&mut self, indent: usize, line: &str) -> usize {
        if line.is_empty() {
            self.in_paragraph = false;
            return 0;
        }
        // A line that stays within the item of a paragraph belongs to it, unless it may interrupt one.
        let stays = self.in_paragraph && self.items.last().is_none_or(|item| indent >= item.written);
        let marker = marker(line).filter(|marker| !stays || marker.interrupts);
        if marker.is_some() || !self.in_paragraph || begins_block(line) {
            while self.items.pop_if(|item| indent < item.written).is_some() {}
        }
        self.in_paragraph = !begins_block(line);
        let comes_out = self.items.last().map_or(0, |item| item.comes_out);
        if let Some(marker) = marker {
            let written = indent + marker.width + marker.spaces;
            self.items.push(Item { written, comes_out: comes_out + marker.width + 1 });
        }
        comes_out
    }
}

/// What an item begins with.
struct Marker {
    /// Of `-` or `10.`, in columns.
    width: usize,
    /// Up to the text.
    spaces: usize,
    /// Whether it begins a list right after a line of text.
    interrupts: bool,
}

fn marker(line: &str) -> Option<Marker> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let width = match line.as_bytes().get(digits)? {
        b'-' | b'*' | b'+' if digits == 0 => 1,
        b'.' | b')' if (1..=9).contains(&digits) => digits + 1,
        _ => return None,
    };
    let rest = line.get(width..)?;
    let spaces = rest.len() - rest.trim_start_matches(' ').len();
    if spaces == 0 || is_rule(line) {
        return None;
    }
    // More than four begin a block of code within the item.
    let spaces = if spaces > 4 { 1 } else { spaces };
    Some(Marker { width, spaces, interrupts: digits == 0 || line.starts_with("1.") || line.starts_with("1)") })
}

/// What ends a paragraph without an empty line: headings, rules and blocks of code.
fn begins_block(line: &str) -> bool {
    is_heading(line) || line.starts_with("```") || line.starts_with("~~~") || is_rule(line)
}

/// `## Heading`, but not `#hashtag`.
fn is_heading(line: &str) -> bool {
    let text = line.trim_start_matches('#');
    (1..=6).contains(&(line.len() - text.len())) && (text.is_empty() || text.starts_with(' '))
}

/// `---` or `* * *`.
fn is_rule(line: &str) -> bool {
    let mut signs = line.bytes().filter(|byte| *byte != b' ');
    let Some(first @ (b'-' | b'*' | b'_')) = signs.next() else { return false };
    let mut count = 1;
    signs.all(|sign| {
        count += 1;
        sign == first
    }) && count >= 3
}

#[cfg(test)]
mod tests {
    use super::super::markdown;

    #[test]
    fn lists_keep_their_levels() {
        for (text, expected) in [
            ("- a\n  goes on\n- b", "- a\n  goes on\n- b"),
            ("- a\ngoes on lazily\n- b", "- a\n  goes on lazily\n- b"),
            ("-   a\n    goes on\n    - b\n      goes on", "- a\n  goes on\n  - b\n    goes on"),
            ("  * a\n    wraps\n  * b", "* a\n  wraps\n* b"),
            ("1. a\n   - b\n   - c\n2. d", "1. a\n   - b\n   - c\n2. d"),
            ("10) a\n    b", "10) a\n    b"),
            ("- a\n\n  more of a\n\nnot of a", "- a\n\n  more of a\n\nnot of a"),
            ("- a\n# Heading", "- a\n# Heading"),
            ("- a\n---\nb", "- a\n---\nb"),
            ("in\n2020. was", "in\n2020. was"),
            ("text\n  indented\n- a", "text\nindented\n- a"),
            ("-x\n  y", "-x\ny"),
            // What is not an item for rustdoc must not indent what follows: four spaces would make it code that runs.
            ("- a\n  10. b\n\n      panic!()", "- a\n  10. b\n\n  panic!()"),
            ("#tag\n10. b\n\n    panic!()", "#tag\n10. b\n\npanic!()"),
        ] {
            assert_eq!(markdown(text).join("\n"), expected, "{text:?}");
        }
    }
}
