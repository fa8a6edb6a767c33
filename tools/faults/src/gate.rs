//! The last part of a workload waits until the fault is about to strike, however slow the machine is.

use tokio::sync::watch;

use crate::workload::Workload;

/// Of a hundred events, those after so many wait.
pub const PERCENT: usize = 70;

/// Opened by the end of this process's input.
#[derive(Clone, Debug)]
pub struct Gate(watch::Receiver<bool>);

impl Gate {
    /// Waits for the end of the input from now on.
    pub fn at_input() -> Self {
        let (sender, receiver) = watch::channel(false);
        // A thread of its own, which nobody waits for when the process ends.
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            sender.send_replace(true);
        });
        Self(receiver)
    }

    /// Waits before the event of this number, if it is one of the last.
    pub async fn pass(&mut self, workload: &Workload, number: usize) {
        if number >= workload.emits.len() * PERCENT / 100 {
            // Without a sender it is as good as open.
            let _ = self.0.wait_for(|open| *open).await;
        }
    }
}
