//! `doc/accuracy.md`: the figures, and each miss that is deliberate with its reason.
//!
//! What it does *not* know: how anything was measured.

use super::golden::Line;
use super::header::System;
use super::hub::{Miss, Set};
use super::stamps::File;
use super::vocabulary::Subject;
use std::fmt::Write as _;

/// What was measured.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// The crowdsec hub's folders.
    pub sets: Vec<Set>,
    /// loghub's systems.
    pub systems: Vec<System>,
    /// lnav's files.
    pub files: Vec<File>,
    /// uSIEM's lines.
    pub lines: Vec<Line>,
}

/// (set, what the miss is about, why we say something else)
const DELIBERATE: &[(&str, Subject, &str)] = &[
    (
        "bitwarden-logs",
        Subject::Timestamp,
        "the line says -05:00, which the hub's pattern passes over; the event is in UTC",
    ),
    (
        "exim-syslog-logs",
        Subject::DestinationPort,
        "the port stands in the reason's own text (submission on port 587)",
    ),
    (
        "fortinet-vpn-bf",
        Subject::Timestamp,
        "the line says tz=\"-0700\" and the nanoseconds of its event; the hub reads date and time as UTC",
    ),
    (
        "immich-logs",
        Subject::SourceAddress,
        "the terminal's escape character is spelled as four characters (\\x1b), as no program does",
    ),
    ("immich-logs", Subject::User, "as above"),
    ("immich-logs", Subject::Timestamp, "as above"),
    (
        "laurel-logs",
        Subject::Program,
        "the program is the one that the audit record is about, not the name of the log",
    ),
    (
        "nginx_req_limit_exceeded",
        Subject::Path,
        "the request names https://example.com/…; the hub cuts the scheme off, url.original keeps it",
    ),
    (
        "litespeed-logs",
        Subject::SourceAddress,
        "the peer of the connection is source.ip; the address in the message is client.ip",
    ),
    ("radarr-logs", Subject::User, "the hub keeps the quotes around the name ('test')"),
    (
        "segfault-logs",
        Subject::Pid,
        "the process that broke did not log; the kernel did, which has no process id",
    ),
    (
        "smb-logs",
        Subject::Program,
        "the program is smbd; smb is the hub's name for the kind of log",
    ),
    ("unifi-cef", Subject::Program, "the vendor is observer.vendor; it is no program"),
];

/// Why a miss is meant, if it is.
#[must_use]
pub fn reason(set: &str, miss: &Miss) -> Option<&'static str> {
    let found =
        DELIBERATE.iter().find(|(name, subject, _)| *name == set && *subject == miss.subject);
    found.map(|(.., reason)| *reason)
}

/// The page.
#[must_use]
pub fn page(results: &Results) -> String {
    let mut out = String::from(INTRODUCTION);
    hub(&results.sets, &mut out);
    loghub(&results.systems, &mut out);
    lnav(&results.files, &mut out);
    usiem(&results.lines, &mut out);
    out
}

const INTRODUCTION: &str = "\
# Accuracy

What siemparse makes of lines whose meaning others wrote down. `make corpus` measures all of it again and writes this page; the corpora are no part of the project and lie in a folder beside it (`CORPUS`, by default `../shared/data`). `target/debug/corpus DATA SET` prints every miss of one set.

Events are made as `siemparse -o jsonl -z UTC` makes them, with the shipped helpers and nothing said about a file but, where the hub is told it too, whose file it is (`--program`).
";

fn percent(equal: usize, all: usize) -> String {
    if all == 0 {
        return "–".to_owned();
    }
    #[allow(clippy::cast_precision_loss, reason = "a figure for people")]
    let share = 100.0 * equal as f64 / all as f64;
    format!("{share:.2} %")
}

fn hub(sets: &[Set], out: &mut String) {
    out.push_str("\n## The tests of the crowdsec hub\n\nEvery assertion of `Parsed`, `Meta` and the normalised time on one of the subjects below, against the ECS field that has to hold the same value. Addresses, numbers and instants are compared as such; a time to the digits that the hub kept, and without the year where the line has none. `-` and the empty text say that there is no value.\n\n");
    out.push_str("| subject | ECS field | asserted | equal | share |\n|---|---|--:|--:|--:|\n");
    for subject in Subject::ALL {
        let counts = sets.iter().filter_map(|set| set.counts.get(subject));
        let (all, equal) = counts.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let fields =
            subject.fields().iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let _ = writeln!(
            out,
            "| {} | {fields} | {all} | {equal} | {} |",
            subject.name(),
            percent(equal, all)
        );
    }
    let sum = |goal| {
        sets.iter()
            .map(|set| set.total(goal))
            .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    };
    let ((all, equal), (every, right)) = (sum(true), sum(false));
    let _ =
        writeln!(out, "| **the first nine** | | {all} | {equal} | **{}** |", percent(equal, all));
    let _ = writeln!(out, "| **all** | | {every} | {right} | **{}** |", percent(right, every));
    let unlinked: usize = sets.iter().map(|set| set.unlinked).sum();
    let silent = sets.iter().filter(|set| set.total(false).0 == 0).count();
    let _ = writeln!(
        out,
        "\nAll {} sets are of programs that count as supported; {silent} of them assert nothing on a subject. \
         {unlinked} assertions name no message that leads to a line, and are not counted.\n",
        sets.len()
    );
    out.push_str(
        "### Misses that are meant\n\n| set | subject | misses | why |\n|---|---|--:|---|\n",
    );
    let mut meant = 0;
    for (set, subject, reason) in DELIBERATE {
        let found = sets.iter().find(|one| one.name == *set);
        let count = found
            .map_or(0, |set| set.misses.iter().filter(|miss| miss.subject == *subject).count());
        meant += count;
        let _ = writeln!(out, "| {set} | {} | {count} | {reason} |", subject.name());
    }
    let _ = writeln!(out, "\nWith these counted as right: {}.\n", percent(right + meant, every));
    others(sets, out);
    table(sets, out);
}

