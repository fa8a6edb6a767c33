//! Invalid options.

use crate::subject::SubjectProblem;

/// The [`Options`](crate::Options) of a publisher contradict each other, or one of them is invalid.
/// [`Publisher::connect`](crate::Publisher::connect) fails with this error; over an existing connection, `register` and each
/// emit fail.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// [`Options::domain`](crate::Options::domain) and [`Options::api_prefix`](crate::Options::api_prefix) are both set.
    #[error("options `domain` and `api_prefix` cannot be combined: a domain is the prefix `$JS.<domain>.API`")]
    DomainAndPrefix,
    /// [`Options::nats`](crate::Options::nats) is combined with credentials that are read for each connection.
    #[error(
        "option `nats` cannot be combined with credentials that are read for each connection; use `configure_nats` for the rest"
    )]
    NatsAndCredentials,
    /// A text that becomes a part of subjects or stream names is invalid.
    #[error("option `{option}` ({value:?}){}", fault(.value, .problem))]
    Name {
        /// The option, such as `domain`.
        option: &'static str,
        /// Its value.
        value: String,
        /// The problem.
        problem: SubjectProblem,
    },
    /// [`Options::rename_stream`](crate::Options::rename_stream) names a stream that the package does not have.
    #[error("option `rename_stream`: the package has no stream `{stream}`")]
    NoStream {
        /// The unknown stream.
        stream: String,
    },
    /// Two streams of the package would have the same name.
    #[error("option `rename_stream`: two streams would be called `{name}`")]
    SameStream {
        /// That name.
        name: String,
    },
}

/// Distinguishes an empty text from a text with an empty token.
fn fault(value: &str, problem: &SubjectProblem) -> String {
    match problem {
        SubjectProblem::Empty if !value.is_empty() => format!(": a token of it {problem}"),
        _ => format!(" {problem}"),
    }
}
