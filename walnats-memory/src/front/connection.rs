//! One connection.

use std::sync::Weak;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;

use crate::protocol::{self, Command};
use crate::router::ConnectionId;
use crate::shared::Shared;

/// How much is read at once.
const CHUNK: usize = 64 << 10;

/// Serves a connection until one side closes it.
pub(super) async fn serve(id: ConnectionId, socket: TcpStream, shared: Weak<Shared>) {
    // Without it, small messages wait for each other.
    let _ = socket.set_nodelay(true);
    let (reading, writing) = socket.into_split();
    let (sender, frames) = mpsc::unbounded_channel();
    {
        let Some(shared) = shared.upgrade() else { return };
        let _ = sender.send(shared.info(id));
        shared.connect(id, sender);
    }
    tokio::select! {
        () = read(id, reading, &shared) => {}
        () = write(writing, frames) => {}
    }
    if let Some(shared) = shared.upgrade() {
        shared.disconnect(id);
    }
}

/// Takes what the client sends.
async fn read(id: ConnectionId, mut socket: OwnedReadHalf, shared: &Weak<Shared>) {
    let mut received = BytesMut::with_capacity(CHUNK);
    loop {
        received.reserve(CHUNK);
        if !matches!(socket.read_buf(&mut received).await, Ok(1..)) {
            return;
        }
        let Some(shared) = shared.upgrade() else { return };
        loop {
            match protocol::next(&mut received) {
                Ok(Some(Command::Other)) => {}
                Ok(Some(command)) => shared.take(id, command),
                Ok(None) => break,
                Err(why) => {
                    shared.close(id, Some(why));
                    break;
                }
            }
        }
        shared.progressed();
    }
}

/// Sends what the server says, as much at once as there is. An empty frame closes the connection.
async fn write(mut socket: OwnedWriteHalf, mut frames: mpsc::UnboundedReceiver<Bytes>) {
    let mut batch = Vec::new();
    while frames.recv_many(&mut batch, 256).await > 0 {
        let mut text = BytesMut::new();
        let closes = batch.iter().any(Bytes::is_empty);
        batch.drain(..).take_while(|frame| !frame.is_empty()).for_each(|frame| text.extend_from_slice(&frame));
        if socket.write_all(&text).await.is_err() || closes {
            return;
        }
    }
}
