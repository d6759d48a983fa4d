//! The command line resolved: what is read, which of it, in which zone.
//!
//! Everything that can be wrong without a database is found here. What it does *not* know: how
//! things are printed ([`crate::view`]).

use crate::args::Args;
use crate::matching;
use crate::period::{Period, period};
use anyhow::Result;
use common::cli::{Failure, Kind};
use common::clock::Timestamp;
use common::clock::zone::Zone;
use common::event::EventId;
use common::field::Field;
use common::filter::Filter;
use common::filter::parse::{Reading, meant};
use common::section::{self, Table};
use common::sigma::Collection;
use std::fs;
use store::{Selection, SiemSelection, Store};

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Events,
    SiemEvents,
    Rules,
    Helpers,
    /// Both of the two before.
    RulesAndHelpers,
}

/// A command line without its open questions.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) subject: Subject,
    pub(crate) sections: Vec<String>,
    pub(crate) filter: Filter,
    pub(crate) period: Period,
    pub(crate) ids: Vec<String>,
    pub(crate) zone: Zone,
}

impl Request {
    pub(crate) fn new(args: &Args, now: Timestamp) -> Result<Request> {
        let zone = zone(args)?;
        let (subject, sections) = subject(args)?;
        let filter = matching::filter(args).and(condition(args, &zone, now)?).and(sigma(args)?);
        let request = Request {
            subject,
            sections,
            filter,
            period: period(args, &zone, now)?,
            ids: args.id.clone(),
            zone,
        };
        if subject == Subject::Events {
            request.event_ids()?;
        }
        Ok(request)
    }

    /// Gives the filter what the sets that it names hold.
    pub(crate) fn bind(&mut self, store: &mut dyn Store) -> Result<()> {
        if self.filter.set_tests().is_empty() {
            return Ok(());
        }
        let sets = store.sets().map_err(Failure::from)?;
        self.filter.bind(&sets).map_err(|missing| {
            Failure::new(Kind::Usage, missing.to_string()).hint(missing.hint).into()
        })
    }

    /// The selection of events.
    pub(crate) fn selection(&self) -> Result<Selection> {
        Ok(Selection {
            filter: self.filter.clone(),
            sections: self.sections.clone(),
            since: self.period.0,
            until: self.period.1,
            ids: self.event_ids()?,
        })
    }

    /// The selection of SIEM events; the filter is applied to what it gives.
    pub(crate) fn siem_selection(&self) -> SiemSelection {
        SiemSelection {
            sections: self.sections.clone(),
            since: self.period.0,
            until: self.period.1,
            ids: Vec::new(),
        }
    }

    fn event_ids(&self) -> Result<Vec<EventId>> {
        self.ids.iter().map(|id| event_id("--id", id)).collect()
    }
}

/// An event's id as an option gives it.
pub(crate) fn event_id(option: &str, text: &str) -> Result<EventId> {
    let id: Result<EventId, ()> = text.parse();
    id.map_err(|()| {
        let message = format!("{option}: \"{}\" is no event id", text.escape_debug());
        Failure::new(Kind::Usage, message)
            .hint("event ids look like 1234.17; with --siem, ids of SIEM events are looked for")
            .into()
    })
}

/// A field as an option names it. A name that is nearly a column's is a slip, unless it stands in
/// backquotes.
pub(crate) fn field(option: &str, text: &str) -> Result<Field> {
    let name = text.trim();
    if let Some(inner) = name.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) {
        return Ok(Field::new(inner));
    }
    match meant(name, &[]) {
        None => Ok(Field::new(name)),
        Some(near) => {
            let name = name.escape_debug();
            let message = format!("{option}: unknown field \"{name}\": did you mean {near}?");
            let hint = format!("to insist on the name, write it in backquotes: `{name}`");
            Err(Failure::new(Kind::Usage, message).hint(hint).into())
        }
    }
}

fn zone(args: &Args) -> Result<Zone> {
    match &args.tz {
        _ if args.utc => Ok(Zone::utc()),
        None => Ok(Zone::local()),
        Some(name) => {
            Ok(name.parse().map_err(|error| Failure::new(Kind::Usage, format!("--tz: {error}")))?)
        }
    }
}

