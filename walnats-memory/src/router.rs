//! Subscriptions: who gets a message.

use std::collections::BTreeMap;

use bytes::Bytes;
use walnats_subject::covers;

use crate::message::Outbound;
use crate::protocol::delivered;

/// A connection.
pub(crate) type ConnectionId = u64;

/// The subscriptions of all connections.
#[derive(Debug, Default)]
pub(crate) struct Router {
    subscriptions: BTreeMap<(ConnectionId, String), Subscription>,
    /// Counts deliveries to queue groups, whose members take turns.
    turn: usize,
}

#[derive(Debug)]
struct Subscription {
    filter: String,
    queue: Option<String>,
    /// How many messages it still gets, if that is limited.
    left: Option<u64>,
    received: u64,
}

impl Router {
    pub(crate) fn subscribe(&mut self, connection: ConnectionId, id: String, filter: String, queue: Option<String>) {
        let subscription = Subscription { filter, queue, left: None, received: 0 };
        self.subscriptions.insert((connection, id), subscription);
    }

    /// Ends a subscription, at once or when it has received so many messages.
    pub(crate) fn unsubscribe(&mut self, connection: ConnectionId, id: String, after: Option<u64>) {
        let key = (connection, id);
        let Some(subscription) = self.subscriptions.get_mut(&key) else { return };
        match after.map(|after| after.saturating_sub(subscription.received)) {
            None | Some(0) => drop(self.subscriptions.remove(&key)),
            left => subscription.left = left,
        }
    }

    /// Ends the subscriptions of a connection.
    pub(crate) fn disconnect(&mut self, connection: ConnectionId) {
        self.subscriptions.retain(|(own, _), _| *own != connection);
    }

    /// Whether anybody would get a message.
    pub(crate) fn is_awaited(&self, subject: &str) -> bool {
        self.subscriptions.values().any(|subscription| covers(&subscription.filter, subject))
    }

    /// What each connection gets of a message: all subscriptions that match, and of each queue group one.
    pub(crate) fn route(&mut self, message: &Outbound) -> Vec<(ConnectionId, Bytes)> {
        let matching = self.subscriptions.iter().filter(|(_, own)| covers(&own.filter, &message.to));
        let (mut chosen, mut groups) = (Vec::new(), BTreeMap::<_, Vec<_>>::new());
        for (key, own) in matching {
            match &own.queue {
                None => chosen.push(key.clone()),
                Some(queue) => groups.entry((queue.clone(), own.filter.clone())).or_default().push(key.clone()),
            }
        }
        for members in groups.into_values() {
            self.turn = self.turn.wrapping_add(1);
            chosen.extend(members.get(self.turn % members.len().max(1)).cloned());
        }
        let mut frames = Vec::new();
        for key in chosen {
            let Some(own) = self.subscriptions.get_mut(&key) else { continue };
            own.received += 1;
            own.left = own.left.map(|left| left.saturating_sub(1));
            frames.push((key.0, delivered(&key.1, message)));
            if own.left == Some(0) {
                self.subscriptions.remove(&key);
            }
        }
        frames
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receivers(router: &mut Router, subject: &str) -> Vec<ConnectionId> {
        router.route(&Outbound::answer(subject, "")).into_iter().map(|(connection, _)| connection).collect()
    }

    #[test]
    fn all_subscribers_and_one_of_each_group_get_a_message() {
        let mut router = Router::default();
        router.subscribe(1, "a".to_owned(), "orders.*".to_owned(), None);
        for connection in 2..=3 {
            router.subscribe(connection, "a".to_owned(), "orders.>".to_owned(), Some("workers".to_owned()));
        }
        let (first, second) = (receivers(&mut router, "orders.1"), receivers(&mut router, "orders.1"));
        assert_eq!((first.len(), second.len(), first[0], second[0]), (2, 2, 1, 1));
        assert_ne!(first[1], second[1], "members take turns");
        assert_eq!(receivers(&mut router, "users.1"), Vec::<u64>::new());
    }

    #[test]
    fn subscriptions_end_at_once_after_some_messages_or_with_the_connection() {
        let mut router = Router::default();
        for id in ["now", "later", "open"] {
            router.subscribe(1, id.to_owned(), "a".to_owned(), None);
        }
        router.unsubscribe(1, "now".to_owned(), None);
        router.unsubscribe(1, "later".to_owned(), Some(1));
        assert_eq!(receivers(&mut router, "a").len(), 2);
        assert_eq!(receivers(&mut router, "a").len(), 1);
        router.disconnect(1);
        assert!(!router.is_awaited("a"));
    }
}
