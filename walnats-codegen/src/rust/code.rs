//! Pieces of Rust text: types, literals.

use super::integer::Integer;
use super::types::{ItemId, Type, Typed};
use crate::model::DateTimes;

/// A string literal. Characters that reorder what is read are escaped, as rustc asks.
pub fn literal(text: &str) -> String {
    let mut literal = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            c if c.is_ascii_graphic() || c == ' ' || c.is_alphanumeric() => literal.push(c),
            c => literal.extend(c.escape_unicode()),
        }
    }
    literal + "\""
}

/// A type; `path` returns how an item is named from here.
pub fn type_text(typed: &Typed, datetime: DateTimes, path: &impl Fn(ItemId) -> String) -> String {
    if let Some(alias) = typed.alias {
        return path(alias);
    }
    let of = |typed: &Typed| type_text(typed, datetime, path);
    match &typed.ty {
        Type::Value => "::walnats_runtime::Value".to_owned(),
        Type::Object => "::walnats_runtime::Map".to_owned(),
        Type::Null => "()".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Integer(integer) => integer_text(*integer).to_owned(),
        Type::Float => "f64".to_owned(),
        Type::String => "String".to_owned(),
        Type::DateTime => format!("{}::DateTime", date_time_module(datetime)),
        Type::Date => format!("{}::Date", date_time_module(datetime)),
        Type::Base64 => "::walnats_runtime::Base64".to_owned(),
        Type::Uuid => "::walnats_runtime::Uuid".to_owned(),
        Type::Array(item) => format!("Vec<{}>", of(item)),
        Type::FixedArray(item, length) => format!("[{}; {length}]", of(item)),
        Type::Tuple(items) => {
            let texts: Vec<String> = items.iter().map(of).collect();
            format!("({}{})", texts.join(", "), if texts.len() == 1 { "," } else { "" })
        }
        Type::Map(member) => format!("::std::collections::BTreeMap<String, {}>", of(member)),
        Type::Nullable(inner) => format!("Option<{}>", of(inner)),
        Type::Item(item) => path(*item),
        Type::Boxed(item) => format!("Box<{}>", path(*item)),
        Type::Extern(path) => path.clone(),
        // Never written: there is no field of this type.
        Type::Constant(_) => "()".to_owned(),
    }
}

fn date_time_module(datetime: DateTimes) -> &'static str {
    match datetime {
        DateTimes::Chrono => "::walnats_runtime::chrono",
        DateTimes::Time => "::walnats_runtime::time",
        DateTimes::Jiff | DateTimes::String => "::walnats_runtime",
    }
}

/// An integer type.
pub fn integer_text(integer: Integer) -> &'static str {
    match integer {
        Integer::U8 => "u8",
        Integer::U16 => "u16",
        Integer::U32 => "u32",
        Integer::U64 => "u64",
        Integer::I8 => "i8",
        Integer::I16 => "i16",
        Integer::I32 => "i32",
        Integer::I64 => "i64",
        Integer::I128 => "i128",
    }
}
