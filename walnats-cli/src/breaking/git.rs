//! Reads from the object store of a repository by running `git`. The work tree and the index are never touched.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::outcome::Failure;
use crate::paths;

/// A folder inside of a repository.
#[derive(Clone, Debug)]
pub struct Git {
    folder: PathBuf,
    /// What follows it and is not there any more.
    gone: String,
}

/// What stands at a path of a revision.
#[derive(Clone, Debug)]
pub struct Entry {
    pub kind: EntryKind,
    /// The name of the object.
    pub object: String,
}

/// The kinds of entries of a tree that are not trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    File,
    Link,
    Submodule,
}

impl Git {
    /// The repository that `folder` is in, or was in before it was deleted.
    pub fn new(folder: &Path) -> Self {
        let above = folder.ancestors().find(|above| above.is_dir()).unwrap_or(folder);
        let gone = folder.strip_prefix(above).map(paths::slashed).unwrap_or_default();
        Self { folder: above.to_owned(), gone }
    }

    /// The folder within the repository, with a `/` at its end; empty for the root.
    pub fn prefix(&self) -> Result<String, Failure> {
        let prefix = self.line(&["rev-parse", "--show-prefix"])?;
        Ok(if self.gone.is_empty() { prefix } else { format!("{prefix}{}", self.gone) })
    }

    /// The folder of the work tree.
    pub fn top(&self) -> Result<PathBuf, Failure> {
        Ok(PathBuf::from(self.line(&["rev-parse", "--show-toplevel"])?))
    }

    /// The commit that a revision means; `merge-base:main` is where this branch left `main`.
    pub fn commit(&self, revision: &str) -> Result<String, Failure> {
        let Some(other) = revision.strip_prefix("merge-base:") else { return self.named(revision) };
        let other = self.named(other)?;
        self.line(&["merge-base", &other, "HEAD"]).map_err(|error| {
            if self.is_shallow() {
                return format!(
                    "the history of this shallow clone does not reach the merge base of `{revision}`: {DEEPEN}"
                )
                .into();
            }
            format!("`HEAD` has no merge base with `{revision}`: {error}").into()
        })
    }

