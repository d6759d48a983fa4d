//! The list of test bodies, once for all databases.
//!
//! What it does *not* know: which database it is; a [`Place`] makes one.

use store::Store;

/// A new, empty database, gone with the value.
pub(crate) trait Place: Sync {
    /// Whether literals are written as PostgreSQL has them.
    const IS_POSTGRES: bool;

    /// Makes it.
    fn new() -> Self;

    /// Opens it.
    fn open(&self) -> Box<dyn Store>;

    /// Runs a statement behind the store's back.
    fn behind(&self) -> impl FnMut(&str);
}

/// A test for each body, in databases of a place.
macro_rules! bodies {
    ($place:ident) => {
        use body::{archive, filter, ledger, manage, relabel, seal};

        bodies! { $place
            body {
                a_batch_in_is_a_batch_out
                an_overtaken_cursor_stores_nothing
                a_claim_finds_what_was_claimed
                sections_are_made_once
                pages_go_through_sections
                scans_come_in_order
                long_scans_cross_pages
                counts_agree_with_scans
            }
            manage {
                helpers_are_put_in_place
                sections_are_put
                old_events_go
                what_rules_found_goes_or_stays
                sources_and_size_are_told
                forgotten_sources_stay_accounted_for
            }
            filter {
                sql_and_matches_agree
                letters_are_found_however_json_writes_them
                any_event_is_given_back
            }
            seal { what_is_stored_verifies values_come_and_go }
            archive { any_event_is_archived }
            relabel { labels_are_computed_anew }
        }

        #[test]
        fn retention_goes_on_beside_others() {
            let place = $place::new();
            manage::retention_goes_on_beside_others(&|| place.open());
        }

        #[test]
        fn waits_end_with_a_commit() {
            let place = $place::new();
            body::waits_end_with_a_commit(place.open().as_mut(), place.open().as_mut());
        }

        #[test]
        fn positions_move_together_and_apart() {
            let place = $place::new();
            let (mut one, mut other) = (place.open(), place.open());
            ledger::positions_move_together_and_apart(one.as_mut(), other.as_mut());
        }

        #[test]
        fn a_forged_history_needs_an_outside_head() {
            let (one, two) = ($place::new(), $place::new());
            let (mut one, mut two) = (one.open(), two.open());
            seal::a_forged_history_needs_an_outside_head(one.as_mut(), two.as_mut());
        }

        #[test]
        fn two_relabel_at_once() {
            let place = $place::new();
            relabel::two_relabel_at_once(place.open().as_mut(), place.open().as_mut());
        }

        bodies! { $place behind
            seal { every_change_is_located retention_keeps_the_chain }
            relabel { forged_labels_are_located }
            archive { only_what_is_archived_goes forged_events_are_found_when_archived }
        }
    };
    ($place:ident behind $($module:ident { $($name:ident)* })*) => { $($(
        #[test]
        fn $name() {
            let place = $place::new();
            let run = &mut place.behind();
            let back = seal::Back { run, is_postgres: $place::IS_POSTGRES };
            $module::$name(place.open().as_mut(), back);
        }
    )*)* };
    ($place:ident $($module:ident { $($name:ident)* })*) => { $($(
        #[test]
        fn $name() {
            $module::$name($place::new().open().as_mut());
        }
    )*)* };
}
