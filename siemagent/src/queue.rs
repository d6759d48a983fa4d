//! Lines on their way to standard output: a bounded queue and the thread that writes.
//!
//! ```text
//!  ring reader ─► chunk (whole lines, counted by kind) ─► queue ─► writer ─► stdout
//!                                                           └─ full: the chunk is dropped, counted
//! ```
//!
//! A reader downstream that is slow or stands still never blocks the side that empties the ring.
//! What it does *not* know: what lines say.

use crate::count::{Row, add};
use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Whole lines, and how many of each kind.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    /// The lines.
    pub(crate) bytes: Vec<u8>,
    /// Events among them, by kind.
    pub(crate) rows: Row,
}

/// Bytes that wait at most.
pub(crate) const ROOM: usize = 8 << 20;

/// How long a chunk waits for room.
const PATIENCE: Duration = Duration::from_millis(200);

#[derive(Debug, Default)]
struct State {
    chunks: VecDeque<Chunk>,
    waiting: usize,
    /// Chunks that are taken and not yet written.
    writing: Option<Row>,
    written: Row,
    dropped: Row,
    closed: bool,
    /// The errno of the write that failed.
    failed: Option<i32>,
    /// Emptied buffers to use again.
    spare: Vec<Vec<u8>>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    news: Condvar,
    done: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The sending side.
#[derive(Debug)]
pub(crate) struct Queue {
    shared: Arc<Shared>,
    room: usize,
    thread: Option<JoinHandle<()>>,
}

impl Queue {
    /// Starts the thread that writes.
    ///
    /// # Errors
    /// No thread can be made.
    pub(crate) fn start(out: impl Write + Send + 'static, room: usize) -> io::Result<Queue> {
        let shared = Arc::new(Shared::default());
        let inner = Arc::clone(&shared);
        let builder = std::thread::Builder::new().name("writer".to_owned()).stack_size(256 << 10);
        let thread = builder.spawn(move || write(&inner, out))?;
        Ok(Queue { shared, room, thread: Some(thread) })
    }

