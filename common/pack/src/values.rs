//! Files of values for reference sets: one a line, or a column of a CSV file.
//!
//! ```text
//!  # a comment, passed over; so are empty lines
//!  10.0.0.0/8
//!  \#begins with a number sign
//! ```
//!
//! Values are trimmed. What it does *not* know: what a value can be.

use crate::fault::PackError;
use crate::find::read_file;
use std::path::Path;

/// The values of a file, in its order. It is CSV when its name ends in `.csv` or a column is
/// named; then its first row has the headings, and the first column is taken unless named.
///
/// # Errors
/// The file cannot be read, or is no CSV with this column.
pub fn values(path: &Path, column: Option<&str>) -> Result<Vec<String>, PackError> {
    let file = read_file(path)?;
    let is_csv = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    match column.is_some() || is_csv {
        true => column_of(&file.name, &file.text, column),
        false => Ok(lines(&file.text)),
    }
}

/// Values as [`values`] reads them, one a line.
#[must_use]
pub fn write_values(values: &[String]) -> String {
    let line = |value: &String| match is_marked(value) {
        true => format!("\\{value}\n"),
        false => format!("{value}\n"),
    };
    values.iter().map(line).collect()
}

/// Whether a text could be taken for a comment, or for a value that was kept from being one.
fn is_marked(text: &str) -> bool {
    text.trim_start_matches('\\').starts_with('#')
}

fn lines(text: &str) -> Vec<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let values = lines.filter(|line| !line.starts_with('#'));
    let value = |line: &str| match line.strip_prefix('\\') {
        Some(rest) if is_marked(rest) => rest.to_owned(),
        _ => line.to_owned(),
    };
    values.map(value).collect()
}

fn column_of(name: &str, text: &str, column: Option<&str>) -> Result<Vec<String>, PackError> {
    let wrong = |line: u64, reason: String| PackError {
        place: format!("{name}:{line}"),
        reason,
        is_content: true,
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headings = reader.headers().map_err(|error| wrong(1, error.to_string()))?.clone();
    let place = match column {
        None => 0,
        Some(column) => headings.iter().position(|it| it.trim() == column).ok_or_else(|| {
            let known: Vec<&str> = headings.iter().map(str::trim).collect();
            wrong(1, format!("no column \"{column}\"; there are: {}", known.join(", ")))
        })?,
    };
    let mut values = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|error| {
            let line = error.position().map_or(1, csv::Position::line);
            wrong(line, error.to_string())
        })?;
        let value = row.get(place).unwrap_or_default().trim();
        if !value.is_empty() {
            values.push(value.to_owned());
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_values_and_come_back() {
        let text = "# known hosts\n a b \n\n\\#x\n\\\\#y\n\\\\srv\\share\n";
        let values = lines(text);
        assert_eq!(values, ["a b", "#x", "\\#y", "\\\\srv\\share"]);
        assert_eq!(lines(&write_values(&values)), values);
    }

    #[test]
    fn a_column_is_taken_by_its_heading() {
        let text = "ip, who\n10.0.0.1,\"Eve, of course\"\n10.0.0.2\n,x\n";
        let of = |column| column_of("f.csv", text, column);
        assert_eq!(of(None).expect("values"), ["10.0.0.1", "10.0.0.2"]);
        assert_eq!(of(Some("who")).expect("values"), ["Eve, of course", "x"]);
        let error = of(Some("host")).expect_err("no such column");
        assert_eq!(error.to_string(), "f.csv:1: no column \"host\"; there are: ip, who");
    }
}
