//! The shipped helpers on the corpora beside the workspace: how many lines they take, and whether
//! what they read is what another reading of the same line gives. Without the corpora the helpers'
//! own test lines stand in, and the test says so.

use common::clock::Timestamp;
use common::event::Event;
use common::helper::{Helper, read, shipped};
use parse::helper::Helpers;
use parse::{Parser, Settings, lines};
use std::fs;
use std::io::Write;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

fn helpers() -> Vec<Helper> {
    shipped().iter().flat_map(|(file, text)| read(text, file).expect("helpers")).collect()
}

fn parser() -> Parser {
    let reference = Timestamp::parse("2026-11-20T12:00:00Z").expect("a stamp");
    let settings = Settings { reference, read_at: reference, ..Settings::default() };
    let mut parser = Parser::new(settings, None).expect("a parser");
    parser.set_helpers(Arc::new(Helpers::new(helpers()).expect("patterns")));
    parser
}

/// A corpus, or lines made of the helpers' own tests.
fn corpus(name: &str) -> (Vec<u8>, bool) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/logs").join(name);
    if let Ok(bytes) = fs::read(path) {
        return (bytes, true);
    }
    let notice = format!("\n*** CORPUS MISSING: {name}: own test lines stand in ***\n");
    std::io::stderr().write_all(notice.as_bytes()).expect("a notice");
    let mut own = String::new();
    for helper in helpers().iter().filter(|helper| helper.name.starts_with("sshd-")) {
        for test in helper.tests.iter().filter(|test| test.matches) {
            own.push_str(&format!("Jan  2 03:04:05 host sshd[7]: {}\n", test.line));
        }
    }
    (own.into_bytes(), false)
}

/// The address that a line of an old sshd names: the last word that is one.
fn address(message: &str) -> Option<IpAddr> {
    let words = message.split([' ', '=', '[', ']']);
    words.rev().find_map(|word| word.strip_suffix(':').unwrap_or(word).parse().ok())
}

/// What stands between the words before a name and those after it, in this corpus.
fn user(message: &str) -> Option<&str> {
    let places = [
        "input_userauth_request: invalid user ",
        "Invalid user ",
        " for invalid user ",
        " for user ",
        "failures for ",
        " password for ",
        "  user=",
    ];
    let place = places.iter().find_map(|place| Some(message.find(place)? + place.len()))?;
    let rest = &message[place..];
    Some(
        [" from ", " by ", " [preauth"]
            .iter()
            .fold(rest, |rest, end| rest.split(end).next().unwrap_or(rest)),
    )
}

#[test]
fn openssh_lines_are_taken_and_read_right() {
    let (bytes, real) = corpus("loghub/OpenSSH/OpenSSH_2k.log");
    let (mut all, mut taken) = (0, 0);
    let mut parser = parser();
    for line in lines(&bytes, 0) {
        let event: Event<'_> = parser.parse(line);
        all += 1;
        taken += usize::from(event.helper.is_some());
        assert!(!event.tags.iter().any(|tag| tag == "bad_value"), "{}", event.message);
        if real && event.helper.is_some() {
            let message = event.message.trim_end_matches(']');
            assert_eq!(event.source_ip, address(message), "{}", event.message);
            assert_eq!(event.user_name.as_deref(), user(message), "{}", event.message);
        }
    }
    assert!(taken * 100 > all * 95, "{taken} of {all} lines");
}

#[test]
fn pam_lines_of_an_old_linux_are_taken() {
    let (bytes, _) = corpus("loghub/Linux/Linux_2k.log");
    let mut parser = parser();
    for line in lines(&bytes, 0) {
        let event = parser.parse(line);
        let process = event.process_name.as_deref().unwrap_or_default();
        if ["sshd", "su", "login"].iter().any(|name| process.starts_with(name)) {
            assert!(event.helper.is_some(), "{process}: {}", event.message);
            let rhost = event.message.split("rhost=").nth(1).unwrap_or_default();
            let rhost = rhost.split(' ').next().unwrap_or_default();
            if process.contains("pam_unix") {
                assert_eq!(event.source_ip, rhost.parse().ok(), "{}", event.message);
            }
        }
    }
}
