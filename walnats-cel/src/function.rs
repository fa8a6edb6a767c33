//! The functions and operators that expressions call, and what they take.

use crate::library::Part;
use crate::{Expr, Kind, Type};

/// A function or an operator. Which of its forms is meant follows from the types of its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Function {
    Not,
    Negate,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Index,
    ToBool,
    ToInt,
    ToUint,
    ToDouble,
    ToText,
    ToBytes,
    ToDuration,
    ToTimestamp,
    /// Nothing is done: the value has the type already.
    Same,
    Size,
    Contains,
    StartsWith,
    EndsWith,
    Matches,
    CharAt,
    IndexOf,
    LastIndexOf,
    Join,
    LowerAscii,
    UpperAscii,
    Quote,
    Replace,
    Reverse,
    Split,
    Substring,
    Trim,
    /// A part of a timestamp or duration.
    Part(Part),
    IsNan,
    IsInf,
    IsEmail,
    IsHostname,
    IsHostAndPort,
    IsIp,
    IsIpPrefix,
    IsUri,
    IsUriRef,
    Unique,
}

/// The type of a parameter or of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Bool,
    Int,
    Uint,
    Double,
    Text,
    Bytes,
    Duration,
    Timestamp,
    /// Any type, the same wherever it occurs.
    A,
    /// A list of any type, the same as `A`.
    ListOfA,
    ListOfText,
    /// A map from `A` to anything.
    MapOfA,
    /// A map from `A` to `B`.
    MapOfAToB,
    /// The values of the map.
    B,
}

/// A form of a function.
pub(crate) struct Overload {
    pub name: &'static str,
    /// Whether the first argument stands in front.
    pub has_receiver: bool,
    pub parameters: &'static [Shape],
    pub result: Shape,
    pub function: Function,
}

const fn overload(
    name: &'static str,
    has_receiver: bool,
    parameters: &'static [Shape],
    result: Shape,
    function: Function,
) -> Overload {
    Overload { name, has_receiver, parameters, result, function }
}

macro_rules! overloads {
    ($($name:literal $kind:ident ($($parameter:ident),*) -> $result:ident = $function:expr;)*) => {
        &[$(overload($name, overloads!(@$kind), &[$(Shape::$parameter),*], Shape::$result, $function)),*]
    };
    (@function) => { false };
    (@method) => { true };
}

use Function as F;

