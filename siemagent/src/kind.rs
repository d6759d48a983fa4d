//! The kinds of events, each by its name, its Sigma category and its Sysmon number.
//!
//! The order is that of `enum event` in `bpf/record.h`. What it does *not* know: records, fields.

use std::fmt;

macro_rules! kinds {
    ($($variant:ident $name:literal $category:literal $code:literal $default:literal $what:literal;)*) => {
        /// What kind of thing happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "each variant is described in the table")]
        pub(crate) enum Kind { $($variant),* }

        impl Kind {
            /// Every kind, in the order of the counters.
            pub(crate) const ALL: &'static [Kind] = &[$(Kind::$variant),*];

            /// The name, as `--events` takes it.
            #[must_use]
            pub(crate) fn name(self) -> &'static str {
                match self { $(Kind::$variant => $name),* }
            }

            /// The `category` of its lines: Sigma's logsource category where there is one.
            #[must_use]
            pub(crate) fn category(self) -> &'static str {
                match self { $(Kind::$variant => $category),* }
            }

            /// The number that Sysmon gives such an event, or 0.
            #[must_use]
            pub(crate) fn code(self) -> u8 {
                match self { $(Kind::$variant => $code),* }
            }

            /// Whether it is reported without being asked for.
            #[must_use]
            pub(crate) fn is_default(self) -> bool {
                match self { $(Kind::$variant => $default),* }
            }

            /// What it is, in a few words.
            #[must_use]
            pub(crate) fn what(self) -> &'static str {
                match self { $(Kind::$variant => $what),* }
            }
        }
    };
}

kinds! {
    Exec      "exec"      "process_creation"    1  true  "a program was started";
    Exit      "exit"      "process_termination" 5  true  "a process ended";
    Fork      "fork"      "process_fork"        0  false "a process was forked";
    Connect   "connect"   "network_connection"  3  true  "a TCP connection was made, or failed";
    Accept    "accept"    "network_connection"  3  true  "a TCP connection was accepted";
    Listen    "listen"    "network_listen"      0  true  "a TCP socket listens";
    Udp       "udp"       "network_connection"  3  true  "the first datagram of a socket to a peer";
    Dns       "dns"       "dns_query"           22 true  "an answer to a DNS query";
    File      "file"      "file_event"          11 true  "a file was created, opened for writing, renamed, removed, linked or given other rights";
    Read      "read"      "file_access"         0  false "a file of --watch-read was opened";
    Privilege "privilege" "privilege_change"    0  true  "a process took other ids or capabilities";
    Module    "module"    "driver_load"         6  true  "a kernel module was loaded or removed";
    Ptrace    "ptrace"    "process_access"      10 true  "a process was attached to or written into";
    Bpf       "bpf"       "bpf_load"            0  true  "a BPF program was loaded or attached";
    Memfd     "memfd"     "memfd_create"        0  true  "a file in memory was made";
    Mount     "mount"     "mount"               0  true  "a file system was mounted or unmounted";
    Kill      "kill"      "process_signal"      0  true  "another process was sent a signal that ends or stops it";
    Fim       "fim"       "file_event"          11 false "a file of --fim is not what it was: contents, owner or rights";
    Deny      "deny"      "enforcement"         0  false "a rule of --policy denied something, or would have";
}

impl Kind {
    /// The kind of a counter's number.
    #[must_use]
    pub(crate) fn from_number(number: u8) -> Option<Kind> {
        Kind::ALL.get(usize::from(number)).copied()
    }

    /// Its bit in a [`Kinds`].
    fn bit(self) -> u32 {
        1 << self as u32
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kinds(u32);

impl Kinds {
    /// What is reported without `--events`.
    #[must_use]
    pub(crate) fn usual() -> Kinds {
        Kind::ALL.iter().copied().filter(|kind| kind.is_default()).collect()
    }

    /// Whether a kind is in it.
    #[must_use]
    pub(crate) fn has(self, kind: Kind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// The set with one more kind.
    #[must_use]
    pub(crate) fn with(self, kind: Kind) -> Kinds {
        Kinds(self.0 | kind.bit())
    }

    /// One bit a kind, as the probes read it.
    #[must_use]
    pub(crate) fn bits(self) -> u32 {
        self.0
    }

    /// Its kinds in order.
    pub(crate) fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.iter().copied().filter(move |kind| self.has(*kind))
    }

    /// Reads a list such as `exec,file`; `all`, `default`, groups and `-fork` are understood.
    ///
    /// # Errors
    /// The word that is no kind.
    pub(crate) fn parse(list: &str) -> Result<Kinds, String> {
        let mut kinds = if list.starts_with('-') { Kinds::usual() } else { Kinds::default() };
        for word in list.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let (name, remove) = word.strip_prefix('-').map_or((word, false), |name| (name, true));
            let named = Kinds::group(name).ok_or_else(|| name.to_owned())?;
            kinds.0 = if remove { kinds.0 & !named.0 } else { kinds.0 | named.0 };
        }
        Ok(kinds)
    }

    fn group(name: &str) -> Option<Kinds> {
        let all = || Kind::ALL.iter().copied();
        match name {
            "all" => Some(all().collect()),
            "default" => Some(Kinds::usual()),
            "process" => Some([Kind::Exec, Kind::Exit].into_iter().collect()),
            "net" => {
                let net = [Kind::Connect, Kind::Accept, Kind::Listen, Kind::Udp];
                Some(net.into_iter().collect())
            }
            _ => all().find(|kind| kind.name() == name).map(|kind| Kinds(kind.bit())),
        }
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<T: IntoIterator<Item = Kind>>(kinds: T) -> Kinds {
        kinds.into_iter().fold(Kinds::default(), Kinds::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_name_kinds_groups_and_what_is_left_out() {
        let names = |list: &str| -> Vec<&str> {
            Kinds::parse(list).expect("kinds").iter().map(Kind::name).collect()
        };
        assert_eq!(names("exec, file"), ["exec", "file"]);
        assert_eq!(names("net,-udp"), ["connect", "accept", "listen"]);
        assert_eq!(names("all").len(), Kind::ALL.len());
        assert!(!names("-file").contains(&"file") && names("-file").contains(&"exec"));
        assert_eq!(Kinds::parse("exec,fiel"), Err("fiel".to_owned()));
    }

    #[test]
    fn numbers_are_places_in_the_list() {
        for (place, &kind) in Kind::ALL.iter().enumerate() {
            assert_eq!(Kind::from_number(u8::try_from(place).expect("few")), Some(kind));
        }
        assert_eq!(Kind::from_number(19), None);
    }
}
