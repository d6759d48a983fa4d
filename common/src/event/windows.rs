//! The labels of Windows events, from their channel and event id.
//!
//! The table is `config/sigma/logsource/windows.yml`. A channel is found in any case; an event that
//! names none is looked up by its provider. Labels need the channel *and* the event id: id 1 of
//! another channel is no process creation.
//!
//! What it does *not* know: rules.

use crate::yaml::{self, Node, Value};
use std::collections::HashMap;
use std::sync::LazyLock;

const DATA: &str = include_str!("../../../config/sigma/logsource/windows.yml");

/// The labels of a product whose events no service is known of.
const UNKNOWN: &str = "windows//";

/// The labels of one event id: by the value of `EventType`, else these.
#[derive(Debug, Default)]
struct Labels {
    plain: &'static str,
    typed: Vec<(String, &'static str)>,
}

#[derive(Debug)]
struct Service {
    plain: &'static str,
    events: HashMap<i64, Labels>,
}

#[derive(Debug, Default)]
struct Table {
    services: Vec<Service>,
    channels: HashMap<String, usize>,
    providers: HashMap<String, usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| table(DATA).unwrap_or_default());

/// What tells a Windows event's labels.
#[derive(Clone, Copy, Debug, Default)]
pub struct WindowsEvent<'e> {
    /// `Channel`.
    pub channel: Option<&'e str>,
    /// `EventID`.
    pub id: Option<i64>,
    /// `Provider_Name`, or what else names the provider.
    pub provider: Option<&'e str>,
    /// `EventType` of Sysmon's registry events.
    pub event_type: Option<&'e str>,
}

impl WindowsEvent<'_> {
    /// The labels, joined by single spaces; empty when neither channel nor provider and id say
    /// that it is one.
    #[must_use]
    pub fn labels(&self) -> &'static str {
        let Some(id) = self.id else { return "" };
        let known = match (self.channel, self.provider) {
            (Some(channel), _) if !channel.is_empty() => found(&TABLE.channels, channel),
            (_, Some(provider)) => found(&TABLE.providers, provider),
            _ => return "",
        };
        let Some(service) = known.and_then(|place| TABLE.services.get(place)) else {
            return UNKNOWN;
        };
        let Some(labels) = service.events.get(&id) else { return service.plain };
        let typed = labels.typed.iter().find(|(want, _)| Some(want.as_str()) == self.event_type);
        typed.map_or(labels.plain, |(_, labels)| labels)
    }
}

fn found(table: &HashMap<String, usize>, name: &str) -> Option<usize> {
    match table.get(name) {
        Some(place) => Some(*place),
        None => table.get(&name.to_ascii_lowercase()).copied(),
    }
}

/// Reads the table; `None` where it is not in the form that `windows.yml` describes.
fn table(text: &str) -> Option<Table> {
    let document = yaml::read(text).ok()?.into_iter().next()?;
    let mut table = Table::default();
    let Value::List(services) = &document.member("labels")?.value else { return None };
    for node in services {
        let name = node.member("service")?.text()?;
        let place = table.services.len();
        for channel in list(node.member("channel")) {
            // As it is written and in lower case, so that the common spelling needs no folding.
            table.channels.insert(channel.to_ascii_lowercase(), place);
            table.channels.insert(channel.to_owned(), place);
        }
        for provider in list(node.member("provider")) {
            table.providers.insert(provider.to_ascii_lowercase(), place);
            table.providers.insert(provider.to_owned(), place);
        }
        let plain = join(name, &[]);
        let mut events = HashMap::new();
        if let Some(Node { value: Value::Map(members), .. }) = node.member("events") {
            for (id, categories) in members {
                events.insert(id.text.parse().ok()?, labels(name, categories)?);
            }
        }
        table.services.push(Service { plain, events });
    }
    Some(table)
}

fn list(node: Option<&Node>) -> Vec<&str> {
    match node.map(|node| &node.value) {
        Some(Value::List(items)) => items.iter().filter_map(Node::text).collect(),
        _ => Vec::new(),
    }
}

/// The labels of an event id's categories.
fn labels(service: &str, categories: &Node) -> Option<Labels> {
    let Value::List(items) = &categories.value else { return None };
    let always: Vec<&str> = items.iter().filter_map(Node::text).collect();
    let mut typed: Vec<(String, Vec<&str>)> = Vec::new();
    for item in items.iter().filter(|item| item.text().is_none()) {
        let (category, kind) =
            (item.member("category")?.text()?, item.member("EventType")?.text()?);
        match typed.iter_mut().find(|(have, _)| have == kind) {
            Some((_, list)) => list.push(category),
            None => typed.push((kind.to_owned(), [always.clone(), vec![category]].concat())),
        }
    }
    let typed = typed.into_iter().map(|(kind, list)| (kind, join(service, &list))).collect();
    Some(Labels { plain: join(service, &always), typed })
}

/// Labels as one text that lives as long as the program: there are about a hundred.
fn join(service: &str, categories: &[&str]) -> &'static str {
    let mut all: Vec<String> =
        categories.iter().map(|category| format!("windows/{category}/{service}")).collect();
    if all.is_empty() {
        all.push(format!("windows//{service}"));
    }
    all.sort();
    Box::leak(all.join(" ").into_boxed_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(channel: &str, id: i64, event_type: Option<&str>) -> &'static str {
        WindowsEvent { channel: Some(channel), id: Some(id), event_type, ..WindowsEvent::default() }
            .labels()
    }

    #[test]
    fn the_table_is_read() {
        let table = table(DATA).expect("windows.yml in its own form");
        assert!(table.services.len() > 40 && table.channels.contains_key("security"));
    }

    #[test]
    fn channel_and_id_together_tell() {
        let sysmon = "Microsoft-Windows-Sysmon/Operational";
        assert_eq!(of(sysmon, 1, None), "windows/process_creation/sysmon");
        assert_eq!(of("Security", 4688, None), "windows/process_creation/security");
        assert_eq!(of("security", 4624, None), "windows//security");
        assert_eq!(of("Application", 1, None), "windows//application");
        assert_eq!(of("Some-Other/Channel", 1, None), "windows//");
        let added = "windows/registry_add/sysmon windows/registry_event/sysmon";
        assert_eq!(of(sysmon, 12, Some("CreateKey")), added);
        assert_eq!(of(sysmon, 12, Some("INFO")), "windows/registry_event/sysmon");
        let set = "windows/registry_event/sysmon windows/registry_set/sysmon";
        assert_eq!(of(sysmon, 13, Some("SetValue")), set);
    }

    #[test]
    fn a_provider_stands_in_for_a_channel() {
        let provider = Some("Microsoft-Windows-Sysmon");
        let event = WindowsEvent { id: Some(3), provider, ..WindowsEvent::default() };
        assert_eq!(event.labels(), "windows/network_connection/sysmon");
        assert_eq!(WindowsEvent { provider, ..WindowsEvent::default() }.labels(), "");
        assert_eq!(WindowsEvent { id: Some(3), ..WindowsEvent::default() }.labels(), "");
    }
}
