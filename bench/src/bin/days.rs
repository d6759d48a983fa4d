//! Writes syslog lines of many hosts, in time order, spread evenly over some days that end now.
//!
//! Usage: `days LINES DAYS [SEED] > FILE`. Mean line about 110 bytes; hosts, users and addresses
//! are skewed as in real logs. What it does *not* know: the tools.

use bench::random::Random;
use common::clock::{DAY, Timestamp};
use std::env;
use std::io::{self, BufWriter, Write};

fn main() -> io::Result<()> {
    let mut args = env::args().skip(1).map(|arg| arg.parse::<u64>().unwrap_or(1));
    let lines = args.next().unwrap_or(1_000_000);
    let days = args.next().unwrap_or(7);
    let mut random = Random::new(args.next().unwrap_or(1));
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let length = i64::try_from(days).unwrap_or(1) * DAY;
    let start = Timestamp::now().0 - length;
    for line in 0..lines {
        let share = i128::from(length) * i128::from(line) / i128::from(lines);
        let at = Timestamp(start + i64::try_from(share).unwrap_or(0));
        write_line(&mut out, &mut random, at)?;
    }
    out.flush()
}

fn write_line(out: &mut impl Write, random: &mut Random, at: Timestamp) -> io::Result<()> {
    let mut buffer = [0u8; 27];
    let stamp = at.write(&mut buffer).trim_end_matches('Z');
    let skewed = |random: &mut Random, bound: u64| random.below(bound).min(random.below(bound));
    let host = skewed(random, 50);
    let (user, pid) = (skewed(random, 200), 1000 + random.below(30_000));
    let (a, b) = (skewed(random, 250), random.below(250));
    write!(out, "{stamp}+00:00 host{host} ")?;
    match random.below(10) {
        0..3 => writeln!(
            out,
            "sshd[{pid}]: Failed password for user{user} from 198.51.{a}.{b} port {} ssh2",
            1024 + random.below(60_000)
        ),
        3..4 => writeln!(
            out,
            "sshd[{pid}]: Accepted publickey for user{user} from 192.0.{a}.{b} port {} ssh2",
            1024 + random.below(60_000)
        ),
        4..6 => writeln!(
            out,
            "kernel: [{pid}.{a:06}] [UFW BLOCK] IN=eth0 OUT= MAC= SRC=203.0.{a}.{b} DST=192.0.2.1 LEN=60 TTL=52 PROTO=TCP SPT={pid} DPT={}",
            random.below(1024)
        ),
        6..7 => writeln!(
            out,
            "CRON[{pid}]: (root) CMD (cd / && run-parts --report /etc/cron.hourly # {user})"
        ),
        7..8 => writeln!(
            out,
            "sudo: user{user} : TTY=pts/{} ; PWD=/home/user{user} ; USER=root ; COMMAND=/usr/bin/systemctl restart unit{a}",
            b % 9
        ),
        8..9 => writeln!(out, "dnsmasq[{pid}]: query[A] name{user}.example.org from 10.0.{a}.{b}"),
        _ => writeln!(out, "systemd[1]: Started unit{a}.service - Example unit number {a}."),
    }
}
