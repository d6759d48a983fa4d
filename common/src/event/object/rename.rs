//! Windows events that come nested are given the names that their fields have in the event itself.
//!
//! | as it comes | field |
//! |---|---|
//! | `Event.System.EventID`, `Event.System.EventID.#text`, `System.EventID` | `EventID` |
//! | `Event.System.Provider.#attributes.Name`, `…Provider_attributes.Name`, `…Provider.@Name` | `Provider_Name` |
//! | `Event.EventData.Image`, `EventData.Image`, `winlog.event_data.Image`, `event_data.Image` | `Image` |
//! | `Event.UserData.Any.Image`, `winlog.user_data.Image` | `Image` |
//! | `Event.EventData.Data.@Name` and `….#text`, lists of equal length | one field each |
//! | `winlog.event_id`, `winlog.channel`, `winlog.computer_name`, … | `EventID`, `Channel`, `Computer` |
//! | `Id`, `LogName`, `ProviderName`, `MachineName` of `Get-WinEvent \| ConvertTo-Json` | the same |
//!
//! XML attributes are joined by `_`. A field that is there under its own name stays as it is.
//!
//! What it does *not* know: what the fields mean.

use super::shape::{Shape, number};
use super::{Leaf, Object};
use crate::event::value::ValueRef;
use std::borrow::Cow;
use std::sync::Arc;

/// winlogbeat's names below `winlog.`, or at the top in its old versions, and the event's own.
const BEATS: &[(&str, &str)] = &[
    ("activity_id", "Correlation_ActivityID"),
    ("channel", "Channel"),
    ("computer_name", "Computer"),
    ("event_id", "EventID"),
    ("log_name", "Channel"),
    ("opcode", "Opcode"),
    ("process.pid", "Execution_ProcessID"),
    ("process.thread.id", "Execution_ThreadID"),
    ("provider_guid", "Provider_Guid"),
    ("provider_name", "Provider_Name"),
    ("record_id", "EventRecordID"),
    ("record_number", "EventRecordID"),
    ("source_name", "Provider_Name"),
    ("task", "Task"),
    ("version", "Version"),
];

/// The names of `Get-WinEvent | ConvertTo-Json`.
const SHELL: &[(&str, &str)] = &[
    ("Id", "EventID"),
    ("LogName", "Channel"),
    ("MachineName", "Computer"),
    ("ProviderName", "Provider_Name"),
    ("RecordId", "EventRecordID"),
];

/// How an event comes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Below `Event.`.
    Event,
    /// `System.` and `EventData.`.
    Bare,
    /// Below `winlog.`.
    Beats,
    /// `event_data.` and other names at the top.
    OldBeats,
    Shell,
}

/// What becomes of a shape's names.
#[derive(Clone, Debug)]
pub(super) enum Renamed {
    /// It is no nested event.
    Same,
    /// These are its fields' names.
    Shape(Arc<Shape>),
    /// Some names are values, and differ from object to object.
    Each,
}

impl Object<'_> {
    /// Gives the fields of a nested Windows event their own names; others stay as they are.
    pub(super) fn renamed(mut self) -> Self {
        let Some(shape) = &self.shape else { return self };
        let other = match shape.renamed.get_or_init(|| renamed(shape)) {
            Renamed::Same => return self,
            Renamed::Shape(renamed) => Some(Arc::clone(renamed)),
            Renamed::Each => kind(shape).map(|kind| Arc::new(self.each(shape, kind))),
        };
        if other.is_some() {
            self.shape = other;
        }
        self
    }

    /// The shape of an event with lists of names and values, or of one of them.
    fn each(&self, shape: &Shape, kind: Kind) -> Shape {
        let mut names = Renaming::default();
        let mut lists: [Option<(u32, u32, u32)>; 2] = [None, None];
        for (name, &leaf) in shape.names.iter().zip(&shape.order) {
            let part = match new_name(kind, name) {
                Some(New::Name(name)) => {
                    names.renamed.push((name, leaf));
                    continue;
                }
                None => {
                    names.own.push((name.clone(), leaf));
                    continue;
                }
                Some(New::Names) => 0,
                Some(New::Values) => 1,
            };
            match self.leaves.get(leaf as usize) {
                Some(Leaf::List(from, to)) => lists[part] = Some((*from, *to, leaf)),
                _ => names.renamed.push((Cow::Borrowed("Data"), leaf)),
            }
        }
        match lists {
            [Some((from, to, _)), Some((values, end, _))] if to - from == end - values => {
                for nth in 0..to - from {
                    let name = self.leaves.get((self.elements + from + nth) as usize);
                    let name = name.map(|leaf| self.value_of(*leaf));
                    if let Some(name) = name.filter(|name| !matches!(name, ValueRef::List(_))) {
                        let leaf = self.elements + values + nth;
                        names.renamed.push((Cow::Owned(name.to_string()), leaf));
                    }
                }
            }
            lists => lists.into_iter().flatten().for_each(|(.., leaf)| {
                names.renamed.push((Cow::Borrowed("Data"), leaf));
            }),
        }
        names.shape(shape, 0)
    }
}

