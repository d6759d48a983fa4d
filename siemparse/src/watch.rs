//! Wake-up calls from the file system. They only save waiting: looking again is the truth.
//!
//! What it does *not* know: which files are followed.

use notify::event::{EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;

/// Watches folders, where the system can.
pub(crate) struct Watch {
    watcher: Option<RecommendedWatcher>,
    folders: HashSet<PathBuf>,
    names_changed: Arc<AtomicBool>,
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
        let watcher = notify::recommended_watcher(notice).ok();
        Watch { watcher, folders: HashSet::new(), names_changed }
    }

    /// Watches the folder of a path.
    pub(crate) fn folder_of(&mut self, path: &Path) {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        if let Some(watcher) = &mut self.watcher
            && !self.folders.contains(folder)
            && watcher.watch(folder, RecursiveMode::NonRecursive).is_ok()
        {
            self.folders.insert(folder.to_owned());
        }
    }

    /// Whether files came, went or were renamed since the last time.
    pub(crate) fn names_changed(&self) -> bool {
        self.names_changed.swap(false, Ordering::Relaxed)
    }
}
