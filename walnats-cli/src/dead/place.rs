//! Where the dead letters are.

use clap::Args;

use crate::server::Server;

/// A stream of dead letters on a server.
#[derive(Args)]
pub struct Place {
    /// The stream of dead letters, without the name of the environment
    #[arg(long, value_name = "NAME", default_value = "dead-letters")]
    pub stream: String,
    #[command(flatten)]
    pub server: Server,
}
