//! `walnats sample`

use std::io::Write as _;

use clap::Args;
use walnats_codegen::Package;
use walnats_codegen::diagnostic::Diagnostic;
use walnats_codegen::model::{Event, Payload as Carried};
use walnats_samples::Judge;
use walnats_samples::made::{Made, SHORT, Shortage, Wanted, make};

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::report::Run;
use crate::{finish, named, output, root};

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
    let (made, shortage) = match make(&judge, event, wanted) {
        Ok(made) => (made, None),
        Err((made, shortage)) => (made, Some(shortage)),
    };
    print(&made, options)?;
    let Some(shortage) = shortage else { return Ok(Outcome::Clean) };
    let mut report = package.report.clone();
    report.diagnostics.clear();
    report.push(short(event, made.len(), options, shortage));
    finish::aside(&Run::of("sample", &report).at(folder), global)
}

fn print(made: &[Made], options: &Options) -> Result<(), Failure> {
    if options.binary {
        let bytes = made.iter().flat_map(|one| one.binary.iter().flatten()).copied().collect::<Vec<u8>>();
        let mut stdout = std::io::stdout().lock();
        return match stdout.write_all(&bytes).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            result => result.map_err(|error| format!("cannot write the output: {error}").into()),
        };
    }
    let mut text = String::new();
    for one in made {
        text += &match options.pretty {
            true => serde_json::to_string_pretty(&one.json)?,
            false => one.json.to_string(),
        };
        text.push('\n');
    }
    output::print(&text)
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
