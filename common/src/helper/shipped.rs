//! The helpers that come with the suite, as text inside the program.
//!
//! A new database gets them without any file on disk. What it does *not* know: what they say.

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
        "dhcp.toml" "dns.toml" "dovecot.toml" "exchange.toml" "exim.toml" "ftp.toml" "guard.toml"
        "intrusion.toml" "mail.toml" "media.toml" "message.toml" "panel.toml" "postfix.toml"
        "samba.toml" "service.toml" "system.toml" "vpn.toml" "web-application.toml"
        "web-server.toml"
    }
}
