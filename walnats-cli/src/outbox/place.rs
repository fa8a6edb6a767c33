//! The database and tables of an outbox.

use clap::Args;
use walnats_outbox::Tables;

/// The outbox's database and tables.
#[derive(Args)]
pub struct Place {
    /// `sqlite://PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    pub database: String,
    #[command(flatten)]
    pub names: Names,
}

/// The names of its tables.
#[derive(Args)]
pub struct Names {
    /// The schema of the tables (Postgres); default: the first in the user's `search_path`
    #[arg(long, value_name = "NAME")]
    pub schema: Option<String>,
    /// The table of the outbox; default: walnats_outbox
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// The table of the inbox; default: walnats_inbox
    #[arg(long, value_name = "NAME")]
    inbox_table: Option<String>,
}

impl Names {
    /// The library's form of the names.
    pub fn tables(&self) -> Tables {
        let mut tables = Tables::new();
        if let Some(schema) = &self.schema {
            tables = tables.schema(schema);
        }
        if let Some(table) = &self.table {
            tables = tables.outbox(table);
        }
        if let Some(table) = &self.inbox_table {
            tables = tables.inbox(table);
        }
        tables
    }
}
