//! The reading loop: turns for every source, batches handed on, rotation, the end.
//!
//! What it does *not* know: how lines are read (`tail`), stored (`pipeline`), or found (`roster`).

mod back;
mod finish;
mod open;
mod room;
mod spooled;

use crate::batch::{DELAY, Delta, Report};
use crate::desk::{Desk, Door};
use crate::identity::COMPLETE;
use crate::outage::Outage;
use crate::pipeline::Pipeline;
use crate::progress::Progress;
use crate::reason::reason;
use crate::roster::{Found, Roster};
use crate::source::Source;
use crate::spool::{self, Spool};
use crate::summary::Summary;
use crate::tail::{Input, Tail, Trouble, Turn};
use crate::take::Take;
use crate::watch::Watch;
use common::cli::{Exit, Reopen, Stop, warn};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant, SystemTime};

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
    reopen: Reopen,
    /// Whether the files that were there at the beginning are still being opened.
    is_starting: bool,
    /// Whether a run to the end has read and stored all but what it put off.
    is_resting: bool,
    /// How many tails there had been when it looked at that last.
    rested: usize,
    /// How many files may be open.
    room: usize,
    /// When files were opened last.
    opened: Instant,
    tails: Vec<Tail>,
    /// How many tails there have been: the next one's number.
    count: usize,
    bell: SyncSender<()>,
    wake: Receiver<()>,
    watch: Option<Watch>,
    summary: Summary,
    progress: Progress,
    /// What standard input goes through.
    spool: Option<Spool>,
    /// Whether that has ended.
    is_spooled: bool,
    /// Whether the run ended before all that was read was handed on.
    is_cut_short: bool,
    /// Whether some source could not be read to its end.
    is_partial: bool,
}

impl Reading {
    pub(crate) fn new(
        sources: Vec<Source>,
        desk: Desk,
        writer: Option<Door>,
        outage: &Outage,
        take: Take,
        mode: Mode,
        stop: Stop,
    ) -> anyhow::Result<Reading> {
        let (bell, wake) = sync_channel(1);
        let start = |door: Door| Pipeline::start(&door, stop.clone(), &bell, outage);
        let pipeline = writer.map(start).transpose()?;
        let reopen = if mode.is_once { Reopen::default() } else { Reopen::on_signal()? };
        let is_shown =
            matches!(take, Take::Keep(_) | Take::Count) && mode.is_once && !mode.is_quiet;
        Ok(Reading {
            roster: Roster::new(sources),
            desk,
            summary: Summary::new(pipeline.is_some()),
            pipeline,
            take,
            mode,
            stop,
            reopen,
            is_starting: true,
            is_resting: false,
            rested: 0,
            room: room::most(mode.is_once),
            opened: Instant::now(),
            tails: Vec::new(),
            count: 0,
            watch: (!mode.is_once).then(|| Watch::new(bell.clone())),
            bell,
            wake,
            progress: Progress::new(is_shown),
            spool: None,
            is_spooled: false,
            is_cut_short: false,
            is_partial: false,
        })
    }

    /// Reads until the end, or for ever.
    pub(crate) fn run(mut self) -> anyhow::Result<Exit> {
        let outcome = self.read();
        self.finish(outcome)
    }

    fn read(&mut self) -> anyhow::Result<()> {
        while !self.stop.is_raised() {
            self.hear()?;
            self.look()?;
            let is_busy = self.round()?;
            self.retire();
            if self.tails.is_empty()
                && self.roster.is_empty()
                && !self.roster.is_at_work()
                && (self.mode.is_once || self.roster.is_over())
                && !self.look_again()
            {
                break;
            }
            if !is_busy {
                self.take.flush()?;
                self.wait();
            }
        }
        Ok(())
    }

