//! A team: a bare remote, and clones of it as CI makes them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

pub struct Team {
    folder: TempDir,
}

/// How `actions/checkout` clones.
#[derive(Clone, Copy)]
pub enum Depth {
    /// `fetch-depth: 0`
    Full,
    /// `fetch-depth: 1`, the default.
    Shallow,
}

/// A pull request, and the job's checkout of it.
pub struct Pull {
    pub workspace: PathBuf,
    pub event: Value,
}

impl Team {
    /// A team whose first commit has these files.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let team = Self { folder: tempfile::tempdir().unwrap() };
        team.git(team.folder.path(), &["init", "--quiet", "--bare", "--initial-branch=main", "remote.git"]);
        team.git(team.folder.path(), &["clone", "--quiet", "remote.git", "work"]);
        team.git(&team.work(), &["checkout", "--quiet", "-B", "main"]);
        write(&team.work(), files);
        team.push("main", "First");
        team
    }

    /// Where the team works.
    pub fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// Commits what the work tree has, pushes it to a branch, and returns the commit.
    pub fn push(&self, branch: &str, title: &str) -> String {
        let work = self.work();
        self.git(&work, &["add", "--all"]);
        self.git(&work, &["commit", "--quiet", "--allow-empty", "--message", title]);
        self.git(&work, &["push", "--quiet", "--force", "origin", &format!("HEAD:refs/heads/{branch}")]);
        self.git(&work, &["rev-parse", "HEAD"])
    }

    /// A pull request from a new branch with the changes that `edit` makes to the work tree.
    pub fn pull(&self, number: u64, depth: Depth, edit: impl FnOnce(&Path)) -> Pull {
        let work = self.work();
        self.git(&work, &["checkout", "--quiet", "-B", &format!("change-{number}"), "origin/main"]);
        edit(&work);
        self.update_pull(number, depth)
    }

    /// The same pull request after another push.
    pub fn update_pull(&self, number: u64, depth: Depth) -> Pull {
        let work = self.work();
        let head = self.push(&format!("change-{number}"), "A change");
        // What GitHub does: the checkout is of the merge.
        self.git(&work, &["checkout", "--quiet", "--detach", "origin/main"]);
        self.git(&work, &["merge", "--quiet", "--no-ff", "--message", "Merge", &head]);
        let merge = self.git(&work, &["rev-parse", "HEAD"]);
        self.git(&work, &["push", "--quiet", "--force", "origin", &format!("{merge}:refs/pull/{number}/merge")]);
        self.git(&work, &["checkout", "--quiet", &format!("change-{number}")]);
        let workspace = self.checkout(&format!("refs/pull/{number}/merge"), &merge, depth);
        let repository = json!({ "full_name": "team/shop", "default_branch": "main" });
        let event = json!({
            "number": number,
            "pull_request": {
                "number": number,
                "head": { "ref": format!("change-{number}"), "sha": head, "repo": repository },
                "base": { "ref": "main", "repo": repository },
            },
            "repository": repository,
        });
        Pull { workspace, event }
    }

    /// The checkout of a job, as `actions/checkout` makes it.
    pub fn checkout(&self, reference: &str, commit: &str, depth: Depth) -> PathBuf {
        let workspace = tempfile::tempdir_in(self.folder.path()).unwrap().keep();
        let remote = format!("file://{}", self.folder.path().join("remote.git").display());
        let own = reference.replace("refs/heads/", "refs/remotes/origin/").replace("refs/pull/", "refs/remotes/pull/");
        let refspec = format!("+{commit}:{own}");
        self.git(&workspace, &["init", "--quiet"]);
        self.git(&workspace, &["remote", "add", "origin", &remote]);
        // A server such as GitHub's gives out any commit.
        self.git(&self.folder.path().join("remote.git"), &["config", "uploadpack.allowAnySHA1InWant", "true"]);
        match depth {
            Depth::Full => {
                self.git(
                    &workspace,
                    &["fetch", "--quiet", "origin", "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"],
                );
                self.git(&workspace, &["fetch", "--quiet", "origin", &refspec]);
            }
            Depth::Shallow => {
                drop(self.git(&workspace, &["fetch", "--quiet", "--no-tags", "--depth=1", "origin", &refspec]))
            }
        }
        self.git(&workspace, &["checkout", "--quiet", "--force", &own]);
        workspace
    }

    pub fn git(&self, folder: &Path, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        for (key, value) in [
            ("user.name", "Ada"),
            ("user.email", "ada@example.com"),
            ("advice.detachedHead", "false"),
            ("commit.gpgsign", "false"),
        ] {
            git.args(["-c", &format!("{key}={value}")]);
        }
        git.args(arguments).current_dir(folder).env("GIT_CONFIG_GLOBAL", self.folder.path().join("none"));
        let ran = git.output().unwrap();
        assert!(ran.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap().trim().to_owned()
    }
}

pub fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Replaces a part of a file.
pub fn replace(folder: &Path, path: &str, from: &str, to: &str) {
    let path = folder.join(path);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{}: {from}", path.display());
    fs::write(path, text.replace(from, to)).unwrap();
}
