//! The schema: numbered scripts under `sql/postgres`, applied once each, in order, and the roles.
//!
//! Each script runs in a transaction of its own under one advisory lock, statement by statement:
//! a distributed database refuses several in one call.
//!
//! What it does *not* know: what the scripts say.

use super::Postgres;
use crate::{Create, Error, Result};

/// (name, script); the number of a script is its place in this list, counted from 1.
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_event", include_str!("../../../../sql/postgres/0001_event.sql")),
    ("0002_detect", include_str!("../../../../sql/postgres/0002_detect.sql")),
    ("0003_manage", include_str!("../../../../sql/postgres/0003_manage.sql")),
    ("0004_account", include_str!("../../../../sql/postgres/0004_account.sql")),
    ("0005_seal", include_str!("../../../../sql/postgres/0005_seal.sql")),
    ("0006_correlation", include_str!("../../../../sql/postgres/0006_correlation.sql")),
    ("0007_outbox", include_str!("../../../../sql/postgres/0007_outbox.sql")),
    ("0008_section", include_str!("../../../../sql/postgres/0008_section.sql")),
    ("0009_set", include_str!("../../../../sql/postgres/0009_set.sql")),
    ("0010_time", include_str!("../../../../sql/postgres/0010_time.sql")),
    ("0011_relabel", include_str!("../../../../sql/postgres/0011_relabel.sql")),
    ("0012_forget", include_str!("../../../../sql/postgres/0012_forget.sql")),
    ("0013_change", include_str!("../../../../sql/postgres/0013_change.sql")),
    ("0014_ext", include_str!("../../../../sql/postgres/0014_ext.sql")),
    ("0015_archive", include_str!("../../../../sql/postgres/0015_archive.sql")),
    ("0016_stand", include_str!("../../../../sql/postgres/0016_stand.sql")),
    ("0017_host", include_str!("../../../../sql/postgres/0017_host.sql")),
];
const ROLE: &str = include_str!("../../../../sql/postgres/role.sql");
pub(super) const GRANT: &str = include_str!("../../../../sql/postgres/grant.sql");
const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended('siem migrate', 0))";

impl Postgres {
    /// Brings the schema up to date, or finds out that it is not.
    pub(super) fn migrate(&mut self, create: Create) -> Result<()> {
        let needed = i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX);
        let place = self.address.place().to_owned();
        match (self.version()?, create) {
            (Some(found), _) if found > needed => Err(Error::Version { place, found, needed }),
            (_, Create::Always) => self.apply(),
            (Some(found), _) if found == needed => Ok(()),
            (Some(found), _) => Err(Error::Version { place, found, needed }),
            (None, _) => Err(Error::Uninitialised(place)),
        }
    }

    /// The version of the schema; `None` when there is none.
    fn version(&mut self) -> Result<Option<i32>> {
        let known = "SELECT to_regclass('public.schema_version') IS NOT NULL";
        let last = "SELECT coalesce(max(version), 0) FROM schema_version";
        let mut look = || {
            if self.client.query_one(known, &[])?.get(0) {
                return self.client.query_one(last, &[]).map(|row| Some(row.get(0)));
            }
            Ok(None)
        };
        look().map_err(|error| self.fault(&error))
    }

    /// Roles, scripts, grants. What the scripts make belongs to siem_owner where there is one
    /// that this user may act for.
    fn apply(&mut self) -> Result<()> {
        self.run(ROLE)?;
        let owner = "SELECT coalesce((SELECT pg_has_role(pg_roles.oid, 'MEMBER') \
            AND has_schema_privilege(pg_roles.oid, 'public', 'CREATE') \
            AND coalesce((SELECT relowner FROM pg_class \
            WHERE pg_class.oid = to_regclass('public.schema_version')) = pg_roles.oid, true) \
            FROM pg_roles WHERE rolname = 'siem_owner'), false)";
        let row = self.client.query_one(owner, &[]).map_err(|error| self.fault(&error))?;
        let become_owner = if row.get(0) { "SET ROLE siem_owner" } else { "" };
        let outcome = self.client.batch_execute(become_owner).map_err(|error| self.fault(&error));
        let outcome = outcome.and_then(|()| {
            (1i32..)
                .zip(MIGRATIONS)
                .try_for_each(|(number, (name, script))| self.apply_one(number, name, script))
        });
        let outcome = outcome.and_then(|()| self.run(GRANT));
        self.client.batch_execute("RESET ROLE").map_err(|error| self.fault(&error))?;
        outcome
    }

    /// Runs a script that can be run again.
    fn run(&mut self, script: &str) -> Result<()> {
        let mut run = || {
            let mut transaction = self.client.transaction()?;
            transaction.batch_execute(LOCK)?;
            for statement in statements(script) {
                transaction.batch_execute(statement)?;
            }
            transaction.commit()
        };
        run().map_err(|error| self.fault(&error))
    }

    fn apply_one(&mut self, number: i32, name: &str, script: &str) -> Result<()> {
        let mut run = || {
            let mut transaction = self.client.transaction()?;
            transaction.batch_execute(LOCK)?;
            let known = "SELECT to_regclass('public.schema_version') IS NOT NULL";
            let done = "SELECT count(*) > 0 FROM schema_version WHERE version = $1";
            if transaction.query_one(known, &[])?.get(0)
                && transaction.query_one(done, &[&number])?.get(0)
            {
                return Ok(());
            }
            for statement in statements(script) {
                transaction.batch_execute(statement)?;
            }
            let note = "INSERT INTO schema_version (version, name) VALUES ($1, $2)";
            transaction.execute(note, &[&number, &name])?;
            transaction.commit()
        };
        run().map_err(|error| self.fault(&error))
    }
}

/// The statements of a script: parted by `;` outside of quotes, `$$` bodies and comments.
fn statements(script: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut place) = (0, 0);
    while place < script.len() {
        let rest = &script[place..];
        let skip = |end: &str, open: usize| {
            rest[open..].find(end).map_or(rest.len(), |at| open + at + end.len())
        };
        place += match rest.as_bytes()[0] {
            b'\'' => skip("'", 1),
            b'"' => skip("\"", 1),
            b'$' if rest.starts_with("$$") => skip("$$", 2),
            b'-' if rest.starts_with("--") => skip("\n", 2),
            b';' => {
                found.push(script[start..place].trim());
                start = place + 1;
                1
            }
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
    }
    let last = script[start..].trim();
    let is_comment = last.lines().all(|line| line.trim_start().starts_with("--"));
    found.extend((!is_comment).then_some(last));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_end_where_they_end() {
        let script = "-- a; b\nSELECT ';';\nDO $$ BEGIN; END $$;\nSELECT \";\" -- c;\n; -- end";
        let expected = ["-- a; b\nSELECT ';'", "DO $$ BEGIN; END $$", "SELECT \";\" -- c;"];
        assert_eq!(statements(script), expected);
    }
}
