//! The list of log formats: one line here and one file beside this one for each.
//!
//! A format reads one line into an event. It either understands the line's header and fills the
//! event, or *misses* and leaves the event as it was, saying at which column and what it looked
//! for. Header parsers are written by hand: a regular expression with captures costs twenty times
//! as much on a syslog header.
//!
//! The order of the list is the order in which formats are tried on a line of a source whose
//! format is not known yet; no line that one of them takes is meant for a later one.
//!
//! What it does *not* know: which format a source has ([`crate::parser`] remembers it), helpers.

mod access;
mod error;
mod iso;
mod journald;
mod json;
mod logfmt;
mod rfc3164;
mod rfc5424;
mod stamped;

use crate::calendar::Calendar;
use common::event::Event;
use std::fmt;
use std::str::FromStr;

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

/// What a format found in a line, beside the event's fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Where the message begins, when it is the rest of the line.
    pub(crate) body: Option<usize>,
    /// Where the stamp is.
    pub(crate) stamp: (usize, usize),
    /// The part of the message that helpers look at, when not all of it.
    pub(crate) inner: Option<(usize, usize)>,
}

/// Reads a line. The line is UTF-8; the event has its source's columns set and time of reading.
pub(crate) type Reader = for<'a> fn(&'a str, &mut Calendar, &mut Event<'a>) -> Result<Found, Miss>;

macro_rules! formats {
    ($($(#[$doc:meta])* $variant:ident $name:literal $reader:path;)*) => {
        /// A log format.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Format { $($(#[$doc])* $variant),* }

        impl Format {
            /// Every format, in the order in which they are tried.
            pub const ALL: &'static [Format] = &[$(Format::$variant),*];

            /// The name, as `-F` takes it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Format::$variant => $name),* }
            }

            pub(crate) fn reader(self) -> Reader {
                match self { $(Format::$variant => $reader),* }
            }
        }
    };
}

formats! {
    /// The BSD syslog format, with or without priority, host and tag.
    Rfc3164 "rfc3164" rfc3164::read;
    /// Syslog lines with an ISO 8601 stamp.
    Iso "iso" iso::read;
    /// The syslog protocol with structured data.
    Rfc5424 "rfc5424" rfc5424::read;
    /// `journalctl -o json`.
    Journald "journald" journald::read;
    /// One JSON object a line.
    Json "json" json::read;
    /// Apache's and nginx's access logs: common, combined, with virtual host.
    Access "access" access::read;
    /// As `access`, known to be Apache's.
    Apache "apache" access::read_apache;
    /// As `access`, known to be nginx's.
    Nginx "nginx" access::read_nginx;
    /// Apache's error log.
    ApacheError "apache-error" error::read_apache;
    /// nginx's error log.
    NginxError "nginx-error" error::read_nginx;
    /// `key=value` pairs.
    Logfmt "logfmt" logfmt::read;
    /// A stamp, a level, a text: the log files of programs that have no other format.
    Stamped "stamped" stamped::read;
}

impl Format {
    /// Whether the format is found by itself; the others only add what the user knows.
    pub(crate) fn is_sniffed(self) -> bool {
        !matches!(self, Format::Apache | Format::Nginx)
    }

    /// Whether later lines of the source are expected in it. What takes nearly every line is not.
    pub(crate) fn is_remembered(self) -> bool {
        self != Format::Stamped
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that no format has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown format {name:?}: expected one of {}", names())]
pub struct UnknownFormat {
    /// The name.
    pub name: String,
}

fn names() -> String {
    let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
    names.join(", ")
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Format, UnknownFormat> {
        let found = Format::ALL.iter().copied().find(|format| format.name() == name);
        found.ok_or_else(|| UnknownFormat { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for &format in Format::ALL {
            assert_eq!(format.name().parse(), Ok(format));
        }
        let error = "syslogd".parse::<Format>().expect_err("no format");
        assert!(error.to_string().contains("rfc3164, iso, rfc5424"), "{error}");
    }
}
