//! A running nats-server, which does not outlive this process.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The process of a nats-server. Dropping it kills the process.
pub struct Process {
    child: Child,
    watchdog: Option<Child>,
}

impl Process {
    /// Runs `program` with a configuration file; its output goes to `log`. If this process dies without dropping, the
    /// server is killed and `folder` removed.
    pub fn spawn(program: &Path, config: &Path, log: File, folder: &Path) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.arg("--config").arg(config).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        // Ctrl-C in the terminal should only reach this process, which decides how its server ends.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn()?;
        let watchdog = watch(child.id(), folder);
        Ok(Self { child, watchdog })
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The exit status, if it has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Kills it immediately, like `kill -9`.
    pub fn kill(mut self) {
        self.end();
    }

    /// Asks it to end, and kills it if that fails or takes longer than `patience`.
    pub fn stop(mut self, patience: Duration) {
        self.signal(Signal::Continue);
        if !self.signal(Signal::Terminate) {
            return;
        }
        let asked = Instant::now();
        while self.ended().is_none() && asked.elapsed() < patience {
            sleep(Duration::from_millis(5));
        }
    }

    /// Sends a signal, and returns whether that succeeded. Some systems have no signals.
    pub fn signal(&mut self, signal: Signal) -> bool {
        // The id of a process that was waited for may have been reused.
        self.ended().is_none() && send(&self.child, signal)
    }

    fn end(&mut self) {
        // The watchdog must end first: once the server is gone, its id may be reused.
        if let Some(mut watchdog) = self.watchdog.take() {
            let _ = watchdog.kill();
            let _ = watchdog.wait();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// A signal to a server.
#[derive(Clone, Copy)]
#[cfg_attr(not(unix), allow(dead_code))]
pub enum Signal {
    Suspend,
    Continue,
    Terminate,
}

#[cfg(unix)]
fn send(child: &Child, signal: Signal) -> bool {
    use rustix::process::{Pid, Signal as Unix, kill_process};

    let signal = match signal {
        Signal::Suspend => Unix::STOP,
        Signal::Continue => Unix::CONT,
        Signal::Terminate => Unix::TERM,
    };
    kill_process(Pid::from_child(child), signal).is_ok()
}

#[cfg(not(unix))]
fn send(_: &Child, _: Signal) -> bool {
    false
}

/// Starts a shell that waits for the end of its input. This process never writes to it, so the input ends when this process
/// does, however that happens. (`PR_SET_PDEATHSIG` would need unsafe code, and fires when the *thread* that started the server
/// ends.)
#[cfg(unix)]
fn watch(server: u32, folder: &Path) -> Option<Child> {
    use std::os::unix::process::CommandExt;

    Command::new("/bin/sh")
        .args(["-c", r#"read -r _; kill -9 "$1"; rm -rf -- "$2""#, "walnats-watchdog", &server.to_string()])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .ok()
}

#[cfg(not(unix))]
fn watch(_: u32, _: &Path) -> Option<Child> {
    None
}
