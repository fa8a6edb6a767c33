//! Options that cannot be used.

use crate::subject::SubjectProblem;

/// The [`Options`](crate::Options) of a publisher contradict each other, or one of them cannot be used.
/// [`Publisher::connect`](crate::Publisher::connect) fails with it; over a connection that was there already, `register` and
/// each emit do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// [`Options::domain`](crate::Options::domain) and [`Options::api_prefix`](crate::Options::api_prefix) say the same
    /// thing.
    #[error("options `domain` and `api_prefix` exclude each other: a domain is the prefix `$JS.<domain>.API`")]
    DomainAndPrefix,
    /// [`Options::nats`](crate::Options::nats) with credentials that are read at every connection.
    #[error(
        "options `nats` and credentials that are read at every connection exclude each other; use `configure_nats` for the rest"
    )]
    NatsAndCredentials,
    /// It is to be a part of subjects, and cannot be one.
    #[error("option `{option}` ({value:?}){}", fault(.value, .problem))]
    Name {
        /// The option: `domain`, say.
        option: &'static str,
        /// As it was given.
        value: String,
        /// What is wrong with it.
        problem: SubjectProblem,
    },
    /// [`Options::rename_stream`](crate::Options::rename_stream) for a stream that the package does not have.
    #[error("option `rename_stream`: the package has no stream `{stream}`")]
    NoStream {
        /// The stream that is to have another name.
        stream: String,
    },
    /// Two streams of the package would have one name.
    #[error("option `rename_stream`: two streams would be called `{name}`")]
    SameStream {
        /// That name.
        name: String,
    },
}

/// An empty text is empty; a text with an empty token is not.
fn fault(value: &str, problem: &SubjectProblem) -> String {
    match problem {
        SubjectProblem::Empty if !value.is_empty() => format!(": a token of it {problem}"),
        _ => format!(" {problem}"),
    }
}
