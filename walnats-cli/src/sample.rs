//! `walnats sample`

use std::io::{StdoutLock, Write as _};

use clap::Args;
use walnats_codegen::Package;
use walnats_codegen::diagnostic::Diagnostic;
use walnats_codegen::model::{Event, Payload as Carried};
use walnats_samples::Judge;
use walnats_samples::made::{Made, SHORT, Shortage, Wanted, make_each};

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::report::Run;
use crate::{finish, named, root};

/// Make up payloads of an event, each confirmed by its schema
///
/// Prints a JSON value on each line; of protobuf events, in protobuf's JSON mapping. The same seed makes the same payloads, on
/// every machine.
#[derive(Args)]
pub struct Options {
    /// The event's name
    event: String,
    /// How many payloads
    #[arg(short = 'n', long = "number", value_name = "N", default_value_t = 1)]
    number: usize,
    /// Another number makes other payloads
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Make payloads that the schema refuses
    #[arg(long)]
    invalid: bool,
    /// Print each on several lines, indented
    #[arg(long, conflicts_with = "binary")]
    pretty: bool,
    /// Print one encoded message of a protobuf event
    #[arg(long)]
    binary: bool,
}

pub fn run(global: &GlobalOptions, options: &Options) -> Result<Outcome, Failure> {
    let folder = root::folder(global)?;
    let mut package = Package::load(&walnats_codegen::configure().root(&folder));
    let Ok(model) = package.model() else {
        // A package with errors is what `walnats check` is for.
        return finish::aside(&Run::of("sample", &package.report).at(folder), global);
    };
    let judge = Judge::new(&package, &model);
    let event = named::event(&model, &options.event)?;
    if options.binary {
        if !matches!(event.payload, Carried::Protobuf(_)) {
            return Err(format!("`--binary` is for protobuf events, and `{}` is JSON", event.name).into());
        }
        if options.number != 1 {
            return Err("`--binary` prints one message; take another with `--seed`".into());
        }
    }
    let wanted = Wanted { count: options.number, seed: options.seed, invalid: options.invalid };
    let mut printer = Printer { options, stdout: std::io::stdout().lock(), printed: 0, failure: None };
    let ended = make_each(&judge, event, wanted, &mut |made| printer.print(&made));
    let Printer { printed, failure, .. } = printer;
    if let Some(failure) = failure {
        return Err(failure);
    }
    let shortage = ended.err();
    let Some(shortage) = shortage else { return Ok(Outcome::Clean) };
    let mut report = package.report.clone();
    report.diagnostics.clear();
    report.push(short(event, printed, options, shortage));
    finish::aside(&Run::of("sample", &report).at(folder), global)
}

/// Writes payloads as they are made.
struct Printer<'a> {
    options: &'a Options,
    stdout: StdoutLock<'static>,
    printed: usize,
    failure: Option<Failure>,
}

impl Printer<'_> {
    /// Returns whether more is wanted: not after a failure, nor where nobody reads any more.
    fn print(&mut self, made: &Made) -> bool {
        let bytes = match (self.options.binary, self.options.pretty) {
            (true, _) => made.binary.clone().unwrap_or_default(),
            (false, true) => format!("{:#}\n", made.json).into_bytes(),
            (false, false) => format!("{}\n", made.json).into_bytes(),
        };
        self.printed += 1;
        match self.stdout.write_all(&bytes).and_then(|()| self.stdout.flush()) {
            Ok(()) => true,
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => false,
            Err(error) => {
                self.failure = Some(format!("cannot write the output: {error}").into());
                false
            }
        }
    }
}

fn short(event: &Event, made: usize, options: &Options, shortage: Shortage) -> Diagnostic {
    let (kind, opposite) = if options.invalid { ("invalid", "accepts") } else { ("valid", "refuses") };
    let message = format!("only {made} of {} {kind} payloads of `{}` were made", options.number, event.name);
    let finding = Diagnostic::error(SHORT, event.place.clone(), message);
    finding.help(match shortage {
        Shortage::None => format!("the schema {opposite} every payload"),
        Shortage::NotFound => {
            "none was found; that there is none is not proven. `examples` in the schema show what is meant".to_owned()
        }
        Shortage::Message => "the message cannot be made up: perhaps it requires itself".to_owned(),
    })
}
