//! Runs rows and prints the table. With `emit`, it is the publisher of one trial.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args, Parser, Subcommand};
use futures_util::{StreamExt, stream};
use walnats_faults::{
    EnqueueAll, Fault, Idling, Result, RunRelay, idle, rows, run_instance, with_database, worst_stall,
};

/// Injects faults into real NATS servers while events are emitted, and compares what callers were told with what is stored.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    table: Table,
}

#[derive(Debug, Args)]
struct Table {
    /// The number of seeds per row, from 1. Default: 5, or as many as the time allows.
    #[arg(long)]
    seeds: Option<u64>,
    /// Starts no trial after this many minutes.
    #[arg(long)]
    minutes: Option<u64>,
    /// Runs only this seed.
    #[arg(long, conflicts_with = "seeds")]
    seed: Option<u64>,
    /// Runs rows whose name contains this; can be repeated. Default: all.
    #[arg(long)]
    row: Vec<String>,
    /// The number of concurrent trials.
    #[arg(long, default_value_t = 3)]
    jobs: usize,
    /// Prints the names of the rows and exits.
    #[arg(long)]
    list: bool,
    /// Skips the measurements of the worst stall and of an idle publisher, which take 12 s and 21 s.
    #[arg(long)]
    no_stall: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The publisher of one trial; the harness starts it.
    #[command(hide = true)]
    Emit {
        #[arg(long)]
        row: String,
        #[arg(long)]
        seed: u64,
        #[arg(long)]
        urls: String,
        #[arg(long)]
        database: Option<String>,
    },
    /// An instance of the service that reads in one trial.
    #[command(hide = true)]
    Read {
        #[arg(long)]
        row: String,
        #[arg(long)]
        seed: u64,
        #[arg(long)]
        urls: String,
    },
    /// A relay of one trial.
    #[command(hide = true)]
    Relay {
        #[arg(long)]
        row: String,
        #[arg(long)]
        seed: u64,
        #[arg(long)]
        urls: String,
        #[arg(long)]
        database: String,
    },
}

