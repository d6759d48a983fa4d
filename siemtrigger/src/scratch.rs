//! A temporary database: tables of our own for the length of a run.
//!
//! Its folder is removed as soon as the database is open, so that nothing is left behind however
//! the run ends, a kill included; the bytes go with the last open descriptor. An SQLite file in
//! WAL mode, or without a journal, needs its names only while it is opened and closed.
//!
//! What it does *not* know: what the tables are for.

use anyhow::Context as _;
use std::path::Path;
use store::{Create, Store, Url};

/// Opens an empty database that nobody else sees.
pub(crate) fn open() -> anyhow::Result<Box<dyn Store>> {
    make(|path| store::open(&Url::Sqlite(path.to_owned()), Create::IfEmbedded))
}

/// Makes a file that nobody else sees.
pub(crate) fn make<T>(make: impl FnOnce(&Path) -> store::Result<T>) -> anyhow::Result<T> {
    let directory = tempfile::Builder::new().prefix("siemtrigger").tempdir();
    let directory = directory.context("a temporary folder")?;
    let made = make(&directory.path().join("own.db"))?;
    directory.close().context("a temporary folder")?;
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::helper::Helper;
    use std::fs;

    #[test]
    fn what_has_no_name_any_more_works_and_leaves_nothing() {
        let mut path = Path::new("").to_owned();
        let mut store = make(|file| {
            path = file.parent().expect("a folder").to_owned();
            store::open(&Url::Sqlite(file.to_owned()), Create::IfEmbedded)
        })
        .expect("a database");
        assert!(!path.exists());
        let names = |link: std::io::Result<fs::DirEntry>| fs::read_link(link.ok()?.path()).ok();
        let links = fs::read_dir("/proc/self/fd").expect("descriptors").filter_map(names);
        let own = links.filter(|link| link.starts_with(&path)).count();
        assert!(own >= 2, "database and write-ahead log: {own}");
        for number in 0..200 {
            let name = format!("s{number}");
            store.ensure_section(&name).expect("a section");
        }
        assert!(store.sections().expect("sections").len() >= 200);
        let _: Vec<Helper> = store.section_helpers("s7").expect("helpers");
    }
}
