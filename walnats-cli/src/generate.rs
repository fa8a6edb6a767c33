//! `walnats generate`

mod rustfmt;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use walnats_codegen::GeneratedFile;
use walnats_codegen::diagnostic::{Diagnostic, Place, SourceFile};
use walnats_codegen::write::{Difference, ROOT, STALE, compare, write};

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::report::{Entry, Run};
use crate::{finish, output, paths, root};

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
    let folder = root::folder(global)?;
    let (mut files, report) = match walnats_codegen::configure().root(&folder).generate() {
        Ok(generated) => generated,
        Err(report) => {
            let run = Run::of("generate", &report).summary("nothing generated").at(folder);
            return finish::with(&run, global);
        }
    };
    name_root(&mut files);
    if let Some(note) = rustfmt::format(&options.out, &mut files) {
        output::note(&note);
    }
    let mut run = Run::of("generate", &report).at(folder);
    if options.check {
        differs(&options.out, &files, &mut run)?
    } else {
        generate(&options.out, &files, &mut run)?
    }
    finish::with(&run, global)
}

/// `include_events!` looks for `events.rs`; `mod events;` looks for `events/mod.rs`.
fn name_root(files: &mut [GeneratedFile]) {
    if let Some(root) = files.iter_mut().find(|file| file.path == ROOT) {
        root.path = "mod.rs".to_owned();
    }
}

fn generate(folder: &Path, files: &[GeneratedFile], run: &mut Run) -> Result<(), Failure> {
    let Difference { added, changed, stale } =
        write(folder, files).map_err(|error| format!("cannot write to `{}`: {error}", folder.display()))?;
    let written = added.len() + changed.len();
    let summary = format!("{} written, {} unchanged, {} removed", written, files.len() - written, stale.len());
    run.summary = format!("{}: {summary}", folder.display());
    Ok(())
}

fn differs(folder: &Path, files: &[GeneratedFile], run: &mut Run) -> Result<(), Failure> {
    let Difference { added, changed, stale } =
        compare(folder, files).map_err(|error| format!("cannot read `{}`: {error}", folder.display()))?;
    let missing = added.iter().map(|path| (path, "missing"));
    let changed = changed.iter().map(|path| (path, "differs"));
    let stale = stale.iter().map(|path| (path, "no longer generated"));
    let mut found: Vec<(PathBuf, &str)> =
        missing.chain(changed).chain(stale).map(|(path, what)| (folder.join(path), what)).collect();
    found.sort();
    if found.is_empty() {
        run.summary = format!("{}: {} up to date", folder.display(), output::count(files.len(), "file"));
        return Ok(());
    }
    run.details = found.iter().map(|(path, what)| format!("{}: {what}\n", path.display())).collect();
    let help = format!("run `walnats generate --out {}` and commit the result", folder.display());
    output::note(&format!("{help}\n"));
    for (path, what) in found {
        let path = paths::relative(run.root.as_deref().unwrap_or(Path::new("")), &path);
        let place = Place { file: Arc::new(SourceFile { path, text: String::new() }), span: 0..0 };
        let found =
            Diagnostic::error(STALE, place, format!("generated code is out of date: {what}")).help(help.as_str());
        run.entries.push(Entry { is_listed: true, ..Entry::of_diagnostic(&found) });
    }
    run.summary = format!("{}: {}", folder.display(), output::count(files.len(), "file"));
    Ok(())
}
