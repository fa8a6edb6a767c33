//! How much of a processor a publisher takes that has nothing to do.

use std::time::{Duration, Instant};

use walnats_runtime::{Options, Publisher};
use walnats_server::NatsServer;

use crate::Result;
use crate::fact::Fact;
use crate::row::FACTS;

/// How long it idles.
const TIME: Duration = Duration::from_secs(20);

/// Emits 500 buffered events, flushes, and then idles for 20 s. Gives the share of one core that all threads of this
/// process take meanwhile: 0.001 is a thousandth. So nothing else must run in it.
///
/// # Errors
///
/// The server does not start, an emit fails, or the system does not tell (it has to be Linux).
pub async fn idle_load() -> Result<f64> {
    static STREAMS: &[walnats_runtime::StreamDescriptor] = &[FACTS];
    let server = NatsServer::start()?;
    let publisher = Publisher::connect(server.url(), STREAMS, Options::new()).await?;
    publisher.register(STREAMS).await?;
    for number in 0..500 {
        let fact = Fact { topic: 0, tail: String::new(), number, again: false, size: 200 };
        publisher.emit(&fact).buffered().await?;
    }
    publisher.flush(Duration::from_secs(30)).await?;
    // What the last events started ends.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (start, before) = (Instant::now(), processor_time()?);
    tokio::time::sleep(TIME).await;
    let taken = processor_time()?.saturating_sub(before);
    Ok(taken.as_secs_f64() / start.elapsed().as_secs_f64())
}

/// What all threads of this process have taken. `/proc/self/stat` counts hundredths of a second, which is too coarse.
fn processor_time() -> Result<Duration> {
    let mut nanos = 0;
    for thread in std::fs::read_dir("/proc/self/task")? {
        let text = std::fs::read_to_string(thread?.path().join("schedstat"))?;
        nanos += text.split(' ').next().unwrap_or_default().parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanos))
}
