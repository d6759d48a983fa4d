//! A file's bytes at any offset, unpacked where it is packed, UTF-8 where it is UTF-16.
//!
//! In: a path. Out: the file's identity on disk, and reads: [`Content::read_at`] for fingerprints,
//! [`Content::reader`] from an offset on.
//!
//! Offsets are those of what is read: of UTF-16, bytes of its text as UTF-8, so that a file keeps its
//! place when it is packed. Only [`Content::packed_at`] and [`Content::state`] speak of the disk's bytes.
//!
//! What it does *not* know: lines, cursors.

use crate::archive::{FIRST, Packing};
use crate::utf16::{self, Decoder, Order};
use std::fs::{File, Metadata};
use std::io::{self, BufRead as _, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a file is left alone after a rotation.
const FRESH: Duration = Duration::from_millis(1_500);

/// How many bytes tell a compression.
const MAGIC: usize = 6;
/// How much of two files is compared at once.
const COMPARED: usize = 64 << 10;

/// A file as the directory knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Inode {
    pub(crate) device: u64,
    pub(crate) number: u64,
}

impl Inode {
    pub(crate) fn of(metadata: &Metadata) -> Inode {
        Inode { device: metadata.dev(), number: metadata.ino() }
    }

    /// The two numbers as a cursor keeps them.
    pub(crate) fn stored(self) -> (i64, i64) {
        (self.device.cast_signed(), self.number.cast_signed())
    }
}

/// What tells that a file has changed: its size on disk and the time of its last change.
pub(crate) type State = (i64, Option<SystemTime>);

/// The state of a file that the directory knows.
pub(crate) fn state(metadata: &Metadata) -> State {
    (i64::try_from(metadata.len()).unwrap_or(i64::MAX), metadata.modified().ok())
}

/// Whether a file was made, renamed or written to just now; the time is in whole seconds.
pub(crate) fn is_fresh(metadata: &Metadata) -> bool {
    let touched = u64::try_from(metadata.ctime()).unwrap_or(0);
    (UNIX_EPOCH + Duration::from_secs(touched)).elapsed().is_ok_and(|age| age < FRESH)
}

/// An open file.
pub(crate) struct Content {
    file: Arc<File>,
    pub(crate) inode: Inode,
    pub(crate) packing: Option<Packing>,
    /// How its text is written, where that is UTF-16 and lines.
    order: Option<Order>,
    /// Whether it had too few bytes to tell that when it was opened.
    is_untold: bool,
    /// Whether there were enough bytes when it was opened to tell how it is packed.
    pub(crate) is_begun: bool,
    /// How far it may be read, where that is not its end.
    limit: Option<Arc<AtomicI64>>,
}

impl Content {
    /// Opens a regular file. A pipe that took its place meanwhile is not waited for.
    pub(crate) fn open(path: &Path) -> io::Result<Content> {
        let file = File::options().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        if !metadata.is_file() {
            return Err(io::Error::other("no regular file"));
        }
        let file = Arc::new(file);
        let mut first = [0u8; FIRST];
        let count = file.read_at(&mut first, 0)?;
        let (packing, order) = match Packing::of(&first[..count]) {
            Some(Packing::Utf16(order)) if holds_lines(&first[..count], order) => {
                (None, Some(order))
            }
            packing => (packing, None),
        };
        let (inode, is_begun) = (Inode::of(&metadata), count >= MAGIC);
        Ok(Content { inode, packing, order, is_untold: count < 2, is_begun, file, limit: None })
    }

    /// Opens a regular file that is not packed, to be read up to a limit that moves.
    pub(crate) fn open_plain(path: &Path, limit: Option<Arc<AtomicI64>>) -> io::Result<Content> {
        let content = Content::open(path)?;
        Ok(Content { packing: None, order: None, is_untold: false, limit, ..content })
    }

