//! A connection that carries late what the server sends, or loses a part of what either end sends.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

pub struct Line {
    pub address: SocketAddr,
    how: How,
}

#[derive(Clone, Default)]
struct How {
    late: Arc<AtomicU64>,
    loses: Arc<Mutex<Loses>>,
}

/// What gets lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loses {
    #[default]
    Nothing,
    /// Whatever the client sends.
    Published,
    /// What says that a message is stored.
    Acknowledgements,
    /// That, and what says that it is not.
    Answers,
    Messages,
}

/// Who sends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Client,
    Server,
}

impl Line {
    pub async fn to(target: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let how = How::default();
        let shared = how.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(target).await else { continue };
                let (client_read, client_write) = client.into_split();
                let (server_read, server_write) = server.into_split();
                carry(client_read, server_write, End::Client, shared.clone());
                carry(server_read, client_write, End::Server, shared.clone());
            }
        });
        Ok(Self { address, how })
    }

    /// Whatever the server sends arrives so much later.
    pub fn late(&self, by: Duration) {
        self.how.late.store(by.as_millis() as u64, Ordering::SeqCst);
    }

    /// From now on.
    pub fn loses(&self, what: Loses) {
        *self.how.loses.lock().unwrap_or_else(PoisonError::into_inner) = what;
    }
}

impl Loses {
    fn take(self, end: End, text: &str) -> bool {
        if end == End::Client {
            return self == Self::Published;
        }
        let answers = text.contains("\"seq\":") && text.contains("\"stream\":");
        match self {
            Self::Nothing | Self::Published => false,
            Self::Acknowledgements => answers && !text.contains("\"error\":"),
            Self::Answers => answers,
            Self::Messages => text.contains("MSG "),
        }
    }
}

fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, end: End, how: How) {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    tokio::spawn(async move {
        while let Some((at, bytes)) = receiver.recv().await {
            tokio::time::sleep_until(at.into()).await;
            if to.write_all(&bytes).await.is_err() {
                break;
            }
        }
    });
    tokio::spawn(async move {
        let mut buffer = vec![0; 65_536];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            let text = String::from_utf8_lossy(&buffer[..length]);
            if how.loses.lock().unwrap_or_else(PoisonError::into_inner).take(end, &text) {
                continue;
            }
            let late = if end == End::Server { how.late.load(Ordering::SeqCst) } else { 0 };
            let at = Instant::now() + Duration::from_millis(late);
            if sender.send((at, buffer[..length].to_vec())).is_err() {
                break;
            }
        }
    });
}
