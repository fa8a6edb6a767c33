//! protovalidate's conformance suite: code is generated for all its messages, compiled as one crate, and judges every case; and
//! the rules are evaluated without it, as `walnats validate` does.
//!
//! The corpus is `../shared/corpora/protovalidate-conformance`, seen from the workspace, or stands where `WALNATS_CORPORA` says.
//! Paths are compared as protovalidate writes them; numbers and types of fields follow from those and the descriptors.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use heck::{ToSnakeCase, ToUpperCamelCase};
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage};
use walnats_cel::library::Timestamp;
use walnats_codegen::diagnostic::Severity;
use walnats_codegen::model::ProtobufRules;
use walnats_codegen::{Config, Package, configure};
use walnats_compat::message::rules::broken;
use walnats_harness::nested::{NestedCrate, corpus, workspace};

/// How many cases there are, and how many must be right: in general, with the exact kind of error, and with the exact message.
const TOTAL: usize = 2_878;
const RIGHT: [usize; 3] = [2_878, 2_877, 2_877];
/// When the suite was recorded, in seconds since 1970: what it calls now.
const RECORDED: i64 = 1_795_403_689;

#[derive(Clone, PartialEq, Message)]
struct ResultSet {
    #[prost(message, repeated, tag = "3")]
    suites: Vec<Suite>,
}

#[derive(Clone, PartialEq, Message)]
struct Suite {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, repeated, tag = "4")]
    cases: Vec<Case>,
    #[prost(message, optional, tag = "5")]
    descriptors: Option<Descriptors>,
}

/// Encoded, because custom options would otherwise be lost.
#[derive(Clone, PartialEq, Message)]
struct Descriptors {
    #[prost(bytes = "vec", repeated, tag = "1")]
    files: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
struct FileName {
    #[prost(string, tag = "1")]
    name: String,
}

#[derive(Clone, PartialEq, Message)]
struct Case {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "3")]
    wanted: Option<Outcome>,
    #[prost(message, optional, tag = "5")]
    input: Option<Any>,
}

#[derive(Clone, PartialEq, Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Outcome {
    #[prost(message, optional, tag = "2")]
    violations: Option<Violations>,
    #[prost(string, optional, tag = "3")]
    compilation_error: Option<String>,
    #[prost(string, optional, tag = "4")]
    runtime_error: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
struct Violations {
    #[prost(message, repeated, tag = "1")]
    list: Vec<Violation>,
}

#[derive(Clone, PartialEq, Message)]
struct Violation {
    #[prost(message, optional, tag = "5")]
    field: Option<FieldPath>,
    #[prost(message, optional, tag = "6")]
    rule: Option<FieldPath>,
    #[prost(string, tag = "2")]
    rule_id: String,
    #[prost(string, tag = "3")]
    message: String,
    #[prost(bool, tag = "4")]
    for_key: bool,
}

#[derive(Clone, PartialEq, Message)]
struct FieldPath {
    #[prost(message, repeated, tag = "1")]
    elements: Vec<Element>,
}

