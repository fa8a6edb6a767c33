//! A stream and its consumers.

use super::Stream;
use crate::message::Outbound;
use crate::time::{Moment, Nanos};

impl Stream {
    /// Takes a request for messages of a consumer; the answer, if it ends at once.
    pub(crate) fn pull(&mut self, consumer: &str, body: &[u8], reply: &str, moment: Moment) -> Option<Outbound> {
        let consumer = self.consumers.get_mut(consumer)?;
        consumer.pull(body, reply, &self.contents.store, moment)
    }

    /// Does what is due for the consumers, and serves their pulls.
    pub(crate) fn serve(&mut self, moment: Moment, is_awaited: &dyn Fn(&str) -> bool) -> Vec<Outbound> {
        let (mut out, mut settled) = (Vec::new(), Vec::new());
        self.consumers.retain(|_, consumer| !consumer.is_abandoned(moment.now));
        for consumer in self.consumers.values_mut() {
            let delivered = consumer.deliver(&self.config.name, &self.contents.store, moment, is_awaited);
            out.extend(delivered.out);
            settled.extend(delivered.settled);
            // Pulls end after what there is was delivered to them; what comes again is due in the next turn at the latest.
            out.extend(consumer.run(moment));
            let delivered = consumer.deliver(&self.config.name, &self.contents.store, moment, is_awaited);
            out.extend(delivered.out);
            settled.extend(delivered.settled);
        }
        self.drop_settled(&settled);
        out
    }

    /// When a pull needs something, by the clock of the machine.
    pub(crate) fn pulls_due(&self) -> Option<Nanos> {
        self.consumers.values().filter_map(|consumer| consumer.pulls_due()).min()
    }

    /// Deletes a consumer; what its pulls hear. `None` if there is none.
    pub(crate) fn delete_consumer(&mut self, name: &str) -> Option<Vec<Outbound>> {
        let mut consumer = self.consumers.remove(name)?;
        if self.config.retention == super::Retention::Interest {
            let matching = self.store().iter().filter(|message| consumer.config.matches(&message.subject));
            let all: Vec<u64> = matching.map(|message| message.sequence).collect();
            self.drop_settled(&all);
        }
        Some(consumer.end_pulls("", "409 Consumer Deleted"))
    }
}
