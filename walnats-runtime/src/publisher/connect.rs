//! Connects to URLs without revealing passwords.

use std::collections::BTreeSet;
use std::time::Duration;

use async_nats::{Client, ConnectErrorKind, ConnectOptions, ServerAddr, ServerError};
use percent_encoding::percent_decode_str;
use tokio::sync::mpsc;

use super::probe::{Found, probe};
use crate::credentials::{Credentials, LastProblem, Problem, Source};
use crate::error::ConnectError;
use crate::options::Options;

/// The part of [`Options::connect_timeout`] that is reserved for finding out why connecting failed.
const TO_EXPLAIN: Duration = Duration::from_secs(3);

/// Connects, and forwards later events of the connection.
pub(super) async fn connect(
    urls: &str,
    options: &Options,
) -> Result<(Client, mpsc::UnboundedReceiver<async_nats::Event>), ConnectError> {
    let addresses = parse(urls)?;
    let (sender, receiver) = mpsc::unbounded_channel();
    let observer = options.on_nats_event.clone();
    let last_problem = LastProblem::default();
    let nats = configured(options, &addresses, &last_problem)?.event_callback(move |event| {
        if let Some(observer) = &observer {
            observer(event.clone());
        }
        // The engine may have ended already; then the event is not needed.
        let _ = sender.send(event);
        async {}
    });
    let whole = options.connect_timeout;
    let explaining = TO_EXPLAIN.min(whole / 4);
    let connecting = nats.connect(without_user(&addresses));
    let error = match tokio::time::timeout(whole - explaining, connecting).await {
        Ok(Ok(client)) => return Ok((client, receiver)),
        Ok(Err(error)) => Some(error),
        Err(_) => None,
    };
    Err(Attempt { options, addresses: &addresses, explaining }.explained(error, last_problem.take()).await)
}

/// The options of async-nats, with ours applied.
fn configured(
    options: &Options,
    addresses: &[ServerAddr],
    last_problem: &LastProblem,
) -> Result<ConnectOptions, ConnectError> {
    let connection = &options.connection;
    let of_url = user(addresses)?;
    if of_url.is_some() && connection.credentials.is_some() {
        return Err(ConnectError::Url("they name a user, but other credentials are set, too"));
    }
    let source = of_url.map(Source::Fixed).or_else(|| connection.credentials.clone());
    let mut nats = match (&connection.nats, source) {
        (Some(nats), None) => nats.clone(),
        (None, None) => own_options(ConnectOptions::new()),
        // async-nats accepts a callback only when its options are created.
        (Some(nats), Some(Source::Fixed(credentials))) => credentials.set(nats.clone()),
        (_, Some(source)) => {
            let last_problem = last_problem.clone();
            own_options(ConnectOptions::with_auth_callback(move |nonce| {
                source.clone().answer(nonce, last_problem.clone())
            }))
        }
    };
    for configure in &connection.configure {
        nats = configure(nats);
    }
    if connection.tls_first {
        nats = nats.tls_first();
    }
    if connection.lazily {
        nats = nats.retry_on_initial_connect();
    }
    if addresses.iter().all(ServerAddr::is_websocket) {
        // The server only announces the plain client ports of other servers.
        nats = nats.ignore_discovered_servers();
    }
    Ok(nats)
}

/// A dead connection is noticed within half a minute, and little is queued for it.
fn own_options(nats: ConnectOptions) -> ConnectOptions {
    nats.ping_interval(Duration::from_secs(10)).client_capacity(256)
}

/// A failed attempt to connect.
struct Attempt<'a> {
    options: &'a Options,
    addresses: &'a [ServerAddr],
    /// The time limit for finding out why.
    explaining: Duration,
}

impl Attempt<'_> {
    async fn explained(&self, error: Option<async_nats::ConnectError>, last: Problem) -> ConnectError {
        let servers = self.addresses.iter().map(shown).collect::<Vec<_>>().join(", ");
        let Some(error) = error else {
            let found = self.found().await;
            return cause_of(found).unwrap_or(ConnectError::TimedOut { servers });
        };
        match (error.kind(), last) {
            (ConnectErrorKind::Authentication, Problem { error: Some(source), .. }) => {
                return ConnectError::Credentials { servers, source };
            }
            (ConnectErrorKind::AuthorizationViolation, Problem { expired: Some(since), .. }) => {
                return ConnectError::Expired { servers, since };
            }
            (ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication, _) => {
                return ConnectError::Refused { servers, source: error.into() };
            }
            _ => {}
        }
        if let Some(ServerError::Other(said)) = source::<ServerError>(&error) {
            return refused(servers, said.clone());
        }
        let is_tls = error.kind() == ConnectErrorKind::Tls || is_tls(&error);
        match self.found().await {
            Some((servers, Found::Nats { tls: false })) if is_tls || self.wants_tls() => {
                let source =
                    async_nats::ConnectError::with_source(ConnectErrorKind::Tls, "the server does not offer it");
                ConnectError::Tls { servers, source: source.into() }
            }
            _ if is_tls => ConnectError::Tls { servers, source: error.into() },
            found => cause_of(found).unwrap_or_else(|| match error.kind() {
                ConnectErrorKind::TimedOut => ConnectError::TimedOut { servers },
                _ => ConnectError::Unreachable { servers, source: error.into() },
            }),
        }
    }

    /// The first address at which a cause is found.
    async fn found(&self) -> Option<(String, Found)> {
        let probes = self
            .addresses
            .iter()
            .filter(|address| !address.is_websocket())
            .map(|address| async move { (shown(address), probe(address.host(), address.port()).await) });
        let found = tokio::time::timeout(self.explaining, futures_util::future::join_all(probes)).await.ok()?;
        found.into_iter().find(|(_, found)| *found != Found::Unknown)
    }

    fn wants_tls(&self) -> bool {
        self.options.connection.tls_first || self.addresses.iter().any(ServerAddr::tls_required)
    }
}

