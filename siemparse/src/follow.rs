//! The reading loop: turns for every source, batches handed on, rotation, the end.
//!
//! What it does *not* know: how lines are read (`tail`), stored (`pipeline`), or found (`roster`).

mod open;

use crate::batch::{DELAY, Delta, Report};
use crate::desk::{Desk, Door};
use crate::identity;
use crate::pipeline::Pipeline;
use crate::progress::Progress;
use crate::roster::{Roster, reason};
use crate::source::Source;
use crate::summary::Summary;
use crate::tail::{Input, Tail, Trouble, Turn};
use crate::take::Take;
use crate::watch::Watch;
use common::cli::Stop;
use common::cli::{Exit, Failure, Kind, warn};
use common::clock::Timestamp;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, SystemTime};
use store::Cursor;

/// How long a file must not have changed before its unfinished last line is taken.
const QUIET: Duration = Duration::from_secs(2);
/// How long a file that has left its path is still read without growing.
const GRACE: Duration = Duration::from_secs(5);
/// How long a pause is when nothing wakes.
const PAUSE: Duration = Duration::from_millis(50);
/// The same for very many files.
const LONG_PAUSE: Duration = Duration::from_secs(1);
/// From how many files on the pause is long.
const MANY: usize = 64;
/// How many events may be pending over all sources.
const PENDING: usize = 5_000;
/// How many files a run to the end has open at once.
const OPEN: usize = 8;

/// How a run goes on and ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mode {
    pub(crate) is_once: bool,
    pub(crate) from_end: bool,
    pub(crate) is_quiet: bool,
}

/// A run over all sources.
pub(crate) struct Reading {
    roster: Roster,
    desk: Desk,
    pipeline: Option<Pipeline>,
    take: Take,
    mode: Mode,
    stop: Stop,
    tails: Vec<Tail>,
    /// How many tails there have been: the next one's number.
    count: usize,
    bell: SyncSender<()>,
    wake: Receiver<()>,
    watch: Option<Watch>,
    summary: Summary,
    progress: Progress,
    /// Whether some source could not be read to its end.
    is_partial: bool,
}

impl Reading {
    pub(crate) fn new(
        sources: Vec<Source>,
        desk: Desk,
        writer: Option<Door>,
        take: Take,
        mode: Mode,
        stop: Stop,
    ) -> anyhow::Result<Reading> {
        let (bell, wake) = sync_channel(1);
        let start = |door| Pipeline::start(door, stop.clone(), bell.clone(), mode.is_once);
        let pipeline = writer.map(start).transpose()?;
        let is_shown = matches!(take, Take::Keep | Take::Count) && mode.is_once && !mode.is_quiet;
        Ok(Reading {
            roster: Roster::new(sources),
            desk,
            summary: Summary::new(pipeline.is_some()),
            pipeline,
            take,
            mode,
            stop,
            tails: Vec::new(),
            count: 0,
            watch: (!mode.is_once).then(|| Watch::new(bell.clone())),
            bell,
            wake,
            progress: Progress::new(is_shown),
            is_partial: false,
        })
    }

    /// Reads until the end, or for ever.
    pub(crate) fn run(mut self) -> anyhow::Result<Exit> {
        let mut is_first = true;
        while !self.stop.is_raised() {
            self.hear()?;
            self.look(is_first)?;
            if std::mem::take(&mut is_first)
                && self.tails.is_empty()
                && self.roster.has_only_complaints()
            {
                self.is_partial = true;
                break;
            }
            let is_busy = self.round()?;
            self.retire();
            if self.tails.is_empty()
                && self.roster.is_empty()
                && (self.mode.is_once || self.roster.is_over())
            {
                break;
            }
            if !is_busy {
                self.take.flush()?;
                self.wait();
            }
        }
        self.finish()
    }

