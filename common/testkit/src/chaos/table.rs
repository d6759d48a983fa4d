//! Rows of the table in `doc/reliability.md`.
//!
//! What it does *not* know: the rest of the page, which people write.

use super::Row;
use std::fmt;
use std::fs;

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

/// Puts rows between the marks of a page that have this name.
///
/// # Panics
/// The page cannot be read or written, or has no marks.
pub fn write_table(page: &str, name: &str, rows: &[Row]) {
    let begin = format!("<!-- {name}: written by make test-faults -->\n");
    let end = format!("<!-- end of {name} -->");
    let text = fs::read_to_string(page).unwrap_or_else(|error| panic!("{page}: {error}"));
    let missing = || panic!("{page}: no marks around {name}");
    let (before, rest) = text.split_once(&begin).unwrap_or_else(missing);
    let (_, after) = rest.split_once(&end).unwrap_or_else(missing);
    let rows: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let text = format!("{before}{begin}{HEAD}{rows}{end}{after}");
    fs::write(page, text).unwrap_or_else(|error| panic!("{page}: {error}"));
}
