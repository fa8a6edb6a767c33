//! `cargo run --release -p walnats-differential -- --mutants 1000000`

use std::process::ExitCode;

use walnats_differential::{Plan, corpora, run};

fn main() -> ExitCode {
    let mut plan = Plan {
        seed: 1,
        mutants: 100_000,
        real: 40,
        test_schemas: Vec::new(),
        max_schemas: usize::MAX,
        instances_each: 40,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let value = arguments.next().and_then(|value| value.parse().ok());
        match (argument.as_str(), value) {
            ("--mutants", Some(value)) => plan.mutants = value,
            ("--seed", Some(value)) => plan.seed = value as u64,
            ("--real", Some(value)) => plan.real = value.min(100),
            ("--each", Some(value)) => plan.instances_each = value,
            _ => {
                eprintln!("usage: walnats-differential [--mutants N] [--seed N] [--real PERCENT] [--each N]");
                return ExitCode::from(2);
            }
        }
    }
    match corpora() {
        Some(corpora) => plan.test_schemas = corpora.test_schemas,
        None => println!("the corpora are not there: random schemas alone are tried"),
    }
    // The others may panic, which is caught and counts as a refusal; the message would only be noise.
    std::panic::set_hook(Box::new(|_| {}));
    let summary = run(&plan);
    println!("{summary}");
    ExitCode::from(u8::from(!summary.unexplained.is_empty()))
}
