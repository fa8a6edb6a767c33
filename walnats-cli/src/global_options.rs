//! The options of every command.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{ArgMatches, Args, ColorChoice};

use crate::report::Format;

/// Options of every command.
#[derive(Args, Clone)]
pub struct GlobalOptions {
    /// The package's folder; default: the nearest parent folder with walnats.toml, schemas/ or Cargo.toml
    #[arg(long, value_name = "DIR", global = true)]
    pub root: Option<PathBuf>,
    /// Run for every package below --root, or below the root of the repository: folders with walnats.toml or schemas/
    #[arg(long, global = true)]
    pub workspace: bool,
    /// The format of what is found; each may be followed by an --output-file
    #[arg(long, value_name = "FORMAT", global = true, value_enum, help_heading = OUTPUT)]
    format: Vec<Format>,
    /// Write the --format before it to FILE, and the text for people to the screen; `-` is standard output
    #[arg(long, value_name = "FILE", global = true, help_heading = OUTPUT)]
    output_file: Vec<PathBuf>,
    /// When to use color; NO_COLOR and CLICOLOR_FORCE count, too
    #[arg(long, value_name = "WHEN", global = true, default_value_t = ColorChoice::Auto, help_heading = OUTPUT)]
    pub color: ColorChoice,
    /// The formats, each with where it goes.
    #[arg(skip)]
    pub outputs: Vec<Output>,
}

const OUTPUT: &str = "Output";

/// The second of two formats would overwrite the first.
fn check_distinct(outputs: &[Output]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for file in outputs.iter().filter_map(|output| output.file.as_ref()) {
        // The file may not exist yet; its folder does.
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let place = folder.canonicalize().map(|folder| folder.join(file.file_name().unwrap_or_default()));
        if !seen.insert(file.canonicalize().or(place).unwrap_or_else(|_| file.clone())) {
            return Err(format!("two formats go to the same `--output-file {}`: name another file", file.display()));
        }
    }
    Ok(())
}

/// A format and where it goes.
#[derive(Clone)]
pub struct Output {
    /// The format.
    pub format: Format,
    /// The file; standard output if there is none.
    pub file: Option<PathBuf>,
}

impl Output {
    /// Whether it is the text for people on the screen.
    pub fn is_plain(&self) -> bool {
        self.file.is_none() && self.format == Format::Human
    }
}

impl GlobalOptions {
    /// Pairs formats with files: a file is that of the format before it.
    ///
    /// # Errors
    /// A file without a format, or two formats for standard output or for the same file.
    pub fn pair(&mut self, matches: &ArgMatches, is_json: bool) -> Result<(), String> {
        let at = |name| matches.indices_of(name).into_iter().flatten();
        let formats: Vec<(usize, Format)> = at("format").zip(self.format.iter().copied()).collect();
        let files: Vec<(usize, &PathBuf)> = at("output_file").zip(&self.output_file).collect();
        let mut outputs: Vec<Output> =
            formats.iter().map(|(_, format)| Output { format: *format, file: None }).collect();
        for (position, file) in files {
            let before = formats.iter().rposition(|(format, _)| *format < position);
            // With one format, the order says nothing.
            let index = before.or((formats.len() == 1).then_some(0));
            let output = index.and_then(|index| outputs.get_mut(index)).filter(|output| output.file.is_none());
            let Some(output) = output else {
                return Err(format!("`--output-file {}` needs a `--format` of its own before it", file.display()));
            };
            output.file = Some(file.clone());
        }
        // As everywhere, `-` is the standard stream.
        for output in &mut outputs {
            output.file.take_if(|file| file.as_os_str() == "-");
        }
        check_distinct(&outputs)?;
        if is_json && !outputs.iter().any(|output| output.file.is_none()) {
            outputs.push(Output { format: Format::Json, file: None });
        }
        if outputs.iter().filter(|output| output.file.is_none()).count() > 1 {
            return Err("only one `--format` can go to standard output; give the others an `--output-file`".to_owned());
        }
        self.outputs = outputs;
        Ok(())
    }
}
