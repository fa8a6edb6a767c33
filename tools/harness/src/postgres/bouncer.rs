//! A real PgBouncer for tests, in transaction mode.
//!
//! It comes from `WALNATS_PGBOUNCER` (the program), else from `PATH` or `/usr/sbin`, else, on Debian and its like, from its
//! package, which apt fetches and nothing installs: the program and two libraries, unpacked into the cache folder.

use std::env;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{NOBODY, Result, done, is_root, locate, unprivileged, watch};

/// The libraries that not every system has, by the names of several releases.
const LIBRARIES: [&str; 4] = ["libevent-2.1-7", "libevent-2.1-7t64", "libc-ares2", "libcares2"];
const CURE: &str =
    "install PgBouncer (on Debian and Ubuntu: `apt-get install pgbouncer`), or set WALNATS_PGBOUNCER to the program";
const READY_WITHIN: Duration = Duration::from_secs(30);

/// A running PgBouncer. It ends with this process at the latest.
#[derive(Debug)]
pub struct Bouncer {
    port: u16,
    process: Child,
    _watchdog: Child,
    _folder: TempDir,
}

impl Bouncer {
    /// Starts one in front of a Postgres, with so many connections to each database of it.
    pub fn start(postgres: u16, connections: u32) -> Result<Self> {
        let (program, libraries) = program()?;
        let folder = tempfile::Builder::new().prefix("walnats-pgbouncer-").tempdir()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let config = folder.path().join("pgbouncer.ini");
        // What sqlx says when it connects, and PgBouncer does not know.
        let ignored = "ignore_startup_parameters = extra_float_digits";
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={postgres} user=walnats\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n{ignored}\n\
             default_pool_size = {connections}\nmax_client_conn = 200\n"
        );
        fs::write(&config, text)?;
        if is_root() {
            std::os::unix::fs::chown(folder.path(), Some(NOBODY), Some(NOBODY))?;
        }
        let log = folder.path().join("log");
        let mut command = Command::new(program);
        command.arg(&config).env("LD_LIBRARY_PATH", libraries).stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(fs::File::create(&log)?);
        let mut process = unprivileged(&mut command, folder.path()).spawn()?;
        let watchdog = watch(process.id(), folder.path())?;
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if process.try_wait()?.is_some() || started.elapsed() > READY_WITHIN {
                let _ = process.kill();
                return Err(format!("pgbouncer did not start: {}", fs::read_to_string(&log)?).into());
            }
            sleep(Duration::from_millis(20));
        }
        Ok(Self { port, process, _watchdog: watchdog, _folder: folder })
    }

    /// What to connect to.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://walnats@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The program, and where its libraries are.
fn program() -> Result<(PathBuf, PathBuf)> {
    if let Some(program) = env::var_os("WALNATS_PGBOUNCER").map(PathBuf::from) {
        let wrong = || format!("WALNATS_PGBOUNCER: `{}` is not there", program.display()).into();
        return if program.is_file() { Ok((program, PathBuf::new())) } else { Err(wrong()) };
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain([PathBuf::from("/usr/sbin"), PathBuf::from("/opt/homebrew/bin")]);
    if let Some(program) = folders.map(|folder| folder.join("pgbouncer")).find(|program| program.is_file()) {
        return Ok((program, PathBuf::new()));
    }
    package().map_err(|error| format!("there is no PgBouncer to test with: {error}; {CURE}").into())
}

/// From Debian's package, unpacked and not installed. Lists of packages of its own are fetched where the machine has none.
fn package() -> Result<(PathBuf, PathBuf)> {
    let (folder, _lock) = locate::cache("pgbouncer")?;
    let program = folder.join("usr/sbin/pgbouncer");
    if !program.is_file() && download(&folder, &[]).is_err() {
        fs::create_dir_all(folder.join("lists/partial"))?;
        let own = [format!("Dir::State::Lists={}", folder.join("lists").display())];
        done(apt(&folder, &own).arg("update"))?;
        download(&folder, &own)?;
    }
    let libraries = fs::read_dir(folder.join("usr/lib"))?.flatten().map(|entry| entry.path());
    let libraries = libraries.filter(|path| path.is_dir()).collect::<Vec<_>>();
    let libraries = env::join_paths(libraries)?.into();
    if program.is_file() { Ok((program, libraries)) } else { Err("the package has no program".into()) }
}

fn download(folder: &Path, options: &[String]) -> Result<()> {
    done(apt(folder, options).args(["download", "pgbouncer"]))?;
    for library in LIBRARIES {
        // Each release has its own names; that one is missing, the program says when it starts.
        let _ = done(apt(folder, options).args(["download", library]));
    }
    let mut packages: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    packages.retain(|path| path.extension().is_some_and(|extension| extension == "deb"));
    // The program comes last: where it is, everything is.
    packages.sort();
    for package in packages {
        done(Command::new("dpkg-deb").arg("-x").arg(&package).arg(folder))?;
    }
    Ok(())
}

fn apt(folder: &Path, options: &[String]) -> Command {
    let mut apt = Command::new("apt-get");
    apt.current_dir(folder).args(["-q", "-o", "APT::Sandbox::User=root", "-o", "Dir::Cache::pkgcache=", "-o"]);
    apt.arg("Dir::Cache::srcpkgcache=");
    options.iter().for_each(|option| {
        apt.args(["-o", option]);
    });
    apt
}
