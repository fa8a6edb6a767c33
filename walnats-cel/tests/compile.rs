//! What expressions come to: types, folded values, and what is wrong with them.

use walnats_cel::{Declarations, Expr, Function, Kind, Type, Value, Variable, compile};

struct Order;

impl Declarations for Order {
    fn field(&self, message: &str, field: &str) -> Option<Type> {
        Some(match (message, field) {
            ("shop.Order", "id") => Type::String,
            ("shop.Order", "total") => Type::Int,
            ("shop.Order", "lines") => Type::List(Box::new(Type::Message("shop.Line".to_owned()))),
            ("shop.Order", "prices") => Type::Map(Box::new(Type::String), Box::new(Type::Double)),
            ("shop.Order", "floor") => Type::Wrapper(Box::new(Type::Int)),
            ("shop.Order", "placed_at") => Type::Timestamp,
            ("shop.Line", "quantity") => Type::Uint,
            ("shop.Rules", "min_len") => Type::Uint,
            _ => return None,
        })
    }

    fn fields(&self, message: &str) -> Vec<String> {
        if message == "shop.Line" { vec!["quantity".to_owned()] } else { Vec::new() }
    }

    fn number(&self, name: &str) -> Option<i64> {
        (name == "shop.Status.PAID").then_some(2)
    }
}

fn compiled(text: &str) -> Result<Expr, String> {
    let rules = Value::Message("shop.Rules".to_owned(), [("min_len".to_owned(), Value::Uint(3))].into());
    let variables = [
        Variable { name: "this", ty: Type::Message("shop.Order".to_owned()), value: None },
        Variable { name: "now", ty: Type::Timestamp, value: None },
        Variable { name: "rules", ty: rules.ty(), value: Some(rules) },
    ];
    compile(text, &variables, &Order).map_err(|error| format!("{}: {}", error.offset, error.message))
}

