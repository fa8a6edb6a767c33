//! The comment on a pull request: one, only when there is something to say, and it says so when nothing is left.

use serde_json::Value;

use crate::action::{Ended, Job};
use crate::github::{Comment, GitHub};
use crate::team::{Depth, Pull, Team, replace};

/// A package of one event.
pub const SCHEMA: &str = r#"{
  "description": "A user signed up.",
  "type": "object",
  "required": ["user_id"],
  "properties": { "user_id": { "type": "string", "minLength": 1 } },
  "additionalProperties": false,
  "examples": [{ "user_id": "u_1" }],
  "x-walnats": { "subject": "users.{user_id}.created", "stream": "users", "uid": "{user_id}", "owner": "accounts" }
}
"#;

const FILE: &str = "schemas/user_created.json";

/// A mistake that `walnats check` finds.
fn mistake(folder: &std::path::Path) {
    replace(folder, FILE, r#"{ "user_id": "u_1" }"#, r#"{ "user_id": 1 }"#);
}

fn team() -> (Team, GitHub) {
    (Team::new(&[(FILE, SCHEMA)]), GitHub::start())
}

fn run(github: &GitHub, pull: &Pull) -> Ended {
    job(github, pull).run()
}

fn job<'a>(github: &'a GitHub, pull: &'a Pull) -> Job<'a> {
    let mut job = Job::new(github, &pull.workspace, "pull_request", pull.event.clone());
    job.inputs.insert("commands", "check");
    job
}

#[test]
fn a_comment_is_written_updated_and_resolved() {
    let (team, github) = team();
    let pull = team.pull(1, Depth::Full, mistake);
    let ended = run(&github, &pull);
    assert_eq!((ended.code, ended.outputs["conclusion"].as_str()), (1, "findings"), "{}", ended.log);
    assert_eq!(github.changes(), ["POST repos/team/shop/issues/1/comments"]);
    let [first] = &github.bodies()[..] else { panic!("one comment") };
    assert!(first.starts_with("<!-- walnats-action . -->\n### walnats check: "), "{first}");
    assert_eq!(first.matches("<!--").count(), 1, "{first}");
    let head = pull.event["pull_request"]["head"]["sha"].as_str().unwrap();
    assert!(first.contains("schemas/user_created.json:") && first.contains(head), "{first}");
    assert_eq!(ended.annotations().len(), 1, "{}", ended.log);
    assert!(ended.summary.contains("### walnats check: "), "{}", ended.summary);

    // A re-run of the same commit has nothing new to say.
    assert_eq!(run(&github, &pull).code, 1);
    assert_eq!(github.changes(), [""; 0]);

    replace(&team.work(), FILE, r#"{ "user_id": 1 }"#, r#"{ "user_id": "" }"#);
    let pull = team.update_pull(1, Depth::Full);
    assert_eq!(run(&github, &pull).code, 1);
    assert_eq!(github.changes(), ["PATCH repos/team/shop/issues/comments/1"]);

    replace(&team.work(), FILE, r#"{ "user_id": "" }"#, r#"{ "user_id": "u_1" }"#);
    let pull = team.update_pull(1, Depth::Full);
    let ended = run(&github, &pull);
    assert_eq!((ended.code, ended.outputs["conclusion"].as_str()), (0, "clean"), "{}", ended.log);
    assert_eq!(github.changes(), ["PATCH repos/team/shop/issues/comments/1"]);
    let [last] = &github.bodies()[..] else { panic!("one comment") };
    assert!(last.starts_with("<!-- walnats-action . -->\n### walnats: resolved\n"), "{last}");

    // It stays resolved without being written again, and comes back when something is found again.
    assert_eq!(run(&github, &team.update_pull(1, Depth::Full)).code, 0);
    assert_eq!(github.changes(), [""; 0]);
    mistake(&team.work());
    assert_eq!(run(&github, &team.update_pull(1, Depth::Full)).code, 1);
    assert_eq!(github.changes(), ["PATCH repos/team/shop/issues/comments/1"]);
    assert_eq!(github.bodies().len(), 1);
}

#[test]
fn a_clean_run_says_nothing() {
    let (team, github) = team();
    let pull = team.pull(1, Depth::Full, |_| ());
    let ended = run(&github, &pull);
    assert_eq!(ended.code, 0, "{}", ended.log);
    assert_eq!(ended.annotations(), [""; 0]);
    assert_eq!((github.changes(), github.bodies()), (vec![], vec![]));
}

#[test]
fn a_run_for_a_fork_annotates_and_says_why_there_is_no_comment() {
    for (name, is_noted) in [(Some("ada/shop"), true), (None, true), (Some("team/shop"), false)] {
        let (team, github) = team();
        let mut pull = team.pull(1, Depth::Full, mistake);
        pull.event["pull_request"]["head"]["repo"] =
            name.map_or(Value::Null, |name| serde_json::json!({ "full_name": name }));
        let ended = run(&github, &pull);
        assert_eq!(ended.code, 1, "{}", ended.log);
        let notes: Vec<&str> = ended.annotations().into_iter().filter(|line| line.starts_with("::notice ")).collect();
        assert_eq!(notes.len(), usize::from(is_noted), "{notes:?}");
        assert!(notes.iter().all(|note| note.contains("from forks")), "{notes:?}");
        assert!(
            ended.annotations().iter().any(|line| line.starts_with("::error file=schemas/user_created.json,")),
            "{}",
            ended.log
        );
        // Nothing is asked either: such a token can do no harm, and no good.
        assert_eq!(github.bodies().len(), usize::from(!is_noted));
    }
}

#[test]
fn a_token_that_may_not_write_fails_nothing() {
    let (team, github) = team();
    github.state().is_read_only = true;
    let pull = team.pull(1, Depth::Full, mistake);
    let ended = run(&github, &pull);
    assert_eq!((ended.code, ended.outputs["conclusion"].as_str()), (1, "findings"));
    let note =
        ended.annotations().into_iter().find(|line| line.starts_with("::notice ")).unwrap_or_default().to_owned();
    assert!(note.contains("status 403") && note.contains("pull-requests: write"), "{note}");
    assert!(!ended.log.contains(crate::github::TOKEN));
}

#[test]
fn comments_of_others_are_left_alone() {
    let (team, github) = team();
    let marker = "<!-- walnats-action . -->\nnot by the action";
    github.state().add(Comment::by_person("mallory", marker));
    github.state().add(Comment::by_bot("<!-- walnats-action services%2Fshop -->\nof another package"));
    github.state().add(Comment::by_bot(&format!("> {marker}")));
    let pull = team.pull(1, Depth::Full, mistake);
    assert_eq!(run(&github, &pull).code, 1);
    assert_eq!(github.changes(), ["POST repos/team/shop/issues/1/comments"]);
    // The token of a person finds the comments of that person.
    github.state().person = Some("mallory".to_owned());
    assert_eq!(run(&github, &pull).code, 1);
    assert_eq!(github.changes(), ["PATCH repos/team/shop/issues/comments/1"]);
}

#[test]
fn there_is_never_a_second_comment() {
    let (team, github) = team();
    // More comments than fit on a page, and another run that writes its comment in the same moment.
    for number in 0..250 {
        github.state().add(Comment::by_person("ada", &format!("comment {number}")));
    }
    github.state().race = Some(Comment::by_bot("<!-- walnats-action . -->\nof another run"));
    let pull = team.pull(1, Depth::Full, mistake);
    assert_eq!(run(&github, &pull).code, 1);
    let own =
        || github.bodies().into_iter().filter(|body| body.starts_with("<!-- walnats-action . -->")).collect::<Vec<_>>();
    assert_eq!(own().len(), 1);
    assert!(own()[0].contains("schemas/user_created.json:"), "{:?}", own());
    assert_eq!(run(&github, &pull).code, 1);
    assert_eq!(own().len(), 1);
}

#[test]
fn comments_are_written_only_where_they_are_wanted_and_there_is_a_pull_request() {
    let (team, github) = team();
    let pull = team.pull(1, Depth::Full, mistake);
    let mut unwanted = job(&github, &pull);
    unwanted.inputs.insert("comment", "false");
    assert_eq!(unwanted.run().code, 1);
    let mut push = job(&github, &pull);
    push.event_name = "push";
    push.event = serde_json::json!({ "repository": { "default_branch": "main" }, "before": "0".repeat(40) });
    assert_eq!(push.run().code, 1);
    assert_eq!(github.bodies(), [""; 0]);
}

#[test]
fn a_failure_of_the_tool_is_not_a_finding() {
    let (team, github) = team();
    let pull = team.pull(1, Depth::Full, |_| ());
    let mut broken = job(&github, &pull);
    broken.inputs.insert("commands", "check\nbreaking --against no-such-branch");
    let ended = broken.run();
    assert_eq!((ended.code, ended.outputs["conclusion"].as_str()), (2, "failure"), "{}", ended.log);
    assert!(
        ended.annotations().iter().any(|line| line.starts_with("::error title=walnats could not run::")),
        "{}",
        ended.log
    );
    assert!(ended.log.lines().any(|line| line == "walnats check: clean, breaking: could not run"), "{}", ended.log);
    let [body] = &github.bodies()[..] else { panic!("one comment") };
    assert!(body.contains("could not run") && body.contains("Clean: check."), "{body}");
    assert_eq!(ended.sarif["breaking"]["runs"][0]["invocations"][0]["executionSuccessful"], false);

    let mut unknown = job(&github, &pull);
    unknown.inputs.insert("commands", "chekc");
    assert_eq!(unknown.run().code, 2);
    unknown.inputs.insert("commands", "../check");
    assert_eq!(unknown.run().code, 2);
}

#[test]
fn a_comment_that_would_be_too_long_leaves_details_out() {
    let packages = ["a", "b", "c", "d"];
    let files = packages.map(|package| format!("{package}/{FILE}"));
    let (team, github) = (Team::new(&files.each_ref().map(|file| (file.as_str(), SCHEMA))), GitHub::start());
    let wrong: Vec<String> =
        (0..100).map(|number| format!(r#"{{ "user_id": "u_1", "name_{number}_{}": 1 }}"#, "x".repeat(136))).collect();
    let wrong = wrong.join(",\n    ");
    let pull = team.pull(1, Depth::Full, |work| {
        files.iter().for_each(|file| replace(work, file, r#"{ "user_id": "u_1" }"#, &wrong))
    });
    let mut job = job(&github, &pull);
    let commands = packages.map(|package| format!("check --root {package}\n")).concat();
    job.inputs.insert("commands", &commands);
    let ended = job.run();
    assert_eq!(ended.code, 1, "{}", ended.log.chars().take(2_000).collect::<String>());
    let [body] = &github.bodies()[..] else { panic!("one comment") };
    assert!(body.len() < 65_536 && !body.contains("<details>"), "{}", body.len());
    assert_eq!(body.matches("50 more are not shown").count(), packages.len(), "{body}");
    let names: Vec<&str> = ended.sarif.keys().map(String::as_str).collect();
    assert_eq!(names.len(), packages.len(), "{names:?}");
}

#[test]
fn packages_of_one_repository_have_comments_of_their_own() {
    let team = Team::new(&[
        ("services/a/schemas/user_created.json", SCHEMA),
        ("services/b/schemas/user_created.json", SCHEMA),
    ]);
    let github = GitHub::start();
    let pull = team.pull(1, Depth::Full, |work| {
        for folder in ["services/a", "services/b"] {
            mistake(&work.join(folder));
        }
    });
    for folder in ["services/a", "services/b", "services/a"] {
        let mut job = job(&github, &pull);
        job.inputs.insert("working-directory", folder);
        let ended = job.run();
        assert_eq!(ended.code, 1, "{}", ended.log);
        // Paths are those of the repository, where GitHub looks for them.
        let start = format!("::error file={folder}/schemas/user_created.json,");
        assert!(ended.annotations().iter().all(|line| line.starts_with(&start)), "{}", ended.log);
        let place = &ended.sarif["check"]["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
            ["uri"];
        assert_eq!(place, &format!("{folder}/schemas/user_created.json"));
    }
    assert_eq!(github.bodies().len(), 2);
}
