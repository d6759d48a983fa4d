//! Where records come from: the ring of the probes, or what the kernel tells without BPF.
//!
//! What it does *not* know: what becomes of records.

use crate::agent::Agent;
use crate::count::Probed;
use crate::files::Files;
use crate::probe::{Outcome, Probes};
use crate::proc::Source;
use crate::system::{self, Mapping};
use aya::maps::{MapData, RingBuf};
use std::io;
use std::os::fd::AsFd as _;
use std::time::Duration;

/// Records that are read in one go: what is due must not wait for a ring that never empties.
const BURST: usize = 4096;

/// A source of records.
pub(crate) enum Feed {
    /// The probes' ring and counters.
    Ring(Box<Probes>, Box<RingBuf<MapData>>, Mapping),
    /// The process connector, and watched directories: what there is of them.
    Plain(Option<Box<Source>>, Option<Box<Files>>),
}

impl Feed {
    /// Its name in the `start` line.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Feed::Ring(..) => "bpf",
            Feed::Plain(Some(_), _) => "proc",
            Feed::Plain(None, _) => "files",
        }
    }

    /// What watches directories, without probes.
    pub(crate) fn watchers(&self) -> Vec<&'static str> {
        match self {
            Feed::Plain(_, Some(files)) => files.names(),
            _ => Vec::new(),
        }
    }

    /// What became of each probe; without probes there are none.
    pub(crate) fn outcomes(&self) -> Vec<Outcome> {
        match self {
            Feed::Ring(probes, ..) => probes.outcomes.clone(),
            Feed::Plain(..) => Vec::new(),
        }
    }

    /// Gives the agent what waits, up to a burst; returns how many records.
    ///
    /// # Errors
    /// The source fails.
    pub(crate) fn drain(&mut self, agent: &mut Agent) -> io::Result<usize> {
        let mut read = 0;
        if let Feed::Plain(_, Some(files)) = self {
            for touch in files.read()? {
                agent.touched(&touch);
                read += 1;
            }
        }
        while read < BURST {
            match self {
                Feed::Ring(_, ring, _) => match ring.next() {
                    Some(item) => agent.take(&item),
                    None => break,
                },
                Feed::Plain(Some(source), _) => match source.next()? {
                    Some(record) => agent.take(&record),
                    None => break,
                },
                Feed::Plain(None, _) => break,
            }
            read += 1;
        }
        Ok(read)
    }

    /// What the source counted.
    pub(crate) fn probed(&self) -> Probed {
        match self {
            Feed::Ring(.., counters) => Probed::read(counters),
            Feed::Plain(source, _) => {
                source.as_ref().map_or(Probed::default(), |source| source.probed())
            }
        }
    }

    /// How often the kernel left a probe out because it ran on that processor already.
    pub(crate) fn missed_runs(&mut self) -> u64 {
        match self {
            Feed::Ring(probes, ..) => probes.missed_runs(),
            Feed::Plain(..) => 0,
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

    /// Waits until there may be something, or for so many milliseconds.
    ///
    /// # Errors
    /// The source cannot be waited for.
    pub(crate) fn wait(&self, milliseconds: u16) -> io::Result<()> {
        let descriptor = match self {
            Feed::Ring(_, ring, _) => ring.as_fd(),
            Feed::Plain(Some(source), _) => source.as_fd(),
            Feed::Plain(None, _) => {
                std::thread::sleep(Duration::from_millis(milliseconds.into()));
                return Ok(());
            }
        };
        system::wait(descriptor, milliseconds.into()).map(drop)
    }
}
