//! `walnats generate`

mod rustfmt;

use std::path::{Path, PathBuf};

use clap::Args;
use walnats_codegen::GeneratedFile;
use walnats_codegen::write::{Difference, ROOT, compare, write};

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::{output, root};

/// Write the Rust code of the events, as build.rs does
///
/// For teams that commit generated code: with `--out src/events`, the root module is src/events/mod.rs, which `mod events;`
/// in src/lib.rs or src/main.rs includes. Formats with rustfmt and the rustfmt.toml of DIR, writes only files that change,
/// removes generated files whose schema is gone, and leaves other files alone.
#[derive(Args)]
pub struct Options {
    /// The output folder
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Write nothing; exit 1 and list the files in DIR that are out of date
    #[arg(long)]
    check: bool,
}

pub fn run(global: &GlobalOptions, options: &Options) -> Result<Outcome, Failure> {
    let (mut files, report) = match root::config(global)?.generate() {
        Ok(generated) => generated,
        Err(report) => {
            output::show(&report, global);
            output::note(&format!("nothing generated: {}\n", output::tally(&report)));
            return Ok(Outcome::of(&report));
        }
    };
    output::show(&report, global);
    name_root(&mut files);
    if let Some(note) = rustfmt::format(&options.out, &mut files) {
        output::note(&note);
    }
    if options.check { differs(&options.out, &files) } else { generate(&options.out, &files) }
}

/// `include_events!` looks for `events.rs`; `mod events;` looks for `events/mod.rs`.
fn name_root(files: &mut [GeneratedFile]) {
    if let Some(root) = files.iter_mut().find(|file| file.path == ROOT) {
        root.path = "mod.rs".to_owned();
    }
}

fn generate(folder: &Path, files: &[GeneratedFile]) -> Result<Outcome, Failure> {
    let Difference { added, changed, stale } =
        write(folder, files).map_err(|error| format!("cannot write to `{}`: {error}", folder.display()))?;
    let written = added.len() + changed.len();
    let summary = format!("{} written, {} unchanged, {} removed", written, files.len() - written, stale.len());
    output::print(&format!("{}: {summary}\n", folder.display()))?;
    Ok(Outcome::Clean)
}

fn differs(folder: &Path, files: &[GeneratedFile]) -> Result<Outcome, Failure> {
    let Difference { added, changed, stale } =
        compare(folder, files).map_err(|error| format!("cannot read `{}`: {error}", folder.display()))?;
    let missing = added.iter().map(|path| (path, "missing"));
    let changed = changed.iter().map(|path| (path, "differs"));
    let stale = stale.iter().map(|path| (path, "no longer generated"));
    let mut lines: Vec<String> = missing
        .chain(changed)
        .chain(stale)
        .map(|(path, what)| format!("{}: {what}\n", folder.join(path).display()))
        .collect();
    if lines.is_empty() {
        output::print(&format!("{}: {} up to date\n", folder.display(), output::count(files.len(), "file")))?;
        return Ok(Outcome::Clean);
    }
    lines.sort();
    output::print(&lines.concat())?;
    output::note(&format!("run `walnats generate --out {}` and commit the result\n", folder.display()));
    Ok(Outcome::Findings)
}
