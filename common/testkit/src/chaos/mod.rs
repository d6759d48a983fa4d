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
mod table;
mod trigger;
mod verdict;
mod writer;

pub use peer::peer;
pub use proxy::{Proxy, Weather};
pub use random::Random;
pub use server::Server;
pub use table::write_table;
pub use verdict::{Verdict, verdict};
pub use writer::{ROTATIONS, Rotation, Writer, line};

use crate::{Tool, database, temp_dir, tool};
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

/// Runs a scenario on the databases that it is made for.
///
/// # Panics
/// A program cannot be run.
pub fn run(scenario: &Scenario, seed: u64, is_full: bool, mut see: impl FnMut(Row)) {
    let plan = Plan { db: "", seed, is_full };
    if scenario.on == On::Server {
        return see((scenario.run)(&plan));
    }
    let directory = temp_dir();
    let file = format!("sqlite:{}", directory.path().join("test.db").display());
    let database = database();
    for db in [file.as_str(), database.url()] {
        let plan = Plan { db, ..plan };
        init(&plan);
        see((scenario.run)(&plan));
    }
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