/// What the table names, `--siem` and `--rule` ask for, and the sections they name.
fn subject(args: &Args) -> Result<(Subject, Vec<String>)> {
    let mut sections = Vec::new();
    let mut kinds = Vec::new();
    let named = args.section.iter().map(|name| ("--section", name));
    for (option, name) in named.chain(args.table.iter().map(|name| ("--table", name))) {
        let (section, kind) = section::table(name)
            .map_err(|error| Failure::new(Kind::Usage, format!("{option}: {error}")))?;
        if !sections.contains(&section) {
            sections.push(section);
        }
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let subject = match kinds.as_slice() {
        [] | [Table::Event] if args.siem => Subject::SiemEvents,
        [] | [Table::Event] if args.rule => Subject::RulesAndHelpers,
        [] | [Table::Event] => Subject::Events,
        [Table::Siem] if !args.rule => Subject::SiemEvents,
        [Table::Rule] if !args.siem => Subject::Rules,
        [Table::Helper] if !args.siem => Subject::Helpers,
        _ => {
            let message = "events, SIEM events, rules and helpers are read one kind at a time";
            return Err(Failure::new(Kind::Usage, message).into());
        }
    };
    Ok((subject, sections))
}

/// What rules of Sigma files match, one of them.
fn sigma(args: &Args) -> Result<Filter> {
    if args.sigma.is_empty() {
        return Ok(Filter::All);
    }
    let mut collection = Collection::new();
    for path in &args.sigma {
        let name = path.display().to_string();
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::new(Kind::Config, format!("{name}: {error}")))?;
        collection.add(&text, &name);
    }
    let (rules, refusals) = collection.rules(None);
    if let Some(refusal) = refusals.first() {
        return Err(Failure::new(Kind::Config, refusal.to_string()).into());
    }
    let heard = rules.into_iter().filter(|rule| !rule.is_silent);
    Ok(Filter::any(heard.map(|rule| rule.filter).collect()))
}

fn condition(args: &Args, zone: &Zone, now: Timestamp) -> Result<Filter> {
    let reading = Reading { known: Some(&[]), zone: zone.clone(), now: Some(now) };
    args.filter.iter().try_fold(Filter::All, |all, text| Ok(all.and(read(&reading, text)?)))
}

fn read(reading: &Reading<'_>, text: &str) -> Result<Filter> {
    reading.parse(text).map_err(|error| {
        let indented: String = error.caret().lines().map(|line| format!("\n  {line}")).collect();
        let message = format!("--where: {}{indented}", error.message);
        let failure = Failure::new(Kind::Usage, message);
        match error.hint {
            Some(hint) => failure.hint(hint).into(),
            None => failure.into(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    fn read(options: &[&str]) -> Result<Request> {
        let words = ["siemquery"].iter().chain(options);
        Request::new(&Args::try_parse_from(words)?, Timestamp(0))
    }

    #[test]
    fn a_slip_in_a_name_of_an_option_is_refused_and_backquotes_insist() {
        for name in
            ["time", "host", "source.ip", "EventID", "log.offset", "event.id", "`source.ipp`"]
        {
            assert!(field("--fields", name).is_ok(), "{name}");
        }
        let refused = field("--count-by", "source.ipp").expect_err("a slip").to_string();
        assert_eq!(refused, "--count-by: unknown field \"source.ipp\": did you mean source.ip?");
        assert_eq!(field("--same", "`user.nmae`").expect("insisted").name(), "user.nmae");
    }

    #[test]
    fn each_condition_given_must_hold() {
        let both = read(&["--where", "process.name = sshd", "--where", "user.name = root"]);
        let one = read(&["--where", "process.name = sshd and user.name = root"]);
        assert_eq!(both.expect("two").filter, one.expect("one").filter);
    }

    #[test]
    fn table_names_of_siemstress_say_what_is_read() {
        for (options, subject, section) in [
            (&["-s", "auth"][..], Subject::Events, "auth"),
            (&["-s", "siem_auth"], Subject::SiemEvents, "auth"),
            (&["--table", "SIEMAuth"], Subject::SiemEvents, "auth"),
            (&["--siem", "-s", "auth"], Subject::SiemEvents, "auth"),
            (&["--table", "rules_auth"], Subject::Rules, "auth"),
            (&["--rule", "--table", "helpers_auth"], Subject::Helpers, "auth"),
            (&["--rule", "-s", "auth"], Subject::RulesAndHelpers, "auth"),
        ] {
            let request = read(options).expect("a request");
            assert_eq!((request.subject, request.sections), (subject, vec![section.to_owned()]));
        }
        assert!(read(&["-s", "auth", "-s", "siem_auth"]).is_err());
        assert!(read(&["-s", "auth; drop table event"]).is_err());
        assert_eq!(
            read(&["-s", "a", "-s", "a", "-s", "b"]).expect("a request").sections,
            ["a", "b"]
        );
    }

    #[test]
    fn mistakes_are_found_before_the_database() {
        for options in [
            &["--where", "user.name ="][..],
            &["--where", "usr.name = x"],
            &["--id", "x"],
            &["--since", "soon"],
            &["--since", "today", "--until", "yesterday"],
            &["--last", "x"],
            &["--range", "2026"],
            &["--tz", "Mars"],
        ] {
            assert!(read(options).is_err(), "{options:?}");
        }
    }
}
