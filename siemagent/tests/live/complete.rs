//! Nothing is missing: every exec, write-open and connection of a flood is reported, and where the
//! ring is too small every loss is counted.

use crate::kernel::{Agent, assert_adds_up, is_usable, number};
use std::fs::File;
use std::net::{Ipv4Addr, TcpStream};
use std::process::Command;

#[test]
fn every_program_that_starts_is_reported() {
    if !is_usable("20,000 execs") {
        return;
    }
    const COUNT: u64 = 20_000;
    let mark = format!("flood-{}", std::process::id());
    let text = format!("\"args\":[\"/bin/true\",\"{mark}\"]");
    let agent = Agent::counting(&["--events", "exec"], &text);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..COUNT / 2 {
                    let status = Command::new("/bin/true").arg(&mark).status();
                    assert!(status.expect("true runs").success());
                }
            });
        }
    });
    let (found, stop) = agent.count();
    assert_adds_up(&stop);
    assert_eq!((number(&stop, "lost"), number(&stop, "dropped")), (0, 0), "{stop}");
    assert_eq!(found, COUNT);
}

#[test]
fn every_file_that_is_opened_for_writing_is_reported() {
    if !is_usable("500,000 write-opens") {
        return;
    }
    const COUNT: u64 = 500_000;
    let name = format!("flood-{}", std::process::id());
    let agent = Agent::counting(&["--events", "file"], &format!("/{name}\","));
    let file = agent.path().join(name);
    for _ in 0..COUNT {
        drop(File::options().create(true).append(true).open(&file).expect("an open file"));
    }
    let (found, stop) = agent.count();
    assert_adds_up(&stop);
    assert_eq!((number(&stop, "lost"), number(&stop, "dropped")), (0, 0), "{stop}");
    assert_eq!(found, COUNT);
}

#[test]
fn every_connection_is_reported_refused_ones_too() {
    if !is_usable("20,000 connections") {
        return;
    }
    const COUNT: u64 = 20_000;
    let agent = Agent::counting(&["--events", "connect"], "\"DestinationIp\":\"127.66.77.88\"");
    // Nobody listens on this address of the loopback network.
    let place = (Ipv4Addr::new(127, 66, 77, 88), 9);
    for _ in 0..COUNT {
        TcpStream::connect(place).expect_err("refused");
    }
    let (found, stop) = agent.count();
    assert_adds_up(&stop);
    assert_eq!(number(&stop, "lost"), 0, "{stop}");
    assert_eq!(found, COUNT);
}

#[test]
fn a_ring_that_is_too_small_loses_and_every_loss_is_counted() {
    if !is_usable("losses") {
        return;
    }
    const COUNT: u64 = 60_000;
    let agent = Agent::start(&["--events", "file", "--ring", "64K", "--fail-on-loss"]);
    let file = agent.path().join("flood");
    let pid = agent.pid().to_string();
    let signal = |name: &str| {
        assert!(Command::new("kill").args([name, &pid]).status().expect("kill").success());
    };
    // An agent that stands still for a moment is what a busy machine looks like.
    signal("-STOP");
    for _ in 0..COUNT / 2 {
        drop(File::options().create(true).append(true).open(&file).expect("an open file"));
    }
    signal("-CONT");
    for _ in 0..COUNT / 2 {
        drop(File::options().create(true).append(true).open(&file).expect("an open file"));
    }
    let lines = agent.stop();
    assert_adds_up(&lines.stop);
    let name = file.display().to_string();
    let found = lines.of("file", |line| line["TargetFilename"] == name.as_str()).len() as u64;
    let lost = number(&lines.stop, "lost_file");
    assert!(lost > 0, "{}", lines.stop);
    // Other programs on this machine write files too; what they lost is counted with ours.
    assert!(found + lost >= COUNT, "{found} + {lost}: {}", lines.stop);
    assert_eq!(number(&lines.stop, "seen_file"), number(&lines.stop, "written") + lost);
    assert!(!lines.of("lost", |line| number(line, "lost") > 0).is_empty(), "a line tells of it");
    assert_eq!(lines.code, 5, "--fail-on-loss");
}
