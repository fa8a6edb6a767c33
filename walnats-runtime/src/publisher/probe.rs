//! Finds out what listens at an address to which connecting has failed.

use std::sync::Arc;
use std::time::Duration;

use async_nats::rustls::pki_types::ServerName;
use async_nats::rustls::{ClientConfig, ClientConnection, RootCertStore};
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What listens there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A NATS server, and whether it offers TLS.
    Nats { tls: bool },
    /// A NATS server that accepts no connection, in its own words.
    Refusal(String),
    /// A port for WebSocket.
    Websocket,
    /// HTTP.
    Http,
    /// TLS from the first byte.
    Tls,
    /// Something unknown.
    Unknown,
}

/// The time limit of each request.
const TIMEOUT: Duration = Duration::from_millis(500);
/// The beginning of an answer is enough, but the line `INFO` of a NATS server is longer.
const MAX_ANSWER_BYTES: usize = 16 << 10;
/// A handshake of RFC 6455. Any key of 16 bytes is valid.
const UPGRADE: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// Probes the address.
pub(super) async fn probe(host: &str, port: u16) -> Found {
    let address = (host, port);
    match exchange(address, None).await.as_deref() {
        Some([]) | None => {}
        Some(answer) => return read(answer),
    }
    let upgraded = exchange(address, Some(UPGRADE.to_vec())).await.as_deref().map(read);
    if let Some(found @ (Found::Websocket | Found::Http | Found::Tls)) = upgraded {
        return found;
    }
    let Some(hello) = hello() else { return Found::Unknown };
    exchange(address, Some(hello)).await.as_deref().map_or(Found::Unknown, read)
}

/// Sends a request over a new connection, and returns the beginning of the answer.
async fn exchange(address: (&str, u16), question: Option<Vec<u8>>) -> Option<Vec<u8>> {
    let mut stream = tokio::time::timeout(TIMEOUT, TcpStream::connect(address)).await.ok()?.ok()?;
    if let Some(question) = question {
        stream.write_all(&question).await.ok()?;
    }
    let mut answer = Vec::new();
    let reading = async {
        while answer.len() < MAX_ANSWER_BYTES && !answer.ends_with(b"\r\n") && stream.read_buf(&mut answer).await? > 0 {
        }
        std::io::Result::Ok(())
    };
    // The bytes received so far are enough.
    let _ = tokio::time::timeout(TIMEOUT, reading).await;
    Some(answer)
}

fn read(answer: &[u8]) -> Found {
    #[derive(Deserialize)]
    struct Info {
        #[serde(default)]
        tls_required: bool,
        #[serde(default)]
        tls_available: bool,
    }
    // TLS records of a handshake or an alert.
    if let [0x15 | 0x16, 0x03, ..] = answer {
        return Found::Tls;
    }
    let text = String::from_utf8_lossy(answer);
    if text.starts_with("HTTP/1.1 101") {
        Found::Websocket
    } else if text.starts_with("HTTP/") {
        Found::Http
    } else if let Some(said) = text.strip_prefix("-ERR ") {
        Found::Refusal(said.lines().next().unwrap_or_default().trim_matches('\'').to_owned())
    } else if let Some(info) = text.strip_prefix("INFO ") {
        let info = serde_json::Deserializer::from_str(info).into_iter::<Info>().next();
        // A truncated line does not show whether TLS is offered.
        Found::Nats { tls: info.and_then(Result::ok).is_none_or(|info| info.tls_required || info.tls_available) }
    } else {
        Found::Unknown
    }
}

/// The first message of a TLS handshake, which is not continued.
fn hello() -> Option<Vec<u8>> {
    let config = ClientConfig::builder().with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    let name = ServerName::try_from("localhost").ok()?;
    let mut connection = ClientConnection::new(Arc::new(config), name).ok()?;
    let mut hello = Vec::new();
    connection.write_tls(&mut hello).ok()?;
    Some(hello)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_known_by_their_beginning() {
        let refusal = Found::Refusal("maximum connections exceeded".to_owned());
        for (answer, found) in [
            (&b"INFO {\"tls_required\":true}\r\n"[..], Found::Nats { tls: true }),
            (b"INFO {\"tls_available\":true} \r\n", Found::Nats { tls: true }),
            (b"INFO {\"server_id\":\"x\"}\r\n-ERR 'x'\r\n", Found::Nats { tls: false }),
            (b"-ERR 'maximum connections exceeded'\r\n", refusal),
            (b"HTTP/1.1 101 Switching Protocols\r\n", Found::Websocket),
            (b"HTTP/1.0 400 Bad Request\r\n", Found::Http),
            (b"\x15\x03\x01\x00\x02\x02\x16", Found::Tls),
            (b"\x16\x03\x03\x00\x7a", Found::Tls),
            (b"SSH-2.0\r\n", Found::Unknown),
            (b"", Found::Unknown),
        ] {
            assert_eq!(read(answer), found);
        }
        assert!(hello().is_some_and(|hello| hello.starts_with(&[0x16, 0x03])));
    }
}
