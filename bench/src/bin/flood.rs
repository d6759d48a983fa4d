//! Floods of one kind of event, for the costs of siemagent: `flood exec|open|connect|call COUNT`.
//!
//! What it does *not* know: who watches.

use std::fs::File;
use std::net::{Ipv4Addr, TcpStream};
use std::process::Command;

fn main() {
    let mut args = std::env::args().skip(1);
    let kind = args.next().unwrap_or_default();
    let count: u64 = args.next().and_then(|text| text.parse().ok()).unwrap_or(1000);
    let file = std::env::temp_dir().join(format!("flood-{}", std::process::id()));
    for _ in 0..count {
        match kind.as_str() {
            "exec" => drop(Command::new("/bin/true").status()),
            "open" => drop(File::options().create(true).append(true).open(&file)),
            "connect" => drop(TcpStream::connect((Ipv4Addr::new(127, 66, 77, 88), 9))),
            _ => drop(std::fs::metadata("/")),
        }
    }
    let _ = std::fs::remove_file(file);
}
