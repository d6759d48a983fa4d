//! The parser's first stage: lines in, complete records out.
//!
//! What it does *not* know: what a record says.

use super::Parser;
use crate::format::Format;
use crate::joint::{Joiner, Joint};
use crate::line::Line;
use crate::start;

impl Parser {
    /// Takes a line and gives each record that is complete now: the line itself, or several lines
    /// that belong together.
    pub fn join(&mut self, line: Line<'_>, give: &mut dyn FnMut(&mut Parser, Line<'_>)) {
        if self.joiner.is_empty()
            && self.start.is_none()
            && self.forced.is_none()
            && !Format::joints(line.bytes).any(|joint| joint.takes(line.bytes))
            && !self.may_have_trace(line)
        {
            return give(self, line);
        }
        let mut joiner = std::mem::take(&mut self.joiner);
        self.join_with(&mut joiner, line, give);
        self.joiner = joiner;
    }

    fn join_with(
        &mut self,
        joiner: &mut Joiner,
        line: Line<'_>,
        give: &mut dyn FnMut(&mut Parser, Line<'_>),
    ) {
        joiner.leave(line, &mut |record| give(self, record));
        if let Some(start) = &self.start {
            let is_more = !start.begins(line.bytes) && joiner.run().is_some();
            if !is_more || !joiner.go_on(line) {
                joiner.end(&mut |record| give(self, record));
                joiner.begin(line);
            }
            return;
        }
        let forced = self.forced.map(|format| format.spec().joint);
        let run = joiner.run_of_format().and_then(|run| run_of(run, forced.flatten()));
        let is_inside = match run {
            Some(Joint::Counted { pass, .. }) => joiner.is_inside(pass),
            _ => false,
        };
        if is_inside && joiner.go_on(line) {
            return;
        }
        let joints = || {
            let sniffed = Format::joints(line.bytes).filter(|_| forced.is_none());
            forced.flatten().into_iter().chain(sniffed)
        };
        let keyed = joints().find_map(|joint| match joint {
            Joint::Keyed(read) => read(line.bytes),
            Joint::Run { .. } | Joint::Counted { .. } => None,
        });
        if let Some(keyed) = keyed {
            return joiner.keyed(line, keyed, &mut |record| give(self, record));
        }
        let goes_on = |record: &[u8]| match run {
            Some(Joint::Run { goes_on, .. } | Joint::Counted { goes_on, .. }) => {
                goes_on(record, line.bytes)
            }
            _ => start::goes_on(line.bytes),
        };
        if joiner.run().is_some_and(goes_on) && joiner.go_on(line) {
            if let Some(Joint::Run { ends, .. } | Joint::Counted { ends, .. }) = run
                && ends(line.bytes)
            {
                joiner.end(&mut |record| give(self, record));
            }
            return;
        }
        joiner.end(&mut |record| give(self, record));
        let begins = |joint: &Joint| match joint {
            Joint::Run { begins, .. } | Joint::Counted { begins, .. } => begins(line.bytes),
            Joint::Keyed(_) => false,
        };
        match joints().find(begins) {
            Some(Joint::Run { ends, .. } | Joint::Counted { ends, .. }) if !ends(line.bytes) => {
                joiner.begin(line);
            }
            None if self.may_have_trace(line) => joiner.begin_plain(line),
            _ => give(self, line),
        }
    }

    /// Whether a line is of a program's own log file, in which a stack trace may follow it.
    fn may_have_trace(&self, line: Line<'_>) -> bool {
        let is_plain = match self.format() {
            Some(Format::Stamped) => true,
            Some(_) => false,
            // A source's first line decides for itself.
            None => {
                self.clone().read(line, None).1.is_some_and(|(format, _)| format == Format::Stamped)
            }
        };
        is_plain && Format::has_stamp(line.bytes)
    }

    /// Gives the records that are open: the source rests, or has ended.
    pub fn drain(&mut self, give: &mut dyn FnMut(&mut Parser, Line<'_>)) {
        let mut joiner = std::mem::take(&mut self.joiner);
        joiner.drain(&mut |record| give(self, record));
    }

    /// Whether a record is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.joiner.is_empty()
    }
}

/// How the lines of an open run belong together: as its first line says.
fn run_of(run: &[u8], forced: Option<Joint>) -> Option<Joint> {
    let begins = |joint: &Joint| match joint {
        Joint::Run { begins, .. } | Joint::Counted { begins, .. } => begins(run),
        Joint::Keyed(_) => false,
    };
    forced.into_iter().chain(Format::joints(run)).find(begins)
}
