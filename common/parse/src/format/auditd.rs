//! The Linux audit log: records of one event, joined by their serial.
//!
//! ```text
//! [node=web1 ]type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e syscall=59 success=yes … exe="/bin/ls" key="x"␝ARCH=x86_64 SYSCALL=execve UID="root"
//! type=EXECVE msg=audit(1364481363.243:24287): argc=2 a0="ls" a1=2D6C61
//! type=USER_LOGIN msg=audit(1364481364.001:24290): pid=7 uid=0 … msg='op=login acct="root" addr=192.0.2.7 res=failed'
//! ```
//!
//! Events of several records arrive with the records of others among them; `PROCTITLE` is the last
//! before the end mark `EOE`. Values that the kernel wrote in hex, because they hold a blank, a
//! quote or a control character, are decoded, and so cannot forge a field. What follows the byte
//! 0x1d (␝) are the names of numbers, written by auditd. The arguments of `EXECVE` are put
//! together, also those that were split (`a1[0]=`). `?` and `(null)` are absent.
//!
//! All fields keep their names; one that several records have becomes a list. The types are
//! `type`. The message is the first record's text.
//!
//! What it does *not* know: users and groups of this host.

mod key;
pub(in crate::format) mod meaning;
mod pair;

use super::spec::{Found, Miss, Spec};
use crate::columns;
use crate::joint::{Joint, Keyed, Part};
use crate::memory::Memory;
use common::event::{Event, Value};
use key::Key;
use memchr::memchr;
use pair::Pair;
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::payload(read).first(b"tn").joined(Joint::Keyed(keyed));

/// Pairs beyond this stay in the raw lines.
const PAIRS: usize = 1_024;

/// The head of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head<'a> {
    node: Option<&'a str>,
    kind: &'a str,
    /// The stamp and the serial as they stand in the line: the key of the event.
    key: (usize, usize),
    millis: i64,
    serial: i64,
    /// Where the fields begin.
    body: usize,
}

fn head(line: &str) -> Option<Head<'_>> {
    let bytes = line.as_bytes();
    let (node, at) = match line.strip_prefix("node=") {
        Some(rest) => {
            let end = memchr(b' ', rest.as_bytes())?;
            (Some(&rest[..end]), "node= ".len() + end)
        }
        None => (None, 0),
    };
    let rest = line.get(at..)?.strip_prefix("type=")?;
    let kind = &rest[..memchr(b' ', rest.as_bytes())?];
    let stamp = at + "type= ".len() + kind.len();
    line.get(stamp..)?.strip_prefix("msg=audit(")?;
    let start = stamp + "msg=audit(".len();
    let (seconds, at) = number(bytes, start, b'.')?;
    let (fraction, at) = number(bytes, at, b':')?;
    let (serial, at) = number(bytes, at, b')')?;
    if seconds > 253_402_300_799 || fraction > 999 || bytes.get(at) != Some(&b':') {
        return None;
    }
    let body = at + 1 + usize::from(bytes.get(at + 1) == Some(&b' '));
    let millis = seconds * 1_000 + fraction;
    Some(Head { node, kind, key: (start, at - 1), millis, serial, body })
}

/// The digits from a place up to a byte, and the place behind it.
fn number(bytes: &[u8], from: usize, until: u8) -> Option<(i64, usize)> {
    let mut number = 0;
    for (count, &byte) in bytes.get(from..)?.iter().enumerate() {
        match byte {
            b'0'..=b'9' if count < 18 => number = number * 10 + i64::from(byte - b'0'),
            _ => return (byte == until && count > 0).then_some((number, from + count + 1)),
        }
    }
    None
}

fn keyed(line: &[u8]) -> Option<Keyed<'_>> {
    // The head is ASCII; what follows need not be.
    let text = match std::str::from_utf8(&line[..line.len().min(256)]) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&line[..error.valid_up_to()]).ok()?,
    };
    let head = head(text)?;
    let part = match head.kind {
        "EOE" => Part::End,
        "PROCTITLE" => Part::Last,
        kind if meaning::is_single(kind) => Part::Whole,
        _ => Part::Some,
    };
    Some(Keyed { key: &line[head.key.0..head.key.1], time: head.millis, part })
}

fn read<'a>(text: &'a str, _calendar: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let (first, mut rest) = line(text);
    let Some(head) = head(first) else {
        return Miss::at(0, "an audit record (type=… msg=audit(…):)");
    };
    columns::epoch(head.millis * 1_000, event);
    event.dataset = Some("linux.auditd".into());
    event.message = Cow::Borrowed(&first[head.body..]);
    if let Some(node) = head.node {
        event.host_name = node.into();
    }
    let mut record = Record::default();
    record.pairs.reserve(48);
    record.types.reserve(8);
    record.types.push(head.kind);
    pair::pairs(head.kind, &first[head.body..], &mut record.pairs);
    while !rest.is_empty() {
        let (line, after) = line(rest);
        rest = after;
        if let Some(next) = self::head(line) {
            record.types.push(next.kind);
            pair::pairs(next.kind, &line[next.body..], &mut record.pairs);
        }
    }
    record.pairs.truncate(PAIRS);
    record.look();
    let mut added = Vec::with_capacity(12);
    added.push(("auditd.sequence", Value::Int(head.serial)));
    meaning::fill(&record, event, &mut added);
    record.keep(added, event);
    Ok(Found::ALL)
}

