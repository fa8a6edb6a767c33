//! Where descriptors stand in their files.

use prost_reflect::FileDescriptor;

/// A place in a `.proto` file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The name of the file, as imports say it.
    pub file: String,
    /// The place in the file; `None` for the file as a whole.
    pub span: Option<Span>,
}

/// From where to where. Lines and columns count from 1, columns in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The first line.
    pub line: u32,
    /// The first column.
    pub column: u32,
    /// The last line.
    pub end_line: u32,
    /// The column after the last one.
    pub end_column: u32,
}

impl Location {
    pub(super) fn of_file(file: &FileDescriptor) -> Self {
        Self { file: file.name().to_owned(), span: None }
    }

    /// The place of `path` in the descriptor of `file`; the file as a whole if there is no source info for it.
    pub(super) fn of_path(file: &FileDescriptor, path: &[i32]) -> Self {
        Self { span: span(file, path), ..Self::of_file(file) }
    }

    /// The first of `tails` below `path` that stands somewhere, or else `path` itself.
    pub(super) fn of_first(file: &FileDescriptor, path: &[i32], tails: &[&[i32]]) -> Self {
        let span = tails.iter().find_map(|tail| span(file, &[path, tail].concat())).or_else(|| span(file, path));
        Self { span, ..Self::of_file(file) }
    }
}

pub(super) fn span(file: &FileDescriptor, path: &[i32]) -> Option<Span> {
    let info = file.file_descriptor_proto().source_code_info.as_ref()?;
    let location = info.location.iter().find(|location| location.path == path)?;
    let number = |number: i32| u32::try_from(number).unwrap_or_default().saturating_add(1);
    match *location.span.as_slice() {
        [line, column, end_column] => Some(Span {
            line: number(line),
            column: number(column),
            end_line: number(line),
            end_column: number(end_column),
        }),
        [line, column, end_line, end_column] => Some(Span {
            line: number(line),
            column: number(column),
            end_line: number(end_line),
            end_column: number(end_column),
        }),
        _ => None,
    }
}
