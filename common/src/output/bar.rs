//! Counts as pictures: bars of eighth blocks, ASCII where the locale has none; count tables.
//!
//! What it does *not* know: what is counted.

use super::grid::{Align, Grid};
use super::paint::Paint;
use super::safe::escape;
use super::terminal::Terminal;

/// Draws bars of one scale.
#[derive(Clone, Copy, Debug)]
pub struct Bars {
    most: u64,
    cells: usize,
    unicode: bool,
}

impl Bars {
    /// Bars of at most `cells` cells, that of the count `most` filling them.
    #[must_use]
    pub fn new(most: u64, cells: usize, terminal: &Terminal) -> Bars {
        Bars { most: most.max(1), cells, unicode: terminal.unicode }
    }

    /// The bar of a count; a count above zero is never without one.
    #[must_use]
    pub fn bar(&self, count: u64) -> String {
        const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
        let steps = if self.unicode { 8 } else { 1 };
        let full = self.cells as u128 * steps;
        let length = (u128::from(count.min(self.most)) * full).div_ceil(u128::from(self.most));
        let length = usize::try_from(length).unwrap_or(0);
        if self.unicode {
            "█".repeat(length / 8) + EIGHTHS[length % 8]
        } else {
            "#".repeat(length)
        }
    }
}

/// The width of output that is drawn where there is no terminal.
const WIDTH: usize = 80;

/// A table of counts: values, count, share of `total`, and on each line its bar.
///
/// Texts are escaped here. Without a terminal nothing is cut.
#[must_use]
pub fn counts(
    headers: &[String],
    rows: &[(Vec<String>, u64)],
    total: Option<u64>,
    terminal: &Terminal,
) -> Vec<u8> {
    let most = rows.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let line = |values: &[String], count: String, share: String| {
        let mut line: Vec<String> = values.iter().map(|value| escape(value).into_owned()).collect();
        line.push(count);
        if total.is_some() {
            line.push(share);
        }
        line
    };
    let mut lines = vec![line(headers, "count".to_owned(), "share".to_owned())];
    for (values, count) in rows {
        lines.push(line(values, count.to_string(), share(*count, total)));
    }
    let mut aligns = vec![Align::Left; headers.len()];
    aligns.resize(headers.len() + 1 + usize::from(total.is_some()), Align::Right);
    let natural = Grid::natural(&lines);
    let cells = terminal.width().unwrap_or(WIDTH).saturating_sub(natural + 2).clamp(8, 60);
    let bars = Bars::new(most, cells, terminal);
    for (line, (_, count)) in lines[1..].iter_mut().zip(rows) {
        line.push(bars.bar(*count));
    }
    aligns.push(Align::Left);
    let grid = Grid::new(aligns, &lines, terminal.width());
    let grid = if terminal.unicode { grid } else { grid.ascii() };
    let mut out = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        let heading = place == 0 && terminal.color;
        grid.write(line, if heading { Paint::Bold } else { Paint::Plain }, &mut out);
    }
    out
}

/// A share in percent with one decimal, rounded half up, in integers.
fn share(count: u64, total: Option<u64>) -> String {
    let total = u128::from(total.unwrap_or(0).max(1));
    let tenths = (u128::from(count) * 2000 + total) / (2 * total);
    format!("{}.{}%", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_exact_to_an_eighth() {
        let bars = Bars { most: 16, cells: 2, unicode: true };
        assert_eq!(bars.bar(16), "██");
        assert_eq!(bars.bar(9), "█▏");
        assert_eq!(bars.bar(1), "▏");
        assert_eq!(bars.bar(0), "");
        let ascii = Bars { most: 16, cells: 4, unicode: false };
        assert_eq!(ascii.bar(16), "####");
        assert_eq!(ascii.bar(1), "#");
        let huge = Bars { most: u64::MAX, cells: 2, unicode: true };
        assert_eq!(huge.bar(u64::MAX), "██");
    }

    #[test]
    fn a_table_of_counts_with_shares_and_bars() {
        let rows = [(vec!["sshd".to_owned()], 30), (vec!["\u{1b}x".to_owned()], 1)];
        let out = counts(&["process.name".to_owned()], &rows, Some(31), &Terminal::none());
        let wanted = "process.name  count  share\n\
                      sshd             30  96.8%  {}\n\
                      \\x1bx             1   3.2%  {}\n";
        let bars = Bars { most: 30, cells: 52, unicode: true };
        let wanted = wanted.replacen("{}", &bars.bar(30), 1).replacen("{}", &bars.bar(1), 1);
        assert_eq!(String::from_utf8(out).expect("text"), wanted);
    }
}
