//! From URLs to a connection, without showing a password to anybody.

use std::collections::BTreeSet;
use std::time::Duration;

use async_nats::{Client, ConnectErrorKind, ConnectOptions, ServerAddr};
use percent_encoding::percent_decode_str;
use tokio::sync::mpsc;

use crate::error::ConnectError;
use crate::options::Options;

/// Connects, and passes on what happens to the connection later.
pub(super) async fn connect(
    urls: &str,
    options: &Options,
) -> Result<(Client, mpsc::UnboundedReceiver<async_nats::Event>), ConnectError> {
    let addresses = parse(urls)?;
    let users: BTreeSet<_> = addresses.iter().map(|a| (a.username(), a.password())).collect();
    if users.len() > 1 {
        return Err(ConnectError::Url("they name different users"));
    }
    let servers = addresses.iter().map(shown).collect::<Vec<_>>().join(", ");
    let (sender, receiver) = mpsc::unbounded_channel();
    let observer = options.on_nats_event.clone();
    let nats = options.nats.clone().unwrap_or_else(own_options).event_callback(move |event| {
        if let Some(observer) = &observer {
            observer(event.clone());
        }
        // The engine may be gone already; nobody else needs the event.
        let _ = sender.send(event);
        async {}
    });
    let nats = with_user(nats, &addresses);
    match tokio::time::timeout(options.connect_timeout, nats.connect(without_user(addresses))).await {
        Ok(Ok(client)) => Ok((client, receiver)),
        Ok(Err(source)) => Err(match source.kind() {
            ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
                ConnectError::Refused { servers, source }
            }
            ConnectErrorKind::Tls => ConnectError::Tls { servers, source },
            ConnectErrorKind::TimedOut => ConnectError::TimedOut { servers },
            _ if is_tls(&source) => ConnectError::Tls { servers, source },
            _ => ConnectError::Unreachable { servers, source },
        }),
        Err(_) => Err(ConnectError::TimedOut { servers }),
    }
}

/// Whether the handshake failed. rustls says so as invalid data, and async-nats passes that on as a failure of the network.
fn is_tls(error: &async_nats::ConnectError) -> bool {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<std::io::Error>());
    source.is_some_and(|source| source.get_ref().is_some_and(|inner| inner.is::<async_nats::rustls::Error>()))
}

/// A dead connection is noticed within half a minute, and little is queued for it.
fn own_options() -> ConnectOptions {
    ConnectOptions::new().ping_interval(Duration::from_secs(10)).client_capacity(256)
}

fn parse(urls: &str) -> Result<Vec<ServerAddr>, ConnectError> {
    let addresses = urls
        .split(',')
        .map(str::trim)
        .filter(|url| !url.is_empty())
        // The parser's own message quotes the URL, which can hold a password.
        .map(|url| url.parse::<ServerAddr>().map_err(|_| ConnectError::Url("one of them cannot be read")))
        .collect::<Result<Vec<_>, _>>()?;
    if addresses.is_empty() { Err(ConnectError::Url("there is none")) } else { Ok(addresses) }
}

/// Host and port, and nothing else of the URL.
fn shown(address: &ServerAddr) -> String {
    format!("{}:{}", address.host(), address.port())
}

/// async-nats ignores the user in a URL: here it counts. A user without a password is a token.
fn with_user(nats: ConnectOptions, addresses: &[ServerAddr]) -> ConnectOptions {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let Some((user, password)) = addresses.iter().find_map(|a| Some((a.username()?, a.password()))) else {
        return nats;
    };
    match password {
        Some(password) => nats.user_and_password(decode(user), decode(password)),
        None => nats.token(decode(user)),
    }
}

/// async-nats logs addresses as they are: it gets none with a password.
fn without_user(addresses: Vec<ServerAddr>) -> Vec<ServerAddr> {
    addresses
        .into_iter()
        .filter_map(|address| {
            let mut url = address.into_inner();
            // Both fail only for URLs without a host, which have no user either.
            let _ = url.set_username("");
            let _ = url.set_password(None);
            ServerAddr::from_url(url).ok()
        })
        .collect()
}
