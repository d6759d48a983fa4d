//! The end of a run: what is left is handed on, stored, and told.
//!
//! What it does *not* know: turns.

use super::Reading;
use crate::batch::Report;
use crate::pipeline::Pipeline;
use crate::tail::{Input, Tail};
use crate::take::Take;
use common::cli::{Exit, Failure, Kind};
use std::thread;
use std::time::Duration;

/// How long a run to the end waits for a file that is just being made.
const MAKING: Duration = Duration::from_millis(200);

impl Reading {
    /// Looks again at what was put off, once all else is read and stored: now its content tells what
    /// it is. False when there is none, or the last look opened none: what is left are copies of what
    /// was read.
    pub(super) fn look_again(&mut self) -> bool {
        if !self.mode.is_once {
            return false;
        }
        let is_new = !self.is_resting || self.count > self.rested;
        let is_being_made = self.roster.has_unfinished();
        if !is_new && !is_being_made {
            return false;
        }
        if !is_new {
            thread::sleep(MAKING);
        }
        (self.is_resting, self.rested) = (true, self.count);
        self.roster.look_again()
    }

    /// Hands on what is left, waits until it is stored, and says how it went.
    pub(super) fn finish(mut self, mut outcome: anyhow::Result<()>) -> anyhow::Result<Exit> {
        if let Some(spool) = &mut self.spool {
            spool.end();
        }
        if outcome.is_ok() {
            outcome = self.hand_on_rest();
        }
        for report in self.pipeline.take().map(Pipeline::finish).unwrap_or_default() {
            match report {
                Report::Stored(number, delta) => self.note(number, &delta),
                Report::Failed(error) if outcome.is_ok() => outcome = Err(error.into()),
                Report::Failed(_) | Report::Back(..) | Report::Gone(..) => {}
            }
        }
        if outcome.is_ok() && self.tails.iter().any(|tail| tail.outstanding > 0) {
            let what = "the database did not take the last lines in time";
            outcome = Err(Failure::new(Kind::Database, what).into());
        }
        drop(self.progress);
        if self.count > 0 && !self.mode.is_quiet && !matches!(self.take, Take::Explain(_)) {
            self.summary.print();
            self.tails.iter().filter(|tail| is_cut_short(tail)).for_each(|tail| {
                self.summary.print_last(&tail.path, &tail.stored);
            });
        }
        outcome?;
        let exit = if self.is_partial { Exit::Partial } else { Exit::Done };
        // Closing an embedded database may take longer than a run has to end: it moves its log into
        // the file.
        self.stop.settle(exit);
        Ok(exit)
    }

    fn hand_on_rest(&mut self) -> anyhow::Result<()> {
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
        Ok(self.take.flush()?)
    }
}

/// Whether a stream ended before its end: what lies behind its last stored line is lost.
fn is_cut_short(tail: &Tail) -> bool {
    matches!(tail.input, Input::Stream(_)) && (!tail.is_finished || tail.outstanding > 0)
}
