//! What becomes of a record: a line for the queue, or a count.
//!
//! ```text
//!  record ─► lines ─► select ─► chunk ─► queue
//!               └─► filtered ◄──┘
//! ```
//!
//! What it does *not* know: where records come from, when it is time to tell something.

use crate::count::{Account, Probed, Row, add};
use crate::fim::{Fim, Told};
use crate::guard::Guard;
use crate::kind::{Kind, Kinds};
use crate::line::{Lines, Object};
use crate::queue::{Chunk, Queue};
use crate::record::Record;
use crate::recording::Recorder;
use crate::select::Select;
use crate::status;
use crate::watch::{Touch, What};
use std::io;

/// Bytes of a chunk before it is sent while more is waiting.
const CHUNK: usize = 64 << 10;

/// The agent at work.
#[derive(Debug)]
pub(crate) struct Agent {
    /// What lines are made with.
    pub(crate) lines: Lines,
    /// What is reported.
    pub(crate) events: Kinds,
    /// Which of it.
    pub(crate) select: Select,
    /// Where lines go.
    pub(crate) queue: Queue,
    chunk: Chunk,
    account: Account,
    seq: u64,
    /// Events that were sent, for `--count`.
    sent: u64,
    left: Option<u64>,
    recorder: Option<Recorder>,
    /// Events that no probe saw: those of watched files.
    own: Row,
    /// The watch over files, where there is one.
    pub(crate) fim: Option<Fim>,
    /// What is asked before programs start, where there is a policy.
    pub(crate) guard: Option<Guard>,
}

impl Agent {
    /// An agent that has done nothing yet.
    #[must_use]
    pub(crate) fn new(
        lines: Lines,
        events: Kinds,
        select: Select,
        queue: Queue,
        count: Option<u64>,
    ) -> Agent {
        Agent {
            lines,
            events,
            select,
            queue,
            chunk: Chunk::default(),
            account: Account::default(),
            seq: 0,
            sent: 0,
            left: count,
            recorder: None,
            own: Row::default(),
            fim: None,
            guard: None,
        }
    }

    /// Keeps the bytes of every record as well.
    pub(crate) fn record(&mut self, recorder: Recorder) {
        self.recorder = Some(recorder);
    }

    /// Writes what the recorder still holds.
    pub(crate) fn finish_recording(&mut self) -> io::Result<()> {
        self.recorder.take().map_or(Ok(()), Recorder::finish)
    }

    /// Whether `--count` is reached.
    #[must_use]
    pub(crate) fn is_full(&self) -> bool {
        self.left.is_some_and(|left| self.sent >= left)
    }

    /// Takes one record: a line, or a count.
    pub(crate) fn take(&mut self, bytes: &[u8]) {
        let Ok(record) = Record::read(bytes) else {
            self.account.unreadable += 1;
            return;
        };
        if let Some(recorder) = &mut self.recorder {
            // A full disk ends the recording, not the agent.
            if recorder.add(bytes).is_err() {
                self.recorder = None;
            }
        }
        let place = record.kind as usize;
        self.account.read[place] += 1;
        let begin = self.chunk.bytes.len();
        let wanted = self.events.has(record.kind) && !self.is_full();
        let written = self.lines.write(&record, wanted, &mut self.chunk.bytes);
        self.offer(record.kind, begin, written);
    }

    /// Finishes the line that begins there, or counts it as filtered.
    fn offer(&mut self, kind: Kind, begin: usize, written: bool) {
        let place = kind as usize;
        if !written || !self.select.takes(&mut self.chunk.bytes, begin) {
            self.chunk.bytes.truncate(begin);
            self.account.filtered[place] += 1;
            return;
        }
        self.finish_line();
        self.chunk.rows[place] += 1;
        self.sent += 1;
        if self.chunk.bytes.len() >= CHUNK {
            self.flush();
        }
    }

    /// Takes what happened to a file that is watched without probes.
    pub(crate) fn touched(&mut self, touch: &Touch) {
        if touch.what == What::Anything {
            // How many events the kernel dropped it does not say: one stands for them.
            self.own[Kind::File as usize] += 1;
            self.account.overflows += 1;
            return;
        }
        self.add(Kind::File, |lines, out| lines.touch(touch, out));
    }

    /// Takes what the watch over files told; returns how much.
    pub(crate) fn take_changes(&mut self) -> usize {
        let mut taken = 0;
        while let Some(told) = self.fim.as_ref().and_then(Fim::next) {
            taken += 1;
            match told {
                Told::Change(change) => {
                    self.add(Kind::Fim, |lines, out| lines.change(&change, out));
                }
                Told::Scan(scan) => self.tell("baseline", |object| status::scan(object, &scan)),
                Told::Failed(why) => {
                    self.tell("fim_failed", |object| object.text("error", &why));
                }
            }
        }
        taken
    }

    /// Takes what the guard decided; returns how much.
    pub(crate) fn take_decisions(&mut self) -> usize {
        let mut taken = 0;
        while let Some(decision) = self.guard.as_ref().and_then(Guard::next) {
            taken += 1;
            self.add(Kind::Deny, |lines, out| lines.decision(&decision, out));
        }
        taken
    }

    /// An event that no probe saw.
    fn add(&mut self, kind: Kind, write: impl FnOnce(&mut Lines, &mut Vec<u8>)) {
        self.own[kind as usize] += 1;
        let begin = self.chunk.bytes.len();
        let wanted = self.events.has(kind) && !self.is_full();
        if wanted {
            write(&mut self.lines, &mut self.chunk.bytes);
        }
        self.offer(kind, begin, wanted);
    }

    /// Writes a line about the agent.
    pub(crate) fn tell(&mut self, action: &str, fill: impl FnOnce(&mut Object<'_>)) {
        let mut object = status::open(&mut self.chunk.bytes, &self.lines.machine, action);
        fill(&mut object);
        self.finish_line();
    }

    fn finish_line(&mut self) {
        self.seq += 1;
        Object::close(&mut self.chunk.bytes, self.seq);
    }

    /// Sends what is gathered.
    pub(crate) fn flush(&mut self) {
        if !self.chunk.bytes.is_empty() {
            self.queue.send(&mut self.chunk);
        }
    }

    /// How many records were read, of each kind.
    #[must_use]
    pub(crate) fn read(&self) -> Row {
        self.account.read
    }

    /// The account as it stands.
    #[must_use]
    pub(crate) fn account(&self, mut probed: Probed) -> Account {
        add(&mut probed.seen, &self.own);
        let (written, dropped): (Row, Row) = self.queue.rows();
        Account { probed, written, dropped, ..self.account }
    }
}
