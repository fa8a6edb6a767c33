//! Annotations of GitHub Actions: workflow commands, one a line.
//!
//! The format is described at
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message>.

use super::entry::Entry;
use super::region::Region;
use super::run::Run;
use super::text::{details, location, one_line, path};

/// A command for each finding that is not suppressed: what fails first, for GitHub shows ten of a kind for each step. Then
/// the last line.
pub fn render(run: &Run) -> String {
    let mut entries: Vec<&Entry> = run.open().collect();
    entries.sort_by_key(|entry| !entry.fails);
    let mut text: String = entries.into_iter().map(annotation).collect();
    for reason in run.reasons() {
        text += &format!("::error title=walnats could not run::{}\n", data(&reason));
    }
    text + &plain(&run.last_line()) + "\n"
}

fn annotation(entry: &Entry) -> String {
    let file = &entry.place.file.path;
    let mut properties = Vec::new();
    // Standard input is no file of the repository.
    let region = if file.starts_with('<') {
        None
    } else {
        properties.push(format!("file={}", property(&path(file))));
        Region::of(&entry.place)
    };
    if let Some(Region { line, column, end_line, end_column }) = region {
        properties.push(format!("line={line},endLine={end_line}"));
        // The runner drops the columns of what is longer than a line.
        if line == end_line {
            properties.push(format!("col={column},endColumn={end_column}"));
        }
    }
    properties.push(format!("title={}", property(&entry.title())));
    let mut message = vec![one_line(&entry.message)];
    if file.starts_with('<') {
        message.push(format!("in {}", location(entry)));
    }
    message.extend(details(entry));
    format!("::{} {}::{}\n", entry.level(), properties.join(","), data(&message.join("\n")))
}

/// Of a command's message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Of the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A line that the runner does not take for a command.
fn plain(text: &str) -> String {
    let line = one_line(text);
    if line.trim_start().starts_with("::") || line.contains("##[") {
        format!("walnats: {}", line.replace("##[", "# #["))
    } else {
        line
    }
}
