//! Deduplication ids from templates.

use std::fmt::{Display, Write as _};

/// Builds a deduplication id, or the key of an event that is stored once, from the parts of a template. For generated
/// code.
#[derive(Debug, Default)]
pub struct Uid {
    text: String,
    /// The length of the prefix before the template.
    start: usize,
}

impl Uid {
    /// Starts a key, or an id without the name of the event.
    pub fn new() -> Self {
        Self { text: String::with_capacity(40), start: 0 }
    }

    /// Starts the id of an event of this name: `user-created:`. A stream compares ids across all its subjects, so that
    /// two event types with equal templates would otherwise produce duplicates of each other.
    pub fn of(event: &str) -> Self {
        let text = format!("{event}:");
        Self { start: text.len(), text }
    }

    /// Adds text from the template.
    pub fn literal(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Adds a field of the payload.
    pub fn field(mut self, value: &(impl Display + ?Sized)) -> Self {
        // If `Display` fails, the id is shorter; it is still checked when the event is emitted.
        let _ = write!(self.text, "{value}");
        self
    }

    /// Adds a field that a rule requires; nothing where a message breaks the rule.
    pub fn required(self, value: Option<&(impl Display + ?Sized)>) -> Self {
        match value {
            Some(value) => self.field(value),
            None => self,
        }
    }

    /// The id; empty if nothing follows the name, because a name alone does not identify an occurrence.
    pub fn finish(self) -> String {
        if self.text.len() == self.start { String::new() } else { self.text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::{MessageIdError, check_message_id};

    #[test]
    fn an_id_begins_with_the_name_of_its_event() {
        assert_eq!(Uid::of("user-created").field("u_42").finish(), "user-created:u_42");
        assert_eq!(Uid::of("order.placed").field(&7).literal("/").field(&true).finish(), "order.placed:7/true");
        assert_eq!(Uid::new().literal("a").field("b").finish(), "ab");
        assert_eq!(Uid::new().required(Some("a")).required(None::<&str>).finish(), "a");
        // All events with an empty id would be duplicates of the first: it stays empty, and is refused as such.
        assert_eq!(check_message_id(&Uid::of("user-created").field("").finish()), Err(MessageIdError::Empty));
    }
}
