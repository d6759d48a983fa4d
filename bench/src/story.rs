//! One day on a small network, ending now: normal life, and three attacks.
//!
//! 1. An SSH brute force from one address that guesses a password and logs in.
//! 2. The same account tries sudo, fails, then succeeds in reading what it should not and makes
//!    itself an account.
//! 3. A web scanner asks for hundreds of paths that do not exist.
//!
//! Two files come out, as Debian writes them: `auth.log` (ISO stamps, several hosts) and
//! `access.log` (combined format). Addresses are from the documentation ranges (RFC 5737, 3849).
//!
//! What it does *not* know: how any of it is found.

use crate::random::Random;
use common::clock::{SECOND, Timestamp};

/// The texts of the two files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// Syslog lines of authentication.
    pub auth: String,
    /// Web server lines.
    pub access: String,
}

const HOSTS: &[&str] = &["web1", "db1", "gate", "mail"];
const USERS: &[&str] = &["anna", "ben", "carla", "deniz", "emil"];
const GUESSES: &[&str] = &["root", "admin", "test", "oracle", "ubuntu", "git", "postgres", "pi"];
const ATTACKER: &str = "203.0.113.77";
const SCANNER: &str = "198.51.100.23";
const AGENTS: &[&str] = &[
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 15_5) AppleWebKit/605.1.15 Safari/605.1.15",
    "curl/8.14.1",
];
const PAGES: &[&str] = &["/", "/news", "/about", "/static/site.css", "/api/v1/items", "/login"];
const PROBES: &[&str] = &["wp-login.php", ".env", "phpmyadmin/", ".git/config", "cgi-bin/test.cgi"];

/// Lines with their times, not yet in order.
#[derive(Default)]
struct Lines(Vec<(i64, String)>);

impl Lines {
    fn syslog(&mut self, at: i64, host: &str, program: &str, message: &str) {
        let stamp = Timestamp(at).to_string().replace('Z', "+00:00");
        self.0.push((at, format!("{stamp} {host} {program}: {message}\n")));
    }

    fn text(mut self) -> String {
        self.0.sort_by_key(|(at, _)| *at);
        self.0.into_iter().map(|(_, line)| line).collect()
    }
}

/// Tells the day that ends at `now`; `size` is the number of lines of normal life.
#[must_use]
pub fn tell(seed: u64, now: Timestamp, size: u64) -> Story {
    let mut random = Random::new(seed);
    let (mut auth, mut access) = (Lines::default(), Lines::default());
    let day = 24 * 3600 * SECOND;
    for _ in 0..size {
        let at = now.0 - i64::try_from(random.below(day.unsigned_abs())).unwrap_or(0);
        if random.below(2) == 0 {
            ordinary_login(&mut auth, &mut random, at);
        } else {
            let (page, agent) = (*random.pick(PAGES), *random.pick(AGENTS));
            let peer = format!("192.0.2.{}", 1 + random.below(200));
            let status = if random.below(60) == 0 { 404 } else { 200 };
            request(&mut access, at, &peer, page, status, agent);
        }
    }
    brute_force(&mut auth, &mut random, now.0 - 95 * 60 * SECOND);
    sudo_abuse(&mut auth, now.0 - 71 * 60 * SECOND);
    web_scan(&mut access, &mut random, now.0 - 34 * 60 * SECOND);
    Story { auth: auth.text(), access: access.text() }
}

