//! What the sentences of Cisco's devices have in common: endpoints and users.
//!
//! ```text
//! endpoint = [interface (":" | "/")] address ["/" port | "(" port ")" | ":" port] ["(" realm "\" user ")"]
//! source   = endpoint after "from" | "src" | "for" | "SRC" | "faddr" | "Source:" …
//! target   = endpoint after "to" | "dst" | "DEST" | "laddr" | "->" …
//! user     = 'anna' | "anna" | <anna> | anna    after "User" | "user" | "Username" | "Uname" …
//! ```
//!
//! The first endpoint of each kind counts. Users are the client's text: where a list of pairs
//! names one, the pair after it is looked for from the end.
//!
//! What it does *not* know: which message it is.

use crate::columns::{add, cut, lower};
use crate::mark::{Words, marks, once, parts};
use common::event::{Event, address};
use memchr::memmem::Finder;
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::LazyLock;

/// What all keys of addresses have in them, and what all names of users stand behind. Most messages
/// are about packets and have none.
static KEYS: Words = Words::new(&["Remote:", "Local:", "IP ", "Addr "]);
static USERS: Words = Words::new(&["ser", "Uname"]);
/// What all words about logins have in them.
static LOGINS: Words = Words::new(&["uthentication", "ogin", "logged in"]);

static SYLLABLES: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(SYLLABLE));

/// Whether a text may be about a login.
pub(super) fn may_login(text: &str) -> bool {
    LOGINS.are_in(text)
}

/// One side of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Endpoint<'a> {
    pub(super) interface: &'a str,
    pub(super) ip: Option<IpAddr>,
    /// A name, where the device knows the address by one.
    pub(super) name: &'a str,
    pub(super) port: Option<u16>,
    pub(super) user: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Source,
    Target,
}

/// Reads who talks to whom, and in which protocol.
pub(super) fn endpoints<'a>(body: &'a str, event: &mut Event<'a>) {
    let is_outbound = body.starts_with("Built outbound ICMP");
    let mut side = None;
    let mut from = 0;
    for to in marks(body, [b' ']).chain([body.len()]) {
        let (start, word) = (from, &body[from..to]);
        from = to + 1;
        if word.is_empty() {
            continue; // of several blanks
        }
        let found = match side {
            Some(side) if is_free(side, event) => {
                endpoint(&body[start..]).map(|found| (side, found))
            }
            // An access list names no side before the first of two.
            None if goes_to(body, to) => {
                endpoint(&body[start..]).map(|found| (Side::Source, found))
            }
            _ => None,
        };
        side = match word {
            "from" | "src" | "for" | "SRC" | "source" | "between" | "client" | "peer"
            | "Source:" | "[Source:" => Some(Side::Source),
            "to" | "dst" | "DEST" | "dest" | "destination" | "->" | "and" => Some(Side::Target),
            "faddr" if is_outbound => Some(Side::Target),
            "laddr" if is_outbound => Some(Side::Source),
            "faddr" => Some(Side::Source),
            "laddr" if body.starts_with("Denied") || body.starts_with("Deny") => Some(Side::Source),
            "laddr" => Some(Side::Target),
            _ => None,
        };
        if let Some((side, found)) = found {
            put(side, found, event);
        }
        if word == "payload:" {
            break; // the packet that an error message quotes
        }
    }
    first_address(body, event);
    transport(body, event);
}

/// Whether an arrow follows the word that ends at a place, or something in brackets before one.
fn goes_to(body: &str, end: usize) -> bool {
    // Nearly always a letter follows.
    if !matches!(body.as_bytes().get(end + 1), Some(b' ' | b'-' | b'(')) {
        return false;
    }
    let after = body[end..].trim_start_matches(' ');
    after.starts_with("-> ") || after.starts_with('(') && after.contains(" -> ")
}

