//! Faults on purpose, and the proof that no line was lost or doubled.
//!
//! ```text
//!  random (seed) ─► writer ─► files ─► siemparse ─► database ─► siemquery --raw ─► verdict
//!        └────────► kill, server, proxy, disk: what goes wrong meanwhile
//! ```
//!
//! A scenario is a function from a [`Plan`] to a [`Row`] of the table in `doc/reliability.md`. Its
//! choices come from the plan's seed; every failure names it. The moments at which signals and
//! bytes meet are the machine's, so a seed repeats the choices and nearly the run.
//!
//! What it does *not* know: tables of the database; it sees what a user sees.

mod disk;
mod kill;
mod outage;
mod peer;
mod proxy;
mod random;
mod scene;
mod server;
mod size;
mod soak;
mod table;
mod trigger;
mod verdict;
mod writer;

pub use peer::peer;
pub use proxy::{Proxy, Weather};
pub use random::Random;
pub use server::Server;
pub use soak::soak;
pub use table::write_table;
pub use verdict::{Verdict, verdict};
pub use writer::{ROTATIONS, Rotation, Writer, line};

use crate::{Tool, database, temp_dir, tool};
use std::sync::{Mutex, PoisonError};
use std::thread::scope;
use std::time::{Duration, Instant};

/// Where a scenario runs, and with which choices.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// The URL of an initialised, empty database.
    pub db: &'a str,
    /// What repeats the run.
    pub seed: u64,
    /// Whether the run is the long one.
    pub is_full: bool,
}

/// A fault, and how it is made to happen.
#[derive(Debug)]
pub struct Scenario {
    /// The fault's number in the list.
    pub id: &'static str,
    on: On,
    run: fn(&Plan<'_>) -> Row,
}

/// All scenarios, in the order of their numbers.
pub const SCENARIOS: &[Scenario] = &[
    Scenario { id: "R01", on: On::Both, run: kill::kill },
    Scenario { id: "R02", on: On::Both, run: kill::crash },
    Scenario { id: "R03", on: On::Both, run: kill::signal },
    Scenario { id: "R04", on: On::Server, run: outage::restart },
    Scenario { id: "R06", on: On::Server, run: outage::silence },
    Scenario { id: "R07", on: On::Server, run: outage::cut },
    Scenario { id: "R08", on: On::Server, run: outage::slow },
    Scenario { id: "R09", on: On::Both, run: disk::full },
    Scenario { id: "R10", on: On::Both, run: disk::spool },
    Scenario { id: "R11", on: On::Both, run: size::line_of },
    Scenario { id: "R15", on: On::Both, run: size::files },
    Scenario { id: "R23", on: On::Both, run: kill::two },
    Scenario { id: "R29", on: On::Both, run: trigger::killed },
    Scenario { id: "R44", on: On::Server, run: outage::power },
];

/// Which databases a scenario needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum On {
    /// Each of the two, made for it.
    Both,
    /// A server of its own.
    Server,
}

/// A scenario on one of the databases that it is made for.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    scenario: &'static Scenario,
    is_sqlite: bool,
}

/// The jobs of some scenarios, in their order.
#[must_use]
pub fn jobs(scenarios: impl Iterator<Item = &'static Scenario>) -> Vec<Job> {
    let both = |scenario: &'static Scenario| {
        let first = (scenario.on == On::Both).then_some(Job { scenario, is_sqlite: true });
        first.into_iter().chain([Job { scenario, is_sqlite: false }])
    };
    scenarios.flat_map(both).collect()
}

/// Runs jobs, some beside one another: most of the time they wait for what they broke. The last of
/// the list, which take longest, begin first; the rows come back in the list's order.
///
/// # Panics
/// A program cannot be run.
pub fn run_all(
    jobs: &[Job],
    seed: u64,
    at_once: usize,
    see: impl Fn(&Row) + Sync,
) -> Vec<(usize, Row)> {
    let (rest, rows) = (Mutex::new((0..jobs.len()).collect::<Vec<_>>()), Mutex::new(Vec::new()));
    let next = || rest.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let work = || {
        while let Some(place) = next() {
            let row = run(jobs[place], seed, true);
            let mut rows = rows.lock().unwrap_or_else(PoisonError::into_inner);
            see(&row);
            rows.push((place, row));
        }
    };
    scope(|scope| (0..at_once).for_each(|_| drop(scope.spawn(work))));
    let mut rows = rows.into_inner().unwrap_or_else(PoisonError::into_inner);
    rows.sort_by_key(|(place, _)| *place);
    rows
}

/// Runs a job.
///
/// # Panics
/// A program cannot be run.
#[must_use]
pub fn run(job: Job, seed: u64, is_full: bool) -> Row {
    let (plan, run) = (Plan { db: "", seed, is_full }, job.scenario.run);
    if job.scenario.on == On::Server {
        return run(&plan);
    }
    let (directory, server);
    let url = if job.is_sqlite {
        directory = temp_dir();
        format!("sqlite:{}", directory.path().join("test.db").display())
    } else {
        server = database();
        server.url().to_owned()
    };
    let plan = Plan { db: &url, ..plan };
    init(&plan);
    run(&plan)
}

/// Makes a database ready.
fn init(plan: &Plan<'_>) {
    let _ = tool("siemmanage").env("SIEM_DB", plan.db).arg("init").run().success();
}

/// What a run showed: a row of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// The fault's number in the list.
    pub id: &'static str,
    /// `SQLite` or `PostgreSQL`.
    pub database: &'static str,
    /// What repeats the run.
    pub seed: u64,
    /// How often the fault struck.
    pub faults: usize,
    /// What was stored of what was written.
    pub verdict: Verdict,
    /// What else the run was.
    pub note: String,
    /// What the last run of siemparse said.
    pub said: String,
    /// How long it took.
    pub seconds: u64,
}

impl Plan<'_> {
    /// siemparse on this database.
    #[must_use]
    pub fn siemparse(&self) -> Tool {
        let limit = Duration::from_secs(900);
        tool("siemparse").env("SIEM_DB", self.db).args(["-z", "UTC"]).timeout(limit)
    }

    fn row(
        &self,
        id: &'static str,
        faults: usize,
        verdict: Verdict,
        note: &str,
        began: Instant,
    ) -> Row {
        let database = if self.db.starts_with("sqlite:") { "SQLite" } else { "PostgreSQL" };
        let (seed, note, said) = (self.seed, note.to_owned(), String::new());
        let seconds = began.elapsed().as_secs();
        Row { id, database, seed, faults, verdict, note, said, seconds }
    }
}

impl Row {
    fn said(self, said: &str) -> Row {
        Row { said: said.to_owned(), ..self }
    }

    /// Gives the row back when every line is stored once.
    ///
    /// # Panics
    /// One is lost or doubled: the message names the seed.
    #[must_use]
    pub fn exact(self) -> Row {
        let Row { id, database, seed, verdict, said, .. } = &self;
        assert!(verdict.is_exact(), "{id} on {database}, seed {seed}: {verdict}\n{said}");
        self
    }
}
