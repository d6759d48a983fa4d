//! What the server or the driver says, as this crate's errors.
//!
//! What it does *not* know: which statement it was.

use crate::Error;
use postgres::error::SqlState;
use std::error::Error as _;

/// Sorts an error by its SQLSTATE; without one the connection broke.
pub(super) fn fault(place: &str, error: &postgres::Error) -> Error {
    let place = place.to_owned();
    let Some(server) = error.as_db_error() else {
        let reason = reason(error);
        return if is_broken(error) {
            Error::Lost { place, reason }
        } else {
            Error::Refused { place, reason }
        };
    };
    let mut reason = server.message().to_owned();
    if let Some(detail) = server.detail() {
        reason = format!("{reason} ({detail})");
    }
    let state = server.code();
    let class = &state.code()[..2];
    if *state == SqlState::INSUFFICIENT_PRIVILEGE {
        Error::Denied { place, reason }
    } else if *state == SqlState::UNDEFINED_TABLE && reason.contains("schema_version") {
        Error::Uninitialised(place)
    } else if class == "08" || class == "57" && state.code() >= "57P01" {
        Error::Lost { place, reason }
    } else if is_passing(state) {
        Error::Unable { place, reason }
    } else if matches!(class, "22" | "23" | "54") {
        Error::Value { place, reason }
    } else {
        Error::Refused { place, reason }
    }
}

/// Whether the server may take the same statement later: class 53 (its disk is full, it is out of
/// memory), 58 (a failure of the system), 40 (rolled back for the sake of others), a lock, a
/// timeout, or a server that is read-only at the moment.
fn is_passing(state: &SqlState) -> bool {
    matches!(&state.code()[..2], "53" | "58" | "40")
        || [
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::QUERY_CANCELED,
            SqlState::READ_ONLY_SQL_TRANSACTION,
        ]
        .contains(state)
}

/// The error without the driver's preamble.
pub(super) fn reason(error: &postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(server), _) => server.message().to_owned(),
        (None, Some(source)) => source.to_string(),
        (None, None) => error.to_string(),
    }
}

fn is_broken(error: &postgres::Error) -> bool {
    error.is_closed() || error.source().is_some_and(<dyn std::error::Error>::is::<std::io::Error>)
}

/// Whether the server refused a value, rather than the statement or the moment: class 22 (data
/// exception) or 54 (a limit).
pub(super) fn is_value(error: &postgres::Error) -> bool {
    error.code().is_some_and(|state| matches!(&state.code()[..2], "22" | "54"))
}
