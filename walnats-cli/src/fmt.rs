//! `walnats fmt`

mod files;
mod finding;
mod write;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use walnats_codegen::diagnostic::{Levels, shown};
use walnats_codegen::load::{self, Files};
use walnats_codegen::settings::{self, Settings};
use walnats_codegen::{Config, Diagnostic, Report};
use walnats_format::{Kind, Style, format};

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::report::{Case, Run, human};
use crate::{finish, output, root, workspace};
use files::File;

/// Format schemas and walnats.toml
///
/// Lays out JSON and YAML as prettier does and protobuf as `buf format` does; `[fmt] line_width` in walnats.toml is 80 unless set.
/// Values, comments, quotes and the spelling of numbers stay. Each result is read again and compared with the original; a file
/// that is not valid, or would not say the same, is left alone and reported.
#[derive(Args)]
pub struct Options {
    /// Files and folders of the package, or `-` for standard input; default: walnats.toml, walnats-accepted.toml and the schema
    /// folders, without what `[schemas] foreign` lists
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write nothing; exit 1 and show the first line that differs in each file that is not formatted
    #[arg(long)]
    check: bool,
    /// The name of the file on standard input, whose extension says what it holds
    #[arg(long, value_name = "NAME")]
    stdin_filename: Option<PathBuf>,
}

pub fn run(global: &GlobalOptions, options: &Options) -> Result<Outcome, Failure> {
    if options.paths.iter().any(|path| path.as_os_str() == "-") {
        return standard_input(global, options);
    }
    if options.stdin_filename.is_some() {
        return Err("`--stdin-filename` goes with `-`, which stands for standard input".into());
    }
    if global.workspace && !options.paths.is_empty() {
        return Err("`--workspace` formats whole packages: name files, or leave it out".into());
    }
    let run = workspace::run(global, "fmt", |folder| package(folder, options))?;
    finish::with(&run, global)
}

/// What is not formatted in a package, as with `--check`; with some texts in place of those on the disk, by their paths as shown.
pub fn findings(folder: &Path, texts: &BTreeMap<String, String>) -> Result<Report, Failure> {
    let options = Options { paths: Vec::new(), check: true, stdin_filename: None };
    formatted(folder, &options, texts).map(|formatted| formatted.report)
}

fn package(folder: &Path, options: &Options) -> Result<Run, Failure> {
    let Formatted { mut report, summary, files, written } = formatted(folder, options, &BTreeMap::new())?;
    if files.is_empty() && options.paths.is_empty() && !root::has_events(folder) && !report.has_errors() {
        return Err(format!("`{}` has neither walnats.toml nor schemas/: nothing to format", folder.display()).into());
    }
    report.sort();
    let mut run = Run::of("fmt", &report).summary(summary);
    run.details = written.iter().map(|name| format!("formatted {}\n", shown(name))).collect();
    run.cases = files.into_iter().map(|name| Case::of_file("files", name)).collect();
    Ok(run)
}

/// What became of a package.
struct Formatted {
    report: Report,
    summary: String,
    /// All files.
    files: Vec<String>,
    /// Those that were written.
    written: Vec<String>,
}

fn formatted(folder: &Path, options: &Options, texts: &BTreeMap<String, String>) -> Result<Formatted, Failure> {
    let config = walnats_codegen::configure().root(folder);
    let mut report = Report::default();
    let settings = settings_of(folder, &config, &mut report);
    if report.has_errors() {
        let summary = "nothing formatted, because the settings are wrong".to_owned();
        return Ok(Formatted { report, summary, files: Vec::new(), written: Vec::new() });
    }
    let package = files::Package::new(folder, &config, &settings)?;
    let files = match &options.paths[..] {
        [] => package.all(&mut report),
        paths => package.named(paths, &mut report)?,
    };
    let mut formatting = Formatting {
        folder,
        texts,
        style: style(&settings),
        is_check: options.check,
        counts: Counts::default(),
        report,
    };
    for file in &files {
        formatting.file(file);
    }
    let Formatting { counts, report, .. } = formatting;
    let files = files.into_iter().map(|file| file.shown).collect();
    Ok(Formatted { report, summary: counts.summary(options.check), files, written: counts.names })
}

/// What became of the files.
#[derive(Default)]
struct Counts {
    /// Changed, or to be changed.
    changed: usize,
    unchanged: usize,
    left_alone: usize,
    /// Files that were written.
    names: Vec<String>,
}

impl Counts {
    fn summary(&self, is_check: bool) -> String {
        let Self { changed, unchanged, left_alone, .. } = self;
        let files = output::count(changed + unchanged + left_alone, "file");
        let left_alone = match left_alone {
            0 => String::new(),
            count => format!(", {count} left alone"),
        };
        match is_check {
            true => format!("{files}: {changed} not formatted, {unchanged} formatted{left_alone}"),
            false => format!("{files}: {changed} formatted, {unchanged} unchanged{left_alone}"),
        }
    }
}

