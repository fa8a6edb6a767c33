//! Requests to JetStream's API, as raw JSON so that no setting of a newer server is lost.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_nats::connection::State;
use async_nats::{Client, Request, RequestErrorKind};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The prefix of JetStream's API subjects, as seen from this connection's account.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Prefix(Arc<str>);

impl Prefix {
    /// The prefix of a JetStream domain, whichever server we are connected to.
    pub(crate) fn of_domain(domain: &str) -> Self {
        Self(format!("$JS.{domain}.API").into())
    }

    /// The prefix under which an account imports the API; a trailing `.` is ignored.
    pub(crate) fn custom(prefix: &str) -> Self {
        Self(prefix.trim_end_matches('.').into())
    }

    /// The prefix without a trailing `.`.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The subject of a request: `STREAM.INFO.orders`.
    pub(crate) fn request(&self, operation: &str) -> String {
        format!("{}.{operation}", self.0)
    }

    /// The request of a subject, without the prefix.
    pub(crate) fn operation<'a>(&self, subject: &'a str) -> Option<&'a str> {
        subject.strip_prefix(self.0.as_ref())?.strip_prefix('.')
    }
}

impl Default for Prefix {
    /// The JetStream of the account and server that we are connected to.
    fn default() -> Self {
        Self("$JS.API".into())
    }
}

impl fmt::Debug for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where requests are sent, and how long they may take.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) client: Client,
    pub(crate) prefix: Prefix,
    /// The time limit of each request.
    pub(crate) timeout: Duration,
}

/// Why a request has no result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// JetStream answered with an error.
    Server {
        /// The subject of the request.
        request: String,
        /// JetStream's error code.
        code: u64,
        /// The status beside it, like that of HTTP.
        #[cfg_attr(not(feature = "consume"), expect(dead_code, reason = "only readers ask whether it passes"))]
        status: u64,
        /// The server's words.
        description: String,
    },
    /// Nothing listens for JetStream's requests (503 no responders).
    NoResponders,
    /// No answer came in time.
    Timeout {
        /// The subject of the request.
        request: String,
        /// Whether the connection was up.
        connected: bool,
    },
    /// The request could not be sent.
    Unsent {
        /// The subject of the request.
        request: String,
        /// The client's error.
        source: async_nats::RequestError,
    },
    /// The response is not a JetStream answer.
    Answer {
        /// The subject of the request.
        request: String,
        /// The parse error.
        source: serde_json::Error,
    },
}

impl Failure {
    /// Whether the same request may succeed later, without a change of the request or of JetStream's configuration.
    #[cfg(feature = "consume")]
    pub(crate) fn passes(&self) -> bool {
        match self {
            Self::NoResponders | Self::Timeout { .. } | Self::Unsent { .. } => true,
            Self::Server { code, status, .. } => super::ErrorCode::of(*code, *status).passes,
            Self::Answer { .. } => false,
        }
    }
}

impl Api {
    /// Sends a request and returns its answer, unless that is an error.
    pub(crate) async fn call(&self, operation: &str, body: &impl Serialize) -> Result<Value, Failure> {
        let request = self.prefix.request(operation);
        let body = match serde_json::to_vec(body) {
            Ok(body) => body,
            Err(source) => return Err(Failure::Answer { request, source }),
        };
        let message = Request::new().payload(body.into()).timeout(Some(self.timeout));
        // The client's own timeout starts when the request is queued; a full queue must not add to it.
        let answer = tokio::time::timeout(self.timeout, self.client.send_request(request.clone(), message)).await;
        let answer = match answer {
            Ok(Ok(answer)) => answer,
            Ok(Err(source)) => {
                return Err(match source.kind() {
                    RequestErrorKind::NoResponders => Failure::NoResponders,
                    RequestErrorKind::TimedOut => self.silence(request),
                    _ => Failure::Unsent { request, source },
                });
            }
            Err(_) => return Err(self.silence(request)),
        };
        let answer: Value = match serde_json::from_slice(&answer.payload) {
            Ok(answer) => answer,
            Err(source) => return Err(Failure::Answer { request, source }),
        };
        match answer.get("error") {
            Some(error) => Err(refused(request, error)),
            None => Ok(answer),
        }
    }

    /// Deserializes an answer.
    pub(crate) fn read<T: DeserializeOwned>(&self, operation: &str, answer: Value) -> Result<T, Failure> {
        let request = || self.prefix.request(operation);
        serde_json::from_value(answer).map_err(|source| Failure::Answer { request: request(), source })
    }

    fn silence(&self, request: String) -> Failure {
        Failure::Timeout { request, connected: self.client.connection_state() == State::Connected }
    }
}

fn refused(request: String, error: &Value) -> Failure {
    let code = error.get("err_code").and_then(Value::as_u64).unwrap_or_default();
    let status = error.get("code").and_then(Value::as_u64).unwrap_or_default();
    let description = error.get("description").and_then(Value::as_str).unwrap_or_default();
    Failure::Server { request, code, status, description: description.to_owned() }
}

#[cfg(all(test, feature = "consume"))]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_servers_get_over_is_known_by_code_or_status() {
        for (code, status, passes) in
            [(10008, 503, true), (10023, 503, true), (99_999, 503, true), (10059, 404, false), (10012, 400, false)]
        {
            let failure = refused(String::new(), &json!({"err_code": code, "code": status, "description": ""}));
            assert_eq!(failure.passes(), passes, "{code}");
        }
    }
}
