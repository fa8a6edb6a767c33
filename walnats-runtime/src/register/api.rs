//! JetStream's requests about streams.

use serde::Deserialize;
use serde_json::{Value, json};

use super::config::Config;
use super::error::RegisterError;
use super::loss;
use crate::jetstream::{Api, Failure, code};

/// A stream on the server: its configuration and state.
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

/// The stream of this name, if there is one.
pub(super) async fn info(api: &Api, stream: &str) -> Result<Option<Info>, Failure> {
    let operation = format!("STREAM.INFO.{stream}");
    match api.call(&operation, &json!({})).await {
        Ok(answer) => Ok(Some(api.read(&operation, answer)?)),
        Err(Failure::Server { code: code::STREAM_NOT_FOUND, .. }) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Every stream of the account.
pub(super) async fn all(api: &Api) -> Result<Vec<Info>, Failure> {
    let mut streams = Vec::new();
    loop {
        let answer = api.call("STREAM.LIST", &json!({"offset": streams.len()})).await?;
        let total = answer.get("total").and_then(Value::as_u64).unwrap_or_default();
        let page = answer.get("streams").filter(|page| !page.is_null()).cloned().unwrap_or_else(|| json!([]));
        let page: Vec<Info> = api.read("STREAM.LIST", page)?;
        let last = page.is_empty();
        streams.extend(page);
        if last || streams.len() as u64 >= total {
            return Ok(streams);
        }
    }
}

/// Creates a stream and returns it. Changes nothing if it exists with this configuration.
pub(super) async fn create(api: &Api, stream: &str, config: &Config) -> Result<Info, Failure> {
    let operation = format!("STREAM.CREATE.{stream}");
    api.read(&operation, api.call(&operation, config).await?)
}

/// Updates a stream and returns it.
pub(super) async fn update(api: &Api, stream: &str, config: &Config) -> Result<Info, Failure> {
    let operation = format!("STREAM.UPDATE.{stream}");
    api.read(&operation, api.call(&operation, config).await?)
}

/// The streams that store a subject that `filter` matches.
pub(super) async fn streams_with(api: &Api, filter: &str) -> Result<Vec<String>, Failure> {
    let answer = api.call("STREAM.NAMES", &json!({"subject": filter})).await?;
    let names = answer.get("streams").and_then(Value::as_array);
    Ok(names.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect())
}

impl From<Failure> for RegisterError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Server {
                code: code @ (code::NO_JETSTREAM | code::NO_JETSTREAM_FOR_ACCOUNT), description, ..
            } => Self::NoJetStream { why: format!("{description} ({code})") },
            Failure::Server { request, code, description, .. } => Self::Server { request, code, description },
            Failure::NoResponders => {
                Self::NoJetStream { why: "nothing answers its requests (503 no responders)".to_owned() }
            }
            Failure::Timeout { request, connected } => Self::Timeout { request, connected },
            Failure::Unsent { request, source } => Self::Request { request, source: source.into() },
            Failure::Answer { request, source } => Self::Answer { request, source },
        }
    }
}
