//! What listens at an address where no connection came about: asked once it has failed, and only there.

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
    /// A NATS server that takes no connection, in its words.
    Refusal(String),
    /// A port for WebSocket.
    Websocket,
    /// HTTP.
    Http,
    /// TLS from the first byte on.
    Tls,
    /// Nothing that is known.
    Unknown,
}

/// Each answer.
const PATIENCE: Duration = Duration::from_millis(500);
/// An answer is known by its beginning; what a NATS server says of itself is longer.
const LONGEST: usize = 16 << 10;
/// RFC 6455; any key of 16 bytes does.
const UPGRADE: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// Finds out.
pub(super) async fn probe(host: &str, port: u16) -> Found {
    let address = (host, port);
    match ask(address, None).await.as_deref() {
        Some([]) | None => {}
        Some(answer) => return read(answer),
    }
    let upgraded = ask(address, Some(UPGRADE.to_vec())).await.as_deref().map(read);
    if let Some(found @ (Found::Websocket | Found::Http | Found::Tls)) = upgraded {
        return found;
    }
    let Some(hello) = hello() else { return Found::Unknown };
    ask(address, Some(hello)).await.as_deref().map_or(Found::Unknown, read)
}

/// What comes back over a connection of its own.
async fn ask(address: (&str, u16), question: Option<Vec<u8>>) -> Option<Vec<u8>> {
    let mut stream = tokio::time::timeout(PATIENCE, TcpStream::connect(address)).await.ok()?.ok()?;
    if let Some(question) = question {
        stream.write_all(&question).await.ok()?;
    }
    let mut answer = Vec::new();
    let reading = async {
        while answer.len() < LONGEST && !answer.ends_with(b"\r\n") && stream.read_buf(&mut answer).await? > 0 {}
        std::io::Result::Ok(())
    };
    // What came until then is as good as all.
    let _ = tokio::time::timeout(PATIENCE, reading).await;
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
    // TLS records of a handshake, or of an alert.
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
        // A line that is cut off says nothing of TLS: then nothing is claimed.
        Found::Nats { tls: info.and_then(Result::ok).is_none_or(|info| info.tls_required || info.tls_available) }
    } else {
        Found::Unknown
    }
}

/// The first message of a TLS handshake, which nobody goes on with.
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
