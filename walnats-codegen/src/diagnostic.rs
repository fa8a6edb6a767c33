//! What a user got wrong: where, what, and how to fix it. Rendered here; the findings themselves are those of
//! [`walnats_schema::read`].

mod render;

pub use render::{render, render_at};
pub use walnats_schema::read::{
    Diagnostic, ForeignFiles, Level, Levels, Located, Place, Report, Severity, SourceFile, Stopped, did_you_mean,
};
