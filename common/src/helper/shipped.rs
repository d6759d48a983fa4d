//! The helpers that come with the suite, as text inside the program.
//!
//! A new database gets them without any file on disk. A tool that applies them takes them ready:
//! without their test lines, and without compiling each pattern only to see that it compiles; tests
//! have seen to that. What it does *not* know: what they say.

use super::{Helper, HelperError, read};

macro_rules! files {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../../config/helpers/", $name)))),*]
    };
}

/// Every shipped file with its text, in the order that decides between equals.
#[must_use]
pub fn shipped() -> &'static [(&'static str, &'static str)] {
    files! {
        "sshd.toml" "pam.toml" "sudo.toml" "su.toml" "cron.toml" "systemd-logind.toml"
        "account.toml" "kernel.toml" "login.toml" "nginx.toml" "apache.toml" "cisco.toml"
        "dhcp.toml" "directory.toml" "dns.toml" "dovecot.toml" "exchange.toml" "exim.toml"
        "ftp.toml" "guard.toml" "intrusion.toml" "juniper.toml" "mail.toml" "media.toml"
        "meraki.toml" "message.toml" "network.toml" "panel.toml" "postfix.toml" "queue.toml"
        "samba.toml" "service.toml" "system.toml" "transfer.toml" "vpn.toml"
        "web-application.toml" "web-server.toml" "database-audit.toml" "macos.toml"
        "network-device.toml" "firewall-appliance.toml" "unix.toml" "bsd.toml" "endpoint-security.toml" "switch.toml" "gateway.toml" "self-hosted.toml"
        "home-server.toml" "mail-server.toml" "proxy-service.toml" "framework.toml"
    }
}

/// Every shipped helper with its tests; its patterns are not compiled, a test does that.
///
/// # Errors
/// Never of a released program: a test reads them all.
pub fn whole() -> Result<Vec<Helper>, HelperError> {
    let mut helpers = Vec::new();
    for (file, text) in shipped() {
        helpers.extend(read::unchecked(text, file)?);
    }
    Ok(helpers)
}

/// Every shipped helper for use, without its tests; several times as fast as [`super::read`].
///
/// # Errors
/// Never of a released program: a test reads them all.
pub fn ready() -> Result<Vec<Helper>, HelperError> {
    let mut helpers = Vec::new();
    for (file, text) in shipped() {
        helpers.extend(read::unchecked(&without_tests(text), file)?);
    }
    Ok(helpers)
}

/// The text without the tables of tests. No value in a shipped file spans lines.
fn without_tests(text: &str) -> String {
    let mut kept = String::with_capacity(text.len() / 2);
    let mut is_test = false;
    for line in text.split_inclusive('\n') {
        is_test = match line {
            _ if line.starts_with("[[helper.test]]") => true,
            _ if line.starts_with("[[helper]]") => false,
            _ => is_test,
        };
        if !is_test {
            kept.push_str(line);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::helper::Place;

    #[test]
    fn ready_helpers_are_the_shipped_ones_without_their_tests() {
        let bare = |mut helper: Helper| {
            helper.tests.clear();
            helper.place = Place::default();
            helper
        };
        let full = shipped().iter().flat_map(|(file, text)| read(text, file).expect("helpers"));
        let full: Vec<Helper> = full.collect();
        assert_eq!(whole().expect("helpers"), full);
        let full: Vec<Helper> = full.into_iter().map(bare).collect();
        let ready: Vec<Helper> = ready().expect("helpers").into_iter().map(bare).collect();
        assert!(full.len() > 200);
        assert_eq!(ready, full);
    }
}
