//! `walnats plan` and `walnats register`

mod allowed;
mod finding;

use clap::Args;
use walnats_codegen::{Diagnostic, Package};
use walnats_runtime::{Plan, Register, RegisterError, Registered};

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::report::{Case, Run};
use crate::server::{self, Connected, Server};
use crate::{finish, output, workspace};
use allowed::Allowed;
use finding::Findings;

/// Show what `register` would do to the streams on a server
///
/// Compares each stream of the package with the server, and writes nothing: no change, create, update with the old and new
/// value of each setting, update that loses messages (counted on the server) or weakens the stream, refused, or recreation
/// needed. External streams are checked.
///
/// Needs permission to read streams (`$JS.API.STREAM.INFO.*` and `$JS.API.STREAM.NAMES`); to compare with the account's limits,
/// `$JS.API.INFO` (with replicas, `$JS.API.STREAM.LIST` too); and, to count what an update would delete, consumers
/// (`$JS.API.CONSUMER.LIST.*`) and messages (`$JS.API.STREAM.MSG.GET.*`). The limits of the server itself (`max_file_store`) are
/// visible to its operator alone.
#[derive(Args)]
pub struct PlanOptions {
    #[command(flatten)]
    changes: Changes,
    /// Exit 1 on any difference, too: to detect streams that were changed by others
    #[arg(long)]
    deny_changes: bool,
}

/// Create and update the streams on a server
///
/// Plans first, as `walnats plan` shows it, and applies what keeps every stored message. The rest is refused and reported.
/// Streams that others manage are checked, never changed.
#[derive(Args)]
pub struct RegisterOptions {
    #[command(flatten)]
    changes: Changes,
}

#[derive(Args)]
struct Changes {
    #[command(flatten)]
    allowed: Allowed,
    /// Remove subjects from streams that the package does not declare, even if others publish on them
    #[arg(long)]
    exact_subjects: bool,
    #[command(flatten)]
    server: Server,
}

pub fn plan(global: &GlobalOptions, options: &PlanOptions) -> Result<Outcome, Failure> {
    let run = workspace::run(global, "plan", |folder| {
        let (mut package, mut run) = (Package::load(&walnats_codegen::configure().root(folder)), Run::new("plan"));
        let Ok(model) = package.model() else {
            return Ok(Run::of("plan", &package.report).summary("nothing planned"));
        };
        server::block_on(async {
            let Connected { publisher, place } = options.changes.server.connect(&model, |options| options).await?;
            let (plan, register) = inspect(&options.changes, publisher.register(publisher.streams())).await?;
            let findings = Findings { package: &package, model: &model, plan: &plan };
            add(&mut run, &plan, findings.of(&register.refusals(&plan), options.deny_changes));
            let text = plan.to_string();
            let (table, summary) = text.rsplit_once('\n').unwrap_or(("", &text));
            run.details = format!("{place}\n\n{table}\n");
            Ok(run.summary(summary))
        })
    })?;
    finish::with(&run, global)
}

pub fn register(global: &GlobalOptions, options: &RegisterOptions) -> Result<Outcome, Failure> {
    let run = workspace::run(global, "register", |folder| {
        let (mut package, mut run) = (Package::load(&walnats_codegen::configure().root(folder)), Run::new("register"));
        let Ok(model) = package.model() else {
            return Ok(Run::of("register", &package.report).summary("nothing registered"));
        };
        server::block_on(async {
            let Connected { publisher, place } = options.changes.server.connect(&model, |options| options).await?;
            let (plan, register) = inspect(&options.changes, publisher.register(publisher.streams())).await?;
            let (done, refused) = match register.await {
                Ok(done) => (done, Vec::new()),
                Err(RegisterError::Refused { refused, registered }) => (registered, refused),
                Err(error) => return Err(error.into()),
            };
            add(&mut run, &plan, Findings { package: &package, model: &model, plan: &plan }.of(&refused, false));
            run.details = format!("{place}\n\n{}", listed(&done));
            let registered = output::count(done.streams.len(), "stream");
            Ok(run.summary(match refused.len() {
                0 => format!("{registered} registered"),
                number => format!("{registered} registered, {number} not"),
            }))
        })
    })?;
    finish::with(&run, global)
}

/// Adds what was found, and a case for each stream.
fn add(run: &mut Run, plan: &Plan, found: Vec<(String, Diagnostic)>) {
    let case = |name: &String| Case { suite: "streams".to_owned(), name: name.clone(), ..Case::default() };
    run.cases = plan.streams.iter().map(|stream| case(&stream.name)).collect();
    for (stream, finding) in found {
        run.add(&finding);
        let fingerprint = run.entries.last().map(|entry| entry.fingerprint.clone());
        if let Some(case) = run.cases.iter_mut().find(|case| case.name == stream) {
            case.entries.extend(fingerprint);
        }
    }
}

/// The plan, and what would apply it with all that is allowed.
async fn inspect<'a>(changes: &Changes, register: Register<'a>) -> Result<(Plan, Register<'a>), Failure> {
    let mut register = register.timeout(changes.server.timeout());
    if changes.exact_subjects {
        register = register.exact_subjects();
    }
    let plan = register.plan().await?;
    let register = changes.allowed.apply(register, &plan)?;
    Ok((plan, register))
}

/// What was done, stream by stream.
fn listed(done: &Registered) -> String {
    let mut text = String::new();
    for stream in &done.streams {
        text += &format!("{}: {}\n", stream.name, stream.outcome);
        for change in &stream.changes {
            text += &format!("    {change}\n");
        }
    }
    text
}
