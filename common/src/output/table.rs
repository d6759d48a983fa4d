//! The table that people read: a header, aligned columns, times in a zone, colour by severity.
//!
//! The first rows are kept until their widths are known, then everything streams. What it does
//! *not* know: which columns are worth showing.

use super::grid::{Align, Grid};
use super::paint::{self, Paint};
use super::record::{Format, Record};
use super::safe::escape;
use super::terminal::Terminal;
use crate::clock::zone::Zone;
use crate::clock::{SECOND, Timestamp};
use crate::field::{Column, Field, Kind};
use std::io::{self, Write};

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The field whose value stands in it.
    pub field: Field,
    /// What stands above it.
    pub header: String,
    /// On which side.
    pub align: Align,
}

impl Shown {
    /// A column with its own heading; numbers stand to the right.
    #[must_use]
    pub fn new(field: Field, header: &str) -> Shown {
        let number = matches!(&field, Field::Column(column) if column.kind() == Kind::Int)
            && field != Field::Column(Column::LogOffset);
        let align = if number { Align::Right } else { Align::Left };
        Shown { field, header: header.to_owned(), align }
    }

    /// The column with its texts on the right.
    #[must_use]
    pub fn right(mut self) -> Shown {
        self.align = Align::Right;
        self
    }
}

/// Prints a table.
#[derive(Debug)]
pub struct Table {
    columns: Vec<Shown>,
    zone: Zone,
    terminal: Terminal,
    kept: Vec<(Vec<String>, Paint)>,
    grid: Option<Grid>,
}

/// How many rows decide on the widths.
const SAMPLE: usize = 100;

impl Table {
    /// A table with these columns, times in this zone.
    #[must_use]
    pub fn new(columns: Vec<Shown>, zone: Zone, terminal: Terminal) -> Table {
        Table { columns, zone, terminal, kept: Vec::new(), grid: None }
    }

    fn cell(&self, record: &dyn Record, field: &Field) -> String {
        match record.time(field) {
            Some(at) => wall_clock(at, &self.zone),
            None => {
                record.text(field).map_or_else(|| "-".to_owned(), |text| escape(&text).into_owned())
            }
        }
    }

    fn layout(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let header: Vec<String> =
            self.columns.iter().map(|column| escape(&column.header).into_owned()).collect();
        let mut samples = vec![header.clone()];
        samples.extend(self.kept.iter().map(|(cells, _)| cells.clone()));
        let aligns = self.columns.iter().map(|column| column.align).collect();
        let grid = Grid::new(aligns, &samples, self.terminal.width());
        let grid = if self.terminal.unicode { grid } else { grid.ascii() };
        let mut text = Vec::new();
        grid.write(&header, self.paint(Paint::Bold), &mut text);
        for (cells, paint) in self.kept.drain(..) {
            grid.write(&cells, paint, &mut text);
        }
        self.grid = Some(grid);
        out.write_all(&text)
    }

    fn paint(&self, paint: Paint) -> Paint {
        if self.terminal.color { paint } else { Paint::Plain }
    }
}

impl Format for Table {
    fn record(&mut self, record: &dyn Record, out: &mut dyn Write) -> io::Result<()> {
        let cells: Vec<String> =
            self.columns.iter().map(|column| self.cell(record, &column.field)).collect();
        let paint = self.paint(paint::severity(record.severity()));
        if let Some(grid) = &self.grid {
            let mut line = Vec::new();
            grid.write(&cells, paint, &mut line);
            return out.write_all(&line);
        }
        self.kept.push((cells, paint));
        if self.kept.len() < SAMPLE { Ok(()) } else { self.layout(out) }
    }

    fn flush(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.grid.is_none() && !self.kept.is_empty() { self.layout(out) } else { Ok(()) }
    }
}

/// `2026-11-20 22:08:00` in a zone; fractions are for machines.
fn wall_clock(at: Timestamp, zone: &Zone) -> String {
    let wall = Timestamp(zone.wall(at).div_euclid(SECOND) * SECOND);
    let mut buffer = [0u8; 27];
    wall.write(&mut buffer)[..19].replace('T', " ")
}
