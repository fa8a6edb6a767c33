//! The cost of an idle publisher, compared to a bare client on the same server.

use std::time::Duration;

use walnats_runtime::{Options, Publisher};
use walnats_server::NatsServer;

use crate::Result;
use crate::fact::Fact;
use crate::row::FACTS;

/// How long each of the two is measured.
const TIME: Duration = Duration::from_secs(20);

/// What all threads of this process did while idle.
#[derive(Clone, Copy, Debug)]
pub struct Idling {
    /// The share of one core that they used: 0.001 is a thousandth. On a virtual machine, a wake-up from a halted processor
    /// is charged with milliseconds in which no code ran.
    pub load: f64,
    /// The number of wake-ups per second.
    pub wakes: f64,
}

/// Measures a connected async-nats client for 20 s, then a publisher that has emitted and flushed 500 buffered events.
/// Returns both results, that of the publisher second. Nothing else may run in this process.
///
/// # Errors
///
/// The server does not start, an emit fails, or the system is not Linux.
pub async fn idle() -> Result<(Idling, Idling)> {
    static STREAMS: &[walnats_runtime::StreamDescriptor] = &[FACTS];
    let server = NatsServer::start()?;
    let client = async_nats::connect(server.url()).await?;
    let bare = idling().await?;
    client.drain().await?;

    let publisher = Publisher::connect(server.url(), STREAMS, Options::new()).await?;
    publisher.register(STREAMS).await?;
    for number in 0..500 {
        let fact = Fact { topic: 0, tail: String::new(), number, again: false, size: 200 };
        publisher.emit(&fact).buffered().await?;
    }
    publisher.flush(Duration::from_secs(30)).await?;
    Ok((bare, idling().await?))
}

async fn idling() -> Result<Idling> {
    // Tasks that were started before end first.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (nanos, wakes) = used()?;
    tokio::time::sleep(TIME).await;
    let (nanos, wakes) = (used()?.0.saturating_sub(nanos), used()?.1.saturating_sub(wakes));
    Ok(Idling { load: Duration::from_nanos(nanos).div_duration_f64(TIME), wakes: wakes as f64 / TIME.as_secs_f64() })
}

/// The nanoseconds that all threads of this process have run, and how often they went to sleep. `/proc/self/stat` is too
/// coarse: it counts hundredths of a second.
fn used() -> Result<(u64, u64)> {
    let (mut nanos, mut sleeps) = (0, 0);
    for thread in std::fs::read_dir("/proc/self/task")? {
        let thread = thread?.path();
        let text = std::fs::read_to_string(thread.join("schedstat"))?;
        nanos += text.split(' ').next().unwrap_or_default().parse::<u64>()?;
        let text = std::fs::read_to_string(thread.join("status"))?;
        let line = text.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        sleeps += line.unwrap_or_default().trim().parse::<u64>()?;
    }
    Ok((nanos, sleeps))
}
