//! Texts that match patterns, have formats, or nearly so.

use regex_syntax::hir::{Class, Hir, HirKind};
use walnats_schema::{Pattern, Schema};

use super::{Instances, Random, edge_cases, formats};

impl<'s> Instances<'s> {
    pub(super) fn string(&mut self, applying: &[&'s Schema], random: &mut Random) -> String {
        let rules: Vec<_> = applying.iter().map(|schema| &schema.string).collect();
        let formats: Vec<_> = rules.iter().filter_map(|rules| rules.format).collect();
        let patterns: Vec<&'s str> = rules.iter().filter_map(|rules| rules.pattern.as_deref()).collect();
        if !formats.is_empty() && (self.is_plain || !random.chance(5)) {
            let format = *random.pick(&formats);
            return match self.is_plain {
                true => formats::plain(format, random),
                false => formats::sample(format, self.sloppiness == 0, random),
            };
        }
        if !patterns.is_empty()
            && !self.slips(random)
            && let Some(text) = self.sample(patterns[random.below(patterns.len())], random)
        {
            return text;
        }
        let min = rules.iter().filter_map(|rules| rules.min_length).max();
        let max = rules.iter().filter_map(|rules| rules.max_length).min();
        if min.is_none() && max.is_none() {
            return self.text(random);
        }
        let fits = |text: &str| {
            let length = text.chars().count() as u64;
            min.is_none_or(|min| length >= min) && max.is_none_or(|max| length <= max)
        };
        if self.is_plain {
            let text = self.text(random);
            if fits(&text) {
                return text;
            }
        }
        let length = match random.below(3) {
            _ if self.is_plain => min.unwrap_or(1).min(max.unwrap_or(u64::MAX)),
            0 => min.or(max).unwrap_or(0),
            1 => max.or(min).unwrap_or(0),
            _ => min.unwrap_or(0) + random.below(3) as u64,
        };
        let wobble = if self.slips(random) { random.below(3) as i64 - 1 } else { 0 };
        // Of several bytes each, at times, because lengths count code points.
        let character = if self.is_plain { 'a' } else { *random.pick(&['a', 'é', '👍']) };
        (0..length.saturating_add_signed(wobble).min(10_000)).map(|_| character).collect()
    }

    /// A text that matches `pattern`, if one was found.
    pub(super) fn sample(&mut self, pattern: &'s str, random: &mut Random) -> Option<String> {
        let mut own = Random::new(0);
        let samples = self.samples.entry(pattern).or_insert_with(|| {
            let random = if self.is_steady { &mut own } else { &mut *random };
            let Ok(compiled) = Pattern::new(pattern) else { return Vec::new() };
            let mut texts: Vec<String> = edge_cases::TEXTS.iter().map(|text| (*text).to_owned()).collect();
            if let Ok(hir) = regex_syntax::parse(pattern) {
                texts.extend((0..40).map(|_| {
                    let mut text = String::new();
                    write(&hir, &mut text, random);
                    text
                }));
            }
            texts.retain(|text| compiled.is_match(text));
            texts
        });
        if samples.is_empty() { None } else { Some(random.pick(samples).clone()) }
    }
}

/// Appends a text that `hir` matches, but for assertions.
fn write(hir: &Hir, text: &mut String, random: &mut Random) {
    if text.len() > 1_000 {
        return;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(Class::Unicode(class)) => {
            if let Some(range) = class.ranges().get(random.below(class.ranges().len().min(8))) {
                let (start, end) = (u32::from(range.start()), u32::from(range.end()));
                let offset = random.below((end - start + 1).min(200) as usize) as u32;
                text.extend(char::from_u32(start + offset));
            }
        }
        HirKind::Class(Class::Bytes(class)) => {
            text.extend(class.ranges().first().map(|range| char::from(range.start())));
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(repetition.min + 4).min(repetition.min + 20);
            let count = repetition.min + random.below((most - repetition.min + 1) as usize) as u32;
            (0..count.min(300)).for_each(|_| write(&repetition.sub, text, random));
        }
        HirKind::Capture(capture) => write(&capture.sub, text, random),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, text, random)),
        HirKind::Alternation(parts) => write(random.pick(parts), text, random),
    }
}
