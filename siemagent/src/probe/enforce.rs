//! The policy as the probes read it: which rules name a file, a directory, a network.
//!
//! A rule is a bit; it denies an exec when both the program's side and the parent's side have it.
//! What it does *not* know: rules with a hash; those are the guard's alone.

use crate::place;
use crate::policy::{Known, Policy, Rule};
use aya::Ebpf;
use aya::maps::lpm_trie::{Key, LpmTrie};
use aya::maps::{HashMap as BpfHash, MapError};
use std::collections::HashMap;
use std::net::IpAddr;

/// Rules on the program's side and on the parent's side.
type Sides = [u64; 2];

/// The rules that name no program, and those that name no parent.
pub(super) fn any(policy: &Policy) -> Sides {
    let mut any = Sides::default();
    for (bit, rule) in bits(policy) {
        for (side, targets) in [&rule.exec, &rule.parent].into_iter().enumerate() {
            any[side] |= if targets.is_empty() { bit } else { 0 };
        }
    }
    any
}

/// Writes the tables.
pub(super) fn fill(ebpf: &mut Ebpf, policy: &Policy) -> Result<(), MapError> {
    let (mut names, mut below) = (HashMap::new(), HashMap::new());
    for (bit, rule) in bits(policy) {
        for (side, targets) in [&rule.exec, &rule.parent].into_iter().enumerate() {
            for target in targets {
                let sides: &mut Sides = match &target.known {
                    Known::Name(folder, name) => {
                        names.entry(place::key(*folder, name)).or_default()
                    }
                    Known::Below((inode, device)) => below.entry([*inode, *device]).or_default(),
                };
                sides[side] |= bit;
            }
        }
    }
    if let Some(map) = ebpf.map_mut("denied_names") {
        let mut map: BpfHash<_, [u8; 64], Sides> = BpfHash::try_from(map)?;
        names.iter().try_for_each(|(key, sides)| map.insert(key, sides, 0))?;
    }
    if let Some(map) = ebpf.map_mut("denied_below") {
        let mut map: BpfHash<_, [u64; 2], Sides> = BpfHash::try_from(map)?;
        below.iter().try_for_each(|(key, sides)| map.insert(key, sides, 0))?;
    }
    if let Some(map) = ebpf.map_mut("denied_networks") {
        let mut map: LpmTrie<_, [u8; 16], u32> = LpmTrie::try_from(map)?;
        for (number, rule) in (1..).zip(&policy.rules) {
            for (address, bits) in &rule.connect {
                let (address, bits) = mapped(*address, *bits);
                map.insert(&Key::new(bits, address), number, 0)?;
            }
        }
    }
    Ok(())
}

/// The rules that the probes can decide, with their bits.
fn bits(policy: &Policy) -> impl Iterator<Item = (u64, &Rule)> {
    let rules = policy.rules.iter().enumerate().take(64);
    rules.filter(|(_, rule)| rule.is_for_probes()).map(|(place, rule)| (1 << place, rule))
}

/// A network in the form of IPv6: that of IPv4 is below ::ffff:0:0/96.
fn mapped(address: IpAddr, bits: u8) -> ([u8; 16], u32) {
    match address {
        IpAddr::V4(v4) => (v4.to_ipv6_mapped().octets(), 96 + u32::from(bits)),
        IpAddr::V6(v6) => (v6.octets(), bits.into()),
    }
}