/// The first line of a text, and what follows it.
fn line(text: &str) -> (&str, &str) {
    let Some(end) = memchr(b'\n', text.as_bytes()) else { return (text, "") };
    let line = &text[..end];
    (line.strip_suffix('\r').unwrap_or(line), &text[end + 1..])
}

/// A field beside those of the records.
type Added<'a> = (&'static str, Value<'a>);

/// The records of one event.
#[derive(Debug, Default)]
struct Record<'a> {
    types: Vec<&'a str>,
    pairs: Vec<Pair<'a>>,
    /// Where the first pair of each key is, from 1.
    places: [u16; Key::COUNT],
}

impl<'a> Record<'a> {
    /// Finds the pairs that columns are filled from.
    fn look(&mut self) {
        for (number, pair) in (1..).zip(&self.pairs) {
            if let Some(key) = Key::of(pair.kind, pair.name)
                && self.places[key as usize] == 0
            {
                self.places[key as usize] = number;
            }
        }
    }

    /// The first value of a key.
    fn get(&self, key: Key) -> Option<&Cow<'a, str>> {
        let place = usize::from(self.places[key as usize]).checked_sub(1)?;
        self.pairs.get(place).map(|pair| &pair.value)
    }

    /// Adds all fields to the event in the order of their names; pairs of one name as a list of
    /// their different values, in place of what was added under that name.
    fn keep(mut self, mut added: Vec<Added<'a>>, event: &mut Event<'a>) {
        self.types.dedup();
        let kinds = self.types.iter().map(|kind| Value::Text(Cow::Borrowed(*kind)));
        added.push(("type", one_or_list(kinds.collect())));
        let order = self.order(&added);
        event.ext.reserve(order.len());
        let mut order = order.into_iter().peekable();
        while let Some((first, at)) = order.next() {
            let name = self.name(&added, at);
            let mut is_added = at < added.len();
            let mut value = self.take(&mut added, at);
            while let Some((_, next)) =
                order.next_if(|(key, next)| *key == first && self.name(&added, *next) == name)
            {
                let next = self.take(&mut added, next);
                if std::mem::take(&mut is_added) {
                    value = next;
                } else {
                    join(&mut value, next);
                }
            }
            event.ext.push(name, value);
        }
    }

    /// The places of all fields, the added ones first, in the order of their names and then in
    /// their own; with the first bytes of the name.
    fn order(&self, added: &[Added<'a>]) -> Vec<(u64, usize)> {
        let names = added.iter().map(|(name, _)| *name).chain(self.pairs.iter().map(|it| it.name));
        let first = |name: &str| {
            let mut first = [0; 8];
            let width = name.len().min(8);
            first[..width].copy_from_slice(&name.as_bytes()[..width]);
            u64::from_be_bytes(first)
        };
        let mut order: Vec<(u64, usize)> =
            names.enumerate().map(|(at, name)| (first(name), at)).collect();
        order.sort_unstable_by(|one, other| {
            let names = || self.name(added, one.1).cmp(self.name(added, other.1));
            one.0.cmp(&other.0).then_with(names).then(one.1.cmp(&other.1))
        });
        order
    }

    fn name(&self, added: &[Added<'a>], at: usize) -> &'a str {
        match at.checked_sub(added.len()) {
            Some(at) => self.pairs[at].name,
            None => added[at].0,
        }
    }

    fn take(&mut self, added: &mut [Added<'a>], at: usize) -> Value<'a> {
        match at.checked_sub(added.len()) {
            Some(at) => Value::Text(std::mem::take(&mut self.pairs[at].value)),
            None => std::mem::replace(&mut added[at].1, Value::Bool(false)),
        }
    }
}

/// Adds a value to those of a name, where it is another.
fn join<'a>(value: &mut Value<'a>, next: Value<'a>) {
    match value {
        Value::List(list) if list.contains(&next) => {}
        Value::List(list) => list.push(next),
        same if *same == next => {}
        other => {
            let first = std::mem::replace(other, Value::Bool(false));
            *other = Value::List(vec![first, next]);
        }
    }
}

fn one_or_list(mut values: Vec<Value<'_>>) -> Value<'_> {
    if values.len() == 1 { values.remove(0) } else { Value::List(values) }
}