#[derive(Clone, PartialEq, Message)]
struct Element {
    #[prost(string, tag = "2")]
    name: String,
    #[prost(oneof = "Subscript", tags = "6, 7, 8, 9, 10")]
    subscript: Option<Subscript>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum Subscript {
    #[prost(uint64, tag = "6")]
    Index(u64),
    #[prost(bool, tag = "7")]
    Bool(bool),
    #[prost(int64, tag = "8")]
    Int(i64),
    #[prost(uint64, tag = "9")]
    Uint(u64),
    #[prost(string, tag = "10")]
    Text(String),
}

impl FieldPath {
    fn text(&self) -> String {
        let mut text = String::new();
        for element in &self.elements {
            let dot = if text.is_empty() { "" } else { "." };
            let _ = write!(text, "{dot}{}", element.name);
            let _ = match &element.subscript {
                Some(Subscript::Index(index)) => write!(text, "[{index}]"),
                Some(Subscript::Bool(key)) => write!(text, "[{key}]"),
                Some(Subscript::Int(key)) => write!(text, "[{key}]"),
                Some(Subscript::Uint(key)) => write!(text, "[{key}]"),
                Some(Subscript::Text(key)) => write!(text, "[{key:?}]"),
                None => Ok(()),
            };
        }
        text
    }
}

/// What came of a case.
#[derive(Debug, PartialEq)]
enum Result {
    /// Empty if the message is valid.
    Violations(Vec<Broken>),
    CompilationError,
    RuntimeError,
}

/// A rule that is broken.
#[derive(Clone, Debug, PartialEq)]
struct Broken {
    field: String,
    rule: String,
    rule_id: String,
    for_key: bool,
    message: String,
}

impl Broken {
    /// The suite leaves out the path of some rules, and the text of most messages.
    fn is(&self, wanted: &Self) -> bool {
        let has_path = wanted.rule.is_empty() || self.rule == wanted.rule;
        has_path && (&self.field, &self.rule_id, self.for_key) == (&wanted.field, &wanted.rule_id, wanted.for_key)
    }
}

impl Result {
    fn wanted(outcome: &Outcome) -> Self {
        let path = |path: &Option<FieldPath>| path.as_ref().map(FieldPath::text).unwrap_or_default();
        if outcome.compilation_error.is_some() {
            return Self::CompilationError;
        }
        if outcome.runtime_error.is_some() {
            return Self::RuntimeError;
        }
        let violations = outcome.violations.iter().flat_map(|violations| &violations.list);
        let violations = violations.map(|violation| {
            let Violation { field, rule, rule_id, message, for_key } = violation;
            let (rule_id, message) = (rule_id.clone(), message.clone());
            Broken { field: path(field), rule: path(rule), rule_id, for_key: *for_key, message }
        });
        Self::Violations(violations.collect())
    }

    /// In general, with the exact kind of error, and with the exact message where the suite has one.
    fn judge(&self, wanted: &Self) -> [bool; 3] {
        match (self, wanted) {
            (Self::Violations(found), Self::Violations(wanted)) => {
                let (mut found, mut wanted) = (found.clone(), wanted.clone());
                for list in [&mut found, &mut wanted] {
                    list.sort_by(|a, b| (&a.rule_id, &a.field, a.for_key).cmp(&(&b.rule_id, &b.field, b.for_key)));
                }
                let pairs = || found.iter().zip(&wanted);
                let right = found.len() == wanted.len() && pairs().all(|(found, wanted)| found.is(wanted));
                let says = pairs().all(|(found, wanted)| wanted.message.is_empty() || found.message == wanted.message);
                [right, right, right && says]
            }
            (Self::Violations(_), _) | (_, Self::Violations(_)) => [false; 3],
            (found, wanted) => [true, found == wanted, found == wanted],
        }
    }
}

#[test]
fn conformance() {
    let Some(corpus) = corpus("protovalidate-conformance") else { return };
    let results = fs::read(corpus.join("results.binpb")).expect("the corpus has results");
    let results = ResultSet::decode(results.as_slice()).expect("it is a set of results");
    let mut types: BTreeSet<&str> = results.suites.iter().flat_map(|suite| &suite.cases).map(type_of).collect();
    types.retain(|name| !name.starts_with(GOOGLE));
    let Generated { code, refused, rules, pool } = generate(&results, &types);
    println!("evaluated:");
    let evaluated = |case: &Case| evaluate(case, &rules, &pool);
    let evaluated =
        score(
            &results,
            |case| if refused.contains(type_of(case)) { Result::CompilationError } else { evaluated(case) },
        );
    let mut answers = run(&results, &code, &refused).into_iter();
    println!("compiled:");
    let compiled = score(&results, |case| match refused.contains(type_of(case)) {
        true => Result::CompilationError,
        false => answers.next().expect("each case has an answer"),
    });
    assert_eq!([evaluated, compiled], [RIGHT; 2]);
}

/// How many answers are right, in each of the three ways.
fn score(results: &ResultSet, mut answer: impl FnMut(&Case) -> Result) -> [usize; 3] {
    let mut total = [0; 4];
    let mut failures = String::new();
    let mut table = String::new();
    let mut suites: Vec<&Suite> = results.suites.iter().collect();
    suites.sort_by(|a, b| a.name.cmp(&b.name));
    let mut scores = BTreeMap::new();
    for suite in &results.suites {
        let mut score = [0; 4];
        for case in &suite.cases {
            let wanted = Result::wanted(case.wanted.as_ref().expect("a case wants something"));
            let found = answer(case);
            let judged = found.judge(&wanted);
            for (count, right) in score.iter_mut().zip([true].into_iter().chain(judged)) {
                *count += usize::from(right);
            }
            if judged.contains(&false) {
                let _ = writeln!(
                    failures,
                    "{} | {} | {}\n  wanted {wanted:?}\n  found  {found:?}",
                    suite.name,
                    case.name,
                    type_of(case)
                );
            }
        }
        scores.insert(&suite.name, score);
        total.iter_mut().zip(score).for_each(|(sum, count)| *sum += count);
    }
    for (name, [all, right, errors, messages]) in scores {
        let _ =
            writeln!(table, "{name:42} {right:4} of {all:4}, strict errors {errors:4}, strict messages {messages:4}");
    }
    println!(
        "{failures}\n{table}\nall suites: {} of {}, strict errors {}, strict messages {}",
        total[1], total[0], total[2], total[3]
    );
    assert_eq!(total[0], TOTAL, "the whole suite must be run");
    [total[1], total[2], total[3]]
}

/// What the rules come to for a case, without generated code.
fn evaluate(case: &Case, rules: &ProtobufRules, pool: &DescriptorPool) -> Result {
    let payload = case.input.as_ref().map(|input| input.value.as_slice()).unwrap_or_default();
    let kind = pool.get_message_by_name(type_of(case)).expect("there is such a message");
    let message = DynamicMessage::decode(kind, payload).expect("it is an encoding");
    let found = broken(rules, &message, None, Timestamp::new(RECORDED, 0));
    if found.iter().any(|broken| broken.failure.is_some()) {
        return Result::RuntimeError;
    }
    let violations = found.into_iter().map(|broken| Broken {
        field: broken.field,
        rule: broken.rule,
        rule_id: broken.rule_id,
        for_key: broken.for_key,
        message: broken.message,
    });
    Result::Violations(violations.collect())
}

/// What is made of the suite's messages.
struct Generated<'r> {
    /// By path.
    code: BTreeMap<String, String>,
    /// The messages whose rules are refused.
    refused: BTreeSet<&'r str>,
    rules: ProtobufRules,
    pool: DescriptorPool,
}

