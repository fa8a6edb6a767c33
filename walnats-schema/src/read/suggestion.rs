//! The word that a misspelt one was meant to be.

use std::collections::HashSet;

/// More edits than these make another word, however long it is.
const MOST_EDITS: usize = 3;

/// Longer words, in bytes, are not compared.
const LONGEST: usize = 256;

/// How many steps a search takes at most, where a step looks at a name or fills a cell of a table of distances. Whoever
/// makes hundreds of mistakes among thousands of names still gets an answer at once.
const MOST_STEPS: usize = 60_000;

/// The word of `known` nearest to `word`, if one is near enough to be meant. The search ends at the first that is one
/// edit away; where there are thousands of names, not all of them may be looked at.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    Search::new(word).nearest(known)
}

/// The words of `known` that have most in common with `word`, the nearest first; at most `count`. Unlike those of
/// [`did_you_mean`], they need not be near.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>, count: usize) -> Vec<&'a str> {
    let pairs = |text: &str| -> HashSet<(char, char)> {
        let letters: Vec<char> = text.to_lowercase().chars().take(LONGEST).collect();
        letters.windows(2).map(|pair| (pair[0], pair[1])).collect()
    };
    let own = pairs(word);
    // Twice the pairs of letters in common, of all that both have: in thousandths.
    let likeness = |other: &str| {
        let theirs = pairs(other);
        2000 * own.intersection(&theirs).count() / (own.len() + theirs.len()).max(1)
    };
    let mut known: Vec<(usize, &str)> = known.into_iter().map(|other| (likeness(other), other)).collect();
    known.sort_by_key(|(likeness, _)| std::cmp::Reverse(*likeness));
    known.into_iter().take(count).map(|(_, other)| other).collect()
}

/// One search, with the steps that it has taken.
struct Search {
    /// In lower case.
    word: String,
    steps: usize,
}

impl Search {
    fn new(word: &str) -> Self {
        Self { word: word.to_lowercase(), steps: 0 }
    }

    fn nearest<'a>(&mut self, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        if self.word.len() > LONGEST {
            return None;
        }
        let mut best: Option<(usize, &str)> = None;
        for candidate in known {
            // Of words that are equally near, the first counts.
            let nearer = best.map_or(MOST_EDITS, |(distance, _)| distance.saturating_sub(1));
            if nearer == 0 || self.steps > MOST_STEPS {
                break;
            }
            self.steps += 1;
            let edits = (1 + candidate.len().min(self.word.len()) / 4).min(nearer);
            // An edit adds or removes a character of four bytes at most.
            if candidate.len().abs_diff(self.word.len()) > 4 * edits {
                continue;
            }
            let lower_case = candidate.to_lowercase();
            let Some(distance) = self.distance(&lower_case, edits) else { continue };
            // A word that has another one whole in it is made from it on purpose, as `tsType` is from `type`.
            let is_made_of_it = distance > 1 && self.word.contains(&lower_case);
            if !is_made_of_it {
                best = Some((distance, candidate));
            }
        }
        best.map(|(_, candidate)| candidate)
    }

    /// The optimal string alignment distance to `other`, if it takes no more than so many `edits`: of each row of the
    /// table, only the cells within that many of the diagonal can be on the way.
    fn distance(&mut self, other: &str, edits: usize) -> Option<usize> {
        let (word, other) = without_common_ends(&self.word, other);
        let (word, other): (Vec<char>, Vec<char>) = (word.chars().collect(), other.chars().collect());
        if word.len().abs_diff(other.len()) > edits {
            return None;
        }
        let far = edits + 1;
        let mut before = vec![far; other.len() + 2];
        let mut last: Vec<usize> = (0..other.len() + 2).map(|column| column.min(far)).collect();
        let mut row = vec![far; other.len() + 2];
        for i in 1..=word.len() {
            let (from, to) = (i.saturating_sub(edits).max(1), (i + edits).min(other.len()));
            // What the next rows read outside of the band is too far away.
            row[from - 1] = if from == 1 { i.min(far) } else { far };
            row[to + 1] = far;
            let mut nearest = row[from - 1];
            for j in from..=to {
                self.steps += 1;
                let substitution = last[j - 1] + usize::from(word[i - 1] != other[j - 1]);
                let mut best = substitution.min(last[j] + 1).min(row[j - 1] + 1);
                if i > 1 && j > 1 && word[i - 1] == other[j - 2] && word[i - 2] == other[j - 1] {
                    best = best.min(before[j - 2] + 1);
                }
                row[j] = best.min(far);
                nearest = nearest.min(row[j]);
            }
            if nearest == far {
                return None;
            }
            std::mem::swap(&mut before, &mut last);
            std::mem::swap(&mut last, &mut row);
        }
        Some(last[other.len()]).filter(|distance| *distance <= edits)
    }
}

