//! Values in generated code, by the expressions that lead to them.

/// An expression, and whether it is a reference to the value or stands for the value itself.
#[derive(Clone, Debug)]
pub struct Operand {
    /// `self.name`, `value`: what fields and methods are named after.
    pub path: String,
    is_reference: bool,
}

impl Operand {
    /// The place where a value is: `self.name`.
    pub fn place(path: impl Into<String>) -> Self {
        Self { path: path.into(), is_reference: false }
    }

    /// A variable that refers to a value: `value`.
    pub fn bound(name: impl Into<String>) -> Self {
        Self { path: name.into(), is_reference: true }
    }

    /// The value: `self.name`, `*value`.
    pub fn value(&self) -> String {
        if self.is_reference { format!("*{}", self.path) } else { self.path.clone() }
    }

    /// A reference to the value: `&self.name`, `value`.
    pub fn reference(&self) -> String {
        if self.is_reference { self.path.clone() } else { format!("&{}", self.path) }
    }

    /// The value as a `&str`.
    pub fn text(&self) -> String {
        format!("{}.as_str()", self.path)
    }
}
