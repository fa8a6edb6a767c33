//! The tree as text.

use unicode_width::UnicodeWidthStr;

use super::tree::{Item, Node, Shape};

pub(super) fn print(root: &Node<'_>, line_width: usize) -> String {
    let mut printer = Printer { text: String::new(), column: 0, line_width };
    printer.node(root, 0, 0);
    printer.text.push('\n');
    printer.text
}

struct Printer {
    text: String,
    column: usize,
    line_width: usize,
}

impl Printer {
    /// Writes a value that `after` columns follow on its last line.
    fn node(&mut self, node: &Node<'_>, indent: usize, after: usize) {
        let is_broken = node.is_broken || self.column + node.width + after > self.line_width;
        match &node.shape {
            Shape::Scalar(text) => self.push(text),
            Shape::Array(items) if items.is_empty() => self.push("[]"),
            Shape::Object(items) if items.is_empty() => self.push("{}"),
            Shape::Array(items) if !is_broken => self.on_one_line(["[", "]"], items),
            Shape::Object(items) if !is_broken => self.on_one_line(["{ ", " }"], items),
            Shape::Array(items) if items.len() > 1 && items.iter().all(|item| item.value.is_number()) => {
                self.push("[");
                self.numbers(items, indent + 2);
                self.line(indent);
                self.push("]");
            }
            Shape::Array(items) => self.on_lines(["[", "]"], items, indent),
            Shape::Object(items) => self.on_lines(["{", "}"], items, indent),
        }
    }

    fn on_one_line(&mut self, [open, close]: [&str; 2], items: &[Item<'_>]) {
        self.push(open);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            self.name(item);
            self.node(&item.value, 0, 0);
        }
        self.push(close);
    }

    fn on_lines(&mut self, [open, close]: [&str; 2], items: &[Item<'_>], indent: usize) {
        self.push(open);
        for (index, item) in items.iter().enumerate() {
            if item.is_apart {
                self.text.push('\n');
            }
            self.line(indent + 2);
            self.name(item);
            let comma = usize::from(index + 1 < items.len());
            self.node(&item.value, indent + 2, comma);
            self.push(&","[..comma]);
        }
        self.line(indent);
        self.push(close);
    }

    /// As many numbers on a line as fit.
    fn numbers(&mut self, items: &[Item<'_>], indent: usize) {
        for (index, item) in items.iter().enumerate() {
            let comma = usize::from(index + 1 < items.len());
            if item.is_apart {
                self.text.push('\n');
            }
            if index == 0 || item.is_apart || self.column + 1 + item.value.width + comma > self.line_width {
                self.line(indent);
            } else {
                self.push(" ");
            }
            self.node(&item.value, 0, 0);
            self.push(&","[..comma]);
        }
    }

    fn name(&mut self, item: &Item<'_>) {
        if let Some(name) = item.name {
            self.push(name);
            self.push(": ");
        }
    }

    fn line(&mut self, indent: usize) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.column = indent;
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += text.width();
    }
}