pub(crate) const OVERLOADS: &[Overload] = overloads! {
    "!_" function(Bool) -> Bool = F::Not;
    "-_" function(Int) -> Int = F::Negate;
    "-_" function(Double) -> Double = F::Negate;
    "-_" function(Duration) -> Duration = F::Negate;
    "_+_" function(Int, Int) -> Int = F::Add;
    "_+_" function(Uint, Uint) -> Uint = F::Add;
    "_+_" function(Double, Double) -> Double = F::Add;
    "_+_" function(Text, Text) -> Text = F::Add;
    "_+_" function(Bytes, Bytes) -> Bytes = F::Add;
    "_+_" function(ListOfA, ListOfA) -> ListOfA = F::Add;
    "_+_" function(Duration, Duration) -> Duration = F::Add;
    "_+_" function(Timestamp, Duration) -> Timestamp = F::Add;
    "_+_" function(Duration, Timestamp) -> Timestamp = F::Add;
    "_-_" function(Int, Int) -> Int = F::Subtract;
    "_-_" function(Uint, Uint) -> Uint = F::Subtract;
    "_-_" function(Double, Double) -> Double = F::Subtract;
    "_-_" function(Duration, Duration) -> Duration = F::Subtract;
    "_-_" function(Timestamp, Duration) -> Timestamp = F::Subtract;
    "_-_" function(Timestamp, Timestamp) -> Duration = F::Subtract;
    "_*_" function(Int, Int) -> Int = F::Multiply;
    "_*_" function(Uint, Uint) -> Uint = F::Multiply;
    "_*_" function(Double, Double) -> Double = F::Multiply;
    "_/_" function(Int, Int) -> Int = F::Divide;
    "_/_" function(Uint, Uint) -> Uint = F::Divide;
    "_/_" function(Double, Double) -> Double = F::Divide;
    "_%_" function(Int, Int) -> Int = F::Remainder;
    "_%_" function(Uint, Uint) -> Uint = F::Remainder;
    "_==_" function(A, A) -> Bool = F::Equal;
    "_!=_" function(A, A) -> Bool = F::NotEqual;
    "@in" function(A, ListOfA) -> Bool = F::In;
    "@in" function(A, MapOfA) -> Bool = F::In;
    "_[_]" function(ListOfA, Int) -> A = F::Index;
    "_[_]" function(MapOfAToB, A) -> B = F::Index;
    "bool" function(Bool) -> Bool = F::Same;
    "bool" function(Text) -> Bool = F::ToBool;
    "int" function(Int) -> Int = F::Same;
    "int" function(Uint) -> Int = F::ToInt;
    "int" function(Double) -> Int = F::ToInt;
    "int" function(Text) -> Int = F::ToInt;
    "int" function(Timestamp) -> Int = F::ToInt;
    "int" function(Duration) -> Int = F::ToInt;
    "uint" function(Uint) -> Uint = F::Same;
    "uint" function(Int) -> Uint = F::ToUint;
    "uint" function(Double) -> Uint = F::ToUint;
    "uint" function(Text) -> Uint = F::ToUint;
    "double" function(Double) -> Double = F::Same;
    "double" function(Int) -> Double = F::ToDouble;
    "double" function(Uint) -> Double = F::ToDouble;
    "double" function(Text) -> Double = F::ToDouble;
    "string" function(Text) -> Text = F::Same;
    "string" function(Bool) -> Text = F::ToText;
    "string" function(Int) -> Text = F::ToText;
    "string" function(Uint) -> Text = F::ToText;
    "string" function(Double) -> Text = F::ToText;
    "string" function(Bytes) -> Text = F::ToText;
    "string" function(Duration) -> Text = F::ToText;
    "string" function(Timestamp) -> Text = F::ToText;
    "bytes" function(Bytes) -> Bytes = F::Same;
    "bytes" function(Text) -> Bytes = F::ToBytes;
    "duration" function(Duration) -> Duration = F::Same;
    "duration" function(Text) -> Duration = F::ToDuration;
    "timestamp" function(Timestamp) -> Timestamp = F::Same;
    "timestamp" function(Text) -> Timestamp = F::ToTimestamp;
    "timestamp" function(Int) -> Timestamp = F::ToTimestamp;
    "dyn" function(A) -> A = F::Same;
    "size" function(Text) -> Int = F::Size;
    "size" function(Bytes) -> Int = F::Size;
    "size" function(ListOfA) -> Int = F::Size;
    "size" function(MapOfA) -> Int = F::Size;
    "size" method(Text) -> Int = F::Size;
    "size" method(Bytes) -> Int = F::Size;
    "size" method(ListOfA) -> Int = F::Size;
    "size" method(MapOfA) -> Int = F::Size;
    "contains" method(Text, Text) -> Bool = F::Contains;
    "contains" method(Bytes, Bytes) -> Bool = F::Contains;
    "startsWith" method(Text, Text) -> Bool = F::StartsWith;
    "startsWith" method(Bytes, Bytes) -> Bool = F::StartsWith;
    "endsWith" method(Text, Text) -> Bool = F::EndsWith;
    "endsWith" method(Bytes, Bytes) -> Bool = F::EndsWith;
    "matches" method(Text, Text) -> Bool = F::Matches;
    "matches" function(Text, Text) -> Bool = F::Matches;
    "charAt" method(Text, Int) -> Text = F::CharAt;
    "indexOf" method(Text, Text) -> Int = F::IndexOf;
    "indexOf" method(Text, Text, Int) -> Int = F::IndexOf;
    "lastIndexOf" method(Text, Text) -> Int = F::LastIndexOf;
    "lastIndexOf" method(Text, Text, Int) -> Int = F::LastIndexOf;
    "join" method(ListOfText) -> Text = F::Join;
    "join" method(ListOfText, Text) -> Text = F::Join;
    "lowerAscii" method(Text) -> Text = F::LowerAscii;
    "upperAscii" method(Text) -> Text = F::UpperAscii;
    "strings.quote" function(Text) -> Text = F::Quote;
    "replace" method(Text, Text, Text) -> Text = F::Replace;
    "replace" method(Text, Text, Text, Int) -> Text = F::Replace;
    "reverse" method(Text) -> Text = F::Reverse;
    "split" method(Text, Text) -> ListOfText = F::Split;
    "split" method(Text, Text, Int) -> ListOfText = F::Split;
    "substring" method(Text, Int) -> Text = F::Substring;
    "substring" method(Text, Int, Int) -> Text = F::Substring;
    "trim" method(Text) -> Text = F::Trim;
    "getFullYear" method(Timestamp) -> Int = F::Part(Part::FullYear);
    "getFullYear" method(Timestamp, Text) -> Int = F::Part(Part::FullYear);
    "getMonth" method(Timestamp) -> Int = F::Part(Part::Month);
    "getMonth" method(Timestamp, Text) -> Int = F::Part(Part::Month);
    "getDate" method(Timestamp) -> Int = F::Part(Part::Date);
    "getDate" method(Timestamp, Text) -> Int = F::Part(Part::Date);
    "getDayOfMonth" method(Timestamp) -> Int = F::Part(Part::DayOfMonth);
    "getDayOfMonth" method(Timestamp, Text) -> Int = F::Part(Part::DayOfMonth);
    "getDayOfWeek" method(Timestamp) -> Int = F::Part(Part::DayOfWeek);
    "getDayOfWeek" method(Timestamp, Text) -> Int = F::Part(Part::DayOfWeek);
    "getDayOfYear" method(Timestamp) -> Int = F::Part(Part::DayOfYear);
    "getDayOfYear" method(Timestamp, Text) -> Int = F::Part(Part::DayOfYear);
    "getHours" method(Timestamp) -> Int = F::Part(Part::Hours);
    "getHours" method(Timestamp, Text) -> Int = F::Part(Part::Hours);
    "getHours" method(Duration) -> Int = F::Part(Part::Hours);
    "getMinutes" method(Timestamp) -> Int = F::Part(Part::Minutes);
    "getMinutes" method(Timestamp, Text) -> Int = F::Part(Part::Minutes);
    "getMinutes" method(Duration) -> Int = F::Part(Part::Minutes);
    "getSeconds" method(Timestamp) -> Int = F::Part(Part::Seconds);
    "getSeconds" method(Timestamp, Text) -> Int = F::Part(Part::Seconds);
    "getSeconds" method(Duration) -> Int = F::Part(Part::Seconds);
    "getMilliseconds" method(Timestamp) -> Int = F::Part(Part::Milliseconds);
    "getMilliseconds" method(Timestamp, Text) -> Int = F::Part(Part::Milliseconds);
    "getMilliseconds" method(Duration) -> Int = F::Part(Part::Milliseconds);
    "isNan" method(Double) -> Bool = F::IsNan;
    "isInf" method(Double) -> Bool = F::IsInf;
    "isInf" method(Double, Int) -> Bool = F::IsInf;
    "isEmail" method(Text) -> Bool = F::IsEmail;
    "isHostname" method(Text) -> Bool = F::IsHostname;
    "isHostAndPort" method(Text, Bool) -> Bool = F::IsHostAndPort;
    "isIp" method(Text) -> Bool = F::IsIp;
    "isIp" method(Text, Int) -> Bool = F::IsIp;
    "isIpPrefix" method(Text) -> Bool = F::IsIpPrefix;
    "isIpPrefix" method(Text, Int) -> Bool = F::IsIpPrefix;
    "isIpPrefix" method(Text, Bool) -> Bool = F::IsIpPrefix;
    "isIpPrefix" method(Text, Int, Bool) -> Bool = F::IsIpPrefix;
    "isUri" method(Text) -> Bool = F::IsUri;
    "isUriRef" method(Text) -> Bool = F::IsUriRef;
    "unique" method(ListOfA) -> Bool = F::Unique;
};

