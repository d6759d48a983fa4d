//! What the tests share: a database, files, and a look at what was stored.

use common::event::Event;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};
use store::{Create, HelperRow, Order, Scan, Store, Url};
use testkit::{Running, Tool, tool_at};

/// A database and a folder of log files.
pub(crate) struct Bench {
    url: String,
    folder: tempfile::TempDir,
    store: std::cell::RefCell<Box<dyn Store>>,
}

/// Runs one body on both databases.
pub(crate) fn on_each(body: impl Fn(&Bench)) {
    testkit::for_each_db(|url| {
        body(&Bench::new(url));
    });
}

/// siemparse without a database.
pub(crate) fn bare() -> Tool {
    tool_at(env!("CARGO_BIN_EXE_siemparse"))
}

fn open(url: &str) -> Box<dyn Store> {
    let url = Url::parse(Some(url)).expect("a database's URL");
    store::open(&url, Create::Always).expect("the database opens")
}

impl Bench {
    /// A new database's bench.
    pub(crate) fn new(url: &str) -> Bench {
        Bench { url: url.to_owned(), folder: testkit::temp_dir(), store: open(url).into() }
    }

    /// Looks through a new connection.
    pub(crate) fn reopen(&self) {
        *self.store.borrow_mut() = open(&self.url);
    }

    /// siemparse on this database.
    pub(crate) fn siemparse(&self) -> Tool {
        bare().arg("--db").arg(&self.url).arg("-z").arg("UTC")
    }

    /// Reads a file to its end.
    pub(crate) fn once(&self, path: impl AsRef<Path>) {
        let output = self.siemparse().arg("--once").arg(path.as_ref()).run().success();
        assert_eq!(output.stdout, "");
    }

    /// Follows files; a small poll shows what arrives.
    pub(crate) fn follow(&self, path: impl AsRef<Path>) -> Running {
        self.siemparse().arg(path.as_ref()).spawn()
    }

    /// The database's URL.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Stores a helper, as siemmanage does.
    pub(crate) fn put_helper(&self, text: &str) {
        let helpers = common::helper::read(text, "test.toml").expect("a helper");
        let row = |helper: common::helper::Helper| HelperRow {
            section: helper.section.clone().unwrap_or_default(),
            name: helper.name.clone(),
            is_enabled: helper.enabled,
            body: helper.to_toml(),
        };
        let rows: Vec<HelperRow> = helpers.into_iter().map(row).collect();
        self.store.borrow_mut().put_helpers(&rows).expect("the database takes helpers");
    }

    /// The path of a file in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("writes a file");
        path
    }

    /// Appends to a file.
    pub(crate) fn append(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let mut file: File = OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.path(name))
            .expect("opens a file");
        file.write_all(bytes.as_ref()).expect("appends");
    }

    /// Makes a file look as though it had not changed for a while.
    pub(crate) fn age(&self, name: &str) {
        let old = std::time::SystemTime::now() - Duration::from_secs(10);
        let file = File::options().append(true).open(self.path(name)).expect("opens a file");
        file.set_modified(old).expect("sets the time");
    }

    /// Everything stored, in the order of the sources' bytes.
    pub(crate) fn events(&self) -> Vec<Event<'static>> {
        let mut events = self.scan(Order::Time);
        let batches = self.store.borrow_mut().batch_rows(0, u32::MAX).expect("the database reads");
        let sources: HashMap<i64, i64> =
            batches.into_iter().map(|row| (row.batch, row.source)).collect();
        events.sort_by_key(|event| (sources[&event.id.batch], event.log_offset, event.id));
        events
    }

    fn scan(&self, order: Order) -> Vec<Event<'static>> {
        let mut events = Vec::new();
        let scan = Scan { order, raw: true, ..Scan::default() };
        let mut see = |event| {
            events.push(event);
            ControlFlow::Continue(())
        };
        self.store.borrow_mut().scan(&scan, &mut see).expect("the database reads");
        events
    }

    /// What became of each source's lines and bytes.
    pub(crate) fn accounts(&self) -> Vec<store::Account> {
        self.store.borrow_mut().accounts().expect("the database reads")
    }

    /// The sources' bytes, put together again.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.scan(Order::Source).iter().flat_map(Event::line).collect()
    }

    /// The messages stored.
    pub(crate) fn messages(&self) -> Vec<String> {
        self.events().into_iter().map(|event| event.message.into_owned()).collect()
    }

    /// Waits until so many events are stored, and gives their messages.
    pub(crate) fn wait_for(&self, count: usize) -> Vec<String> {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let messages = self.messages();
            if messages.len() >= count {
                return messages;
            }
            assert!(Instant::now() < end, "{} of {count} events: {messages:?}", messages.len());
            sleep(Duration::from_millis(20));
        }
    }
}

/// Stops a follower and expects it to end well and soon.
pub(crate) fn stop(running: Running) {
    running.signal("TERM");
    let output = running.wait().success();
    assert_eq!(output.stdout, "");
}

/// Follows a file and kills that again and again, while numbered lines are written to it, torn
/// anywhere. How many lines there are in the end.
pub(crate) fn killed(
    bench: &Bench,
    path: &Path,
    kills: u64,
    text: impl Fn(Range<usize>) -> Vec<u8> + Sync,
) -> usize {
    let is_over = AtomicBool::new(false);
    scope(|scope| {
        let writer = scope.spawn(|| {
            let mut file = OpenOptions::new().append(true).open(path).expect("opens");
            let mut count = 0;
            while !is_over.load(Ordering::Relaxed) {
                for torn in text(count..count + 50).chunks(997) {
                    file.write_all(torn).expect("writes");
                }
                count += 50;
                sleep(Duration::from_millis(1));
            }
            count
        });
        for kill in 0..kills {
            let running = bench.follow(path);
            sleep(Duration::from_millis(60 + 53 * (kill % 5)));
            running.signal("KILL");
            assert_eq!(running.wait().code, 137);
        }
        is_over.store(true, Ordering::Relaxed);
        writer.join().expect("the writer ends")
    })
}

/// Numbered syslog lines.
pub(crate) fn lines(numbers: Range<usize>) -> String {
    numbers.map(|n| format!("2026-06-14T15:16:01Z host app[7]: line {n}\n")).collect()
}

/// Their messages.
pub(crate) fn numbered(numbers: Range<usize>) -> Vec<String> {
    numbers.map(|n| format!("line {n}")).collect()
}

/// Packs a file with a program, keeping the original out of the way.
pub(crate) fn pack(program: &str, path: &Path) {
    let status = Command::new(program).arg("-f").arg(path).status();
    assert!(status.is_ok_and(|status| status.success()), "{program} is not installed");
}
