//! The policy of `--policy`: what may not start, and whom nobody may talk to.
//!
//! ```toml
//! [[deny]]
//! name = "no shells from the web server"
//! exec = ["/usr/bin/bash", "/usr/bin/dash"]   # files, or directories ending in a slash
//! parent = "/usr/sbin/nginx"                  # the same, of the process that forked
//! sha256 = "…"                                # of the program file
//!
//! [[deny]]
//! name = "known bad networks"
//! connect = ["203.0.113.0/24", "2001:db8::/32"]
//! ```
//!
//! A rule denies an exec when all of `exec`, `parent` and `sha256` that it has hold, each when one
//! of its values does. Paths are resolved when the policy is read. The first 64 rules are all there
//! may be: the probes have a bit for each.
//!
//! What it does *not* know: how a denial is enforced.

use crate::place::{self, Place};
use serde::{Deserialize, Deserializer};
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// Why a policy cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PolicyError {
    /// The file cannot be read.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// It is no TOML, or has other keys.
    #[error("{0}:{1}: {2}")]
    Form(PathBuf, usize, String),
    /// A rule says something impossible.
    #[error("{0}: rule {1:?}: {2}")]
    Rule(PathBuf, String, String),
}

/// The policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Policy {
    /// Its rules, in order.
    pub(crate) rules: Vec<Rule>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// How its decisions are told.
    pub(crate) name: String,
    /// Program files; empty: any.
    pub(crate) exec: Vec<Target>,
    /// Program files of the process that forked; empty: any.
    pub(crate) parent: Vec<Target>,
    /// SHA-256 of program files, in small hexadecimal digits; empty: any.
    pub(crate) sha256: Vec<String>,
    /// Networks: address and length of the prefix. A rule has either these or the others.
    pub(crate) connect: Vec<(IpAddr, u8)>,
}

/// A file, or everything below a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// Where.
    pub(crate) path: PathBuf,
    /// How the probes know it.
    pub(crate) known: Known,
}

/// A file by its directory and name, so that one that takes its place is denied as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// A file: its directory, its name.
    Name(Place, String),
    /// A directory.
    Below(Place),
}

impl Target {
    /// Whether a path is meant.
    pub(crate) fn holds(&self, path: &Path) -> bool {
        match self.known {
            Known::Name(..) => path == self.path,
            Known::Below(_) => path.starts_with(&self.path) && path != self.path,
        }
    }
}

impl Rule {
    /// Whether it is about programs.
    pub(crate) fn is_exec(&self) -> bool {
        self.connect.is_empty()
    }

    /// Whether the probes can decide it: they hash nothing.
    pub(crate) fn is_for_probes(&self) -> bool {
        self.is_exec() && self.sha256.is_empty()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    deny: Vec<WrittenRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    name: String,
    #[serde(default, deserialize_with = "one_or_more")]
    exec: Vec<String>,
    #[serde(default, deserialize_with = "one_or_more")]
    parent: Vec<String>,
    #[serde(default, deserialize_with = "one_or_more")]
    sha256: Vec<String>,
    #[serde(default, deserialize_with = "one_or_more")]
    connect: Vec<String>,
}

fn one_or_more<'d, D: Deserializer<'d>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a text or a list of texts")]
    enum Values {
        One(String),
        More(Vec<String>),
    }
    Values::deserialize(from).map(|values| match values {
        Values::One(text) => vec![text],
        Values::More(texts) => texts,
    })
}

/// Rules that there may be.
const MOST: usize = 64;

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// See [`PolicyError`].
    pub(crate) fn read(file: &Path) -> Result<Policy, PolicyError> {
        let text =
            fs::read_to_string(file).map_err(|error| PolicyError::File(file.to_owned(), error))?;
        let written: Written = toml::from_str(&text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = text.as_bytes().iter().take(at).filter(|&&byte| byte == b'\n').count() + 1;
            PolicyError::Form(file.to_owned(), line, error.message().to_owned())
        })?;
        let rules: Result<Vec<Rule>, PolicyError> = written
            .deny
            .into_iter()
            .map(|written| {
                let name = written.name.clone();
                rule(written).map_err(|why| PolicyError::Rule(file.to_owned(), name, why))
            })
            .collect();
        let rules = rules?;
        if let Some(rule) = rules.get(MOST) {
            let why = format!("there may be {MOST} rules");
            return Err(PolicyError::Rule(file.to_owned(), rule.name.clone(), why));
        }
        Ok(Policy { rules })
    }

    /// Whether a rule is about programs.
    pub(crate) fn has_exec(&self) -> bool {
        self.rules.iter().any(Rule::is_exec)
    }

    /// The name of a rule that the probes count from 1.
    pub(crate) fn name(&self, number: u32) -> Option<&str> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        self.rules.get(place).map(|rule| rule.name.as_str())
    }
}

