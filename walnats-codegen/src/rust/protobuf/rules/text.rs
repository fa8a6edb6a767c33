//! Functions of text and bytes.

use walnats_cel::{Expr, Function as F, Type};

use super::Emitter;
use super::code::{Code, Form, Hold, Result, Unsupported};
use super::expr::Scope;

impl Emitter<'_> {
    pub fn text_function(&self, function: F, arguments: &[Expr], scope: &Scope) -> Result<Code> {
        let mut codes = Vec::new();
        for argument in arguments {
            codes.push(self.expr(argument, scope)?.widened(&argument.ty));
        }
        let Some(first) = codes.first() else { return Err(Unsupported("a function without arguments")) };
        let all: Vec<String> = codes.iter().map(Code::argument).collect();
        let argument = |index: usize, default: &str| all.get(index).cloned().unwrap_or_else(|| default.to_owned());
        let optional = |index: usize| all.get(index).map_or("None".to_owned(), |text| format!("Some({text})"));
        let called = |name: &str, arguments: &[String], form: Form| {
            Ok(Code::new(format!("rt::cel::{name}({})", arguments.join(", ")), form))
        };
        let method = |name: &str, form: Form| {
            Ok(Code::new(format!("{}.{name}({})", first.receiver(), all[1..].join(", ")), form))
        };
        let (text, made) = (argument(0, ""), Form::Text(Hold::Made));
        let is_bytes = arguments[0].ty == Type::Bytes;
        match function {
            F::Contains if is_bytes => called("bytes_contain", &all, Form::Bool),
            F::Contains => method("contains", Form::Bool),
            F::StartsWith | F::EndsWith => {
                let name = if function == F::StartsWith { "starts_with" } else { "ends_with" };
                method(name, Form::Bool)
            }
            F::CharAt => called("char_at", &all, made).map(failing),
            F::IndexOf if all.len() == 2 => called("index_of", &[text, argument(1, ""), "0".to_owned()], Form::I64)
                .map(|code| Code { text: format!("{}.unwrap_or(-1)", code.text), ..code }),
            F::IndexOf => called("index_of", &all, Form::I64).map(failing),
            F::LastIndexOf if all.len() == 2 => {
                called("last_index_of", &[text, argument(1, ""), optional(2)], Form::I64)
                    .map(|code| Code { text: format!("{}.unwrap_or(-1)", code.text), ..code })
            }
            F::LastIndexOf => called("last_index_of", &[text, argument(1, ""), optional(2)], Form::I64).map(failing),
            F::Join => called("join", &[text, argument(1, "\"\"")], made),
            F::LowerAscii => called("lower_ascii", &all, made),
            F::UpperAscii => called("upper_ascii", &all, made),
            F::Quote => called("quote", &all, made),
            F::Replace => called("replace", &[text, argument(1, ""), argument(2, ""), argument(3, "-1")], made),
            F::Reverse => called("reverse", &all, made),
            F::Split => called(
                "split",
                &[text, argument(1, ""), argument(2, "-1")],
                Form::List(Hold::Made, Box::new(Form::Text(Hold::Slice))),
            ),
            F::Substring => {
                called("substring", &[text, argument(1, ""), optional(2)], Form::Text(Hold::Slice)).map(failing)
            }
            F::Trim => method("trim", Form::Text(Hold::Slice)),
            F::IsEmail => called("is_email", &all, Form::Bool),
            F::IsHostname => called("is_hostname", &all, Form::Bool),
            F::IsHostAndPort => called("is_host_and_port", &all, Form::Bool),
            F::IsUri => called("is_uri", &all, Form::Bool),
            F::IsUriRef => called("is_uri_ref", &all, Form::Bool),
            F::IsIp => called("is_ip", &[text, argument(1, "0")], Form::Bool),
            F::IsIpPrefix => {
                let has_version = arguments.get(1).is_some_and(|argument| argument.ty == Type::Int);
                let (version, strict) = match (all.len(), has_version) {
                    (1, _) => ("0".to_owned(), "false".to_owned()),
                    (2, true) => (argument(1, "0"), "false".to_owned()),
                    (2, false) => ("0".to_owned(), argument(1, "false")),
                    _ => (argument(1, "0"), argument(2, "false")),
                };
                called("is_ip_prefix", &[text, version, strict], Form::Bool)
            }
            _ => Err(Unsupported("a function of another kind")),
        }
    }
}

fn failing(code: Code) -> Code {
    Code { text: format!("{}?", code.text), ..code }
}
