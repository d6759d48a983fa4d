//! The real program on a real kernel: what happens on this machine is what it prints.
//!
//! These tests need root and a kernel that accepts the probes. Where it does not, each says so
//! loudly on standard error and passes: `tests/replay.rs` then still reads recorded bytes.

mod complete;
mod deny;
mod fim;
mod golden;
mod identity;
mod kernel;
mod leave_out;
mod refused;
mod schema;
mod object;
