//! Signatures of packs: who signed a file, of those who are allowed to.
//!
//! ```text
//!  FILE, FILE.sig      ssh-keygen -Y sign -f KEY -n siem FILE;  allowed: OpenSSH's allowed signers
//!  FILE, FILE.minisig  minisign -Sm FILE;                       allowed: a minisign public key
//! ```
//!
//! SSH signatures are checked by the system's ssh-keygen, which knows all kinds of keys,
//! certificates and what `allowed_signers` can say of them.
//!
//! What it does *not* know: rules.

use crate::fault::PackError;
use minisign_verify::{PublicKey, Signature};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What a signature is for: `-n` of ssh-keygen.
const NAMESPACE: &str = "siem";
/// How a file of a minisign public key begins.
const MINISIGN: &str = "untrusted comment:";

/// Who signed a file: a principal of the allowed signers, or the allowed minisign key.
///
/// # Errors
/// There is no signature, it is not of an allowed signer, or not of these bytes.
pub fn signer(file: &Path, allowed: &Path) -> Result<String, PackError> {
    let keys = fs::read_to_string(allowed).map_err(|error| fault(allowed, error.to_string()))?;
    let bytes = fs::read(file).map_err(|error| fault(file, error.to_string()))?;
    match keys.starts_with(MINISIGN) {
        true => minisigned(file, &bytes, allowed, &keys),
        false => ssh_signed(file, &bytes, allowed),
    }
}

fn fault(place: &Path, reason: impl Into<String>) -> PackError {
    PackError { is_content: true, ..PackError::new(&place.display().to_string(), reason) }
}

/// The signature beside a file.
fn beside(file: &Path, ending: &str) -> Result<PathBuf, PackError> {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    let path = PathBuf::from(name);
    match path.is_file() {
        true => Ok(path),
        false => Err(fault(file, format!("not signed: there is no {}", path.display()))),
    }
}

fn minisigned(file: &Path, bytes: &[u8], allowed: &Path, keys: &str) -> Result<String, PackError> {
    let path = beside(file, ".minisig")?;
    let text = fs::read_to_string(&path).map_err(|error| fault(&path, error.to_string()))?;
    let key = PublicKey::decode(keys).map_err(|error| fault(allowed, error.to_string()))?;
    let signature = Signature::decode(&text).map_err(|error| fault(&path, error.to_string()))?;
    key.verify(bytes, &signature, false)
        .map_err(|error| fault(file, format!("its signature is not good: {error}")))?;
    Ok(keys.lines().nth(1).unwrap_or_default().trim().to_owned())
}

fn ssh_signed(file: &Path, bytes: &[u8], allowed: &Path) -> Result<String, PackError> {
    let path = beside(file, ".sig")?;
    let found = ssh_keygen(file, &["find-principals"], &path, allowed, b"")?;
    let principal = String::from_utf8_lossy(&found.stdout);
    let principal = principal.lines().next().unwrap_or_default().trim().to_owned();
    if !found.status.success() || principal.is_empty() {
        return Err(fault(file, "it is signed by nobody of the allowed signers"));
    }
    let verify = ["verify", "-n", NAMESPACE, "-I", &principal];
    let verdict = ssh_keygen(file, &verify, &path, allowed, bytes)?;
    match verdict.status.success() {
        true => Ok(principal),
        false => {
            let reason = String::from_utf8_lossy(&verdict.stderr);
            let reason = reason.lines().next().unwrap_or("signed for another purpose").to_owned();
            Err(fault(file, format!("its signature is not good: {reason}")))
        }
    }
}

/// Runs `ssh-keygen -Y`; the message goes to its standard input.
fn ssh_keygen(
    file: &Path,
    verb: &[&str],
    signature: &Path,
    allowed: &Path,
    message: &[u8],
) -> Result<Output, PackError> {
    let broken = |error: std::io::Error| fault(file, format!("ssh-keygen: {error}"));
    let mut child = Command::new("ssh-keygen")
        .arg("-Y")
        .args(verb)
        .arg("-s")
        .arg(signature)
        .arg("-f")
        .arg(allowed)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(broken)?;
    if let Some(mut input) = child.stdin.take() {
        // One that has read enough closes it: its verdict counts.
        let _ = input.write_all(message);
    }
    child.wait_with_output().map_err(broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Key, message and signature of the documentation of minisign-verify.
    const KEY: &str = "untrusted comment: minisign public key\n\
        RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3\n";
    const SIGNATURE: &str = "untrusted comment: signature from minisign secret key\n\
        RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=\n\
        trusted comment: timestamp:1633700835\tfile:test\tprehashed\n\
        wLMDjy9FLAuxZ3q4NlEvkgtyhrr0gtTu6KC4KBJdITbbOeAi1zBIYo0v4iTgt8jJpIidRJnp94ABQkJAgAooBQ==\n";

    #[test]
    fn minisign_signatures_are_of_these_bytes() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("a file");
            path
        };
        let (key, file) = (write("key.pub", KEY), write("pack", "test"));
        let missing = signer(&file, &key).expect_err("no signature");
        assert!(missing.reason.starts_with("not signed: there is no "), "{missing}");
        let _ = write("pack.minisig", SIGNATURE);
        let who = signer(&file, &key).expect("signed");
        assert_eq!(who, "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3");
        let other = write("pack", "Test");
        assert!(signer(&other, &key).is_err());
    }
}
