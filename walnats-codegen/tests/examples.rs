//! `docs/examples.md` has an example of each code without a page of its own: the least fixture, and what cures it.
//!
//! `WALNATS_BLESS=1 cargo test -p walnats-codegen --test examples` writes it anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use similar::{ChangeTag, TextDiff};
use walnats_codegen::codes;
use walnats_harness::fixture::{self, Files};

const FIXTURES: [&str; 6] = [
    "fixtures/diagnostics",
    "../walnats-compat/fixtures/lint",
    "../walnats-compat/fixtures/style",
    "../walnats-cli/fixtures/fmt",
    "../walnats-cli/fixtures/samples",
    "../walnats-cli/fixtures/plan",
];

/// Codes that take more than files.
const WITHOUT: [&str; 3] = ["WN0112", "WN1108", "WN1301"];

/// An example has as many lines, if that is possible.
const LINES: usize = 14;
const COLUMNS: usize = 160;

#[test]
fn each_code_has_an_example_of_bad_and_good() {
    let mut text = "# Examples\n\nGenerated from the fixtures; `WALNATS_BLESS=1 cargo test -p walnats-codegen --test examples` writes it \
                    again.\n\nOf each code, a small case: `-` is wrong, and `+` cures it as the row in [diagnostics](diagnostics.md) \
                    says. Codes that begin with `WN08` have pages in `explain/`.\n"
        .to_owned();
    let mut fixtures: BTreeMap<String, Vec<Example>> = BTreeMap::new();
    for folder in FIXTURES.iter().flat_map(|folder| folders(&package().join(folder))) {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let (code, about) = name.split_once('-').unwrap();
        if about != "good" && !WITHOUT.contains(&code) {
            fixtures.entry(code.to_owned()).or_default().push(example(code, &folder));
        }
    }
    for code in codes::all().filter(|code| codes::page(code.id).is_none() && !WITHOUT.contains(&code.id)) {
        let least = fixtures[code.id].iter().min_by_key(|example| example.rank()).unwrap();
        text += &format!("\n## {} {}\n\n```diff\n{}```\n", code.id, code.slug, least.text());
    }
    let file = package().join("docs/examples.md");
    if std::env::var_os("WALNATS_BLESS").is_some() {
        fs::write(&file, &text).unwrap();
    }
    assert_eq!(fs::read_to_string(file).unwrap_or_default(), text);
}

#[test]
fn examples_are_found_and_short() {
    for code in codes::all() {
        let Some(example) = codes::example(code.id) else {
            assert!(codes::page(code.id).is_some() || WITHOUT.contains(&code.id), "{} has no example", code.id);
            continue;
        };
        let lines: Vec<&str> = example.lines().collect();
        assert!(lines[0] == "```diff" && lines[lines.len() - 1] == "```", "{example}");
        assert!(lines.len() <= LINES + 10, "{}: {} lines\n{example}", code.id, lines.len());
        assert_eq!(example.matches("```").count(), 2, "{example}");
    }
}

/// What changes from bad to good, in parts.
struct Example(Vec<Hunk>);

struct Hunk {
    path: String,
    lines: Vec<String>,
    /// Whether the finding is there.
    is_place: bool,
}

impl Example {
    /// All of it if it is short, else the part with the finding.
    fn shown(&self) -> &[Hunk] {
        if lines(&self.0) <= LINES {
            return &self.0;
        }
        let is_added = |hunk: &Hunk| hunk.lines.iter().any(|line| line.starts_with('+'));
        let rank = |hunk: &Hunk| (!hunk.is_place, !is_added(hunk), hunk.lines.len());
        let least = (0..self.0.len()).min_by_key(|index| rank(&self.0[*index])).unwrap_or(0);
        self.0.get(least..=least).unwrap_or_default()
    }

    fn is_short(&self) -> bool {
        lines(self.shown()) <= LINES
    }

    fn rank(&self) -> (bool, usize) {
        let shown = self.shown();
        (!shown.iter().any(|hunk| hunk.is_place), shown.iter().map(|hunk| hunk.lines.concat().len() + 1).sum())
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (index, hunk) in self.shown().iter().enumerate() {
            let is_next = index > 0 && self.shown()[index - 1].path == hunk.path;
            text += &if is_next { "@@\n".to_owned() } else { format!("@@ {} @@\n", hunk.path) };
            text += &hunk.lines.concat();
        }
        text
    }
}

fn lines(hunks: &[Hunk]) -> usize {
    hunks.iter().map(|hunk| hunk.lines.len() + 1).sum()
}

