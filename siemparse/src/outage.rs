//! A database that is away: said once, asked again and again, ever more seldom.
//!
//! Reader and writer share one [`Outage`], so that a person reads one line when it begins and one
//! when it ends, whoever notices. What it does *not* know: what is to be asked.

use common::cli::{Stop, warn};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use store::Error;

/// The first pause between two attempts.
const FIRST: Duration = Duration::from_millis(50);
/// The longest one.
const LAST: Duration = Duration::from_secs(2);
/// How often a pause looks whether the run is to end.
const LOOK: Duration = Duration::from_millis(50);
/// How long a run that is to end by itself waits for a database that is away.
const ONCE: Duration = Duration::from_secs(60);

/// Whether the database is away, and how long that may last.
#[derive(Clone)]
pub(crate) struct Outage {
    is_told: Arc<AtomicBool>,
    patience: Option<Duration>,
    stop: Stop,
}

/// The attempts within an outage.
pub(crate) struct Attempts<'o> {
    outage: &'o Outage,
    began: Instant,
    pause: Duration,
}

impl Outage {
    /// A run that ends by itself waits for a minute, another as long as it takes.
    pub(crate) fn new(is_once: bool, stop: Stop) -> Outage {
        let patience = is_once.then_some(ONCE);
        Outage { is_told: Arc::default(), patience, stop }
    }

    /// Begins to count attempts.
    pub(crate) fn attempts(&self) -> Attempts<'_> {
        Attempts { outage: self, began: Instant::now(), pause: FIRST }
    }

    /// Whether it has been said that the database is away.
    pub(crate) fn is_on(&self) -> bool {
        self.is_told.load(Ordering::Relaxed)
    }

    /// The database answers.
    pub(crate) fn end(&self, name: &str) {
        if self.is_told.swap(false, Ordering::Relaxed) {
            warn("siemparse", &format!("database {name}: works again"));
        }
    }
}

impl Attempts<'_> {
    /// Waits before the next attempt; false when there shall be none.
    pub(crate) fn again(&mut self, error: &Error) -> bool {
        let Outage { is_told, patience, stop } = self.outage;
        if stop.is_raised() || patience.is_some_and(|patience| self.began.elapsed() > patience) {
            return false;
        }
        if !is_told.swap(true, Ordering::Relaxed) {
            warn("siemparse", &format!("{error}; trying again"));
        }
        let end = Instant::now() + self.pause;
        while !stop.is_raised() && Instant::now() < end {
            thread::sleep(LOOK.min(end.saturating_duration_since(Instant::now())));
        }
        self.pause = (self.pause * 2).min(LAST);
        !stop.is_raised()
    }
}

/// Whether the same question may be answered later.
pub(crate) fn is_passing(error: &Error) -> bool {
    matches!(error, Error::Lost { .. } | Error::Connect { .. } | Error::Unable { .. })
}
