//! Events of a workspace that are in another package than before.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use walnats_codegen::model::Payload;
use walnats_compat::Side;

use super::arrived::Arrived;
use super::baseline::Left;
use super::loaded::Loaded;
use crate::paths;

/// Finds the events that one package lost and exactly one other got, and notes them in both.
pub fn move_events(members: &[PathBuf], packages: &mut [Result<Loaded, String>]) {
    let moves = moves(packages);
    for ((baseline, from, to), events) in moves {
        let shown = |at: usize| match members.get(at).map(|member| paths::slashed(member)) {
            Some(folder) if !folder.is_empty() => folder.trim_end_matches('/').to_owned(),
            _ => ".".to_owned(),
        };
        let Some(Ok(former)) = packages.get_mut(from) else { continue };
        let Some(left) = former.baselines.get_mut(baseline) else { continue };
        let Some(side) = left.side.take() else { continue };
        let old = side.only(&events);
        for event in &old.model.events {
            let message = match &event.payload {
                Payload::Protobuf(message) => Some(message.clone()),
                Payload::Json(_) => None,
            };
            left.left.push(Left { event: event.name.clone(), message, to: shown(to) });
        }
        left.side = Some(side.without(&events.iter().collect()));
        let prefix = left.prefix.clone();
        let name = if prefix.is_empty() { left.name.clone() } else { prefix.trim_end_matches('/').to_owned() };
        let (commit, from) = (left.commit.clone(), shown(from));
        if let Some(Ok(latter)) = packages.get_mut(to) {
            latter.arrived.push(Arrived { baseline, events, from, name, prefix, commit, old });
        }
    }
}

/// By baseline, former and present package: the events.
fn moves(packages: &[Result<Loaded, String>]) -> BTreeMap<(usize, usize, usize), BTreeSet<String>> {
    let mut moves: BTreeMap<(usize, usize, usize), BTreeSet<String>> = BTreeMap::new();
    let has = |side: &Side, event: &str| side.model.events.iter().any(|known| known.name == event);
    for (from, former) in packages.iter().enumerate() {
        let Ok(Loaded { new: Ok(now), baselines, .. }) = former else { continue };
        for (baseline, old) in baselines.iter().enumerate() {
            let events = old.side.iter().flat_map(|side| &side.model.events).map(|event| event.name.as_str());
            for event in events.filter(|event| !has(now, event)) {
                let got = packages.iter().enumerate().filter(|(_, package)| {
                    let Ok(Loaded { new: Ok(now), baselines, .. }) = package else { return false };
                    let former = baselines.get(baseline).and_then(|baseline| baseline.side.as_ref());
                    let was_there =
                        former.is_some_and(|side| has(side, event) || side.lost.iter().any(|lost| lost.name == event));
                    has(now, event) && !was_there
                });
                if let [(to, _)] = got.collect::<Vec<_>>()[..] {
                    moves.entry((baseline, from, to)).or_default().insert(event.to_owned());
                }
            }
        }
    }
    moves
}
