//! Hostile bytes: all of them accounted for, none of them obeyed.

use crate::bench::on_each;
use common::event::Value;
use sha2::{Digest as _, Sha256};

#[test]
fn any_bytes_come_back_as_they_were() {
    on_each(|bench| {
        let mut text = Vec::new();
        for part in [
            b"nul \0 inside\n".as_slice(),
            b"\0\0\0\0\n",
            b"\xff\xfe invalid \xc3\n",
            "emoji \u{1f980} and \u{202e}bidi\n".as_bytes(),
            b"\x1b[2J\x1b]0;title\x07 escape\n",
            b"$(reboot) `reboot` '; DROP TABLE event; -- \" \\\n",
            b"{\"a\":\"\\u0000\",\"a\":1}\n",
            b"Jun 14 15:16:01 h\xffst sshd[1]: Failed password for r\0\xfft from 10.0.0.1 port 22 ssh2\n",
            b"<999999999999999999999>1 - - - - - -\n",
            b"\n",
        ] {
            text.extend_from_slice(part);
        }
        let mut random = 7u64;
        text.extend((0..50_000).map(|_| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            random.to_be_bytes()[0]
        }));
        text.push(b'\n');
        bench.once(bench.write("a.log", &text));
        assert!(bench.raw() == text, "the bytes differ");
        let explained = bench.siemparse().arg("--explain").arg(bench.path("a.log")).run().success();
        assert!(!explained.stdout.contains(['\u{1b}', '\0', '\u{202e}']));
        let printed = bench.siemparse().args(["-o", "jsonl", "--once"]).arg(bench.path("a.log"));
        let printed = printed.run().success();
        assert!(!printed.stdout.contains(['\u{1b}', '\0', '\u{202e}']));
    });
}

#[test]
fn a_very_long_line_is_cut_and_accounted_for() {
    on_each(|bench| {
        let long = vec![b'x'; 10_000_000];
        let text = [b"before\n", long.as_slice(), b"\r\nafter\n"].concat();
        let output =
            bench.siemparse().arg("--once").arg(bench.write("a.log", &text)).run().success();
        let gap = 10_000_000 - (1 << 20);
        assert!(output.stderr.contains(&format!("{gap} bytes gap")), "{}", output.stderr);
        assert!(output.stderr.contains(&format!("3 lines read ({} bytes)", text.len())));
        let events = bench.events();
        let [before, cut, after] = &events[..] else { panic!("three events") };
        assert_eq!((before.message.as_ref(), after.message.as_ref()), ("before", "after"));
        assert_eq!(after.log_offset, 7 + 10_000_000 + 2);
        assert_eq!(cut.line(), [&long[..1 << 20], b"\r\n"].concat());
        assert_eq!(cut.tags, ["overlong", "unparsed"]);
        let digest: String =
            Sha256::digest(&long).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(cut.ext.get("log.length"), Some(&Value::Int(10_000_000)));
        assert_eq!(cut.ext.get("log.sha256"), Some(&Value::Text(digest.into())));
    });
}

#[test]
fn hostile_names_are_only_names() {
    on_each(|bench| {
        let path = bench.write("$(touch x) '; --.log", "one\n");
        bench.once(&path);
        let _ = bench.siemparse().arg("--once").arg("--").arg("--help").run().expect_code(5);
        assert_eq!(bench.messages(), ["one"]);
    });
}