fn type_of(case: &Case) -> &str {
    case.input.as_ref().map_or("", |input| input.type_url.rsplit('/').next().unwrap_or_default())
}

/// The code for all messages of the cases.
fn generate<'r>(results: &'r ResultSet, types: &BTreeSet<&'r str>) -> Generated<'r> {
    let mut files: BTreeMap<String, &[u8]> = BTreeMap::new();
    for file in results.suites.iter().filter_map(|suite| suite.descriptors.as_ref()).flat_map(|set| &set.files) {
        let name = FileName::decode(file.as_slice()).expect("it is a descriptor").name;
        files.entry(name).or_insert(file);
    }
    let set = Descriptors { files: files.values().map(|file| file.to_vec()).collect() };
    let mut refused = BTreeSet::new();
    loop {
        let mut all = String::from("syntax = \"proto3\";\npackage all;\nimport \"walnats/options.proto\";\n");
        for name in files.keys().filter(|name| name.contains("/cases/")) {
            let _ = writeln!(all, "import \"{name}\";");
        }
        all += "// Every message of the suite.\nmessage All {\n  option (walnats.event) = { subject: \"all\" };\n";
        for (number, name) in (1..).zip(types.iter().filter(|name| !refused.contains(**name))) {
            // Numbers from 19000 are protobuf's own.
            let _ = writeln!(all, "  .{name} f{number} = {number};");
        }
        all += "}\n";
        let package = BTreeMap::from([
            ("schemas/all.proto".to_owned(), all.into_bytes()),
            ("schemas/cases.binpb".to_owned(), set.encode_to_vec()),
        ]);
        let config: Config = configure();
        let mut package = Package::from_sources(&config, &package);
        if let Ok(files) = package.generate() {
            let code = files.into_iter().map(|file| (file.path, file.content)).collect();
            let rules = package.model().expect("it has a model").protobuf.expect("it has messages").rules;
            let descriptors = package.descriptors().expect("it has descriptors");
            let pool = DescriptorPool::decode(descriptors.as_slice()).expect("they are whole");
            return Generated { code, refused, rules, pool };
        }
        let errors = package.report.diagnostics.iter().filter(|found| found.severity == Severity::Error);
        let before = refused.len();
        for error in errors {
            let named: Vec<&str> = error.message.split('`').skip(1).step_by(2).collect();
            let is_named =
                |name: &&&str| named.iter().any(|named| named == *name || named.starts_with(&format!("{name}.")));
            let found: Vec<&str> = types.iter().filter(is_named).copied().collect();
            assert!(!found.is_empty(), "an error that is not about a message of the suite: {}", error.message);
            println!("refused: {} {}", error.code, error.message);
            refused.extend(found);
        }
        assert!(refused.len() > before, "errors about nothing: {:?}", package.report.diagnostics);
    }
}

