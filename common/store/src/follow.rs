//! SIEM events in the order in which they were stored and amended.
//!
//! Every transaction of siemtrigger that stores or amends SIEM events draws the next number of a
//! counter, whose row it keeps locked until it commits: numbers are dense, and in commit order.
//!
//! What it does *not* know: what a SIEM event says.

use crate::{Result, SeeSiem};
use std::time::Duration;

/// What followers of SIEM events ask of a database.
pub trait Follow {
    /// The number of the last change.
    ///
    /// # Errors
    /// The database fails.
    fn last_change(&mut self) -> Result<i64>;

    /// Shows the SIEM events that were stored or amended in changes after `change_no`, as they are
    /// now and each once, in order of their last change; of those of one change, some hundreds at a
    /// time, in order of time. Returns the number up to which all were
    /// shown; `change_no` where the scan was stopped.
    ///
    /// # Errors
    /// The database fails.
    fn changes(&mut self, change_no: i64, see: &mut SeeSiem<'_>) -> Result<i64>;

    /// Waits until there is a change after `change_no` or the time is over; says which.
    ///
    /// # Errors
    /// The database fails.
    fn wait_change(&mut self, change_no: i64, timeout: Duration) -> Result<bool>;
}
