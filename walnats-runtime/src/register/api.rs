//! JetStream's requests about streams, as raw JSON so that no setting of a newer server is lost.

use std::time::Duration;

use async_nats::connection::State;
use async_nats::{Client, RequestErrorKind};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::RegisterError;
use super::config::Config;
use super::loss;

/// Whom to ask, and how long.
#[derive(Clone, Debug)]
pub(super) struct Api<'a> {
    pub client: &'a Client,
    /// For each request.
    pub timeout: Duration,
}

/// A stream as it is.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Info {
    #[serde(default)]
    pub config: Config,
    #[serde(default)]
    pub state: loss::State,
    /// The server's clock when it answered.
    #[serde(default)]
    pub ts: Option<String>,
}

/// Why a request has no result.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server answered with an error.
    Server {
        /// The subject of the request.
        request: String,
        /// JetStream's error code.
        code: u64,
        /// The server's words.
        description: String,
    },
    /// There is no answer, or not from JetStream.
    Failed(RegisterError),
}

/// What JetStream's requests start with.
const PREFIX: &str = "$JS.API";

/// The stream does not exist.
pub(super) const STREAM_NOT_FOUND: u64 = 10059;
/// A stream of the name exists, configured otherwise.
pub(super) const STREAM_NAME_IN_USE: u64 = 10058;
/// Another stream stores some of the subjects.
pub(super) const SUBJECTS_OVERLAP: u64 = 10065;
/// No message at this sequence or after this time.
pub(super) const NO_MESSAGE: u64 = 10037;

impl Api<'_> {
    /// The stream of this name, if there is one.
    pub(super) async fn info(&self, stream: &str) -> Result<Option<Info>, Failure> {
        match self.call(&format!("STREAM.INFO.{stream}"), &json!({})).await {
            Ok(answer) => Ok(Some(self.read(&format!("STREAM.INFO.{stream}"), answer)?)),
            Err(Failure::Server { code: STREAM_NOT_FOUND, .. }) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Creates a stream. Does nothing if it exists just so.
    pub(super) async fn create(&self, stream: &str, config: &Config) -> Result<(), Failure> {
        self.call(&format!("STREAM.CREATE.{stream}"), config).await.map(drop)
    }

    /// Changes a stream.
    pub(super) async fn update(&self, stream: &str, config: &Config) -> Result<(), Failure> {
        self.call(&format!("STREAM.UPDATE.{stream}"), config).await.map(drop)
    }

    /// The streams that store some subject that `filter` matches.
    pub(super) async fn streams_with(&self, filter: &str) -> Result<Vec<String>, Failure> {
        let answer = self.call("STREAM.NAMES", &json!({"subject": filter})).await?;
        let names = answer.get("streams").and_then(Value::as_array);
        Ok(names.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// Sends a request and gives its answer, unless that is an error.
    pub(super) async fn call(&self, operation: &str, body: &impl Serialize) -> Result<Value, Failure> {
        let request = format!("{PREFIX}.{operation}");
        let answer_error = |source| Failure::Failed(RegisterError::Answer { request: request.clone(), source });
        let body = serde_json::to_vec(body).map_err(answer_error)?;
        let answer = tokio::time::timeout(self.timeout, self.client.request(request.clone(), body.into())).await;
        let answer = match answer {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(Failure::Failed(self.unanswered(request, error))),
            Err(_) => return Err(Failure::Failed(self.silence(request))),
        };
        let answer: Value = serde_json::from_slice(&answer.payload).map_err(answer_error)?;
        match answer.get("error") {
            Some(error) => Err(refused(request, error)),
            None => Ok(answer),
        }
    }

    /// Reads an answer as what it should be.
    pub(super) fn read<T: DeserializeOwned>(&self, operation: &str, answer: Value) -> Result<T, Failure> {
        serde_json::from_value(answer).map_err(|source| {
            let request = format!("{PREFIX}.{operation}");
            Failure::Failed(RegisterError::Answer { request, source })
        })
    }
}

impl Api<'_> {
    fn unanswered(&self, request: String, error: async_nats::RequestError) -> RegisterError {
        match error.kind() {
            RequestErrorKind::NoResponders => {
                RegisterError::NoJetStream { why: "nothing answers its requests (503 no responders)".to_owned() }
            }
            RequestErrorKind::TimedOut => self.silence(request),
            _ => RegisterError::Request { request, source: error },
        }
    }

    fn silence(&self, request: String) -> RegisterError {
        RegisterError::Timeout { request, connected: self.client.connection_state() == State::Connected }
    }
}

impl From<Failure> for RegisterError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Server { request, code, description } => Self::Server { request, code, description },
            Failure::Failed(error) => error,
        }
    }
}

fn refused(request: String, error: &Value) -> Failure {
    let code = error.get("err_code").or(error.get("code")).and_then(Value::as_u64).unwrap_or_default();
    let description = error.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    match code {
        // Not enabled for the account, not enabled at all, temporarily unavailable.
        10039 | 10076 | 10008 => Failure::Failed(RegisterError::NoJetStream { why: format!("{description} ({code})") }),
        _ => Failure::Server { request, code, description },
    }
}
