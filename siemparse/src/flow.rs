//! Records of Azure's flow logs, each flow in a record of its own.
//!
//! ```text
//! {…,"flows":[{"rule":"a","flows":[{"mac":"…","flowTuples":["1,…","2,…"]}]},{"rule":"b",…}]}
//!  ─► {…,"flows":[{"rule":"a","flows":[{"mac":"…","flowTuples":["1,…"]}]}]}
//!     {…,"flows":[{"rule":"a","flows":[{"mac":"…","flowTuples":["2,…"]}]}]}   …
//! ```
//!
//! In: a reader of lines that are JSON. Out: a reader of lines: those without `flowTuples` as they
//! are; of the others one for each tuple, with all that the record says beside its flows and with
//! the flow's own rule. Records longer than [`LONGEST`], those that say more than [`MOST`] bytes of each
//! flow, and those of which more than [`GROWTH`] times as much would be made, stay whole.
//!
//! What it does *not* know: what a tuple says.

use serde_json::Value;
use std::io::{self, BufRead, BufReader, Read};

/// The longest record that is taken apart; longer lines are cut anyway.
const LONGEST: u64 = 1 << 20;
/// The longest line that is made of a tuple.
const MOST: usize = 4 << 10;
/// How many times as long the lines may be together as their record.
const GROWTH: usize = 64;
/// What holds the tuples.
const NAME: &str = "flowTuples";

/// Gives records with one flow each.
pub(crate) struct Flows<R> {
    input: BufReader<R>,
    record: Option<Record>,
    /// Whether the last piece was not a line's end.
    is_inside: bool,
    output: Vec<u8>,
    given: usize,
}

impl<R: Read> Flows<R> {
    pub(crate) fn new(input: R) -> Flows<R> {
        let (input, output) = (BufReader::new(input), Vec::new());
        Flows { input, record: None, is_inside: false, output, given: 0 }
    }

