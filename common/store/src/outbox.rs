//! What siemtrigger asks of a database to run actions: deliveries that are due, and how they went.
//!
//! A delivery is taken for a while: whoever takes it moves the time at which it falls due again,
//! so that a delivery whose taker died is taken anew. At least once, never silently never.
//!
//! What it does *not* know: how an action is run.

use crate::Result;
use common::clock::span::Span;
use common::siem_event::SiemEvent;

/// A SIEM event on its way to an action.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The SIEM event as it stands now.
    pub event: SiemEvent,
    /// How often it was tried, this time included.
    pub attempts: u32,
}

/// How a delivery ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// The action took it.
    Done,
    /// The action took a summary that tells of it.
    Summed,
    /// It did not; it is tried again after a while.
    Retry(Span, String),
    /// It did not, for the last time.
    Failed(String),
}

/// How many deliveries of an action are in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxCount {
    /// The action.
    pub action: String,
    /// `waiting`, `done`, `summed` or `failed`.
    pub state: String,
    /// How many.
    pub count: i64,
}

/// The operations of actions.
pub trait Outbox {
    /// Takes deliveries that are due, oldest first; they fall due again after `lease`.
    ///
    /// # Errors
    /// The database fails.
    fn take(&mut self, action: &str, limit: u32, lease: Span) -> Result<Vec<Delivery>>;

    /// Notes how deliveries ended.
    ///
    /// # Errors
    /// The database fails.
    fn deliver(&mut self, action: &str, siem_events: &[String], how: &Delivered) -> Result<()>;

    /// How many deliveries were done one by one, and how many in summaries, in the last span.
    ///
    /// # Errors
    /// The database fails.
    fn delivered(&mut self, action: &str, span: Span) -> Result<(u64, u64)>;

    /// All deliveries, counted by action and state.
    ///
    /// # Errors
    /// The database fails.
    fn outbox(&mut self) -> Result<Vec<OutboxCount>>;
}

impl Delivered {
    /// State and result as they are stored.
    pub(crate) fn stored(&self) -> (&'static str, &str) {
        match self {
            Delivered::Done => ("done", ""),
            Delivered::Summed => ("summed", ""),
            Delivered::Retry(_, reason) => ("waiting", reason),
            Delivered::Failed(reason) => ("failed", reason),
        }
    }
}
