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

pub(in crate::format) mod meaning;
mod pair;

use super::{Found, Miss, Spec};
use crate::columns;
use crate::joint::{Joint, Keyed, Part};
use crate::memory::Memory;
use common::event::{Event, Value};
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
    let (node, at) = match line.strip_prefix("node=") {
        Some(rest) => {
            let (node, _) = rest.split_once(' ')?;
            (Some(node), 6 + node.len())
        }
        None => (None, 0),
    };
    let rest = line.get(at..)?.strip_prefix("type=")?;
    let (kind, rest) = rest.split_once(' ')?;
    let stamp = rest.strip_prefix("msg=audit(")?;
    let (stamp, fields) = stamp.split_once("):")?;
    let (time, serial) = stamp.split_once(':')?;
    let (seconds, millis) = time.split_once('.')?;
    let seconds: i64 = seconds.parse().ok().filter(|s| (0..=253_402_300_799).contains(s))?;
    let fraction: i64 = millis.parse().ok().filter(|m| (0..1_000).contains(m))?;
    let serial = serial.parse().ok()?;
    let start = line.len() - rest.len() + "msg=audit(".len();
    let body = line.len() - fields.len() + usize::from(fields.starts_with(' '));
    let key = (start, start + stamp.len());
    Some(Head { node, kind, key, millis: seconds * 1_000 + fraction, serial, body })
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
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
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
    record.types.push(head.kind);
    pair::pairs(head.kind, &first[head.body..], &mut record.pairs);
    for line in lines {
        if let Some(next) = self::head(line) {
            record.types.push(next.kind);
            pair::pairs(next.kind, &line[next.body..], &mut record.pairs);
        }
    }
    record.pairs.truncate(PAIRS);
    event.ext.push("auditd.sequence", Value::Int(head.serial));
    meaning::fill(&record, event);
    record.keep(event);
    Ok(Found::ALL)
}

/// The records of one event.
#[derive(Debug, Default)]
struct Record<'a> {
    types: Vec<&'a str>,
    pairs: Vec<Pair<'a>>,
}

impl<'a> Record<'a> {
    /// The first value of a name.
    fn get(&self, name: &str) -> Option<&Cow<'a, str>> {
        self.pairs.iter().find(|pair| pair.name == name).map(|pair| &pair.value)
    }

    /// The first value of a name in records of a type.
    fn get_of(&self, kind: &str, name: &str) -> Option<&Cow<'a, str>> {
        let found = self.pairs.iter().find(|pair| pair.kind == kind && pair.name == name);
        found.map(|pair| &pair.value)
    }

    /// Adds all pairs to the event, those of one name as a list of its different values.
    fn keep(mut self, event: &mut Event<'a>) {
        self.types.dedup();
        let kinds = self.types.iter().map(|kind| Value::Text(Cow::Borrowed(*kind)));
        event.ext.push("type", one_or_list(kinds.collect()));
        self.pairs.sort_by(|a, b| a.name.cmp(b.name));
        let mut pairs = self.pairs.into_iter().peekable();
        while let Some(Pair { name, value, .. }) = pairs.next() {
            let mut values = vec![Value::Text(value)];
            while let Some(next) = pairs.next_if(|next| next.name == name) {
                let value = Value::Text(next.value);
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            event.ext.push(name, one_or_list(values));
        }
    }
}

fn one_or_list(mut values: Vec<Value<'_>>) -> Value<'_> {
    if values.len() == 1 { values.remove(0) } else { Value::List(values) }
}
