//! Tests of the shipped helpers: their own lines, no remarks, a prefilter that loses nothing, and
//! names made to look like something else.

use super::*;
use crate::helper::{lint, test};
use common::helper::{read, shipped};
use std::collections::BTreeSet;

fn all() -> Vec<Helper> {
    shipped().iter().flat_map(|(file, text)| read(text, file).unwrap()).collect()
}

#[test]
fn every_test_line_passes() {
    let failures = test(&all()).unwrap();
    let failures: Vec<String> =
        failures.iter().map(|failure| format!("{failure}\n    {}", failure.line)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn lint_has_no_remarks() {
    let remarks: Vec<String> = lint(&all()).iter().map(ToString::to_string).collect();
    assert!(remarks.is_empty(), "{}", remarks.join("\n"));
}

/// A helper for any program is in every program's group; looked for anywhere in a line, it would cost
/// each of them a scan.
#[test]
fn helpers_for_any_program_show_themselves_at_the_beginning() {
    let set = Helpers::new(all()).unwrap();
    for entry in set.entries.iter().filter(|entry| entry.is_general()) {
        for pattern in &entry.patterns {
            assert!(pattern.literals().beginnings.is_some(), "{}", entry.name);
        }
    }
}

/// What the group and the literals leave out could not have matched.
#[test]
fn the_prefilter_loses_nothing() {
    let helpers = all();
    let set = Helpers::new(helpers.clone()).unwrap();
    let mut processes: BTreeSet<&str> = ["", "unheard-of", "gdm(pam_unix)"].into();
    processes.extend(helpers.iter().flat_map(|one| one.guard.process.iter().map(String::as_str)));
    let mut lines: Vec<String> = Vec::new();
    for line in helpers.iter().flat_map(|one| one.tests.iter().map(|test| &test.line)) {
        let half = line.floor_char_boundary(line.len() / 2);
        lines.extend([line.clone(), line[half..].to_owned(), format!("{}x{line}", &line[..half])]);
    }
    let mut matches = 0;
    for process in processes {
        let group = set.group(process);
        for (nth, helper) in helpers.iter().enumerate() {
            let member = group.members().contains(&nth);
            assert!(member || !helper.guard.allows(process, ""), "{process:?} {}", helper.name);
        }
        let ranking = group.ranking(&set.entries);
        for line in &lines {
            let hits = ranking.hits(&set.entries, line);
            let candidates: BTreeSet<_> =
                ranking.candidates(&hits, line).chain(ranking.collectors(&hits, line)).collect();
            for &nth in group.members() {
                for (place, pattern) in set.entries[nth].patterns.iter().enumerate() {
                    if pattern.spans(line, line.len()).is_some() {
                        matches += 1;
                        assert!(candidates.contains(&(nth, place)), "{} {line}", helpers[nth].name);
                    }
                }
            }
        }
    }
    assert!(matches > 1000, "only {matches} matches were compared");
}

/// User names that imitate the rest of the line, with blanks, quotes and nothing at all.
const NAMES: &[&str] = &[
    "",
    " ",
    "from",
    " from ",
    "root from 192.0.2.1 port 22 ssh2",
    "root from 192.0.2.1 port 22 ssh2 from",
    "root from 192.0.2.1 port 22",
    "x from 192.0.2.1 port 22 ssh2: RSA SHA256:abc",
    "x from 192.0.2.1 port 22 ssh2: RSA-CERT SHA256:abc ID y (serial 1) CA RSA SHA256:def",
    "invalid user root",
    "a  b",
    "user=root",
    "root rhost=192.0.2.1  user=admin",
    "[preauth]",
    "a 192.0.2.1 port 22 [preauth]",
    "äöü€🙂",
    "$(reboot)",
    "\u{1b}[31m'\"\\",
    "a] failed - POSSIBLE BREAK-IN ATTEMPT!",
];

/// (text before the name, text after it, whether a port is named)
const FRAMES: &[(&str, &str, bool)] = &[
    ("Failed password for invalid user ", " from 203.0.113.9 port 4711 ssh2", true),
    ("Failed none for invalid user ", " from 203.0.113.9 port 4711 ssh2", true),
    ("Invalid user ", " from 203.0.113.9", false),
    ("Invalid user ", " from 203.0.113.9 port 4711", true),
    ("Connection closed by invalid user ", " 203.0.113.9 port 4711 [preauth]", true),
    ("Connection reset by authenticating user ", " 203.0.113.9 port 4711 [preauth]", true),
    ("Disconnected from invalid user ", " 203.0.113.9 port 4711 [preauth]", true),
    ("error: PAM: Authentication failure for illegal user ", " from 203.0.113.9", false),
    (
        "error: maximum authentication attempts exceeded for invalid user ",
        " from 203.0.113.9 port 4711 ssh2 [preauth]",
        true,
    ),
];

#[test]
fn names_cannot_point_at_somebody_else() {
    let set = Helpers::new(all()).unwrap();
    for name in NAMES {
        for (before, after, port) in FRAMES {
            let line = format!("{before}{name}{after}");
            let mut event = Event {
                process_name: Some("sshd".into()),
                message: Cow::Borrowed(&line),
                ..Event::default()
            };
            assert!(set.apply(&mut event), "{line}");
            assert_eq!(event.user_name.as_deref(), Some(*name), "{line}");
            assert_eq!(event.source_ip, "203.0.113.9".parse().ok(), "{line}");
            assert_eq!(event.source_port, port.then_some(4711), "{line}");
        }
        let line = format!(
            "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= \
             rhost=203.0.113.9  user={name}"
        );
        let mut event = Event { message: Cow::Borrowed(&line), ..Event::default() };
        assert!(set.apply(&mut event), "{line}");
        assert_eq!(event.user_name.as_deref(), Some(*name), "{line}");
        assert_eq!(event.source_ip, "203.0.113.9".parse().ok(), "{line}");
    }
}

/// (program, text before the name, text after it) of services where the client chooses the name
const SERVICES: &[(&str, &str, &str)] = &[
    (
        "dovecot",
        "imap-login: Disconnected (auth failed, 1 attempts): user=<",
        ">, method=PLAIN, rip=203.0.113.9, lip=192.0.2.25, TLS",
    ),
    ("dovecot", "auth-worker(7): pam(", ",203.0.113.9): unknown user"),
    ("", "[pid 7] [", "] FAIL LOGIN: Client \"203.0.113.9\""),
    (
        "",
        "...auth.go:200:SignInPost() [I] Failed authentication attempt for ",
        " from 203.0.113.9:4711: user does not exist [uid: 0]",
    ),
    ("jellyfin", "Authentication request for ", " has been denied (IP: 203.0.113.9)."),
    ("", "{cps.web:1} Login failed for user \"", "\" IP-address: 203.0.113.9"),
    ("proftpd", "ftp (c[203.0.113.9]) - USER ", " (Login failed): Incorrect password"),
    ("pure-ftpd", "(?@203.0.113.9) [WARNING] Authentication failed for user [", "]"),
    (
        "exim",
        "plain authenticator failed for (x) [203.0.113.9]:4711: 535 Incorrect authentication data (set_id=",
        ")",
    ),
    (
        "postfix/smtpd",
        "warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: x, sasl_username=",
        "",
    ),
    ("pvedaemon", "authentication failure; rhost=203.0.113.9 user=", "@pam msg=no such user"),
    ("mysqld", "Access denied for user '", "'@'203.0.113.9' (using password: YES)"),
    ("", "Login failed: '", "' (Remote IP: '203.0.113.9')"),
    ("dropbear", "Bad password attempt for '", "' from 203.0.113.9:4711"),
    (
        "",
        "%SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: ",
        "] [Source: 203.0.113.9] [localport: 22] [Reason: x]",
    ),
    ("Radarr", "[Warn] Auth: Auth-Failure ip 203.0.113.9 username '", "'"),
    ("wordpress(x)", "Authentication failure for ", " from 203.0.113.9"),
    ("", "login failure for user ", " from 203.0.113.9 via ssh"),
    ("https", "Failed password for ", " from 203.0.113.9 port 4711"),
];

#[test]
fn names_at_services_cannot_point_at_somebody_else() {
    let set = Helpers::new(all()).unwrap();
    for (process, before, after) in SERVICES {
        for name in NAMES {
            let line = format!("{before}{name}{after}");
            let process = Some(*process).filter(|process| !process.is_empty());
            let mut event = Event {
                process_name: process.map(Cow::Borrowed),
                message: Cow::Borrowed(&line),
                ..Event::default()
            };
            assert!(set.apply(&mut event), "{line}");
            assert_eq!(event.user_name.as_deref(), Some(*name), "{line}");
            assert_eq!(event.source_ip, "203.0.113.9".parse().ok(), "{line}");
        }
    }
}

/// Ten megabytes of the dearest beginnings: answered, and never with a wrong end.
#[test]
fn huge_lines_are_answered() {
    let set = Helpers::new(all()).unwrap();
    for beginning in [
        "Failed password for ",
        "Invalid user ",
        "pam_unix(sshd:auth): ",
        "IN=",
        "",
        "(root) CMD (",
    ] {
        for filler in [" from 1.2.3.4 port 22 ssh2", "a", " ; USER=", "\"", "=", "[", "é"] {
            let mut line = beginning.to_owned();
            line.push_str(&filler.repeat(10_000_000 / filler.len()));
            line.push_str(" from 203.0.113.9 port 4711 ssh2");
            for process in ["sshd", "sudo", "kernel", "cron", "nginx", ""] {
                let mut event = Event {
                    process_name: Some(Cow::Borrowed(process)),
                    message: Cow::Borrowed(&line),
                    ..Event::default()
                };
                set.apply(&mut event);
                assert!(event.source_ip.is_none(), "{beginning}{filler} {process}");
            }
        }
    }
}