    /// Looks for files that came, went or were renamed, and opens those that are new.
    fn look(&mut self) -> anyhow::Result<()> {
        if self.reopen.is_wanted() {
            self.close_files();
        }
        let is_told = self.watch.as_ref().is_some_and(Watch::names_changed);
        self.end_spool();
        if self.is_starting || !self.mode.is_once && self.roster.is_due(is_told) {
            self.roster.look(&mut self.tails);
            self.is_partial |= self.mode.is_once && self.roster.has_complaints();
        }
        self.search()?;
        self.make_room();
        let free = self.free();
        let found: Vec<Found> = (0..free).map_while(|_| self.roster.next()).collect();
        self.open(found)?;
        if std::mem::take(&mut self.is_starting) {
            self.desk.be_patient();
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
            if self.tails[place].is_finished {
                continue;
            }
            if !self.may_unpack(place) {
                is_busy = true;
                continue;
            }
            let tail = &mut self.tails[place];
            let turn = tail.turn(&mut self.take);
            tail.is_idle = matches!(turn, Ok(Turn::Idle));
            match turn {
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
                    tail.finish();
                    self.send(place);
                    self.again(place);
                    is_busy = true;
                }
                Ok(Turn::Begun) => {
                    tail.is_replaced = true;
                    tail.finish();
                    self.again(place);
                    is_busy = true;
                }
                Err(Trouble::Output(error)) => return Err(error.into()),
                Err(Trouble::Input(error)) => {
                    let path = tail.path.display();
                    warn("siemparse", &format!("{path}: {}", reason(&error)));
                    self.is_partial = true;
                    tail.finish();
                    self.send(place);
                }
            }
        }
        Ok(is_busy)
    }

    /// A file has been read as far as it goes at the moment.
    fn idle(&mut self, place: usize) -> anyhow::Result<()> {
        let tail = &self.tails[place];
        let is_file = matches!(tail.input, Input::File(_));
        let is_over = if tail.cursor.kind == spool::KIND {
            self.is_whole(tail)
        } else if self.mode.is_once {
            is_file && (!tail.has_rest() || is_quiet(tail))
        } else {
            tail.is_leaving && tail.grown.elapsed() >= GRACE
        };
        if is_over {
            return self.end(place);
        }
        let tail = &mut self.tails[place];
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
        tail.finish();
        if let Input::Archive(..) = tail.input
            && tail.cursor.token != COMPLETE
        {
            tail.cursor.token = COMPLETE.to_owned();
            self.send_always(place);
            return Ok(());
        }
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
        if !tail.pending.is_empty() || tail.position() != tail.cursor.position {
            self.send_always(place);
        }
    }

    /// Hands a batch on, even one without lines: its cursor says something new.
    fn send_always(&mut self, place: usize) {
        let tail = &mut self.tails[place];
        let job = tail.cut();
        self.progress.advance(&job.delta);
        match &self.pipeline {
            None => self.summary.total.add(&job.delta),
            Some(pipeline) => {
                let is_sent = pipeline.send(job);
                tail.outstanding += usize::from(is_sent);
                self.is_cut_short |= !is_sent;
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
                Report::Gone(number, epoch) => {
                    self.note(number, &Delta::default());
                    self.begin_anew(number, epoch)?;
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, number: usize, delta: &Delta) {
        self.summary.total.add(delta);
        if let Some(tail) = self.tails.iter_mut().find(|tail| tail.number == number) {
            tail.outstanding -= 1;
            tail.stored.add(delta);
        }
    }

    /// Lets go of sources that are read and stored.
    fn retire(&mut self) {
        let is_done = |tail: &Tail| tail.is_finished && tail.outstanding == 0;
        let done: Vec<Tail> = self.tails.extract_if(.., |tail| is_done(tail)).collect();
        for tail in &done {
            self.remove_segment(tail);
            self.desk.note(&tail.cursor);
            self.roster.finish(tail);
        }
        let sources: Vec<i64> = done.iter().map(|tail| tail.cursor.source).collect();
        self.desk.release(&sources);
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
}

/// Whether a file has not changed for a while, by its own time or by ours.
fn is_quiet(tail: &Tail) -> bool {
    let changed = tail.input.content().and_then(|content| content.state().ok()?.1);
    let age = changed.and_then(|changed| SystemTime::now().duration_since(changed).ok());
    tail.grown.elapsed() >= QUIET || age.is_some_and(|age| age >= QUIET)
}
