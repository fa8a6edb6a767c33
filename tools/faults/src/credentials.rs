//! Credentials by JWT, for the rows that use them.

use std::path::{Path, PathBuf};

use async_nats::ConnectOptions;
use tempfile::TempDir;
use walnats_runtime::Options;
use walnats_server::{Claims, Operator};

use crate::Result;

/// The variable in the publisher's environment that names its credentials file.
pub const VARIABLE: &str = "WALNATS_FAULTS_CREDENTIALS";

/// An operator, and the credentials files of two users of one account.
#[derive(Debug)]
pub struct Credentials {
    /// The operator that the server trusts.
    pub operator: Operator,
    folder: TempDir,
}

impl Credentials {
    /// Creates them.
    pub fn make() -> Result<Self> {
        let mut operator = Operator::new()?;
        let account = operator.account("SHOP", Claims::default().jetstream())?;
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("admin"), account.user("admin", Claims::default())?)?;
        std::fs::write(folder.path().join("shop"), account.user("shop", Claims::default().payload(2048))?)?;
        Ok(Self { operator, folder })
    }

    /// The credentials file of the harness.
    pub fn admin(&self) -> PathBuf {
        self.folder.path().join("admin")
    }

    /// The credentials file of the publisher.
    pub fn shop(&self) -> PathBuf {
        self.folder.path().join("shop")
    }
}

/// The options of a client with the credentials in this file.
pub fn with(file: &Path) -> Result<ConnectOptions> {
    Ok(ConnectOptions::with_credentials(&std::fs::read_to_string(file)?)?)
}

/// The options of a process with the variable in its environment.
pub fn from_environment(options: Options, nats: ConnectOptions) -> Options {
    let file = std::env::var_os(VARIABLE).map(PathBuf::from);
    options.nats(match file.and_then(|file| std::fs::read_to_string(file).ok()) {
        Some(text) => nats.credentials(&text).unwrap_or_default(),
        None => nats,
    })
}
