//! The match options of siemstress, and those that exclude.
//!
//! What it does *not* know: what they match ([`crate::matching`]).

use clap::Args;

/// What must match.
#[derive(Args, Clone, Debug)]
pub(crate) struct With {
    /// The message contains this; % and _ are wildcards
    #[arg(short, long, value_name = "TEXT", help_heading = "Select")]
    pub(crate) grep: Vec<String>,

    /// The peer, else the host that logged
    #[arg(long, value_name = "HOST", help_heading = "Select")]
    pub(crate) shost: Vec<String>,

    /// The peer's port
    #[arg(long, value_name = "PORT", help_heading = "Select", hide_short_help = true)]
    pub(crate) sport: Vec<String>,

    /// The destination
    #[arg(long, value_name = "HOST", hide_short_help = true, help_heading = "Select")]
    pub(crate) dhost: Vec<String>,

    /// The destination's port
    #[arg(long, value_name = "PORT", help_heading = "Select", hide_short_help = true)]
    pub(crate) dport: Vec<String>,

    /// The program that logged
    #[arg(long, value_name = "NAME", help_heading = "Select")]
    pub(crate) process: Vec<String>,

    /// Its process id
    #[arg(long, value_name = "PID", help_heading = "Select", hide_short_help = true)]
    pub(crate) pid: Vec<String>,

    /// The transport: tcp, udp, icmp
    #[arg(long, value_name = "NAME", help_heading = "Select", hide_short_help = true)]
    pub(crate) protocol: Vec<String>,
}

/// The match options turned round.
#[derive(Args, Clone, Debug)]
pub(crate) struct Without {
    /// The message does not contain this
    #[arg(long, value_name = "TEXT", help_heading = "Exclude", hide_short_help = true)]
    pub(crate) rgrep: Vec<String>,

    /// Not this peer or host
    #[arg(long, value_name = "HOST", help_heading = "Exclude", hide_short_help = true)]
    pub(crate) rshost: Vec<String>,

    /// Not this port of the peer
    #[arg(long, value_name = "PORT", help_heading = "Exclude", hide_short_help = true)]
    pub(crate) rsport: Vec<String>,

    /// Not this destination
    #[arg(long, value_name = "HOST", help_heading = "Exclude", hide_short_help = true)]
    pub(crate) rdhost: Vec<String>,

    /// Not this port of the destination
    #[arg(long, value_name = "PORT", help_heading = "Exclude", hide_short_help = true)]
    pub(crate) rdport: Vec<String>,

    /// Not this program
    #[arg(long, value_name = "NAME", help_heading = "Exclude", hide_short_help = true)]
    pub(crate) rprocess: Vec<String>,

    /// Not this process id
    #[arg(long, value_name = "PID", help_heading = "Exclude", hide_short_help = true)]
    pub(crate) rpid: Vec<String>,

    /// Not this transport
    #[arg(long, value_name = "NAME", help_heading = "Exclude", hide_short_help = true)]
    pub(crate) rprotocol: Vec<String>,
}
