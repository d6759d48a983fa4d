//! Standard input on disk before it is read: what was taken in outlives a kill, a crash, and a
//! database that is away.
//!
//! ```text
//!  standard input ─► stream ─► group ─► segment: append, fsync ─► read like a file
//! ```
//!
//! A segment is `SECTION.STAMP.NUMBER`, STAMP the microsecond at which its run began: a name never
//! comes twice, so a segment is known by it, whatever it holds. A run writes segments of its own;
//! those that an earlier one left are only read. The reader sees no byte before it is on disk, or
//! a machine that loses power could forget what the database has. A segment ends behind a line,
//! except the last one of a run that was killed; octet-counted records hold line feeds, so a stream
//! of them stays in one segment. A segment is removed when all of it is stored.
//!
//! What it does *not* know: lines, cursors.

use crate::reason::reason;
use crate::stream::{self, Pieces};
use common::cli::warn;
use common::clock::Timestamp;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle, sleep};
use std::time::{Duration, Instant};

/// What a cursor calls a segment.
pub(crate) const KIND: &str = "spool";
/// From which size on a segment ends behind its next line.
const SEGMENT: i64 = 64 << 20;
/// How many bytes are written together at most, unless one piece has more.
const GROUP: usize = 256 << 10;
/// How often the writer looks whether the run is to end, and tries a full disk again.
const LOOK: Duration = Duration::from_millis(50);
/// How long the end waits for what is being written.
const FAREWELL: Duration = Duration::from_millis(500);

/// How many bytes of a segment are on disk.
pub(crate) type Synced = Arc<AtomicI64>;

/// A folder that standard input goes through.
pub(crate) struct Spool {
    shared: Arc<Shared>,
    writer: Option<JoinHandle<()>>,
    /// Locked as long as the run lasts.
    _lock: File,
}

/// What reader and writer both see.
#[derive(Default)]
struct Shared {
    /// The segment that is being written.
    current: Mutex<Option<(PathBuf, Synced)>>,
    /// Whether nothing more is written.
    is_over: AtomicBool,
    /// Whether the run is to end.
    is_ending: AtomicBool,
}

impl Shared {
    fn current(&self) -> MutexGuard<'_, Option<(PathBuf, Synced)>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Spool {
    /// Begins to take standard input in.
    pub(crate) fn begin(folder: &Path, section: &str) -> io::Result<Spool> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let lock = folder.join(format!("{section}.lock"));
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(lock)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::other("another siemparse writes to it"));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        for segment in segments(folder, section) {
            File::open(segment)?.sync_all()?;
        }
        let shared = Arc::new(Shared::default());
        // The reader looks often enough; no bell wakes it.
        let pieces = stream::stdin(sync_channel(1).0)?;
        let writer = Writer {
            folder: folder.to_owned(),
            prefix: format!("{section}.{:020}", Timestamp::now().0),
            count: 0,
            segment: None,
            is_framed: None,
            is_at_line: false,
            shared: Arc::clone(&shared),
        };
        let writer =
            thread::Builder::new().name("spool".to_owned()).spawn(move || writer.run(&pieces))?;
        Ok(Spool { shared, writer: Some(writer), _lock: lock })
    }

    /// How far a segment may be read, while it is being written.
    pub(crate) fn synced(&self, segment: &Path) -> Option<Synced> {
        let current = self.shared.current();
        current.as_ref().filter(|(path, _)| path == segment).map(|(_, synced)| Arc::clone(synced))
    }

    /// Whether standard input has ended, and all of it is in segments.
    pub(crate) fn is_over(&self) -> bool {
        self.shared.is_over.load(Ordering::Acquire)
    }

    /// Takes in what has been read, then no more.
    pub(crate) fn end(&mut self) {
        self.shared.is_ending.store(true, Ordering::Release);
        let end = Instant::now() + FAREWELL;
        while !self.is_over() && Instant::now() < end {
            sleep(LOOK / 10);
        }
        if self.is_over() {
            // It has ended; that it panicked would have been said.
            let _ = self.writer.take().map(JoinHandle::join);
        }
    }
}

/// The segments of a section, oldest first.
pub(crate) fn segments(folder: &Path, section: &str) -> Vec<PathBuf> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_segment = |name: &str| {
        let rest = name.strip_prefix(section).and_then(|rest| rest.strip_prefix('.'));
        let parts = rest.and_then(|rest| rest.split_once('.'));
        parts.is_some_and(|(stamp, number)| is_number(stamp) && is_number(number))
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().to_str().is_some_and(is_segment));
    let mut found: Vec<PathBuf> = named.map(|entry| entry.path()).collect();
    found.sort_unstable();
    found
}

/// A segment that is being written.
struct Segment {
    file: File,
    synced: Synced,
}

