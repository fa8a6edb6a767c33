//! Replaces a file as a whole: whoever reads it sees the old text or the new one.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A byte order mark, which is no part of the texts.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Writes `new` to the file at `path`, a real path, whose text was `old`. Its permissions stay.
pub fn replace(path: &Path, old: &str, new: &str) -> io::Result<()> {
    let permissions = fs::metadata(path)?.permissions();
    if permissions.readonly() {
        return Err(io::Error::new(ErrorKind::PermissionDenied, "it is read-only"));
    }
    let bytes = fs::read(path)?;
    let (mark, text) = bytes.split_at(if bytes.starts_with(MARK) { MARK.len() } else { 0 });
    if text != old.as_bytes() {
        return Err(io::Error::other("somebody else has just changed it"));
    }
    let temporary = Temporary(path.with_file_name(format!(".walnats-fmt-{}", std::process::id())));
    let mut file = OpenOptions::new().write(true).create_new(true).open(&temporary.0)?;
    file.set_permissions(permissions)?;
    file.write_all(mark)?;
    file.write_all(new.as_bytes())?;
    file.sync_all()?;
    drop(file);
    fs::rename(&temporary.0, path)
}

/// A file that is gone in the end, where it was not renamed.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
