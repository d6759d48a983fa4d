//! A PostgreSQL that is durable and can be crashed: stopped at once, or killed to the last process.
//!
//! What it does *not* know: who is connected.

use crate::cluster::{command, owner, psql, run, short_directory, watchdog};
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A private server with one database.
pub struct Server {
    directory: PathBuf,
    owner: Option<(u32, u32)>,
    options: String,
    _watchdog: Child,
}

impl Server {
    /// Makes and starts a server; `settings` are further `-c name=value`.
    ///
    /// # Panics
    /// PostgreSQL is not installed, or does not start.
    #[must_use]
    pub fn new(settings: &str) -> Server {
        let directory = short_directory();
        let owner = owner(&directory);
        let files = directory.join("data").display().to_string();
        run(command("initdb", owner)
            .args(["-A", "trust", "-U", "siem", "-E", "UTF8", "--no-sync"])
            .args(["--locale=C.UTF-8", "-D", &files]));
        let options = format!("-k {} -c listen_addresses= {settings}", directory.display());
        let watchdog = watchdog(&directory, owner);
        let server = Server { directory, owner, options, _watchdog: watchdog };
        server.start();
        psql(&server.maintenance(), "CREATE DATABASE siem");
        server
    }

    /// The database's URL.
    #[must_use]
    pub fn url(&self) -> String {
        self.maintenance().replace("/postgres", "/siem")
    }

    /// The server's socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.directory.join(".s.PGSQL.5432")
    }

    /// Runs SQL as the owner.
    #[must_use]
    pub fn sql(&self, statement: &str) -> String {
        psql(&self.url(), statement)
    }

    /// Makes a copy of the database, which nobody may be connected to.
    pub fn copy(&self) {
        psql(&self.maintenance(), "CREATE DATABASE copy TEMPLATE siem");
    }

    /// The copy's URL.
    #[must_use]
    pub fn copy_url(&self) -> String {
        self.maintenance().replace("/postgres", "/copy")
    }

    /// Moves the database to another folder.
    pub fn move_to(&self, folder: &std::path::Path) {
        let space = format!("CREATE TABLESPACE small LOCATION '{}'", folder.display());
        psql(&self.maintenance(), &space);
        psql(&self.maintenance(), "ALTER DATABASE siem SET TABLESPACE small");
    }

    /// Where the server's account may write.
    #[must_use]
    pub fn owner(&self) -> Option<(u32, u32)> {
        self.owner
    }

    /// Stops the server as a crash does, and starts it again.
    pub fn crash(&self) {
        let files = self.directory.join("data");
        let mut stop = command("pg_ctl", self.owner);
        stop.arg("-D").arg(files).args(["-w", "-s", "-m", "immediate", "stop"]);
        run(stop.stdout(Stdio::null()));
        self.start();
    }

    /// Kills every process of the server, and starts it again.
    ///
    /// # Panics
    /// The server does not start.
    pub fn kill(&self) {
        let pid = self.directory.join("data/postmaster.pid");
        let text = fs::read_to_string(&pid).expect("a running server");
        let leader = text.lines().next().expect("a process number").to_owned();
        let mut all = children(&leader);
        all.insert(0, leader);
        let _ = Command::new("kill").arg("-KILL").args(&all).status();
        while all.iter().any(|pid| is_alive(pid)) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = fs::remove_file(pid);
        self.start();
    }

    fn start(&self) {
        let log = self.directory.join("log").display().to_string();
        let files = self.directory.join("data");
        let mut start = command("pg_ctl", self.owner);
        start.arg("-D").arg(files).args(["-w", "-s", "-l", &log, "-o", &self.options, "start"]);
        start.stdout(Stdio::null()).stderr(Stdio::null());
        // A backend that was just being forked can hold the memory a little longer than the rest.
        let end = Instant::now() + Duration::from_secs(20);
        while !start.status().is_ok_and(|status| status.success()) {
            let text = fs::read_to_string(&log).unwrap_or_default();
            let last: Vec<&str> = text.lines().rev().take(5).collect();
            assert!(Instant::now() < end, "the server does not start: {last:#?}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn maintenance(&self) -> String {
        let host = self.directory.display().to_string().replace('/', "%2F");
        format!("postgres://siem@{host}/postgres")
    }
}

/// The numbers of a process's children.
fn children(parent: &str) -> Vec<String> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let names = processes.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let is_child = |pid: &String| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let after = stat.rsplit(')').next().unwrap_or_default().to_owned();
        after.split_whitespace().nth(1) == Some(parent)
    };
    names.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())).filter(is_child).collect()
}

/// Whether a process runs, and is no zombie.
fn is_alive(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit(')').next().unwrap_or_default().trim_start().chars().next();
    state.is_some_and(|state| state != 'Z' && state != 'X')
}
