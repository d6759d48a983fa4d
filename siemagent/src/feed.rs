//! Where records come from: the ring of the probes, or the process connector.
//!
//! What it does *not* know: what becomes of records.

use crate::count::Probed;
use crate::probe::Probes;
use crate::proc::Source;
use crate::run::Agent;
use crate::system::Mapping;
use aya::maps::{MapData, RingBuf};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

/// Records that are read in one go: what is due must not wait for a ring that never empties.
const BURST: usize = 4096;

/// A source of records.
pub(crate) enum Feed {
    /// The probes' ring and counters.
    Ring(Box<Probes>, Box<RingBuf<MapData>>, Mapping),
    /// The process connector.
    Proc(Box<Source>),
}

impl Feed {
    /// Its name in the `start` line.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Feed::Ring(..) => "bpf",
            Feed::Proc(_) => "proc",
        }
    }

    /// Gives the agent what waits, up to a burst; returns how many records.
    pub(crate) fn drain(&mut self, agent: &mut Agent) -> io::Result<usize> {
        let mut read = 0;
        while read < BURST {
            match self {
                Feed::Ring(_, ring, _) => match ring.next() {
                    Some(item) => agent.take(&item),
                    None => break,
                },
                Feed::Proc(source) => match source.next()? {
                    Some(record) => agent.take(&record),
                    None => break,
                },
            }
            read += 1;
        }
        Ok(read)
    }

    /// What the source counted.
    pub(crate) fn probed(&self) -> Probed {
        match self {
            Feed::Ring(.., counters) => Probed::read(counters),
            Feed::Proc(source) => source.probed(),
        }
    }

    /// How often the kernel left a probe out because it ran on that processor already.
    pub(crate) fn missed_runs(&mut self) -> u64 {
        match self {
            Feed::Ring(probes, ..) => probes.missed_runs(),
            Feed::Proc(_) => 0,
        }
    }

    /// Lets nothing more in; what waits can still be read.
    pub(crate) fn detach(&mut self) {
        if let Feed::Ring(probes, ..) = self {
            probes.detach();
            // A probe that was running when it was detached finishes within this time.
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl AsFd for Feed {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Feed::Ring(_, ring, _) => ring.as_fd(),
            Feed::Proc(source) => source.as_fd(),
        }
    }
}
