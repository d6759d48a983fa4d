//! From a URL to a connection: libpq's variables and password file, TLS, settings of the session.
//!
//! Where the URL leaves something open, PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGSSLMODE
//! and PGSSLROOTCERT fill it, then the server's Unix socket. A host that is neither a socket nor
//! a loopback address is spoken to under TLS with a verified certificate, whatever `sslmode` says
//! short of `disable`; `sslmode=require` asks for the same on a loopback address.
//!
//! What it does *not* know: tables. A password is in no message.

use super::deadline::{Deadline, Plain, Sealed};
use super::fault;
use super::pgpass::{self, Password};
use crate::{Error, Result};
use postgres::config::{Host, SslMode, SslNegotiation};
use postgres::{Client, Config, NoTls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::env;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres_rustls::MakeRustlsConnect;

/// `jit` costs more than it gives on statements of this size; tables are read from a warm cache
/// more often than from a disk that seeks. Sorts are avoided because the planner knows nothing of
/// a partition before it is analysed: the newest 1,000 of 300,000 fresh rows took 744 ms by a sort
/// and 9 ms by the index; the price is a scan that finds nothing, 380 ms instead of 220.
///
/// A commit that is acknowledged has to outlive a crash of the server, since a file may be gone
/// soon after: where `synchronous_commit` is off for a role or a database, it is on here.
const SESSION: &str = "SET search_path = public; SET timezone = 'UTC'; SET jit = off; \
    SELECT set_config('synchronous_commit', 'on', false) \
        WHERE current_setting('synchronous_commit') = 'off'; \
    SET random_page_cost = 1.1; SET enable_sort = off; SET client_min_messages = warning; \
    SET idle_in_transaction_session_timeout = '60s'; \
    SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3";
/// How long a connection may take to be made, where the URL has no `connect_timeout`.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How many times that an operation may take that is short by nature.
const PATIENCE: u32 = 6;

/// Where a database is and how to get in.
pub(super) struct Address {
    config: Config,
    root: Option<String>,
    place: String,
    exposed: Option<String>,
}

impl Address {
    /// Reads a URL and completes it from the environment.
    pub(super) fn new(url: &str) -> Result<Address> {
        let (url, root) = split_root(url);
        let mut config: Config = url.parse().map_err(|error: postgres::Error| Error::Connect {
            place: "postgres".to_owned(),
            reason: fault::reason(&error),
        })?;
        complete(&mut config)?;
        let place = place(&config);
        let mut address = Address { config, root, place, exposed: None };
        address.add_password();
        Ok(address)
    }

    /// The database without a password.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Opens a connection and sets what a session needs.
    pub(super) fn connect(&self) -> Result<(Client, Deadline)> {
        let deadline = Deadline::default();
        deadline.set(self.timeout());
        let unreachable = |reason: String| Error::Connect { place: self.place.clone(), reason };
        // "Direct" leaves the first word to the connector, which knows the deadline.
        let mut config = self.config.clone();
        config.ssl_mode(SslMode::Require).ssl_negotiation(SslNegotiation::Direct);
        let connected = if self.config.get_ssl_mode() != SslMode::Disable {
            let connector = MakeRustlsConnect::new(self.tls().map_err(unreachable)?);
            let is_direct = self.config.get_ssl_negotiation() == SslNegotiation::Direct;
            config.connect(Sealed { connector, deadline: deadline.clone(), is_direct })
        } else if is_tcp(&self.config) {
            config.connect(Plain(deadline.clone()))
        } else {
            self.config.connect(NoTls)
        };
        let mut client = connected.map_err(|error| {
            let mut reason = fault::reason(&error);
            if let Some(file) = &self.exposed {
                reason = format!("{reason}; {file} was not used, others may read it");
            }
            unreachable(reason)
        })?;
        client.batch_execute(SESSION).map_err(|error| fault::fault(&self.place, &error))?;
        deadline.clear();
        Ok((client, deadline))
    }

    /// How long a connection may take.
    fn timeout(&self) -> Duration {
        self.config.get_connect_timeout().copied().unwrap_or(TIMEOUT)
    }

    /// How long an operation may take that is short by nature, such as a commit.
    pub(super) fn patience(&self) -> Duration {
        self.timeout() * PATIENCE
    }

    fn add_password(&mut self) {
        if self.config.get_password().is_some() {
            return;
        }
        if let Ok(password) = env::var("PGPASSWORD") {
            self.config.password(password);
            return;
        }
        let (host, port) = first_host(&self.config);
        let host = if host.starts_with('/') { "localhost".to_owned() } else { host };
        let user = self.config.get_user().map(str::to_owned);
        let user = user.or_else(|| env::var("USER").ok()).unwrap_or_default();
        let database = self.config.get_dbname().unwrap_or(&user).to_owned();
        match pgpass::password([&host, &port.to_string(), &database, &user]) {
            Password::Known(password) => _ = self.config.password(password),
            Password::Exposed(file) => self.exposed = Some(file.display().to_string()),
            Password::Unknown => {}
        }
    }

    /// Certificates are verified against `sslrootcert`, else against those of the system.
    fn tls(&self) -> std::result::Result<ClientConfig, String> {
        let mut roots = RootCertStore::empty();
        match &self.root {
            Some(file) => {
                let certificates = CertificateDer::pem_file_iter(Path::new(file))
                    .map_err(|error| format!("{file}: {error}"))?;
                for certificate in certificates {
                    let certificate = certificate.map_err(|error| format!("{file}: {error}"))?;
                    roots.add(certificate).map_err(|error| format!("{file}: {error}"))?;
                }
            }
            None => {
                _ = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        Ok(config.with_root_certificates(roots).with_no_client_auth())
    }
}

/// Takes `sslrootcert` out of a URL, which the driver does not know, and reads the modes of libpq
/// that verify as `require`, which verifies here.
fn split_root(url: &str) -> (String, Option<String>) {
    let mut root = env::var("PGSSLROOTCERT").ok();
    let Some((base, query)) = url.split_once('?') else { return (url.to_owned(), root) };
    let mut kept = Vec::new();
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("sslrootcert", file)) => root = Some(file.replace("%2F", "/")),
            Some(("sslmode", mode)) => kept.push(format!("sslmode={}", mode_name(mode))),
            _ => kept.push(pair.to_owned()),
        }
    }
    (format!("{base}?{}", kept.join("&")), root)
}

