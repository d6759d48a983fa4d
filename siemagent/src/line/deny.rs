//! Decisions of the policy: what was denied, or would have been.
//!
//! What it does *not* know: how a decision was made.

use super::network::{self, Place};
use super::{Lines, Object, SCHEMA, process};
use crate::guard::Decision;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::record::{Body, Record, flag};
use common::clock::Timestamp;

/// The policy as far as lines need it.
#[derive(Debug, Default)]
pub(crate) struct Enforced {
    /// The rules, for their names.
    pub(crate) policy: Policy,
    /// Whether decisions are only told.
    pub(crate) dry_run: bool,
}

impl Lines {
    /// What the probes decided.
    pub(super) fn denial(&self, object: &mut Object<'_>, record: &Record<'_>) {
        let (action, rule) = match record.body {
            Body::Exec { rule, .. } => ("kill", rule),
            Body::Sock { rule, .. } => ("deny_connect", rule),
            _ => return,
        };
        object.text("action", action);
        object.optional("Rule", self.enforced.policy.name(rule));
        self.outcome(object, record.head.flags & flag::DENIED != 0);
        match record.body {
            Body::Exec { .. } => {
                let program = process::program(record, &self.redact);
                object.optional("CurrentDirectory", program.directory.as_deref());
            }
            Body::Sock { ref ends, protocol, .. } => {
                let place = Place { ends, protocol, error: 0 };
                network::peer(object, &place);
            }
            _ => {}
        }
    }

    fn outcome(&self, object: &mut Object<'_>, is_enforced: bool) {
        let outcome = match (self.enforced.dry_run, is_enforced) {
            (true, _) => "unknown",
            (false, true) => "success",
            (false, false) => "failure",
        };
        object.text("outcome", outcome);
        object.mark("dry_run", self.enforced.dry_run);
    }

    /// Appends the line of what the guard decided, without `seq` and closing bracket.
    pub(crate) fn decision(&mut self, decision: &Decision, out: &mut Vec<u8>) {
        let mut object = Object::open(out);
        object.text("schema", SCHEMA);
        object.time("time", Timestamp::now());
        object.text("host", &self.machine.host);
        object.text("boot_id", &self.machine.boot_id);
        object.text("product", "linux");
        object.text("category", Kind::Deny.category());
        object.text("kind", Kind::Deny.name());
        self.actor(&mut object, decision.pid);
        object.path("TargetFilename", &decision.path);
        object.text("action", "deny_exec");
        let rule = u32::try_from(decision.rule + 1).unwrap_or(0);
        object.optional("Rule", self.enforced.policy.name(rule));
        self.outcome(&mut object, !decision.is_late);
        object.mark("late", decision.is_late);
        if let Some(parent) = &decision.parent {
            object.path("ParentImage", parent);
        }
        if let Some(hash) = &decision.sha256 {
            object.text("Hashes", &format!("SHA256={hash}"));
        }
    }
}