/// Two words without their common prefix and suffix, which do not change their distance.
fn without_common_ends<'a, 'b>(a: &'a str, b: &'b str) -> (&'a str, &'b str) {
    let mut start = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    while !a.is_char_boundary(start) || !b.is_char_boundary(start) {
        start -= 1;
    }
    let (a, b) = (&a[start..], &b[start..]);
    let mut end = a.bytes().rev().zip(b.bytes().rev()).take_while(|(a, b)| a == b).count();
    while !a.is_char_boundary(a.len() - end) || !b.is_char_boundary(b.len() - end) {
        end -= 1;
    }
    (&a[..a.len() - end], &b[..b.len() - end])
}

#[cfg(test)]
mod tests {
    use super::{MOST_STEPS, Search, did_you_mean, nearest};

    #[test]
    fn the_nearest_words_have_most_in_common() {
        let known = ["no-description", "no-owner", "money-as-float", "unbounded-id"];
        assert_eq!(nearest("float-money", known, 2)[0], "money-as-float");
        assert_eq!(nearest("description-missing", known, 1), ["no-description"]);
        assert_eq!(nearest("", known, 9).len(), 4);
    }

    #[test]
    fn a_typo_finds_its_word() {
        assert_eq!(did_you_mean("requried", ["properties", "required"]), Some("required"));
        assert_eq!(did_you_mean("subjects", ["stream", "subject"]), Some("subject"));
        assert_eq!(did_you_mean("x-tension", ["properties", "required"]), None);
        assert_eq!(did_you_mean("tsAdditionalProperties", ["additionalProperties"]), None);
        assert_eq!(did_you_mean("Requried", ["requests", "REQUIRED"]), Some("REQUIRED"));
        assert_eq!(did_you_mean("ab", ["ba", "b"]), Some("ba"));
        assert_eq!(did_you_mean("orders.placd", ["orders.placed", "orders.paid"]), Some("orders.placed"));
        assert_eq!(did_you_mean("größe", ["grösse", "große", "maß"]), Some("große"));
        assert_eq!(did_you_mean("a", []), None);
        assert_eq!(did_you_mean("Subject", ["subject", "Subjects", "subject"]), Some("subject"));
    }

    #[test]
    fn distances_are_those_of_the_whole_table() {
        let words = [
            "", "a", "ab", "ba", "abc", "acb", "bca", "cab", "abcd", "badc", "abdc", "aabb", "abab", "xaybz", "äö",
            "öä", "äaö",
        ];
        for a in words {
            for b in words {
                for edits in 1..=4 {
                    let expected = Some(whole_table(a, b)).filter(|distance| *distance <= edits);
                    assert_eq!(Search::new(a).distance(b, edits), expected, "{a} {b}");
                }
            }
        }
    }

    fn whole_table(a: &str, b: &str) -> usize {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
        for i in 1..=a.len() {
            let mut row = vec![i];
            for j in 1..=b.len() {
                let substitution = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut best = substitution.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                row.push(best);
            }
            rows.push(row);
        }
        rows[a.len()][b.len()]
    }

    #[test]
    fn many_mistakes_among_many_names_take_few_steps() {
        let known: Vec<String> = (0..600).map(|number| format!("some_definition_of_length_{number}")).collect();
        for number in [0, 7, 599] {
            let wrong = format!("some_definitoin_of_lenght_{number}");
            let mut search = Search::new(&wrong);
            let found = search.nearest(known.iter().map(String::as_str));
            assert_eq!(found, Some(known[number].as_str()));
            // Whole tables would take some 500,000.
            assert!(search.steps < MOST_STEPS, "{} steps", search.steps);
        }
    }

    #[test]
    fn the_steps_have_a_bound() {
        let known: Vec<String> = (0..100_000).map(|number| format!("{number:0100}")).collect();
        for wrong in ["x".repeat(100), format!("x{}", "01".repeat(49)), "0".repeat(99)] {
            let mut search = Search::new(&wrong);
            search.nearest(known.iter().map(String::as_str));
            // The last name may take a table of its own.
            assert!(search.steps < MOST_STEPS + 101 * 9, "{}", search.steps);
        }
        let long = "x".repeat(100_000);
        assert_eq!(did_you_mean(&long, [format!("{long}y").as_str(), "x"]), None);
    }
}
