//! From the reader to the writers and back.
//!
//! ```text
//!  reader ──► queue ─► writer ─► store
//!     ▲        │ └───► writer ─► store     (where two are faster)
//!     └─ reports: stored, set back ┘
//! ```
//!
//! What it does *not* know: how a batch is stored (`writer`), files, lines.

use crate::batch::{Job, Report};
use crate::desk::Door;
use crate::outage::Outage;
use crate::queue::Queue;
use crate::writer::Writer;
use common::cli::Stop;
use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, channel};
use std::thread;
use std::time::{Duration, Instant};
use store::Pace;

/// How long the end waits for batches that are being stored, whatever their number: the last words
/// have to come before a run that is to end is cut short.
const FAREWELL: Duration = Duration::from_millis(1_500);

/// The reader's end.
pub(crate) struct Pipeline {
    queue: Arc<Queue>,
    reports: Receiver<Report>,
    stop: Stop,
    /// When the end was first waited for.
    ending: OnceCell<Instant>,
}

impl Pipeline {
    /// Starts the writers. `wake` is rung with each report.
    pub(crate) fn start(
        door: &Door,
        stop: Stop,
        wake: &SyncSender<()>,
        outage: &Outage,
    ) -> anyhow::Result<Pipeline> {
        let open = || door.open_first(outage);
        let mut stores = vec![open()?];
        if stores[0].pace() == Pace::Abreast {
            stores.push(open()?);
        }
        let (outbox, reports) = channel();
        let queue = Arc::new(Queue::new());
        for store in stores {
            let report = (outbox.clone(), wake.clone());
            let queue = Arc::clone(&queue);
            let writer = Writer::new(store, door.clone(), queue, report, outage.clone());
            thread::Builder::new().name("writer".to_owned()).spawn(move || writer.run())?;
        }
        Ok(Pipeline { queue, reports, stop, ending: OnceCell::new() })
    }

    /// Hands a batch over; waits while the database is slow. False when the run is to end and
    /// the writers still have enough to do.
    pub(crate) fn send(&self, job: Job) -> bool {
        self.queue.push(job, &self.stop, || self.ending() + FAREWELL / 2)
    }

    fn ending(&self) -> Instant {
        *self.ending.get_or_init(Instant::now)
    }

    /// What the writer has said since the last time.
    pub(crate) fn reports(&self) -> impl Iterator<Item = Report> {
        self.reports.try_iter()
    }

    /// Waits until everything handed over is stored, but not for ever.
    pub(crate) fn finish(self) -> Vec<Report> {
        self.queue.close();
        let end = self.ending() + FAREWELL;
        let mut rest = Vec::new();
        while let Ok(report) =
            self.reports.recv_timeout(end.saturating_duration_since(Instant::now()))
        {
            rest.push(report);
        }
        rest
    }
}