fn mode_name(mode: &str) -> &str {
    match mode {
        "verify-ca" | "verify-full" => "require",
        "allow" => "prefer",
        other => other,
    }
}

/// Fills what the URL leaves open, and decides on TLS.
fn complete(config: &mut Config) -> Result<()> {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        let sockets = ["/var/run/postgresql", "/tmp"];
        let socket =
            sockets.iter().find(|directory| Path::new(directory).join(".s.PGSQL.5432").exists());
        config
            .host(&variable("PGHOST").unwrap_or_else(|| socket.unwrap_or(&sockets[0]).to_string()));
    }
    if let Some(port) = variable("PGPORT").filter(|_| config.get_ports().is_empty()) {
        let port = port.parse().map_err(|_| Error::Connect {
            place: "postgres".to_owned(),
            reason: format!("PGPORT is no port: {port}"),
        })?;
        config.port(port);
    }
    if let Some(name) = variable("PGDATABASE").filter(|_| config.get_dbname().is_none()) {
        config.dbname(&name);
    }
    if let Some(user) = variable("PGUSER").filter(|_| config.get_user().is_none()) {
        config.user(&user);
    }
    match variable("PGSSLMODE").as_deref().map(mode_name) {
        Some("require") if config.get_ssl_mode() == SslMode::Prefer => {
            _ = config.ssl_mode(SslMode::Require);
        }
        Some("disable") if config.get_ssl_mode() == SslMode::Prefer => {
            _ = config.ssl_mode(SslMode::Disable);
        }
        _ => {}
    }
    let sockets = config.get_hosts().iter().all(|host| matches!(host, Host::Unix(_)));
    let is_local = config.get_hosts().iter().all(is_local)
        && config.get_hostaddrs().iter().all(IpAddr::is_loopback);
    match config.get_ssl_mode() {
        SslMode::Prefer if is_local => _ = config.ssl_mode(SslMode::Disable),
        SslMode::Prefer => _ = config.ssl_mode(SslMode::Require),
        SslMode::Require if sockets => _ = config.ssl_mode(SslMode::Disable),
        _ => {}
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(TIMEOUT);
    }
    if config.get_application_name().is_none() {
        let name = env::args().next().unwrap_or_default();
        config.application_name(name.rsplit('/').next().unwrap_or_default());
    }
    Ok(())
}

