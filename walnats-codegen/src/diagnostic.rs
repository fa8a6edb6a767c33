//! What a user got wrong: where, what, and how to fix it. Rendered here; the findings themselves are those of
//! [`walnats_schema::read`].

mod render;
mod shown;

pub use render::{render, render_at};
pub use shown::{is_hidden, shown, shown_lines};
pub use walnats_schema::read::{
    Applicability, Diagnostic, Edit, Fix, ForeignFiles, Ignore, Level, Levels, Located, Place, Report, Scope, Severity,
    SourceFile, Stopped, Suppression, did_you_mean, names_file, nearest,
};
