//! Pieces of generated code, with what they are in Rust.

use walnats_cel::Type;

/// An expression of Rust.
#[derive(Clone, Debug)]
pub struct Code {
    pub text: String,
    pub form: Form,
    pub binding: Binding,
}

/// How strongly the parts of an expression hold together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Binding {
    /// `a && b`, `a < b`, `if …`, `a as T`: needs parentheses as a part of anything.
    Loose,
    /// `a + b`
    Sum,
    /// `*a`, `-a`, `&a`
    Unary,
    /// `a`, `a.b()`, `f(a)`
    Tight,
}

/// What the value of an expression is in Rust.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    Bool,
    I32,
    I64,
    U32,
    U64,
    F32,
    F64,
    Usize,
    /// `String`, `&String` or `&str`
    Text(Hold),
    /// `Vec<u8>`, `&Vec<u8>` or `&[u8]`
    Bytes(Hold),
    /// A duration of the library of expressions.
    Duration,
    /// A timestamp of the library of expressions.
    Timestamp,
    /// A message, by full name; `Place` or `Reference`.
    Message(Hold, String),
    /// `Option<&Message>`
    Maybe(String),
    /// `Option` of a value that is copied, or of a `&str` or `&[u8]`.
    Optional(Box<Form>),
    /// `Vec<Item>`, `&Vec<Item>` or `&[Item]`
    List(Hold, Box<Form>),
    /// `BTreeMap<Key, Value>`, or a reference to one.
    Map(Hold, Box<Form>, Box<Form>),
}

/// How a value that is not copied is at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// A place that has it: `self.name`.
    Place,
    /// A reference to such a place: `value`.
    Reference,
    /// A reference to its contents: `&str`, `&[u8]`, `&[Item]`.
    Slice,
    /// A value that was just made, and that nobody else has.
    Made,
}

/// Something that no code can be written for yet.
#[derive(Clone, Copy, Debug)]
pub struct Unsupported(pub &'static str);

pub type Result<T> = std::result::Result<T, Unsupported>;

impl Code {
    pub fn new(text: impl Into<String>, form: Form) -> Self {
        Self { text: text.into(), form, binding: Binding::Tight }
    }

    pub fn loose(text: impl Into<String>, form: Form) -> Self {
        Self { text: text.into(), form, binding: Binding::Loose }
    }

    pub fn unary(text: impl Into<String>, form: Form) -> Self {
        Self { text: text.into(), form, binding: Binding::Unary }
    }

    /// In parentheses, if it holds together less than `binding`.
    pub fn at_least(&self, binding: Binding) -> String {
        if self.binding < binding { format!("({})", self.text) } else { self.text.clone() }
    }

    /// What methods are called on.
    pub fn receiver(&self) -> String {
        self.at_least(Binding::Tight)
    }

    /// A part of an arithmetic expression or of a comparison.
    pub fn operand(&self) -> String {
        self.at_least(Binding::Unary)
    }

    fn hold(&self) -> Hold {
        match &self.form {
            Form::Text(hold)
            | Form::Bytes(hold)
            | Form::Message(hold, _)
            | Form::List(hold, _)
            | Form::Map(hold, ..) => *hold,
            _ => Hold::Made,
        }
    }

    /// As an argument of a function that takes a reference, or a copy of what is copied.
    pub fn argument(&self) -> String {
        match (&self.form, self.hold()) {
            (Form::Text(_) | Form::Bytes(_) | Form::Message(..) | Form::List(..) | Form::Map(..), hold) => match hold {
                Hold::Place | Hold::Made => format!("&{}", self.at_least(Binding::Unary)),
                Hold::Reference | Hold::Slice => self.text.clone(),
            },
            _ => self.text.clone(),
        }
    }

    /// A reference, also to what is copied.
    pub fn reference(&self) -> String {
        match self.hold() {
            Hold::Reference | Hold::Slice => self.text.clone(),
            Hold::Place | Hold::Made => format!("&{}", self.at_least(Binding::Unary)),
        }
    }

    /// Text as `&str`, bytes as `&[u8]`, a list as `&[Item]`; others as they are.
    pub fn slice(&self) -> Code {
        let (method, form) = match &self.form {
            Form::Text(hold) if *hold != Hold::Slice => ("as_str", Form::Text(Hold::Slice)),
            Form::Bytes(hold) if *hold != Hold::Slice => ("as_slice", Form::Bytes(Hold::Slice)),
            Form::List(hold, item) if *hold != Hold::Slice => ("as_slice", Form::List(Hold::Slice, item.clone())),
            _ => return self.clone(),
        };
        Code::new(format!("{}.{method}()", self.receiver()), form)
    }

    /// Whether it is gone at the end of the expression.
    pub fn is_made(&self) -> bool {
        self.hold() == Hold::Made && matches!(self.form, Form::Text(_) | Form::Bytes(_) | Form::List(..))
    }

    /// The value where there is a reference: `*value`.
    pub fn place(&self) -> String {
        match self.hold() {
            Hold::Reference | Hold::Slice => format!("*{}", self.at_least(Binding::Unary)),
            Hold::Place | Hold::Made => self.operand(),
        }
    }

    /// Numbers with all bits that the type of the expression has.
    pub fn widened(self, ty: &Type) -> Code {
        let text = |to: &str| format!("{to}::from({})", self.text);
        match (&self.form, ty) {
            (Form::I32, _) => Code::new(text("i64"), Form::I64),
            (Form::U32, _) => Code::new(text("u64"), Form::U64),
            (Form::F32, _) => Code::new(text("f64"), Form::F64),
            (Form::Usize, Type::Uint) => Code::loose(format!("{} as u64", self.operand()), Form::U64),
            (Form::Usize, _) => Code::loose(format!("{} as i64", self.operand()), Form::I64),
            _ => self,
        }
    }
}

/// What a list or map holds, once a variable refers to it.
pub fn referred(variable: &str, stored: &Form) -> Code {
    match stored {
        Form::Text(Hold::Place | Hold::Made) => Code::new(variable, Form::Text(Hold::Reference)),
        Form::Bytes(Hold::Place | Hold::Made) => Code::new(variable, Form::Bytes(Hold::Reference)),
        Form::Message(Hold::Place | Hold::Made, name) => match name.as_str() {
            "google.protobuf.Duration" => Code::new(format!("rt::duration({variable})"), Form::Duration),
            "google.protobuf.Timestamp" => Code::new(format!("rt::timestamp({variable})"), Form::Timestamp),
            _ => Code::new(variable, Form::Message(Hold::Reference, name.clone())),
        },
        copied => Code::unary(format!("*{variable}"), copied.clone()),
    }
}