/// Names and their leaves: those that were given, and those that stay as they are.
#[derive(Default)]
struct Renaming {
    renamed: Vec<(Cow<'static, str>, u32)>,
    own: Vec<(Cow<'static, str>, u32)>,
}

impl Renaming {
    /// What is there under its own name comes later, and wins.
    fn shape(self, before: &Shape, number: u32) -> Shape {
        let mut all = self.renamed;
        all.extend(self.own);
        all.sort_by(|one, other| one.0.cmp(&other.0));
        all.dedup_by(|later, kept| {
            let is_same = later.0 == kept.0;
            if is_same {
                kept.1 = later.1;
            }
            is_same
        });
        let (names, order) = all.into_iter().unzip();
        Shape { names, order, is_twice: before.is_twice, number, ..Shape::default() }
    }
}

/// What becomes of a shape's names.
fn renamed(shape: &Shape) -> Renamed {
    let Some(kind) = kind(shape) else { return Renamed::Same };
    let mut names = Renaming::default();
    for (name, &leaf) in shape.names.iter().zip(&shape.order) {
        match new_name(kind, name) {
            Some(New::Name(name)) => names.renamed.push((name, leaf)),
            Some(New::Names | New::Values) => return Renamed::Each,
            None => names.own.push((name.clone(), leaf)),
        }
    }
    let number = if shape.number == 0 { 0 } else { number() };
    Renamed::Shape(Arc::new(names.shape(shape, number)))
}

fn kind(shape: &Shape) -> Option<Kind> {
    if shape.has_prefix("winlog.") {
        return Some(Kind::Beats);
    }
    if shape.has_prefix("event_data.") {
        return Some(Kind::OldBeats);
    }
    let kinds = [("Event.System.", Kind::Event), ("System.EventID", Kind::Bare)];
    let nested = kinds.iter().find(|(prefix, _)| shape.has_prefix(prefix));
    let is_shell = || SHELL.iter().take(4).all(|(name, _)| shape.place(name).is_some());
    nested.map(|(_, kind)| *kind).or_else(|| is_shell().then_some(Kind::Shell))
}

enum New {
    Name(Cow<'static, str>),
    /// The names of `Data` elements.
    Names,
    /// Their values.
    Values,
}

#[allow(clippy::ptr_arg, reason = "a name that lives as long as the program stays one")]
fn new_name(kind: Kind, name: &Cow<'static, str>) -> Option<New> {
    let known = |list: &[(&str, &'static str)], name: &str| {
        let found = list.iter().find(|(from, _)| *from == name);
        found.map(|(_, to)| New::Name(Cow::Borrowed(to)))
    };
    let rest = match kind {
        Kind::Shell => return known(SHELL, name),
        Kind::Event => after(name, "Event.")?,
        Kind::Bare => name.clone(),
        Kind::Beats | Kind::OldBeats => {
            let rest = match kind {
                Kind::Beats => after(name, "winlog.")?,
                _ => name.clone(),
            };
            let data = after(&rest, "event_data.").or_else(|| after(&rest, "user_data."));
            return data.map(New::Name).or_else(|| known(BEATS, &rest));
        }
    };
    if let Some(system) = after(&rest, "System.") {
        return Some(New::Name(attributes(system)));
    }
    if let Some(data) = after(&rest, "EventData.") {
        return Some(match data.as_ref() {
            "Data.@Name" | "Data.#attributes.Name" | "Data.Name" => New::Names,
            "Data.#text" | "Data._" | "Data.text" => New::Values,
            _ => New::Name(attributes(data)),
        });
    }
    if let Some(data) = after(&rest, "UserData.") {
        let inner = data.find('.').map(|dot| &data[dot + 1..]);
        return Some(New::Name(match inner {
            Some(inner) => attributes(after(&data, &data[..data.len() - inner.len()])?),
            None => data,
        }));
    }
    let message = (rest == "RenderingInfo.Message").then_some(Cow::Borrowed("Message"));
    (kind == Kind::Event).then(|| New::Name(message.unwrap_or_else(|| attributes(rest))))
}

/// The name after a prefix, borrowed where the name is.
#[allow(clippy::ptr_arg, reason = "a name that lives as long as the program stays one")]
fn after(name: &Cow<'static, str>, prefix: &str) -> Option<Cow<'static, str>> {
    match name {
        Cow::Borrowed(name) => name.strip_prefix(prefix).map(Cow::Borrowed),
        Cow::Owned(name) => name.strip_prefix(prefix).map(|rest| Cow::Owned(rest.to_owned())),
    }
}

/// `Provider.#attributes.Name` → `Provider_Name`; `EventID.#text` → `EventID`.
fn attributes(name: Cow<'static, str>) -> Cow<'static, str> {
    if !name.contains(['.', '#', '@']) {
        return name;
    }
    let parts = name.split('.').filter(|part| !matches!(*part, "#attributes" | "#text"));
    let parts: Vec<&str> = parts
        .map(|part| part.trim_start_matches(['@', '#']))
        .map(|part| part.strip_suffix("_attributes").unwrap_or(part))
        .collect();
    Cow::Owned(parts.join("_"))
}

#[cfg(test)]
mod tests {
    use crate::event::Object;

    fn flat(json: &str) -> Vec<String> {
        let fields = Object::original(json.into()).expect("an object");
        fields.iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn events_as_evtx_dumps_write_them() {
        assert_eq!(
            flat(
                r##"{"Event":{"#attributes":{"xmlns":"x"},"System":{"Provider":{"#attributes":
                {"Name":"P","Guid":"G"}},"EventID":{"#attributes":{"Qualifiers":0},"#text":1},
                "Channel":"C"},"EventData":{"Image":"I","Data":{"#text":["a","b"]}}}}"##
            ),
            [
                "Channel=C",
                "Data=a, b",
                "EventID=1",
                "EventID_Qualifiers=0",
                "Image=I",
                "Provider_Guid=G",
                "Provider_Name=P",
                "xmlns=x"
            ]
        );
        assert_eq!(
            flat(
                r#"{"Event":{"System":{"EventID":1102},"UserData":{"LogFileCleared":{"SubjectUserName":"x"}}}}"#
            ),
            ["EventID=1102", "SubjectUserName=x"]
        );
    }

    #[test]
    fn lists_of_data_elements() {
        assert_eq!(
            flat(
                r##"{"Event":{"System":{"EventID":"1","Provider":{"@Name":"P"}},
                "EventData":{"Data":[{"@Name":"A","#text":"1"},{"@Name":"B","#text":"2"}]}}}"##
            ),
            ["A=1", "B=2", "EventID=1", "Provider_Name=P"]
        );
    }

    #[test]
    fn events_as_beats_and_shells_write_them() {
        assert_eq!(
            flat(
                r#"{"@timestamp":"t","winlog":{"event_id":1,"channel":"C","event_data":{"Image":"I"},
                "process":{"pid":4,"thread":{"id":5}},"api":"wineventlog"},"Image":"own"}"#
            ),
            [
                "@timestamp=t",
                "Channel=C",
                "EventID=1",
                "Execution_ProcessID=4",
                "Execution_ThreadID=5",
                "Image=own",
                "winlog.api=wineventlog"
            ]
        );
        assert_eq!(
            flat(r#"{"Id":1,"LogName":"C","MachineName":"M","ProviderName":"P","Level":4}"#),
            ["Channel=C", "Computer=M", "EventID=1", "Level=4", "Provider_Name=P"]
        );
        assert_eq!(flat(r#"{"Id":1,"LogName":"C"}"#), ["Id=1", "LogName=C"]);
    }
}
