//! Recorded ring bytes: a file that `--record` writes and `--replay` reads.
//!
//! ```text
//!  {"siemagent":"ring/1","host":…,"boot_id":…,"booted":…} LF  record record …
//! ```
//!
//! Each record begins with its own size; the numbers are in the byte order of the machine that
//! wrote them. What it does *not* know: what records mean.

use crate::line::Machine;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::path::Path;

const FORM: &str = "ring/1";
/// No record is larger: scratch space of the probes.
const MOST: usize = 16 << 10;

/// A file that records go to.
#[derive(Debug)]
pub(crate) struct Recorder(BufWriter<File>);

impl Recorder {
    /// Makes the file.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn create(path: &Path, machine: &Machine) -> io::Result<Recorder> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let file =
            File::options().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        let mut file = BufWriter::new(file);
        let Machine { host, boot_id, booted } = machine;
        let head = json!({"siemagent": FORM, "host": host, "boot_id": boot_id, "booted": booted});
        writeln!(file, "{head}")?;
        Ok(Recorder(file))
    }

    /// Adds a record.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn add(&mut self, record: &[u8]) -> io::Result<()> {
        self.0.write_all(record)
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A file that records come from.
#[derive(Debug)]
pub(crate) struct Recording {
    /// The machine that they are from.
    pub(crate) machine: Machine,
    file: BufReader<File>,
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

impl Recording {
    /// Opens a recording.
    ///
    /// # Errors
    /// It cannot be read, or is none.
    pub(crate) fn open(path: &Path) -> io::Result<Recording> {
        let mut file = BufReader::new(File::open(path)?);
        let mut head = String::new();
        file.by_ref().take(4096).read_line(&mut head).map_err(|_| malformed("no recording"))?;
        let head: Value = serde_json::from_str(&head).map_err(|_| malformed("no recording"))?;
        let text = |name: &str| head[name].as_str().unwrap_or_default().to_owned();
        if text("siemagent") != FORM {
            return Err(malformed("no recording of this version"));
        }
        let booted = head["booted"].as_i64().unwrap_or_default();
        let machine = Machine { host: text("host"), boot_id: text("boot_id"), booted };
        Ok(Recording { machine, file })
    }

    /// The next record; `None` at the end.
    ///
    /// # Errors
    /// The file ends inside a record.
    pub(crate) fn next(&mut self, record: &mut Vec<u8>) -> io::Result<Option<()>> {
        if self.file.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let mut size = [0; 4];
        self.file.read_exact(&mut size)?;
        let bytes = usize::try_from(u32::from_ne_bytes(size)).unwrap_or(usize::MAX);
        if !(4..=MOST).contains(&bytes) {
            return Err(malformed("a record of an impossible size"));
        }
        record.clear();
        record.extend_from_slice(&size);
        record.resize(bytes, 0);
        self.file.read_exact(&mut record[4..])?;
        Ok(Some(()))
    }
}
