//! Connections between publisher and server that can be cut, and on which answers get lost.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use walnats_runtime::{Options, Outcome, Publisher, StreamDescriptor};
use walnats_server::{NatsCluster, NatsServer};

use crate::note::{Note, PLAIN, STREAMS, TestResult, note, ready, stored};

/// Stands before a server.
pub struct Proxy {
    address: SocketAddr,
    deaf: Arc<AtomicBool>,
    cuts: watch::Sender<u64>,
}

impl Proxy {
    pub async fn start(server: &NatsServer) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let deaf = Arc::new(AtomicBool::new(false));
        let (cuts, cut) = watch::channel(0);
        let (target, is_deaf) = (server.address(), Arc::clone(&deaf));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, target, Arc::clone(&is_deaf), cut.clone()));
            }
        });
        Ok(Self { address, deaf, cuts })
    }

    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// From now on, what the server says is lost.
    pub fn lose_answers(&self) {
        self.deaf.store(true, Ordering::SeqCst);
    }

    /// Ends every connection; on the next ones, answers arrive.
    pub fn cut(&self) {
        // In this order, so that a connection which is not deaf any more knows that it is cut.
        self.flap();
        self.deaf.store(false, Ordering::SeqCst);
    }

    /// Ends every connection.
    pub fn flap(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

async fn carry(mut client: TcpStream, target: SocketAddr, deaf: Arc<AtomicBool>, mut cut: watch::Receiver<u64>) {
    cut.mark_unchanged();
    let Ok(mut server) = TcpStream::connect(target).await else { return };
    let (mut from_client, mut from_server) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        let carried = tokio::select! {
            _ = cut.changed() => return,
            read = client.read(&mut from_client) => match read {
                Ok(length @ 1..) => server.write_all(&from_client[..length]).await,
                _ => return,
            },
            read = server.read(&mut from_server) => match read {
                // The server's greeting and its answers to pings pass.
                Ok(length) if deaf.load(Ordering::SeqCst) && is_message(&from_server[..length]) => Ok(()),
                Ok(1..) if cut.has_changed().unwrap_or(true) => return,
                Ok(length @ 1..) => client.write_all(&from_server[..length]).await,
                _ => return,
            },
        };
        if carried.is_err() {
            return;
        }
    }
}

fn is_message(bytes: &[u8]) -> bool {
    bytes.windows(4).any(|window| window == b"MSG ")
}

/// A publisher behind a proxy, and one that sees what the server has.
async fn behind(
    server: &NatsServer,
    streams: &'static [StreamDescriptor],
) -> Result<(Proxy, Publisher, Publisher), Box<dyn std::error::Error>> {
    let proxy = Proxy::start(server).await?;
    let nats = async_nats::ConnectOptions::new().ignore_discovered_servers().client_capacity(256);
    let direct = ready(server, streams).await?;
    let publisher = Publisher::connect(proxy.url(), streams, Options::new().nats(nats)).await?;
    publisher.emit(&note("warm")).await?;
    Ok((proxy, publisher, direct))
}

