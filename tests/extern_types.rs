//! `[codegen] extern`: types of one events crate, and types that somebody wrote, in the events of another crate.

use std::error::Error;
use std::fs;
use std::process::Command;

use walnats_harness::nested::{NestedCrate, workspace};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What two teams share: a file that both have.
const MONEY: &str = r#"{ "description": "An amount.", "type": "object", "required": ["cents", "currency"],
  "properties": { "cents": { "type": "integer", "minimum": 0 }, "currency": { "$ref": "_currency.json" } },
  "additionalProperties": false }"#;
const CURRENCY: &str = r#"{ "enum": ["EUR", "USD"] }"#;
const MONEY_PROTO: &str = r#"syntax = "proto3";
package acme.money.v1;
enum Currency { CURRENCY_UNSPECIFIED = 0; CURRENCY_EUR = 1; }
message Money { int64 cents = 1; Currency currency = 2; map<string, string> notes = 3; Rounding rounding = 4;
  message Rounding { int32 digits = 1; } }
"#;

/// Events of the team that owns money.
const MONEY_MOVED: &str = r#"{ "description": "Money moved.", "type": "object", "required": ["amount"],
  "properties": { "amount": { "$ref": "_money.json" } } }"#;
const MONEY_PAID_PROTO: &str = r#"syntax = "proto3";
package acme.money.v1;
import "acme/money/v1/money.proto";
import "walnats/options.proto";
// Money was paid.
message MoneyPaid { option (walnats.event) = {}; Money amount = 1; }
"#;

/// Events of another team, which hold money.
const ORDER_PLACED: &str = r#"{ "description": "An order was placed.", "type": "object", "required": ["total", "at"],
  "properties": {
    "total": { "$ref": "_money.json" },
    "currency": { "$ref": "_currency.json" },
    "parts": { "type": "array", "items": { "$ref": "_money.json" } },
    "tip": { "anyOf": [{ "$ref": "_money.json" }, { "type": "null" }] },
    "at": { "$ref": "_place.json" } },
  "x-walnats": { "subject": "orders.{total.currency}.placed" } }"#;
const PLACE: &str =
    r#"{ "type": "object", "required": ["lat"], "properties": { "lat": { "type": "number", "maximum": 90 } } }"#;
const ORDER_PAID_PROTO: &str = r#"syntax = "proto3";
package shop.v1;
import "acme/money/v1/money.proto";
import "geo.proto";
import "walnats/options.proto";
// An order was paid.
message OrderPaid { option (walnats.event) = {};
  acme.money.v1.Money total = 1;
  repeated acme.money.v1.Money parts = 2;
  map<string, acme.money.v1.Money> by_person = 3;
  acme.money.v1.Currency currency = 4;
  oneof where { geo.Place place = 5; acme.money.v1.Money nowhere = 6; }
  acme.money.v1.Money.Rounding rounding = 7;
  Line line = 8;
  geo.Place.Kind kind = 9;
  message Line { geo.Place place = 1; } }
"#;
const GEO_PROTO: &str = r#"syntax = "proto3";
package geo;
message Place { int32 lat = 1; Kind kind = 2; enum Kind { NONE = 0; TOWN = 1; } }
message Unused { int32 x = 1; }
"#;
const SETTINGS: &str = r#"[codegen.extern]
"_money.json" = "money_events::money::Money"
"_currency.json" = "money_events::currency::Currency"
"_place.json" = "geo::Place"
".acme.money.v1" = "money_events::proto::acme::money::v1"
".geo.Place" = "geo::proto::Place"
"#;

/// Types that somebody wrote: no trait beyond those that are asked for.
const GEO: &str = r#"//! By hand.
use walnats_runtime::private::serde;

/// A place.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(crate = "serde")]
pub struct Place {
    /// Degrees.
    pub lat: f64,
}

/// Messages.
pub mod proto {
    use walnats_runtime::private::prost;

    /// A place.
    #[derive(Clone, PartialEq, prost::Message)]
    #[prost(prost_path = "prost")]
    pub struct Place {
        /// Degrees.
        #[prost(int32, tag = "1")]
        pub lat: i32,
    }

    /// Of a place.
    pub mod place {
        use walnats_runtime::private::prost;

        /// What it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
        #[prost(prost_path = "prost")]
        #[repr(i32)]
        pub enum Kind {
            /// Nothing.
            None = 0,
            /// A town.
            Town = 1,
        }
    }
}
"#;

