//! R01 to R03, R23: readers that are killed, crash at named places, are asked to end, are two.
//!
//! What it does *not* know: why a line is missing; the seed repeats the run's choices.

use super::scene::{Pace, play};
use super::{Plan, Row};
use std::time::Duration;

/// The places where a debug build can be made to crash.
const PLACES: [&str; 6] =
    ["after_begin", "after_copy", "before_commit", "after_commit", "before_claim", "after_claim"];

/// kill -9 at any moment, torn writes, rotation of every kind.
pub(super) fn kill(plan: &Plan<'_>) -> Row {
    let (kills, lines) = if plan.is_full { (100, 50_000) } else { (8, 2_000) };
    play("R01", plan, Pace { lines, pause: 12 }, |scene| {
        for _ in 0..kills {
            let reader = scene.follow();
            let time = scene.random.pause(30, 700);
            scene.pass(&reader, time);
            scene.kill(reader);
        }
    })
}

/// A crash at each place in turn.
pub(super) fn crash(plan: &Plan<'_>) -> Row {
    let times = if plan.is_full { 20 } else { 1 };
    play("R02", plan, Pace { lines: 1_000, pause: 30 }, |scene| {
        for turn in 0..times * PLACES.len() {
            let place = PLACES[turn % PLACES.len()];
            let passing = 1 + scene.random.below(4);
            let reader = plan.siemparse().env("SIEM_CRASH", format!("{place}:{passing}"));
            let reader = reader.arg(&scene.target).timeout(Duration::from_secs(5)).spawn();
            let output = reader.wait_for(Duration::from_secs(3));
            scene.faults += usize::from(output.code == 134);
        }
    })
}

/// Signals that ask: to end, to begin anew.
pub(super) fn signal(plan: &Plan<'_>) -> Row {
    let times = if plan.is_full { 50 } else { 4 };
    play("R03", plan, Pace { lines: 1_000, pause: 12 }, |scene| {
        for turn in 0..times {
            let reader = scene.follow();
            let time = scene.random.pause(100, 500);
            scene.pass(&reader, time);
            if turn % 3 == 0 {
                reader.signal("HUP");
                scene.pass(&reader, time);
            }
            scene.stop(reader, if turn % 2 == 0 { "TERM" } else { "INT" });
            scene.faults += 1;
        }
    })
}

/// Two readers of one log, killed in turn.
pub(super) fn two(plan: &Plan<'_>) -> Row {
    let kills = if plan.is_full { 30 } else { 3 };
    play("R23", plan, Pace { lines: 2_000, pause: 12 }, |scene| {
        let mut other = scene.follow();
        for _ in 0..kills {
            let reader = scene.follow();
            let time = scene.random.pause(100, 700);
            scene.pass(&reader, time);
            scene.kill(std::mem::replace(&mut other, reader));
        }
        scene.kill(other);
    })
}
