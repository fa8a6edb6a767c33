//! `walnats outbox`

mod place;
mod relay;
mod wrong;

use std::fmt::Write;
use std::time::SystemTime;

use clap::{Args, Subcommand, ValueEnum};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Pool, Sqlite};
use walnats_outbox::sql;
use walnats_outbox::{Database, Outbox, Parked, Row, TablesError};

use crate::outcome::{Failure, Outcome};
use crate::output;
use place::{Names, Place};

/// Relay, monitor and repair a transactional outbox
///
/// Services that use the crate walnats-outbox write events to a table of their SQLite or Postgres database, in the same
/// transaction as their data. These commands send the events to JetStream and handle those that cannot be sent.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Relay(relay::Options),
    /// Show how many events are pending, and for how long
    ///
    /// Exits 1 if there are dead letters.
    Status {
        #[command(flatten)]
        place: Place,
    },
    /// Show what is pending for each stream, and why: the stream is missing or full, the event was rejected or delayed, or a dead
    /// letter blocks it
    Pending {
        #[command(flatten)]
        place: Place,
        /// Also list the N keys with the most pending events
        #[arg(long, value_name = "N")]
        keys: Option<u32>,
    },
    /// List the dead letters: events that JetStream rejected
    Dead {
        #[command(flatten)]
        place: Place,
        /// Only ids greater than this
        #[arg(long, value_name = "ID", default_value_t = 0)]
        after: i64,
        /// The maximum number of rows
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: u32,
    },
    /// Send dead letters again, with their original ids
    Replay {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        which: Which,
    },
    /// Delete dead letters; their events are never published
    Drop {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        which: Which,
    },
    /// Create the tables, or migrate them to the current version
    Migrate {
        #[command(flatten)]
        place: Place,
    },
    /// Print the SQL of the tables, for teams that run their own migrations
    Migrations {
        /// The database
        #[arg(value_enum)]
        database: Kind,
        #[command(flatten)]
        names: Names,
    },
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// Ids, as `dead` lists them
    #[arg(value_name = "ID")]
    ids: Vec<i64>,
    /// All dead letters
    #[arg(long)]
    all: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Sqlite,
    Postgres,
}

pub fn run(options: &Options) -> Result<Outcome, Failure> {
    if let Command::Migrations { database, names } = &options.command {
        return print_migrations(*database, names);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let Some(place) = options.command.place() else { return Ok(Outcome::Clean) };
        let (url, tables) = (place.database.as_str(), place.names.tables());
        match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => {
                let settings: SqliteConnectOptions = url.parse().map_err(|error| wrong::unreadable(&error))?;
                let shown = settings.get_filename().display().to_string();
                let pool = Pool::<Sqlite>::connect_with(settings).await;
                let pool = pool.map_err(|error| wrong::unopened(&shown, wrong::Kind::Sqlite, &error))?;
                let ended = dispatch(Outbox::new(pool).tables(tables)?, &options.command).await;
                ended.map_err(|failure| wrong::failed(&shown, &*failure))
            }
            Some("postgres" | "postgresql") => {
                let settings: PgConnectOptions = url.parse().map_err(|error| wrong::unreadable(&error))?;
                let database = settings.get_database().unwrap_or_else(|| settings.get_username());
                let shown = format!("{}:{}/{database}", settings.get_host(), settings.get_port());
                let pool = PgPoolOptions::new().acquire_timeout(wrong::PATIENCE).connect_with(settings).await;
                let pool = pool.map_err(|error| wrong::unopened(&shown, wrong::Kind::Postgres, &error))?;
                let outbox = Outbox::new(pool).tables(tables)?;
                let ended = match &options.command {
                    Command::Relay(relay) if relay.listen => dispatch(outbox.notify(), &options.command).await,
                    command => dispatch(outbox, command).await,
                };
                ended.map_err(|failure| wrong::failed(&shown, &*failure))
            }
            _ => Err("the database URL must start with `sqlite:` or `postgres:`".into()),
        }
    })
}

