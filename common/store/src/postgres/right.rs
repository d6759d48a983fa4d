//! What roles may do in this database, held against the list that `siemmanage init` grants by; and
//! partitions that are no part of their table.
//!
//! What it does *not* know: who is a member of a role.

use super::Postgres;
use super::migrate::GRANT;
use crate::{Result, Right};

/// Rights that are there and should not be, and those that should be there and are not.
const ODD: &str = "WITH said AS \
    (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS one (grantee, relation, verb) \
        WHERE to_regrole(grantee) IS NOT NULL AND to_regclass('public.' || relation) IS NOT NULL), \
    have AS (SELECT coalesce(rolname::text, 'everybody') AS grantee, relname::text AS relation, \
        lower(privilege_type) AS verb \
        FROM pg_class CROSS JOIN aclexplode(relacl) LEFT JOIN pg_roles ON pg_roles.oid = grantee \
        WHERE relnamespace = 'public'::regnamespace AND (grantee = 0 OR rolname = ANY ($1))), \
    odd AS (SELECT *, false AS is_missing FROM (TABLE have EXCEPT TABLE said) AS more \
        UNION ALL SELECT *, true FROM (TABLE said EXCEPT TABLE have) AS less) \
    SELECT grantee, relation, string_agg(verb, ', ' ORDER BY verb), is_missing FROM odd \
    GROUP BY grantee, relation, is_missing ORDER BY is_missing, grantee, relation";
const LOOSE: &str = "SELECT relname::text FROM pg_class WHERE relname ~ '^event_[0-9]{8}$' \
    AND relnamespace = 'public'::regnamespace AND NOT relispartition ORDER BY relname";

impl Postgres {
    /// Rights that are not as `siemmanage init` grants them.
    pub(super) fn read_odd_rights(&mut self) -> Result<Vec<Right>> {
        let (mut grantees, mut relations, mut verbs) = (Vec::new(), Vec::new(), Vec::new());
        for (grantee, relation, verb) in granted() {
            grantees.push(grantee);
            relations.push(relation);
            verbs.push(verb);
        }
        let rows = self.client()?.query(ODD, &[&grantees, &relations, &verbs]);
        let rows = rows.map_err(|error| self.fault(&error))?;
        let right = |row: &postgres::Row| Right {
            grantee: row.get(0),
            table: row.get(1),
            verbs: row.get(2),
            is_missing: row.get(3),
        };
        Ok(rows.iter().map(right).collect())
    }

    /// Days of events that are no partition of the table.
    pub(super) fn read_loose_days(&mut self) -> Result<Vec<String>> {
        let rows = self.client()?.query(LOOSE, &[]).map_err(|error| self.fault(&error))?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }
}

/// (role, relation, verb) of each right in the list.
fn granted() -> Vec<(&'static str, &'static str, String)> {
    let line = |line: &'static str| {
        let parts: Vec<&str> = line.split('\'').collect();
        match parts.as_slice() {
            [_, role, _, relation, _, verbs, _] => Some((*role, *relation, *verbs)),
            _ => None,
        }
    };
    let lines = GRANT.lines().filter(|line| line.trim_start().starts_with("('siem_"));
    let each = lines.filter_map(line).flat_map(|(role, relation, verbs)| {
        verbs.split(", ").map(move |verb| (role, relation, verb.to_lowercase()))
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read() {
        let granted = granted();
        assert!(granted.contains(&("siem_ingest", "counter", "update".to_owned())));
        assert!(granted.contains(&("siem_trigger", "reference_set", "select".to_owned())));
        assert!(!granted.contains(&("siem_ingest", "event", "select".to_owned())));
        let lines = GRANT.matches("('siem_").count();
        assert!(granted.len() > lines && lines > 40, "{} of {lines}", granted.len());
    }
}
