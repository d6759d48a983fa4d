//! The command line of siemagent; these comments are its manual.
//!
//! What it does *not* know: what the flags set in motion.

use clap::{Parser, ValueEnum};
use common::cli::Generate;
use std::path::PathBuf;

const AFTER: &str = "\
Examples:
  siemagent | siemparse -s agent -               the events of this machine into the store
  siemagent --events exec --count 3              the next three programs that start
  siemagent --check                              which probes this kernel accepts
  siemagent --fim /etc --fim /usr/bin            whose contents, owner or rights change
  siemagent --policy deny.toml --dry-run         what a policy would deny
  siemagent --filter 'User = root' | jq .CommandLine

Exit status: 0 done, 2 wrong usage, 3 a wrong policy, 5 something failed or was lost, 69 the kernel
offers no way to watch it, 77 the rights are missing.";

/// Print what the kernel saw, as one JSON object a line
///
/// siemagent attaches small probes to the kernel and prints each program that starts, each
/// connection, each file that is written and the rarer events that matter to security, with the
/// field names of the Sigma rules for Linux. siemparse reads the lines as they are.
///
/// Nothing is missing in silence: every event that the probes saw is written, or counted as lost,
/// dropped, filtered or suppressed, and lines of category siemagent say how many.
///
/// What the probes do not see: files, privileges, mounts and signals by 32-bit system calls and
/// files opened through io_uring, since tracepoints of 64-bit system calls see neither (programs that
/// start and end, connections, UDP and DNS are seen whoever makes them, and --fim sees what became of
/// its files); files that
/// are written by way of a descriptor or a mapping that was open before; writes to devices and what
/// a kernel module does; DNS over TCP, TLS or HTTPS; paths more than 48 directories deep, whose
/// beginning is cut.
///
/// Rights: CAP_BPF and CAP_PERFMON for programs and TCP; CAP_NET_ADMIN for UDP, DNS and denied
/// addresses; CAP_DAC_READ_SEARCH for tracefs, or CAP_SYS_ADMIN where it is not mounted, for the
/// other events; CAP_SYS_ADMIN for fanotify. All of them are given away once the probes are attached
/// but those that the start line names.
#[derive(Parser, Debug)]
#[command(name = "siemagent", version, after_help = AFTER)]
pub(crate) struct Args {
    /// The events to report: names, process, net, default, all, or -NAME to leave one out
    #[arg(short, long, value_name = "LIST", default_value = "default", allow_hyphen_values = true)]
    pub(crate) events: String,

    /// Where events come from: bpf, proc, files, or auto for the first that works
    ///
    /// proc is the kernel's process connector with /proc: programs that start and end; one that
    /// ends at once is told without its image and arguments. It keeps CAP_SYS_PTRACE and
    /// CAP_DAC_READ_SEARCH, to read /proc; from Linux 6.6 on it works without rights, and then
    /// without the images of other users' programs. Below the directories of --path it tells of files as
    /// well, by fanotify, else by inotify, which does not say who did it. files is that alone, and
    /// needs no rights. The start line says what is used.
    #[arg(long, value_name = "SOURCE", default_value = "auto")]
    pub(crate) source: Source,

    /// Stop after so many events
    #[arg(short = 'n', long, value_name = "N")]
    pub(crate) count: Option<u64>,

    /// Stop after this time: 30s, 10m
    #[arg(short, long, value_name = "SPAN")]
    pub(crate) duration: Option<String>,

    /// Only events that this filter selects; the grammar is that of siemquery --where
    #[arg(long, value_name = "FILTER")]
    pub(crate) filter: Option<String>,

    /// Only files below this directory, for writes and changes; may be repeated
    ///
    /// The directory is looked up when the agent starts. Writes elsewhere are left out in the
    /// kernel, which is what makes this cheap; they count as filtered.
    #[arg(long, value_name = "DIR")]
    pub(crate) path: Vec<PathBuf>,

    /// Report each reading of this file, such as /etc/shadow; may be repeated, implies event read
    #[arg(long, value_name = "FILE")]
    pub(crate) watch_read: Vec<PathBuf>,

    /// Keep the contents, owner and rights of this file, or of all below this directory, under
    /// watch; may be repeated, implies event fim
    ///
    /// At the start each file is hashed (SHA-256) and compared with the baseline, later each one
    /// that is touched; times do not count. What is different becomes a line with the old and the
    /// new state, and the baseline follows. A directory that the baseline does not know yet is
    /// taken as it is. Other file systems below a directory are not entered. fanotify watches, else
    /// inotify, which does not say who did it. The agent keeps CAP_DAC_READ_SEARCH, to read the
    /// files; with no more rights than those of the files' reader it works as well.
    #[arg(long, value_name = "PATH")]
    pub(crate) fim: Vec<PathBuf>,

    /// The file that keeps the baseline of --fim; without it siem/baseline.jsonl in the user's
    /// data directory
    ///
    /// It gets a line a change and is written anew at each start. Who may write it may hide
    /// changes.
    #[arg(long, value_name = "FILE", requires = "fim")]
    pub(crate) baseline: Option<PathBuf>,

