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

impl Location {
    /// With the option's name, if this is the value of the option `name` in `text`: compilers say where the value is.
    pub(super) fn with_option(mut self, name: &str, text: Option<&str>) -> Self {
        let Some(span) = &mut self.span else { return self };
        let line = usize::try_from(span.line - 1).ok().and_then(|line| text?.lines().nth(line));
        let before = line.and_then(|line| line.get(..usize::try_from(span.column - 1).ok()?));
        let start = before.and_then(|before| before.trim_end().strip_suffix('=')?.trim_end().strip_suffix(name));
        if let Some(column) = start.and_then(|start| u32::try_from(start.len()).ok()) {
            span.column = column + 1;
        }
        self
    }
}

pub(super) fn span(file: &FileDescriptor, path: &[i32]) -> Option<Span> {
    let info = file.file_descriptor_proto().source_code_info.as_ref()?;
    // Of an option with a value of its own, both have the path: the option stands around the value.
    let locations = info.location.iter().filter(|location| location.path == path);
    let location = locations.min_by_key(|location| location.span.iter().take(2).copied().collect::<Vec<_>>())?;
    as_span(&location.span)
}

/// A span as descriptors have it: lines and columns from 0, the last line left out where it is the first.
pub(super) fn as_span(span: &[i32]) -> Option<Span> {
    let number = |number: i32| u32::try_from(number).unwrap_or_default().saturating_add(1);
    match *span {
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