/// The files of a package on their way.
struct Formatting<'a> {
    folder: &'a Path,
    /// Texts in place of those on the disk.
    texts: &'a BTreeMap<String, String>,
    style: Style,
    is_check: bool,
    counts: Counts,
    report: Report,
}

impl Formatting<'_> {
    fn file(&mut self, file: &File) {
        let disk = Files::Disk { root: self.folder, texts: self.texts };
        let Some(source) = disk.text(&file.inside, &file.shown, &mut self.report) else {
            self.counts.left_alone += 1;
            return;
        };
        match format(file.kind, &source.text, &self.style) {
            Err(refusal) => self.leave(finding::left_alone(file.kind, source, &refusal)),
            Ok(formatted) if formatted == source.text => self.counts.unchanged += 1,
            Ok(formatted) if self.is_check => {
                self.counts.changed += 1;
                self.report.push(finding::not_formatted(source, &formatted));
            }
            Ok(formatted) => match write::replace(&file.path, &source.text, &formatted) {
                Ok(()) => {
                    self.counts.changed += 1;
                    self.counts.names.push(file.shown.clone());
                }
                Err(error) => self.leave(finding::not_written(&file.shown, &error)),
            },
        }
    }

    fn leave(&mut self, finding: Diagnostic) {
        self.counts.left_alone += 1;
        self.report.push(finding);
    }
}

/// Formats standard input to standard output: for editors.
fn standard_input(global: &GlobalOptions, options: &Options) -> Result<Outcome, Failure> {
    if options.paths.len() > 1 {
        return Err("`-` stands for standard input, and is the only path then".into());
    }
    let name =
        options.stdin_filename.as_deref().ok_or("`-` needs `--stdin-filename`, whose extension says what it holds")?;
    let kind = name.to_str().and_then(Kind::of).ok_or_else(|| files::unknown(name))?;
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).map_err(|error| format!("cannot read standard input: {error}"))?;
    let mut report = Report::default();
    // An editor has files of no package, too.
    let style = root::folder(global).map_or_else(
        |_| Style::default(),
        |folder| {
            let config = walnats_codegen::configure().root(&folder);
            style(&settings_of(&folder, &config, &mut report))
        },
    );
    // The levels count here, and what is wrong with walnats.toml does not.
    report.diagnostics.clear();
    let mark = if bytes.starts_with(MARK.as_bytes()) { MARK } else { "" };
    let shown = name.to_string_lossy().replace('\\', "/");
    let files = BTreeMap::from([(shown.clone(), bytes)]);
    let mut counts = Counts::default();
    let formatted = (Files::Memory { files: &files }).text(Path::new(&shown), &shown, &mut report).and_then(|source| {
        let formatted = format(kind, &source.text, &style);
        match &formatted {
            Err(_) => counts.left_alone += 1,
            Ok(formatted) if *formatted == source.text => counts.unchanged += 1,
            Ok(_) => counts.changed += 1,
        }
        match formatted {
            Ok(formatted) => {
                if options.check && formatted != source.text {
                    report.push(finding::not_formatted(source, &formatted));
                }
                Some(formatted)
            }
            Err(refusal) => {
                report.push(finding::left_alone(kind, Arc::clone(&source), &refusal));
                // What is valid is printed as it was.
                (refusal.cause == walnats_format::Cause::Unsafe).then(|| source.text.clone())
            }
        }
    });
    if options.check {
        counts.left_alone = 1 - counts.changed - counts.unchanged;
        return finish::with(&Run::of("fmt", &report).summary(counts.summary(true)), global);
    }
    // Standard output has the text alone.
    output::print(&formatted.map(|formatted| format!("{mark}{formatted}")).unwrap_or_default())?;
    let run = Run::of("fmt", &report);
    output::note(&human::render(&run, &output::look(global)).findings);
    Ok(run.conclusion().into())
}

/// A byte order mark.
const MARK: &str = "\u{feff}";

/// What `walnats.toml` says; findings from here on have its levels.
fn settings_of(folder: &Path, config: &Config, report: &mut Report) -> Settings {
    let name = "walnats.toml";
    let file = Files::disk(folder).text(Path::new(name), name, report).unwrap_or_default();
    let settings = settings::parse(&file, report);
    let patterns: Vec<String> = settings.schemas.foreign.iter().map(|pattern| pattern.as_str().to_owned()).collect();
    let foreign = load::foreign_files(&config.folders(&settings), &patterns);
    report.set_levels(Levels { everywhere: settings.levels(), foreign, ..Levels::default() });
    settings
}

fn style(settings: &Settings) -> Style {
    let width = settings.fmt.line_width.map(|width| usize::from(width.get()));
    Style { line_width: width.unwrap_or(Style::default().line_width) }
}
