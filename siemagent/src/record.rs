//! Bytes of the ring → records: the reading side of `bpf/record.h`.
//!
//! ```text
//!  head │ body of its kind │ texts: { u16 size, u8 kind, u8 flags, bytes[size] } …
//! ```
//!
//! Numbers are in the byte order of the machine that wrote them; recorded bytes are replayed on
//! one of the same order. A record that is cut or of an unknown kind is refused, never guessed.
//!
//! What it does *not* know: what a record means.

mod write;

pub(crate) use write::Writer;

use crate::kind::Kind;
use std::net::{IpAddr, Ipv6Addr};

/// Why bytes are no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RecordError {
    /// It ends before its parts do.
    #[error("a record of {0} bytes is too short")]
    Short(usize),
    /// Its kind is not one of ours.
    #[error("unknown record kind {0}, event {1}")]
    Unknown(u8, u8),
}

/// Who did it, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of struct head, by their names")]
pub(crate) struct Head {
    pub(crate) flags: u16,
    /// Nanoseconds since boot.
    pub(crate) time: u64,
    pub(crate) pid: u32,
    pub(crate) tid: u32,
    pub(crate) ppid: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) euid: u32,
    pub(crate) egid: u32,
    pub(crate) auid: u32,
    pub(crate) ses: u32,
    pub(crate) mnt_ns: u32,
    /// When the process began, nanoseconds since boot.
    pub(crate) start: u64,
    /// When its parent began.
    pub(crate) pstart: u64,
    pub(crate) cgroup: u64,
    pub(crate) comm: [u8; 16],
}

/// Both ends of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub(crate) struct Ends {
    pub(crate) local: IpAddr,
    pub(crate) peer: IpAddr,
    pub(crate) local_port: u16,
    pub(crate) peer_port: u16,
}

/// What happened, beside who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of the bodies in record.h, by their names")]
pub(crate) enum Body {
    Exec { ino: u64, dev: u32, mode: u32, owner: u32, nlink: u32, args: u32, rule: u32 },
    Exit { code: i32 },
    Fork { start: u64, pid: u32 },
    Sock { ends: Ends, protocol: u16, error: i32, rule: u32 },
    Open { ino: u64, dev: u32, mode: u32, flags: u32 },
    Call(Call),
    Dns { ends: Ends },
}

/// A system call that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of struct call_body, by their names")]
pub(crate) struct Call {
    pub(crate) nr: i64,
    pub(crate) ret: i64,
    pub(crate) args: [u64; 6],
    pub(crate) old_cap: u64,
    pub(crate) new_cap: u64,
    pub(crate) old_uid: u32,
    pub(crate) old_gid: u32,
    pub(crate) old_euid: u32,
    pub(crate) old_egid: u32,
}

/// What a text of a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextKind {
    /// A path of the kernel's own, last component first.
    Walk,
    /// As `Walk`: the working directory, or what the next text is relative to.
    Cwd,
    /// A text in the program's memory.
    User,
    /// Arguments, each ended by NUL.
    Args,
    /// The name as invoked.
    Name,
    /// A datagram's payload.
    Bytes,
}

/// One text of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Text<'a> {
    /// What it is.
    pub(crate) kind: TextKind,
    /// Whether the kernel side cut it.
    pub(crate) cut: bool,
    /// Its bytes.
    pub(crate) bytes: &'a [u8],
}

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record<'a> {
    /// What it is counted as.
    pub(crate) kind: Kind,
    /// Who did it.
    pub(crate) head: Head,
    /// What happened.
    pub(crate) body: Body,
    rest: &'a [u8],
}

/// Flags of [`Head::flags`].
pub(crate) mod flag {
    /// The open made the file.
    pub(crate) const CREATED: u16 = 1;
    /// The process began the conversation.
    pub(crate) const INITIATED: u16 = 4;
    /// The policy was enforced.
    pub(crate) const DENIED: u16 = 8;
}

impl<'a> Record<'a> {
    /// Reads one record.
    ///
    /// # Errors
    /// The bytes are cut, or of a kind that this version does not know.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Record<'a>, RecordError> {
        let short = RecordError::Short(bytes.len());
        let mut cursor = Cursor { bytes };
        cursor.take(4).ok_or(short)?;
        let [shape, event] = cursor.array().ok_or(short)?;
        let head = cursor.head().ok_or(short)?;
        let kind = Kind::from_number(event).ok_or(RecordError::Unknown(shape, event))?;
        let body = match shape {
            1 => cursor.exec(),
            2 => cursor.i32().and_then(|code| cursor.skip(4).map(|()| Body::Exit { code })),
            3 => cursor.fork(),
            4 => cursor.sock(),
            5 => cursor.open(),
            6 => cursor.call(),
            7 => cursor.dns(),
            _ => return Err(RecordError::Unknown(shape, event)),
        };
        Ok(Record { kind, head, body: body.ok_or(short)?, rest: cursor.bytes })
    }

    /// Its texts, in the order in which they were written.
    pub(crate) fn texts(&self) -> impl Iterator<Item = Text<'a>> {
        let mut cursor = Cursor { bytes: self.rest };
        std::iter::from_fn(move || {
            loop {
                let size = usize::from(cursor.u16()?);
                let [kind, flags] = cursor.array()?;
                let bytes = cursor.take(size)?;
                if let Some(kind) = text_kind(kind) {
                    return Some(Text { kind, cut: flags & 1 != 0, bytes });
                }
            }
        })
    }

    /// The first text of a kind.
    #[must_use]
    pub(crate) fn text(&self, kind: TextKind) -> Option<Text<'a>> {
        self.texts().find(|text| text.kind == kind)
    }
}

