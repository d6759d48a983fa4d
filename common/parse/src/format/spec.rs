//! What is known of a format before a text is read, what its reader gives, and where it stopped.
//!
//! What it does *not* know: which formats there are.

use crate::joint::Joint;
use crate::memory::Memory;
use common::event::{Event, Object};

/// Where a format stopped in a line, and what it looked for there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// The column in bytes, from 0.
    pub column: usize,
    /// What it looked for.
    pub expected: &'static str,
}

impl Miss {
    pub(crate) fn at<T>(column: usize, expected: &'static str) -> Result<T, Miss> {
        Err(Miss { column, expected })
    }
}

/// What may be in the message that a format found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Next {
    /// Text for helpers.
    #[default]
    Text,
    /// A payload, or else text for helpers.
    Payload,
    /// A line of any format, or else text for helpers.
    Line,
    /// Text that the format has read, for helpers that name the dataset or nothing at all.
    Read,
    /// Nothing that anybody shall look at.
    Nothing,
}

/// What a format found in a line, beside the event's fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Where the stamp is.
    pub(crate) stamp: (usize, usize),
    /// The part of the message that helpers look at, when not all of it.
    pub(crate) inner: Option<(usize, usize)>,
    /// What may be in the message.
    pub(crate) next: Next,
}

impl Found {
    /// All fields were read; nothing is left for helpers.
    pub(crate) const ALL: Found = Found { stamp: (0, 0), inner: None, next: Next::Nothing };
}

impl Found {
    /// The same in a text that has `width` bytes more in front.
    pub(crate) fn moved(self, width: usize) -> Found {
        let moved = |(start, end): (usize, usize)| (start + width, end + width);
        let stamp = if self.stamp == (0, 0) { self.stamp } else { moved(self.stamp) };
        Found { stamp, inner: self.inner.map(moved), ..self }
    }
}

/// Reads a text. It is UTF-8; the event has its source's columns set and time of reading.
pub(crate) type Reader = for<'a> fn(&'a str, &mut Memory, &mut Event<'a>) -> Result<Found, Miss>;
/// Reads the fields of a JSON object.
pub(crate) type ObjectReader =
    for<'a> fn(&Object<'a>, &mut Memory, &mut Event<'a>) -> Result<Found, Miss>;

#[derive(Clone, Copy)]
pub(crate) enum Reads {
    Text(Reader),
    Object(ObjectReader),
}

/// The bytes that texts begin with which are no objects.
pub(super) const NO_OBJECT: &[u8] = &{
    let mut bytes = [0; 255];
    let mut at = 0;
    while at < 255 {
        bytes[at] = if at < b'{' as usize { at as u8 } else { at as u8 + 1 };
        at += 1;
    }
    bytes
};

/// How a format is read.
#[derive(Clone, Copy)]
pub(crate) struct Spec {
    pub(crate) reads: Reads,
    /// The bytes that its texts begin with; none: any.
    pub(super) first: &'static [u8],
    /// Whether it may stand after a header.
    pub(super) is_payload: bool,
    /// Whether it is a header before something else.
    pub(super) is_header: bool,
    /// Whether it is found by itself.
    pub(super) is_sniffed: bool,
    /// Whether it takes much that other formats understand better, and is tried after them.
    pub(super) is_generic: bool,
    /// Names that its objects have: one of each list at least. Without them nothing is read.
    pub(super) needs: &'static [&'static [&'static str]],
    /// How its lines belong together.
    pub(crate) joint: Option<Joint>,
}

impl Spec {
    /// A format of whole lines.
    pub(crate) const fn line(reader: Reader) -> Spec {
        Spec {
            reads: Reads::Text(reader),
            first: b"",
            is_payload: false,
            is_header: false,
            is_sniffed: true,
            is_generic: false,
            needs: &[],
            joint: None,
        }
    }

    /// A format of whole lines and of what stands after a header.
    pub(crate) const fn payload(reader: Reader) -> Spec {
        Spec { is_payload: true, ..Spec::line(reader) }
    }

    /// A format of JSON objects that have one of each list of names at least.
    pub(crate) const fn object(
        reader: ObjectReader,
        needs: &'static [&'static [&'static str]],
    ) -> Spec {
        Spec {
            reads: Reads::Object(reader),
            first: b"{ \t",
            is_payload: true,
            is_header: false,
            is_sniffed: true,
            is_generic: false,
            needs,
            joint: None,
        }
    }

    /// Is a header before something else.
    pub(crate) const fn header(self) -> Spec {
        Spec { is_header: true, ..self }
    }

    /// The bytes that its texts begin with.
    pub(crate) const fn first(self, first: &'static [u8]) -> Spec {
        Spec { first, ..self }
    }

    /// Takes much that other formats understand better.
    pub(crate) const fn generic(self) -> Spec {
        Spec { is_generic: true, ..self }
    }

    /// Is read only where the user names it.
    pub(crate) const fn named(self) -> Spec {
        Spec { is_sniffed: false, ..self }
    }

    /// Has records of several lines.
    pub(crate) const fn joined(self, joint: Joint) -> Spec {
        Spec { joint: Some(joint), ..self }
    }
}
