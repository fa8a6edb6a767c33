//! The longest time that a buffered `emit` call takes while servers are killed.

use std::time::{Duration, Instant};

use walnats_runtime::{Options, Publisher};
use walnats_server::NatsServer;

use crate::Result;
use crate::fact::Fact;
use crate::row::FACTS;

/// The duration of the measurement.
const TIME: Duration = Duration::from_secs(12);
/// When the server is killed.
const KILLS: [Duration; 2] = [Duration::from_secs(3), Duration::from_secs(7)];
/// How long it is down.
const AWAY: Duration = Duration::from_secs(1);

/// Emits buffered events for 12 s, always with room in the buffer, while the server is killed twice. Returns the duration of
/// the longest call, and the number of calls.
///
/// # Errors
///
/// The server does not start, or an emit fails.
pub async fn worst_stall() -> Result<(Duration, usize)> {
    static STREAMS: &[walnats_runtime::StreamDescriptor] = &[FACTS];
    let mut server = NatsServer::start()?;
    let publisher = Publisher::connect(server.url(), STREAMS, Options::new().buffer_messages(1 << 20)).await?;
    publisher.register(STREAMS).await?;
    let killer = tokio::task::spawn_blocking(move || {
        let start = Instant::now();
        for kill in KILLS {
            std::thread::sleep(kill.saturating_sub(start.elapsed()));
            server.kill();
            std::thread::sleep(AWAY);
            server.restart()?;
        }
        Ok::<_, walnats_server::StartError>(server)
    });
    let (start, mut worst, mut pending) = (Instant::now(), Duration::ZERO, Vec::new());
    while start.elapsed() < TIME {
        for _ in 0..10 {
            let fact = Fact { topic: 0, tail: String::new(), number: pending.len(), again: false, size: 200 };
            let call = Instant::now();
            pending.push(publisher.emit(&fact).buffered().await?);
            worst = worst.max(call.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let calls = pending.len();
    for one in pending {
        one.await?;
    }
    drop(killer.await??);
    Ok((worst, calls))
}
