//! Where a source gets what it needs before its first line: a cursor, settings, helpers.
//!
//! In: sources and the files found for them. Out: cursors claimed from the store, parsers made
//! from the section's settings. Without a store everything begins at the beginning, with the
//! helpers that are shipped.
//!
//! What it does *not* know: batches; they are stored through a connection of their own.

mod claim;

use self::claim::Memory;
use crate::outage::{Outage, is_passing};
use crate::source::Source;
use crate::spool;
use common::cli::{Failure, Kind, warn};
use common::clock::Timestamp;
use common::clock::zone::Zone;
use common::config::Config;
use common::helper::Helper;
use parse::helper::Helpers;
use parse::{Parser, Settings};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Create, Cursor, Error, Store, Url};

/// How often the helpers' generation is asked for.
const POLL: Duration = Duration::from_secs(1);

/// The database to open, again and again if need be.
#[derive(Clone)]
pub(crate) struct Door {
    url: Url,
    create: Create,
    /// Whether a run waits for its database to begin with.
    waits: bool,
}

impl Door {
    pub(crate) fn new(config: &Config, create: Create, waits: bool) -> Result<Door, Failure> {
        let url = Url::parse(config.db.as_deref()).map_err(Failure::from)?;
        Ok(Door { url, create, waits })
    }

    pub(crate) fn open(&self) -> store::Result<Box<dyn Store>> {
        store::open(&self.url, self.create)
    }

