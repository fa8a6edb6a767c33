//! A protobuf message in its JSON mapping, beside `pbjson`, in the binary encoding, beside prost alone, and its rules beside
//! prost-protovalidate, which interprets them.

#[cfg(feature = "protovalidate")]
mod interpreted;

use std::hint::black_box;

use prost::Message;
use walnats_runtime::Event;

use crate::clock::fastest;
use crate::{Result, Row};

#[allow(dead_code, unused_imports)]
mod ours {
    include!(concat!(env!("OUT_DIR"), "/protobuf/walnats/events.rs"));
}

#[allow(dead_code, clippy::all)]
mod pbjson {
    include!(concat!(env!("OUT_DIR"), "/pbjson/bench.v1.rs"));
    include!(concat!(env!("OUT_DIR"), "/pbjson/bench.v1.serde.rs"));
}

#[allow(dead_code, unused_imports)]
mod ruled {
    include!(concat!(env!("OUT_DIR"), "/ruled/walnats/events.rs"));
}

#[allow(dead_code, unused_imports)]
mod cel {
    include!(concat!(env!("OUT_DIR"), "/cel/walnats/events.rs"));
}

/// How many lines the small, the medium and the large order have.
const LINES: [usize; 3] = [1, 10, 100];

/// Sizes in bytes of JSON, and the rows.
pub fn rows() -> Result<(Vec<usize>, Vec<Row>)> {
    let mut rows: Vec<Row> = [
        ("protobuf: decode JSON (pbjson / ours)", false, 1.5),
        ("protobuf: encode JSON (pbjson / ours)", false, 1.0),
        ("protobuf: encode binary (ours / prost)", true, 1.05),
        ("protobuf: decode binary (ours / prost)", true, 1.05),
        ("protobuf: validate standard rules / encode binary", true, 0.25),
        ("protobuf: validate three expressions / encode binary", true, 0.5),
        #[cfg(feature = "protovalidate")]
        ("protobuf: standard rules (prost-protovalidate / ours)", false, 1.0),
        #[cfg(feature = "protovalidate")]
        ("protobuf: three expressions (prost-protovalidate / ours)", false, 1.0),
        ("protobuf: encode (JSON / binary)", true, 0.0),
        ("protobuf: decode (JSON / binary)", true, 0.0),
    ]
    .map(|(name, at_most, goal)| Row { name, at_most, goal, ratios: Vec::new() })
    .into();
    let mut sizes = Vec::new();
    for lines in LINES {
        let theirs = order(lines);
        let binary = theirs.encode_to_vec();
        let event = ours::OrderPlaced::decode_as("application/protobuf", &binary)?;
        let json = Event::encode(&event)?;
        assert_eq!(ours::OrderPlaced::decode(&json)?, event);
        assert_eq!(serde_json::from_slice::<pbjson::OrderPlaced>(&json)?, theirs);
        sizes.push(json.len());
        let [read, their_read, write, their_write, pack, their_pack, unpack, their_unpack] = fastest([
            &mut || drop(black_box(ours::OrderPlaced::decode(black_box(&json)))),
            &mut || drop(black_box(serde_json::from_slice::<pbjson::OrderPlaced>(black_box(&json)))),
            &mut || drop(black_box(Event::encode(black_box(&event)))),
            &mut || drop(black_box(serde_json::to_vec(black_box(&theirs)))),
            &mut || drop(black_box(walnats_runtime::private::encode_message(black_box(&event)))),
            &mut || drop(black_box(black_box(&event).encode_to_vec())),
            &mut || drop(black_box(ours::OrderPlaced::decode_as("application/protobuf", black_box(&binary)))),
            &mut || drop(black_box(<ours::OrderPlaced as Message>::decode(black_box(binary.as_slice())))),
        ]);
        let (with_rules, with_cel) = (ruled::OrderPlaced::decode(&binary)?, cel::OrderPlaced::decode(&binary)?);
        with_rules.validate()?;
        with_cel.validate()?;
        let mut check_rules = || drop(black_box(black_box(&with_rules).validate()));
        let mut check_expressions = || drop(black_box(black_box(&with_cel).validate()));
        #[cfg(feature = "protovalidate")]
        let ([rules, expressions], interpreted) =
            interpreted::beside([&mut check_rules, &mut check_expressions], &binary)?;
        #[cfg(not(feature = "protovalidate"))]
        let [rules, expressions] = fastest([&mut check_rules, &mut check_expressions]);
        let ratios = [
            their_read / read,
            their_write / write,
            pack / their_pack,
            unpack / their_unpack,
            rules / pack,
            expressions / pack,
            #[cfg(feature = "protovalidate")]
            (interpreted[0] / rules),
            #[cfg(feature = "protovalidate")]
            (interpreted[1] / expressions),
            write / pack,
            read / unpack,
        ];
        rows.iter_mut().zip(ratios).for_each(|(row, ratio)| row.ratios.push(ratio));
    }
    Ok((sizes, rows))
}

fn order(lines: usize) -> pbjson::OrderPlaced {
    use pbjson::order_placed::{Address, Card, Line, Payment, Status};
    let address = |name: &str| Address {
        name: name.to_owned(),
        street: "12 Long Street".to_owned(),
        city: "Dublin".to_owned(),
        postal_code: "D02 X285".to_owned(),
        country: "IE".to_owned(),
    };
    let line = |number: usize| Line {
        sku: format!("TEA-{number:04}"),
        title: "Darjeeling, \"second flush\"".to_owned(),
        quantity: number as u32 % 7 + 1,
        price_cents: 1_999 + number as i64,
        tags: vec!["tea".to_owned(), "black".to_owned()],
        weight: 0.25 * (number + 1) as f64,
        status: Status::Paid.into(),
    };
    pbjson::OrderPlaced {
        order_id: "o-123456".to_owned(),
        customer_id: "018f3c5e-7b2a-7cc0-9d1e-2f4a6b8c0d1e".to_owned(),
        placed_at: Some(pbjson_types::Timestamp { seconds: 1_767_323_045, nanos: 678_000_000 }),
        lines: (0..lines).map(line).collect(),
        labels: [("channel".to_owned(), "web".to_owned()), ("campaign".to_owned(), "spring".to_owned())].into(),
        shipping: Some(address("Ada Lovelace")),
        billing: Some(address("Zoë Ångström")),
        status: Status::New.into(),
        total_cents: 123_456_789,
        sequence: 1 << 60,
        is_gift: true,
        note: Some("leave it\nat the door".to_owned()),
        signature: (0..64).collect(),
        discount: 0.1,
        payment: Some(Payment::Card(Card { issuer: "visa".to_owned(), last_digits: "4242".to_owned() })),
    }
}
