//! The files that a user named: folders with all that is in them, archives, standard input.
//!
//! In: paths, and the endings that are wanted of folders and archives. Out: texts by name. A file
//! that is named itself is read whatever its ending.
//!
//! What it does *not* know: what the files hold.

use crate::archive::{LARGEST, MAGIC, Packing, members};
use crate::fault::PackError;
use std::fs;
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};

/// How deep folders are walked.
const DEPTH: usize = 32;

/// A file's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path; of a member of an archive, the archive's path, a slash and the member's name.
    pub name: String,
    /// What it holds.
    pub text: String,
    /// The path of the file or archive that it was read from.
    pub origin: String,
    /// Whether the user named it, and not a folder or archive around it.
    pub is_named: bool,
}

/// Reads what paths name: files, folders of files with these endings, archives of such files, or
/// `-` for standard input. Files of a folder come by name.
///
/// # Errors
/// Something cannot be read or is no text, or a folder holds nothing that is wanted.
pub fn read(paths: &[PathBuf], endings: &[&str]) -> Result<Vec<File>, PackError> {
    let files = read_as(paths, &|name| ends(name, endings))?;
    match (files.is_empty(), paths.first()) {
        (true, Some(path)) => {
            let what = format!("no {} file in it", list(endings));
            Err(PackError::new(&path.display().to_string(), what))
        }
        _ => Ok(files),
    }
}

/// Reads what paths name, of folders and archives those files whose names are wanted; there may
/// be none.
///
/// # Errors
/// Something cannot be read or is no text.
pub fn read_as(
    paths: &[PathBuf],
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<File>, PackError> {
    let mut files = Vec::new();
    for path in paths {
        match path.is_dir() {
            true => walk(path, is_wanted, 0, &mut files)?,
            false => one(path, is_wanted, true, &mut files)?,
        }
    }
    Ok(files)
}

/// Reads one file, or `-` for standard input; an archive is a file like any other.
pub(crate) fn read_file(path: &Path) -> Result<File, PackError> {
    let name = path.display().to_string();
    let broken = |error: io::Error| PackError::new(&name, error.to_string());
    let mut bytes = Vec::new();
    match path.as_os_str() == "-" {
        true => io::stdin().lock().take(LARGEST).read_to_end(&mut bytes),
        false => fs::File::open(path).and_then(|it| it.take(LARGEST).read_to_end(&mut bytes)),
    }
    .map_err(broken)?;
    Ok(File { text: text(&name, bytes)?, origin: name.clone(), name, is_named: true })
}

/// Whether a file is an archive, by its first bytes.
#[must_use]
pub fn is_archive(path: &Path) -> bool {
    let mut first = Vec::new();
    let read = fs::File::open(path).and_then(|it| it.take(MAGIC as u64).read_to_end(&mut first));
    read.is_ok() && Packing::of(&first).is_some()
}

fn ends(name: &str, endings: &[&str]) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| endings.iter().any(|it| it.eq_ignore_ascii_case(ending)))
}

fn list(endings: &[&str]) -> String {
    endings.iter().map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(" or ")
}

fn walk(
    folder: &Path,
    is_wanted: &dyn Fn(&str) -> bool,
    depth: usize,
    files: &mut Vec<File>,
) -> Result<(), PackError> {
    let fault = |reason: String| PackError::new(&folder.display().to_string(), reason);
    if depth > DEPTH {
        return Err(fault(format!("folders deeper than {DEPTH}")));
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| fault(error.to_string()))? {
        paths.push(entry.map_err(|error| fault(error.to_string()))?.path());
    }
    paths.sort();
    for path in paths {
        let is_link = path.is_symlink();
        if path.is_dir() {
            if !is_link {
                walk(&path, is_wanted, depth + 1, files)?;
            }
        } else if path.is_file() && is_wanted(&path.to_string_lossy()) {
            one(&path, is_wanted, false, files)?;
        }
    }
    Ok(())
}