    /// Opens the database when a run begins.
    pub(crate) fn open_first(&self, outage: &Outage) -> Result<Box<dyn Store>, Failure> {
        let mut has_waited = false;
        loop {
            match self.open() {
                Ok(store) => {
                    if has_waited {
                        outage.end(&store.name());
                    }
                    return Ok(store);
                }
                Err(error) if self.waits && is_coming(&error) && outage.again(&error) => {
                    has_waited = true;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Whether a database that is being set up may answer like this.
fn is_coming(error: &Error) -> bool {
    is_passing(error) || matches!(error, Error::Uninitialised(_) | Error::Version { .. })
}

/// What a section says about its sources.
struct Section {
    format: Option<parse::Format>,
    zone: Option<Zone>,
    helpers: Arc<Helpers>,
}

/// Claims cursors and makes parsers.
pub(crate) struct Desk {
    store: Option<Box<dyn Store>>,
    /// Whether sources go on where they were left; otherwise they begin anew, and nothing is
    /// written.
    is_kept: bool,
    outage: Outage,
    /// Whether a database that is away is waited for: once it has answered.
    is_patient: bool,
    host: String,
    zone: Zone,
    year: Option<i16>,
    sections: HashMap<String, Section>,
    memory: Memory,
    generation: i64,
    asked: Instant,
}

impl Desk {
    /// A desk before a store, or before none.
    pub(crate) fn new(
        door: Option<&Door>,
        is_kept: bool,
        config: &Config,
        year: Option<i16>,
        outage: Outage,
    ) -> anyhow::Result<Desk> {
        let store = door.map(|door| door.open_first(&outage)).transpose()?;
        let zone = config.zone.as_deref().unwrap_or("local").parse();
        let zone = zone.map_err(|error| Failure::new(Kind::Config, format!("zone: {error}")))?;
        let mut desk = Desk {
            store,
            is_kept,
            outage,
            is_patient: door.is_some_and(|door| door.waits),
            host: config.identity(),
            zone,
            year,
            sections: HashMap::new(),
            memory: Memory::default(),
            generation: 0,
            asked: Instant::now(),
        };
        desk.generation =
            desk.ask(|store| store.helper_generation()).map_err(Failure::from)?.unwrap_or(0);
        Ok(desk)
    }

    /// Notes where a source was left, where no store does.
    pub(crate) fn note(&mut self, cursor: &Cursor) {
        if !self.is_kept && cursor.source > 0 {
            self.memory.note(cursor);
        }
    }

    /// From now on a database that is away is waited for.
    pub(crate) fn be_patient(&mut self) {
        self.is_patient = true;
    }

    /// Asks the store; after a lost connection once more, which makes a new one, and again and
    /// again where that is worth it.
    fn ask<T>(
        &mut self,
        mut question: impl FnMut(&mut dyn Store) -> store::Result<T>,
    ) -> store::Result<Option<T>> {
        let Some(store) = &mut self.store else { return Ok(None) };
        let (mut is_first, mut has_waited) = (true, false);
        loop {
            match question(store.as_mut()) {
                Err(Error::Lost { .. }) if std::mem::take(&mut is_first) => {}
                Err(error)
                    if self.is_patient && is_passing(&error) && self.outage.again(&error) =>
                {
                    has_waited = true;
                }
                Err(error) => return Err(error),
                Ok(answer) => {
                    if has_waited {
                        self.outage.end(&store.name());
                    }
                    return Ok(Some(answer));
                }
            }
        }
    }

    /// Lets other processes follow sources again. A database that is away has done so already.
    pub(crate) fn release(&mut self, sources: &[i64]) {
        if let Some(store) = &mut self.store
            && !sources.is_empty()
            && !self.outage.is_on()
        {
            let _ = store.release(sources);
        }
    }

    /// The cursor of a stream: always a new one.
    pub(crate) fn claim_stream(&mut self, source: &Source, name: &str) -> store::Result<Cursor> {
        let (kind, name) = ("stdin".to_owned(), name.to_owned());
        let section = source.section.clone();
        self.claim(Cursor { kind, name, section, ..Cursor::default() }, &mut |_, _| None)
    }

    /// The cursor of the journal with some matches.
    pub(crate) fn claim_journal(&mut self, source: &Source, name: &str) -> store::Result<Cursor> {
        self.claim_named(source, "journal", name)
    }

    /// The cursor of a segment of a spool.
    pub(crate) fn claim_segment(&mut self, source: &Source, name: &str) -> store::Result<Cursor> {
        self.claim_named(source, spool::KIND, name)
    }

    /// The cursor of something that its name tells from everything else.
    fn claim_named(&mut self, source: &Source, kind: &str, name: &str) -> store::Result<Cursor> {
        let (kind, name) = (kind.to_owned(), name.to_owned());
        let section = source.section.clone();
        self.claim(Cursor { kind, name, section, ..Cursor::default() }, &mut |new, cursors| {
            let same = |cursor: &&Cursor| {
                (&cursor.kind, &cursor.name, &cursor.section)
                    == (&new.kind, &new.name, &new.section)
            };
            cursors.iter().find(same).cloned()
        })
    }

    fn claim(
        &mut self,
        new: Cursor,
        choose: &mut dyn FnMut(&Cursor, &[Cursor]) -> Option<Cursor>,
    ) -> store::Result<Cursor> {
        let host = self.host.clone();
        let new = Cursor { host: host.clone(), ..new };
        if !self.is_kept {
            return Ok(new);
        }
        let claimed = self.ask(|store| {
            store.claim(&host, &mut |cursors| choose(&new, cursors).unwrap_or_else(|| new.clone()))
        })?;
        Ok(claimed.unwrap_or(new))
    }

    /// A parser for a source, going on from a cursor's state.
    pub(crate) fn parser(
        &mut self,
        source: &Source,
        state: &str,
        reference: Timestamp,
    ) -> Result<Parser, Failure> {
        self.load_section(&source.section)?;
        let section = &self.sections[&source.section];
        let zone = source.zone.clone().or_else(|| section.zone.clone());
        let settings = Settings {
            section: source.section.clone(),
            zone: zone.unwrap_or_else(|| self.zone.clone()),
            format: source.format.or(section.format),
            year: self.year,
            reference,
            read_at: Timestamp::now(),
            host: None,
            program: source.program.clone(),
            start: source.start.clone(),
            statistics: source.statistics,
        };
        let state = Some(state).filter(|state| !state.is_empty());
        let wrong = |error: parse::StateError| Failure::new(Kind::Database, error.to_string());
        let mut parser = Parser::new(settings, state).map_err(wrong)?;
        parser.set_helpers(Arc::clone(&section.helpers));
        Ok(parser)
    }

    fn load_section(&mut self, name: &str) -> Result<(), Failure> {
        if self.sections.contains_key(name) {
            return Ok(());
        }
        let is_kept = self.is_kept;
        let found = self.ask(|store| {
            let section = if is_kept { store.ensure_section(name)? } else { known(store, name)? };
            Ok((section, store.section_helpers(name)?))
        });
        let found = found.map_err(Failure::from)?;
        let (section, helpers) = match found {
            Some((section, helpers)) => (section, helpers),
            None => (common::section::Section::default(), shipped(name)),
        };
        let wrong = |error: String| Failure::new(Kind::Config, format!("section {name}: {error}"));
        let format = section.format.as_deref().map(str::parse).transpose();
        let zone = section.zone.as_deref().map(str::parse).transpose();
        let helpers = Helpers::new(helpers).map_err(|error| wrong(error.to_string()))?;
        self.sections.insert(
            name.to_owned(),
            Section {
                format: format.map_err(|error: parse::UnknownFormat| wrong(error.to_string()))?,
                zone: zone
                    .map_err(|error: common::clock::zone::ZoneError| wrong(error.to_string()))?,
                helpers: Arc::new(helpers),
            },
        );
        Ok(())
    }

    /// The helpers of a section as they are now.
    pub(crate) fn helpers(&mut self, section: &str) -> Result<Arc<Helpers>, Failure> {
        self.load_section(section)?;
        Ok(Arc::clone(&self.sections[section].helpers))
    }

    /// Whether helpers or sections changed since the last time; looks once a second.
    pub(crate) fn has_changed(&mut self) -> bool {
        // A database that is away is asked by the writer.
        if self.asked.elapsed() < POLL || self.outage.is_on() {
            return false;
        }
        self.asked = Instant::now();
        let Some(store) = &mut self.store else { return false };
        let Ok(generation) = store.helper_generation() else { return false };
        if generation == self.generation {
            return false;
        }
        self.generation = generation;
        self.sections.clear();
        true
    }
}

/// A section as the store knows it; one that it does not know has no settings.
fn known(store: &mut dyn Store, name: &str) -> store::Result<common::section::Section> {
    let found = store.sections()?.into_iter().find(|section| section.name == name);
    Ok(found.unwrap_or_default())
}

/// The helpers of a section that come with the program.
fn shipped(section: &str) -> Vec<Helper> {
    let mut all = common::helper::ready().unwrap_or_else(|error| {
        warn("siemparse", &error.to_string());
        Vec::new()
    });
    all.retain(|helper| helper.section.as_deref().is_none_or(|own| own == section));
    all
}
