//! The baseline: what every watched file was when it was last looked at.
//!
//! ```text
//!  {"siemagent":"baseline/1"}
//!  {"root":"/etc"}                                  everything below it has been looked at
//!  {"path":"/etc/passwd","sort":"file","sha256":"…","mode":"0644","owner":0,"group":0,"size":1204}
//!  {"path":"/etc/old","gone":true}
//! ```
//!
//! Lines are only added while the agent works, so that no right but an open file is needed; the
//! newest line of a path counts. Opening writes the file anew with one line a path. A last line
//! that is cut was being written when the agent ended. A path that is no text is `path_b64`.
//!
//! A line waits for one to two calls of [`Baseline::settle`] before it is written, by which time
//! what it says has been reported: an agent that is killed reports a change twice rather than never.
//!
//! What it does *not* know: whether a change is reported.

use super::state::{self, Sort, State};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

const FORM: &str = "baseline/1";

/// Why a baseline cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BaselineError {
    /// The file cannot be read or written.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// Another agent works with it.
    #[error("{0}: another siemagent works with it")]
    Busy(PathBuf),
    /// It is no baseline, or one that something else wrote into.
    #[error("{0}:{1}: no line of a baseline")]
    Line(PathBuf, usize),
}

/// The baseline and its file.
#[derive(Debug)]
pub(crate) struct Baseline {
    /// What is known, by path.
    states: BTreeMap<PathBuf, State>,
    /// Directories and files below which everything is known.
    roots: Vec<PathBuf>,
    /// Lines that wait: since the last settling, and since the one before.
    fresh: Vec<u8>,
    ripe: Vec<u8>,
    file: File,
    /// Held so that no second agent works with it.
    _lock: File,
}

impl Baseline {
    /// Opens a baseline, or begins one.
    ///
    /// # Errors
    /// See [`BaselineError`].
    pub(crate) fn open(path: &Path) -> Result<Baseline, BaselineError> {
        let failed = |error: io::Error| BaselineError::File(path.to_owned(), error);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let beside = |end: &str| {
            let mut name = path.as_os_str().to_owned();
            name.push(end);
            PathBuf::from(name)
        };
        let private = |path: &Path| {
            File::options().write(true).create(true).truncate(true).mode(0o600).open(path)
        };
        let lock = private(&beside(".lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BaselineError::Busy(path.to_owned())),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let (states, roots) = read(path)?;
        let new = beside(".new");
        let file = private(&new).map_err(failed)?;
        let (fresh, ripe) = (Vec::new(), Vec::new());
        let mut baseline = Baseline { states, roots, fresh, ripe, file, _lock: lock };
        baseline.write_all().map_err(failed)?;
        fs::rename(&new, path).map_err(failed)?;
        Ok(baseline)
    }

    fn write_all(&mut self) -> io::Result<()> {
        line(&mut self.fresh, &json!({"siemagent": FORM}));
        for (path, state) in &self.states {
            line(&mut self.fresh, &member(path, Some(state)));
        }
        for root in &self.roots {
            line(&mut self.fresh, &named("root", root).into());
        }
        self.flush()
    }

    /// Whether everything below a path is known.
    pub(crate) fn covers(&self, path: &Path) -> bool {
        self.roots.iter().any(|root| path.starts_with(root))
    }

    /// Everything below a root is known from now on.
    pub(crate) fn add_root(&mut self, root: &Path) {
        self.roots.push(root.to_owned());
        line(&mut self.fresh, &named("root", root).into());
    }

    /// What a path was.
    pub(crate) fn state(&self, path: &Path) -> Option<State> {
        self.states.get(path).copied()
    }

    /// The known paths at and below a path, in order.
    pub(crate) fn below(&self, path: &Path) -> Vec<PathBuf> {
        let from = self.states.range(path.to_owned()..);
        let paths = from.map(|(path, _)| path).take_while(|other| other.starts_with(path));
        paths.cloned().collect()
    }

    /// What a path is now; `None` when it is gone.
    pub(crate) fn set(&mut self, path: &Path, state: Option<State>) {
        match state {
            Some(state) => self.states.insert(path.to_owned(), state),
            None => self.states.remove(path),
        };
        line(&mut self.fresh, &member(path, state.as_ref()));
    }

    /// How many paths are known.
    pub(crate) fn len(&self) -> usize {
        self.states.len()
    }

    /// Writes what has waited since the last settling; what came since then waits for the next.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn settle(&mut self) -> io::Result<()> {
        let ripe = std::mem::replace(&mut self.ripe, std::mem::take(&mut self.fresh));
        if ripe.is_empty() {
            return Ok(());
        }
        self.file.write_all(&ripe)?;
        self.file.sync_data()
    }

    /// Writes all that waits.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.settle()?;
        self.settle()
    }
}

fn line(to: &mut Vec<u8>, line: &Value) {
    to.extend(line.to_string().into_bytes());
    to.push(b'\n');
}

/// A path as a member: as text, else in base64.
fn named(name: &str, path: &Path) -> Map<String, Value> {
    let (name, text) = match path.to_str() {
        Some(text) => (name.to_owned(), text.to_owned()),
        None => (format!("{name}_b64"), STANDARD.encode(path.as_os_str().as_bytes())),
    };
    Map::from_iter([(name, Value::from(text))])
}

