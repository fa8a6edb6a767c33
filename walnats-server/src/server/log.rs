//! The server's log.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;

use super::NatsServer;

/// The length of the log's end that is read, in bytes.
const LOG_TAIL: u64 = 16 * 1024;

impl NatsServer {
    /// The server's log file.
    pub fn log_path(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    /// The end of the log, since the last start: at most 16 KiB, whole lines.
    pub fn log(&self) -> String {
        self.read_log().unwrap_or_default()
    }

    /// The last lines of the log, for an error.
    pub(crate) fn last_lines(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }

    fn read_log(&self) -> io::Result<String> {
        let mut file = File::open(self.log_path())?;
        let length = file.metadata()?.len();
        let start = self.log_start.max(length.saturating_sub(LOG_TAIL));
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        let whole_lines =
            if start > self.log_start { text.split_once('\n').map_or("", |(_, rest)| rest) } else { &text };
        Ok(whole_lines.to_owned())
    }
}
