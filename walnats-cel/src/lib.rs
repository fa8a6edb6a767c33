//! CEL, the [Common Expression Language](https://github.com/google/cel-spec), for code generation.
//!
//! [`compile`] parses an expression, checks it against [`Declarations`], and folds what is known. What comes out is plain data
//! with a type at each node, from which code is written. [`library`] has the functions that expressions call, those of
//! protovalidate among them; the same functions fold constants here and run in generated code. [`eval`] evaluates expressions for
//! those who have no generated code.

mod check;
pub mod eval;
mod expr;
mod function;
pub mod library;
mod syntax;
mod types;
mod value;

pub use check::{Declarations, Variable, compile};
pub use expr::{Expr, Kind, Loop, LoopKind, Piece};
pub use function::Function;
pub use types::Type;
pub use value::Value;

/// Why an expression cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Where in the expression, in bytes.
    pub offset: usize,
    /// What is wrong: lower case, no full stop.
    pub message: String,
}

impl Error {
    fn new(offset: usize, message: impl Into<String>) -> Self {
        Self { offset, message: message.into() }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
