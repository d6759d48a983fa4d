//! The fields of one event that rules name, by number, decoded and folded when first asked for.
//!
//! What it does *not* know: rules.

mod built;
mod stored;

use super::header::Header;
use super::key::{Keys, Role};
use super::mark::Marks;
use super::name::Names;
use super::needle::undash;
use super::own::{self, Part};
use super::scan::{Stretch, Token, decode, items, scan};
use super::source::{Item, Place, Source};
use common::event::{Event, ValueRef};
use common::filter::fold;

/// Texts of a slot in the arena, by from and until.
type Span = Option<(usize, usize)>;

#[derive(Clone, Copy, Debug)]
struct Slot {
    epoch: u32,
    place: Place,
    text: Span,
    folded: Span,
    /// Folded, with every dash the ASCII one.
    undashed: Span,
}

/// The fields of the event at hand. Nothing is cleared between events: a slot of another epoch is
/// empty.
#[derive(Debug)]
pub(super) struct Record {
    epoch: u32,
    slots: Vec<Slot>,
    /// The numbers of the fields that the event has.
    pub(super) present: Vec<u16>,
    /// All values of a flat event, for keywords.
    leaves: Vec<Item>,
    /// The items of lists that rules look into.
    items: Vec<Item>,
    keys: Keys<Role>,
    own_keys: Keys<Part>,
    marks: Marks,
    arena: String,
    /// The line of an event that was built, in the arena: as text, and folded.
    line: Span,
    folded_line: Span,
}

impl Slot {
    fn new(place: Place) -> Slot {
        Slot { epoch: 0, place, text: None, folded: None, undashed: None }
    }
}

impl Record {
    pub(super) fn new(fields: usize) -> Record {
        let place = Place::Value(usize::MAX);
        Record {
            epoch: 0,
            slots: vec![Slot { epoch: 0, ..Slot::new(place) }; fields],
            present: Vec::new(),
            leaves: Vec::new(),
            items: Vec::new(),
            keys: Keys::new(Role::of),
            own_keys: Keys::new(own::part),
            marks: Marks::default(),
            arena: String::new(),
            line: None,
            folded_line: None,
        }
    }

    fn begin(&mut self) {
        self.epoch = self.epoch.wrapping_add(1).max(1);
        if self.epoch == 1 {
            self.slots.iter_mut().for_each(|slot| slot.epoch = 0);
        }
        self.present.clear();
        self.leaves.clear();
        self.items.clear();
        self.arena.clear();
        self.line = None;
        self.folded_line = None;
    }

    fn put(&mut self, field: u16, place: Place) {
        let slot = &mut self.slots[usize::from(field)];
        if slot.epoch != self.epoch {
            self.present.push(field);
        }
        *slot = Slot { epoch: self.epoch, ..Slot::new(place) };
    }

    /// Reads a flat line; `None` when it is not in the plain form.
    pub(super) fn read_line(&mut self, line: &[u8], names: &Names) -> Option<Header> {
        self.begin();
        let mut marks = std::mem::take(&mut self.marks);
        // Raw control characters are no JSON, and text must be UTF-8.
        let header = match marks.read(line) {
            true if own::begins(line) => self.own_members(line, &marks, names),
            true => self.members(line, &marks, names),
            false => None,
        };
        self.marks = marks;
        header
    }

    fn members(&mut self, line: &[u8], marks: &Marks, names: &Names) -> Option<Header> {
        let mut header = Header::default();
        scan(line, marks, |name, stretch, token| {
            let key = self.keys.key(line, name, names);
            if key.role != Role::Plain {
                header.take(key.role, line, stretch, token)?;
            }
            self.member(key.field, stretch, token)
        })?;
        (header.is_windows() || header.is_agent(line)).then_some(header)
    }

    /// Takes a member of a flat line; `None` when a whole event is needed.
    fn member(&mut self, field: Option<u16>, stretch: Stretch, token: Token) -> Option<()> {
        match token {
            // Null is absence, and hides no earlier value of its key.
            Token::Null => {}
            // Rules that look into lists look at whole events.
            Token::List if field.is_some() => return None,
            _ => {
                self.leaves.push((token, stretch.0, stretch.1));
                if let Some(field) = field {
                    self.put(field, Place::Line(token, stretch.0, stretch.1));
                }
            }
        }
        Some(())
    }

    /// Reads a line that siemparse wrote. Keywords look at its raw line, else at the fields that were
    /// added.
    fn own_members(&mut self, line: &[u8], marks: &Marks, names: &Names) -> Option<Header> {
        let (mut header, mut raw) = (Header::default(), None);
        scan(line, marks, |name, stretch, token| {
            let key = self.own_keys.key(line, name, names);
            header.take_own(key.role, line, stretch, token)?;
            if key.role == Part::Raw {
                raw = Some((token, stretch.0, stretch.1)).filter(|(_, from, until)| from < until);
                return Some(());
            }
            let place = match token {
                Token::Null => return Some(()),
                Token::List if key.role == Part::Added => {
                    let (from, until) = self.list(line, marks, stretch)?;
                    (from < until).then_some(Place::List(from, until))
                }
                _ => Some(Place::Line(token, stretch.0, stretch.1)),
            };
            if key.role == Part::Added && token != Token::List {
                self.leaves.push((token, stretch.0, stretch.1));
            }
            if let Some((field, place)) = key.field.zip(place) {
                self.put(field, place);
            }
            Some(())
        })?;
        if let Some(raw) = raw {
            self.leaves.clear();
            self.leaves.push(raw);
        }
        header.is_own().then_some(header)
    }

