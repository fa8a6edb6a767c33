//! Credentials by JWT, for the rows that ask for them.

use std::path::{Path, PathBuf};

use async_nats::ConnectOptions;
use tempfile::TempDir;
use walnats_runtime::Options;
use walnats_server::{Claims, Operator};

use crate::Result;

/// In the publisher's environment: the file with its credentials.
pub const VARIABLE: &str = "WALNATS_FAULTS_CREDENTIALS";

/// An operator, and files with the credentials of two users of one account.
#[derive(Debug)]
pub struct Credentials {
    /// What the server is told.
    pub operator: Operator,
    folder: TempDir,
}

impl Credentials {
    /// Makes them.
    pub fn make() -> Result<Self> {
        let mut operator = Operator::new()?;
        let account = operator.account("SHOP", Claims::default().jetstream())?;
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("admin"), account.user("admin", Claims::default())?)?;
        std::fs::write(folder.path().join("shop"), account.user("shop", Claims::default().payload(2048))?)?;
        Ok(Self { operator, folder })
    }

    /// Of the harness.
    pub fn admin(&self) -> PathBuf {
        self.folder.path().join("admin")
    }

    /// Of the publisher.
    pub fn shop(&self) -> PathBuf {
        self.folder.path().join("shop")
    }
}

/// What a client needs that has the credentials in this file.
pub fn with(file: &Path) -> Result<ConnectOptions> {
    Ok(ConnectOptions::with_credentials(&std::fs::read_to_string(file)?)?)
}

/// Options of a process that finds the variable in its environment.
pub fn from_environment(options: Options, nats: ConnectOptions) -> Options {
    let file = std::env::var_os(VARIABLE).map(PathBuf::from);
    options.nats(match file.and_then(|file| std::fs::read_to_string(file).ok()) {
        Some(text) => nats.credentials(&text).unwrap_or_default(),
        None => nats,
    })
}
