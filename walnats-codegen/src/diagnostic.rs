//! What a user got wrong: where, what, and how to fix it. Rendered here; the findings themselves are those of
//! [`walnats_schema::read`].

mod render;

pub use render::{render, render_at};
pub use walnats_schema::read::{
    Applicability, Diagnostic, Edit, Fix, ForeignFiles, Ignore, Level, Levels, Located, Place, Report, Scope, Severity,
    SourceFile, Stopped, Suppression, did_you_mean, names_file, nearest,
};
