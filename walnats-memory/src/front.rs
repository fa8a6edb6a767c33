//! Connections: the client protocol over TCP on loopback.

mod connection;

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::shared::Shared;

/// The longest time without a look at what is due.
const LONGEST: Duration = Duration::from_secs(3_600);

/// Accepts connections until the last handle of the server is gone.
pub(crate) async fn listen(listener: TcpListener, shared: Weak<Shared>) {
    let mut connections = JoinSet::new();
    let mut next = 0;
    // An error is about one connection that was given up in the meantime.
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Some(shared) = shared.upgrade() else { return };
                let Ok((socket, _)) = accepted else { continue };
                if shared.is_offline() {
                    continue;
                }
                next += 1;
                connections.spawn(connection::serve(next, socket, Arc::downgrade(&shared)));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Does what is due, whenever something is.
pub(crate) async fn keep_time(shared: Weak<Shared>) {
    loop {
        let (due, changed) = {
            let Some(shared) = shared.upgrade() else { return };
            shared.run();
            (shared.due(), shared.changed())
        };
        let due = due.unwrap_or(LONGEST).min(LONGEST);
        tokio::select! {
            () = tokio::time::sleep(due) => {}
            () = changed => {}
        }
    }
}
