//! What tests share: a private PostgreSQL, a runner of the real tools, fixtures.
//!
//! ```text
//!  test ─► database() / for_each_db() ─► cluster   PostgreSQL in a temporary directory
//!      ├─► tool("siemparse") ─► run()              the binary beside the test executable
//!      ├─► expect_file(path, text)                 fixture; UPDATE_EXPECT=1 rewrites it
//!      └─► chaos                                   faults on purpose, and what became of the lines
//! ```
//!
//! `make test` builds all tools first and runs the tests under `config/with-postgres.sh`, so that
//! all test processes share one cluster; a test process started by hand gets one of its own.
//! Everything here panics on failure: a missing server or tool fails loudly, it never skips.
//!
//! What it does *not* know: schemas, events; it links no tool and no database driver.

pub mod chaos;
mod cluster;
mod fixture;
mod tool;

pub use cluster::{Database, database};
pub use fixture::{expect_file, temp_dir};
pub use tool::{Output, Running, Tool, tool, tool_at};

/// Runs one body on an SQLite file that does not exist yet and on an empty PostgreSQL database.
/// The body gets the database's URL.
pub fn for_each_db(body: impl Fn(&str)) {
    let directory = temp_dir();
    body(&format!("sqlite:{}", directory.path().join("test.db").display()));
    let database = database();
    body(database.url());
}
