//! A private PostgreSQL cluster on a Unix socket, and an empty database per test.
//!
//! In: the server's programs, from PATH or `/usr/lib/postgresql/*/bin`. Out: URLs. The cluster
//! lives in a temporary directory, writes nothing durably, and is stopped by a watchdog process
//! that waits for the end of its standard input: the end of this process, however it comes.
//!
//! What it does *not* know: the schema.

use std::env;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio, id};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The variable that names a cluster to share; `config/with-postgres.sh` sets it.
const SHARED: &str = "SIEM_TEST_POSTGRES";
const MISSING: &str = "no PostgreSQL server programs (initdb, pg_ctl) in PATH or \
    /usr/lib/postgresql; install them: apt-get install postgresql";

/// A running cluster; it stops when this process is gone.
struct Cluster {
    /// The URL of its database `postgres`.
    url: String,
    _watchdog: Option<Child>,
}

/// An empty database, dropped with this value.
pub struct Database {
    name: String,
    url: String,
    maintenance: String,
}

/// A fresh, empty database in the cluster of this test run.
///
/// # Panics
/// There is no server, or it does not work.
#[must_use]
pub fn database() -> Database {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let cluster = CLUSTER.get_or_init(|| match env::var(SHARED) {
        Ok(url) => Cluster { url, _watchdog: None },
        Err(_) => Cluster::start(),
    });
    let name = format!("t{}_{}", id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    psql(&cluster.url, &format!("CREATE DATABASE {name}"));
    let server = cluster.url.trim_end_matches("postgres");
    Database { url: format!("{server}{name}"), name, maintenance: cluster.url.clone() }
}

impl Database {
    /// The database's URL, for its owner.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The URL for another role of the cluster.
    #[must_use]
    pub fn url_as(&self, role: &str) -> String {
        let server = self.url.split_once('@').map_or("", |(_, server)| server);
        format!("postgres://{role}@{server}")
    }

    /// Runs SQL with psql as the owner; returns the rows, fields parted by `|`.
    ///
    /// # Panics
    /// The statement fails.
    #[must_use]
    pub fn sql(&self, statement: &str) -> String {
        psql(&self.url, statement)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _ = Command::new(program("psql"))
            .args(["-X", "-q", "-c", &drop, &self.maintenance])
            .env("PGOPTIONS", "-c client_min_messages=error")
            .stderr(Stdio::null())
            .status();
    }
}

impl Cluster {
    fn start() -> Cluster {
        let directory = short_directory();
        let files = directory.join("data").display().to_string();
        let owner = owner(&directory);
        run(command("initdb", owner)
            .args(["-A", "trust", "-U", "siem", "-E", "UTF8", "--no-sync"])
            .args(["--locale=C.UTF-8", "-D", &files]));
        let options = format!(
            "-k {} -c listen_addresses= -c fsync=off -c full_page_writes=off \
             -c synchronous_commit=off -c max_connections=200 -c timezone=UTC",
            directory.display()
        );
        let log = directory.join("log").display().to_string();
        run(command("pg_ctl", owner)
            .args(["-D", &files, "-w", "-s", "-l", &log])
            .args(["-o", &options, "start"])
            .stdout(Stdio::null())
            .stderr(Stdio::null()));
        let host = directory.display().to_string().replace('/', "%2F");
        let url = format!("postgres://siem@{host}/postgres");
        Cluster { url, _watchdog: Some(watchdog(&directory, owner)) }
    }
}

/// A shell that waits for the end of its input, stops the cluster and removes its files. It is in
/// a process group of its own, so that an interrupt at the terminal does not end it first.
pub(crate) fn watchdog(directory: &Path, owner: Option<(u32, u32)>) -> Child {
    let stop = "cat >/dev/null; \"$1\" -D \"$2/data\" -s -m immediate stop; rm -rf \"$2\"";
    let mut watchdog = as_owner(Command::new("sh"), owner);
    watchdog.args(["-c", stop, "watchdog"]).arg(program("pg_ctl")).arg(directory);
    watchdog.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    watchdog.process_group(0).spawn().unwrap_or_else(|error| panic!("sh: {error}"))
}

/// A new directory whose path leaves room for a socket's name (107 bytes in all).
pub(crate) fn short_directory() -> PathBuf {
    let base = Some(env::temp_dir()).filter(|base| base.as_os_str().len() < 60);
    let base = base.unwrap_or_else(|| PathBuf::from("/tmp"));
    let directory = tempfile::Builder::new().prefix("siempg").tempdir_in(&base);
    directory.unwrap_or_else(|error| panic!("{}: {error}", base.display())).keep()
}

/// The server refuses to run as root: then the directory is given to another account.
pub(crate) fn owner(directory: &Path) -> Option<(u32, u32)> {
    let is_root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    if !is_root {
        return None;
    }
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let account = |wanted: &str| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(wanted))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    let (user, group) = account("postgres")
        .or_else(|| account("nobody"))
        .unwrap_or_else(|| panic!("running as root: no account postgres or nobody"));
    chown(directory, Some(user), Some(group)).unwrap_or_else(|error| panic!("chown: {error}"));
    let open = fs::Permissions::from_mode(0o755);
    fs::set_permissions(directory, open).unwrap_or_else(|error| panic!("chmod: {error}"));
    Some((user, group))
}

fn as_owner(mut command: Command, owner: Option<(u32, u32)>) -> Command {
    if let Some((user, group)) = owner {
        command.uid(user).gid(group);
    }
    command.current_dir("/").env_remove("PGDATA").env_remove("PGPORT");
    command
}

pub(crate) fn command(name: &str, owner: Option<(u32, u32)>) -> Command {
    as_owner(Command::new(program(name)), owner)
}

/// Finds a program of PostgreSQL: in PATH, else that of the newest version installed.
fn program(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = env::split_paths(&path).collect();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut installed: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    installed.sort();
    places.extend(installed.into_iter().rev());
    let found = places.into_iter().map(|place| place.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("{MISSING}"))
}

pub(crate) fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
}

pub(crate) fn psql(url: &str, statement: &str) -> String {
    let output = Command::new(program("psql"))
        .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement, url])
        .env_remove("PGOPTIONS")
        .output()
        .unwrap_or_else(|error| panic!("psql: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "psql: {statement}: {errors}");
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}