/// The causes that the probe alone explains.
fn cause_of(found: Option<(String, Found)>) -> Option<ConnectError> {
    let (servers, found) = found?;
    Some(match found {
        Found::Http => ConnectError::Http { servers },
        Found::Websocket => ConnectError::WebsocketPort { servers },
        Found::Tls => ConnectError::TlsFirst { servers },
        Found::Refusal(said) => refused(servers, said),
        Found::Nats { .. } | Found::Unknown => return None,
    })
}

/// The cause by the server's own words.
fn refused(servers: String, said: String) -> ConnectError {
    // "maximum connections exceeded", "maximum account active connections exceeded", and so on.
    let lower = said.to_ascii_lowercase();
    if lower.contains("connections exceeded") || lower.contains("maximum connections") {
        ConnectError::ConnectionLimit { servers, said }
    } else {
        ConnectError::Rejected { servers, said }
    }
}

/// Whether the handshake failed. rustls reports that as invalid data, which async-nats reports as a network error.
fn is_tls(error: &async_nats::ConnectError) -> bool {
    let source = source::<std::io::Error>(error);
    source.is_some_and(|source| source.get_ref().is_some_and(|inner| inner.is::<async_nats::rustls::Error>()))
}

fn source<E: std::error::Error + 'static>(error: &async_nats::ConnectError) -> Option<&E> {
    std::error::Error::source(error)?.downcast_ref::<E>()
}

fn parse(urls: &str) -> Result<Vec<ServerAddr>, ConnectError> {
    let addresses = urls
        .split(',')
        .map(str::trim)
        .filter(|url| !url.is_empty())
        .map(|url| {
            check_scheme(url)?;
            // The parser's own message quotes the URL, which can hold a password.
            let address = url.parse::<ServerAddr>().map_err(|_| ConnectError::Url("one of them is not a valid URL"))?;
            if address.host().is_empty() { Err(ConnectError::Url("one of them has no host")) } else { Ok(address) }
        })
        .collect::<Result<Vec<_>, _>>()?;
    if addresses.is_empty() { Err(ConnectError::Url("the list is empty")) } else { Ok(addresses) }
}

fn check_scheme(url: &str) -> Result<(), ConnectError> {
    let Some((scheme, _)) = url.split_once("://") else { return Ok(()) };
    match scheme.to_ascii_lowercase().as_str() {
        "nats" | "tls" => Ok(()),
        "ws" | "wss" if cfg!(feature = "websockets") => Ok(()),
        "ws" | "wss" => Err(ConnectError::Websockets),
        _ => Err(ConnectError::Url("one of them does not start with `nats://`, `tls://`, `ws://` or `wss://`")),
    }
}

/// Host and port, without the rest of the URL.
fn shown(address: &ServerAddr) -> String {
    match address.host() {
        host if host.contains(':') => format!("[{host}]:{}", address.port()),
        host => format!("{host}:{}", address.port()),
    }
}

/// async-nats ignores the user in a URL; walnats uses it. A user without a password is a token.
fn user(addresses: &[ServerAddr]) -> Result<Option<Credentials>, ConnectError> {
    let users: BTreeSet<_> = addresses.iter().map(|a| (a.username(), a.password())).collect();
    if users.len() > 1 {
        return Err(ConnectError::Url("they name different users"));
    }
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Ok(users.into_iter().find_map(|(user, password)| {
        Some(match (user?, password) {
            (user, Some(password)) => Credentials::user(decode(user), decode(password)),
            (token, None) => Credentials::token(decode(token)),
        })
    }))
}

/// Removes passwords from addresses, because async-nats logs them.
fn without_user(addresses: &[ServerAddr]) -> Vec<ServerAddr> {
    addresses
        .iter()
        .filter_map(|address| {
            let mut url = address.clone().into_inner();
            // Both fail only for URLs without a host, which have no user.
            let _ = url.set_username("");
            let _ = url.set_password(None);
            ServerAddr::from_url(url).ok()
        })
        .collect()
}
