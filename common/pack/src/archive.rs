//! Archives, known by their first bytes: zip, and tar as it is or packed with gzip or zstd.
//!
//! Only members with wanted endings are unpacked, into memory. Their sum is bounded: an archive
//! of a few kilobytes can hold any number of them.
//!
//! What it does *not* know: what members hold.

use crate::fault::PackError;
use std::io::{self, BufRead, BufReader, Read, Seek};

/// Larger files hold no rules.
pub(crate) const LARGEST: u64 = 64 << 20;
/// The most bytes that members of an archive hold together.
const TOTAL: u64 = 256 << 20;
/// The most members, whatever their endings.
const MEMBERS: usize = 200_000;
/// Where a tar file says what it is.
const USTAR: usize = 257;

/// A member: its name and bytes.
pub(crate) type Member = (String, Vec<u8>);

/// What an archive is packed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Zip,
    Tar,
    Gzip,
    Zstd,
}

impl Packing {
    /// The packing that begins with these bytes; text has none.
    pub(crate) fn of(first: &[u8]) -> Option<Packing> {
        match first {
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Some(Packing::Zip),
            [0x1f, 0x8b, 8, ..] => Some(Packing::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Packing::Zstd),
            _ if first.get(USTAR..USTAR + 5) == Some(b"ustar") => Some(Packing::Tar),
            _ => None,
        }
    }
}

/// How many first bytes tell the packing.
pub(crate) const MAGIC: usize = USTAR + 5;

/// The members whose names are wanted, in their order.
pub(crate) fn members(
    place: &str,
    packing: Packing,
    file: impl Read + Seek,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<Member>, PackError> {
    let broken = |error: io::Error| PackError::new(place, error.to_string());
    match packing {
        Packing::Zip => zipped(place, file, is_wanted),
        Packing::Tar => tarred(place, file, is_wanted),
        Packing::Gzip => {
            let unpacked = flate2::read::MultiGzDecoder::new(file);
            unpacked_tar(place, unpacked, is_wanted)
        }
        Packing::Zstd => {
            let mut unpacked = zstd::stream::read::Decoder::new(file).map_err(broken)?;
            // SigmaHQ's archive is packed with a long window.
            unpacked.window_log_max(27).map_err(broken)?;
            unpacked_tar(place, unpacked, is_wanted)
        }
    }
}

fn unpacked_tar(
    place: &str,
    unpacked: impl Read,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<Member>, PackError> {
    let mut reader = BufReader::with_capacity(1 << 16, unpacked);
    let first = reader.fill_buf().map_err(|error| PackError::new(place, error.to_string()))?;
    let first = first.get(..MAGIC.min(first.len())).unwrap_or_default().to_vec();
    match Packing::of(&first) {
        Some(Packing::Tar) => tarred(place, reader, is_wanted),
        _ => Err(PackError::new(place, "no tar file inside of the packed one")),
    }
}

fn tarred(
    place: &str,
    file: impl Read,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<Member>, PackError> {
    let broken = |error: io::Error| PackError::new(place, error.to_string());
    let mut archive = tar::Archive::new(file);
    let mut room = Room::new(place);
    let mut members = Vec::new();
    for entry in archive.entries().map_err(broken)? {
        let entry = entry.map_err(broken)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        room.member()?;
        if entry.header().entry_type().is_file() && is_wanted(&name) {
            let bytes = room.read(&name, entry)?;
            members.push((name, bytes));
        }
    }
    Ok(members)
}

fn zipped(
    place: &str,
    file: impl Read + Seek,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<Member>, PackError> {
    let broken = |error: zip::result::ZipError| PackError::new(place, error.to_string());
    let mut archive = zip::ZipArchive::new(file).map_err(broken)?;
    let mut room = Room::new(place);
    let mut members = Vec::new();
    for number in 0..archive.len() {
        room.member()?;
        let entry = archive.by_index(number).map_err(broken)?;
        let name = entry.name().map_err(broken)?.into_owned();
        if entry.is_file() && is_wanted(&name) {
            let bytes = room.read(&name, entry)?;
            members.push((name, bytes));
        }
    }
    Ok(members)
}

/// What an archive may still hold.
struct Room<'p> {
    place: &'p str,
    bytes: u64,
    members: usize,
}

impl<'p> Room<'p> {
    fn new(place: &'p str) -> Room<'p> {
        Room { place, bytes: TOTAL, members: MEMBERS }
    }

    fn member(&mut self) -> Result<(), PackError> {
        let what = format!("more than {MEMBERS} files in it");
        self.members =
            self.members.checked_sub(1).ok_or_else(|| PackError::new(self.place, what))?;
        Ok(())
    }

    fn read(&mut self, name: &str, member: impl Read) -> Result<Vec<u8>, PackError> {
        let mut bytes = Vec::new();
        let most = self.bytes.min(LARGEST) + 1;
        member.take(most).read_to_end(&mut bytes).map_err(|error| {
            PackError::new(&format!("{}/{name}", self.place), error.to_string())
        })?;
        let size = bytes.len() as u64;
        if size >= most {
            let what = match self.bytes < LARGEST {
                true => format!("its files hold more than {} MiB together", TOTAL >> 20),
                false => format!("{name}: larger than {} MiB", LARGEST >> 20),
            };
            return Err(PackError::new(self.place, what));
        }
        self.bytes -= size;
        Ok(bytes)
    }
}