    /// Sends a chunk, or counts it as dropped when there is no room for a while: the ring holds
    /// what comes meanwhile. Leaves an empty one.
    pub(crate) fn send(&self, chunk: &mut Chunk) {
        let mut state = self.shared.lock();
        let is_full = |state: &mut State| {
            state.failed.is_none() && state.waiting + chunk.bytes.len() > self.room
        };
        if is_full(&mut state) {
            let waited = self.shared.done.wait_timeout_while(state, PATIENCE, is_full);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let spare = state.spare.pop().unwrap_or_default();
        let chunk = Chunk {
            bytes: std::mem::replace(&mut chunk.bytes, spare),
            rows: std::mem::take(&mut chunk.rows),
        };
        if state.failed.is_some() || state.waiting + chunk.bytes.len() > self.room {
            add(&mut state.dropped, &chunk.rows);
            return;
        }
        state.waiting += chunk.bytes.len();
        state.chunks.push_back(chunk);
        drop(state);
        self.shared.news.notify_one();
    }

    /// Waits until half the room is free: for events that can wait, unlike the kernel's.
    pub(crate) fn wait_for_room(&self) {
        let mut state = self.shared.lock();
        while state.waiting > self.room / 2 && state.failed.is_none() {
            state = self.shared.done.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Events written and dropped so far.
    #[must_use]
    pub(crate) fn rows(&self) -> (Row, Row) {
        let state = self.shared.lock();
        (state.written, state.dropped)
    }

    /// Why writing ended before we did.
    #[must_use]
    pub(crate) fn failure(&self) -> Option<io::Error> {
        self.shared.lock().failed.map(io::Error::from_raw_os_error)
    }

    /// Waits until all is written, at most so long; what is then left counts as dropped.
    pub(crate) fn drain(&self, limit: Duration) {
        let deadline = Instant::now() + limit;
        let mut state = self.shared.lock();
        while (!state.chunks.is_empty() || state.writing.is_some()) && state.failed.is_none() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.shared.done.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let mut lost = state.writing.take().unwrap_or_default();
        for chunk in std::mem::take(&mut state.chunks) {
            add(&mut lost, &chunk.rows);
        }
        add(&mut state.dropped, &lost);
        state.waiting = 0;
    }

    /// Ends the thread, unless it is stuck in a pipe that nobody reads.
    pub(crate) fn close(mut self) {
        self.drain(Duration::from_secs(1));
        self.shared.lock().closed = true;
        self.shared.news.notify_one();
        if let Some(thread) = self.thread.take().filter(JoinHandle::is_finished) {
            let _ = thread.join();
        }
    }
}

fn write(shared: &Shared, mut out: impl Write) {
    let mut state = shared.lock();
    loop {
        let Some(chunk) = state.chunks.pop_front() else {
            if state.closed {
                return;
            }
            state = shared.news.wait(state).unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        state.writing = Some(chunk.rows);
        drop(state);
        let result = out.write_all(&chunk.bytes).and_then(|()| out.flush());
        state = shared.lock();
        state.waiting = state.waiting.saturating_sub(chunk.bytes.len());
        let rows = state.writing.take();
        match result {
            // A drain that ran out of patience has counted them as dropped already.
            Ok(()) => add(&mut state.written, &rows.unwrap_or_default()),
            Err(error) => {
                state.failed = Some(error.raw_os_error().unwrap_or(libc::EIO));
                add(&mut state.dropped, &rows.unwrap_or_default());
                for chunk in std::mem::take(&mut state.chunks) {
                    add(&mut state.dropped, &chunk.rows);
                }
            }
        }
        if state.spare.len() < 4 {
            let mut bytes = chunk.bytes;
            bytes.clear();
            state.spare.push(bytes);
        }
        shared.done.notify_all();
        if state.failed.is_some() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixStream;

    fn chunk(text: &str, events: u64) -> Chunk {
        let mut rows = Row::default();
        rows[0] = events;
        Chunk { bytes: text.as_bytes().to_vec(), rows }
    }

    #[test]
    fn lines_arrive_in_order_and_are_counted() {
        use std::io::Read as _;
        let (to, mut from) = UnixStream::pair().expect("a pair");
        let queue = Queue::start(to, ROOM).expect("a thread");
        for number in 0..100 {
            queue.send(&mut chunk(&format!("{number}\n"), 1));
        }
        queue.drain(Duration::from_secs(10));
        assert_eq!((queue.rows().0[0], queue.rows().1[0]), (100, 0));
        queue.close();
        let mut text = String::new();
        from.read_to_string(&mut text).expect("text");
        let want: String = (0..100).map(|number| format!("{number}\n")).collect();
        assert_eq!(text, want);
    }

    #[test]
    fn a_reader_that_stands_still_blocks_nothing_and_every_event_is_counted() {
        let (to, from) = UnixStream::pair().expect("a pair");
        let queue = Queue::start(to, 1_250_000).expect("a thread");
        let line = "x".repeat(1000);
        for _ in 0..1260 {
            queue.send(&mut chunk(&line, 1));
        }
        queue.drain(Duration::from_millis(50));
        let (written, dropped) = queue.rows();
        assert_eq!(written[0] + dropped[0], 1260);
        assert!(dropped[0] > 0);
        drop(from);
    }

    #[test]
    fn a_closed_pipe_is_told_and_the_rest_counts_as_dropped() {
        let (to, from) = UnixStream::pair().expect("a pair");
        drop(from);
        let queue = Queue::start(to, ROOM).expect("a thread");
        queue.send(&mut chunk("a\n", 1));
        queue.drain(Duration::from_secs(10));
        queue.send(&mut chunk("b\n", 1));
        let failure = queue.failure().expect("a failure");
        assert_eq!(failure.kind(), io::ErrorKind::BrokenPipe);
        assert_eq!((queue.rows().0[0], queue.rows().1[0]), (0, 2));
    }
}
