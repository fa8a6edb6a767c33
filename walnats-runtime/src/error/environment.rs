//! An environment that does not say how to connect.

use std::io;
use std::path::PathBuf;

/// The variables of the environment, or a context of the program `nats`, do not say how to connect. Holds no value of a variable
/// or member: it can be a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnvironmentError {
    /// A variable cannot be used.
    #[error("the variable `{name}` {problem}")]
    Variable {
        /// The variable.
        name: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// More than one kind of credentials is given, and which one is meant is not said.
    #[error("`{first}` and `{second}` are both set in {place}: which of them are the credentials?")]
    Several {
        /// The environment, or the name of the context.
        place: String,
        /// A variable or member.
        first: &'static str,
        /// Another one.
        second: &'static str,
    },
    /// A certificate without its key, or a key without its certificate.
    #[error("`{0}` is set alone: a client certificate needs both certificate and key")]
    HalfOfAPair(&'static str),
    /// The name of a context is not a name of a file.
    #[error("{0:?} is not the name of a context")]
    ContextName(String),
    /// There is no such context.
    #[error("cannot read the context `{name}` at `{}`", path.display())]
    NoContext {
        /// As `NATS_CONTEXT`, or the file of the selected one, has it.
        name: String,
        /// Its file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file of a context is not a JSON object.
    #[error("`{}` is not the JSON object of a context: see line {line}, column {column}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// A context has a member that cannot be used here.
    #[error("`{member}` of the context `{context}` {problem}")]
    Member {
        /// The name of the context.
        context: String,
        /// The member.
        member: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}
