//! The time options as a half-open period: `--since`, `--until`, `--last`, `--range`.
//!
//! What it does *not* know: the grammar of times ([`common::clock::words`]).

use crate::args::Args;
use common::cli::{Failure, Kind};
use common::clock::zone::Zone;
use common::clock::{Timestamp, words};

/// From when (included) until when (excluded).
pub(crate) type Period = (Option<Timestamp>, Option<Timestamp>);

/// Reads the options; the period is open where none is given.
pub(crate) fn period(args: &Args, zone: &Zone, now: Timestamp) -> Result<Period, Failure> {
    let refused = |option: &str, error: &dyn std::fmt::Display| {
        Failure::new(Kind::Usage, format!("{option}: {error}"))
    };
    let mut since = None;
    let mut until = None;
    if let Some(text) = &args.range {
        (since, until) =
            words::range(text, zone, now).map_err(|error| refused("--range", &error))?;
    }
    if let Some(text) = &args.last {
        since = Some(words::last(text, now).map_err(|error| refused("--last", &error))?);
    }
    if let Some(text) = &args.since {
        since = Some(words::instant(text, zone, now).map_err(|error| refused("--since", &error))?);
    }
    if let Some(text) = &args.until {
        until = Some(words::instant(text, zone, now).map_err(|error| refused("--until", &error))?);
    }
    match (since, until) {
        (Some(since), Some(until)) if until <= since => {
            let message = format!("--until: {until} is not after {since}");
            Err(Failure::new(Kind::Usage, message))
        }
        period => Ok(period),
    }
}