#[test]
fn what_is_known_is_computed() {
    for (text, value) in [
        ("1 + 2 * 3 - -4", Value::Int(11)),
        ("7 % 4 == 3 && 0x10 == 16", Value::Bool(true)),
        ("-9223372036854775808", Value::Int(i64::MIN)),
        (
            "true || 1 / 0 == 1 ? 'yes' : 'no'".replace("1 / 0 == 1", "this.id == ''").as_str(),
            Value::String("yes".to_owned()),
        ),
        ("size('äöü') + size(b'abc') + [1, 2].size()", Value::Int(8)),
        ("r'\\d' + '\\u00e4\\x41\\101' + \"\"\"a'\"b\"\"\"", Value::String("\\däAAa'\"b".to_owned())),
        ("duration('1h30m') > duration('5399.5s')", Value::Bool(true)),
        ("timestamp('2024-02-29T00:00:00Z') - duration('24h') == timestamp('2024-02-28T00:00:00Z')", Value::Bool(true)),
        (
            "'%s is %d, %.2f, %x, %s'.format(['a', 3u, 1.5, b'\\x01', [1, 2]])",
            Value::String("a is 3, 1.50, 01, [1, 2]".to_owned()),
        ),
        ("[1, 2, 3].map(n, n * 2).exists(n, n == 6)", Value::Bool(true)),
        ("[1, 2].all(i, n, n == i + 1)", Value::Bool(true)),
        ("has(rules.min_len) && rules.min_len == 3u", Value::Bool(true)),
        ("getField(rules, 'min_len') in [3u]", Value::Bool(true)),
        ("shop.Status.PAID == 2", Value::Bool(true)),
        ("this.id in []", Value::Bool(false)),
        ("1.5e3 == 1500.0 // a comment", Value::Bool(true)),
    ] {
        let expr = compiled(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(expr.constant(), Some(&value), "{text}");
    }
}

#[test]
fn what_is_not_known_has_a_type() {
    for (text, ty) in [
        ("this.total + 1", Type::Int),
        ("this.lines.map(line, line.quantity)", Type::List(Box::new(Type::Uint))),
        ("this.lines.filter(line, line.quantity > 0u).size() == 1", Type::Bool),
        ("this.prices.all(sku, price, price > 0.0 && sku.startsWith('s'))", Type::Bool),
        ("this.prices['a']", Type::Double),
        ("this.floor > 3 || this.floor == null", Type::Bool),
        ("now - this.placed_at", Type::Duration),
        ("this.placed_at.getHours('Europe/Berlin')", Type::Int),
        ("this.total > 0 ? '' : 'the total is %d'.format([this.total])", Type::String),
        ("this.id.split(',').join('-').size()", Type::Int),
    ] {
        let expr = compiled(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(expr.ty, ty, "{text}");
    }
}

#[test]
fn only_what_can_fail_is_said_to() {
    for (text, can_fail) in [
        ("this.total > 3", false),
        ("this.total + 1 > 3", true),
        ("this.total % 2 == 0", false),
        ("this.total % this.total == 0", true),
        ("uint(this.id.size()) > 3u", false),
        ("uint(this.total) > 3u", true),
        ("this.floor == null", false),
        ("this.floor == 3", true),
        ("this.lines[0].quantity == 1u", true),
        ("this.id + 'a' == 'ba'", false),
    ] {
        assert_eq!(compiled(text).map(|expr| expr.can_fail()), Ok(can_fail), "{text}");
    }
}

#[test]
fn rules_with_values_become_short() {
    let expr = compiled("uint(this.id.size()) < rules.min_len ? 'at least %s'.format([rules.min_len]) : ''").unwrap();
    let Kind::Conditional(parts) = expr.kind else { panic!("{expr:?}") };
    assert!(matches!(parts[0].kind, Kind::Call(Function::Less, _)));
    assert_eq!(parts[1].constant(), Some(&Value::String("at least 3".to_owned())));
}

#[test]
fn mistakes_have_places() {
    for (text, error) in [
        ("this.totl", "5: `shop.Order` has no field `totl`; it has none"),
        ("this.lines[0].sku", "14: `shop.Line` has no field `sku`; it has `quantity`"),
        ("this.total > '3'", "11: `>` does not take `int` and `string`"),
        ("this.total.shout()", "11: there is no method `shout`"),
        ("this.total.startsWith('a')", "11: a value of type `int` has no method `startsWith` that takes `string`"),
        ("thiss.total", "0: `thiss.total` is neither a variable nor a value of an enumeration"),
        ("total", "0: `total` is not declared; there is `this`, `now`, `rules`"),
        ("1 +", "3: the end of the expression is not expected here"),
        ("(1", "2: expected `)`, found the end of the expression"),
        ("'a", "0: the string has no end"),
        ("1 / 0", "2: this always fails: division by zero"),
        ("9223372036854775807 + 1", "20: this always fails: integer overflow"),
        ("this.id.matches('[')", "16: not a regular expression: unclosed character class"),
        ("this.placed_at.getHours('Mars/Base')", "24: there is no time zone `Mars/Base`"),
        ("this.total == null", "11: a value of type `int` is never null; ask with `has`"),
        ("true ? 1 : 'a'", "5: the two results have different types: `int` and `string`"),
        ("shop.Line{quantity: 1u}", "5: messages (`shop.Line{ … }`) cannot be made here"),
        ("a.?b", "1: optional values are not supported"),
        ("'%d'.format(['a'])", "13: `%d` does not take a value of type `string`"),
        ("#", "0: `#` has no meaning here"),
    ] {
        assert_eq!(compiled(text).err().as_deref(), Some(error), "{text}");
    }
}

#[test]
fn work_is_limited() {
    // Brackets and chains of operators, each within its limit: 94 times 95 deep.
    let deep = format!("{}this{} == 1", "(".repeat(80), format!("{})", "+1".repeat(95)).repeat(80));
    assert!(compiled(&deep).unwrap_err().contains("too deep"), "{:?}", compiled(&deep));
    let nested = |name: &str, items: &str, depth: usize| {
        let open: String = (0..depth).map(|level| format!("{items}.{name}(v{level}, ")).collect();
        format!("{open}true{}", ")".repeat(depth))
    };
    assert!(compiled(&nested("all", "[0, 1]", 30)).unwrap_err().contains("too many terms"));
    assert!(compiled(&nested("exists_one", "[0]", 30)).is_ok());
    let doubled =
        (0..40).fold("'ab'".to_owned(), |text, level| format!("[{text}].map(v{level}, v{level} + v{level})[0]"));
    assert!(compiled(&format!("{doubled} == ''")).is_ok());
}

#[test]
fn depth_is_limited() {
    for text in [
        "(".repeat(100_000),
        format!("{}1{}", "(".repeat(1_000), ")".repeat(1_000)),
        "!".repeat(100_000) + "true",
        "-".repeat(100_000) + "1",
        "1".to_owned() + &"+1".repeat(100_000),
        "this".to_owned() + &".a".repeat(100_000),
        "[".repeat(100_000),
        "a?".repeat(100_000),
        "{1:".repeat(100_000),
    ] {
        assert!(compiled(&text).is_err());
    }
    // A chain is as long as one likes.
    let chain = vec!["this.total == 1"; 10_000].join(" || ");
    assert_eq!(compiled(&chain).map(|expr| expr.ty), Ok(Type::Bool));
}
