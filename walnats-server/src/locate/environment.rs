//! Paths from the environment.

use std::env;
use std::path::PathBuf;

/// The folder of walnats' caches for this user.
pub fn cache_folder() -> Option<PathBuf> {
    if let Some(folder) = variable("WALNATS_CACHE_DIR") {
        return Some(folder);
    }
    let caches = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        env::home_dir().map(|home| home.join("Library/Caches"))
    } else {
        variable("XDG_CACHE_HOME").or_else(|| env::home_dir().map(|home| home.join(".cache")))
    };
    caches.map(|caches| caches.join("walnats"))
}

/// A variable that contains a path; an empty one counts as unset.
pub fn variable(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
