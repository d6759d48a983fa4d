//! Rows of the table in `doc/reliability.md`.
//!
//! What it does *not* know: the rest of the page, which people write.

use super::Row;
use std::fmt;
use std::fs;

const BEGIN: &str = "<!-- runs: written by make test-faults -->\n";
const END: &str = "<!-- end of runs -->";
const HEAD: &str = "| fault | database | seed | faults | lines | lost | doubled | s | run |\n\
    |---|---|--:|--:|--:|--:|--:|--:|---|\n";

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { id, database, seed, faults, verdict, note, seconds, .. } = self;
        let (lines, lost, doubled) = (verdict.written, verdict.lost, verdict.doubled);
        let foreign = match verdict.foreign {
            0 => String::new(),
            count => format!("; {count} foreign lines"),
        };
        write!(
            f,
            "| {id} | {database} | {seed} | {faults} | {lines} | {lost} | {doubled} | {seconds} \
             | {note}{foreign} |"
        )
    }
}

/// Puts the rows between the marks of a page.
///
/// # Panics
/// The page cannot be read or written, or has no marks.
pub fn write_table(page: &str, rows: &[Row]) {
    let text = fs::read_to_string(page).unwrap_or_else(|error| panic!("{page}: {error}"));
    let missing = || panic!("{page}: no marks around the table");
    let (before, rest) = text.split_once(BEGIN).unwrap_or_else(missing);
    let (_, after) = rest.split_once(END).unwrap_or_else(missing);
    let rows: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let text = format!("{before}{BEGIN}{HEAD}{rows}{END}{after}");
    fs::write(page, text).unwrap_or_else(|error| panic!("{page}: {error}"));
}