    /// Up to `length` bytes at an offset; fewer at the end.
    pub(crate) fn read_at(&self, offset: i64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(length);
        self.reader(offset)?.take(length as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Up to `length` first bytes; of a packed file that is broken, or half written, what it gives.
    pub(crate) fn head(&self, length: usize) -> Vec<u8> {
        let mut head = Vec::with_capacity(length);
        if let Ok(reader) = self.reader(0) {
            // What came before a failure is there.
            let _ = reader.take(length as u64).read_to_end(&mut head);
        }
        // Its mark was written since it was opened: its text is known once it is opened again.
        if self.is_untold && utf16::order(&head).is_some() {
            head.clear();
        }
        head
    }

    /// Whether another file begins with all that this one holds, or gives before it breaks off.
    pub(crate) fn is_beginning_of(&self, other: &Content) -> bool {
        let (Ok(own), Ok(other)) = (self.reader(0), other.reader(0)) else { return false };
        let mut own = BufReader::with_capacity(COMPARED, own);
        let mut other = BufReader::with_capacity(COMPARED, other);
        loop {
            let (one, two) = match (own.fill_buf(), other.fill_buf()) {
                (Ok([]) | Err(_), _) => return true,
                (_, Err(_)) => return false,
                (Ok(one), Ok(two)) => (one, two),
            };
            let common = one.len().min(two.len());
            if common == 0 || one[..common] != two[..common] {
                return false;
            }
            own.consume(common);
            other.consume(common);
        }
    }

    /// A reader from an offset on.
    pub(crate) fn reader(&self, offset: i64) -> io::Result<Box<dyn Read + Send>> {
        match self.packing {
            None => Ok(Box::new(self.plain_reader(offset)?)),
            Some(packing) => {
                let mut reader = packing.unpack_file(self.positioned(0, None))?;
                skip(&mut reader, offset)?;
                Ok(reader)
            }
        }
    }

    /// A reader of what is not packed, from an offset on.
    pub(crate) fn plain_reader(&self, offset: i64) -> io::Result<PlainReader> {
        let Some(order) = self.order else {
            return Ok(PlainReader::Bytes(self.positioned(offset, self.limit.clone())));
        };
        let mut decoder = Decoder::new(self.positioned(0, None), order).growing();
        skip(&mut decoder, offset)?;
        Ok(PlainReader::Wide(decoder))
    }

    fn positioned(&self, offset: i64, limit: Option<Arc<AtomicI64>>) -> Positioned {
        let offset = u64::try_from(offset).unwrap_or(0);
        Positioned { file: Arc::clone(&self.file), offset, limit }
    }

    /// Whether its text is UTF-16.
    pub(crate) fn is_wide(&self) -> bool {
        self.order.is_some()
    }

    /// Size on disk, as far as it may be read, and time of the last change.
    pub(crate) fn state(&self) -> io::Result<State> {
        let (size, changed) = self.file.metadata().map(|metadata| state(&metadata))?;
        let limit = self.limit.as_ref().map_or(i64::MAX, |limit| limit.load(Ordering::Acquire));
        Ok((size.min(limit), changed))
    }

    /// Whether no name leads to the file any more.
    pub(crate) fn is_deleted(&self) -> bool {
        self.file.metadata().is_ok_and(|metadata| metadata.nlink() == 0)
    }

    /// Whether the file was made, renamed or written to just now.
    pub(crate) fn is_fresh(&self) -> bool {
        self.file.metadata().is_ok_and(|metadata| is_fresh(&metadata))
    }

    /// Whether the file was made just now, as far as the file system knows that.
    pub(crate) fn is_newborn(&self) -> bool {
        let made = self.file.metadata().and_then(|metadata| metadata.created());
        made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age < FRESH))
    }

    /// Bytes of the file as it lies on disk, packed or not.
    pub(crate) fn packed_at(&self, offset: i64, bytes: &mut [u8]) -> io::Result<usize> {
        self.file.read_at(bytes, u64::try_from(offset).unwrap_or(0))
    }
}

/// Whether what begins so is lines, and no document that has to be taken apart.
fn holds_lines(first: &[u8], order: Order) -> bool {
    let mut text = Vec::new();
    // Reading from memory does not fail.
    let _ = Decoder::new(first, order).read_to_end(&mut text);
    Packing::of(&text).is_none()
}

/// Reads over the first bytes.
fn skip(reader: &mut dyn Read, count: i64) -> io::Result<u64> {
    io::copy(&mut reader.take(u64::try_from(count).unwrap_or(0)), &mut io::sink())
}

/// Reads a file that is not packed.
pub(crate) enum PlainReader {
    Bytes(Positioned),
    /// UTF-16 as UTF-8.
    Wide(Decoder<Positioned>),
}

impl Read for PlainReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            PlainReader::Bytes(bytes) => bytes.read(buffer),
            PlainReader::Wide(decoder) => decoder.read(buffer),
        }
    }
}

/// Reads a file without the position that clones of its descriptor share.
pub(crate) struct Positioned {
    file: Arc<File>,
    offset: u64,
    limit: Option<Arc<AtomicI64>>,
}

impl Read for Positioned {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let end = match &self.limit {
            None => u64::MAX,
            Some(limit) => u64::try_from(limit.load(Ordering::Acquire)).unwrap_or(0),
        };
        let most = usize::try_from(end.saturating_sub(self.offset)).unwrap_or(usize::MAX);
        let most = most.min(buffer.len());
        let count = self.file.read_at(&mut buffer[..most], self.offset)?;
        self.offset += count as u64;
        Ok(count)
    }
}

impl Seek for Positioned {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        let (from, by) = match place {
            SeekFrom::Start(offset) => (offset, 0),
            SeekFrom::End(by) => (self.file.metadata()?.size(), by),
            SeekFrom::Current(by) => (self.offset, by),
        };
        let wrong = || io::Error::from(io::ErrorKind::InvalidInput);
        self.offset = from.checked_add_signed(by).ok_or_else(wrong)?;
        Ok(self.offset)
    }
}
