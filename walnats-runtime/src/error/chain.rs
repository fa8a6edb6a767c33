//! An error and all that led to it.

use std::error::Error;
use std::fmt;

/// An error with everything that led to it, on one line: for a log, or for whoever sits before the terminal. The `Display` of
/// every error here is one level alone; what caused it is in its `source()`.
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
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