fn member(path: &Path, state: Option<&State>) -> Value {
    let mut line = named("path", path);
    let mut add = |name: &str, value: Value| drop(line.insert(name.to_owned(), value));
    match state {
        None => add("gone", true.into()),
        Some(state) => {
            add("sort", state.sort.name().into());
            if let Some(hash) = &state.hash {
                add("sha256", state::digits(hash).into());
            }
            add("mode", format!("{:04o}", state.mode).into());
            add("owner", state.owner.into());
            add("group", state.group.into());
            add("size", state.size.into());
        }
    }
    line.into()
}

type Known = (BTreeMap<PathBuf, State>, Vec<PathBuf>);

fn read(path: &Path) -> Result<Known, BaselineError> {
    let text = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        read => read.map_err(|error| BaselineError::File(path.to_owned(), error))?,
    };
    let (mut states, mut roots) = (BTreeMap::new(), Vec::new());
    let whole = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let lines = text[..whole].split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    for (place, line) in lines.enumerate() {
        let wrong = || BaselineError::Line(path.to_owned(), place + 1);
        let line: Value = serde_json::from_slice(line).map_err(|_| wrong())?;
        if place == 0 {
            line.get("siemagent").filter(|form| *form == FORM).ok_or_else(wrong)?;
        } else if let Some(root) = path_of(&line, "root") {
            roots.push(root);
        } else {
            let named = path_of(&line, "path").ok_or_else(wrong)?;
            if line.get("gone").is_some() {
                states.remove(&named);
            } else {
                states.insert(named, state_of(&line).ok_or_else(wrong)?);
            }
        }
    }
    Ok((states, roots))
}

fn path_of(line: &Value, name: &str) -> Option<PathBuf> {
    if let Some(text) = line.get(name) {
        return text.as_str().map(PathBuf::from);
    }
    let bytes = STANDARD.decode(line.get(format!("{name}_b64"))?.as_str()?).ok()?;
    Some(OsString::from_vec(bytes).into())
}

fn state_of(line: &Value) -> Option<State> {
    let number = |name: &str| u32::try_from(line.get(name)?.as_u64()?).ok();
    let hash = match line.get("sha256") {
        Some(digits) => Some(state::hash(digits.as_str()?)?),
        None => None,
    };
    Some(State {
        sort: Sort::named(line.get("sort")?.as_str()?)?,
        hash,
        mode: u32::from_str_radix(line.get("mode")?.as_str()?, 8).ok()?,
        owner: number("owner")?,
        group: number("group")?,
        size: line.get("size")?.as_u64()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(mode: u32) -> State {
        let hash = (mode > 0).then_some([7; 32]);
        State { sort: Sort::File, hash, mode, owner: 1, group: 2, size: 3 }
    }

    #[test]
    fn what_is_set_is_there_again() {
        let folder = testkit::temp_dir();
        let file = folder.path().join("new/baseline");
        let odd = PathBuf::from(OsString::from_vec(b"/etc/caf\xe9".to_vec()));
        let mut first = Baseline::open(&file).expect("a baseline");
        assert!(matches!(Baseline::open(&file), Err(BaselineError::Busy(_))));
        for (path, mode) in [(Path::new("/etc/a"), 0o4755), (&odd, 0), (Path::new("/etcetera"), 1)]
        {
            first.set(path, Some(state(mode)));
        }
        first.set(Path::new("/etc/a"), Some(state(0o600)));
        first.set(Path::new("/etcetera"), None);
        first.add_root(Path::new("/etc"));
        first.flush().expect("written");
        drop(first);
        // What was being written when the agent ended.
        let mut text = fs::read(&file).expect("the file");
        text.extend(b"{\"path\":\"/etc/b\",\"so");
        fs::write(&file, text).expect("the file");
        let second = Baseline::open(&file).expect("a baseline");
        assert_eq!(second.below(Path::new("/etc")), [PathBuf::from("/etc/a"), odd.clone()]);
        assert_eq!(second.state(Path::new("/etc/a")), Some(state(0o600)));
        assert_eq!(second.state(&odd), Some(state(0)));
        assert!(second.covers(Path::new("/etc/x")) && !second.covers(Path::new("/etcetera")));
        assert_eq!(fs::read_to_string(&file).expect("text").lines().count(), 4);
    }

    #[test]
    fn what_is_no_baseline_is_refused_with_its_line() {
        let folder = testkit::temp_dir();
        let file = folder.path().join("b");
        for (text, line) in [
            ("hello\n", 1),
            ("{\"siemagent\":\"baseline/2\"}\n", 1),
            ("{\"siemagent\":\"baseline/1\"}\n{\"path\":\"/a\",\"sort\":\"file\"}\n", 2),
        ] {
            fs::write(&file, text).expect("a file");
            match Baseline::open(&file) {
                Err(BaselineError::Line(_, found)) => assert_eq!(found, line, "{text}"),
                other => panic!("{other:?}"),
            }
            assert_eq!(fs::read_to_string(&file).expect("text"), text, "left as it was");
        }
    }
}
