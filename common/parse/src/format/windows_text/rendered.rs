//! The English text of Windows' security events: its sections, labels and first sentences.
//!
//! A value stands between its label and the next known one. Names that a client chose stand before the
//! address that it came from, so that of an address the last counts and of a name the first.
//!
//! What it does *not* know: other languages.

use common::event::{Fields, Value};
use std::cmp::Reverse;
use std::sync::LazyLock;

/// Whom the labels after a section's are about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Subject,
    Target,
    Member,
    Other,
}

/// Sections, and whom they are about.
const SECTIONS: &[(&str, About)] = &[
    ("Subject:", About::Subject),
    ("Creator Subject:", About::Subject),
    ("New Logon:", About::Target),
    ("Account For Which Logon Failed:", About::Target),
    ("Account Whose Credentials Were Used:", About::Target),
    ("Account That Was Locked Out:", About::Target),
    ("Account Information:", About::Target),
    ("New Account:", About::Target),
    ("Target Account:", About::Target),
    ("Target Subject:", About::Target),
    ("Group:", About::Target),
    ("Member:", About::Member),
    ("Additional Information:", About::Other),
    ("Application Information:", About::Other),
    ("Attributes:", About::Other),
    ("Authentication Information:", About::Other),
    ("Detailed Authentication Information:", About::Other),
    ("Failure Information:", About::Other),
    ("Filter Information:", About::Other),
    ("Logon Information:", About::Other),
    ("Network Information:", About::Other),
    ("Object:", About::Other),
    ("Process Information:", About::Other),
    ("Service Information:", About::Other),
    ("Share Information:", About::Other),
    ("Target Server:", About::Other),
];

/// Labels and the names of their values in the event; empty: a value that is passed over.
const LABELS: &[(&str, &str)] = &[
    ("Application Name:", "Application"),
    ("Authentication Package:", "AuthenticationPackageName"),
    ("Caller Computer Name:", "CallerComputerName"),
    ("Caller Process ID:", "ProcessId"),
    ("Caller Process Name:", "ProcessName"),
    ("Client Address:", "IpAddress"),
    ("Client Port:", "IpPort"),
    ("Creator Process ID:", ""),
    ("Creator Process Name:", "ParentProcessName"),
    ("Destination Address:", "DestAddress"),
    ("Destination Port:", "DestPort"),
    ("Direction:", "Direction"),
    ("Elevated Token:", "ElevatedToken"),
    ("Error Code:", "Status"),
    ("Failure Code:", "Status"),
    ("Failure Reason:", "FailureReason"),
    ("Group Domain:", "TargetDomainName"),
    ("Group Name:", "TargetUserName"),
    ("Impersonation Level:", "ImpersonationLevel"),
    ("Key Length:", "KeyLength"),
    ("Linked Logon ID:", ""),
    ("Logon Account:", "TargetUserName"),
    ("Logon GUID:", "LogonGuid"),
    ("Logon Process:", "LogonProcessName"),
    ("Logon Type:", "LogonType"),
    ("Mandatory Label:", "MandatoryLabel"),
    ("Network Account Domain:", ""),
    ("Network Account Name:", ""),
    ("New Process ID:", "NewProcessId"),
    ("New Process Name:", "NewProcessName"),
    ("Object Name:", "ObjectName"),
    ("Object Type:", "ObjectType"),
    ("Package Name (NTLM only):", "LmPackageName"),
    ("Pre-Authentication Type:", "PreAuthType"),
    ("Privileges:", "PrivilegeList"),
    ("Process Command Line:", "CommandLine"),
    ("Process ID:", "ProcessId"),
    ("Process Name:", "ProcessName"),
    ("Protocol:", "Protocol"),
    ("Relative Target Name:", "RelativeTargetName"),
    ("Restricted Admin Mode:", "RestrictedAdminMode"),
    ("Result Code:", "Status"),
    ("Service Account:", "ServiceAccount"),
    ("Service File Name:", "ServiceFileName"),
    ("Service ID:", "ServiceSid"),
    ("Service Name:", "ServiceName"),
    ("Service Start Type:", "ServiceStartType"),
    ("Service Type:", "ServiceType"),
    ("Share Name:", "ShareName"),
    ("Share Path:", "ShareLocalPath"),
    ("Source Address:", "IpAddress"),
    ("Source Network Address:", "IpAddress"),
    ("Source Port:", "IpPort"),
    ("Source Workstation:", "Workstation"),
    ("Status:", "Status"),
    ("Sub Status:", "SubStatus"),
    ("Supplied Realm Name:", "TargetDomainName"),
    ("Target Server Name:", "TargetServerName"),
    ("Task Name:", "TaskName"),
    ("Ticket Encryption Type:", "TicketEncryptionType"),
    ("Ticket Options:", "TicketOptions"),
    ("Token Elevation Type:", "TokenElevationType"),
    ("Transited Services:", "TransmittedServices"),
    ("Virtual Account:", "VirtualAccount"),
    ("Workstation Name:", "WorkstationName"),
];

/// Labels whose meaning depends on the section: subject, target, member.
const PERSONS: &[(&str, [&str; 3])] = &[
    ("Account Domain:", ["SubjectDomainName", "TargetDomainName", ""]),
    ("Account Name:", ["SubjectUserName", "TargetUserName", "MemberName"]),
    ("Logon ID:", ["SubjectLogonId", "TargetLogonId", ""]),
    ("Security ID:", ["SubjectUserSid", "TargetUserSid", "MemberSid"]),
    ("User ID:", ["SubjectUserSid", "TargetUserSid", "MemberSid"]),
];

