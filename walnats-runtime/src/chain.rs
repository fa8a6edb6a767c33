//! Prints an error with its causes.

use std::error::Error;
use std::fmt;

/// Displays an error with all its causes on one line, for a log or a terminal. The `Display` of each error in this crate prints
/// only its own level; the cause is in its `source()`.
///
/// ```
/// # fn example(error: walnats_runtime::EmitError) {
/// // `order-placed` was not stored: it breaks its schema: /lines/0/quantity: expected at least 1 (minimum)
/// eprintln!("{}", walnats_runtime::Chain(&error));
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Chain<'a>(pub &'a (dyn Error + 'a));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.0.to_string();
        f.write_str(&text)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            let cause = error.to_string();
            // Errors of other crates may already print their cause.
            if !text.ends_with(&cause) {
                write!(f, ": {cause}")?;
                text = cause;
            }
            source = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("no connection: {0}")]
    struct Repeats(#[source] io::Error);

    #[test]
    fn what_a_level_says_of_its_cause_is_not_said_again() {
        let error = Repeats(io::Error::other(Repeats(io::Error::other("refused"))));
        assert_eq!(Chain(&error).to_string(), "no connection: no connection: refused");
        let error = io::Error::other(io::Error::other("refused"));
        assert_eq!(Chain(&error).to_string(), "refused");
    }
}
