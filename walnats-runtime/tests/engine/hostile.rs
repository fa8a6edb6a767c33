//! A server that does not keep to the protocol: it may delay what is emitted, and harms nothing else.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use walnats_runtime::{EmitError, Full, Options, Publisher, Reason};

use crate::note::{PLAIN, TestResult, note};

/// What it answers to a publish with this reply subject.
type Answer = fn(reply: &str) -> Vec<u8>;

/// Speaks the protocol of NATS until something is published.
struct Server {
    address: SocketAddr,
    published: Arc<AtomicUsize>,
}

impl Server {
    async fn start(answer: Answer) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, published) = (listener.local_addr()?, Arc::default());
        let count = Arc::clone(&published);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let count = Arc::clone(&count);
                tokio::spawn(async move { serve(stream, answer, &count).await });
            }
        });
        Ok(Self { address, published })
    }

    async fn publisher(&self, options: Options) -> Result<Publisher, Box<dyn std::error::Error>> {
        Ok(Publisher::connect(format!("nats://{}", self.address), PLAIN, options).await?)
    }
}

async fn serve(stream: TcpStream, answer: Answer, published: &AtomicUsize) -> io::Result<()> {
    let mut stream = BufStream::new(stream);
    let info = r#"{"server_id":"x","version":"2.15.1","max_payload":1048576,"headers":true,"proto":1}"#;
    stream.write_all(format!("INFO {info}\r\n").as_bytes()).await?;
    stream.flush().await?;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["PING"] => stream.write_all(b"PONG\r\n").await?,
            ["HPUB", _, reply, _, size] => {
                let mut message = vec![0; size.parse::<usize>().unwrap_or_default() + 2];
                stream.read_exact(&mut message).await?;
                published.fetch_add(1, Ordering::Relaxed);
                stream.write_all(&answer(reply)).await?;
            }
            _ => {}
        }
        stream.flush().await?;
        line.clear();
    }
    Ok(())
}

fn message(subject: &str, payload: &str) -> Vec<u8> {
    format!("MSG {subject} 1 {}\r\n{payload}\r\n", payload.len()).into_bytes()
}

/// Whatever comes, an emit ends when its time is up, as something that may be stored: it was sent.
async fn ends_in_time(answer: Answer) -> TestResult {
    let server = Server::start(answer).await?;
    let publisher = server.publisher(Options::new().ack_timeout(Duration::from_millis(100))).await?;
    let note = note("x");
    let emit = publisher.emit(&note).deadline(Duration::from_millis(400));
    let end = tokio::time::timeout(Duration::from_secs(20), emit.into_future()).await?;
    assert!(matches!(end, Err(EmitError::PossiblyStored(_))), "{end:?}");
    assert!(server.published.load(Ordering::Relaxed) > 0);
    Ok(())
}

#[tokio::test]
async fn garbage() -> TestResult {
    ends_in_time(|_| b"\0\xFFgarbage\r\n\r\nMSG\r\nHMSG a b c d e f\r\n".to_vec()).await
}

#[tokio::test]
async fn answers_that_are_not_jetstreams() -> TestResult {
    ends_in_time(|reply| {
        let mut answers = message(reply, "{");
        answers.extend(message(reply, r#"{"stream":"notes","seq":-1}"#));
        answers.extend(message(reply, r#"{"stream":7,"seq":"1"}"#));
        answers.extend(message(reply, &"[".repeat(100_000)));
        answers.extend(message(reply, "\u{0}"));
        answers
    })
    .await
}

#[tokio::test]
async fn frames_that_are_announced_and_never_come() -> TestResult {
    ends_in_time(|reply| format!("MSG {reply} 1 1073741824\r\n{{").into_bytes()).await?;
    ends_in_time(|reply| format!("MSG {reply} 1 99999999999999999999\r\n{{").into_bytes()).await
}

#[tokio::test]
async fn acknowledgements_of_what_was_never_sent() -> TestResult {
    let server = Server::start(|reply| {
        let (inbox, number) = reply.rsplit_once('.').unwrap_or_default();
        let number: u64 = number.parse().unwrap_or_default();
        let ack = r#"{"stream":"notes","seq":7}"#;
        let mut answers = Vec::new();
        for other in [number + 1, number + 1_000, u64::MAX] {
            answers.extend(message(&format!("{inbox}.{other}"), ack));
        }
        for token in ["-1", "", "x", "18446744073709551616", "0.0"] {
            answers.extend(message(&format!("{inbox}.{token}"), ack));
        }
        // The one that is right comes twice, as after a leader that hands over.
        answers.extend(message(reply, r#"{"stream":"notes","seq":3}"#));
        answers.extend(message(reply, r#"{"stream":"notes","seq":3}"#));
        answers
    })
    .await?;
    let publisher = server.publisher(Options::new()).await?;
    for _ in 0..3 {
        assert_eq!(publisher.emit(&note("x")).await?.sequence(), 3);
    }
    let stats = publisher.stats();
    assert_eq!((stats.stored, stats.buffered, stats.in_flight), (3, 0, 0));
    Ok(())
}

#[tokio::test]
async fn memory_is_bounded_when_acknowledgements_never_come() -> TestResult {
    let server = Server::start(|_| Vec::new()).await?;
    let options = Options::new().window_messages(8).buffer_messages(100).full(Full::Refuse);
    let publisher = server.publisher(options).await?;
    let mut refused = 0;
    for _ in 0..10_000 {
        match publisher.emit(&note("x")).buffered().await {
            Ok(_) => {}
            Err(EmitError::NotStored(error)) if matches!(error.reason(), Reason::BufferFull) => refused += 1,
            Err(error) => return Err(error.into()),
        }
    }
    assert_eq!(refused, 9_900);
    while server.published.load(Ordering::Relaxed) < 8 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(server.published.load(Ordering::Relaxed), 8, "no more than the window is under way");
    let left = publisher.shutdown(Duration::from_millis(100)).await.expect_err("nothing was acknowledged");
    assert_eq!((left.unsent().len(), left.unknown().len()), (92, 8));
    Ok(())
}