/// `192.0.2.7 Accessed URL 198.51.100.80:http://…`, `Local:192.0.2.7:500 Remote:198.51.100.80:500`.
fn first_address<'a>(body: &'a str, event: &mut Event<'a>) {
    let mut words = parts(body, [b' ']);
    if let (Some(first), Some("Accessed")) = (words.next(), words.next()) {
        let (user, ip) = once(first, "@").unwrap_or(("", first));
        event.source_ip = event.source_ip.or(endpoint(ip).and_then(|found| found.ip));
        if !user.is_empty() {
            event.user_name = Some(user.into());
        }
        if let Some((_, target)) = cut(body, b"URL ") {
            let target = once(target, "@").map_or(target, |(user, rest)| {
                if user.contains([':', '/']) { target } else { rest }
            });
            let (ip, url) = once(target, ":").unwrap_or((target, ""));
            event.destination_ip = event.destination_ip.or(address(ip));
            add("url.original", url, event);
        }
    }
    if !KEYS.are_in(body) {
        return;
    }
    for (key, side) in [
        ("Remote:", Side::Source),
        ("Local:", Side::Target),
        ("IP = ", Side::Source),
        ("IP <", Side::Source),
        (" IP ", Side::Source),
        ("Addr ", Side::Source),
        ("IP address: ", Side::Source),
        ("user IP = ", Side::Source),
    ] {
        if !is_free(side, event) {
            continue;
        }
        let found = memchr::memmem::rfind(body.as_bytes(), key.as_bytes());
        let word = found.map(|at| &body[at + key.len()..]);
        let word = word.map(|word| parts(word, [b' ', b',', b'>', b']']).next().unwrap_or(word));
        if let Some(found) = word.and_then(endpoint) {
            put(side, found, event);
        }
    }
}

/// Whether a side is not known yet.
fn is_free(side: Side, event: &Event<'_>) -> bool {
    match side {
        Side::Source => event.source_ip.is_none() && event.source_port.is_none(),
        Side::Target => event.destination_ip.is_none() && event.destination_port.is_none(),
    }
}

fn put<'a>(side: Side, found: Endpoint<'a>, event: &mut Event<'a>) {
    match side {
        Side::Source => {
            (event.source_ip, event.source_port) = (found.ip, found.port);
            add("source.domain", found.name, event);
            add("observer.ingress.interface.name", found.interface, event);
            if !found.user.is_empty() {
                event.user_name = Some(found.user.into());
            }
        }
        Side::Target => {
            (event.destination_ip, event.destination_port) = (found.ip, found.port);
            add("destination.domain", found.name, event);
            add("observer.egress.interface.name", found.interface, event);
        }
    }
}

/// The protocol, where the message names one.
fn transport<'a>(body: &'a str, event: &mut Event<'a>) {
    if event.source_ip.is_none() && event.destination_ip.is_none() {
        return;
    }
    let mut words = parts(body, [b' ', b',', b':']).take(16);
    let known = words.find_map(|word| match word {
        "TCP" | "tcp" | "UDP" | "udp" | "ICMP" | "icmp" | "icmp6" | "SCTP" | "sctp" | "GRE"
        | "gre" | "ESP" | "esp" | "igmp" | "IGMP" | "VRRP" | "ah" | "AH" | "ospf" | "eigrp"
        | "pim" => Some(lower(Cow::Borrowed(word))),
        _ => None,
    });
    // What stands where a port would is the message's identifier.
    if known.as_deref().is_some_and(|name| name.starts_with("icmp")) {
        (event.source_port, event.destination_port) = (None, None);
    }
    event.network_transport = known;
}

/// Reads the endpoint that a text begins with.
fn endpoint(text: &str) -> Option<Endpoint<'_>> {
    let text = text.trim_start_matches(['(', '[']);
    let word = parts(text, [b' ']).next().unwrap_or(text);
    let open = marks(word, [b'(']).next();
    let place = word[..open.unwrap_or(word.len())].trim_end_matches([',', ';', '.', ']', ')']);
    let inner = open.and_then(|open| parts(&text[open + 1..], [b')']).next()).unwrap_or_default();
    let mut found = plain(place).or_else(|| spelled(place, inner))?;
    match (inner.parse(), once(inner, "\\")) {
        (Ok(port), _) => found.port = found.port.or(Some(port)),
        (_, Some((_, user))) => found.user = user,
        _ => {}
    }
    Some(found)
}

/// The usual spellings: `outside:192.0.2.7/22` with all of it or less, the address of version 4.
fn plain(place: &str) -> Option<Endpoint<'_>> {
    let is_named = place.as_bytes().first()?.is_ascii_alphabetic();
    let (interface, rest) = if is_named { once(place, ":")? } else { ("", place) };
    let (ip, port) = once(rest, "/").unwrap_or((rest, ""));
    let is_plain = |byte: u8| matches!(byte, b'.' | b'0'..=b'9');
    if !ip.bytes().all(is_plain) || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let ip = Some(address(ip)?);
    Some(Endpoint { interface, ip, port: port.parse().ok(), ..Endpoint::default() })
}