fn ordinary_login(lines: &mut Lines, random: &mut Random, at: i64) {
    let (host, user) = (*random.pick(HOSTS), *random.pick(USERS));
    let pid = 1000 + random.below(30_000);
    let port = 30_000 + random.below(30_000);
    let peer = format!("192.0.2.{}", 1 + random.below(60));
    match random.below(6) {
        0 | 1 => {
            let message = format!("Accepted publickey for {user} from {peer} port {port} ssh2");
            lines.syslog(at, host, &format!("sshd[{pid}]"), &message);
            let message = format!(
                "pam_unix(sshd:session): session opened for user {user}(uid=1001) by (uid=0)"
            );
            lines.syslog(at + 40_000, host, &format!("sshd[{pid}]"), &message);
        }
        2 => {
            let message = format!(
                "{user} : TTY=pts/0 ; PWD=/home/{user} ; USER=root ; COMMAND=/usr/bin/apt update"
            );
            lines.syslog(at, host, "sudo", &message);
        }
        3 => {
            let message = "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)";
            lines.syslog(at, host, &format!("CRON[{pid}]"), message);
        }
        4 => {
            let message = format!("New session {} of user {user}.", random.below(900));
            lines.syslog(at, host, "systemd-logind[612]", &message);
        }
        _ => {
            let message = format!("Failed password for {user} from {peer} port {port} ssh2");
            lines.syslog(at, host, &format!("sshd[{pid}]"), &message);
        }
    }
}

fn brute_force(lines: &mut Lines, random: &mut Random, start: i64) {
    let mut at = start;
    for attempt in 0..160u64 {
        at += i64::try_from(1_200_000 + random.below(2_500_000)).unwrap_or(0);
        let (user, port) = (*random.pick(GUESSES), 40_000 + attempt);
        let pid = format!("sshd[{}]", 21_000 + attempt);
        let known = if user == "root" { "" } else { "invalid user " };
        let message = format!("Failed password for {known}{user} from {ATTACKER} port {port} ssh2");
        lines.syslog(at, "gate", &pid, &message);
    }
    let message = format!("Accepted password for emil from {ATTACKER} port 41999 ssh2");
    lines.syslog(at + 4 * SECOND, "gate", "sshd[22001]", &message);
    let message = "pam_unix(sshd:session): session opened for user emil(uid=1005) by (uid=0)";
    lines.syslog(at + 4 * SECOND + 30_000, "gate", "sshd[22001]", message);
}

fn sudo_abuse(lines: &mut Lines, start: i64) {
    let place = "TTY=pts/3 ; PWD=/home/emil ; USER=root";
    for attempt in 0..4 {
        let message =
            format!("emil : 3 incorrect password attempts ; {place} ; COMMAND=/usr/bin/bash");
        lines.syslog(start + attempt * 20 * SECOND, "gate", "sudo", &message);
    }
    let message = format!("emil : {place} ; COMMAND=/usr/bin/cat /etc/shadow");
    lines.syslog(start + 150 * SECOND, "gate", "sudo", &message);
    let message = "new user: name=backup2, UID=1006, GID=1006, home=/home/backup2, shell=/bin/bash, from=/dev/pts/3";
    lines.syslog(start + 190 * SECOND, "gate", "useradd[22310]", message);
}

fn web_scan(lines: &mut Lines, random: &mut Random, start: i64) {
    for attempt in 0..400 {
        let probe = format!("/{}/{}", random.below(10_000), random.pick(PROBES));
        let status = if attempt % 40 == 0 { 403 } else { 404 };
        request(lines, start + attempt * 150_000, SCANNER, &probe, status, "Mozilla/5.00 (scan)");
    }
}

fn request(lines: &mut Lines, at: i64, peer: &str, path: &str, status: u16, agent: &str) {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (year, month, day) = Timestamp(at).date();
    let month = MONTHS[usize::from(month) - 1];
    let stamp = Timestamp(at).to_string();
    let time = &stamp[11..19];
    let bytes = 200 + path.len() * 37;
    lines.0.push((
        at,
        format!("{peer} - - [{day:02}/{month}/{year}:{time} +0000] \"GET {path} HTTP/1.1\" {status} {bytes} \"-\" \"{agent}\"\n"),
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_tell_equal_stories() {
        let now = Timestamp(1_763_000_000_000_000);
        let story = tell(7, now, 500);
        assert_eq!(story, tell(7, now, 500));
        assert_ne!(story, tell(8, now, 500));
        assert_eq!(story.auth.matches(ATTACKER).count(), 161);
        assert_eq!(story.access.matches(SCANNER).count(), 400);
    }
}
