//! Which planned streams exceed what the account may use, alone or together with those before them.

use super::account::{Account, Limits, Reserved, Tier, replicas};
use super::config::{self, Config};
use super::plan::{Action, StreamPlan};

/// Whether the server would check the stream against the limits.
pub(super) fn counts(plan: &StreamPlan) -> bool {
    matches!(plan.action, Action::Create | Action::Update | Action::UpdateLoses { .. } | Action::UpdateWeakens)
}

/// Rejects the streams that exceed a limit. As `register` does, this takes them in their order, and those that exceed one again
/// after the others, which may free what they need.
pub(super) fn check(plans: &mut [StreamPlan], account: &Account) {
    let mut ledger = account.clone();
    let mut left: Vec<(usize, Vec<String>)> = Vec::new();
    for (position, plan) in plans.iter_mut().enumerate().filter(|(_, plan)| counts(plan)) {
        plan.unchecked_bytes = unchecked_bytes(plan, account);
        match exceeded(plan, &ledger) {
            why if why.is_empty() => enter(plan, &mut ledger),
            why => left.push((position, why)),
        }
    }
    for (position, _) in left {
        let Some(plan) = plans.get_mut(position) else { continue };
        let why = exceeded(plan, &ledger);
        if why.is_empty() {
            enter(plan, &mut ledger);
        } else {
            plan.action = Action::Rejected { why };
            plan.over_limits = true;
        }
    }
}

/// The limits that the stream exceeds.
fn exceeded(plan: &StreamPlan, account: &Account) -> Vec<String> {
    let (present, wanted) = (plan.present.as_ref(), replicas(&plan.config));
    // An update may also use the limits for the replicas that the stream has.
    let of_present = || account.tier(replicas(present?));
    let Some((name, tier)) = account.tier(wanted).or_else(of_present) else {
        let tiers = account.tier_names().join(", ");
        let copies = if wanted == 1 { "replica" } else { "replicas" };
        return vec![format!("the account may have no stream with {wanted} {copies}: it has limits for {tiers}")];
    };
    let mut why = of_one_stream(&plan.config, &tier.limits);
    if present.is_none() && tier.limits.max_streams > 0 && tier.streams >= tier.limits.max_streams.into() {
        why.push(format!(
            "it would be stream {} of the account, which may have {}",
            tier.streams + 1,
            tier.limits.max_streams
        ));
    }
    let own = present.filter(|config| account.tier(replicas(config)).is_some_and(|(own, _)| own == name));
    why.extend(bytes(&plan.config, present.is_none(), own, account, tier));
    why
}

/// The limits for each stream.
fn of_one_stream(config: &Config, limits: &Limits) -> Vec<String> {
    let mut why = Vec::new();
    let limit = |name: &str| config::limit_of(config, name);
    let allowed = if is_memory(config) { limits.memory_max_stream_bytes } else { limits.storage_max_stream_bytes };
    let bytes = limit("max_bytes");
    if limits.max_bytes_required && bytes.is_none() {
        why.push("the account requires `max_bytes` of each stream".to_owned());
    }
    if let Some(bytes) = bytes.filter(|bytes| allowed > 0 && i128::from(*bytes) > allowed.into()) {
        why.push(format!("`max_bytes` is {bytes}, and the account allows {allowed} for a stream"));
    }
    let allowed = limits.max_consumers;
    if let Some(consumers) = limit("max_consumers").filter(|number| allowed > 0 && i128::from(*number) > allowed.into())
    {
        why.push(format!("`max_consumers` is {consumers}, and the account allows {allowed}"));
    }
    why
}

/// Why the account's storage is too small. `own` is the stream as it is counted in already.
fn bytes(config: &Config, is_new: bool, own: Option<&Config>, account: &Account, tier: &Tier) -> Option<String> {
    let (limit, reserved, kind, place) = if is_memory(config) {
        (tier.limits.max_memory, tier.memory, "memory", "in memory")
    } else {
        (tier.limits.max_storage, tier.file, "file", "in files")
    };
    if limit < 0 {
        return None;
    }
    let replicas = replicas(config);
    let others = reserved.without(own.map(|own| Reserved::of(own, kind)).unwrap_or_default());
    let others = account.counted(others, replicas);
    let max_bytes = config::limit_of(config, "max_bytes").map(i128::from);
    // A new stream without a limit reserves nothing, and yet there must be a byte left.
    let asked = max_bytes.map_or(i128::from(is_new), |bytes| account.asked(bytes, replicas));
    if others + asked <= limit.into() {
        return None;
    }
    if limit == 0 {
        return Some(format!("the account may store nothing {place}"));
    }
    let of_others = format!("the account may reserve {limit} bytes {place}, and other streams reserve {others}");
    Some(match max_bytes {
        Some(bytes) if asked > bytes => format!("{of_others}: {bytes} times {replicas} more are too many"),
        Some(bytes) => format!("{of_others}: {bytes} more are too many"),
        None => format!("{of_others}: nothing is left for this one"),
    })
}

/// The bytes that the change adds to what a server reserves, if the account has no limit.
fn unchecked_bytes(plan: &StreamPlan, account: &Account) -> u64 {
    let limits = account.tier(replicas(&plan.config)).map(|(_, tier)| &tier.limits);
    let limit = limits.map(|limits| if is_memory(&plan.config) { limits.max_memory } else { limits.max_storage });
    let bytes = |config: &Config| config::limit_of(config, "max_bytes").unwrap_or_default();
    let present = plan.present.as_ref().map(bytes).unwrap_or_default();
    if limit.is_some_and(|limit| limit < 0) { bytes(&plan.config).saturating_sub(present) } else { 0 }
}

fn is_memory(config: &Config) -> bool {
    config::value(config, "storage").as_str() == Some("memory")
}

/// Counts the stream in as it is afterwards. Whether a change is made that needs to be allowed is unknown here: it counts with
/// the smaller of both.
fn enter(plan: &StreamPlan, account: &mut Account) {
    let is_certain = matches!(plan.action, Action::Create | Action::Update);
    let (present, after) = (plan.present.as_ref(), &plan.config);
    let tier_of = |account: &Account, config: &Config| account.tier(replicas(config)).map(|(name, _)| name);
    let before = present.and_then(|config| Some((tier_of(account, config)?, config)));
    if let Some((name, config)) = before
        && let Some(tier) = account.named(&name)
    {
        tier.memory = tier.memory.without(Reserved::of(config, "memory"));
        tier.file = tier.file.without(Reserved::of(config, "file"));
        tier.streams -= 1;
    }
    let Some(name) = tier_of(account, after) else { return };
    let Some(tier) = account.named(&name) else { return };
    tier.streams += 1;
    for (storage, reserved) in [("memory", &mut tier.memory), ("file", &mut tier.file)] {
        let (old, new) = (present.map(|present| Reserved::of(present, storage)), Reserved::of(after, storage));
        reserved.add(match old {
            Some(old) if !is_certain && old.once < new.once => old,
            _ => new,
        });
    }
}
