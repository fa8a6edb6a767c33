//! The pages of `walnats explain`: each is about a code, and its example is that code's fixture.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use walnats_codegen::codes;

#[test]
fn each_break_has_a_page_and_each_page_a_code() {
    let in_folder: BTreeSet<String> = files(&package().join("docs/explain"))
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap().trim_end_matches(".md").to_owned())
        .collect();
    let with_page: BTreeSet<String> =
        codes::all().filter(|code| codes::page(code.id).is_some()).map(|code| code.id.to_owned()).collect();
    assert_eq!(in_folder, with_page, "the files (left) are those that the program has (right)");
    let breaks = codes::all().map(|code| code.id).filter(|id| id.starts_with("WN08"));
    let without: Vec<&str> = breaks.filter(|id| codes::page(id).is_none()).collect();
    assert!(without.is_empty(), "codes without a page: {without:?}");
}

#[test]
fn pages_are_short_and_name_codes_that_exist() {
    for (code, page) in pages() {
        let lines: Vec<&str> = page.lines().collect();
        assert_eq!(lines[..2], [format!("# {} {}", code.id, code.slug).as_str(), ""], "{}", code.id);
        assert!((10..=25).contains(&lines.len()), "{}: {} lines", code.id, lines.len());
        let longest = lines.iter().map(|line| line.chars().count()).max();
        assert!(longest <= Some(110), "{}: {longest:?} columns", code.id);
        assert!(!page.contains(code.summary) && !page.contains(code.cure), "{} repeats its row", code.id);
        for named in page.split("WN").skip(1) {
            let id = format!("WN{}", named.chars().take_while(char::is_ascii_digit).collect::<String>());
            assert!(codes::by_id(&id).is_some(), "{} names {id}, which does not exist", code.id);
        }
        let is_level = |span: &&str| span.ends_with(" = \"deny\"") || span.ends_with(" = \"allow\"");
        for set in page.split('`').filter(is_level) {
            let slug = set.split(' ').next().unwrap();
            assert!(codes::by_slug(slug).is_some(), "{} sets `{slug}`, which is not a code", code.id);
        }
    }
}

/// What a page shows as `old:`, `new:` and `payload:` stands in the fixture, whose screen is tested.
#[test]
fn examples_are_those_of_the_fixtures() {
    let mut examples = 0;
    for (code, page) in pages() {
        let fixtures = package().join("../walnats-compat/fixtures/breaking");
        let fixture = fixtures.join(format!("{}-{}", code.id, code.slug));
        let example = page.split("```").nth(1).unwrap_or_else(|| panic!("{} has no example", code.id));
        for line in example.lines().skip(1) {
            let (side, shown) = line.split_once(':').unwrap();
            let found = match side {
                "payload" => fs::read_to_string(fixture.join("expected.txt")).unwrap(),
                side => files(&fixture.join(side)).iter().map(|path| fs::read_to_string(path).unwrap()).collect(),
            };
            // In brackets: what is not in a file, or the file itself.
            let is_note = shown.trim().starts_with('(');
            assert!(is_note || plain(&found).contains(&plain(shown)), "{}: not in {side}: {shown}", code.id);
            examples += usize::from(!is_note);
        }
    }
    assert!(examples > 50, "{examples}");
}

fn pages() -> impl Iterator<Item = (&'static codes::Code, &'static str)> {
    codes::all().filter_map(|code| Some((code, codes::page(code.id)?)))
}

/// Without white space, for files are indented.
fn plain(text: &str) -> String {
    text.split_whitespace().collect()
}

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}