/// The thread that writes segments.
struct Writer {
    folder: PathBuf,
    /// What the names of this run's segments begin with.
    prefix: String,
    count: u32,
    segment: Option<Segment>,
    /// Whether the stream is one of octet-counted records, once it has begun.
    is_framed: Option<bool>,
    /// Whether a line ends where the segment does.
    is_at_line: bool,
    shared: Arc<Shared>,
}

impl Writer {
    fn run(mut self, pieces: &Pieces) {
        loop {
            let mut group = match pieces.recv_timeout(LOOK) {
                Ok(piece) => piece,
                Err(RecvTimeoutError::Timeout) if !self.is_ending() => continue,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            };
            let mut error = None;
            while let Ok(bytes) = &mut group
                && bytes.len() < GROUP
                && let Ok(more) = pieces.try_recv()
            {
                match more {
                    Ok(more) => bytes.extend_from_slice(&more),
                    Err(failure) => {
                        error = Some(failure);
                        break;
                    }
                }
            }
            match group {
                Ok(bytes) => self.write(&bytes),
                Err(failure) => error = Some(failure),
            }
            if let Some(error) = error {
                warn("siemparse", &format!("standard input: {}", reason(&error)));
                break;
            }
        }
        *self.shared.current() = None;
        self.shared.is_over.store(true, Ordering::Release);
    }

    fn is_ending(&self) -> bool {
        self.shared.is_ending.load(Ordering::Acquire)
    }

    /// Writes bytes, and ends the segment behind a line when it is long enough.
    fn write(&mut self, bytes: &[u8]) {
        let is_framed = || !matches!(parse::frame(bytes), parse::Frame::Line);
        let is_framed = *self.is_framed.get_or_insert_with(is_framed);
        let is_long = |segment: &Segment| segment.synced.load(Ordering::Acquire) >= SEGMENT;
        let end = memchr::memchr(b'\n', bytes).map(|at| at + 1);
        match end.filter(|_| !is_framed && self.segment.as_ref().is_some_and(is_long)) {
            Some(end) => {
                self.append(&bytes[..end]);
                self.segment = None;
                self.append(&bytes[end..]);
            }
            None => self.append(bytes),
        }
    }

    /// Brings bytes to disk, however long that takes: the sender waits meanwhile.
    fn append(&mut self, bytes: &[u8]) {
        let mut is_told = false;
        while let Err(error) = self.try_append(bytes) {
            let place = self.folder.display();
            if !std::mem::replace(&mut is_told, true) {
                warn("siemparse", &format!("{place}: {}; trying again", reason(&error)));
            }
            if self.is_ending() {
                return;
            }
            self.let_go();
            sleep(LOOK);
        }
        if is_told {
            warn("siemparse", &format!("{}: works again", self.folder.display()));
        }
    }

    /// Ends the segment behind a line, so that it can be stored and removed, and its room is free.
    fn let_go(&mut self) {
        let Some(segment) = &self.segment else { return };
        let length = u64::try_from(segment.synced.load(Ordering::Acquire)).unwrap_or(0);
        // Half of what comes next may stand behind its end.
        let is_clean = || segment.file.set_len(length).and_then(|()| segment.file.sync_data());
        if self.is_at_line && self.is_framed != Some(true) && length > 0 && is_clean().is_ok() {
            self.segment = None;
            *self.shared.current() = None;
        }
    }

    /// Brings bytes to disk; after a failure nobody sees any of them.
    fn try_append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let segment = match &mut self.segment {
            Some(segment) => segment,
            None => {
                let segment = self.begin()?;
                self.segment.insert(segment)
            }
        };
        let before = segment.synced.load(Ordering::Acquire);
        let length = u64::try_from(before).unwrap_or(0);
        if segment.file.metadata()?.len() != length {
            // Half of these bytes were written before the disk was full.
            segment.file.set_len(length)?;
        }
        segment.file.write_all(bytes)?;
        segment.file.sync_data()?;
        let after = before + i64::try_from(bytes.len()).unwrap_or(0);
        segment.synced.store(after, Ordering::Release);
        self.is_at_line = bytes.ends_with(b"\n");
        Ok(())
    }

    /// Begins a segment. The reader is told first, or it would take an empty file for a segment
    /// that has ended.
    fn begin(&mut self) -> io::Result<Segment> {
        let path = self.folder.join(format!("{}.{:06}", self.prefix, self.count));
        self.count += 1;
        let synced = Synced::default();
        *self.shared.current() = Some((path.clone(), Arc::clone(&synced)));
        let file = OpenOptions::new().append(true).create_new(true).mode(0o600).open(&path)?;
        File::open(&self.folder)?.sync_all()?;
        Ok(Segment { file, synced })
    }
}