fn text_kind(number: u8) -> Option<TextKind> {
    Some(match number {
        1 => TextKind::Walk,
        2 => TextKind::Cwd,
        3 => TextKind::User,
        4 => TextKind::Args,
        5 => TextKind::Name,
        6 => TextKind::Bytes,
        _ => return None,
    })
}

impl Text<'_> {
    /// A path's bytes, from the root: the components turned round. A file that is its own root,
    /// one in memory, has a name without a slash; a file of such a name in a directory has its path.
    #[must_use]
    pub(crate) fn path(&self) -> Vec<u8> {
        if self.bytes.is_empty() {
            return b"/".to_vec();
        }
        let inner = self.bytes.strip_suffix(&[0]).unwrap_or(self.bytes);
        if inner.starts_with(b"memfd:") && !inner.contains(&0) {
            return inner.to_vec();
        }
        let mut path = Vec::with_capacity(self.bytes.len() + 4);
        if self.cut {
            path.extend_from_slice("…".as_bytes());
        }
        for component in inner.split(|&byte| byte == 0).rev() {
            path.push(b'/');
            path.extend_from_slice(component);
        }
        path
    }

    /// A text that the kernel ended with NUL, without it.
    #[must_use]
    pub(crate) fn trimmed(&self) -> &[u8] {
        self.bytes.strip_suffix(&[0]).unwrap_or(self.bytes)
    }
}

/// A place in a record's bytes.
struct Cursor<'a> {
    bytes: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn take(&mut self, size: usize) -> Option<&'a [u8]> {
        let (part, rest) = self.bytes.split_at_checked(size)?;
        self.bytes = rest;
        Some(part)
    }

    fn skip(&mut self, size: usize) -> Option<()> {
        self.take(size).map(drop)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_ne_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_ne_bytes)
    }

    fn i32(&mut self) -> Option<i32> {
        self.array().map(i32::from_ne_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_ne_bytes)
    }

    fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_ne_bytes)
    }

    fn address(&mut self) -> Option<IpAddr> {
        self.array().map(|bytes: [u8; 16]| IpAddr::V6(Ipv6Addr::from(bytes)).to_canonical())
    }

    fn head(&mut self) -> Option<Head> {
        Some(Head {
            flags: self.u16()?,
            time: self.u64()?,
            pid: self.u32()?,
            tid: self.u32()?,
            ppid: self.u32()?,
            uid: self.u32()?,
            gid: self.u32()?,
            euid: self.u32()?,
            egid: self.u32()?,
            auid: self.u32()?,
            ses: self.u32()?,
            mnt_ns: self.u32()?,
            start: self.u64()?,
            pstart: self.u64()?,
            cgroup: self.u64()?,
            comm: self.array()?,
        })
    }

    fn exec(&mut self) -> Option<Body> {
        Some(Body::Exec {
            ino: self.u64()?,
            dev: self.u32()?,
            mode: self.u32()?,
            owner: self.u32()?,
            nlink: self.u32()?,
            args: self.u32()?,
            rule: self.u32()?,
        })
    }

    fn fork(&mut self) -> Option<Body> {
        let body = Body::Fork { start: self.u64()?, pid: self.u32()? };
        self.skip(4).map(|()| body)
    }

    fn ends(&mut self) -> Option<Ends> {
        let (local, peer) = (self.address()?, self.address()?);
        Some(Ends { local, peer, local_port: self.u16()?, peer_port: self.u16()? })
    }

    fn sock(&mut self) -> Option<Body> {
        let ends = self.ends()?;
        self.skip(2)?;
        let (protocol, error) = (self.u16()?, self.i32()?);
        Some(Body::Sock { ends, protocol, error, rule: self.u32()? })
    }

    fn open(&mut self) -> Option<Body> {
        let (ino, dev) = (self.u64()?, self.u32()?);
        let body = Body::Open { ino, dev, mode: self.u32()?, flags: self.u32()? };
        self.skip(4).map(|()| body)
    }

    fn call(&mut self) -> Option<Body> {
        let (nr, ret) = (self.i64()?, self.i64()?);
        let mut args = [0; 6];
        for arg in &mut args {
            *arg = self.u64()?;
        }
        Some(Body::Call(Call {
            nr,
            ret,
            args,
            old_cap: self.u64()?,
            new_cap: self.u64()?,
            old_uid: self.u32()?,
            old_gid: self.u32()?,
            old_euid: self.u32()?,
            old_egid: self.u32()?,
        }))
    }

    fn dns(&mut self) -> Option<Body> {
        let ends = self.ends()?;
        self.skip(4).map(|()| Body::Dns { ends })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_turned_round_whatever_its_parts_are_called() {
        let path = |bytes: &'static [u8]| {
            let text = Text { kind: TextKind::Walk, cut: false, bytes };
            String::from_utf8(text.path()).expect("text")
        };
        assert_eq!(path(b"ls\0bin\0usr\0"), "/usr/bin/ls");
        assert_eq!(path(b""), "/");
        assert_eq!(path(b"memfd:x\0"), "memfd:x");
        assert_eq!(path(b"memfd:x\0tmp\0"), "/tmp/memfd:x");
    }
}
