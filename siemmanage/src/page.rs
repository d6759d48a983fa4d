//! Answers on standard output: aligned columns, lines, or JSON.
//!
//! Cells come in as text, from files and databases too; what could move a terminal is escaped.
//! What it does *not* know: what the columns mean.

use common::output::{Align, Color, Grid, Paint, Terminal, escape};
use std::io::{self, Write as _};

/// Rows of cells under a heading.
pub(crate) struct Page {
    aligns: Vec<Align>,
    rows: Vec<Vec<String>>,
}

impl Page {
    /// A page with a heading; the columns named in `right` hold numbers.
    pub(crate) fn new(heading: &[&str], right: &[&str]) -> Page {
        let align = |column| if right.contains(column) { Align::Right } else { Align::Left };
        let rows = vec![heading.iter().map(|&column| column.to_owned()).collect()];
        Page { aligns: heading.iter().map(align).collect(), rows }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| escape(&cell).into_owned()).collect());
    }

    /// Prints the page, fitted to the terminal if there is one.
    pub(crate) fn print(self) -> io::Result<()> {
        let text = self.text(Terminal::stdout(Color::default()).width());
        write(&text)
    }

    fn text(self, width: Option<usize>) -> Vec<u8> {
        let grid = Grid::new(self.aligns, &self.rows, width);
        let mut out = Vec::new();
        for row in &self.rows {
            grid.write(row, Paint::default(), &mut out);
        }
        out
    }
}

/// Writes text to standard output as it is.
pub(crate) fn print(text: &str) -> io::Result<()> {
    write(text.as_bytes())
}

fn write(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}

/// Writes one line, escaped.
pub(crate) fn say(line: &str) -> io::Result<()> {
    print(&format!("{}\n", escape(line)))
}

/// Writes a JSON document.
pub(crate) fn json(value: &serde_json::Value) -> io::Result<()> {
    print(&format!("{value:#}\n"))
}

/// "1 event", "2 events".
pub(crate) fn counted(count: u64, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_and_control_characters_are_shown() {
        let mut page = Page::new(&["name", "stored"], &["stored"]);
        page.row(["日本".to_owned(), "7".to_owned()]);
        page.row(["a\x1b[2J".to_owned(), "12".to_owned()]);
        let text = String::from_utf8(page.text(None)).unwrap();
        assert_eq!(text, "name      stored\n日本           7\na\\x1b[2J      12\n");
    }
}