/// The package of messages that have no rules of their own.
const GOOGLE: &str = "google.protobuf.";

/// The path of a message's type below the module `proto`.
fn path(name: &str) -> String {
    let (scope, name) = name.rsplit_once('.').unwrap_or(("", name));
    let modules: String = scope.split('.').map(|part| part.to_snake_case() + "::").collect();
    modules + &name.to_upper_camel_case()
}

/// What compiled code says of each case whose message is not refused.
fn run(results: &ResultSet, code: &BTreeMap<String, String>, refused: &BTreeSet<&str>) -> Vec<Result> {
    let nested = NestedCrate::new("protovalidate-conformance", "").expect("it can be written");
    let rules = code.get("rules.rs").map(String::as_str).unwrap_or_default();
    let mut arms = String::new();
    let cases: Vec<&Case> = results.suites.iter().flat_map(|suite| &suite.cases).collect();
    let types: BTreeSet<&str> = cases.iter().map(|case| type_of(case)).filter(|name| !refused.contains(name)).collect();
    for name in types {
        if let Some(name_in_google) = name.strip_prefix(GOOGLE) {
            let _ = writeln!(arms, "        {name:?} => plain::<rt::prost_types::{name_in_google}>(payload),");
            continue;
        }
        let path = path(name);
        let is_checked = rules.contains(&format!("impl rt::Check for super::proto::{path} {{"));
        let function = if is_checked { "checked" } else { "plain" };
        let _ = writeln!(arms, "        {name:?} => {function}::<events::proto::{path}>(payload),");
    }
    let program = include_str!("protovalidate/program.rs").replace("        // Each message has an arm here.\n", &arms);
    nested.write("src/main.rs", &program).expect("it can be written");
    nested.write("src/lib.rs", "//! Nothing.\n").expect("it can be written");
    for (path, content) in code {
        nested.write(&format!("src/events/{path}"), content).expect("it can be written");
    }
    let runtime = workspace().join("walnats-runtime");
    let manifest = include_str!("protovalidate/Cargo.toml.txt").replace("{runtime}", &runtime.display().to_string());
    nested.write("Cargo.toml", &manifest).expect("it can be written");
    let program = nested.build().expect("the generated code compiles");

    let mut input = String::new();
    for case in cases.iter().filter(|case| !refused.contains(type_of(case))) {
        let payload = case.input.as_ref().map(|input| input.value.as_slice()).unwrap_or_default();
        let hex: String = payload.iter().map(|byte| format!("{byte:02x}")).collect();
        let _ = writeln!(input, "{} {hex}", type_of(case));
    }
    let mut child =
        Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("it has an input");
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("the program ends");
    writer.join().expect("the writer ends").expect("the input is read");
    assert!(output.status.success(), "the program fails");
    let text = String::from_utf8(output.stdout).expect("it writes text");
    text.lines().map(answer).collect()
}

/// A line: `null` for a rule that could not be evaluated, or a list of violations.
fn answer(line: &str) -> Result {
    let value: serde_json::Value = serde_json::from_str(line).expect("it writes JSON");
    let Some(list) = value.as_array() else { return Result::RuntimeError };
    let text = |item: &serde_json::Value, index: usize| item[index].as_str().unwrap_or_default().to_owned();
    let violations = list.iter().map(|item| Broken {
        field: text(item, 0),
        rule: text(item, 1),
        rule_id: text(item, 2),
        for_key: item[3].as_bool().unwrap_or_default(),
        message: text(item, 4),
    });
    Result::Violations(violations.collect())
}