/// Any spelling.
fn spelled<'a>(place: &'a str, inner: &str) -> Option<Endpoint<'a>> {
    with_port(place)
        .or_else(|| behind_interface(place, ":"))
        .or_else(|| behind_interface(place, "/"))
        .or_else(|| named(place, inner))
}

/// `outside:192.0.2.7/22`, `outside/192.0.2.7`.
fn behind_interface<'a>(place: &'a str, divider: &str) -> Option<Endpoint<'a>> {
    let (interface, rest) = once(place, divider)?;
    Some(Endpoint { interface, ..with_port(rest)? })
}

/// `192.0.2.7`, `192.0.2.7/22`, `192.0.2.7/https`, `192.0.2.7:500`.
fn with_port(text: &str) -> Option<Endpoint<'_>> {
    if let Some(ip) = address(text) {
        return Some(Endpoint { ip: Some(ip), ..Endpoint::default() });
    }
    let (ip, port) = text.rsplit_once(['/', ':'])?;
    let ip = address(ip)?;
    let port = match port {
        "ssh" => Some(22),
        "telnet" => Some(23),
        "http" => Some(80),
        "https" => Some(443),
        other => other.parse().ok(),
    };
    Some(Endpoint { ip: Some(ip), port, ..Endpoint::default() })
}

/// A host by its name, which is one only behind an interface and before a port.
fn named<'a>(place: &'a str, inner: &str) -> Option<Endpoint<'a>> {
    let (interface, host) = place.split_once([':', '/'])?;
    let (name, port) = match host.rsplit_once('/') {
        Some((name, port)) => (name, port.parse().ok()?),
        None => (host, inner.parse().ok()?),
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let is_host = name.bytes().all(is_name) && name.bytes().any(|byte| byte.is_ascii_alphabetic());
    is_host.then_some(Endpoint { interface, name, port: Some(port), ..Endpoint::default() })
}

/// Reads who is named.
pub(super) fn users<'a>(body: &'a str, event: &mut Event<'a>) {
    if event.user_name.is_some() || !USERS.are_in(body) {
        return;
    }
    let marks = Marks::new(body);
    let user = pair(&marks).or_else(|| quoted(&marks)).or_else(|| single(&marks));
    event.user_name = user.filter(|user| !user.is_empty()).map(Cow::Borrowed);
}

/// A body, and where the syllable stands that nearly all names of users have in front of them.
struct Marks<'a> {
    body: &'a str,
    places: [usize; 8],
    count: usize,
}

const SYLLABLE: &str = "ser";

impl<'a> Marks<'a> {
    fn new(body: &'a str) -> Marks<'a> {
        let mut marks = Marks { body, places: [0; 8], count: 0 };
        for place in SYLLABLES.find_iter(body.as_bytes()) {
            if let Some(slot) = marks.places.get_mut(marks.count) {
                *slot = place;
            }
            marks.count += 1;
        }
        marks
    }

    /// What stands behind the first occurrence of a text.
    fn behind(&self, open: &str) -> Option<&'a str> {
        let mut offsets = 0..open.len().saturating_sub(2);
        let offset = offsets.find(|at| open.as_bytes()[*at..].starts_with(SYLLABLE.as_bytes()));
        let (Some(offset), Some(places)) = (offset, self.places.get(..self.count)) else {
            return cut(self.body, open.as_bytes()).map(|(_, behind)| behind);
        };
        let mut starts = places.iter().filter_map(|place| place.checked_sub(offset));
        starts.find_map(|start| self.body.get(start..)?.strip_prefix(open))
    }
}

/// `Group = g, Username = anna, IP = 192.0.2.7, …`: a name may hold anything.
fn pair<'a>(marks: &Marks<'a>) -> Option<&'a str> {
    let user = marks.behind("Username = ")?;
    let end = user.rfind(", IP = ").or_else(|| user.find(", "));
    Some(end.map_or(user, |end| &user[..end]))
}

/// `User 'anna'`, `user "anna"`, `User <anna>`, `[user: anna]`.
fn quoted<'a>(marks: &Marks<'a>) -> Option<&'a str> {
    for (open, close) in [
        ("User <", "> IP <"),
        ("User <", ">"),
        ("ser '", "'"),
        ("ser \"", "\""),
        ("[user: ", "] [Source: "),
        ("[user:", "]"),
        ("user= ", ")"),
        ("ser [", "]"),
    ] {
        let Some(user) = marks.behind(open) else { continue };
        let end = if close.len() > 1 { user.rfind(close) } else { user.find(close) };
        if let Some(end) = end {
            return Some(&user[..end]);
        }
    }
    None
}

