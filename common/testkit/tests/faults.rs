//! The short form of the fault scenarios, part of `make test`; `make test-faults` is the long one.
//!
//! What it does *not* print: tables. A failure names the seed that repeats it.

use testkit::chaos::{self, Plan, Scenario};
use testkit::for_each_db;

/// Runs a scenario's short form on the databases it is made for.
fn short(id: &str) {
    let found: Option<&Scenario> = chaos::SCENARIOS.iter().find(|scenario| scenario.id == id);
    let scenario = found.unwrap_or_else(|| panic!("no scenario {id}"));
    for_each_db(|db| drop(chaos::run(scenario, &Plan { db, seed: 7, is_full: false }).exact()));
}

#[test]
fn killed_at_any_moment() {
    short("R01");
}