/// What a mark in the text is.
#[derive(Clone, Copy)]
enum Mark {
    Section(About),
    Label(&'static str),
    Person([&'static str; 3]),
}

/// Adds what the labels of a message say.
pub(super) fn labels<'a>(message: &'a str, fields: &mut Fields<'a>) {
    let marks = marks(message);
    let mut about = About::Other;
    for (nth, &(_, from, mark)) in marks.iter().enumerate() {
        let end = marks.get(nth + 1).map_or(message.len(), |next| next.0);
        let value = message.get(from..end).unwrap_or_default().trim_ascii();
        let name = match mark {
            Mark::Section(person) => {
                about = person;
                continue;
            }
            Mark::Label(name) => name,
            Mark::Person(names) => match about {
                About::Subject => names[0],
                About::Target | About::Other => names[1],
                About::Member => names[2],
            },
        };
        let is_last = matches!(name, "IpAddress" | "IpPort");
        if !name.is_empty() && !value.is_empty() && (is_last || fields.get(name).is_none()) {
            let value = value.split(['\t', '\n']).next().unwrap_or(value).trim_ascii();
            fields.push(name, Value::Text(value.into()));
        }
    }
}

/// The known labels in their order: where each begins, where its value does, what it is.
fn marks(message: &str) -> Vec<(usize, usize, Mark)> {
    let mut found = Vec::new();
    for colon in memchr::memchr_iter(b':', message.as_bytes()) {
        let front = &message[..=colon];
        let begins_word = |rest: &str| rest.is_empty() || rest.ends_with([' ', '\t', '\n', '.']);
        let is_there =
            |(label, _): &&(&str, Mark)| front.strip_suffix(label).is_some_and(begins_word);
        if let Some((label, mark)) = BY_END[end(front).unwrap_or_default()].iter().find(is_there) {
            found.push((colon + 1 - label.len(), colon + 1, *mark));
        }
        if found.len() >= 128 {
            break;
        }
    }
    found
}

/// All labels by their ends, of equal ends the longest first, as `Source Port:` is no `Port:`.
static BY_END: LazyLock<Vec<Vec<(&str, Mark)>>> = LazyLock::new(|| {
    let sections = SECTIONS.iter().map(|(label, about)| (*label, Mark::Section(*about)));
    let labels = LABELS.iter().map(|(label, name)| (*label, Mark::Label(name)));
    let persons = PERSONS.iter().map(|(label, names)| (*label, Mark::Person(*names)));
    let mut by_end = vec![Vec::new(); 256];
    for label in sections.chain(labels).chain(persons) {
        match end(label.0) {
            Some(end) => by_end[end].push(label),
            None => by_end.iter_mut().for_each(|like| like.push(label)),
        }
    }
    by_end.iter_mut().for_each(|like| like.sort_by_key(|(label, _)| Reverse(label.len())));
    by_end
});

/// A number that texts with the same last seven bytes have in common; none where there are fewer.
fn end(text: &str) -> Option<usize> {
    let [.., first, _, _, _, _, last, _] = text.as_bytes() else { return None };
    Some(usize::from(first.wrapping_mul(7) ^ last.wrapping_mul(61)))
}

/// First sentences and the event ids that they belong to.
const SENTENCES: &[(&str, &str)] = &[
    ("A Kerberos authentication ticket (TGT) was requested.", "4768"),
    ("A Kerberos service ticket was requested.", "4769"),
    ("A logon was attempted using explicit credentials.", "4648"),
    ("A member was added to a security-enabled global group.", "4728"),
    ("A member was added to a security-enabled local group.", "4732"),
    ("A member was added to a security-enabled universal group.", "4756"),
    ("A network share object was accessed.", "5140"),
    ("A new process has been created.", "4688"),
    ("A process has exited.", "4689"),
    ("A scheduled task was created.", "4698"),
    ("A scheduled task was deleted.", "4699"),
    ("A scheduled task was updated.", "4702"),
    ("A service was installed in the system.", "4697"),
    ("A user account was changed.", "4738"),
    ("A user account was created.", "4720"),
    ("A user account was deleted.", "4726"),
    ("A user account was disabled.", "4725"),
    ("A user account was enabled.", "4722"),
    ("A user account was locked out.", "4740"),
    ("An account failed to log on.", "4625"),
    ("An account was logged off.", "4634"),
    ("An account was successfully logged on.", "4624"),
    ("An attempt was made to access an object.", "4663"),
    ("An attempt was made to change an account's password.", "4723"),
    ("An attempt was made to reset an account's password.", "4724"),
    ("Kerberos pre-authentication failed.", "4771"),
    ("Special privileges assigned to new logon.", "4672"),
    ("System audit policy was changed.", "4719"),
    ("The Windows Filtering Platform has blocked a connection.", "5157"),
    ("The Windows Filtering Platform has blocked a packet.", "5152"),
    ("The Windows Filtering Platform has permitted a connection.", "5156"),
    ("The audit log was cleared.", "1102"),
    ("The computer attempted to validate the credentials for an account.", "4776"),
    ("User initiated logoff", "4647"),
];

/// The event id that a message's first sentence belongs to.
pub(super) fn code(message: &str) -> Option<&'static str> {
    SENTENCES.iter().find(|(sentence, _)| message.starts_with(sentence)).map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_found_by_their_ends() {
        let all = || {
            SECTIONS
                .iter()
                .map(|it| it.0)
                .chain(LABELS.iter().map(|it| it.0))
                .chain(PERSONS.iter().map(|it| it.0))
        };
        for label in all() {
            let text = format!("a:b {label} x");
            let found: Vec<(usize, usize)> =
                marks(&text).iter().map(|mark| (mark.0, mark.1)).collect();
            assert_eq!(found, [(4, 4 + label.len())], "{label}");
        }
        assert!(BY_END.iter().all(|like| like.len() <= 16), "too many end alike");
    }
}
