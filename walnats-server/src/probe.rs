//! Requests about the state of a server.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// How long a server that accepts connections may take to answer; a suspended one accepts and never answers.
const PATIENCE: Duration = Duration::from_secs(1);

/// The maximum length of an answer, in bytes.
const LONGEST_ANSWER: u64 = 1 << 20;

/// The first message of a server to every client.
#[derive(Debug, Deserialize)]
pub struct Info {
    /// Distinguishes our server from another one that took its port.
    pub server_name: String,
    /// Whether JetStream is enabled and has loaded its store.
    #[serde(default)]
    pub jetstream: bool,
}

/// Reads the `INFO` line of the [client protocol](https://docs.nats.io/reference/reference-protocols/nats-protocol).
pub fn info(address: SocketAddr) -> io::Result<Info> {
    let mut line = String::new();
    BufReader::new(connect(address)?.take(LONGEST_ANSWER)).read_line(&mut line)?;
    let json = line.strip_prefix("INFO ").ok_or(io::ErrorKind::InvalidData)?;
    Ok(serde_json::from_str(json)?)
}

/// The same over HTTP, for a server that expects TLS first.
pub fn info_over_http(monitor: SocketAddr) -> io::Result<Info> {
    #[derive(Deserialize)]
    struct Variables {
        server_name: String,
        #[serde(default)]
        jetstream: Option<JetStream>,
    }
    #[derive(Deserialize)]
    struct JetStream {
        config: Option<serde::de::IgnoredAny>,
    }
    let Variables { server_name, jetstream } = get(monitor, "/varz")?;
    Ok(Info { server_name, jetstream: jetstream.is_some_and(|jetstream| jetstream.config.is_some()) })
}

/// The number of connections to leaf nodes and hubs.
pub fn leafnodes(monitor: SocketAddr) -> io::Result<usize> {
    #[derive(Deserialize)]
    struct Leafnodes {
        leafnodes: usize,
    }
    get(monitor, "/leafz").map(|Leafnodes { leafnodes }| leafnodes)
}

/// Whether the server reports itself as healthy; the inner error is what it reports as missing.
pub fn health(monitor: SocketAddr) -> io::Result<Result<(), String>> {
    #[derive(Deserialize)]
    struct Health {
        status: String,
        #[serde(default)]
        error: String,
    }
    let health: Health = get(monitor, "/healthz")?;
    Ok(if health.status == "ok" { Ok(()) } else { Err(health.error) })
}

/// What a server knows about JetStream in its cluster.
#[derive(Debug, Default, Deserialize)]
pub struct JetStream {
    /// The group of servers that holds the list of streams.
    #[serde(default)]
    pub meta_cluster: Group,
    #[serde(default)]
    account_details: Vec<Account>,
}

/// A group of servers that replicate the same data.
#[derive(Debug, Default, Deserialize)]
pub struct Group {
    /// The name of the leader; empty if there is none.
    #[serde(default)]
    pub leader: String,
    /// The number of servers in the group.
    #[serde(default)]
    pub cluster_size: usize,
    /// The followers; only the leader knows them.
    #[serde(default)]
    pub replicas: Vec<Replica>,
}

/// A follower.
#[derive(Debug, Deserialize)]
pub struct Replica {
    /// Whether it is unreachable.
    #[serde(default)]
    pub offline: bool,
    /// Whether it is up to date with the leader.
    #[serde(default)]
    pub current: bool,
}

#[derive(Debug, Deserialize)]
struct Account {
    #[serde(default)]
    stream_detail: Vec<Stream>,
}

#[derive(Debug, Deserialize)]
struct Stream {
    name: String,
    cluster: Option<Group>,
}

impl JetStream {
    /// The first stream on this server whose leader is not one of the `running` servers, so that it would not answer.
    pub fn stream_without_leader(&self, running: &[String]) -> Option<&str> {
        let mut streams = self.account_details.iter().flat_map(|account| &account.stream_detail);
        let stream =
            streams.find(|stream| stream.cluster.as_ref().is_some_and(|group| !running.contains(&group.leader)));
        stream.map(|stream| stream.name.as_str())
    }
}

/// JetStream, as one server of a cluster sees it.
pub fn jetstream(monitor: SocketAddr) -> io::Result<JetStream> {
    get(monitor, "/jsz?accounts=true&streams=true")
}

/// Reads one of the JSON pages of the [monitor](https://docs.nats.io/running-a-nats-service/nats_admin/monitoring),
/// whatever the HTTP status.
fn get<T: DeserializeOwned>(monitor: SocketAddr, page: &str) -> io::Result<T> {
    let mut connection = connect(monitor)?;
    // With HTTP 1.0, the answer is not chunked and ends with the connection.
    write!(connection, "GET {page} HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    connection.take(LONGEST_ANSWER).read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    Ok(serde_json::from_str(body)?)
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let connection = TcpStream::connect_timeout(&address, PATIENCE)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    Ok(connection)
}
