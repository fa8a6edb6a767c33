//! Holds back the last part of a workload until the fault is about to strike, however slow the machine is.

use tokio::sync::watch;

use crate::workload::Workload;

/// The percentage of events after which the rest waits.
pub const PERCENT: usize = 70;

/// Opens at the end of this process's input.
#[derive(Clone, Debug)]
pub struct Gate(watch::Receiver<bool>);

impl Gate {
    /// Starts to wait for the end of the input.
    pub fn at_input() -> Self {
        let (sender, receiver) = watch::channel(false);
        // A detached thread, which does not delay the end of the process.
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            sender.send_replace(true);
        });
        Self(receiver)
    }

    /// Waits before the event with this number, if it is one of the last.
    pub async fn pass(&mut self, workload: &Workload, number: usize) {
        if number >= workload.emits.len() * PERCENT / 100 {
            // Without a sender, the gate counts as open.
            let _ = self.0.wait_for(|open| *open).await;
        }
    }
}