/// A single word: `Uname: anna`, `user = anna`, `User anna,`.
fn single<'a>(marks: &Marks<'a>) -> Option<&'a str> {
    for open in ["Username:", "Uname: ", "user = ", "User = ", "User:", "User ", "user "] {
        let Some(user) = marks.behind(open) else { continue };
        let user = user.trim_start();
        let word = parts(user, [b' ', b',']).next().unwrap_or(user);
        let is_word = matches!(
            word,
            "authentication" | "priv" | "requested" | "Requested" | "is" | "has" | "IP" | "=" | ":"
        );
        if !is_word && !word.is_empty() {
            return Some(word.trim_end_matches(['.', ';', ')']));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(text: &str) -> (String, Option<u16>, String, String, String) {
        let Some(found) = endpoint(text) else { return Default::default() };
        let ip = found.ip.map(|ip| ip.to_string()).unwrap_or_default();
        (ip, found.port, found.interface.into(), found.name.into(), found.user.into())
    }

    #[test]
    fn what_stands_behind_a_mark_is_behind_its_first_occurrence() {
        let many = "user ".repeat(12);
        for body in ["", "ser 'a'", "User 'x' user 'y'", "Uname: a, user = b", "sser 'ü", &many] {
            for open in ["ser '", "User ", "user ", "Uname: ", "user = "] {
                let want = body.split_once(open).map(|(_, behind)| behind);
                assert_eq!(Marks::new(body).behind(open), want, "{body:?} {open:?}");
            }
        }
    }

    #[test]
    fn usual_spellings_are_read_as_any() {
        let names = ["", "out:", "a1:", "1.2.3.4:", ":", "::", "a:b:", "a/", "fe80::", "[", "a%b:"];
        let addresses = ["192.0.2.7", "1.2.3", "1.2.3.4.5", "256.1.1.1", "::1", "x", "", "7", "1."];
        let ports = ["", "/", "/22", "/99999", "/ssh", ":22", "/1/2", "/+2", "/1.2.3.4", "]"];
        let mut count = 0;
        for (name, ip) in names.iter().flat_map(|name| addresses.map(|ip| (name, ip))) {
            for place in ports.map(|port| format!("{name}{ip}{port}")) {
                let found = plain(&place);
                count += usize::from(found.is_some());
                assert!(found.is_none() || found == spelled(&place, ""), "{place}");
            }
        }
        assert_eq!(count, 16);
    }

    #[test]
    fn spellings_of_endpoints() {
        for (text, ip, port, interface, name, user) in [
            ("192.0.2.7", "192.0.2.7", None, "", "", ""),
            ("192.0.2.7/22", "192.0.2.7", Some(22), "", "", ""),
            ("192.0.2.7/https", "192.0.2.7", Some(443), "", "", ""),
            ("192.0.2.7(4022),", "192.0.2.7", Some(4022), "", "", ""),
            ("192.0.2.7:500", "192.0.2.7", Some(500), "", "", ""),
            ("out:192.0.2.7/22", "192.0.2.7", Some(22), "out", "", ""),
            ("out/192.0.2.7(22)", "192.0.2.7", Some(22), "out", "", ""),
            ("out:2001:db8::7/22", "2001:db8::7", Some(22), "out", "", ""),
            ("out:2001:db8::7", "2001:db8::7", None, "out", "", ""),
            ("2001:db8::7", "2001:db8::7", None, "", "", ""),
            ("(0.0.0.0)", "0.0.0.0", None, "", "", ""),
            ("[192.0.2.7:51654", "192.0.2.7", Some(51654), "", "", ""),
            ("out:192.0.2.7/22(LOCAL\\anna)", "192.0.2.7", Some(22), "out", "", "anna"),
            ("out:192.0.2.7/22(LOCAL\\d\\anna)", "192.0.2.7", Some(22), "out", "", "d\\anna"),
            ("out:192.0.2.7/22(LOCAL\\anna ö)", "192.0.2.7", Some(22), "out", "", "anna ö"),
            ("dmz:ocsp_server/5678", "", Some(5678), "dmz", "ocsp_server", ""),
            ("in/host.example(27218)", "", Some(27218), "in", "host.example", ""),
            ("15", "", None, "", "", ""),
            ("interface", "", None, "", "", ""),
            ("a/b", "", None, "", "", ""),
        ] {
            let want = (ip.into(), port, interface.into(), name.into(), user.into());
            assert_eq!(ends(text), want, "{text}");
        }
    }
}
