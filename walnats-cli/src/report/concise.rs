//! One line for each finding, as compilers and editors have it: `file:line:column: CODE level message`.

use super::run::Run;
use super::text::{location, one_line};

/// The findings that are not suppressed, why the command could not run, and the last line.
pub fn render(run: &Run) -> String {
    let mut text = String::new();
    for entry in run.open() {
        text += &format!("{}: {} {} {}\n", location(entry), entry.code, entry.level(), one_line(&entry.message));
    }
    for reason in run.reasons() {
        text += &format!("walnats: {}\n", one_line(&reason));
    }
    text + &one_line(&run.last_line()) + "\n"
}