    /// Looks for files that came, went or were renamed, and opens those that are new.
    fn look(&mut self, is_first: bool) -> anyhow::Result<()> {
        let is_told = self.watch.as_ref().is_some_and(Watch::names_changed);
        if is_first || !self.mode.is_once && (is_told || self.roster.is_due()) {
            self.roster.look(&mut self.tails);
            self.is_partial |= self.mode.is_once && self.roster.has_complaints();
        }
        while !(self.mode.is_once && self.tails.len() >= OPEN) {
            let Some(found) = self.roster.next() else { break };
            self.open(&found)?;
        }
        if self.desk.has_changed() {
            for tail in &mut self.tails {
                match self.desk.helpers(&tail.source.section) {
                    Ok(helpers) => tail.parser.set_helpers(helpers),
                    Err(failure) => warn("siemparse", &failure.to_string()),
                }
            }
        }
        Ok(())
    }

    /// Gives every source a turn. Whether there is more to read at once.
    fn round(&mut self) -> anyhow::Result<bool> {
        let mut is_busy = false;
        for place in 0..self.tails.len() {
            let tail = &mut self.tails[place];
            if tail.is_finished {
                continue;
            }
            match tail.turn(&mut self.take) {
                Ok(Turn::More) => {
                    is_busy = true;
                    let pending: usize = self.tails.iter().map(|tail| tail.pending.len()).sum();
                    let pending_here = &self.tails[place].pending;
                    if pending_here.is_full()
                        || pending >= PENDING
                        || pending_here.waited() >= DELAY
                    {
                        self.send(place);
                    }
                }
                Ok(Turn::Idle) => self.idle(place)?,
                Ok(Turn::End) => self.end(place)?,
                Ok(Turn::Replaced) => {
                    tail.lose_rest();
                    tail.is_replaced = true;
                    tail.is_finished = true;
                    self.roster.hurry();
                    self.send(place);
                    is_busy = true;
                }
                Err(Trouble::Output(error)) => return Err(error.into()),
                Err(Trouble::Input(error)) => {
                    let path = tail.path.display();
                    warn("siemparse", &format!("{path}: {}", reason(&error)));
                    self.is_partial = true;
                    tail.is_finished = true;
                    self.send(place);
                }
            }
        }
        Ok(is_busy)
    }

    /// A file has been read as far as it goes at the moment.
    fn idle(&mut self, place: usize) -> anyhow::Result<()> {
        let tail = &mut self.tails[place];
        let is_file = matches!(tail.input, Input::File(_));
        let is_over = if self.mode.is_once {
            is_file && (!tail.has_rest() || is_quiet(tail))
        } else {
            tail.is_leaving && tail.grown.elapsed() >= GRACE
        };
        if is_over {
            return self.end(place);
        }
        if tail.parser.is_open() && tail.grown.elapsed() >= QUIET {
            tail.take_open(&mut self.take)?;
        }
        if tail.pending.patience(tail.sent) == Some(Duration::ZERO) {
            self.send(place);
        }
        self.tails[place].pause();
        Ok(())
    }

    /// A source has been read to its end.
    fn end(&mut self, place: usize) -> anyhow::Result<()> {
        let tail = &mut self.tails[place];
        tail.take_rest(&mut self.take)?;
        tail.is_finished = true;
        if let Input::Journal(_, child) = &mut tail.input {
            let status = child.wait()?;
            if !status.success() {
                warn("siemparse", &format!("journalctl: {status}"));
                self.is_partial = true;
            }
        }
        self.send(place);
        Ok(())
    }

    /// Hands the pending batch on.
    fn send(&mut self, place: usize) {
        let tail = &mut self.tails[place];
        if tail.pending.is_empty() && tail.position() == tail.cursor.position {
            return;
        }
        let job = tail.cut();
        self.progress.advance(&job.delta);
        match &self.pipeline {
            None => self.summary.total.add(&job.delta),
            Some(pipeline) => {
                if pipeline.send(job) {
                    tail.outstanding += 1;
                }
            }
        }
    }

