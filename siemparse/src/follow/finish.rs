//! The end of a run: what is left is handed on, stored, and told.
//!
//! What it does *not* know: turns.

use super::Reading;
use crate::batch::Report;
use crate::pipeline::Pipeline;
use crate::tail::{Input, Tail};
use crate::take::Take;
use common::cli::{Exit, Failure, Kind};

impl Reading {
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
        Ok(if self.is_partial { Exit::Partial } else { Exit::Done })
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
