//! What Windows events mean: channels and their datasets, event ids and their ECS categories.
//!
//! Two lists of like entries. What they do *not* say: fields.

/// Channels and datasets; names of channels are compared in any case.
pub(super) const CHANNELS: &[(&str, &str)] = &[
    ("Security", "windows.security"),
    ("System", "windows.system"),
    ("Application", "windows.application"),
    ("Microsoft-Windows-Sysmon/Operational", "windows.sysmon"),
    ("Linux-Sysmon/Operational", "linux.sysmon"),
    ("Microsoft-Windows-PowerShell/Operational", "windows.powershell"),
    ("PowerShellCore/Operational", "windows.powershell"),
    ("Windows PowerShell", "windows.powershell_classic"),
    ("Microsoft-Windows-Windows Defender/Operational", "windows.defender"),
    ("Microsoft-Windows-DNS-Client/Operational", "windows.dns_client"),
    ("Microsoft-Windows-TaskScheduler/Operational", "windows.task_scheduler"),
    ("Microsoft-Windows-WMI-Activity/Operational", "windows.wmi"),
];

/// What an event means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) category: &'static str,
    pub(super) action: &'static str,
    pub(super) outcome: &'static str,
}

/// The meaning of an event id in a dataset.
pub(super) fn meaning(dataset: &str, code: &str) -> Option<Meaning> {
    let list = match dataset {
        "windows.security" => SECURITY,
        "windows.sysmon" | "linux.sysmon" => SYSMON,
        "windows.powershell" | "windows.powershell_classic" => POWERSHELL,
        "windows.system" => SYSTEM,
        _ => return None,
    };
    let at = list.binary_search_by(|(id, ..)| id.cmp(&code)).ok()?;
    let (_, category, action, outcome) = list[at];
    Some(Meaning { category, action, outcome })
}

type List = &'static [(&'static str, &'static str, &'static str, &'static str)];

/// Sorted as text, like the other lists.
const SECURITY: List = &[
    ("1102", "iam", "audit-log-cleared", "success"),
    ("4624", "authentication", "logged-in", "success"),
    ("4625", "authentication", "logon-failed", "failure"),
    ("4634", "authentication", "logged-out", "success"),
    ("4647", "authentication", "logged-out", "success"),
    ("4648", "authentication", "logged-in-explicit", "success"),
    ("4656", "file", "handle-requested", ""),
    ("4657", "registry", "registry-value-modified", "success"),
    ("4662", "iam", "object-operation-performed", ""),
    ("4663", "file", "object-access-attempted", ""),
    ("4672", "iam", "logged-in-special", "success"),
    ("4688", "process", "created-process", "success"),
    ("4689", "process", "exited-process", "success"),
    ("4697", "configuration", "service-installed", "success"),
    ("4698", "configuration", "scheduled-task-created", "success"),
    ("4699", "configuration", "scheduled-task-deleted", "success"),
    ("4702", "configuration", "scheduled-task-updated", "success"),
    ("4719", "configuration", "changed-audit-config", "success"),
    ("4720", "iam", "added-user-account", "success"),
    ("4722", "iam", "enabled-user-account", "success"),
    ("4723", "iam", "changed-password", "success"),
    ("4724", "iam", "reset-password", "success"),
    ("4725", "iam", "disabled-user-account", "success"),
    ("4726", "iam", "deleted-user-account", "success"),
    ("4728", "iam", "added-member-to-group", "success"),
    ("4732", "iam", "added-member-to-group", "success"),
    ("4738", "iam", "modified-user-account", "success"),
    ("4740", "iam", "locked-out-user-account", "success"),
    ("4756", "iam", "added-member-to-group", "success"),
    ("4768", "authentication", "kerberos-authentication-ticket-requested", ""),
    ("4769", "authentication", "kerberos-service-ticket-requested", ""),
    ("4771", "authentication", "kerberos-preauth-failed", "failure"),
    ("4776", "authentication", "credential-validated", ""),
    ("5140", "file", "network-share-object-accessed", "success"),
    ("5145", "file", "network-share-object-access-checked", ""),
    ("5152", "network", "packet-dropped", "failure"),
    ("5156", "network", "connection-allowed", "success"),
    ("5157", "network", "connection-blocked", "failure"),
];

const SYSMON: List = &[
    ("1", "process", "created-process", "success"),
    ("10", "process", "process-accessed", ""),
    ("11", "file", "file-created", "success"),
    ("12", "registry", "registry-object-added-or-deleted", "success"),
    ("13", "registry", "registry-value-set", "success"),
    ("14", "registry", "registry-renamed", "success"),
    ("15", "file", "file-stream-created", "success"),
    ("17", "file", "pipe-created", "success"),
    ("18", "file", "pipe-connected", "success"),
    ("19", "configuration", "wmi-filter", "success"),
    ("2", "file", "file-creation-time-changed", "success"),
    ("20", "configuration", "wmi-consumer", "success"),
    ("21", "configuration", "wmi-binding", "success"),
    ("22", "network", "dns-query", ""),
    ("23", "file", "file-deleted", "success"),
    ("25", "process", "process-tampering", ""),
    ("26", "file", "file-deleted", "success"),
    ("3", "network", "network-connection", "success"),
    ("5", "process", "exited-process", "success"),
    ("6", "driver", "driver-loaded", "success"),
    ("7", "process", "image-loaded", "success"),
    ("8", "process", "remote-thread-created", "success"),
    ("9", "process", "raw-disk-read", "success"),
];

const POWERSHELL: List = &[
    ("4103", "process", "module-logged", ""),
    ("4104", "process", "script-block-logged", ""),
    ("4105", "process", "script-block-started", ""),
    ("4106", "process", "script-block-stopped", ""),
    ("800", "process", "pipeline-executed", ""),
];

const SYSTEM: List = &[
    ("104", "iam", "log-cleared", "success"),
    ("7036", "configuration", "service-state-changed", "success"),
    ("7040", "configuration", "service-start-type-changed", "success"),
    ("7045", "configuration", "service-installed", "success"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        for list in [SECURITY, SYSMON, POWERSHELL, SYSTEM] {
            assert!(list.is_sorted_by(|a, b| a.0 < b.0));
        }
        let found = meaning("windows.sysmon", "22").map(|found| found.action);
        assert_eq!(found, Some("dns-query"));
    }
}
