//! Rows of cursors and sections, in the order of their statements' columns.
//!
//! What it does *not* know: when a cursor moves.

use crate::{Cursor, Totals};
use common::section::Section;
use postgres::Row;
use postgres::types::ToSql;

/// The parameters of both statements that write a cursor.
pub(super) fn parameters(c: &Cursor) -> [&(dyn ToSql + Sync); 21] {
    let t = &c.totals;
    [
        &c.source,
        &c.revision,
        &c.host,
        &c.kind,
        &c.name,
        &c.section,
        &c.device,
        &c.inode,
        &c.head_length,
        &c.head_hash,
        &c.mark_length,
        &c.mark_hash,
        &c.position,
        &c.line,
        &c.token,
        &c.state,
        &t.lines,
        &t.bytes,
        &t.stored,
        &t.unparsed,
        &t.rejected,
    ]
}

/// The cursor of a row of `cursor_select.sql`.
pub(super) fn cursor(row: &Row) -> Cursor {
    Cursor {
        source: row.get(0),
        revision: row.get(1),
        host: row.get(2),
        kind: row.get(3),
        name: row.get(4),
        section: row.get(5),
        device: row.get(6),
        inode: row.get(7),
        head_length: row.get(8),
        head_hash: row.get(9),
        mark_length: row.get(10),
        mark_hash: row.get(11),
        position: row.get(12),
        line: row.get(13),
        token: row.get(14),
        state: row.get(15),
        totals: Totals {
            lines: row.get(16),
            bytes: row.get(17),
            stored: row.get(18),
            unparsed: row.get(19),
            rejected: row.get(20),
        },
    }
}

/// The section of a row (name, format, zone, display).
pub(super) fn section(row: &Row) -> Section {
    Section { name: row.get(0), format: row.get(1), zone: row.get(2), display: row.get(3) }
}
