//! Columns of text: their widths, alignment and truncation, in terminal cells.
//!
//! Widths are set from the first rows and stay. On a terminal every row fits: a cell that is too
//! wide ends in `…`, and the last column takes what is left. Elsewhere nothing is ever cut: a wide
//! cell pushes its row to the right.
//!
//! Wide characters (Chinese, Japanese, Korean, emoji) count two cells, combining marks none.
//! What it does *not* know: where the texts come from; they arrive escaped.

use super::paint::Paint;
use std::borrow::Cow;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// On which side of its column a text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Texts.
    #[default]
    Left,
    /// Numbers.
    Right,
}

/// The layout of a table.
#[derive(Clone, Debug)]
pub struct Grid {
    aligns: Vec<Align>,
    widths: Vec<usize>,
    limit: Option<usize>,
    ellipsis: char,
}

/// Cells between columns.
const GAP: usize = 2;
/// On a terminal, no column but the last is wider than this share of the line, though a time of
/// day always has [`ROOM`] …
const SHARE: usize = 3;
const ROOM: usize = 20;
/// … and none is narrowed below this for the sake of the last.
const LEAST: usize = 8;

impl Grid {
    /// Sets the widths from sample rows (the header first). `limit` is the terminal's width.
    #[must_use]
    pub fn new(aligns: Vec<Align>, samples: &[Vec<String>], limit: Option<usize>) -> Grid {
        let width_of = |place: usize| {
            samples
                .iter()
                .filter_map(|row| row.get(place))
                .map(|cell| cell.width())
                .max()
                .unwrap_or(0)
        };
        let mut widths: Vec<usize> = (0..aligns.len()).map(width_of).collect();
        if let Some(limit) = limit {
            let firm: Vec<bool> = (0..aligns.len()).map(|place| is_firm(samples, place)).collect();
            fit(&mut widths, &firm, limit);
        }
        Grid { aligns, widths, limit, ellipsis: '…' }
    }

    /// The width of the widest row, when nothing is cut.
    #[must_use]
    pub fn natural(rows: &[Vec<String>]) -> usize {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |place: usize| {
            rows.iter().filter_map(|row| row.get(place).map(|cell| cell.width())).max()
        };
        (0..columns).filter_map(width).sum::<usize>() + GAP * columns.saturating_sub(1)
    }

    /// Truncates with `~` instead of `…`, for terminals without Unicode.
    #[must_use]
    pub fn ascii(mut self) -> Grid {
        self.ellipsis = '~';
        self
    }

    /// Appends a row, coloured as a whole, with a line feed.
    pub fn write(&self, cells: &[String], paint: Paint, out: &mut Vec<u8>) {
        out.extend_from_slice(paint.start().as_bytes());
        for (place, cell) in cells.iter().enumerate() {
            let last = place + 1 == cells.len();
            let width = self.widths.get(place).copied().unwrap_or(0);
            let align = self.aligns.get(place).copied().unwrap_or_default();
            let shown: Cow<'_, str> = match self.limit {
                Some(_) => cut(cell, width, self.ellipsis),
                None => Cow::Borrowed(cell.as_str()),
            };
            let fill = width.saturating_sub(shown.width());
            let (before, after) = match align {
                Align::Right => (fill, 0),
                Align::Left if last => (0, 0),
                Align::Left => (0, fill),
            };
            out.resize(out.len() + before, b' ');
            out.extend_from_slice(shown.as_bytes());
            out.resize(out.len() + if last { 0 } else { after + GAP }, b' ');
        }
        out.extend_from_slice(paint.end().as_bytes());
        out.push(b'\n');
    }
}

/// Whether a column's texts are short and of one width, as stamps and states are: cut, each would
/// lose the part in which they differ.
fn is_firm(samples: &[Vec<String>], place: usize) -> bool {
    let mut widths =
        samples.iter().skip(1).filter_map(|row| row.get(place)).map(|cell| cell.width());
    widths.next().is_some_and(|first| first <= ROOM && widths.all(|width| width == first))
}

