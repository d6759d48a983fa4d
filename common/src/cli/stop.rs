//! The wish to end: SIGTERM and SIGINT raise a flag that every loop looks at. And the wish to
//! begin anew: SIGHUP.
//!
//! What it does *not* know: what is still to be flushed.

use super::exit::Exit;
use super::report::warn;
use std::io::{self, IsTerminal as _};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread;
use std::time::Duration;

/// How often the flag is looked at by the thread that ends the process.
const LOOK: Duration = Duration::from_millis(100);

/// Not settled yet.
const OPEN: i32 = -1;

/// A flag that is raised once.
#[derive(Clone, Debug)]
pub struct Stop {
    raised: Arc<AtomicBool>,
    /// How the process ends whatever happens from now on.
    settled: Arc<AtomicI32>,
}

impl Default for Stop {
    fn default() -> Stop {
        Stop { raised: Arc::default(), settled: Arc::new(AtomicI32::new(OPEN)) }
    }
}

impl Stop {
    /// A flag that SIGTERM and SIGINT raise; a second signal ends the process at once.
    ///
    /// # Errors
    /// The system refuses a handler.
    pub fn on_signal() -> io::Result<Stop> {
        use signal_hook::consts::{SIGINT, SIGTERM};
        let stop = Stop::default();
        for signal in [SIGTERM, SIGINT] {
            signal_hook::flag::register_conditional_shutdown(
                signal,
                130,
                Arc::clone(&stop.raised),
            )?;
            signal_hook::flag::register(signal, Arc::clone(&stop.raised))?;
        }
        Ok(stop)
    }

    /// Ends the process with a code when it has not ended by itself so long after the flag was
    /// raised, whatever it waits for. What was settled by then is told by its own code.
    ///
    /// # Errors
    /// There is no room for a thread.
    pub fn end_within(&self, limit: Duration, name: &'static str, code: i32) -> io::Result<()> {
        let stop = self.clone();
        let watch = move || {
            while !stop.is_raised() {
                thread::sleep(LOOK);
            }
            thread::sleep(limit);
            let settled = stop.settled.load(Ordering::Acquire);
            if settled != OPEN {
                leave(settled);
            }
            warn(name, "asked to end, and cut short: what was not stored is left for the next run");
            leave(code)
        };
        thread::Builder::new().name("end".to_owned()).spawn(watch).map(drop)
    }

    /// Notes that all is done and said. What is left is tidying up, which may be cut short.
    pub fn settle(&self, exit: Exit) {
        self.settled.store(exit.code().into(), Ordering::Release);
    }

    /// Whether it is raised.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.raised.load(Ordering::Relaxed)
    }
}

#[allow(clippy::exit, reason = "the other threads wait for something that never comes")]
fn leave(code: i32) -> ! {
    process::exit(code)
}

/// SIGHUP asks a program that runs for long to open its files anew.
#[derive(Clone, Debug, Default)]
pub struct Reopen(Arc<AtomicBool>);

impl Reopen {
    /// A flag that SIGHUP raises. A program at a terminal is left alone: there the signal says
    /// that the terminal is gone, and ends it.
    ///
    /// # Errors
    /// The system refuses a handler.
    pub fn on_signal() -> io::Result<Reopen> {
        let reopen = Reopen::default();
        if !io::stderr().is_terminal() {
            let flag = Arc::clone(&reopen.0);
            signal_hook::flag::register(signal_hook::consts::SIGHUP, flag)?;
        }
        Ok(reopen)
    }

    /// Whether it was raised since the last time.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}
