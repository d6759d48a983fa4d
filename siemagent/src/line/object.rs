//! A flat JSON object that is written member by member.
//!
//! Text is escaped as all tools of the suite escape it. What it does *not* know: names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::clock::Timestamp;
use common::event::write_string;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// An object that is being written; it is closed elsewhere.
#[derive(Debug)]
pub(crate) struct Object<'o>(&'o mut Vec<u8>);

impl<'o> Object<'o> {
    /// Begins an object.
    pub(crate) fn open(out: &'o mut Vec<u8>) -> Object<'o> {
        out.push(b'{');
        Object(out)
    }

    /// Ends the line of an object: its number in the stream, the closing bracket, a line feed.
    pub(crate) fn close(out: &mut Vec<u8>, seq: u64) {
        Object(out).count("seq", seq);
        out.extend_from_slice(b"}\n");
    }

    /// The name of a member. Names are our own: none needs escapes.
    fn name(&mut self, name: &str) {
        if self.0.last().is_some_and(|&last| last != b'{') {
            self.0.push(b',');
        }
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
    }

    /// A text.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.name(name);
        write_string(self.0, text);
    }

    /// A text that is known to need no escapes: a word of ours, an address, an instant.
    pub(crate) fn plain(&mut self, name: &str, text: &str) {
        self.name(name);
        self.0.push(b'"');
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(b'"');
    }

    /// A text, where there is one.
    pub(crate) fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// A number.
    pub(crate) fn number(&mut self, name: &str, number: i64) {
        self.name(name);
        // Memory takes every byte.
        let _ = write!(self.0, "{number}");
    }

    /// A number without sign; one that JSON readers could not hold is cut.
    pub(crate) fn count(&mut self, name: &str, number: u64) {
        self.number(name, i64::try_from(number).unwrap_or(i64::MAX));
    }

    /// A truth value that is only told when it is true.
    pub(crate) fn mark(&mut self, name: &str, holds: bool) {
        if holds {
            self.truth(name, true);
        }
    }

    /// A truth value.
    pub(crate) fn truth(&mut self, name: &str, holds: bool) {
        self.name(name);
        self.0.extend_from_slice(if holds { b"true" } else { b"false" });
    }

    /// An instant.
    pub(crate) fn time(&mut self, name: &str, time: Timestamp) {
        self.plain(name, time.write(&mut [0; 27]));
    }

    /// Bytes that are nearly always text: shown as text, and beside it in base64 where they are
    /// not.
    pub(crate) fn bytes(&mut self, name: &str, bytes: &[u8]) {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text(name, text),
            Err(_) => {
                self.text(name, &String::from_utf8_lossy(bytes));
                self.base64(&format!("{name}_b64"), bytes);
            }
        }
    }

    /// A path.
    pub(crate) fn path(&mut self, name: &str, path: &Path) {
        self.bytes(name, path.as_os_str().as_bytes());
    }

    /// Bytes in base64.
    pub(crate) fn base64(&mut self, name: &str, bytes: &[u8]) {
        self.plain(name, &STANDARD.encode(bytes));
    }

    /// A list of texts.
    pub(crate) fn list<T: AsRef<str>>(&mut self, name: &str, items: impl IntoIterator<Item = T>) {
        self.name(name);
        self.0.push(b'[');
        for (place, item) in items.into_iter().enumerate() {
            if place > 0 {
                self.0.push(b',');
            }
            write_string(self.0, item.as_ref());
        }
        self.0.push(b']');
    }
}
