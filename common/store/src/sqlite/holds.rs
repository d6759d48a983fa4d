//! `siem_holds(raw, runs)`: whether bytes have one of some runs of letters, case of ASCII ignored,
//! or an escape of JSON that could hide it. Runs are lines of a text.
//!
//! What it does *not* know: why they are looked for (`predicate/witness.rs`).

use aho_corasick::{AhoCorasick, BuildError};
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};

/// What writers escape as such: an ASCII character.
const ESCAPE: &str = "\\u00";

/// Makes the function known to a connection.
pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("siem_holds", 2, flags, holds)
}

fn holds(context: &Context<'_>) -> rusqlite::Result<bool> {
    let searcher = context.get_or_create_aux(1, |runs| -> Result<AhoCorasick, BuildError> {
        searcher(runs.as_str().unwrap_or_default())
    })?;
    Ok(searcher.is_match(context.get_raw(0).as_bytes().unwrap_or_default()))
}

fn searcher(runs: &str) -> Result<AhoCorasick, BuildError> {
    AhoCorasick::builder().ascii_case_insensitive(true).build(runs.lines().chain([ESCAPE]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_escapes_are_found() {
        let connection = Connection::open_in_memory().expect("memory");
        register(&connection).expect("a function");
        let ask = |raw: &[u8], runs: &str| -> bool {
            let select = "SELECT siem_holds(?1, ?2)";
            connection.query_row(select, (raw, runs), |row| row.get(0)).expect("an answer")
        };
        assert!(ask(b"{\"a\":\"WhoAmI\xff\"}", "hostname\nwhoami"));
        assert!(!ask(b"{\"a\":\"who ami\"}", "hostname\nwhoami"));
        assert!(ask(b"{\"a\":\"wh\\u006fami\"}", "whoami"));
        assert!(!ask(b"{\"a\":\"C:\\\\users\"}", "whoami"));
    }
}
