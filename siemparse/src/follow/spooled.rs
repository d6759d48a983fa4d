//! Standard input by way of a spool: segments are opened, and removed when they are stored.
//!
//! What it does *not* know: how they are written.

use super::Reading;
use crate::content::Content;
use crate::reason::reason;
use crate::roster::Found;
use crate::spool::{self, Spool};
use crate::tail::{Input, Tail};
use std::fs;

impl Reading {
    /// Reads standard input by way of a spool.
    pub(crate) fn through(self, spool: Option<Spool>) -> Reading {
        Reading { spool, ..self }
    }

    /// Looks for the last segments once standard input has ended.
    pub(super) fn end_spool(&mut self) {
        if self.is_spooled || !self.spool.as_ref().is_some_and(Spool::is_over) {
            return;
        }
        self.is_spooled = true;
        self.roster.look(&mut self.tails);
        self.roster.end_folders();
    }

    pub(super) fn open_segment(&mut self, found: &Found) -> anyhow::Result<()> {
        let limit = self.spool.as_ref().and_then(|spool| spool.synced(&found.path));
        let content = Content::open_plain(&found.path, limit)?;
        let cursor = self.desk.claim_segment(&found.source, &found.path.to_string_lossy())?;
        if let Some(watch) = &mut self.watch {
            watch.folder_of(&found.path);
        }
        let input = Input::file(content, cursor.position)?;
        self.add(found, found.path.clone(), input, cursor)
    }

    /// Whether all of a segment is read that there will ever be.
    pub(super) fn is_whole(&self, tail: &Tail) -> bool {
        // In this order: what is written no more is all on disk.
        let is_written =
            self.spool.as_ref().is_some_and(|spool| spool.synced(&tail.path).is_some());
        !is_written && tail.has_all()
    }

    /// Removes a segment when it is stored.
    pub(super) fn remove_segment(&mut self, tail: &Tail) {
        let is_segment = tail.cursor.kind == spool::KIND && !tail.is_replaced;
        if !is_segment || self.is_cut_short || !self.is_whole(tail) {
            return;
        }
        if let Err(error) = fs::remove_file(&tail.path) {
            self.roster.complain(&tail.path, &reason(&error));
        }
    }
}
