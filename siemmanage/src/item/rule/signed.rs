//! `rules import --verify`: who signed a rule's file stays with the rule.
//!
//! Two tags carry it, so that it is part of the rule's version and of its SIEM events: `signer.WHO`,
//! and `digest.HEX`, the SHA-256 of the rule's text. No other import may give such tags.
//!
//! What it does *not* know: how signatures are checked (`pack`).

use crate::item;
use common::cli::{Failure, Kind};
use common::filter::Sets;
use common::rule::{Rule, write};
use common::sigma::Refusal;
use pack::{File, Pack};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

const SIGNER: &str = "signer.";
const DIGEST: &str = "digest.";

/// Marks the rules of files that allowed signers signed; everything must be signed.
pub(crate) fn mark(
    pack: &mut Pack,
    files: &[File],
    allowed: &Path,
    sets: &Sets,
) -> Result<(), Failure> {
    let mut signers: BTreeMap<&str, String> = BTreeMap::new();
    for file in files {
        if !signers.contains_key(file.origin.as_str()) {
            let signer = pack::signer(Path::new(&file.origin), allowed);
            signers.insert(&file.origin, signer.map_err(item::unreadable)?);
        }
    }
    let of_rule = owners(&signers, files, sets);
    let only: BTreeSet<&String> = signers.values().collect();
    let changed = std::mem::take(&mut pack.changed);
    refuse(pack);
    pack.changed = changed;
    unmark(&mut pack.changed, &only);
    for rule in &mut pack.rules {
        let signer = match (only.len(), of_rule.get(&rule.id())) {
            (1, _) => only.first().map(|it| it.as_str()),
            (_, signer) => signer.copied(),
        };
        let Some(signer) = signer else {
            let what = format!("rule {}: it counts rules of another signer", rule.id());
            return Err(Failure::new(Kind::Config, what).hint("import what they signed apart"));
        };
        let digest = digest(rule);
        rule.tags.push(format!("{SIGNER}{}", signer.replace(char::is_whitespace, "_")));
        rule.tags.push(format!("{DIGEST}{digest}"));
        rule.tags.sort();
    }
    Ok(())
}

/// Which signer a rule is of, where there are several.
fn owners<'s>(
    signers: &'s BTreeMap<&str, String>,
    files: &[File],
    sets: &Sets,
) -> HashMap<String, &'s str> {
    let mut owners = HashMap::new();
    if signers.len() > 1 {
        for (origin, signer) in signers {
            let own: Vec<File> = files.iter().filter(|it| it.origin == **origin).cloned().collect();
            let rules = pack::load(&own, None, sets).rules;
            owners.extend(rules.iter().map(|rule| (rule.id(), signer.as_str())));
        }
    }
    owners
}

/// Refuses rules that say themselves that they are signed.
pub(crate) fn refuse(pack: &mut Pack) {
    let claims = |rule: &Rule| {
        rule.tags.iter().any(|tag| tag.starts_with(SIGNER) || tag.starts_with(DIGEST))
    };
    let (claiming, others): (Vec<Rule>, Vec<Rule>) =
        std::mem::take(&mut pack.rules).into_iter().partition(claims);
    pack.rules = others;
    unmark(&mut pack.changed, &BTreeSet::new());
    pack.refusals.extend(claiming.iter().map(|rule| Refusal {
        file: "tags".to_owned(),
        line: 1,
        column: 1,
        id: rule.id(),
        reason: "signer. and digest. are given by import --verify alone".to_owned(),
    }));
}

/// Takes the mark from stored rules that a filter of somebody else's changes.
fn unmark(rules: &mut [Rule], signers: &BTreeSet<&String>) {
    for rule in rules {
        let is_same = |who: &str| {
            signers.len() == 1
                && signers.iter().all(|it| it.replace(char::is_whitespace, "_") == who)
        };
        if !rule.tags.iter().filter_map(|tag| tag.strip_prefix(SIGNER)).all(is_same) {
            rule.tags.retain(|tag| !tag.starts_with(SIGNER) && !tag.starts_with(DIGEST));
        }
    }
}

/// The SHA-256 of a rule's text: of a Sigma rule its document, of others their canonical form.
fn digest(rule: &Rule) -> String {
    let text = match &rule.sigma {
        Some(sigma) => sigma.text.clone(),
        None => write(std::slice::from_ref(rule)),
    };
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
