//! Going back: a source's cursor was moved, is gone, or is another file's now.
//!
//! What it does *not* know: how cursors are moved.

use super::Reading;
use crate::identity;
use crate::roster::Pause;
use crate::tail::Tail;
use common::cli::{Failure, Kind};
use common::clock::Timestamp;
use store::Cursor;

impl Reading {
    /// Lets a source go on where its cursor stands now.
    pub(super) fn set_back(
        &mut self,
        number: usize,
        epoch: u32,
        cursor: Cursor,
    ) -> anyhow::Result<()> {
        let found = self.tails.iter_mut().find(|tail| tail.number == number && tail.epoch == epoch);
        let Some(tail) = found else { return Ok(()) };
        let Some(content) = tail.input.content() else {
            return Err(moved(tail).into());
        };
        let is_own = identity::belongs(&cursor, content) && {
            let parser = self.desk.parser(&tail.source, &cursor.state, Timestamp::now())?;
            tail.reset(cursor, parser)?
        };
        if !is_own {
            self.give_up(number);
        }
        Ok(())
    }

    /// Lets a source begin anew whose cursor is gone from the database.
    pub(super) fn begin_anew(&mut self, number: usize, epoch: u32) -> anyhow::Result<()> {
        let found = self.tails.iter_mut().find(|tail| tail.number == number && tail.epoch == epoch);
        let Some(tail) = found else { return Ok(()) };
        if tail.input.content().is_none() {
            return Err(moved(tail).into());
        }
        self.give_up(number);
        Ok(())
    }

    /// Ends a tail whose cursor is another file's; its file is found anew.
    fn give_up(&mut self, number: usize) {
        if let Some(place) = self.tails.iter().position(|tail| tail.number == number) {
            self.tails[place].give_up();
            self.again(place);
        }
    }

    /// Lets a file be found anew whose tail is no longer its.
    pub(super) fn again(&mut self, place: usize) {
        self.roster.hurry();
        let tail = &self.tails[place];
        if let Some(inode) = tail.inode().filter(|_| self.mode.is_once) {
            self.roster.put_off(&tail.path, inode, Pause::Replaced);
        }
    }
}

fn moved(tail: &Tail) -> Failure {
    let what = format!("{}: its cursor was moved, and it cannot be read again", tail.cursor.name);
    Failure::new(Kind::Database, what)
}