    /// Makes the next line, or a piece of one; none at the end.
    fn advance(&mut self) -> io::Result<()> {
        self.output.clear();
        self.given = 0;
        if let Some(record) = &mut self.record {
            if let Some(line) = record.next() {
                self.output = line;
                return Ok(());
            }
            self.record = None;
        }
        self.input.by_ref().take(LONGEST).read_until(b'\n', &mut self.output)?;
        let is_line = !self.is_inside && self.output.ends_with(b"\n");
        self.is_inside = !self.output.ends_with(b"\n");
        if is_line && memchr::memmem::find(&self.output, NAME.as_bytes()).is_some() {
            self.record = Record::of(&self.output);
            if let Some(line) = self.record.as_mut().and_then(Record::next) {
                self.output = line;
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Flows<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.output.len() {
            self.advance()?;
        }
        let count = buffer.len().min(self.output.len() - self.given);
        buffer[..count].copy_from_slice(&self.output[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

/// A record that is being taken apart.
struct Record {
    whole: Value,
    /// Where its lists of tuples are; the last one is being read.
    lists: Vec<Vec<usize>>,
    /// The tuple to be given next.
    tuple: usize,
}

impl Record {
    /// None where nothing is to be taken apart, or too much would be made.
    fn of(line: &[u8]) -> Option<Record> {
        let whole: Value = serde_json::from_slice(line).ok()?;
        let mut lists = Vec::new();
        find(&whole, &mut Vec::new(), &mut lists);
        let mut length = 0;
        for path in &lists {
            let tuples = tuples(&whole, path);
            let is_short = |tuple: &Value| tuple.as_str().is_some_and(|text| text.len() < MOST);
            let width = alone(&whole, path, 0).to_string().len();
            if width >= MOST || !tuples.iter().all(is_short) {
                return None;
            }
            length += width * tuples.len();
        }
        if lists.is_empty() || length > GROWTH * line.len() {
            return None;
        }
        lists.reverse();
        Some(Record { whole, lists, tuple: 0 })
    }

    /// The next flow's line.
    fn next(&mut self) -> Option<Vec<u8>> {
        while self.tuple == tuples(&self.whole, self.lists.last()?).len() {
            (self.tuple, _) = (0, self.lists.pop());
        }
        let mut line = alone(&self.whole, self.lists.last()?, self.tuple).to_string().into_bytes();
        line.push(b'\n');
        self.tuple += 1;
        Some(line)
    }
}

/// Notes where there are lists of tuples, as the places of members and elements from the outside in.
fn find(value: &Value, path: &mut Vec<usize>, lists: &mut Vec<Vec<usize>>) {
    let inner: Vec<(bool, &Value)> = match value {
        Value::Object(members) => {
            members.iter().map(|(name, inner)| (name == NAME, inner)).collect()
        }
        Value::Array(elements) => elements.iter().map(|inner| (false, inner)).collect(),
        _ => return,
    };
    for (place, (is_named, inner)) in inner.into_iter().enumerate() {
        path.push(place);
        match inner {
            Value::Array(tuples) if is_named && !tuples.is_empty() => lists.push(path.clone()),
            _ => find(inner, path, lists),
        }
        path.pop();
    }
}

/// The list of tuples that a path leads to.
fn tuples<'v>(mut value: &'v Value, path: &[usize]) -> &'v [Value] {
    for &place in path {
        let inner = match value {
            Value::Object(members) => members.values().nth(place),
            Value::Array(elements) => elements.get(place),
            _ => None,
        };
        let Some(inner) = inner else { return &[] };
        value = inner;
    }
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A record with one tuple of one list; elements of arrays beside the way to it are left out.
fn alone(value: &Value, path: &[usize], tuple: usize) -> Value {
    let Some((&place, path)) = path.split_first() else {
        return Value::Array(value.get(tuple).cloned().into_iter().collect());
    };
    match value {
        Value::Object(members) => {
            let member = |(at, (name, inner)): (usize, (&String, &Value))| {
                let inner = if at == place { alone(inner, path, tuple) } else { inner.clone() };
                (name.clone(), inner)
            };
            Value::Object(members.iter().enumerate().map(member).collect())
        }
        Value::Array(elements) => {
            let inner = elements.get(place).map(|inner| alone(inner, path, tuple));
            Value::Array(inner.into_iter().collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let mut out = String::new();
        Flows::new(text.as_bytes()).read_to_string(&mut out).expect("reads");
        out.lines().map(str::to_owned).collect()
    }

    #[test]
    fn each_flow_has_a_line_with_its_rule() {
        let text = r#"{"b":1.50,"p":{"V":2,"flows":[{"rule":"x","flows":[{"mac":"m","flowTuples":["1","2"]},{"mac":"n","flowTuples":[]}]},{"rule":"y","flows":[{"mac":"o","flowTuples":["3"]}]}]},"a":["flowTuples"]}"#;
        let line = |rule: &str, mac: &str, tuple: u8| {
            format!(
                r#"{{"b":1.5,"p":{{"V":2,"flows":[{{"rule":"{rule}","flows":[{{"mac":"{mac}","flowTuples":["{tuple}"]}}]}}]}},"a":["flowTuples"]}}"#
            )
        };
        let expected = [line("x", "m", 1), line("x", "m", 2), line("y", "o", 3)];
        assert_eq!(read(&format!("{text}\n")), expected);
        let around = format!("{{\"a\": 1}}\n{text}\nno flowTuples\n{{\"flowTuples\":[]}}\nend");
        let lines = read(&around);
        assert_eq!(lines[0], "{\"a\": 1}");
        assert_eq!(lines[1..4], expected);
        assert_eq!(lines[4..], ["no flowTuples", "{\"flowTuples\":[]}", "end"]);
    }

    #[test]
    fn what_would_grow_out_of_proportion_stays_whole() {
        let long = format!(r#"{{"x":"{}","flowTuples":["1","2"]}}"#, "x".repeat(MOST));
        assert_eq!(read(&format!("{long}\n")), [long.as_str()]);
        let short =
            format!(r#"{{"x":"{}","flowTuples":["1"{}]}}"#, "x".repeat(999), ",\"\"".repeat(99));
        assert_eq!(read(&format!("{short}\n")), [short.as_str()]);
        let tuples = vec!["\"1\""; 300_000].join(",");
        let large = format!(r#"{{"flowTuples":[{tuples}]}}"#);
        let lines = read(&format!("{large}\n{{\"flowTuples\":[\"a\",\"b\"]}}\n"));
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0], large);
        assert_eq!(lines[1..], [r#"{"flowTuples":["a"]}"#, r#"{"flowTuples":["b"]}"#]);
    }
}
