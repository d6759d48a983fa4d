//! The short form of the fault scenarios, part of `make test`; `make test-faults` is the long one.
//!
//! What it does *not* print: tables. A failure names the seed that repeats it.

use std::time::Duration;
use testkit::chaos::{self, Scenario};

/// Runs a scenario's short form.
fn short(id: &str) {
    let found: Option<&'static Scenario> =
        chaos::SCENARIOS.iter().find(|scenario| scenario.id == id);
    let scenario = found.unwrap_or_else(|| panic!("no scenario {id}"));
    for job in chaos::jobs([scenario].into_iter()) {
        drop(chaos::run(job, 7, false).exact());
    }
}

#[test]
fn killed_at_any_moment() {
    short("R01");
}

#[test]
fn crashed_at_named_places() {
    short("R02");
}

#[test]
fn asked_to_end_and_to_begin_anew() {
    short("R03");
}

#[test]
fn a_server_that_crashes() {
    short("R04");
}

#[test]
fn a_network_that_swallows_everything() {
    short("R06");
}

#[test]
fn a_network_that_cuts_commits() {
    short("R07");
}

#[test]
fn a_very_long_line() {
    short("R11");
}

#[test]
fn two_readers() {
    short("R23");
}

#[test]
fn rules_that_are_killed_at_work() {
    short("R29");
}

#[test]
fn a_server_that_is_killed_and_need_not_wait_for_its_disk() {
    short("R44");
}

#[test]
fn a_log_that_grows_and_grows() {
    for is_sqlite in [true, false] {
        // Too short to tell whether memory grows.
        drop(chaos::soak(7, Duration::from_secs(6), is_sqlite).0.exact());
    }
}