fn example(code: &str, folder: &Path) -> Example {
    let files = |folder: &Path| fixture::files(folder).unwrap();
    let name = folder.to_str().unwrap();
    let (mut bad, good) = match name.strip_suffix("-bad") {
        Some(name) => (files(folder), files(Path::new(&format!("{name}-good")))),
        None if folder.join("bad").is_dir() => {
            let (mut bad, mut good) = (files(&folder.join("bad")), files(&folder.join("good")));
            let command = |name: &str| fs::read(folder.join(name)).unwrap_or_default();
            if folder.join("command-good").exists() {
                bad.insert("command".into(), command("command"));
                good.insert("command".into(), command("command-good"));
            }
            (bad, good)
        }
        None => (files(folder), fixture::good(folder).unwrap()),
    };
    bad.retain(|path, _| !path.starts_with("good"));
    let said = fs::read_to_string(folder.join("expected.txt")).unwrap();
    let places = places(code, &said);
    let with_context = Example(hunks(&bad, &good, 1, &places));
    if with_context.is_short() { with_context } else { Example(hunks(&bad, &good, 0, &places)) }
}

/// Where findings of this code are: ` --> schemas/a.json:5:13`.
fn places(code: &str, said: &str) -> Vec<(String, usize)> {
    let found = said.split("\n\n").filter(|found| found.contains(&format!("[{code}]")));
    let places = found.filter_map(|found| found.split_once("--> ")?.1.lines().next());
    let place = |place: &str| {
        let mut parts = place.rsplitn(3, ':').skip(1);
        match (parts.next().and_then(|line| line.parse().ok()), parts.next()) {
            (Some(line), Some(path)) => (path.to_owned(), line),
            _ => (place.to_owned(), 0),
        }
    };
    places.map(place).collect()
}

fn hunks(bad: &Files, good: &Files, context: usize, places: &[(String, usize)]) -> Vec<Hunk> {
    let mut hunks = Vec::new();
    let mut renamed: Vec<&PathBuf> = Vec::new();
    for (path, bytes) in bad.iter().filter(|(path, _)| !good.contains_key(*path)) {
        let to = good.iter().find(|(to, same)| *same == bytes && !bad.contains_key(*to));
        if let Some((to, _)) = to {
            renamed.extend([path, to]);
            let line = format!("rename to {}\n", slashes(to));
            hunks.push(Hunk { path: slashes(path), lines: vec![line], is_place: true });
        }
    }
    let mut paths: Vec<&PathBuf> = bad.keys().chain(good.keys()).filter(|path| !renamed.contains(path)).collect();
    paths.sort();
    paths.dedup();
    for path in paths.into_iter().filter(|path| !path.ends_with("expected.txt") && bad.get(*path) != good.get(*path)) {
        let text = |files: &Files| String::from_utf8_lossy(files.get(path).map_or(&[], Vec::as_slice)).into_owned();
        let (old, new, path) = (text(bad), text(good), slashes(path));
        let at: Vec<usize> = places.iter().filter(|(place, _)| *place == path).map(|(_, line)| *line).collect();
        if (old.clone() + &new).contains(|letter: char| letter.is_control() && !"\n\r\t".contains(letter)) {
            hunks.push(Hunk { path, lines: vec!["Binary files differ\n".to_owned()], is_place: !at.is_empty() });
            continue;
        }
        let diff = TextDiff::from_lines(&old, &new);
        for group in diff.grouped_ops(context) {
            let range = group[0].old_range().start..=group[group.len() - 1].old_range().end;
            let is_place = at.iter().any(|line| range.contains(line));
            let changes = group.iter().flat_map(|op| diff.iter_changes(op));
            let lines = changes.map(|change| line(change.tag(), change.value())).collect();
            hunks.push(Hunk { path: path.clone(), lines, is_place });
        }
    }
    hunks
}

fn line(tag: ChangeTag, text: &str) -> String {
    let sign = match tag {
        ChangeTag::Delete => '-',
        ChangeTag::Insert => '+',
        ChangeTag::Equal => ' ',
    };
    let text = text.trim_end();
    let cut = text.char_indices().nth(COLUMNS).map_or(text.to_owned(), |(end, _)| format!("{}…", &text[..end]));
    format!("{sign}{cut}").trim_end().to_owned() + "\n"
}

fn slashes(path: &Path) -> String {
    path.to_str().unwrap().replace('\\', "/")
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