fn one(
    path: &Path,
    is_wanted: &dyn Fn(&str) -> bool,
    is_named: bool,
    files: &mut Vec<File>,
) -> Result<(), PackError> {
    let name = path.display().to_string();
    let broken = |error: io::Error| PackError::new(&name, error.to_string());
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        files.push(File { is_named, ..read_file(path)? });
        return Ok(());
    }
    let mut file = fs::File::open(path).map_err(broken)?;
    file.by_ref().take(MAGIC as u64).read_to_end(&mut bytes).map_err(broken)?;
    let Some(packing) = Packing::of(&bytes).filter(|_| is_named) else {
        let rest = file.take(LARGEST - MAGIC as u64);
        { rest }.read_to_end(&mut bytes).map_err(broken)?;
        files.push(File { text: text(&name, bytes)?, origin: name.clone(), name, is_named });
        return Ok(());
    };
    file.rewind().map_err(broken)?;
    for (member, bytes) in members(&name, packing, file, is_wanted)? {
        let (origin, name) = (name.clone(), format!("{name}/{member}"));
        files.push(File { text: text(&name, bytes)?, name, origin, is_named: false });
    }
    Ok(())
}

fn text(name: &str, bytes: Vec<u8>) -> Result<String, PackError> {
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let own = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let column = String::from_utf8_lossy(own).chars().count() + 1;
        let place = format!("{name}:{line}:{column}");
        PackError { is_content: true, ..PackError::new(&place, "not UTF-8 text") }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn tar(names: &[(&str, &str)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, text) in names {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            builder.append_data(&mut header, name, text.as_bytes()).expect("a member");
        }
        builder.into_inner().expect("a tar file")
    }

    fn zip(names: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for (name, text) in names {
            let options = zip::write::SimpleFileOptions::default();
            writer.start_file(*name, options).expect("a member");
            writer.write_all(text.as_bytes()).expect("its text");
        }
        writer.finish().expect("a zip file").into_inner()
    }

    #[test]
    fn archives_hold_what_folders_hold() {
        let folder = tempfile::tempdir().expect("a folder");
        let members = [("a/x.yml", "title: x\n"), ("b.txt", "no"), ("z.yaml", "title: z\n")];
        let packed: [(&str, Vec<u8>); 4] = [
            ("a.tar", tar(&members)),
            ("a.zip", zip(&members)),
            ("a.tar.zst", zstd::encode_all(&tar(&members)[..], 1).expect("packed")),
            ("a.bin", {
                let mut out = flate2::write::GzEncoder::new(Vec::new(), Default::default());
                out.write_all(&tar(&members)).expect("packed");
                out.finish().expect("packed")
            }),
        ];
        for (name, bytes) in packed {
            let path = folder.path().join(name);
            fs::write(&path, bytes).expect("a file");
            let files = read(std::slice::from_ref(&path), &["yml", "yaml"]).expect(name);
            let found: Vec<(String, &str, bool)> =
                files.iter().map(|it| (it.name.clone(), it.text.as_str(), it.is_named)).collect();
            let of = |member: &str| format!("{}/{member}", path.display());
            let expected =
                [(of("a/x.yml"), "title: x\n", false), (of("z.yaml"), "title: z\n", false)];
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).expect("a file");
            path
        };
        let fault = |path: PathBuf| {
            let error = read(&[path], &["yml"]).expect_err("refused");
            (error.place.rsplit('/').next().unwrap_or_default().to_owned(), error.reason)
        };
        assert_eq!(fault(write("t.yml", b"a\nb\xff")).1, "not UTF-8 text");
        assert_eq!(fault(write("u.yml", b"a\nb\xff")).0, "u.yml:2:2");
        let gzip =
            write("g.gz", &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(fault(gzip).1, "no tar file inside of the packed one");
        let empty = write("e.tar", &tar(&[("b.txt", "no")]));
        assert_eq!(fault(empty).1, "no .yml file in it");
        assert!(read(&[folder.path().join("none")], &["yml"]).is_err());
    }

    #[test]
    fn an_archive_larger_than_its_bound_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let zeros = " ".repeat(usize::try_from(LARGEST).expect("64 bits") + 1);
        let path = folder.path().join("bomb.tar.zst");
        let packed = zstd::encode_all(&tar(&[("a.yml", &zeros)])[..], 1).expect("packed");
        assert!(packed.len() < 1 << 20);
        fs::write(&path, packed).expect("a file");
        let error = read(&[path], &["yml"]).expect_err("refused");
        assert_eq!(error.reason, "a.yml: larger than 64 MiB");
    }
}
