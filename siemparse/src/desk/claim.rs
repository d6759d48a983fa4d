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
use crate::name;
use crate::roster::Found;
use std::collections::HashSet;
use std::path::Path;
use store::{Claim, Cursor};

/// Asked for the cursors of further files, where a path was other files before.
pub(crate) type Beside<'b> = dyn FnMut(&Found, &Known<'_>) -> Vec<Cursor> + 'b;

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
    /// path was other files before.
    pub(crate) fn claim_files(
        &mut self,
        files: &[(&Found, &Content)],
        beside: &mut Beside<'_>,
    ) -> store::Result<Vec<Option<Claim>>> {
        let host = self.host.clone();
        let mut places = Vec::new();
        let mut choose = |cursors: &[Cursor]| {
            let known = Known::new(cursors);
            let mut chosen = Chosen::default();
            chosen.choose(&host, files, &known);
            chosen.look_beside(&host, files, &known, beside);
            let (own, cursors): (Vec<usize>, Vec<Cursor>) = chosen.own.into_iter().unzip();
            places = own;
            cursors.into_iter().chain(chosen.beside).collect::<Vec<Cursor>>()
        };
        let claimed = if self.is_kept {
            self.ask(|store| store.claim_all(&host, &mut choose))?.unwrap_or_default()
        } else {
            let claim = |cursor| Claim { cursor, is_held: false };
            choose(&[]).into_iter().map(claim).collect()
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
    fn choose(&mut self, host: &str, files: &[(&Found, &Content)], known: &Known<'_>) {
        let (mut taken, mut packed) = (HashSet::new(), HashSet::new());
        for (place, (found, content)) in files.iter().enumerate() {
            let new = blank(host, found);
            let old = known.choose(&new.section, &new.name, content, &taken);
            let is_rotated = |name: &Path| name::is_rotated(name, &found.path);
            if old.is_none_or(|old| old.position == 0) && known.is_copy(content, is_rotated) {
                continue;
            }
            // A file and its packed form, at the moment under names that do not tell: one of them
            // has the cursor now, the other one shares it later.
            let is_packed = content.packing.is_some();
            let others = || known.choose(&new.section, &new.name, content, &HashSet::new());
            let is_form = |of: &Cursor| is_packed || packed.contains(&of.source);
            if old.is_none() && others().is_some_and(is_form) {
                continue;
            }
            taken.extend(old.map(|old| old.source));
            packed.extend(old.filter(|_| is_packed).map(|old| old.source));
            let cursor = match old {
                Some(old) => moved(old.clone(), &new.name, content),
                None => identity::begin(new, content),
            };
            self.own.push((place, cursor));
        }
    }

    /// Asks for what lies beside the files whose path was other files before.
    fn look_beside(
        &mut self,
        host: &str,
        files: &[(&Found, &Content)],
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

/// A cursor whose file was found under a name.
fn moved(cursor: Cursor, name: &str, content: &Content) -> Cursor {
    let (device, inode) = content.inode.stored();
    let (kind, name) = (identity::kind(content).to_owned(), name.to_owned());
    Cursor { kind, name, device, inode, ..cursor }
}
