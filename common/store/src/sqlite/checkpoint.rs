//! The write-ahead log's pages into the file, beside who writes.
//!
//! ```text
//!  commit ─► pages in the log ─┬─ few: nothing
//!                              ├─ many: ask the thread, and go on
//!                              └─ many, nearly all of them in the file: write the rest, and the
//!                                 log begins anew
//! ```
//!
//! SQLite itself lets the commit that makes the log too long write all of it. A checkpoint that
//! does not wait for anybody (passive) may run beside a writer, so a thread with a connection of its
//! own takes most of that work. What is committed meanwhile is less each time, and the log can only
//! begin anew when nothing of it is left to write: the writer does the last part itself.
//!
//! What it does *not* know: what the pages hold.

use rusqlite::hooks::Wal;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

/// So many pages are many: 160 MiB.
const MANY: i32 = 40_000;
/// So few are left to the writer.
const REST: i32 = 8_000;
/// The writer waits for the thread when the log is as long as this.
const MOST: i32 = 100_000;

/// A thread that writes pages of the log into the file.
pub(super) struct Beside {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    is_asked: bool,
    is_over: bool,
    /// How many pages of the log are in the file.
    done: i32,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Whoever panicked has changed nothing by halves here.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What follows a commit that left so many pages in the log.
    fn committed(&self, wal: &mut Wal, pages: i32) {
        let mut state = self.state();
        if pages < MANY {
            state.done = 0;
            return;
        }
        if state.is_asked && pages >= MOST {
            let is_busy = |state: &mut State| state.is_asked && !state.is_over;
            let waited = self.changed.wait_while(state, is_busy);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        if state.is_asked {
            return;
        }
        if pages - state.done > REST && pages < MOST {
            state.is_asked = true;
            self.changed.notify_all();
        } else {
            // Another process may be at it, or a reader may need the log: the next commit tries.
            let _ = wal.checkpoint();
        }
    }

    /// Does what is asked until it is over.
    fn serve(&self, path: &Path) {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        // Without a connection nothing is ever done, and the writer writes all of it.
        let connection = Connection::open_with_flags(path, flags).ok();
        loop {
            let idle = |state: &mut State| !state.is_asked && !state.is_over;
            let state = self.changed.wait_while(self.state(), idle);
            if state.unwrap_or_else(PoisonError::into_inner).is_over {
                return;
            }
            let done = connection.as_ref().and_then(checkpoint);
            let mut state = self.state();
            // Where nothing could be done, the writer tries.
            state.done = done.unwrap_or(i32::MAX);
            state.is_asked = false;
            self.changed.notify_all();
        }
    }
}

/// Writes what can be written; says how many pages of the log are in the file.
fn checkpoint(connection: &Connection) -> Option<i32> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(2)).ok()
}

impl Beside {
    /// Starts the thread, and tells it of the connection's commits.
    pub(super) fn start(connection: &mut Connection, path: PathBuf) -> rusqlite::Result<Beside> {
        let shared = Arc::<Shared>::default();
        let (serving, telling) = (Arc::clone(&shared), Arc::clone(&shared));
        let builder = Builder::new().name("checkpoint".to_owned());
        // Without a thread SQLite goes on as it always does.
        let thread = builder.spawn(move || serving.serve(&path)).ok();
        if thread.is_some() {
            connection.wal_hook(Some(move |wal: &mut Wal, pages| {
                telling.committed(wal, pages);
                Ok(())
            }))?;
        }
        Ok(Beside { shared, thread })
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        self.shared.state().is_over = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // It ends after what it is at; whether by a panic does not matter any more.
            let _ = thread.join();
        }
    }
}
