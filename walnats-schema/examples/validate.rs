//! Judges an instance by a schema: `validate schema.json instance.json`. Both files are JSON; a schema may be YAML, too.

use std::process::ExitCode;
use std::sync::Arc;
use std::{env, error, fs};

use walnats_schema::read::{LowerOptions, Report, SchemaRoot, SourceFile, lower, parse_json, parse_yaml};

fn main() -> Result<ExitCode, Box<dyn error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [schema, instance] = &arguments[..] else { return Err("usage: validate SCHEMA INSTANCE".into()) };

    let mut report = Report::default();
    let file = Arc::new(SourceFile { path: schema.clone(), text: fs::read_to_string(schema)? });
    let parse = if schema.ends_with(".json") { parse_json } else { parse_yaml };
    let documents: Vec<_> = parse(file, schema, &mut report).into_iter().collect();
    let root = SchemaRoot { document: schema.clone(), ..SchemaRoot::default() };
    let lowered = lower(&documents, &[root], &LowerOptions::default(), &mut report);
    for finding in &report.diagnostics {
        eprintln!("{finding}");
    }
    let (Some(schema), false) = (lowered.roots[0], report.has_errors()) else { return Ok(ExitCode::from(2)) };

    let violations = lowered.schemas.validate(schema, &serde_json::from_str(&fs::read_to_string(instance)?)?);
    for violation in &violations {
        println!("{violation}");
    }
    Ok(if violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
