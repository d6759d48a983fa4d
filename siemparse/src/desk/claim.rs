//! The cursors of files, chosen under the store's lock.
//!
//! In: files that were found, and the cursors of the host. Out: for each file a cursor, an old one
//! where the file belongs to it, else a new one; none for a file that is another's copy at the
//! moment; and cursors for further files that are to be known from now on.
//!
//! What it does *not* know: how cursors are stored.

use super::Desk;
use crate::content::Content;
use crate::identity::{self, Known};
use crate::line::HEAD;
use crate::name;
use crate::roster::Found;
use std::collections::HashSet;
use store::{Claim, Cursor};

/// How many files a run that stores nothing remembers.
const REMEMBERED: usize = 20_000;

/// Asked for the cursors of further files, where a path was other files before.
pub(crate) type Beside<'b> = dyn FnMut(&Found, &Known<'_>) -> Vec<Cursor> + 'b;

/// A file that was found, open.
pub(crate) type Wanted<'f> = (&'f Found, &'f Content);

/// The cursors of a run that stores nothing: it knows files again as others do, as long as it
/// lasts.
#[derive(Default)]
pub(super) struct Memory {
    cursors: Vec<Cursor>,
    /// The number of the last one.
    count: i64,
}

impl Memory {
    fn claim(&mut self, chosen: Vec<Cursor>) -> Vec<Claim> {
        let mut number = |cursor: Cursor| {
            self.count += i64::from(cursor.source == 0);
            let source = if cursor.source == 0 { self.count } else { cursor.source };
            let cursor = Cursor { source, ..cursor };
            self.note(&cursor);
            Claim { cursor, is_held: false }
        };
        chosen.into_iter().map(&mut number).collect()
    }

    /// Notes where a cursor stands.
    pub(super) fn note(&mut self, cursor: &Cursor) {
        match self.cursors.binary_search_by_key(&cursor.source, |known| known.source) {
            Ok(place) => self.cursors[place] = cursor.clone(),
            Err(place) => self.cursors.insert(place, cursor.clone()),
        }
        let many = self.cursors.len().saturating_sub(REMEMBERED);
        self.cursors.drain(..many);
    }
}

/// What was chosen for files.
#[derive(Default)]
struct Chosen {
    /// A file's place, and its cursor.
    own: Vec<(usize, Cursor)>,
    /// Cursors of further files.
    beside: Vec<Cursor>,
}

