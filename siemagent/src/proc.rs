//! `--source proc`: processes without BPF, from the kernel's process connector and /proc.
//!
//! ```text
//!  netlink: fork, exec, exit ─► /proc/PID ─► a record in the probes' form ─► the same lines
//! ```
//!
//! The connector tells only ids. What a program is stands in /proc, and a process that is gone
//! before it is read has a line without image and arguments: this source is cheap, and blind to
//! what is short-lived. Messages carry a number per processor, so that losses are counted exactly.
//! Message: `nlmsghdr` 16 bytes, `cn_msg` 20, then `proc_event` (include/uapi/linux/cn_proc.h).
//!
//! What it does *not* know: files, connections.

use crate::count::Probed;
use crate::kind::Kind;
use crate::record::{Head, Writer};
use crate::system::{self, Connector};
use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

const FORK: u32 = 1;
const EXEC: u32 = 2;
const EXIT: u32 = 0x8000_0000;

/// The connector, and what it counted.
#[derive(Debug)]
pub(crate) struct Source {
    connector: Connector,
    /// The last number of each processor.
    numbers: HashMap<u32, u32>,
    probed: Probed,
    buffer: Vec<u8>,
    heads: Heads,
}

/// What was known of a process when /proc last had it: a parent may have taken note of the end of
/// its child, and /proc forgotten it, before the message of that end is read.
#[derive(Debug, Default)]
struct Heads(HashMap<u32, Head>);

/// Processes that are remembered at most.
const MOST: usize = 65_536;

impl Heads {
    fn read(&mut self, pid: u32) -> Head {
        let head = head(pid);
        if head.start == 0 {
            let known = self.0.get(&pid).copied();
            return known.map_or(head, |known| Head { time: head.time, ..known });
        }
        if self.0.len() >= MOST {
            self.0.clear();
        }
        self.0.insert(pid, head);
        head
    }
}

impl Source {
    /// Asks the kernel for messages.
    ///
    /// # Errors
    /// It has no connector, or refuses (it asks for `CAP_NET_ADMIN`).
    pub(crate) fn open(room: u32) -> io::Result<Source> {
        let connector = Connector::open(i32::try_from(room).unwrap_or(i32::MAX))?;
        let (numbers, probed) = (HashMap::new(), Probed::default());
        let (buffer, heads) = (vec![0; 4096], Heads::default());
        Ok(Source { connector, numbers, probed, buffer, heads })
    }

    /// What was seen and lost. A lost message's kind is not known: it counts as exec.
    pub(crate) fn probed(&self) -> Probed {
        self.probed
    }

    /// The next record; `None` when nothing waits.
    ///
    /// # Errors
    /// The socket fails.
    pub(crate) fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let mut buffer = std::mem::take(&mut self.buffer);
            let size = self.connector.receive(&mut buffer);
            let message = size.as_ref().ok().and_then(|size| Message::read(&buffer[..(*size)?]));
            self.buffer = buffer;
            match size {
                Ok(None) => return Ok(None),
                // The gap in the numbers tells how many.
                Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => continue,
                Err(error) => return Err(error),
                Ok(Some(_)) => {}
            }
            let Some(message) = message else { continue };
            self.count_gap(&message);
            if let Some((kind, record)) = message.record(&mut self.heads) {
                self.probed.seen[kind as usize] += 1;
                return Ok(Some(record));
            }
        }
    }

    fn count_gap(&mut self, message: &Message) {
        if let Some(last) = self.numbers.insert(message.cpu, message.number) {
            let gap = u64::from(message.number.wrapping_sub(last).wrapping_sub(1));
            if gap < 1 << 31 {
                self.probed.seen[Kind::Exec as usize] += gap;
                self.probed.lost[Kind::Exec as usize] += gap;
            }
        }
    }
}

impl AsFd for Source {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.connector.as_fd()
    }
}

/// One message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Message {
    number: u32,
    what: u32,
    cpu: u32,
    /// The first four words of the event.
    words: [u32; 4],
}

impl Message {
    fn read(bytes: &[u8]) -> Option<Message> {
        let word = |at: usize| Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let words = [52, 56, 60, 64].map(|at| word(at).unwrap_or(0));
        Some(Message { number: word(24)?, what: word(36)?, cpu: word(40)?, words })
    }

    /// The event as a record; threads are none.
    fn record(&self, heads: &mut Heads) -> Option<(Kind, Vec<u8>)> {
        let [a, b, c, d] = self.words;
        match self.what {
            FORK if c == d => {
                let start = heads.read(c).start;
                // The thread that forked is `a`; its process is `b`.
                let body = Writer::new(3, Kind::Fork, &heads.read(b)).wide(start).numbers(&[c, 0]);
                Some((Kind::Fork, body.finish()))
            }
            EXEC if a == b => Some((Kind::Exec, exec(a, &heads.read(a)))),
            EXIT if a == b => {
                let record = Writer::new(2, Kind::Exit, &heads.read(a)).numbers(&[c, 0]);
                heads.0.remove(&a);
                Some((Kind::Exit, record.finish()))
            }
            _ => None,
        }
    }
}

