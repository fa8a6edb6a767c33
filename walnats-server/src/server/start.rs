//! Starting the process, and waiting until it serves clients.

use std::fs::{self, File};
use std::path::Path;
use std::thread::sleep;
use std::time::Instant;

use super::{NatsServer, POLL};
use crate::error::StartError;
use crate::process::Process;
use crate::{config, probe};

impl NatsServer {
    /// Starts the process and waits until it is ready; on failure, no process is left running.
    pub(super) fn run(&mut self) -> Result<(), StartError> {
        self.spawn()?;
        let ready = self.wait();
        if ready.is_err() {
            self.kill();
        }
        ready
    }

    fn spawn(&mut self) -> Result<(), StartError> {
        let prepare = |path: &Path| {
            let path = path.to_owned();
            move |source| StartError::Prepare { path, source }
        };
        fs::create_dir_all(&self.store).map_err(prepare(&self.store))?;
        let config = self.folder.path().join("nats.conf");
        let text = config::text(&self.builder, &self.name, &self.ports, &self.store);
        fs::write(&config, text).map_err(prepare(&config))?;
        let path = self.log_path();
        let log = File::options().create(true).append(true).open(&path).map_err(prepare(&path))?;
        self.log_start = log.metadata().map_or(0, |log| log.len());
        let process = Process::spawn(&self.program, &config, log, self.folder.path());
        let process = process.map_err(|source| StartError::Run { path: self.program.clone(), source })?;
        self.process = Some(process);
        Ok(())
    }

    fn wait(&mut self) -> Result<(), StartError> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.process.as_mut().and_then(Process::ended) {
                return Err(StartError::Exited { status, log: self.last_lines() });
            }
            let Err(waiting_for) = self.readiness() else { return Ok(()) };
            let deadline = self.builder.deadline;
            if started.elapsed() >= deadline {
                return Err(StartError::NotReady { deadline, waiting_for, log: self.last_lines() });
            }
            sleep(POLL);
        }
    }

    /// Checks whether clients can be served; the error is what is missing.
    fn readiness(&self) -> Result<(), String> {
        let info = if self.builder.tls_first { probe::info_over_http } else { probe::info };
        let address = if self.builder.tls_first { self.monitor() } else { self.address() };
        let info = info(address).map_err(|error| format!("no answer for clients ({error})"))?;
        if info.server_name != self.name {
            return Err(format!("another server, `{}`, has its port", info.server_name));
        }
        if self.builder.jetstream.is_some() && !info.jetstream {
            return Err("JetStream is not ready".to_owned());
        }
        match self.ports.routes {
            // Its health is that of its cluster, which may need servers that are started later.
            Some(_) => Ok(()),
            None => self.health(),
        }
    }

    pub(crate) fn health(&self) -> Result<(), String> {
        let health = probe::health(self.monitor());
        health.map_err(|error| format!("cannot read the health of `{}` ({error})", self.name))?
    }
}