    /// Deny what the rules of this file name; each decision is an event of kind deny
    ///
    /// The file is TOML. Each [[deny]] table has a name, and either connect (addresses and
    /// networks), or some of exec, parent (files, or directories that end in a slash) and sha256 (of
    /// the program file), all of which must hold; each is one value or a list of which one must
    /// hold. 64 rules at most. Paths are looked up when the agent starts.
    ///
    /// A connection or datagram to a denied address fails with EPERM. What reads the output, and the
    /// agent, may always start and connect. How a program is denied says --deny-by.
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    pub(crate) policy: Option<PathBuf>,

    /// How --policy denies programs: fanotify, kill, or auto for both, where they work
    ///
    /// fanotify asks before a program starts, which then fails with EPERM; it knows scripts by
    /// their own path. It needs CAP_SYS_ADMIN at the start, and is not asked about file systems that
    /// are mounted later. sha256 needs it. An answer that takes longer than 80 ms, such as the first
    /// hash of a large program, is: allowed (late, and counted); the hash serves the next start. An
    /// agent that is stopped, not ended, holds every program that starts.
    ///
    /// kill is a SIGKILL by the probes after the exec, before the program's first instruction:
    /// what a loader or script interpreter is told to run it does not see. A copy or hard link
    /// elsewhere has another path for both; a rule by sha256 knows it.
    ///
    /// No LSM program is loaded.
    #[arg(long, value_name = "WAY", default_value = "auto", requires = "policy")]
    pub(crate) deny_by: DenyBy,

    /// Only tell what --policy would deny
    #[arg(long, requires = "policy")]
    pub(crate) dry_run: bool,

    /// Only events of these users: 1000-65533
    #[arg(long, value_name = "FROM-TO")]
    pub(crate) uid: Option<String>,

    /// Report the files and connections of the process that reads the output, too
    ///
    /// Without it they are left out (and count as filtered), as the events of a reader that stores
    /// events would never end. Where the reader is siemparse, its program file stands for it. Where
    /// its control group holds nothing but the agent's own pipe, as that of a unit does, the group
    /// stands for it too: whoever can move a process there hides its files and connections. The
    /// start line says what is left out.
    #[arg(long)]
    pub(crate) include_reader: bool,

    /// Leave out the files and connections of this control group and of those below it; may be
    /// repeated
    ///
    /// Its path is that of CgroupPath: /system.slice/postgresql.service, where the events go to a
    /// database on this machine. What is left out counts as filtered; programs that start there
    /// are reported. The root is refused.
    #[arg(long, value_name = "GROUP")]
    pub(crate) exclude_cgroup: Vec<String>,

    /// Become this user once the probes are attached; root stays root, without capabilities
    #[arg(long, value_name = "NAME", default_value = "nobody")]
    pub(crate) user: String,

    /// Bytes of arguments that are kept, at most 4096
    #[arg(long, value_name = "N", default_value_t = 4096)]
    pub(crate) args_max: u32,

    /// Write what the probes say to this file as well, for --replay
    ///
    /// The bytes are those of the kernel: --redact and --filter do not change them.
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,

    /// Read recorded bytes in place of the kernel; needs no rights
    ///
    /// Names of users are those of this machine.
    #[arg(long, value_name = "FILE", conflicts_with = "record")]
    pub(crate) replay: Option<PathBuf>,

    /// Size of the ring between kernel and agent: a power of two, at least 64K
    #[arg(long, value_name = "SIZE", default_value = "4M")]
    pub(crate) ring: String,

    /// At most so many events of a kind a second: exec=2000,file=5000; the rest is counted
    #[arg(long, value_name = "LIST")]
    pub(crate) rate: Option<String>,

    /// Replace what this expression matches in arguments; of an expression with groups, the groups
    #[arg(long, value_name = "REGEX")]
    pub(crate) redact: Vec<String>,

    /// Print the counts every so many seconds; 0 for never
    #[arg(long, value_name = "S", default_value_t = 300)]
    pub(crate) stats: u64,

    /// Exit with 5 when events were lost or dropped
    #[arg(long)]
    pub(crate) fail_on_loss: bool,

    /// Try every probe, print a table of what this kernel accepts, and stop
    #[arg(long, conflicts_with = "list_events")]
    pub(crate) check: bool,

    /// Print the events that can be reported, and stop
    #[arg(long)]
    pub(crate) list_events: bool,

    /// No summary on standard error
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Print a generated page
    #[arg(long, value_name = "PAGE", hide = true)]
    pub(crate) generate: Option<Generate>,
}

/// What denies programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DenyBy {
    /// Both.
    Auto,
    /// Questions before a program starts.
    Fanotify,
    /// A signal after it did.
    Kill,
}

/// Where events come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Source {
    /// The first of the others that works.
    Auto,
    /// The probes.
    Bpf,
    /// The process connector and /proc.
    Proc,
    /// Watched files alone.
    Files,
}