/// Narrows columns until a row fits: first each to its share, then the widest by and by, firm ones
/// only when nothing else is left; the last column gets the rest.
fn fit(widths: &mut [usize], firm: &[bool], limit: usize) {
    let Some((last, others)) = widths.split_last_mut() else { return };
    let gaps = GAP * others.len();
    let share = (limit / SHARE).max(ROOM);
    for width in others.iter_mut() {
        *width = (*width).min(share);
    }
    let wanted = (*last).min(limit / SHARE);
    for spares_firm in [true, false] {
        while others.iter().sum::<usize>() + gaps + wanted > limit {
            let mut narrowed = others
                .iter_mut()
                .zip(firm)
                .filter(|(width, firm)| **width > LEAST && !(spares_firm && **firm))
                .map(|(width, _)| width);
            let Some(widest) = narrowed.by_ref().max_by_key(|width| **width) else { break };
            *widest -= 1;
        }
    }
    *last = limit.saturating_sub(others.iter().sum::<usize>() + gaps).max(1);
}

/// The text in at most `width` cells; what is cut is replaced by the ellipsis.
fn cut(text: &str, width: usize, ellipsis: char) -> Cow<'_, str> {
    if text.len() <= width || text.width() <= width {
        return Cow::Borrowed(text);
    }
    let mut used = 0;
    let mut kept = String::new();
    for char in text.chars() {
        let cells = char.width().unwrap_or(0);
        if used + cells + 1 > width {
            break;
        }
        used += cells;
        kept.push(char);
    }
    if width > 0 {
        kept.push(ellipsis);
    }
    Cow::Owned(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(limit: Option<usize>, rows: &[&[&str]]) -> Vec<String> {
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|&cell| cell.to_owned()).collect()).collect();
        let aligns =
            (0..rows[0].len()).map(|place| if place == 1 { Align::Right } else { Align::Left });
        let grid = Grid::new(aligns.collect(), &rows[..2], limit);
        let mut out = Vec::new();
        rows.iter().for_each(|row| grid.write(row, Paint::Plain, &mut out));
        String::from_utf8(out).expect("text").lines().map(str::to_owned).collect()
    }

    #[test]
    fn columns_line_up_and_wide_characters_count_two() {
        let lines =
            rows(None, &[&["host", "n", "message"], &["web", "10", "x"], &["漢字", "7", "y"]]);
        assert_eq!(lines, ["host   n  message", "web   10  x", "漢字   7  y"]);
    }

    #[test]
    fn nothing_is_cut_without_a_terminal() {
        let long = "m".repeat(500);
        let lines = rows(None, &[&["h", "n", "m"], &["a", "1", "b"], &["long host", "123", &long]]);
        assert_eq!(lines[2], format!("long host  123  {long}"));
    }

    #[test]
    fn every_row_fits_a_terminal() {
        let long = "漢".repeat(100);
        for width in [20, 40, 80, 160] {
            let table: &[&[&str]] =
                &[&["host", "n", "message"], &[&long, "1", &long], &["a", "2", "b"]];
            for line in rows(Some(width), table) {
                assert!(line.width() <= width, "{width}: {line}");
            }
        }
        let lines = rows(Some(20), &[&["h", "n", "m"], &["a", "1", "0123456789abcdef"]]);
        assert_eq!(lines[1], "a  1  0123456789abc…");
    }

    #[test]
    fn texts_of_one_width_are_cut_last() {
        let rule = "a rule with a name";
        let stamps = ["2025-12-10 11:00:01", "2025-12-10 11:00:02"];
        let samples = [["time", "rule", "message"], [stamps[0], rule, "m"], [stamps[1], "b", "m"]]
            .map(|row| row.map(str::to_owned).to_vec());
        let shown = |limit| {
            let mut out = Vec::new();
            Grid::new(vec![Align::Left; 3], &samples, Some(limit)).write(
                &samples[1],
                Paint::Plain,
                &mut out,
            );
            String::from_utf8(out).expect("text")
        };
        assert_eq!(shown(40), "2025-12-10 11:00:01  a rule wi…  m\n");
        assert_eq!(shown(32), "2025-12-10 1…  a rule …  m\n");
    }
}
