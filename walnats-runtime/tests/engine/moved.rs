//! A server's own JetStream does not know the stream, which a domain behind it acknowledges for. What it answered before the
//! first acknowledgement arrives after it.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use walnats_runtime::{Options, Publisher};

use crate::note::{Note, PLAIN, TestResult};

const INFO: &str = r#"{"server_id":"x","version":"2.10.29","max_payload":1048576,"headers":true,"proto":1,"jetstream":true,"domain":"leaf"}"#;
const NOT_FOUND: &str = r#"{"type":"io.nats.jetstream.api.v1.stream_info_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}"#;

/// A leaf node whose hub goes away and comes back.
#[derive(Default)]
struct Leaf {
    /// Subscriptions: subject and id.
    subscriptions: Vec<(String, String)>,
    /// Its own API was asked.
    asked: bool,
    /// Who waits for its own API's answer.
    asking: Option<String>,
    /// The hub has acknowledged something.
    acknowledged: bool,
    /// Its own API has answered, after that.
    answered: bool,
}

impl Leaf {
    /// What it answers to a message.
    fn on_message(&mut self, subject: &str, reply: &str) -> Vec<u8> {
        let back = self.asking.is_some();
        match subject {
            // The first question, on connecting, ends nothing.
            "$JS.API.STREAM.INFO.notes" if self.answered || !std::mem::replace(&mut self.asked, true) => {
                self.message(reply, NOT_FOUND)
            }
            "$JS.API.STREAM.INFO.notes" => {
                self.asking = Some(reply.to_owned());
                Vec::new()
            }
            "notes.first" if back => {
                self.acknowledged = true;
                self.acknowledgement(reply)
            }
            "notes.second" if self.answered => self.acknowledgement(reply),
            "notes.second" if self.acknowledged && back => {
                self.answered = true;
                let asking = self.asking.take().unwrap_or_default();
                [self.no_responders(reply), self.message(&asking, NOT_FOUND)].concat()
            }
            // Nobody is there: the hub is away.
            _ => self.no_responders(reply),
        }
    }

    fn acknowledgement(&self, reply: &str) -> Vec<u8> {
        self.message(reply, r#"{"stream":"notes","seq":1,"domain":"hub"}"#)
    }

    fn no_responders(&self, reply: &str) -> Vec<u8> {
        let id = self.subscription(reply);
        format!("HMSG {reply} {id} 16 16\r\nNATS/1.0 503\r\n\r\n\r\n").into_bytes()
    }

    fn message(&self, reply: &str, payload: &str) -> Vec<u8> {
        let id = self.subscription(reply);
        format!("MSG {reply} {id} {}\r\n{payload}\r\n", payload.len()).into_bytes()
    }

    fn subscription(&self, reply: &str) -> &str {
        let takes = |filter: &str| reply.starts_with(filter.trim_end_matches(['*', '>']));
        self.subscriptions.iter().find(|(filter, _)| takes(filter)).map_or("1", |(_, id)| id)
    }
}

async fn serve(stream: TcpStream) -> io::Result<()> {
    let mut stream = BufStream::new(stream);
    stream.write_all(format!("INFO {INFO}\r\n").as_bytes()).await?;
    stream.flush().await?;
    let (mut leaf, mut line) = (Leaf::default(), String::new());
    while stream.read_line(&mut line).await? > 0 {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["PING"] => stream.write_all(b"PONG\r\n").await?,
            ["SUB", filter, id] => leaf.subscriptions.push((filter.to_owned(), id.to_owned())),
            ["PUB" | "HPUB", subject, .., size] => {
                let reply = if words.len() > 3 && words[2].contains('.') { words[2] } else { "" };
                let mut message = vec![0; size.parse::<usize>().unwrap_or_default() + 2];
                stream.read_exact(&mut message).await?;
                if !reply.is_empty() {
                    stream.write_all(&leaf.on_message(subject, reply)).await?;
                }
            }
            _ => {}
        }
        stream.flush().await?;
        line.clear();
    }
    Ok(())
}

#[tokio::test]
async fn an_answer_of_the_api_that_the_acknowledgement_overtook_ends_nothing() -> TestResult {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("nats://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    let publisher = Publisher::connect(url, PLAIN, Options::new().deadline(Duration::from_secs(20))).await?;
    let note = |topic: &str| Note { topic: topic.into(), text: "x".into() };
    let first = publisher.emit(&note("first")).buffered().await?;
    let second = publisher.emit(&note("second")).buffered().await?;
    assert_eq!(first.await?.domain.as_deref(), Some("hub"));
    assert_eq!(second.await?.domain.as_deref(), Some("hub"));
    Ok(())
}