const MAIN: &str = r##"use extern_shop::{Events, OrderPaid, OrderPlaced};
use money_events::currency::Currency;
use money_events::money::Money;
use money_events::{Events as MoneyEvents, MoneyMoved, MoneyPaid, proto};
use walnats_runtime::Event;

/// Both emit through publishers of their own.
#[allow(dead_code)]
async fn emit(shop: &Events, money: &MoneyEvents, order: OrderPlaced) {
    let moved = MoneyMoved::new(order.total.clone());
    let _ = (money.emit_money_moved(&moved).await, shop.emit_order_placed(&order).await);
}

fn main() {
    let total = Money::new(5, Currency::Eur);
    let order = OrderPlaced::new(total.clone(), geo::Place { lat: 50.5 }).with_tip(total.clone()).with_parts(vec![total.clone()]);
    assert_eq!(order.subject().unwrap(), "orders.EUR.placed");
    assert_eq!(OrderPlaced::decode(order.encode().unwrap()).unwrap(), order);
    assert_eq!(MoneyMoved::new(order.total).amount, total);

    let place = |at: &str| format!(r#"{{"total":{{"cents":1,"currency":"EUR"}},"at":{at}}}"#);
    assert!(OrderPlaced::decode(place(r#"{"lat":50}"#)).is_ok());
    let refused = OrderPlaced::decode(place(r#"{"lat":91}"#)).unwrap_err();
    let refused = walnats_runtime::Chain(&refused).to_string();
    assert!(refused.contains("/at/lat"), "{refused}");

    let amount = proto::acme::money::v1::Money { cents: 5, ..Default::default() };
    let paid = OrderPaid {
        total: Some(amount.clone()),
        by_person: [("a".to_owned(), amount.clone())].into(),
        r#where: Some(extern_shop::proto::shop::v1::order_paid::Where::Place(geo::proto::Place { lat: 50 })),
        rounding: Some(proto::acme::money::v1::money::Rounding { digits: 2 }),
        kind: geo::proto::place::Kind::Town.into(),
        ..Default::default()
    };
    assert_eq!(OrderPaid::decode(paid.encode().unwrap()).unwrap(), paid);
    assert_eq!(MoneyPaid { amount: Some(amount) }.amount, paid.total);
}
"##;

#[test]
fn types_of_other_crates_are_used() -> Result<()> {
    let nested = NestedCrate::new("extern_shop", MAIN)?;
    let runtime =
        format!("walnats-runtime = {{ path = {:?}, features = [\"protobuf\"] }}", workspace().join("walnats-runtime"));
    let codegen =
        format!("walnats-codegen = {{ path = {:?}, features = [\"protobuf\"] }}", workspace().join("walnats-codegen"));
    let package = |name: &str| format!("[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n");
    let manifest = fs::read_to_string(nested.dir().join("Cargo.toml"))?;
    let depends = "[dependencies]\nmoney-events = { path = \"money\" }\ngeo = { path = \"geo\" }\n";
    nested.write("Cargo.toml", &manifest.replace("[dependencies]\n", depends))?;

    nested.write("geo/Cargo.toml", &format!("{}[dependencies]\n{runtime}\n", package("geo")))?;
    nested.write("geo/src/lib.rs", GEO)?;
    let dependencies = format!("[dependencies]\n{runtime}\n\n[build-dependencies]\n{codegen}\n");
    nested.write("money/Cargo.toml", &(package("money-events") + &dependencies))?;
    nested.write("money/build.rs", "fn main() {\n    walnats_codegen::configure().compile();\n}\n")?;
    nested.write("money/src/lib.rs", "//! Money.\n#![deny(warnings)]\nwalnats_runtime::include_events!();\n")?;
    nested.write("money/schemas/money_moved.json", MONEY_MOVED)?;
    nested.write("money/schemas/acme/money/v1/paid.proto", MONEY_PAID_PROTO)?;
    for folder in ["schemas", "money/schemas"] {
        nested.write(&format!("{folder}/_money.json"), MONEY)?;
        nested.write(&format!("{folder}/_currency.json"), CURRENCY)?;
        nested.write(&format!("{folder}/acme/money/v1/money.proto"), MONEY_PROTO)?;
    }
    nested.write("walnats.toml", SETTINGS)?;
    nested.write("schemas/order_placed.json", ORDER_PLACED)?;
    nested.write("schemas/_place.json", PLACE)?;
    nested.write("schemas/order_paid.proto", ORDER_PAID_PROTO)?;
    nested.write("schemas/geo.proto", GEO_PROTO)?;

    let program = nested.build()?;
    assert!(Command::new(program).status()?.success());
    Ok(())
}