/// What /proc/PID/stat tells.
struct Stat {
    parent: u32,
    start: u64,
    comm: [u8; 16],
}

impl Stat {
    fn read(pid: u32) -> Option<Stat> {
        let text = fs::read(format!("/proc/{pid}/stat")).ok()?;
        let text = String::from_utf8_lossy(&text);
        let (parent, ticks) = crate::seed::parent_and_start(&text)?;
        let name = text.split_once('(')?.1.rsplit_once(')')?.0;
        let mut comm = [0; 16];
        let take = name.len().min(15);
        comm[..take].copy_from_slice(&name.as_bytes()[..take]);
        Some(Stat { parent, start: ticks * 10_000_000, comm })
    }
}

fn head(pid: u32) -> Head {
    let none = u32::MAX;
    let mut head =
        Head { time: system::boot_time(), pid, tid: pid, auid: none, ses: none, ..Head::default() };
    let Some(stat) = Stat::read(pid) else { return head };
    (head.start, head.ppid, head.comm) = (stat.start, stat.parent, stat.comm);
    head.pstart = Stat::read(stat.parent).map_or(0, |parent| parent.start);
    let folder = PathBuf::from(format!("/proc/{pid}"));
    let number = |name: &str| {
        fs::read_to_string(folder.join(name)).ok().and_then(|text| text.trim().parse().ok())
    };
    head.auid = number("loginuid").unwrap_or(none);
    head.ses = number("sessionid").unwrap_or(none);
    head.mnt_ns = fs::read_link(folder.join("ns/mnt")).map_or(0, |link| {
        let text = link.to_string_lossy().into_owned();
        text.trim_start_matches("mnt:[").trim_end_matches(']').parse().unwrap_or(0)
    });
    let status = fs::read_to_string(folder.join("status")).unwrap_or_default();
    let ids = |name: &str| -> [u32; 2] {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        let mut parts = line.split_whitespace().map(|part| part.parse().unwrap_or(0));
        [parts.next().unwrap_or(0), parts.next().unwrap_or(0)]
    };
    [head.uid, head.euid] = ids("Uid:");
    [head.gid, head.egid] = ids("Gid:");
    head
}

fn exec(pid: u32, head: &Head) -> Vec<u8> {
    let folder = PathBuf::from(format!("/proc/{pid}"));
    let exe = fs::metadata(folder.join("exe")).ok();
    let meta = |read: fn(&fs::Metadata) -> u32| exe.as_ref().map_or(0, read);
    let nlink = |meta: &fs::Metadata| u32::try_from(meta.nlink()).unwrap_or(1);
    let arguments = fs::read(folder.join("cmdline")).unwrap_or_default();
    let mut record = Writer::new(1, Kind::Exec, head)
        .wide(exe.as_ref().map_or(0, MetadataExt::ino))
        .numbers(&[
            0,
            meta(fs::Metadata::mode),
            meta(fs::Metadata::uid),
            exe.as_ref().map_or(1, nlink),
        ])
        .numbers(&[u32::try_from(arguments.len()).unwrap_or(u32::MAX), 0]);
    if let Ok(path) = fs::read_link(folder.join("exe")) {
        let bytes = path.as_os_str().as_bytes();
        record = record.path(1, bytes.strip_suffix(b" (deleted)").unwrap_or(bytes));
    }
    if let Ok(path) = fs::read_link(folder.join("cwd")) {
        record = record.path(2, path.as_os_str().as_bytes());
    }
    record.text(4, &arguments).finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Body, Record, TextKind};

    #[test]
    fn what_proc_forgot_is_remembered() {
        let mut heads = Heads::default();
        let own = heads.read(std::process::id());
        assert!(own.start > 0);
        heads.0.insert(u32::MAX, own);
        assert_eq!(heads.read(u32::MAX).start, own.start);
        assert_eq!(heads.read(u32::MAX - 1).start, 0);
    }

    #[test]
    fn a_message_becomes_a_record_with_what_proc_tells() {
        let pid = std::process::id();
        let mut bytes = vec![0; 76];
        for (at, word) in [(24, 5), (36, EXEC), (40, 1), (52, pid), (56, pid)] {
            bytes[at..at + 4].copy_from_slice(&word.to_ne_bytes());
        }
        let message = Message::read(&bytes).expect("a message");
        assert_eq!((message.number, message.cpu), (5, 1));
        let (kind, bytes) = message.record(&mut Heads::default()).expect("an exec");
        let record = Record::read(&bytes).expect("a record");
        assert_eq!((kind, record.kind, record.head.pid), (Kind::Exec, Kind::Exec, pid));
        let own = std::env::current_exe().expect("a path");
        let path = record.text(TextKind::Walk).expect("a path").path();
        assert_eq!(path, own.as_os_str().as_bytes());
        assert!(matches!(record.body, Body::Exec { ino, .. } if ino > 0));
        let thread = Message { words: [1, 2, 3, 4], ..message };
        assert_eq!(thread.record(&mut Heads::default()), None, "a thread");
    }
}
