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

use super::fields::Fields;
use super::value::Value;
use std::borrow::Cow;

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

/// Which shape an object has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
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

/// Gives the fields of a nested Windows event their own names; others stay as they are.
pub(super) fn unnest(fields: Fields<'_>) -> Fields<'_> {
    let Some(shape) = shape(&fields) else { return fields };
    let mut renamed = Fields::new();
    let mut own = Fields::new();
    renamed.reserve(fields.len());
    let mut lists: [Option<Vec<Value<'_>>>; 2] = [None, None];
    for (name, value) in fields.into_entries() {
        match (new_name(shape, &name), value) {
            (Some(Renamed::Names), Value::List(list)) => lists[0] = Some(list),
            (Some(Renamed::Values), Value::List(list)) => lists[1] = Some(list),
            (Some(Renamed::Names | Renamed::Values), value) => renamed.push("Data", value),
            (Some(Renamed::To(name)), value) => renamed.push(name, value),
            (None, value) => own.push(name, value),
        }
    }
    match lists {
        [Some(names), Some(values)] if names.len() == values.len() => {
            for (name, value) in names.into_iter().zip(values) {
                if let Ok(name) = name.into_text() {
                    renamed.push(name, value);
                }
            }
        }
        lists => lists.into_iter().flatten().for_each(|list| {
            renamed.push("Data", Value::List(list));
        }),
    }
    // What is there under its own name comes later, and wins.
    own.prepend(renamed);
    own.normalise();
    own
}

fn shape(fields: &Fields<'_>) -> Option<Shape> {
    // Asked of every object: most have neither capital letters nor `w`.
    if fields.known_prefix("winlog.") {
        return Some(Shape::Beats);
    }
    if fields.known_prefix("event_data.") {
        return Some(Shape::OldBeats);
    }
    let is_lower = fields.iter().next().is_some_and(|(name, _)| name.as_bytes()[..] > b"Z"[..]);
    if is_lower {
        return None;
    }
    let shapes = [("Event.System.", Shape::Event), ("System.EventID", Shape::Bare)];
    let nested = shapes.iter().find(|(prefix, _)| fields.known_prefix(prefix));
    let is_shell = || SHELL.iter().take(4).all(|(name, _)| fields.get(name).is_some());
    nested.map(|(_, shape)| *shape).or_else(|| is_shell().then_some(Shape::Shell))
}

enum Renamed<'a> {
    To(Cow<'a, str>),
    /// The names of `Data` elements.
    Names,
    /// Their values.
    Values,
}

fn new_name<'a>(shape: Shape, name: &Cow<'a, str>) -> Option<Renamed<'a>> {
    let known = |list: &[(&str, &'static str)], name: &str| {
        let found = list.iter().find(|(from, _)| *from == name);
        found.map(|(_, to)| Renamed::To(Cow::Borrowed(to)))
    };
    let rest = match shape {
        Shape::Shell => return known(SHELL, name),
        Shape::Event => after(name, "Event.")?,
        Shape::Bare => name.clone(),
        Shape::Beats | Shape::OldBeats => {
            let rest = match shape {
                Shape::Beats => after(name, "winlog.")?,
                _ => name.clone(),
            };
            let data = after(&rest, "event_data.").or_else(|| after(&rest, "user_data."));
            return data.map(Renamed::To).or_else(|| known(BEATS, &rest));
        }
    };
    if let Some(system) = after(&rest, "System.") {
        return Some(Renamed::To(attributes(system)));
    }
    if let Some(data) = after(&rest, "EventData.") {
        return Some(match data.as_ref() {
            "Data.@Name" | "Data.#attributes.Name" | "Data.Name" => Renamed::Names,
            "Data.#text" | "Data._" | "Data.text" => Renamed::Values,
            _ => Renamed::To(attributes(data)),
        });
    }
    if let Some(data) = after(&rest, "UserData.") {
        let inner = data.find('.').map(|dot| &data[dot + 1..]);
        return Some(Renamed::To(match inner {
            Some(inner) => attributes(after(&data, &data[..data.len() - inner.len()])?),
            None => data,
        }));
    }
    let message = (rest == "RenderingInfo.Message").then_some(Cow::Borrowed("Message"));
    (shape == Shape::Event).then(|| Renamed::To(message.unwrap_or_else(|| attributes(rest))))
}

/// The name after a prefix, borrowed where the name is.
fn after<'a>(name: &Cow<'a, str>, prefix: &str) -> Option<Cow<'a, str>> {
    match name {
        Cow::Borrowed(name) => name.strip_prefix(prefix).map(Cow::Borrowed),
        Cow::Owned(name) => name.strip_prefix(prefix).map(|rest| Cow::Owned(rest.to_owned())),
    }
}

/// `Provider.#attributes.Name` → `Provider_Name`; `EventID.#text` → `EventID`.
fn attributes(name: Cow<'_, str>) -> Cow<'_, str> {
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
    use crate::event::original_fields;

    fn flat(json: &str) -> Vec<String> {
        let (fields, _) = original_fields(json).expect("an object");
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