    /// Keeps the items of a list; `None` where one is null.
    fn list(&mut self, line: &[u8], marks: &Marks, stretch: Stretch) -> Option<(usize, usize)> {
        let from = self.items.len();
        items(line, marks, stretch, |(from, until), token| self.items.push((token, from, until)));
        let own = &self.items[from..];
        self.leaves.extend_from_slice(own);
        let is_plain = own.iter().all(|(token, ..)| *token != Token::Null);
        is_plain.then_some((from, self.items.len()))
    }

    /// The items of a list.
    pub(super) fn items(&self, from: usize, until: usize) -> &[Item] {
        &self.items[from..until]
    }

    /// Shows all values of a flat event, those of lists one by one.
    pub(super) fn values(&self, line: &[u8], mut see: impl FnMut(Token, &[u8])) {
        for &(token, from, until) in &self.leaves {
            match token {
                Token::List => items(line, &self.marks, (from, until), |(from, until), token| {
                    if token != Token::Null {
                        see(token, &line[from..until]);
                    }
                }),
                _ => see(token, &line[from..until]),
            }
        }
    }

    /// Whether a key of the line at hand occurs twice: then not every value counts.
    pub(super) fn has_twins(&mut self, line: &[u8]) -> bool {
        let mut keys: Vec<&[u8]> = Vec::new();
        let whole = scan(line, &self.marks, |(from, until), _, _| {
            keys.push(&line[from..until]);
            Some(())
        });
        keys.sort_unstable();
        whole.is_none() || keys.windows(2).any(|pair| pair[0] == pair[1])
    }

    /// Where the value of the first of these fields is that the event has.
    pub(super) fn first(&self, fields: &[u16]) -> Option<u16> {
        let has = |field: &&u16| self.slots[usize::from(**field)].epoch == self.epoch;
        fields.iter().find(has).copied()
    }

    /// Where a present field's value is.
    pub(super) fn place(&self, field: u16) -> Place {
        self.slots[usize::from(field)].place
    }

    /// A field's text in the arena, decoded; of numbers and truth values their text.
    pub(super) fn text(&mut self, field: u16, source: &Source<'_>) -> (usize, usize) {
        let slot = self.slots[usize::from(field)];
        if let Some(span) = slot.text {
            return span;
        }
        let from = self.arena.len();
        match slot.place {
            Place::Line(token, from, until) => {
                append(token, &source.line[from..until], &mut self.arena);
            }
            Place::Value(place) => match source.values.get(place) {
                Some(ValueRef::Text(text)) => self.arena.push_str(text),
                Some(value) => self.arena.push_str(&value.to_string()),
                None => {}
            },
            // Its items are looked at one by one.
            Place::List(..) => {}
        }
        let span = (from, self.arena.len());
        self.slots[usize::from(field)].text = Some(span);
        span
    }

    /// A field's text in the arena, folded.
    pub(super) fn folded(&mut self, field: u16, source: &Source<'_>) -> (usize, usize) {
        let (from, until) = self.text(field, source);
        if let Some(span) = self.slots[usize::from(field)].folded {
            return span;
        }
        let span = self.fold((from, until));
        self.slots[usize::from(field)].folded = Some(span);
        span
    }

    /// Appends a text of the arena, folded.
    fn fold(&mut self, (from, until): (usize, usize)) -> (usize, usize) {
        let start = self.arena.len();
        if self.arena[from..until].is_ascii() {
            self.arena.extend_from_within(from..until);
            self.arena[start..].make_ascii_lowercase();
        } else {
            let folded = fold(&self.arena[from..until]).into_owned();
            self.arena.push_str(&folded);
        }
        (start, self.arena.len())
    }

    /// The line of an event in the arena.
    pub(super) fn line(&mut self, event: &Event<'_>) -> (usize, usize) {
        if let Some(span) = self.line {
            return span;
        }
        let from = self.arena.len();
        let line = event.raw_line();
        // Text as it should be is told faster than it is repaired.
        match std::str::from_utf8(&line) {
            Ok(text) => self.arena.push_str(text),
            Err(_) => self.arena.push_str(&String::from_utf8_lossy(&line)),
        }
        let span = (from, self.arena.len());
        self.line = Some(span);
        span
    }

    /// The line of an event in the arena, folded.
    pub(super) fn folded_line(&mut self, event: &Event<'_>) -> (usize, usize) {
        if let Some(span) = self.folded_line {
            return span;
        }
        let line = self.line(event);
        let span = self.fold(line);
        self.folded_line = Some(span);
        span
    }

    /// A field's text in the arena, folded, with every dash the ASCII one.
    pub(super) fn undashed(&mut self, field: u16, source: &Source<'_>) -> (usize, usize) {
        let (from, until) = self.folded(field, source);
        if let Some(span) = self.slots[usize::from(field)].undashed {
            return span;
        }
        let text = undash(&self.arena[from..until]);
        let start = self.arena.len();
        self.arena.push_str(&text);
        let span = (start, self.arena.len());
        self.slots[usize::from(field)].undashed = Some(span);
        span
    }

    /// A text of the arena.
    pub(super) fn arena(&self, (from, until): (usize, usize)) -> &str {
        &self.arena[from..until]
    }
}

/// Appends the text of a value in a line.
pub(super) fn append(token: Token, bytes: &[u8], out: &mut String) {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    match token {
        Token::Text { escaped: true, .. } => decode(text, out),
        _ => out.push_str(text),
    }
}