fn others(sets: &[Set], out: &mut String) {
    out.push_str("### Other misses\n\n");
    let mut count = 0;
    for set in sets {
        for miss in set.misses.iter().filter(|miss| reason(&set.name, miss).is_none()) {
            count += 1;
            let (subject, key) = (miss.subject.name(), &miss.key);
            let _ = writeln!(
                out,
                "- {} line {}: {subject} (`{key}`) is {:?}, not {:?}",
                set.name, miss.line, miss.wanted, miss.have
            );
        }
    }
    if count == 0 {
        out.push_str("None.\n");
    }
}

fn table(sets: &[Set], out: &mut String) {
    out.push_str("\n### By set\n\nThe share is over all subjects; *lines* are those that a format or helper understood.\n\n| set | lines | asserted | equal | share |\n|---|--:|--:|--:|--:|\n");
    for set in sets {
        let (all, equal) = set.total(false);
        let lines = format!("{}/{}", set.understood, set.lines);
        let _ =
            writeln!(out, "| {} | {lines} | {all} | {equal} | {} |", set.name, percent(equal, all));
    }
}

fn loghub(systems: &[System], out: &mut String) {
    out.push_str("\n## loghub\n\nThe header of 2,000 lines of each system against the table of its authors: date and time, host, program, process id, level, message, as far as the table has them.\n\n| system | fields | equal | share |\n|---|--:|--:|--:|\n");
    for one in systems {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            one.name,
            one.all,
            one.equal,
            percent(one.equal, one.all)
        );
    }
}

fn lnav(files: &[File], out: &mut String) {
    let sum = files.iter().fold((0, 0), |sum, one| (sum.0 + one.all, sum.1 + one.equal));
    let _ = writeln!(
        out,
        "\n## lnav's test files\n\nThe time of each line that has a stamp, in {} files, against another library's reading of the stamp: {} of {} ({}).",
        files.len(),
        sum.1,
        sum.0,
        percent(sum.1, sum.0)
    );
    if files.iter().any(|one| one.all > one.equal) {
        out.push_str("\n| file | stamps | equal | first miss |\n|---|--:|--:|---|\n");
    }
    for one in files.iter().filter(|one| one.all > one.equal) {
        let miss = one
            .misses
            .first()
            .map(|(line, wanted, have)| format!("line {line}: {wanted}, not {have}"));
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            one.name,
            one.all,
            one.equal,
            miss.unwrap_or_default()
        );
    }
    out.push_str(LNAV);
}

const LNAV: &str = "
Left out are files without stamps, those with a time of day alone (`rollover.0`, two of strace's, `tcf`), a shell's history, and stamps that belong to other lines. A line of the OpenTelemetry collector holds many records; its event has the time of the first.
";

fn usiem(lines: &[Line], out: &mut String) {
    out.push_str("\n## uSIEM's benchmark lines\n\nEach field that the format gives, time, host and observer among them.\n\n| line | fields | equal |\n|---|--:|--:|\n");
    for one in lines {
        let _ = writeln!(out, "| {} | {} | {} |", one.name, one.all, one.equal);
        for (field, wanted, have) in &one.misses {
            let _ = writeln!(out, "| | `{field}` | {have:?}, not {wanted:?} |");
        }
    }
    out.push_str(SIGMA);
}

/// What another run measures.
const SIGMA: &str = "
## Sigma on event logs

`make evtx`: the 22 event logs of SigmaHQ's regression data in `sigma/evtx`, each named by the rule that must match it, through siemparse and siemtrigger. Each is found by its rule. With those rules alone there are 25 matches of 22 rules, with all 3,755 that need no placeholder 38 matches of 34 rules; the pipe, the daemon on SQLite and on PostgreSQL, back-tests on both and `siemquery --sigma` on both find the same pairs of rule and time.
";
