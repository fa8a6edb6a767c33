//! What `breaking` compares with where the workflow does not say.

use std::path::Path;

use serde_json::{Value, json};

use crate::action::{Ended, Job};
use crate::comments::SCHEMA;
use crate::github::GitHub;
use crate::team::{Depth, Team, replace};

const FILE: &str = "schemas/user_created.json";

/// A change that hurts readers.
fn narrow(folder: &Path) {
    replace(folder, FILE, r#""minLength": 1"#, r#""minLength": 2"#);
}

fn run(workspace: &Path, name: &str, event: Value, reference: &str) -> Ended {
    let github = GitHub::start();
    let mut job = Job::new(&github, workspace, name, event);
    job.inputs.insert("commands", "breaking");
    job.variables.insert("GITHUB_REF", reference.to_owned());
    job.run()
}

fn push(before: &str) -> Value {
    json!({ "before": before, "repository": { "default_branch": "main" } })
}

#[test]
fn a_pull_request_is_compared_with_where_it_left_its_base() {
    let team = Team::new(&[(FILE, SCHEMA)]);
    let pull = team.pull(1, Depth::Full, narrow);
    let ended = run(&pull.workspace, "pull_request", pull.event, "refs/pull/1/merge");
    assert_eq!(ended.code, 1, "{}", ended.log);
    assert_eq!(ended.annotations().len(), 1, "{}", ended.log);

    // What others have merged since is not what it changes.
    let pull = team.pull(2, Depth::Full, |work| std::fs::write(work.join("notes.txt"), "x").unwrap());
    team.git(&team.work(), &["checkout", "--quiet", "-B", "main", "origin/main"]);
    narrow(&team.work());
    team.push("main", "Narrow");
    team.git(&pull.workspace, &["fetch", "--quiet", "origin", "main:refs/remotes/origin/main"]);
    let ended = run(&pull.workspace, "pull_request", pull.event, "refs/pull/2/merge");
    assert_eq!(ended.code, 0, "{}", ended.log);
}

#[test]
fn a_shallow_clone_is_told_what_to_do() {
    let team = Team::new(&[(FILE, SCHEMA)]);
    let pull = team.pull(1, Depth::Shallow, narrow);
    let ended = run(&pull.workspace, "pull_request", pull.event, "refs/pull/1/merge");
    assert_eq!(ended.code, 2, "{}", ended.log);
    assert!(ended.annotations().iter().any(|line| line.contains("`fetch-depth: 0`")), "{}", ended.log);

    let before = team.git(&team.work(), &["rev-parse", "origin/main"]);
    team.git(&team.work(), &["checkout", "--quiet", "-B", "main", "origin/main"]);
    narrow(&team.work());
    let commit = team.push("main", "Narrow");
    let workspace = team.checkout("refs/heads/main", &commit, Depth::Shallow);
    for before in [before.as_str(), &"0".repeat(40)] {
        let ended = run(&workspace, "push", push(before), "refs/heads/main");
        assert_eq!(ended.code, 2, "{}", ended.log);
        assert!(ended.annotations().iter().any(|line| line.contains("`fetch-depth: 0`")), "{}", ended.log);
    }
}

#[test]
fn a_push_is_compared_with_the_commit_before_it() {
    let team = Team::new(&[(FILE, SCHEMA)]);
    let work = team.work();
    let first = team.git(&work, &["rev-parse", "HEAD"]);
    narrow(&work);
    team.push("main", "Narrow");
    let last = team.push("main", "Something else");
    let workspace = team.checkout("refs/heads/main", &last, Depth::Full);
    // Two commits in one push, and one commit.
    assert_eq!(run(&workspace, "push", push(&first), "refs/heads/main").code, 1);
    let before = team.git(&work, &["rev-parse", "HEAD~1"]);
    assert_eq!(run(&workspace, "push", push(&before), "refs/heads/main").code, 0);
    // A commit that a forced push has replaced is not there.
    assert_eq!(run(&workspace, "push", push(&"1".repeat(40)), "refs/heads/main").code, 0);

    // A new branch has no commit before it.
    team.git(&work, &["checkout", "--quiet", "-b", "topic"]);
    replace(&work, FILE, r#""minLength": 2"#, r#""minLength": 3"#);
    let topic = team.push("topic", "Narrow more");
    let workspace = team.checkout("refs/heads/topic", &topic, Depth::Full);
    let ended = run(&workspace, "push", push(&"0".repeat(40)), "refs/heads/topic");
    assert_eq!(ended.code, 1, "{}", ended.log);
    // So it is where somebody starts a run by hand.
    let by_hand = json!({ "repository": { "default_branch": "main" } });
    assert_eq!(run(&workspace, "workflow_dispatch", by_hand.clone(), "refs/heads/topic").code, 1);
    let workspace = team.checkout("refs/heads/main", &last, Depth::Full);
    assert_eq!(run(&workspace, "workflow_dispatch", by_hand, "refs/heads/main").code, 0);
}

#[test]
fn the_first_commit_breaks_nothing() {
    let team = Team::new(&[(FILE, SCHEMA)]);
    let commit = team.git(&team.work(), &["rev-parse", "HEAD"]);
    let workspace = team.checkout("refs/heads/main", &commit, Depth::Full);
    let ended = run(&workspace, "push", push(&"0".repeat(40)), "refs/heads/main");
    assert_eq!(ended.code, 0, "{}", ended.log);
    assert!(ended.log.contains("there is nothing to compare with"), "{}", ended.log);
}

#[test]
fn a_merge_group_is_compared_with_its_base() {
    let team = Team::new(&[(FILE, SCHEMA)]);
    let base = team.git(&team.work(), &["rev-parse", "HEAD"]);
    narrow(&team.work());
    let commit = team.push("gh-readonly-queue", "Queued");
    let workspace = team.checkout("refs/heads/gh-readonly-queue", &commit, Depth::Full);
    let event = json!({ "merge_group": { "base_sha": base }, "repository": { "default_branch": "main" } });
    assert_eq!(run(&workspace, "merge_group", event, "refs/heads/gh-readonly-queue").code, 1);
}
