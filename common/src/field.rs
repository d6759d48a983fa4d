//! Field names: the ECS names of the event's columns, their SQL names, types and short aliases.
//!
//! One flat table (below, long because it is a list of like entries) is the only place where a
//! column's name is written. ECS names follow the Elastic Common Schema 9.5 dictionary, except
//! those that ECS does not have: `section`, `log.offset` (filebeat's) and `time.quality`.
//!
//! What it does *not* know: events. [`crate::event`] gives each column its value.

use std::fmt;
use std::sync::Arc;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text without NUL.
    Text,
    /// A signed 64-bit integer.
    Int,
    /// An IPv4 or IPv6 address.
    Ip,
    /// Microseconds since 1970-01-01T00:00:00Z.
    Time,
    /// A list of texts, stored joined by single spaces.
    List,
}

macro_rules! columns {
    ($($variant:ident $ecs:literal $sql:literal $kind:ident [$($alias:literal)*];)*) => {
        /// A column of the event table that has a name in filters and in JSON.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "each variant is documented by its ECS name in the table")]
        pub enum Column { $($variant),* }

        impl Column {
            /// Every column in the order of the JSON form.
            pub const ALL: &'static [Column] = &[$(Column::$variant),*];

            /// The dotted ECS name, as in JSON and filters.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Column::$variant => $ecs),* }
            }

            /// The name of the SQL column.
            #[must_use]
            pub fn sql(self) -> &'static str {
                match self { $(Column::$variant => $sql),* }
            }

            /// What the column holds.
            #[must_use]
            pub fn kind(self) -> Kind {
                match self { $(Column::$variant => Kind::$kind),* }
            }

            /// Finds a column by its ECS name alone.
            #[must_use]
            pub fn of_ecs(name: &str) -> Option<Column> {
                match name {
                    $($ecs => Some(Column::$variant),)*
                    _ => None,
                }
            }

            /// Finds a column by ECS name, SQL name or short alias; names are case-sensitive.
            #[must_use]
            pub fn named(name: &str) -> Option<Column> {
                match name {
                    $($ecs $(| $alias)* => Some(Column::$variant),)*
                    _ => Column::ALL.iter().copied().find(|column| column.sql() == name),
                }
            }
        }
    };
}

columns! {
    Time                 "@timestamp"             "time"                   Time ["time"];
    Section              "section"                "section"                Text [];
    HostName             "host.name"              "host_name"              Text ["host"];
    Dataset              "event.dataset"          "dataset"                Text ["dataset"];
    EventCategory        "event.category"         "event_category"         Text ["category"];
    EventAction          "event.action"           "event_action"           Text ["action"];
    EventOutcome         "event.outcome"          "event_outcome"          Text ["outcome"];
    EventCode            "event.code"             "event_code"             Text ["code"];
    LogFacility          "log.syslog.facility.code" "log_facility"         Int  ["facility"];
    LogSeverity          "log.syslog.severity.code" "log_severity"         Int  ["severity"];
    ProcessName          "process.name"           "process_name"           Text ["process"];
    ProcessPid           "process.pid"            "process_pid"            Int  ["pid"];
    ProcessExecutable    "process.executable"     "process_executable"     Text [];
    ProcessCommandLine   "process.command_line"   "process_command_line"   Text [];
    UserName             "user.name"              "user_name"              Text ["user"];
    UserTargetName       "user.target.name"       "user_target_name"       Text [];
    SourceIp             "source.ip"              "source_ip"              Ip   ["src_ip"];
    SourcePort           "source.port"            "source_port"            Int  ["src_port"];
    DestinationIp        "destination.ip"         "destination_ip"         Ip   ["dst_ip"];
    DestinationPort      "destination.port"       "destination_port"       Int  ["dst_port"];
    NetworkTransport     "network.transport"      "network_transport"      Text ["protocol"];
    Message              "message"                "message"                Text [];
    Helper               "event.provider"         "helper"                 Text ["helper"];
    LogOffset            "log.offset"             "log_offset"             Int  [];
    Tags                 "tags"                   "tags"                   List [];
    TimeQuality          "time.quality"           "time_quality"           Int  [];
}

/// A field as a filter, a rule or a flag names it: a column, or any other name.
///
/// Resolution (DESIGN: "two views of one event"): a column's value, else the field of that name
/// that a helper or format added, else the source's own field of that name, else absent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// A column of the event table.
    Column(Column),
    /// Any other ECS or original name.
    Named(String),
    /// The source's own names, before columns: a Sigma field and what a source may call it.
    Own(Own),
}

/// Names of one thing, of which the first that is not absent counts. Each means the source's own
/// field of that name, else a field that was added, else the column with that ECS name: a typed
/// column never shadows what the source wrote.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Own(Arc<[String]>);

impl Own {
    /// A name and the names that stand in for it.
    #[must_use]
    pub fn new(name: &str, aliases: &[&str]) -> Own {
        let mut names = vec![name.to_owned()];
        for alias in aliases {
            if !names.iter().any(|have| have == alias) {
                names.push((*alias).to_owned());
            }
        }
        Own(names.into())
    }

    /// The names, at least one.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0
    }
}

impl Field {
    /// Reads a field name. Every text is a field; unknown names are simply absent from events.
    #[must_use]
    pub fn new(name: &str) -> Field {
        match Column::named(name) {
            Some(column) => Field::Column(column),
            None => Field::Named(name.to_owned()),
        }
    }

    /// The canonical name: the ECS name of a column, otherwise the name as given.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Field::Column(column) => column.name(),
            Field::Named(name) => name,
            Field::Own(own) => own.0.first().map_or("", String::as_str),
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_resolve_to_themselves() {
        let mut seen = HashSet::new();
        for &column in Column::ALL {
            assert!(seen.insert(column.name()), "{} twice", column.name());
            assert_eq!(Column::named(column.name()), Some(column));
            assert_eq!(Column::of_ecs(column.name()), Some(column));
            assert_eq!(Column::named(column.sql()), Some(column));
        }
    }

    #[test]
    fn unknown_names_stay_as_they_are() {
        assert_eq!(Field::new("EventID").name(), "EventID");
        assert_eq!(Field::new("src_ip").name(), "source.ip");
    }
}