/// The comparisons, which all ordered types have.
pub(crate) const COMPARISONS: [(&str, Function); 4] =
    [("_<_", F::Less), ("_<=_", F::LessOrEqual), ("_>_", F::Greater), ("_>=_", F::GreaterOrEqual)];

impl Function {
    /// Whether it can fail, on arguments that have values.
    pub fn can_fail(self, arguments: &[Expr]) -> bool {
        let first = arguments.first().map(|argument| &argument.ty);
        match self {
            Self::Add | Self::Subtract | Self::Multiply | Self::Negate => {
                matches!(first, Some(Type::Int | Type::Uint | Type::Duration | Type::Timestamp))
            }
            Self::Divide | Self::Remainder => {
                // A divisor that is known is not zero: that would have been found.
                let is_known = arguments.get(1).and_then(Expr::constant);
                !matches!(first, Some(Type::Double)) && is_known.is_none_or(|value| *value == crate::Value::Int(-1))
            }
            Self::Index | Self::ToBool | Self::ToDuration | Self::CharAt | Self::Substring => true,
            Self::ToUint => !arguments.first().is_some_and(is_size),
            Self::ToInt => matches!(first, Some(Type::Uint | Type::Double | Type::String)),
            Self::ToDouble => matches!(first, Some(Type::String)),
            Self::ToText => matches!(first, Some(Type::Bytes)),
            Self::ToTimestamp => matches!(first, Some(Type::String | Type::Int)),
            Self::IndexOf | Self::LastIndexOf => arguments.len() == 3,
            Self::Part(_) => matches!(first, Some(Type::Timestamp)),
            _ => false,
        }
    }
}

/// Sizes are never negative.
fn is_size(expr: &Expr) -> bool {
    matches!(expr.kind, Kind::Call(Function::Size, _))
}
