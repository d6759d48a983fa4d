//! Packed input, known by its first bytes: compressed, EVTX, UTF-16, or JSON that is not one object
//! a line.
//!
//! In: a reader of packed bytes. Out: a reader of the lines that they hold; all members of a
//! concatenation. What is compressed may hold EVTX, UTF-16 or JSON documents, UTF-16 the latter. Nothing is unpacked that is
//! not asked for, so memory is the decoder's window.
//!
//! What it does *not* know: names. A wrong suffix changes nothing.

use crate::document::{self, Documents};
use crate::evtx;
use crate::flow::Flows;
use crate::utf16::{self, Decoder, Order};
use std::io::{self, Cursor, Read, Seek};

/// How input is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Gzip,
    Zstd,
    Xz,
    Bzip2,
    /// The Windows event log.
    Evtx,
    /// Text in units of two bytes.
    Utf16(Order),
    /// JSON objects so deep in a document.
    Json(u32),
}

/// How many bytes tell a compression.
const MAGIC: usize = 8;
/// How many bytes are looked at.
pub(crate) const FIRST: usize = 512;

impl Packing {
    /// The packing that begins with these bytes.
    pub(crate) fn of(first: &[u8]) -> Option<Packing> {
        match first {
            [0x1f, 0x8b, 8, ..] => Some(Packing::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Packing::Zstd),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Packing::Xz),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31 | 0x17, ..] => Some(Packing::Bzip2),
            _ if first.starts_with(evtx::MAGIC) => Some(Packing::Evtx),
            _ => match utf16::order(first) {
                Some(order) => Some(Packing::Utf16(order)),
                None => document::depth(first).map(Packing::Json),
            },
        }
    }

    /// Reads what a file holds, from its beginning.
    pub(crate) fn unpack_file(
        self,
        file: impl Read + Seek + Send + 'static,
    ) -> io::Result<Box<dyn Read + Send>> {
        match self {
            Packing::Evtx => Ok(Box::new(evtx::Lines::new(file)?)),
            _ => self.unpack(file),
        }
    }

    /// Reads what is packed.
    fn unpack<'r>(self, packed: impl Read + Send + 'r) -> io::Result<Box<dyn Read + Send + 'r>> {
        match self {
            Packing::Gzip => inside(flate2::read::MultiGzDecoder::new(packed)),
            Packing::Zstd => inside(zstd::stream::read::Decoder::new(packed)?),
            Packing::Xz => inside(liblzma::read::XzDecoder::new_multi_decoder(packed)),
            Packing::Bzip2 => inside(bzip2::read::MultiBzDecoder::new(packed)),
            Packing::Evtx => {
                let mut whole = Vec::new();
                packed.take(evtx::LARGEST).read_to_end(&mut whole)?;
                Ok(Box::new(evtx::Lines::new(Cursor::new(whole))?))
            }
            Packing::Utf16(order) => inside(Decoder::new(packed, order)),
            Packing::Json(depth) => Ok(Box::new(Flows::new(Documents::new(packed, depth)))),
        }
    }
}

/// Reads a stream that may be packed.
pub(crate) fn unpacked<'r>(stream: impl Read + Send + 'r) -> io::Result<Box<dyn Read + Send + 'r>> {
    let (first, whole) = peek(stream)?;
    match Packing::of(&first) {
        Some(packing) => packing.unpack(whole),
        None => Ok(Box::new(whole)),
    }
}

/// What was compressed may be EVTX, UTF-16 or a document; it is not unpacked twice.
fn inside<'r>(stream: impl Read + Send + 'r) -> io::Result<Box<dyn Read + Send + 'r>> {
    let (first, whole) = peek(stream)?;
    match Packing::of(&first) {
        Some(packing @ (Packing::Evtx | Packing::Utf16(_) | Packing::Json(_))) => {
            // Boxed, or the type of what is unpacked would contain itself.
            let whole: Box<dyn Read + Send + 'r> = Box::new(whole);
            packing.unpack(whole)
        }
        _ => Ok(Box::new(whole)),
    }
}

/// The first bytes that are there, enough to tell a compression, and a reader of all of them.
fn peek<R: Read>(mut stream: R) -> io::Result<(Vec<u8>, impl Read)> {
    let mut first = vec![0; FIRST];
    let mut count = 0;
    while count < MAGIC {
        match stream.read(&mut first[count..]) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    first.truncate(count);
    Ok((first.clone(), Cursor::new(first).chain(stream)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn every_packing_is_found_and_read() {
        let text = b"one\ntwo\n".as_slice();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text).expect("packs");
        let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 1);
        xz.write_all(text).expect("packs");
        let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        bzip2.write_all(text).expect("packs");
        let packed = [
            text.to_vec(),
            gzip.finish().expect("packs"),
            xz.finish().expect("packs"),
            bzip2.finish().expect("packs"),
            zstd::encode_all(text, 1).expect("packs"),
        ];
        for (place, bytes) in packed.iter().enumerate() {
            let mut found = Vec::new();
            unpacked(bytes.as_slice()).expect("opens").read_to_end(&mut found).expect("reads");
            assert_eq!(found, text, "{place}");
            assert_eq!(Packing::of(bytes).is_some(), place > 0);
        }
    }

    #[test]
    fn short_and_ordinary_streams_stay_as_they_are() {
        for text in ["", "B", "BZh9 is a word", "\u{1f}"] {
            let mut found = String::new();
            unpacked(text.as_bytes()).expect("opens").read_to_string(&mut found).expect("reads");
            assert_eq!(found, text);
        }
    }
}
