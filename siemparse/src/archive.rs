//! Compressed input, known by its first bytes.
//!
//! In: a reader of compressed bytes. Out: a reader of what they hold, all members of a
//! concatenation. Nothing is unpacked that is not asked for, so memory is the decoder's window.
//!
//! What it does *not* know: names. A wrong suffix changes nothing.

use std::io::{self, Cursor, Read};

/// How input is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Gzip,
    Zstd,
    Xz,
    Bzip2,
}

/// How many bytes tell the packing.
const MAGIC: usize = 6;

impl Packing {
    /// The packing that begins with these bytes.
    pub(crate) fn of(first: &[u8]) -> Option<Packing> {
        match first {
            [0x1f, 0x8b, 8, ..] => Some(Packing::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Packing::Zstd),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Packing::Xz),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31 | 0x17, ..] => Some(Packing::Bzip2),
            _ => None,
        }
    }

    /// Reads what is packed.
    pub(crate) fn unpack<'r>(
        self,
        packed: impl Read + Send + 'r,
    ) -> io::Result<Box<dyn Read + Send + 'r>> {
        Ok(match self {
            Packing::Gzip => Box::new(flate2::read::MultiGzDecoder::new(packed)),
            Packing::Zstd => Box::new(zstd::stream::read::Decoder::new(packed)?),
            Packing::Xz => Box::new(liblzma::read::XzDecoder::new_multi_decoder(packed)),
            Packing::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(packed)),
        })
    }
}

/// Reads a stream that may be packed.
pub(crate) fn unpacked<'r>(
    mut stream: impl Read + Send + 'r,
) -> io::Result<Box<dyn Read + Send + 'r>> {
    let mut first = Vec::with_capacity(MAGIC);
    stream.by_ref().take(MAGIC as u64).read_to_end(&mut first)?;
    let packing = Packing::of(&first);
    let whole = Cursor::new(first).chain(stream);
    match packing {
        Some(packing) => packing.unpack(whole),
        None => Ok(Box::new(whole)),
    }
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