impl Command {
    fn place(&self) -> Option<&Place> {
        match self {
            Self::Relay(relay::Options { place, .. })
            | Self::Status { place }
            | Self::Pending { place, .. }
            | Self::Dead { place, .. }
            | Self::Replay { place, .. }
            | Self::Drop { place, .. }
            | Self::Migrate { place } => Some(place),
            Self::Migrations { .. } => None,
        }
    }
}

async fn dispatch<D: Database>(outbox: Outbox<D>, command: &Command) -> Result<Outcome, Failure> {
    match command {
        Command::Relay(options) => relay::run(&outbox, options).await,
        Command::Status { .. } => {
            let status = outbox.status().await?;
            output::print(&format!("{status}\n"))?;
            Ok(if status.parked > 0 { Outcome::Findings } else { Outcome::Clean })
        }
        Command::Pending { keys, .. } => {
            let mut lines = String::new();
            for pending in outbox.pending().await? {
                let _ = writeln!(lines, "{pending}");
            }
            if let Some(keys) = keys {
                for pending in outbox.pending_keys(*keys).await? {
                    let _ = writeln!(lines, "{pending}");
                }
            }
            output::print(if lines.is_empty() { "nothing is pending\n" } else { &lines })?;
            Ok(Outcome::Clean)
        }
        Command::Dead { after, limit, .. } => {
            let rows = outbox.parked(*after, *limit).await?;
            output::print(&rows.iter().map(line).collect::<String>())?;
            Ok(if rows.is_empty() { Outcome::Clean } else { Outcome::Findings })
        }
        Command::Replay { which, .. } => report("queued again", outbox.replay(&which.parked()).await?),
        Command::Drop { which, .. } => report("dropped", outbox.discard(&which.parked()).await?),
        Command::Migrate { .. } => {
            outbox.migrate().await?;
            output::print("the tables are up to date\n")?;
            Ok(Outcome::Clean)
        }
        Command::Migrations { .. } => Ok(Outcome::Clean),
    }
}

impl Which {
    fn parked(&self) -> Parked {
        if self.all { Parked::All } else { Parked::Ids(self.ids.clone()) }
    }
}

fn report(what: &str, number: usize) -> Result<Outcome, Failure> {
    output::print(&format!("{} {what}\n", output::count(number, "dead letter")))?;
    Ok(Outcome::Clean)
}

/// Without payload and headers, which may be secret.
fn line(row: &Row) -> String {
    let age = SystemTime::now().duration_since(row.created).unwrap_or_default().as_secs();
    let mut line = format!("{}  {}  on `{}`  {age} s old  ", row.id, row.event, row.subject);
    if let Some(key) = &row.ordering_key {
        let _ = write!(line, "key `{key}`  ");
    }
    let error = row.last_error.as_deref().unwrap_or("no error was recorded");
    let _ = writeln!(line, "{}: {error}", output::count(row.attempts as usize, "attempt"));
    line
}

fn print_migrations(database: Kind, names: &Names) -> Result<Outcome, Failure> {
    let (tables, mut text) = (names.tables(), String::new());
    let migrations = match database {
        Kind::Sqlite if names.schema.is_some() => return Err(TablesError::NoSchemas.into()),
        Kind::Sqlite => sql::sqlite::MIGRATIONS,
        Kind::Postgres => sql::postgres::MIGRATIONS,
    };
    for migration in migrations {
        let sql = tables.apply(migration.sql)?;
        // `apply` has checked that the name contains no quotes.
        if let (true, Some(schema)) = (text.is_empty(), &names.schema) {
            let _ = writeln!(text, "CREATE SCHEMA IF NOT EXISTS \"{schema}\";\n");
        } else if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&sql);
    }
    output::print(&text)?;
    Ok(Outcome::Clean)
}