fn is_tcp(config: &Config) -> bool {
    let hosts = config.get_hosts();
    !hosts.is_empty() && hosts.iter().all(|host| matches!(host, Host::Tcp(_)))
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
    }
}

fn first_host(config: &Config) -> (String, u16) {
    let host = match config.get_hosts().first() {
        Some(Host::Unix(path)) => path.display().to_string(),
        Some(Host::Tcp(name)) => name.clone(),
        None => config.get_hostaddrs().first().map(IpAddr::to_string).unwrap_or_default(),
    };
    (host, config.get_ports().first().copied().unwrap_or(5432))
}

/// The address for messages.
fn place(config: &Config) -> String {
    let user = config.get_user().map(|user| format!("{user}@")).unwrap_or_default();
    let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
    let (host, port) = first_host(config);
    let port = if port == 5432 { String::new() } else { format!(":{port}") };
    if host.starts_with('/') {
        let mark = if port.is_empty() { "" } else { "&port=" };
        return format!(
            "postgres://{user}/{database}?host={host}{mark}{}",
            port.trim_start_matches(':')
        );
    }
    format!("postgres://{user}{host}{port}/{database}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(url: &str) -> Address {
        Address::new(url).expect("a good URL")
    }

    #[test]
    fn the_place_has_no_password() {
        let place = |url: &str| address(url).place().to_owned();
        assert_eq!(
            place("postgres://mia:secret@db.example/siem"),
            "postgres://mia@db.example/siem"
        );
        assert_eq!(place("postgres://mia:secret@[::1]:5433/siem"), "postgres://mia@::1:5433/siem");
        assert_eq!(
            place("postgres://mia@%2Frun%2Fpg:5433/siem?password=secret"),
            "postgres://mia@/siem?host=/run/pg&port=5433"
        );
    }

    #[test]
    fn other_machines_are_spoken_to_under_tls() {
        let mode = |url: &str| address(url).config.get_ssl_mode();
        assert_eq!(mode("postgres://db.example/siem"), SslMode::Require);
        assert_eq!(mode("postgres://db.example/siem?sslmode=prefer"), SslMode::Require);
        assert_eq!(mode("postgres://db.example/siem?sslmode=verify-full"), SslMode::Require);
        assert_eq!(mode("postgres://db.example/siem?sslmode=disable"), SslMode::Disable);
        assert_eq!(mode("postgres://127.0.0.1/siem"), SslMode::Disable);
        assert_eq!(mode("postgres://localhost/siem?sslmode=require"), SslMode::Require);
        assert_eq!(mode("postgres://%2Frun%2Fpg/siem"), SslMode::Disable);
    }

    #[test]
    fn a_server_that_accepts_and_says_nothing_is_not_waited_for() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        // Whoever comes is let in and kept, until this program ends.
        std::thread::spawn(move || listener.incoming().collect::<Vec<_>>());
        for mode in ["disable", "require"] {
            let url = format!("postgres://mia@127.0.0.1:{port}/d?sslmode={mode}&connect_timeout=1");
            let Err(error) = address(&url).connect() else { panic!("{mode}: it said something") };
            let place = format!("postgres://mia@127.0.0.1:{port}/d");
            let expected = format!("database {place}: the server does not answer");
            assert_eq!(error.to_string(), expected, "{mode}");
        }
    }

    #[test]
    fn the_root_certificate_is_ours_to_read() {
        let (url, root) = split_root("postgres://h/d?sslrootcert=%2Fca.pem&connect_timeout=3");
        assert_eq!(
            (url.as_str(), root.as_deref()),
            ("postgres://h/d?connect_timeout=3", Some("/ca.pem"))
        );
    }
}
