//! R04, R06 to R08, R44: a PostgreSQL that crashes, and a network that cuts, is silent, is slow.
//!
//! What it does *not* know: SQLite; nothing stands between it and its reader.

use super::proxy::{Proxy, Weather};
use super::scene::{Pace, play};
use super::server::Server;
use super::{Plan, Row, init};
use std::time::Duration;

const PACE: Pace = Pace { lines: 1_000, pause: 12 };

fn secs(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// The server crashes every few seconds.
pub(super) fn restart(plan: &Plan<'_>) -> Row {
    let times = if plan.is_full { 10 } else { 2 };
    let server = Server::new("");
    let plan = Plan { db: &server.url(), ..*plan };
    init(&plan);
    play("R04", &plan, PACE, |scene| {
        let reader = scene.follow();
        for _ in 0..times {
            scene.pass(&reader, secs(if plan.is_full { 4 } else { 1 }));
            server.crash();
            scene.faults += 1;
        }
        scene.pass(&reader, secs(3));
        scene.stop(reader, "TERM");
    })
}

/// Every process of the server is killed; commits are not waited for until they are on disk.
pub(super) fn power(plan: &Plan<'_>) -> Row {
    let times = if plan.is_full { 30 } else { 2 };
    let server = Server::new("-c synchronous_commit=off");
    let plan = Plan { db: &server.url(), ..*plan };
    init(&plan);
    play("R44", &plan, PACE, |scene| {
        let reader = scene.follow();
        for _ in 0..times {
            let time = scene.random.pause(300, 1_500);
            scene.pass(&reader, time);
            server.kill();
            scene.faults += 1;
        }
        scene.pass(&reader, secs(3));
        scene.stop(reader, "TERM");
    })
}

/// Commits are cut off, before the server has them or before it is heard.
pub(super) fn cut(plan: &Plan<'_>) -> Row {
    let times = if plan.is_full { 200 } else { 10 };
    let server = Server::new("");
    let proxy = Proxy::new(server.socket(), plan.seed);
    init(&Plan { db: &server.url(), ..*plan });
    let plan = Plan { db: &proxy.url(), ..*plan };
    play("R07", &plan, PACE, |scene| {
        let reader = scene.follow();
        scene.pass(&reader, secs(2));
        proxy.set(Weather::Cutting(3));
        while proxy.cuts() < times {
            scene.pass(&reader, Duration::from_millis(100));
            assert!(reader.is_alive(), "seed {}: the reader has ended", plan.seed);
        }
        proxy.set(Weather::Fair);
        scene.faults = proxy.cuts();
        scene.pass(&reader, secs(2));
        scene.stop(reader, "TERM");
    })
}

/// The network swallows everything for a while.
pub(super) fn silence(plan: &Plan<'_>) -> Row {
    let times = if plan.is_full { 3 } else { 1 };
    let server = Server::new("");
    let proxy = Proxy::new(server.socket(), plan.seed);
    init(&Plan { db: &server.url(), ..*plan });
    let plan = Plan { db: &proxy.url(), ..*plan };
    play("R06", &plan, PACE, |scene| {
        let reader = scene.follow();
        for _ in 0..times {
            scene.pass(&reader, secs(1));
            proxy.set(Weather::Silent);
            scene.pass(&reader, secs(9));
            proxy.set(Weather::Fair);
            scene.faults += 1;
            scene.pass(&reader, secs(3));
        }
        scene.stop(reader, "TERM");
    })
}

/// The network is slower than the log grows.
pub(super) fn slow(plan: &Plan<'_>) -> Row {
    let server = Server::new("");
    let proxy = Proxy::new(server.socket(), plan.seed);
    init(&Plan { db: &server.url(), ..*plan });
    let plan = Plan { db: &proxy.url(), ..*plan };
    play("R08", &plan, Pace { lines: 10_000, pause: 1 }, |scene| {
        let reader = scene.follow();
        scene.pass(&reader, secs(2));
        proxy.set(Weather::Slow(150));
        scene.pass(&reader, secs(if plan.is_full { 60 } else { 3 }));
        proxy.set(Weather::Fair);
        scene.faults = 1;
        scene.pass(&reader, secs(3));
        scene.stop(reader, "TERM");
    })
}