impl Desk {
    /// The cursors of files, claimed together; none for one that is another's copy at the moment.
    /// `beside` is asked for the cursors of further files that are to be known from now on, where a
    /// path was other files before. A run to the end looks for the last time once all else is
    /// stored: then a copy that holds more than was read of the other one is no copy any more.
    pub(crate) fn claim_files(
        &mut self,
        files: &[Wanted<'_>],
        is_last: bool,
        beside: &mut Beside<'_>,
    ) -> store::Result<Vec<Option<Claim>>> {
        let host = self.host.clone();
        let mut places = Vec::new();
        let mut choose = |cursors: &[Cursor]| {
            let known = Known::new(cursors);
            let mut chosen = Chosen::default();
            chosen.choose(&host, files, &known, is_last);
            chosen.look_beside(&host, files, &known, beside);
            let (own, cursors): (Vec<usize>, Vec<Cursor>) = chosen.own.into_iter().unzip();
            places = own;
            cursors.into_iter().chain(chosen.beside).collect::<Vec<Cursor>>()
        };
        let claimed = if self.is_kept {
            self.ask(|store| store.claim_all(&host, &mut choose))?.unwrap_or_default()
        } else {
            let chosen = choose(&self.memory.cursors);
            self.memory.claim(chosen)
        };
        let mut claims: Vec<Option<Claim>> = files.iter().map(|_| None).collect();
        for (place, claim) in places.into_iter().zip(claimed) {
            claims[place] = Some(claim);
        }
        Ok(claims)
    }
}

impl Chosen {
    /// Chooses a cursor for each file that is no copy.
    fn choose(&mut self, host: &str, files: &[Wanted<'_>], known: &Known<'_>, is_last: bool) {
        let (mut taken, mut packed) = (HashSet::new(), HashSet::new());
        // Read once, under the lock: what a cursor knows is what it was chosen for.
        let heads: Vec<Vec<u8>> = files.iter().map(|(_, content)| content.head(HEAD)).collect();
        for (place, ((found, content), head)) in files.iter().zip(&heads).enumerate() {
            let (new, whole) = (blank(host, found), (*content, head.as_slice()));
            let choose = |taken: &HashSet<i64>| known.choose(&new.section, &new.name, whole, taken);
            let mut old = choose(&taken);
            if old.is_none_or(|old| old.position == 0)
                && let Some(of) = known.original(&new.section, &found.path, whole)
            {
                let is_taken = taken.contains(&of.source);
                if is_taken || !is_last || !identity::goes_on(of, content) {
                    continue;
                }
                old = Some(of);
            }
            // A file and its packed form, at the moment under names that do not tell: one of them
            // has the cursor now, the other one shares it later.
            let is_packed = content.packing.is_some();
            let is_form = |of: &Cursor| is_packed || packed.contains(&of.source);
            if old.is_none() && choose(&HashSet::new()).is_some_and(is_form) {
                continue;
            }
            taken.extend(old.map(|old| old.source));
            packed.extend(old.filter(|_| is_packed).map(|old| old.source));
            let cursor = identity::claimed(old.cloned().unwrap_or(new.clone()), &new.name, whole);
            self.own.push((place, cursor));
        }
        self.leave_out_alike(files, &heads);
    }

    /// Of files of which nothing is stored, and which begin alike, one may be the other's copy. Which
    /// cursor the copy belongs to can be told once the other one's knows its file: the copy is left
    /// out until then.
    fn leave_out_alike(&mut self, files: &[Wanted<'_>], heads: &[Vec<u8>]) {
        let is_packed = |place: usize| files[place].1.packing.is_some();
        let is_new = |own: &(usize, Cursor)| own.1.position == 0 && !heads[own.0].is_empty();
        let new: Vec<usize> = self.own.iter().filter(|own| is_new(own)).map(|own| own.0).collect();
        let is_copy = |copy: usize, of: usize| match (is_packed(copy), is_packed(of)) {
            (true, false) => true,
            (true, true) => of < copy,
            (false, true) => false,
            (false, false) => name::is_rotated(&files[of].0.path, &files[copy].0.path),
        };
        let is_alike = |one: usize, other: usize| {
            let common = heads[one].len().min(heads[other].len());
            heads[one][..common] == heads[other][..common]
        };
        let waits = |place: usize| {
            new.iter().any(|&of| of != place && is_copy(place, of) && is_alike(place, of))
        };
        self.own.retain(|own| !is_new(own) || !waits(own.0));
    }

    /// Asks for what lies beside the files whose path was other files before.
    fn look_beside(
        &mut self,
        host: &str,
        files: &[Wanted<'_>],
        known: &Known<'_>,
        beside: &mut Beside<'_>,
    ) {
        for (place, cursor) in &self.own {
            let (found, _) = files[*place];
            let Cursor { section, name, .. } = blank(host, found);
            if found.is_former || known.former(&section, &name, cursor.source).is_empty() {
                continue;
            }
            for more in beside(found, known) {
                let is_new = |have: &Cursor| (have.device, have.inode) != (more.device, more.inode);
                let mut all = self.own.iter().map(|(_, cursor)| cursor).chain(&self.beside);
                if all.all(is_new) {
                    self.beside.push(Cursor { host: host.to_owned(), ..more });
                }
            }
        }
    }
}

/// The cursor of a file that has none.
fn blank(host: &str, found: &Found) -> Cursor {
    Cursor {
        host: host.to_owned(),
        name: found.name.to_string_lossy().into_owned(),
        section: found.source.section.clone(),
        ..Cursor::default()
    }
}
