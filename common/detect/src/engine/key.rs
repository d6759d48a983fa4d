//! What the keys of flat lines mean: remembered, since logs repeat a few hundred for ever. Lines that
//! siemparse wrote have keys of their own.
//!
//! What it does *not* know: values.

use super::name::Names;

/// The most keys that are remembered.
const MOST: usize = 4_096;

/// What a key is for, beside rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing.
    Plain,
    /// The event's id.
    Id,
    Channel,
    Provider,
    /// The provider where nothing else names it.
    Source,
    EventType,
    /// The name of the lines' schema.
    Schema,
    /// The time of siemagent's lines.
    Time,
    /// What siemagent's lines are about.
    Category,
    /// Other programs' lines are known by it.
    Foreign,
    /// It could be of another form, or has spaces that rules leave out: the line is not plain.
    Refused,
}

/// A key's meaning.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key<R> {
    pub(super) role: R,
    /// The number of the field, where rules name it.
    pub(super) field: Option<u16>,
}

/// The keys that were seen.
#[derive(Debug)]
pub(super) struct Keys<R> {
    names: Names,
    keys: Vec<Key<R>>,
    /// What a key is for.
    role: fn(&[u8]) -> R,
}

impl<R: Copy> Keys<R> {
    /// No keys.
    pub(super) fn new(role: fn(&[u8]) -> R) -> Keys<R> {
        Keys { names: Names::default(), keys: Vec::new(), role }
    }

    /// The meaning of the key that lies in a line; `fields` are those that rules name.
    #[inline]
    pub(super) fn key(
        &mut self,
        line: &[u8],
        (from, until): (usize, usize),
        fields: &Names,
    ) -> Key<R> {
        match self.names.find_in(line, from, until) {
            Some(number) => self.keys[usize::from(number)],
            None => self.learn(&line[from..until], fields),
        }
    }

    #[cold]
    fn learn(&mut self, name: &[u8], fields: &Names) -> Key<R> {
        let key = Key { role: (self.role)(name), field: fields.find(name) };
        if self.keys.len() < MOST && self.names.add(name).is_some() {
            self.keys.push(key);
        }
        key
    }
}

impl Role {
    /// What a key of a Windows event or of siemagent's lines is for.
    pub(super) fn of(name: &[u8]) -> Role {
        match name {
            b"EventID" => Role::Id,
            b"Channel" => Role::Channel,
            b"Provider_Name" => Role::Provider,
            b"SourceName" => Role::Source,
            b"EventType" => Role::EventType,
            b"schema" => Role::Schema,
            b"time" => Role::Time,
            b"category" => Role::Category,
            b"event_type" => Role::Foreign,
            // With others it makes an event of PowerShell's, whose names are others.
            b"LogName" => Role::Refused,
            name if name.starts_with(b"_") => Role::Foreign,
            name if name.iter().any(|byte| matches!(byte, b'.' | b' ' | b'\\')) => Role::Refused,
            _ => Role::Plain,
        }
    }
}
