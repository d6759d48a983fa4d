//! JSON that is not one object a line: lists, `{"Records":[…]}` (Amazon's), `{"records":[…]}` (Azure's),
//! objects over several lines.
//!
//! In: a reader of such bytes. Out: a reader of lines, one object each. Line feeds inside an
//! object become blanks; what stands between objects (brackets, commas, other members beside
//! `Records`) is left out. An object that is cut off is given as far as it goes.
//!
//! What it does *not* know: what is in the objects. Nothing is kept but the place in the nesting.

use std::io::{self, Read};

/// How many bytes are read at once.
const CHUNK: usize = 64 << 10;

/// How deep in lists and objects the wanted objects lie, when bytes begin such a document: 1 in a
/// list, 2 in `Records`, 0 where they only have several lines.
pub(crate) fn depth(first: &[u8]) -> Option<u32> {
    let first = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first).trim_ascii_start();
    let (open, rest) = first.split_first()?;
    let inside = rest.trim_ascii_start();
    match open {
        b'[' if inside.first() == Some(&b'{') => Some(1),
        b'{' => {
            let records = inside
                .strip_prefix(b"\"Records\"")
                .or_else(|| inside.strip_prefix(b"\"records\""))
                .map(<[u8]>::trim_ascii_start);
            let list = records.and_then(|rest| rest.strip_prefix(b":"));
            if list.is_some_and(|list| list.trim_ascii_start().first() == Some(&b'[')) {
                return Some(2);
            }
            let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
            (rest.get(blanks.count()) == Some(&b'\n')).then_some(0)
        }
        _ => None,
    }
}

/// Gives the objects of a document as lines.
pub(crate) struct Documents<R> {
    input: R,
    /// How deep the wanted objects lie.
    wanted: u32,
    depth: u32,
    is_string: bool,
    is_escaped: bool,
    output: Vec<u8>,
    given: usize,
}

impl<R: Read> Documents<R> {
    pub(crate) fn new(input: R, wanted: u32) -> Documents<R> {
        let output = Vec::new();
        Documents { input, wanted, depth: 0, is_string: false, is_escaped: false, output, given: 0 }
    }

    fn take(&mut self, byte: u8) {
        let is_inside = self.depth > self.wanted;
        if self.is_string {
            self.is_string = byte != b'"' || self.is_escaped;
            self.is_escaped = byte == b'\\' && !self.is_escaped;
        } else {
            match byte {
                b'"' => self.is_string = true,
                b'{' | b'[' => self.depth = self.depth.saturating_add(1),
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        let begins = !is_inside && self.depth > self.wanted && byte == b'{';
        if is_inside || begins {
            self.output.push(if matches!(byte, b'\n' | b'\r') { b' ' } else { byte });
            if self.depth == self.wanted {
                self.output.push(b'\n');
            }
        }
    }
}

impl<R: Read> Read for Documents<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.output.len() {
            self.output.clear();
            self.given = 0;
            let mut chunk = vec![0; CHUNK];
            let count = self.input.read(&mut chunk)?;
            if count == 0 {
                return Ok(0);
            }
            chunk[..count].iter().for_each(|&byte| self.take(byte));
        }
        let count = buffer.len().min(self.output.len() - self.given);
        buffer[..count].copy_from_slice(&self.output[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        let mut out = String::new();
        let depth = depth(text.as_bytes()).expect("a document");
        Documents::new(text.as_bytes(), depth).read_to_string(&mut out).expect("reads");
        out.lines().map(str::to_owned).collect()
    }

    #[test]
    fn lists_and_records_are_taken_apart() {
        assert_eq!(
            lines(r#"[{"a":"]},{\""},{"b":[{"c":1}]}]"#),
            [r#"{"a":"]},{\""}"#, r#"{"b":[{"c":1}]}"#]
        );
        assert_eq!(
            lines(
                "{\"Records\":[{\"a\":1},\n{\"a\":2}],\"x\":{\"y\":0}}\n{\"Records\":[{\"a\":3}]}"
            ),
            [r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":3}"#]
        );
        assert_eq!(lines(r#"{"records":[{"a":1},{"a":2}]}"#), [r#"{"a":1}"#, r#"{"a":2}"#]);
        assert_eq!(lines("\u{feff}[ {\"a\":1}\n"), [r#"{"a":1}"#]);
    }

    #[test]
    fn objects_over_several_lines_become_one() {
        assert_eq!(
            lines("{\r\n \"a\": {\n  \"b\": 1 }\n}\n{\n\"c\":2}"),
            ["{   \"a\": {   \"b\": 1 } }", "{ \"c\":2}"]
        );
        assert_eq!(lines("[{\"a\":1},{\"b\":"), [r#"{"a":1}"#, r#"{"b":"#]);
    }

    #[test]
    fn lines_are_no_documents() {
        for text in ["", "{\"a\":1}\n", "[Sun Jan 04", "[1,2]", "{}", "x", "{\"Records\":1}"] {
            assert_eq!(depth(text.as_bytes()), None, "{text}");
        }
    }
}
