//! `--filter`: which lines are printed, by the grammar and the field names of siemquery's --where.
//!
//! A line is read as siemparse would read it, so that a filter selects here what it would select
//! in the store. What it does *not* know: how lines are made.

use common::filter::Filter;
use common::filter::parse::{ParseError, Reading};
use parse::{Format, Line, Parser, Settings};

/// Which lines are printed.
#[derive(Debug, Default)]
pub(crate) struct Select(Option<(Filter, Parser)>);

impl Select {
    /// The lines that a filter selects.
    ///
    /// # Errors
    /// The text is no filter.
    pub(crate) fn new(text: &str) -> Result<Select, ParseError> {
        let filter = Reading::default().parse(text)?;
        let settings = Settings {
            section: "agent".to_owned(),
            format: Some(Format::Agent),
            ..Settings::default()
        };
        let parser = Parser::new(settings, None).ok();
        Ok(Select(parser.map(|parser| (filter, parser))))
    }

    /// Whether the unfinished line at the end of the bytes is printed.
    pub(crate) fn takes(&mut self, bytes: &mut Vec<u8>, begin: usize) -> bool {
        let Some((filter, parser)) = &mut self.0 else { return true };
        bytes.push(b'}');
        let taken = filter.matches(&parser.parse(Line::new(&bytes[begin..], 0, 1)));
        bytes.pop();
        taken
    }
}
