//! Firewalls, gateways and controllers of single vendors, a file each.
//!
//! What it does *not* know: what they have in common, which is in [`crate::columns`] and
//! [`crate::pair`].

pub(super) mod barracuda;
pub(super) mod checkpoint;
pub(super) mod f5;
pub(super) mod fortinet;
pub(super) mod gateway;
pub(super) mod huawei;
pub(super) mod netscaler;
pub(super) mod sonicwall;
pub(super) mod sophos;
pub(super) mod umbrella;
pub(super) mod watchguard;
pub(super) mod zscaler;
