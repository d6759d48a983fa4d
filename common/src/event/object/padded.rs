//! A text with room behind it, so that chunks of bytes can be looked at wherever something may begin.
//!
//! What it does *not* know: what the text holds.

/// How many NULs stand behind a text: more than are looked at in one go.
pub(super) const PAD: usize = 64;

/// A text that has less than 4 GiB, and the same with [`PAD`] NULs behind it.
#[derive(Clone, Copy)]
pub(super) struct Padded<'r> {
    pub(super) text: &'r str,
    pub(super) bytes: &'r [u8],
}

/// The longest text whose room is kept for the next one, in bytes.
const ROOM: usize = 64 << 10;

impl<'r> Padded<'r> {
    /// `None` where the text is too long.
    pub(super) fn new(text: &'r str, room: &'r mut Vec<u8>) -> Option<Padded<'r>> {
        u32::try_from(text.len()).ok()?;
        room.clear();
        if room.capacity() > ROOM + PAD {
            *room = Vec::new();
        }
        room.reserve_exact(text.len().max(ROOM) + PAD);
        room.extend_from_slice(text.as_bytes());
        room.extend_from_slice(&[0; PAD]);
        Some(Padded { text, bytes: room })
    }
}
