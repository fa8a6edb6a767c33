//! Streams that mirror or source ours. On older servers they store no message that has `Nats-Expected-Stream`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::api::{self, Info};
use super::config::Config;
use super::rule::Server;
use crate::jetstream::{Api, Failure};

/// The versions since which mirrors, and sources, drop the header. Measured.
const MIRRORS_DROP_IT: (u64, u64, u64) = (2, 11, 5);
const SOURCES_DROP_IT: (u64, u64, u64) = (2, 10, 14);

/// The streams of the account that stay empty although they copy another one, by the name of the copied stream.
pub(super) async fn starved(api: &Api, server: Server) -> Result<BTreeMap<String, Vec<String>>, Failure> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    if server.version.is_some_and(|version| version >= MIRRORS_DROP_IT) {
        return Ok(found);
    }
    let streams = match api::all(api).await {
        Ok(streams) => streams,
        // A user who may not list streams can still register.
        Err(Failure::Timeout { connected: true, .. }) => return Ok(found),
        Err(failure) => return Err(failure),
    };
    for Info { config, .. } in &streams {
        let name = config.get("name").and_then(Value::as_str).unwrap_or_default();
        for origin in origins(config, server.version.or_else(|| version_of(config))) {
            found.entry(origin.to_owned()).or_default().push(name.to_owned());
        }
    }
    Ok(found)
}

/// The streams of this account whose messages the stream does not get.
fn origins(config: &Config, version: Option<(u64, u64, u64)>) -> Vec<&str> {
    // Servers before 2.11 do not report their version.
    let version = version.unwrap_or_default();
    let mirror = config.get("mirror").filter(|_| version < MIRRORS_DROP_IT);
    let sources = config.get("sources").filter(|_| version < SOURCES_DROP_IT && version != (0, 0, 0));
    let copied = mirror.into_iter().chain(sources.and_then(Value::as_array).into_iter().flatten());
    // Streams reached through another prefix belong to another account or domain.
    let ours = copied.filter(|origin| origin.get("external").is_none_or(Value::is_null));
    ours.filter_map(|origin| origin.get("name").and_then(Value::as_str)).collect()
}

/// The version of the server that holds a stream; servers since 2.11 write it into the metadata.
fn version_of(config: &Config) -> Option<(u64, u64, u64)> {
    version(config.get("metadata")?.get("_nats.ver")?.as_str()?)
}

/// The numbers of a version such as `2.11.4-RC.1`.
pub(super) fn version(text: &str) -> Option<(u64, u64, u64)> {
    let mut numbers = text.split(['.', '-']).map(|number| number.parse().ok());
    let mut number = || numbers.next().flatten();
    Some((number()?, number()?, number()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_copies_on_older_servers_stay_empty() {
        let mirror = json!({"mirror": {"name": "ours"}});
        let sources = json!({"sources": [{"name": "ours"}, {"name": "theirs", "external": {"api": "$JS.hub.API"}}]});
        for (config, version, origin) in [
            (&mirror, Some((2, 11, 4)), &["ours"][..]),
            (&mirror, Some((2, 10, 26)), &["ours"]),
            (&mirror, Some((2, 11, 5)), &[]),
            (&mirror, None, &["ours"]),
            (&sources, Some((2, 10, 13)), &["ours"]),
            (&sources, Some((2, 10, 14)), &[]),
            (&sources, None, &[]),
        ] {
            let config: Config = serde_json::from_value(config.clone()).expect("an object");
            assert_eq!(origins(&config, version), origin, "{config:?} on {version:?}");
        }
        assert_eq!(version("2.11.4-RC.1"), Some((2, 11, 4)));
        assert_eq!(version("2.x"), None);
    }
}
