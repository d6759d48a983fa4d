//! Hashes of program files, by a thread that may wait for disks.
//!
//! What it does *not* know: who asks, and how long that one waits.

use crate::fim::digits;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

/// A file with the contents that it has now: who writes to it changes its times.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Identity([i64; 7]);

impl Identity {
    /// Of an open file.
    pub(super) fn of(file: &File) -> Option<Identity> {
        let meta = file.metadata().ok()?;
        Some(Identity([
            meta.dev().cast_signed(),
            meta.ino().cast_signed(),
            meta.size().cast_signed(),
            meta.mtime(),
            meta.mtime_nsec(),
            meta.ctime(),
            meta.ctime_nsec(),
        ]))
    }
}

/// The thread.
#[derive(Debug)]
pub(super) struct Hasher {
    questions: SyncSender<(File, Identity)>,
    answers: Receiver<(Identity, String)>,
}

/// Files that wait at most.
const ROOM: usize = 256;

impl Hasher {
    /// Starts the thread; it ends when the value is dropped.
    pub(super) fn start() -> io::Result<Hasher> {
        let (questions, asked) = sync_channel::<(File, Identity)>(ROOM);
        let (found, answers) = channel();
        let builder = std::thread::Builder::new().name("hasher".to_owned()).stack_size(512 << 10);
        builder.spawn(move || {
            for (file, identity) in asked {
                // A file that cannot be read has no hash: who asked stops waiting by itself.
                if let Ok(hash) = hash(file)
                    && found.send((identity, hash)).is_err()
                {
                    return;
                }
            }
        })?;
        Ok(Hasher { questions, answers })
    }

    /// Asks for a hash; `false` when too many wait.
    pub(super) fn ask(&self, file: &File, identity: &Identity) -> bool {
        let file = file.try_clone();
        file.is_ok_and(|file| self.questions.try_send((file, identity.clone())).is_ok())
    }

    /// The next hash, if there is one.
    pub(super) fn next(&self) -> Option<(Identity, String)> {
        self.answers.try_recv().ok()
    }
}

fn hash(mut file: File) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 128 << 10];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(digits(&hash.finalize().into())),
            Ok(read) => hash.update(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
