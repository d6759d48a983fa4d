//! Records that no probe wrote: what /proc tells, in the probes' own form.
//!
//! What it does *not* know: where it comes from.

use super::Head;
use crate::kind::Kind;

/// A record that is being written.
#[derive(Debug)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    /// Begins a record with its head.
    pub(crate) fn new(shape: u8, kind: Kind, head: &Head) -> Writer {
        let mut bytes = vec![0; 4];
        bytes.extend([shape, kind as u8]);
        bytes.extend(head.flags.to_ne_bytes());
        bytes.extend(head.time.to_ne_bytes());
        for number in [
            head.pid,
            head.tid,
            head.ppid,
            head.uid,
            head.gid,
            head.euid,
            head.egid,
            head.auid,
            head.ses,
            head.mnt_ns,
        ] {
            bytes.extend(number.to_ne_bytes());
        }
        for number in [head.start, head.pstart, head.cgroup] {
            bytes.extend(number.to_ne_bytes());
        }
        bytes.extend(head.comm);
        Writer(bytes)
    }

    /// Adds numbers of the body.
    pub(crate) fn numbers(mut self, numbers: &[u32]) -> Writer {
        numbers.iter().for_each(|number| self.0.extend(number.to_ne_bytes()));
        self
    }

    /// Adds a wide number of the body.
    pub(crate) fn wide(mut self, number: u64) -> Writer {
        self.0.extend(number.to_ne_bytes());
        self
    }

    /// Adds a text; one that is too long is cut.
    pub(crate) fn text(mut self, kind: u8, bytes: &[u8]) -> Writer {
        const MOST: usize = 4096;
        let take = bytes.len().min(MOST);
        self.0.extend(u16::try_from(take).unwrap_or(0).to_ne_bytes());
        self.0.extend([kind, u8::from(take < bytes.len())]);
        self.0.extend_from_slice(&bytes[..take]);
        self
    }

    /// Adds a path, last component first.
    pub(crate) fn path(self, kind: u8, path: &[u8]) -> Writer {
        let mut turned = Vec::with_capacity(path.len() + 1);
        for component in path.split(|&byte| byte == b'/').rev().filter(|part| !part.is_empty()) {
            turned.extend_from_slice(component);
            turned.push(0);
        }
        self.text(kind, &turned)
    }

    /// The record.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        let size = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0[..4].copy_from_slice(&size.to_ne_bytes());
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Body, Record, TextKind};

    #[test]
    fn what_is_written_is_read_back() {
        let head = Head { pid: 7, uid: 3, start: 9, auid: u32::MAX, ..Head::default() };
        let bytes = Writer::new(1, Kind::Exec, &head)
            .wide(11)
            .numbers(&[1, 0o755, 2, 1, 6, 0])
            .path(1, b"/usr/bin/true")
            .text(4, b"true\0x\0")
            .finish();
        let record = Record::read(&bytes).expect("a record");
        assert_eq!((record.kind, record.head), (Kind::Exec, head));
        let body =
            Body::Exec { ino: 11, dev: 1, mode: 0o755, owner: 2, nlink: 1, args: 6, rule: 0 };
        assert_eq!(record.body, body);
        let path = record.text(TextKind::Walk).expect("a path").path();
        assert_eq!(path, b"/usr/bin/true");
        assert_eq!(record.text(TextKind::Args).expect("arguments").bytes, b"true\0x\0");
        for size in 0..bytes.len() {
            // A cut record is refused or lacks texts; it is never misread.
            if let Ok(part) = Record::read(&bytes[..size]) {
                assert_eq!((part.head, part.body), (head, body));
            }
        }
    }
}
