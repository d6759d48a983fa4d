//! Wake-up calls from the file system. They only save waiting: looking again is the truth, and
//! where the system has no more watches to give, which is said once, it is all there is.
//!
//! What it does *not* know: which files are followed.

use crate::reason::reason;
use common::cli::warn;
use notify::event::{EventKind, ModifyKind};
use notify::{Error, ErrorKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;

/// Watches folders, where the system can.
pub(crate) struct Watch {
    /// None where the system has none left.
    watcher: Option<RecommendedWatcher>,
    folders: HashSet<PathBuf>,
    names_changed: Arc<AtomicBool>,
    /// Whether it has been said that a folder is not watched.
    is_told: bool,
}

impl Watch {
    /// Rings `wake` when anything changes in a watched folder.
    pub(crate) fn new(wake: SyncSender<()>) -> Watch {
        let names_changed = Arc::new(AtomicBool::new(false));
        let names = Arc::clone(&names_changed);
        let notice = move |event: notify::Result<notify::Event>| {
            let kind = event.map_or(EventKind::Any, |event| event.kind);
            let is_name = matches!(
                kind,
                EventKind::Any
                    | EventKind::Create(_)
                    | EventKind::Remove(_)
                    | EventKind::Modify(ModifyKind::Name(_))
            );
            if is_name {
                names.store(true, Ordering::Relaxed);
            }
            if is_name || matches!(kind, EventKind::Modify(_)) {
                let _ = wake.try_send(());
            }
        };
        let watcher = notify::recommended_watcher(notice);
        let watcher = watcher.inspect_err(|error| complain(error, "max_user_instances")).ok();
        Watch { watcher, folders: HashSet::new(), names_changed, is_told: false }
    }

    /// Watches the folder of a path.
    pub(crate) fn folder_of(&mut self, path: &Path) {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let Some(watcher) = &mut self.watcher else { return };
        if self.folders.contains(folder) {
            return;
        }
        match watcher.watch(folder, RecursiveMode::NonRecursive) {
            Ok(()) => _ = self.folders.insert(folder.to_owned()),
            // It may come back under this name.
            Err(Error { kind: ErrorKind::PathNotFound, .. }) => {}
            Err(error) if self.is_told => drop(error),
            Err(error) => {
                self.is_told = true;
                complain(&error, "max_user_watches");
            }
        }
    }

    /// Whether files came, went or were renamed since the last time.
    pub(crate) fn names_changed(&self) -> bool {
        self.names_changed.swap(false, Ordering::Relaxed)
    }
}

/// Says why there are no wake-up calls; the setting is what the system's limit is called.
fn complain(error: &Error, setting: &str) {
    let why = match &error.kind {
        ErrorKind::MaxFilesWatch => format!("no inotify watch is left (fs.inotify.{setting})"),
        ErrorKind::Io(error) if error.raw_os_error() == Some(libc::EMFILE) => {
            format!("no inotify instance is left (fs.inotify.{setting})")
        }
        ErrorKind::Io(error) => format!("inotify: {}", reason(error)),
        _ => format!("inotify: {error}"),
    };
    warn("siemparse", &format!("{why}; files are looked at again and again instead"));
}
