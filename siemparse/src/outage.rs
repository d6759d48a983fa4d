//! A database that is away: said once, asked again and again, ever more seldom.
//!
//! Reader and writer share one [`Outage`], so that a person reads one line when it begins and one
//! when it ends, whoever notices. Whoever met it says when it is over: a disk that is full may be
//! read as ever. What it does *not* know: what is to be asked.

use common::cli::{Stop, warn};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    ongoing: Arc<Mutex<Option<Ongoing>>>,
    patience: Option<Duration>,
    stop: Stop,
}

/// An outage that goes on. What was tried and given up meanwhile does not begin a new one.
#[derive(Clone, Copy)]
struct Ongoing {
    began: Instant,
    /// The pause before the next attempt.
    pause: Duration,
}

impl Outage {
    /// A run that ends by itself waits for a minute, another as long as it takes.
    pub(crate) fn new(is_once: bool, stop: Stop) -> Outage {
        let patience = is_once.then_some(ONCE);
        Outage { ongoing: Arc::default(), patience, stop }
    }

    fn ongoing(&self) -> MutexGuard<'_, Option<Ongoing>> {
        // Nothing is changed by halves here.
        self.ongoing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it has been said that the database is away.
    pub(crate) fn is_on(&self) -> bool {
        self.ongoing().is_some()
    }

    /// The database does what it could not do.
    pub(crate) fn end(&self, name: &str) {
        if self.ongoing().take().is_some() {
            warn("siemparse", &format!("database {name}: works again"));
        }
    }

    /// Waits before the next attempt; false when there shall be none.
    pub(crate) fn again(&self, error: &Error) -> bool {
        let Some(pause) = self.pause(error) else { return false };
        let end = Instant::now() + pause;
        while !self.stop.is_raised() && Instant::now() < end {
            thread::sleep(LOOK.min(end.saturating_duration_since(Instant::now())));
        }
        !self.stop.is_raised()
    }

    /// How long the next attempt has to wait.
    fn pause(&self, error: &Error) -> Option<Duration> {
        let mut ongoing = self.ongoing();
        let is_over = |now: &Ongoing| self.patience.is_some_and(|most| now.began.elapsed() > most);
        if self.stop.is_raised() || ongoing.as_ref().is_some_and(is_over) {
            return None;
        }
        if ongoing.is_none() {
            warn("siemparse", &format!("{error}; trying again"));
        }
        let now = ongoing.get_or_insert(Ongoing { began: Instant::now(), pause: FIRST });
        let pause = now.pause;
        now.pause = (pause * 2).min(LAST);
        Some(pause)
    }
}

/// Whether the same question may be answered later.
pub(crate) fn is_passing(error: &Error) -> bool {
    matches!(error, Error::Lost { .. } | Error::Connect { .. } | Error::Unable { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Error {
        Error::Unable { place: "x".to_owned(), reason: "the disk is full".to_owned() }
    }

    #[test]
    fn an_outage_goes_on_through_all_that_is_tried_until_it_ends() {
        let outage = Outage::new(false, Stop::default());
        assert!(!outage.is_on());
        let pauses: Vec<_> = (0..8).map(|_| outage.pause(&full())).collect();
        let expected = [50, 100, 200, 400, 800, 1_600, 2_000, 2_000];
        assert_eq!(pauses, expected.map(|pause| Some(Duration::from_millis(pause))));
        assert!(outage.clone().is_on());
        outage.end("x");
        assert!(!outage.is_on());
        assert_eq!(outage.pause(&full()), Some(FIRST));
    }

    #[test]
    fn a_run_to_the_end_gives_up_once_the_outage_has_lasted_too_long() {
        let outage = Outage { patience: Some(FIRST / 2), ..Outage::new(true, Stop::default()) };
        assert!(outage.again(&full()), "a first pause");
        assert!(!outage.again(&full()), "and no other, whoever asks");
        outage.end("x");
        assert!(outage.again(&full()));
    }
}
