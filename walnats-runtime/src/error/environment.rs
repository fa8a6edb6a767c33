//! Invalid connection settings of the environment.

use std::io;
use std::path::PathBuf;

/// The environment variables, or a context of the program `nats`, are invalid. Contains no value of a variable or member,
/// because it can be secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnvironmentError {
    /// A variable is invalid.
    #[error("the variable `{name}` {problem}")]
    Variable {
        /// The variable.
        name: &'static str,
        /// The problem.
        problem: &'static str,
    },
    /// More than one kind of credentials is set.
    #[error("`{first}` and `{second}` are both set in {place}: which of them are the credentials?")]
    Several {
        /// The environment, or the name of the context.
        place: String,
        /// A variable or member.
        first: &'static str,
        /// Another variable or member.
        second: &'static str,
    },
    /// A certificate is set without its key, or a key without its certificate.
    #[error("only `{0}` is set: a client certificate needs both certificate and key")]
    HalfOfAPair(&'static str),
    /// The name of a context is not a valid file name.
    #[error("{0:?} is not the name of a context")]
    ContextName(String),
    /// The context cannot be read.
    #[error("cannot read the context `{name}` at `{}`", path.display())]
    NoContext {
        /// Its name, from `NATS_CONTEXT` or from the file that names the selected context.
        name: String,
        /// Its file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The file of a context is not a JSON object.
    #[error("`{}` is not a context in JSON: see line {line}, column {column}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// A member of a context is invalid or not supported.
    #[error("`{member}` of the context `{context}` {problem}")]
    Member {
        /// The name of the context.
        context: String,
        /// The member.
        member: &'static str,
        /// The problem.
        problem: String,
    },
}