fn rule(written: WrittenRule) -> Result<Rule, String> {
    let WrittenRule { name, exec, parent, sha256, connect } = written;
    let is_exec = !(exec.is_empty() && parent.is_empty() && sha256.is_empty());
    if is_exec != connect.is_empty() {
        return Err("it needs either connect, or exec, parent or sha256".to_owned());
    }
    let targets = |paths: Vec<String>| paths.iter().map(|path| target(path)).collect();
    let digits = sha256.into_iter().map(|text| {
        let is_hash = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hash { Ok(text.to_lowercase()) } else { Err(format!("{text:?} is no SHA-256")) }
    });
    Ok(Rule {
        name,
        exec: Result::from_iter::<Vec<_>>(targets(exec))?,
        parent: Result::from_iter::<Vec<_>>(targets(parent))?,
        sha256: digits.collect::<Result<_, _>>()?,
        connect: connect.iter().map(|text| network(text)).collect::<Result<_, _>>()?,
    })
}

fn target(text: &str) -> Result<Target, String> {
    if !text.starts_with('/') {
        return Err(format!("{text:?} does not begin with a slash"));
    }
    let place =
        |path: &Path| place::of(path).map_err(|error| format!("{}: {error}", path.display()));
    if text.ends_with('/') {
        let path = fs::canonicalize(text).map_err(|error| format!("{text}: {error}"))?;
        return Ok(Target { known: Known::Below(place(&path)?), path });
    }
    // A program may come to be there later; its directory is there.
    let path = match fs::canonicalize(text) {
        Ok(path) => path,
        Err(_) => {
            let (folder, name) = text.rsplit_once('/').unwrap_or(("", text));
            let folder = fs::canonicalize(format!("{folder}/"));
            folder.map_err(|error| format!("{text}: {error}"))?.join(name)
        }
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if name.is_empty() || name.len() > place::LONGEST_NAME {
        return Err(format!("{text:?}: names have 1 to {} bytes", place::LONGEST_NAME));
    }
    let folder = place(path.parent().unwrap_or(Path::new("/")))?;
    Ok(Target { known: Known::Name(folder, name), path })
}

fn network(text: &str) -> Result<(IpAddr, u8), String> {
    let wrong = || format!("{text:?} is no address or network");
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse::<u8>().map_err(|_| wrong())?)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(most);
    if bits > most { Err(wrong()) } else { Ok((address, bits)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Policy, String> {
        let folder = testkit::temp_dir();
        let file = folder.path().join("policy.toml");
        fs::write(&file, text).expect("a file");
        let place = format!("{}", file.display());
        Policy::read(&file).map_err(|error| error.to_string().replace(&place, "F"))
    }

    #[test]
    fn rules_are_read_and_paths_resolved() {
        let hash = "AB".repeat(32);
        let text = format!(
            "[[deny]]\nname = \"a\"\nexec = [\"/bin/sh\", \"/tmp/\", \"/tmp/not-there-yet\"]\n\
             parent = \"/usr/bin/env\"\nsha256 = \"{hash}\"\n\
             [[deny]]\nname = \"b\"\nconnect = [\"192.0.2.1\", \"2001:db8::/32\"]\n"
        );
        let policy = read(&text).expect("a policy");
        let [a, b] = &policy.rules[..] else { panic!("{policy:?}") };
        let paths: Vec<String> = a.exec.iter().map(|it| it.path.display().to_string()).collect();
        let shell = fs::canonicalize("/bin/sh").expect("a shell").display().to_string();
        assert_eq!(paths, [shell.as_str(), "/tmp", "/tmp/not-there-yet"]);
        assert!(a.exec[1].holds(Path::new("/tmp/x/y")) && !a.exec[1].holds(Path::new("/tmpx")));
        assert!(a.exec[2].holds(Path::new("/tmp/not-there-yet")));
        assert_eq!((&a.sha256, a.is_for_probes()), (&vec![hash.to_lowercase()], false));
        let v4: IpAddr = "192.0.2.1".parse().expect("one");
        let v6: IpAddr = "2001:db8::".parse().expect("one");
        assert_eq!((b.is_exec(), &b.connect), (false, &vec![(v4, 32), (v6, 32)]));
        assert_eq!((policy.name(2), policy.name(0), policy.name(3)), (Some("b"), None, None));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let one = |keys: &str| format!("[[deny]]\nname = \"r\"\n{keys}\n");
        for (text, what) in [
            (one("exce = \"/bin/sh\""), "F:3: unknown field `exce`"),
            (one("exec = 3"), "F:3: a text or a list of texts"),
            (one(""), "F: rule \"r\": it needs either connect"),
            (one("exec = \"/bin/sh\"\nconnect = \"::1\""), "it needs either connect"),
            (one("exec = \"sh\""), "does not begin with a slash"),
            (one("exec = \"/nowhere/x\""), "/nowhere/x: No such file"),
            (one("sha256 = \"12\""), "\"12\" is no SHA-256"),
            (one("connect = \"10.0.0.0/33\""), "no address or network"),
            (one("connect = \"::1\"").repeat(65), "there may be 64 rules"),
        ] {
            let told = read(&text).expect_err("refused");
            assert!(told.contains(what), "{text}: {told}");
        }
    }
}
