//! A sign of life for what takes longer.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long nothing is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows what is being done and for how long, after a second, and only on a terminal. Dropping it takes the line away.
pub struct Progress {
    shown: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Starts the clock.
    pub fn start(what: &str) -> Self {
        if !io::stderr().is_terminal() || std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb") {
            return Self { shown: None };
        }
        let (sender, receiver) = mpsc::channel::<()>();
        let (what, start) = (what.to_owned(), Instant::now());
        let thread = std::thread::spawn(move || {
            let mut is_shown = false;
            while receiver.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                is_shown = true;
                let seconds = start.elapsed().as_secs();
                let _ = write!(io::stderr().lock(), "\r\x1b[2K{what} ... {seconds} s");
            }
            if is_shown {
                let _ = write!(io::stderr().lock(), "\r\x1b[2K");
            }
        });
        Self { shown: Some((sender, thread)) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.shown.take() {
            drop(sender);
            let _ = thread.join();
        }
    }
}