#[tokio::main(flavor = "multi_thread", worker_threads = 4)]
async fn main() -> ExitCode {
    let Arguments { command, table } = Arguments::parse();
    let result = match command {
        Some(Command::Emit { row, seed, urls, database }) => emit(&row, seed, &urls, database).await.map(|()| true),
        Some(Command::Read { row, urls, .. }) => read(&row, &urls).await.map(|()| true),
        Some(Command::Relay { row, urls, database, .. }) => relay(&row, &urls, &database).await.map(|()| true),
        None => table.print().await,
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

async fn emit(row: &str, seed: u64, urls: &str, database: Option<String>) -> Result<()> {
    let row = rows::find(row).ok_or("there is no row with this name")?;
    match database {
        Some(database) => with_database(&database, EnqueueAll { row, seed, urls }).await,
        None => walnats_faults::emit(row, seed, urls).await,
    }
}

async fn read(row: &str, urls: &str) -> Result<()> {
    run_instance(rows::find_reading(row).ok_or("there is no row with this name")?, urls).await
}

async fn relay(row: &str, urls: &str, database: &str) -> Result<()> {
    let row = rows::find(row).ok_or("there is no row with this name")?;
    with_database(database, RunRelay { row, urls }).await
}

impl Table {
    /// Returns whether no promise was violated.
    async fn print(self) -> Result<bool> {
        let (publishers, readers) = (self.chosen(rows::all()), self.chosen(rows::reading()));
        if self.list {
            publishers.iter().for_each(|row| println!("{}", row.name()));
            readers.iter().for_each(|row| println!("{}", row.name()));
            return Ok(true);
        }
        let share = self.minutes.map(|minutes| Duration::from_secs(minutes * 60));
        let all = (publishers.len() + readers.len()).max(1);
        let of = |rows: usize| share.map(|share| share.mul_f64(rows as f64 / all as f64));
        let mut sum = self.run(&publishers, of(publishers.len())).await?;
        sum += self.run(&readers, of(readers.len())).await?;
        if !self.no_stall {
            let (stall, calls) = worst_stall().await?;
            let (bare, publisher) = idle().await?;
            for (who, idling) in [("client", bare), ("publisher", publisher)] {
                let Idling { load, wakes } = idling;
                println!(
                    "\nAn idle {who} wakes up {wakes:.1} times per second and uses {:.3} % of a core",
                    load * 100.0
                );
            }
            println!("\nWorst stall of the emit call over two server kills in 12 s: {} ({calls} calls)", millis(stall));
        }
        if sum.problems > 0 {
            return Err(format!("{} trials could not run", sum.problems).into());
        }
        Ok(sum.violations == 0)
    }

    fn chosen<F: Fault>(&self, rows: Vec<&'static F>) -> Vec<&'static F> {
        let is_chosen = |row: &&F| self.row.is_empty() || self.row.iter().any(|part| row.name().contains(part));
        rows.into_iter().filter(is_chosen).collect()
    }

    /// Runs rows, and prints their table.
    async fn run<F: Fault>(&self, rows: &[&'static F], limit: Option<Duration>) -> Result<Sum> {
        let (rows, impossible): (Vec<&F>, Vec<&F>) = rows.iter().partition(|row| row.is_possible());
        impossible
            .iter()
            .for_each(|row| eprintln!("skipped, because it needs root on Linux, or iproute2: {}", row.name()));
        let most = self.seeds.unwrap_or(if self.minutes.is_some() { u64::MAX - 1 } else { 5 });
        let seeds = self.seed.map_or(1..most + 1, |seed| seed..seed + 1);
        let start = Instant::now();
        let program = std::env::current_exe()?;
        // Seed by seed, so that an early stop has still run every row.
        let trials = seeds.flat_map(|seed| (0..rows.len()).map(move |index| (index, seed)));
        let trials = trials.take_while(|_| limit.is_none_or(|limit| start.elapsed() < limit));
        let trials = stream::iter(trials).map(|(index, seed)| {
            let (program, row) = (program.clone(), rows[index]);
            async move { (index, seed, row.attempt(&program, seed).await) }
        });
        let mut trials = trials.buffer_unordered(self.jobs.max(1));
        let mut tallies: BTreeMap<usize, F::Tally> = BTreeMap::new();
        let mut sum = Sum::default();
        let mut left_out: Vec<usize> = Vec::new();
        while let Some((index, seed, trial)) = trials.next().await {
            let again = format!("--row \"{}\" --seed {seed}", rows[index].name());
            match trial {
                Ok(trial) if trial.shows_nothing => {
                    left_out.push(index);
                    eprintln!("skipped: {}\n  repeat with: {again}", trial.violations.join(", "));
                }
                Ok(trial) => {
                    for violation in &trial.violations {
                        eprintln!("violation: {violation}\n  repeat with: {again}");
                    }
                    sum.violations += trial.violations.len();
                    *tallies.entry(index).or_default() += trial.tally;
                }
                Err(error) => {
                    sum.problems += 1;
                    eprintln!("could not run: {error}\n  repeat with: {again}");
                }
            }
        }
        for index in left_out.iter().filter(|index| !tallies.contains_key(index)) {
            sum.problems += 1;
            eprintln!("no trial was conclusive: {}", rows[*index].name());
        }
        let lines: Vec<(&F, F::Tally)> = tallies.into_iter().map(|(index, tally)| (rows[index], tally)).collect();
        if !lines.is_empty() {
            println!("{}", F::table(&lines));
        }
        if !left_out.is_empty() {
            println!("{} more trials are left out because they ended before the fault struck.\n", left_out.len());
        }
        Ok(sum)
    }
}

/// What went wrong.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    violations: usize,
    problems: usize,
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.violations += other.violations;
        self.problems += other.problems;
    }
}

fn millis(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}