async fn until_stored(publisher: &Publisher, count: u64) -> TestResult {
    let stored = async {
        loop {
            let stream = publisher.jetstream().get_stream("notes").await;
            if stream.is_ok_and(|stream| stream.cached_info().state.messages >= count) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    Ok(tokio::time::timeout(Duration::from_secs(5), stored).await?)
}

#[tokio::test]
async fn an_emit_whose_answer_was_lost_is_stored() -> TestResult {
    static ANY: &[StreamDescriptor] = &[StreamDescriptor { subjects: &["notes.>"], ..StreamDescriptor::new("notes") }];
    let server = NatsServer::start()?;
    let (proxy, publisher, direct) = behind(&server, ANY).await?;
    proxy.lose_answers();
    let plain = publisher.emit(&note("plain")).buffered().await?;
    let once = publisher.emit(&note("once")).once("k").buffered().await?;
    let same = publisher.emit(&note("once")).once("k").uid("mine").buffered().await?;
    until_stored(&direct, 3).await?;
    proxy.cut();
    assert_eq!(plain.await?.outcome, Outcome::Stored(2));
    assert_eq!(once.await?.outcome, Outcome::Stored(3), "the key is taken by the first attempt of this very emit");
    assert_eq!(same.await?.outcome, Outcome::Duplicate(3));
    assert_eq!(stored(&direct, "notes").await?.len(), 3);
    Ok(())
}

#[tokio::test]
async fn nothing_is_sent_again_over_a_connection_that_does_not_answer() -> TestResult {
    flap(&NatsServer::start()?, PLAIN).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_again_to_replicas_that_do_not_answer() -> TestResult {
    static REPLICATED: &[StreamDescriptor] =
        &[StreamDescriptor { subjects: &["notes.*"], replicas: Some(3), ..StreamDescriptor::new("notes") }];
    flap(&NatsCluster::start(3)?.nodes()[0], REPLICATED).await
}

async fn flap(server: &NatsServer, streams: &'static [StreamDescriptor]) -> TestResult {
    let (proxy, publisher, direct) = behind(server, streams).await?;
    proxy.lose_answers();
    let mut pending = Vec::new();
    for number in 0..100 {
        pending.push(publisher.emit(&note(number.to_string())).buffered().await?);
    }
    until_stored(&direct, 101).await?;
    let mut arrived = direct.client().subscribe("notes.>").await?;
    direct.client().flush().await?;
    for _ in 0..3 {
        proxy.flap();
        // A question, which no stream stores.
        tokio::time::timeout(Duration::from_secs(5), arrived.next()).await?.ok_or("a question")?;
        assert_eq!(publisher.stats().resent, 0);
    }
    assert_eq!(stored(&direct, "notes").await?.len(), 101);
    proxy.cut();
    for (number, one) in pending.into_iter().enumerate() {
        assert_eq!(one.await?.outcome, Outcome::Stored(number as u64 + 2));
    }
    assert_eq!(publisher.stats().resent, 100);
    assert_eq!(stored(&direct, "notes").await?.len(), 101);
    Ok(())
}

#[tokio::test]
async fn an_atomic_batch_whose_answer_was_lost_is_stored() -> TestResult {
    lose_the_answer_of_a_batch(&NatsServer::start()?, STREAMS).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_atomic_batch_whose_answer_was_lost_is_stored_by_replicas() -> TestResult {
    static REPLICATED: &[StreamDescriptor] = &[StreamDescriptor {
        subjects: &["notes.*"],
        replicas: Some(3),
        atomic: true,
        ..StreamDescriptor::new("notes")
    }];
    let cluster = NatsCluster::start(3)?;
    lose_the_answer_of_a_batch(&cluster.nodes()[0], REPLICATED).await
}

async fn lose_the_answer_of_a_batch(server: &NatsServer, streams: &'static [StreamDescriptor]) -> TestResult {
    let (proxy, publisher, direct) = behind(server, streams).await?;
    for fresh in [true, false] {
        let before = stored(&direct, "notes").await?.len() as u64;
        let batch: Vec<Note> = (0..100).map(|number| note(number.to_string())).collect();
        proxy.lose_answers();
        let emit = publisher.emit_all(&batch).atomic();
        let emit = if fresh { emit } else { emit.uid(|note| note.text.clone()) };
        let emit = std::future::IntoFuture::into_future(emit);
        let (receipts, cut) = tokio::join!(emit, async {
            until_stored(&direct, before + 100).await?;
            // Somebody else emits on the subject meanwhile.
            direct.emit(&note("meanwhile")).await?;
            proxy.cut();
            TestResult::Ok(())
        });
        cut?;
        for (index, receipt) in receipts?.iter().enumerate() {
            let sequence = before + 1 + index as u64;
            let expected = if fresh { Outcome::Stored(sequence) } else { Outcome::Duplicate(sequence) };
            assert_eq!(receipt.outcome, expected);
        }
        assert_eq!(stored(&direct, "notes").await?.len() as u64, before + 101);
    }
    Ok(())
}