    /// Hears what the writer says.
    fn hear(&mut self) -> anyhow::Result<()> {
        let Some(pipeline) = &self.pipeline else { return Ok(()) };
        let reports: Vec<Report> = pipeline.reports().collect();
        for report in reports {
            match report {
                Report::Stored(number, delta) => self.note(number, &delta),
                Report::Failed(failure) => return Err(failure.into()),
                Report::Back(number, epoch, cursor) => {
                    self.note(number, &Delta::default());
                    self.set_back(number, epoch, *cursor)?;
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, number: usize, delta: &Delta) {
        self.summary.total.add(delta);
        if let Some(tail) = self.tails.iter_mut().find(|tail| tail.number == number) {
            tail.outstanding -= 1;
        }
    }

    /// Lets a source go on where its cursor stands now.
    fn set_back(&mut self, number: usize, epoch: u32, cursor: Cursor) -> anyhow::Result<()> {
        let found = self.tails.iter_mut().find(|tail| tail.number == number && tail.epoch == epoch);
        let Some(tail) = found else { return Ok(()) };
        let Some(content) = tail.input.content() else {
            let what =
                format!("{}: its cursor was moved, and it cannot be read again", cursor.name);
            return Err(Failure::new(Kind::Database, what).into());
        };
        if identity::belongs(&cursor, content) {
            let parser = self.desk.parser(&tail.source, &cursor.state, Timestamp::now())?;
            tail.reset(cursor, parser)?;
        } else {
            tail.is_replaced = true;
            tail.is_finished = true;
            tail.drop_pending();
            self.roster.hurry();
        }
        Ok(())
    }

    /// Lets go of sources that are read and stored.
    fn retire(&mut self) {
        let is_done = |tail: &Tail| tail.is_finished && tail.outstanding == 0;
        if self.tails.iter().any(is_done) {
            self.tails
                .iter()
                .filter(|tail| is_done(tail))
                .for_each(|tail| self.roster.finish(tail));
            self.tails.retain(|tail| !is_done(tail));
        }
    }

    /// Waits for something to happen.
    fn wait(&self) {
        let pause = if self.tails.len() > MANY { LONG_PAUSE } else { PAUSE };
        let patience = self.tails.iter().filter_map(|tail| tail.pending.patience(tail.sent)).min();
        let pause = patience.map_or(pause, |patience| patience.min(pause));
        match self.wake.recv_timeout(pause.max(Duration::from_millis(1))) {
            Ok(()) | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
    }

    /// Hands on what is left and waits until it is stored.
    fn finish(mut self) -> anyhow::Result<Exit> {
        for place in 0..self.tails.len() {
            if self.tails[place].input.content().is_none() && !self.tails[place].is_finished {
                self.tails[place].take_rest(&mut self.take)?;
            }
            self.send(place);
            if let Input::Journal(_, child) = &mut self.tails[place].input {
                // It may have ended by itself.
                let _ = child.kill();
            }
        }
        self.take.flush()?;
        let mut failure = None;
        for report in self.pipeline.take().map(Pipeline::finish).unwrap_or_default() {
            match report {
                Report::Stored(number, delta) => self.note(number, &delta),
                Report::Failed(error) => failure = Some(error),
                Report::Back(..) => {}
            }
        }
        drop(self.progress);
        if self.count > 0 && !self.mode.is_quiet && !matches!(self.take, Take::Explain(_)) {
            self.summary.print();
        }
        match failure {
            Some(failure) => Err(failure.into()),
            None if self.is_partial => Ok(Exit::Partial),
            None => Ok(Exit::Done),
        }
    }
}

/// Whether a file has not changed for a while, by its own time or by ours.
fn is_quiet(tail: &Tail) -> bool {
    let changed = tail.input.content().and_then(|content| content.state().ok());
    let age = changed.and_then(|(_, changed)| SystemTime::now().duration_since(changed).ok());
    tail.grown.elapsed() >= QUIET || age.is_some_and(|age| age >= QUIET)
}
