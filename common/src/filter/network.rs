//! Networks in CIDR form.
//!
//! What it does *not* know: fields.

use crate::event::address;
use std::fmt;
use std::net::IpAddr;

/// An address with a prefix length; a plain address is a network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads `10.0.0.0/8`, `fe80::/10` or a plain address. Host bits are ignored.
    #[must_use]
    pub fn parse(text: &str) -> Option<Network> {
        let (base, prefix) = match text.split_once('/') {
            Some((base, prefix)) => (base, Some(prefix.parse::<u8>().ok()?)),
            None => (text, None),
        };
        let plain: IpAddr = base.parse().ok()?;
        let address = address(base)?;
        let widest = if plain.is_ipv4() { 32 } else { 128 };
        let given = prefix.unwrap_or(widest);
        // ::ffff:10.0.0.0/104 is 10.0.0.0/8
        let mapped = plain.is_ipv6() && address.is_ipv4();
        let prefix = if mapped { given.checked_sub(96)? } else { given };
        (given <= widest).then_some(Network { address, prefix })
    }

    /// The network of this width that an address lies in.
    pub(super) fn of(address: IpAddr, prefix: u8) -> Network {
        Network { address, prefix }.masked()
    }

    /// The same network, its address without host bits.
    pub(super) fn masked(self) -> Network {
        let address = match self.address {
            IpAddr::V4(ip) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                IpAddr::V4((u32::from(ip) & mask).into())
            }
            IpAddr::V6(ip) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                IpAddr::V6((u128::from(ip) & mask).into())
            }
        };
        Network { address, ..self }
    }

    /// Whether it is of IPv4, and its prefix length.
    pub(super) fn width(&self) -> (bool, u8) {
        (self.address.is_ipv4(), self.prefix)
    }

    /// Whether it is one address.
    #[must_use]
    pub fn is_single(&self) -> bool {
        self.width() == (true, 32) || self.width() == (false, 128)
    }

    /// Its address; host bits may be set.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// Whether an address lies in the network.
    #[must_use]
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.address, ip.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(ip)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                u32::from(base) & mask == u32::from(ip) & mask
            }
            (IpAddr::V6(base), IpAddr::V6(ip)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                u128::from(base) & mask == u128::from(ip) & mask
            }
            _ => false,
        }
    }
}

impl fmt::Display for Network {
    /// `ADDRESS/PREFIX`, which [`Network::parse`] reads back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contains_by_prefix() {
        let holds = |network: &str, ip: &str| {
            Network::parse(network).zip(address(ip)).is_some_and(|(net, ip)| net.contains(ip))
        };
        assert!(holds("10.0.0.0/8", "10.255.1.2"));
        assert!(holds("10.0.0.0/8", "::ffff:10.1.1.1"));
        assert!(holds("0.0.0.0/0", "1.2.3.4"));
        assert!(!holds("0.0.0.0/0", "::1"));
        assert!(holds("::/0", "fe80::1"));
        assert!(holds("::ffff:10.0.0.0/104", "10.9.9.9"));
        assert!(!holds("10.0.0.1", "10.0.0.2"));
        assert_eq!(Network::parse("10.0.0.0/33"), None);
        assert_eq!(Network::parse("ten"), None);
    }
}
