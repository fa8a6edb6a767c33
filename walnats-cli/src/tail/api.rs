//! Requests to JetStream's API.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use serde_json::Value;
use walnats_runtime::Publisher;

use crate::outcome::Failure;

/// The answer to a request such as `STREAM.INFO.orders`.
pub async fn call(publisher: &Publisher, timeout: Duration, operation: &str, body: Value) -> Result<Value, Failure> {
    let request = publisher.api_request(operation);
    let answer =
        tokio::time::timeout(timeout, publisher.client().request(request.clone(), body.to_string().into())).await;
    let answer = match answer {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Err(format!("no answer to `{request}`: {error}").into()),
        Err(_) => {
            let help = "the user must be allowed to publish to it and to subscribe to `_INBOX.>`";
            return Err(format!("no answer to `{request}` in time: a permission may be missing: {help}").into());
        }
    };
    let answer: Value =
        serde_json::from_slice(&answer.payload).map_err(|_| format!("cannot read the answer to `{request}`"))?;
    match answer.get("error") {
        None => Ok(answer),
        Some(error) => {
            let text = error.get("description").and_then(Value::as_str).unwrap_or_default();
            let code = error.get("err_code").and_then(Value::as_u64).unwrap_or_default();
            Err(Rejected { request, code, text: text.to_owned() }.into())
        }
    }
}

/// A request that the server rejected.
#[derive(Debug)]
pub struct Rejected {
    request: String,
    /// JetStream's error code.
    pub code: u64,
    text: String,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { request, code, text } = self;
        write!(f, "the server rejected `{request}` with code {code}: {text}")
    }
}

impl Error for Rejected {}

/// Whether the server rejected a request with one of these codes of JetStream.
pub fn is_rejected(failure: &Failure, codes: &[u64]) -> bool {
    failure.downcast_ref::<Rejected>().is_some_and(|rejected| codes.contains(&rejected.code))
}
