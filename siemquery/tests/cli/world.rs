//! A small database to query: events of two sections, one of each kind that an option looks at.

use testkit::{Output, Tool, for_each_db, temp_dir, tool};

/// Lines of the section `auth`; their ids are 1.1, 1.2, … as they are stored first.
pub(crate) const AUTH: &str = "\
2026-08-01T10:00:00.250000+00:00 web1 sshd[101]: Failed password for root from 203.0.113.5 port 4711 ssh2
2026-08-01T10:05:00+00:00 web1 sshd[102]: Failed password for invalid user admin from 203.0.113.6 port 4712 ssh2
2026-08-01T10:10:00+00:00 web2 sshd[103]: Accepted password for mia from 10.1.2.3 port 4713 ssh2
2026-08-01T11:00:00+00:00 web2 CRON[104]: pam_unix(cron:session): session opened for user root by (uid=0)
2026-08-02T09:00:00+00:00 db1 postgres[105]: checkpoint starting: time
";

/// Lines of the section `web`.
pub(crate) const WEB: &str = "\
2026-08-02T10:00:00+00:00 web1 kernel: [1.5] iptables denied: IN=eth0 OUT= SRC=198.51.100.7 DST=10.0.0.1 LEN=60 PROTO=TCP SPT=40000 DPT=22
2026-08-02T10:00:01+00:00 web1 app[7]: \u{6f22}\u{5b57} started
";

/// A database with something in it.
pub(crate) struct World<'u> {
    pub(crate) url: &'u str,
}

impl World<'_> {
    /// siemquery on this database.
    pub(crate) fn query(&self, arguments: &[&str]) -> Tool {
        tool("siemquery").arg("--db").arg(self.url).args(arguments)
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.query(arguments).run()
    }

    /// The ids of the selected events, in the order printed.
    pub(crate) fn ids(&self, arguments: &[&str]) -> Vec<String> {
        let output = self.query(arguments).args(["-o", "tsv", "--fields", "event.id"]).run();
        assert!(output.code <= 1, "{arguments:?}: {}", output.stderr);
        output.stdout.lines().skip(1).map(str::to_owned).collect()
    }

    /// Stores the lines of a file of this name.
    pub(crate) fn store(&self, section: &str, lines: impl AsRef<[u8]>) {
        let directory = temp_dir();
        let path = directory.path().join(format!("{section}.log"));
        std::fs::write(&path, lines).expect("room");
        let parse = tool("siemparse").args(["--db", self.url, "--once", "-s", section]);
        let _ = parse.arg(&path).run().success();
    }
}

/// Runs a body on both databases, each with an empty schema.
pub(crate) fn empty(body: impl Fn(&World<'_>)) {
    for_each_db(|url| {
        let parsed = store::Url::parse(Some(url)).expect("a URL");
        drop(store::open(&parsed, store::Create::Always).expect("a database"));
        body(&World { url });
    });
}

/// Runs a body on both databases, each with the events above.
pub(crate) fn world(body: impl Fn(&World<'_>)) {
    empty(|world| {
        world.store("auth", AUTH);
        world.store("web", WEB);
        body(world);
    });
}
