//! The events of a document as text.

use toml_parser::parser::{Event, EventKind};

/// Writes what the parser found in `text`.
pub(super) fn print(text: &str, events: &[Event]) -> String {
    let mut printer = Printer { text, events, at: 0, out: String::new(), gap: Gap::default(), is_open: false };
    printer.document();
    printer.out
}

struct Printer<'t> {
    text: &'t str,
    events: &'t [Event],
    at: usize,
    out: String,
    gap: Gap,
    /// Whether a list has just begun.
    is_open: bool,
}

/// What separates two things in the original.
#[derive(Default)]
struct Gap {
    lines: usize,
    spaces: usize,
}

impl Printer<'_> {
    fn document(&mut self) {
        while let Some(event) = self.next() {
            match event.kind() {
                EventKind::Comment => self.comment(&event, 0),
                EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                    self.line(0);
                    self.raw(&event);
                }
                EventKind::SimpleKey => {
                    if self.gap.lines > 0 || self.out.is_empty() {
                        self.line(0);
                    }
                    self.raw(&event);
                }
                EventKind::KeyValSep => {
                    self.out.push_str(" = ");
                    self.value(0);
                }
                _ => self.raw(&event),
            }
            self.gap = Gap::default();
        }
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    /// `a.b = value`, or a value alone.
    fn item(&mut self, event: Event, indent: usize) {
        let mut event = Some(event);
        while let Some(key) = event.filter(|event| matches!(event.kind(), EventKind::SimpleKey | EventKind::KeySep)) {
            self.raw(&key);
            event = self.next();
        }
        match event {
            Some(event) if event.kind() == EventKind::KeyValSep => {
                self.out.push_str(" = ");
                self.value(indent);
            }
            Some(event) => self.value_from(&event, indent),
            None => {}
        }
    }

    fn value(&mut self, indent: usize) {
        if let Some(event) = self.next() {
            self.value_from(&event, indent);
        }
    }

    fn value_from(&mut self, event: &Event, indent: usize) {
        match event.kind() {
            EventKind::ArrayOpen => self.list(["[", "]"], "", indent),
            EventKind::InlineTableOpen => self.list(["{", "}"], " ", indent),
            _ => self.raw(event),
        }
        self.gap = Gap::default();
    }

    /// An array or an inline table, whose first event was taken. `space` is what is inside of its brackets on one line.
    fn list(&mut self, [open, close]: [&str; 2], space: &str, indent: usize) {
        let is_broken = self.is_broken();
        let inner = indent + 2;
        let mut is_first = true;
        self.out.push_str(open);
        self.is_open = true;
        self.gap = Gap::default();
        while let Some(event) = self.next() {
            match event.kind() {
                EventKind::ValueSep => continue,
                EventKind::ArrayClose | EventKind::InlineTableClose => break,
                EventKind::Comment => self.comment(&event, inner),
                _ => {
                    if is_broken {
                        self.gap.lines = self.gap.lines.max(1);
                        self.line(inner);
                    } else {
                        self.out.push_str(if is_first { space } else { ", " });
                    }
                    self.item(event, if is_broken { inner } else { indent });
                    if is_broken {
                        self.out.push(',');
                    }
                    is_first = false;
                }
            }
            self.gap = Gap::default();
        }
        if is_broken {
            self.gap.lines = 1;
            self.line(indent);
        } else if !is_first {
            self.out.push_str(space);
        }
        self.out.push_str(close);
    }

    /// Whether the list that has just begun has a line break between its items.
    fn is_broken(&self) -> bool {
        let mut depth = 0;
        for event in &self.events[self.at..] {
            match event.kind() {
                EventKind::ArrayOpen | EventKind::InlineTableOpen => depth += 1,
                EventKind::ArrayClose | EventKind::InlineTableClose if depth == 0 => return false,
                EventKind::ArrayClose | EventKind::InlineTableClose => depth -= 1,
                EventKind::Newline if depth == 0 => return true,
                _ => {}
            }
        }
        false
    }

    /// A comment, on its own line or behind something.
    fn comment(&mut self, event: &Event, indent: usize) {
        if self.gap.lines > 0 || self.out.is_empty() {
            self.line(indent);
        } else {
            self.out.extend(std::iter::repeat_n(' ', self.gap.spaces.max(1)));
        }
        self.raw(event);
        self.out.truncate(self.out.trim_end().len());
    }

    /// Begins a line, after a blank one if there was any.
    fn line(&mut self, indent: usize) {
        if !self.out.is_empty() {
            self.out.push_str(if self.gap.lines > 1 && !self.is_open { "\n\n" } else { "\n" });
        }
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    /// The next event that is not white space, which is counted.
    fn next(&mut self) -> Option<Event> {
        loop {
            let event = *self.events.get(self.at)?;
            self.at += 1;
            match event.kind() {
                EventKind::Newline => self.gap = Gap { lines: self.gap.lines + 1, spaces: 0 },
                EventKind::Whitespace => self.gap.spaces += event.span().len(),
                _ => return Some(event),
            }
        }
    }

    fn raw(&mut self, event: &Event) {
        let span = event.span();
        self.out.push_str(&self.text[span.start()..span.end()]);
        self.is_open = false;
    }
}
