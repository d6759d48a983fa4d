//! The list of probes and the hooks of each.
//!
//! What it does *not* know: how a program gets there.

use crate::call;
use crate::kind::{Kind, Kinds};
use aya::programs::CgroupSkbAttachType;

/// When a probe is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Always: the process cache lives on it.
    Always(Kind),
    /// When one of these kinds is reported.
    Any(&'static [Kind]),
    /// When a system call of the table is reported.
    Calls,
}

impl Need {
    /// The kinds that it is about.
    pub(crate) fn kinds(self) -> impl Iterator<Item = Kind> {
        let all = Kind::ALL.iter().copied();
        all.filter(move |kind| match self {
            Need::Always(own) => own == *kind,
            Need::Any(list) => list.contains(kind),
            Need::Calls => call::KINDS.contains(kind),
        })
    }

    /// Whether it is loaded whatever is reported.
    #[must_use]
    pub(crate) fn is_always(self) -> bool {
        matches!(self, Need::Always(_))
    }
}

/// A program of the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Probe {
    /// Its function.
    pub(crate) program: &'static str,
    /// When it is needed.
    pub(crate) need: Need,
    /// Where it attaches: the tracepoint, the system calls, or the control group.
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Btf(&'static str),
    /// The ends of these system calls.
    Leave(&'static [&'static str]),
    /// The beginnings (true) or ends of the calls of the table.
    Calls(bool),
    Cgroup(&'static str),
}

/// One place where a program attaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hook {
    /// Its name: `sched_process_exec`, `syscalls/sys_exit_openat`, `cgroup/connect4`.
    pub(crate) name: String,
    /// The kinds that need this very hook, where they are fewer than the program's.
    pub(crate) kinds: Option<Kinds>,
}

const fn probe(program: &'static str, need: Need, place: Place) -> Probe {
    Probe { program, need, place }
}

/// Every probe, in the order in which they attach: ends before beginnings would count calls twice,
/// so that the beginnings come last.
pub(crate) const PROBES: &[Probe] = &[
    probe("fork", Need::Always(Kind::Fork), Place::Btf("sched_process_fork")),
    probe("exec", Need::Always(Kind::Exec), Place::Btf("sched_process_exec")),
    probe("leave", Need::Always(Kind::Exit), Place::Btf("sched_process_exit")),
    probe(
        "sock_state",
        Need::Any(&[Kind::Connect, Kind::Listen]),
        Place::Btf("inet_sock_set_state"),
    ),
    probe("accepted", Need::Any(&[Kind::Accept]), Place::Leave(&["accept", "accept4"])),
    probe("udp_connect4", Need::Any(&[Kind::Udp, Kind::Deny]), Place::Cgroup("cgroup/connect4")),
    probe("udp_connect6", Need::Any(&[Kind::Udp, Kind::Deny]), Place::Cgroup("cgroup/connect6")),
    probe("udp_send4", Need::Any(&[Kind::Udp, Kind::Deny]), Place::Cgroup("cgroup/sendmsg4")),
    probe("udp_send6", Need::Any(&[Kind::Udp, Kind::Deny]), Place::Cgroup("cgroup/sendmsg6")),
    probe("dns_out", Need::Any(&[Kind::Dns]), Place::Cgroup("cgroup_skb/egress")),
    probe("dns_in", Need::Any(&[Kind::Dns]), Place::Cgroup("cgroup_skb/ingress")),
    probe(
        "opened",
        Need::Any(&[Kind::File, Kind::Read]),
        Place::Leave(&["openat", "open", "openat2", "creat"]),
    ),
    probe("call_leave", Need::Calls, Place::Calls(false)),
    probe("call_enter", Need::Calls, Place::Calls(true)),
];

impl Probe {
    /// The tracepoint of a program that attaches by BTF.
    #[must_use]
    pub(crate) fn tracepoint(&self) -> &'static str {
        match self.place {
            Place::Btf(name) => name,
            _ => "",
        }
    }

    /// Which packets a program of a control group sees.
    #[must_use]
    pub(crate) fn direction(&self) -> CgroupSkbAttachType {
        match self.place {
            Place::Cgroup(name) if name.ends_with("egress") => CgroupSkbAttachType::Egress,
            _ => CgroupSkbAttachType::Ingress,
        }
    }

    /// Its hooks, when these events are reported.
    #[must_use]
    pub(crate) fn hooks(&self, events: Kinds) -> Vec<Hook> {
        let all = |name: String| Hook { name, kinds: None };
        match self.place {
            Place::Btf(name) | Place::Cgroup(name) => vec![all(name.to_owned())],
            Place::Leave(calls) => {
                calls.iter().map(|call| all(format!("syscalls/sys_exit_{call}"))).collect()
            }
            Place::Calls(enter) => {
                let side = if enter { "enter" } else { "exit" };
                let calls = call::CALLS.iter().filter(|call| events.has(call.kind));
                calls
                    .map(|call| Hook {
                        name: format!("syscalls/sys_{side}_{}", call.name),
                        kinds: Some(Kinds::default().with(call.kind)),
                    })
                    .collect()
            }
        }
    }
}
