//! Locks of the session: a source has one reader.
//!
//! They keep two readers from doing the same work twice; that no line is stored twice is the
//! cursor's doing. What it does *not* know: what is read.

use super::Postgres;
use crate::{Error, Result};
use std::collections::HashSet;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a source may still be locked by the session of a process that has just ended.
const HOLD: Duration = Duration::from_secs(2);

impl Postgres {
    /// Takes the locks of sources for this session; gives back those that another one has.
    pub(super) fn hold(&mut self, wanted: Vec<(i64, String)>) -> Result<Vec<(i64, String)>> {
        let lock = "SELECT s FROM unnest($1::bigint[]) AS s \
            WHERE pg_try_advisory_lock(hashtextextended('siem source ' || s::text, 0))";
        let deadline = Instant::now() + HOLD;
        let mut missing = wanted;
        loop {
            missing.retain(|(source, _)| !self.held.contains_key(source));
            let sources: Vec<i64> = missing.iter().map(|(source, _)| *source).collect();
            if sources.is_empty() || Instant::now() > deadline {
                return Ok(missing);
            }
            let rows = self.client.query(lock, &[&sources]).map_err(|error| self.fault(&error))?;
            let taken: HashSet<i64> = rows.iter().map(|row| row.get(0)).collect();
            for (source, name) in missing.extract_if(.., |(source, _)| taken.contains(source)) {
                self.held.insert(source, name);
            }
            if !missing.is_empty() {
                sleep(Duration::from_millis(50));
            }
        }
    }

    /// Takes the locks again that a lost connection held.
    pub(super) fn hold_again(&mut self) -> Result<()> {
        let wanted = std::mem::take(&mut self.held).into_iter().collect();
        let missing = self.hold(wanted)?;
        let first = missing.first().map(|(_, name)| Error::Held(name.clone()));
        self.held.extend(missing);
        first.map_or(Ok(()), Err)
    }

    /// Gives locks back.
    pub(super) fn release_now(&mut self, sources: &[i64]) -> Result<()> {
        let unlock = "SELECT pg_advisory_unlock(hashtextextended('siem source ' || s::text, 0)) \
            FROM unnest($1::bigint[]) AS s";
        let sources: Vec<i64> =
            sources.iter().copied().filter(|source| self.held.remove(source).is_some()).collect();
        self.client.query(unlock, &[&sources]).map_err(|error| self.fault(&error))?;
        Ok(())
    }
}
