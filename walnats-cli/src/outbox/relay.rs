//! `walnats outbox relay`

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;
use signal_hook::consts::TERM_SIGNALS;
use walnats_outbox::{AfterWindow, Database, Outbox, Parking, Tally};
use walnats_runtime::Publisher;

use super::place::Place;
use crate::outcome::{Failure, Outcome};
use crate::output;

/// Send events to JetStream as they are committed, until Ctrl-C
///
/// Any number of relays may run concurrently. Prints a summary at the end; exits 1 if it parked events as dead letters.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    pub place: Place,
    /// The servers, separated by commas
    #[arg(
        long,
        value_name = "URLS",
        env = "NATS_URL",
        hide_env_values = true,
        default_value = "nats://127.0.0.1:4222"
    )]
    nats: String,
    /// A NATS credentials file; it is read again for each connection, so it can be rotated
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
    /// The JetStream domain of the streams, if it differs from the server's
    #[arg(long, value_name = "NAME", conflicts_with = "api_prefix")]
    domain: Option<String>,
    /// The prefix of JetStream API subjects, if the account imports them under another name
    #[arg(long, value_name = "PREFIX")]
    api_prefix: Option<String>,
    /// Send what is pending now, then exit
    #[arg(long)]
    once: bool,
    /// Learn of commits through LISTEN (Postgres); the services must call `notify` on their outbox
    #[arg(long)]
    pub listen: bool,
    /// How long this relay holds its lease on the events it takes
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    lease: u64,
    /// Let dead letters not block later events of their key
    #[arg(long)]
    pass_parked: bool,
    /// Park possibly stored events once JetStream has forgotten their ids; default: resend them, possibly as duplicates
    #[arg(long)]
    park_after_window: bool,
    /// How long sent events stay in the table
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    keep: u64,
}

pub async fn run<D: Database>(outbox: &Outbox<D>, options: &Options) -> Result<Outcome, Failure> {
    let mut runtime = walnats_runtime::Options::new();
    if let Some(file) = &options.credentials {
        runtime = runtime.credentials_file(file);
    }
    if let Some(domain) = &options.domain {
        runtime = runtime.domain(domain);
    }
    if let Some(prefix) = &options.api_prefix {
        runtime = runtime.api_prefix(prefix);
    }
    let publisher = Publisher::connect(&options.nats, &[], runtime).await?;
    let mut relay = outbox
        .relay(&publisher)
        .lease(Duration::from_secs(options.lease))
        .keep_sent(Duration::from_secs(options.keep.saturating_mul(3_600)));
    if options.pass_parked {
        relay = relay.parking(Parking::PassesKey);
    }
    if options.park_after_window {
        relay = relay.after_window(AfterWindow::Park);
    }
    let tally = if options.once {
        relay.drain().await?
    } else {
        let stop = Arc::new(AtomicBool::new(false));
        for signal in TERM_SIGNALS {
            signal_hook::flag::register(*signal, Arc::clone(&stop))?;
        }
        output::print(&format!("relaying until Ctrl-C; {}\n", outbox.status().await?))?;
        relay.run_until(set(stop)).await?
    };
    let Tally { sent, duplicates, failed, parked, fenced, .. } = tally;
    output::print(&format!(
        "{sent} sent ({duplicates} already stored), {failed} failed attempts, {parked} parked, {fenced} taken over by other relays\n"
    ))?;
    Ok(if parked > 0 { Outcome::Findings } else { Outcome::Clean })
}

async fn set(flag: Arc<AtomicBool>) {
    while !flag.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