    fn named(&self, revision: &str) -> Result<String, Failure> {
        // `git` would take it for an option.
        if revision.is_empty() || revision.starts_with('-') {
            return Err(format!("`{revision}` is not a revision").into());
        }
        let wanted = format!("{revision}^{{commit}}");
        self.line(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])
            .map_err(|_| self.missing(revision))
    }

    /// Whether the folder is in a repository at all.
    pub fn is_repository(&self) -> Result<bool, Failure> {
        match self.run(&["rev-parse", "--git-dir"], None) {
            Ok(_) => Ok(true),
            // It is one that git refuses to read, or there is no git.
            Err(Refusal { is_missing_program: true, text }) => Err(text.into()),
            Err(Refusal { text, .. }) if text.contains("not a git repository") => Ok(false),
            Err(Refusal { text, .. }) => Err(text.into()),
        }
    }

    fn missing(&self, revision: &str) -> Failure {
        let mut text = format!("there is no revision `{revision}` here");
        let remote = format!("refs/remotes/origin/{revision}");
        if self.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &remote], None).is_ok() {
            text += &format!("; did you mean `origin/{revision}`?");
        } else if self.is_shallow() {
            text += &format!(": this clone is shallow; {DEEPEN}");
        } else {
            text += "; if it is on a remote, `git fetch origin` it first, tags with `--tags`";
        }
        text.into()
    }

    fn is_shallow(&self) -> bool {
        self.line(&["rev-parse", "--is-shallow-repository"]).is_ok_and(|answer| answer == "true")
    }

    /// The entries of a revision by their paths from the root of the repository, those below `folder` (with a `/` at its end,
    /// or empty).
    pub fn entries(&self, commit: &str, folder: &str) -> Result<BTreeMap<String, Entry>, Failure> {
        let mut arguments = vec!["ls-tree", "-r", "-z", "--full-tree", commit];
        if !folder.is_empty() {
            arguments.extend(["--", folder]);
        }
        let listed = self.run(&arguments, None)?;
        let mut entries = BTreeMap::new();
        for line in listed.split(|byte| *byte == 0) {
            // Names that are not UTF-8 are those of no schema.
            let Ok(line) = std::str::from_utf8(line) else { continue };
            let Some((about, path)) = line.split_once('\t') else { continue };
            let mut about = about.split(' ');
            let (mode, _, object) = (about.next(), about.next(), about.next());
            let kind = match mode {
                Some("120000") => EntryKind::Link,
                Some("160000") => EntryKind::Submodule,
                _ => EntryKind::File,
            };
            let Some(object) = object else { continue };
            entries.insert(path.to_owned(), Entry { kind, object: object.to_owned() });
        }
        Ok(entries)
    }

    /// The content of objects, in their order.
    pub fn contents(&self, objects: &[&str]) -> Result<Vec<Vec<u8>>, Failure> {
        if objects.is_empty() {
            return Ok(Vec::new());
        }
        let request = objects.iter().map(|object| format!("{object}\n")).collect::<String>();
        let answer = self.run(&["cat-file", "--batch"], Some(request.into_bytes()))?;
        let mut rest = answer.as_slice();
        let mut contents = Vec::new();
        for object in objects {
            let end = rest.iter().position(|byte| *byte == b'\n').ok_or("`git cat-file` ends early")?;
            let header = String::from_utf8_lossy(&rest[..end]).into_owned();
            let size = header.split(' ').nth(2).and_then(|size| size.parse::<usize>().ok());
            let Some(size) = size else {
                return Err(format!("git has lost the object {object} ({header}): {DEEPEN}").into());
            };
            let start = end + 1;
            contents.push(rest.get(start..start + size).ok_or("`git cat-file` ends early")?.to_vec());
            rest = rest.get(start + size + 1..).unwrap_or_default();
        }
        Ok(contents)
    }

    fn line(&self, arguments: &[&str]) -> Result<String, Refusal> {
        let text = self.run(arguments, None)?;
        Ok(String::from_utf8_lossy(&text).trim_end_matches('\n').to_owned())
    }

    fn run(&self, arguments: &[&str], input: Option<Vec<u8>>) -> Result<Vec<u8>, Refusal> {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.folder).args(arguments);
        command.envs([("GIT_OPTIONAL_LOCKS", "0"), ("GIT_TERMINAL_PROMPT", "0"), ("LC_ALL", "C")]);
        // A hook of git's runs with paths that are relative to another folder.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            command.env_remove(name);
        }
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let failed = |error: std::io::Error| Refusal {
            is_missing_program: true,
            text: format!("cannot run `git`: {error}; install it, or compare with a folder"),
        };
        let mut child = command.spawn().map_err(failed)?;
        // Questions and answers may both be longer than a pipe holds.
        let writer = child.stdin.take().zip(input).map(|(mut stdin, input)| {
            std::thread::spawn(move || {
                // An answer that ends early says why.
                let _ = stdin.write_all(&input);
            })
        });
        let output = child.wait_with_output().map_err(failed)?;
        if let Some(writer) = writer {
            let _ = writer.join();
        }
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().trim_start_matches("fatal: ");
        let command = arguments.first().copied().unwrap_or_default();
        Err(Refusal { is_missing_program: false, text: format!("`git {command}` failed: {said}") })
    }
}

/// What to do about history that is not here.
const DEEPEN: &str = "fetch the history, with `fetch-depth: 0` for actions/checkout, or with `git fetch --unshallow`";

/// Why `git` did not answer.
#[derive(Debug)]
struct Refusal {
    is_missing_program: bool,
    text: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Refusal {}

/// `main:old/folder` -> `main`, `old/folder`. A colon may be a part of the revision: `merge-base:main`, `HEAD^{/fix: it}`.
pub fn split(against: &str) -> (&str, Option<&str>) {
    let start = if against.starts_with("merge-base:") { "merge-base:".len() } else { 0 };
    let after_braces = against.rfind('}').map_or(start, |end| end.max(start));
    match against[after_braces..].find(':').map(|at| at + after_braces).filter(|at| *at > start) {
        Some(at) => (&against[..at], Some(&against[at + 1..])),
        None => (against, None),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_colon_separates_the_folder() {
        assert_eq!(split("main"), ("main", None));
        assert_eq!(split("main:a/b"), ("main", Some("a/b")));
        assert_eq!(split("merge-base:main"), ("merge-base:main", None));
        assert_eq!(split("merge-base:main:a"), ("merge-base:main", Some("a")));
        assert_eq!(split("HEAD^{/fix: it}"), ("HEAD^{/fix: it}", None));
        assert_eq!(split("HEAD^{/fix: it}:a"), ("HEAD^{/fix: it}", Some("a")));
        assert_eq!(split(":/text"), (":/text", None));
    }
}
