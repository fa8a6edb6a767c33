//! Random texts made of what the formats are made of: nothing panics, and what is formatted stays as it is.

use std::sync::atomic::{AtomicUsize, Ordering};

use walnats_format::{Kind, Style, format};

const JSON: &str = "{ } [ ] , : \"a\" \"b\" 1 -2.50 true null \n \n\n";
const YAML: &str = "a: b: - - ? : [ ] { } , # & * ! | > 'x' \"y\" x &a *a !!str |- >+ # --- ... \n \n \n\n \n\u{20}\u{20} \n\u{20}\u{20}\u{20}\u{20} \t \u{e9}";
const PROTO: &str = "message A { } enum service rpc ( ) returns stream option = [ ] < > , ; ; . : 1 -2 \"s\" // /* */ \n \n\n syntax package import string repeated map";
const TOML: &str = "[ ] [[ ]] a b . = = 1 1.5 \"s\" 'l' \"\"\" , { } # \n \n \n\n";

static PANICS: AtomicUsize = AtomicUsize::new(0);

#[test]
fn random_texts_are_formatted_or_left_alone() {
    std::panic::set_hook(Box::new(|info| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        eprintln!("{info}");
    }));
    let rounds = std::env::var("WALNATS_ROUNDS").map_or(3000, |rounds| rounds.parse().unwrap());
    let seed: u64 = std::env::var("WALNATS_SEED").map_or(1, |seed| seed.parse().unwrap());
    for (kind, words) in [(Kind::Json, JSON), (Kind::Yaml, YAML), (Kind::Proto, PROTO), (Kind::Toml, TOML)] {
        let words: Vec<&str> = words.split(' ').collect();
        let mut random = Random(seed);
        let mut formatted = 0;
        for _ in 0..rounds {
            let text = random.text(&words);
            let before = PANICS.load(Ordering::Relaxed);
            if let Ok(once) = format(kind, &text, &Style { line_width: 20 }) {
                formatted += 1;
                let twice = format(kind, &once, &Style { line_width: 20 });
                assert_eq!(twice.as_ref(), Ok(&once), "{kind:?} of {text:?}");
            }
            assert_eq!(PANICS.load(Ordering::Relaxed), before, "{kind:?}: {text:?} panics");
        }
        eprintln!("{kind:?}: {formatted} of {rounds} formatted");
        assert!(formatted > 0);
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn text(&mut self, words: &[&str]) -> String {
        let count = self.below(14) + 1;
        let mut text = String::new();
        for _ in 0..count {
            text.push_str(words[self.below(words.len())]);
            text.push_str(["", " "][self.below(2)]);
        }
        text
    }
}
