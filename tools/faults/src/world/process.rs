//! The processes of a trial: the publisher, and the relays of an outbox.

use std::ops::Range;
use std::process::Stdio;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;

use super::{World, url};
use crate::Result;
use crate::credentials;
use crate::database::with_database;
use crate::relay::Finish;

impl World {
    /// Starts the publisher, which emits the workload.
    pub(crate) fn launch(&mut self) -> Result<()> {
        for _ in 0..self.setup.outbox.map_or(0, |relays| relays.count) {
            let relay = self.relay()?;
            self.relays.push(relay);
        }
        let mut publisher = self.command("emit").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        self.gate = publisher.stdin.take();
        let output = publisher.stdout.take().ok_or("the publisher has no output")?;
        self.publisher = Some(publisher);
        let progress = self.progress_sender.clone();
        let told = self.write_down(output);
        tokio::spawn(async move {
            // This task ends with the pipe, and cannot panic.
            let _ = told.await;
            progress.send_modify(|progress| progress.ended = true);
        });
        Ok(())
    }

    fn relay(&self) -> Result<Child> {
        let mut relay = self.command("relay").stdout(Stdio::piped()).spawn()?;
        self.write_down(relay.stdout.take().ok_or("a relay has no output")?);
        Ok(relay)
    }

    /// Records the reports of a process in the ledger until it ends.
    fn write_down(&self, output: ChildStdout) -> JoinHandle<()> {
        let (ledger, progress) = (Arc::clone(&self.ledger), self.progress_sender.clone());
        tokio::spawn(async move {
            let mut lines = BufReader::new(output).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let mut ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
                ledger.note(&line);
                progress.send_modify(|progress| progress.began = ledger.began);
            }
        })
    }

    pub(crate) fn command(&self, what: &str) -> Command {
        let urls = match &self.proxy {
            Some(proxy) => url(self.setup.user, &proxy.address().to_string()),
            None => self.urls(self.setup.user),
        };
        let mut command = match &self.machine {
            Some(machine) => machine.command(&self.program),
            None => Command::new(&self.program),
        };
        command.args([what, "--row", self.setup.name, "--seed", &self.seed.to_string(), "--urls", &urls]);
        if let Some(database) = &self.database {
            command.args(["--database", &database.url]);
        }
        if let Some(credentials) = &self.credentials {
            command.env(credentials::VARIABLE, credentials.shop());
        }
        if let Some(clock) = &self.clock {
            command.envs(clock.environment());
        }
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// Kills the publisher, like `kill -9`, and waits until it has ended.
    ///
    /// # Errors
    ///
    /// It cannot be killed.
    pub async fn kill_publisher(&mut self) -> Result<()> {
        if let Some(mut publisher) = self.publisher.take() {
            publisher.kill().await?;
        }
        Ok(())
    }

    /// Suspends the publisher's process for this long. Its clocks continue.
    ///
    /// # Errors
    ///
    /// It has ended.
    pub async fn suspend_publisher(&mut self, millis: Range<u64>) -> Result<()> {
        let id = process(self.publisher.as_ref())?;
        kill_process(id, Signal::STOP)?;
        self.wait(millis).await;
        Ok(kill_process(id, Signal::CONT)?)
    }

    /// Suspends the publisher for this long, as if its machine slept: the monotonic clock does not count that time.
    ///
    /// # Errors
    ///
    /// It has ended.
    pub async fn sleep_publisher(&mut self, millis: Range<u64>) -> Result<()> {
        let id = process(self.publisher.as_ref())?;
        kill_process(id, Signal::STOP)?;
        let start = std::time::Instant::now();
        self.wait(millis).await;
        self.clock()?.not_counted(start.elapsed())?;
        Ok(kill_process(id, Signal::CONT)?)
    }

    /// Kills a relay, like `kill -9`, and starts another one.
    ///
    /// # Errors
    ///
    /// It cannot be killed, or the other one cannot be started.
    pub async fn kill_relay(&mut self, index: usize) -> Result<()> {
        let new = self.relay()?;
        let mut old = std::mem::replace(self.relays.get_mut(index).ok_or("no such relay")?, new);
        Ok(old.kill().await?)
    }

    /// Suspends a relay's process for this long.
    ///
    /// # Errors
    ///
    /// It has ended.
    pub async fn suspend_relay(&mut self, index: usize, millis: Range<u64>) -> Result<()> {
        let id = process(self.relays.get(index))?;
        kill_process(id, Signal::STOP)?;
        self.wait(millis).await;
        Ok(kill_process(id, Signal::CONT)?)
    }

    /// Waits until the outbox is empty, with the help of another relay.
    pub(crate) async fn finish_outbox(&mut self) -> Result<()> {
        let publisher = self.admin().await?;
        let parks = self.setup.parks;
        with_database(&self.database()?.url, Finish { publisher, limit: Duration::from_secs(60), parks }).await
    }
}

fn process(child: Option<&Child>) -> Result<Pid> {
    let id = child.and_then(Child::id).and_then(|id| i32::try_from(id).ok());
    id.and_then(Pid::from_raw).ok_or_else(|| "the process has ended".into())
}
