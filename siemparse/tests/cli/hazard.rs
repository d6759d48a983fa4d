//! What lies in the way of files, and what is not as it was: pipes and folders, links, rights,
//! clones, device numbers, watches that the system has none left of, a database that comes late.

use crate::bench::{Bench, lines, numbered, on_each, stop};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;
use testkit::tool_at;

/// A pause in which a follower looks at names.
const LOOK: Duration = Duration::from_millis(1_300);

fn fifo(path: &std::path::Path) {
    assert!(Command::new("mkfifo").arg(path).status().is_ok_and(|status| status.success()));
}

/// The messages in the order of their numbers.
fn sorted(bench: &Bench) -> Vec<String> {
    let mut messages = bench.messages();
    messages.sort_by_key(|message| message[5..].parse::<usize>().expect("a number"));
    messages
}

#[test]
fn folders_pipes_and_links_to_nowhere_do_not_hold_others_up() {
    on_each(|bench| {
        bench.write("a.log", lines(0..2));
        fs::create_dir(bench.path("b.log")).expect("a folder");
        fifo(&bench.path("c.log"));
        symlink(bench.path("d.log"), bench.path("d.log")).expect("a link to itself");
        symlink(bench.path("nowhere"), bench.path("e.log")).expect("a link to nowhere");
        bench.write("z.log", lines(2..4));
        let running = bench.follow(bench.path("*.log"));
        bench.wait_for(4);
        bench.write("nowhere", lines(4..5));
        assert_eq!(bench.wait_for(5), numbered(0..5));
        stop(running);
    });
}

#[test]
fn a_path_that_becomes_a_folder_and_a_pipe_is_a_file_again_later() {
    on_each(|bench| {
        let path = bench.write("a.log", lines(0..2));
        bench.write("z.log", "");
        let running = bench.siemparse().arg(&path).arg(bench.path("z.log")).spawn();
        bench.wait_for(2);
        fs::rename(&path, bench.path("old")).expect("renames");
        fs::create_dir(&path).expect("a folder");
        sleep(LOOK);
        bench.append("z.log", lines(2..3));
        bench.wait_for(3);
        fs::remove_dir(&path).expect("a folder less");
        fifo(&path);
        sleep(LOOK);
        bench.append("z.log", lines(3..4));
        bench.wait_for(4);
        fs::remove_file(&path).expect("a pipe less");
        bench.write("a.log", lines(4..6));
        bench.append("z.log", lines(6..7));
        bench.wait_for(7);
        running.signal("TERM");
        let output = running.wait().success();
        // Once: that it is gone, or a folder by then.
        let said = |end| format!("siemparse: {}: {end}", path.display());
        let count = |end| output.stderr.matches(&said(end)).count();
        let complaints = count("is a directory\n") + count("no such file or directory\n");
        assert_eq!(complaints, 1, "{}", output.stderr);
        let pipes = count("the last line stored is line 0, up to byte 0\n");
        assert_eq!(pipes, 1, "a pipe is opened once: {}", output.stderr);
        assert_eq!(sorted(bench), numbered(0..7));
    });
}

#[test]
fn a_link_that_turns_to_another_file_is_followed() {
    on_each(|bench| {
        let link = bench.path("current");
        bench.write("one", lines(0..2));
        symlink(bench.path("one"), &link).expect("a link");
        let running = bench.follow(&link);
        bench.wait_for(2);
        bench.write("two", lines(3..5));
        symlink(bench.path("two"), bench.path("next")).expect("a link");
        fs::rename(bench.path("next"), &link).expect("the link turns");
        bench.append("one", lines(2..3));
        bench.wait_for(5);
        bench.append("two", lines(5..6));
        bench.wait_for(6);
        stop(running);
        assert_eq!(sorted(bench), numbered(0..6));
    });
}

#[test]
fn a_file_that_may_not_be_read_is_read_once_it_may() {
    on_each(|bench| {
        let path = bench.write("a.log", lines(0..2));
        bench.write("z.log", lines(2..3));
        fs::set_permissions(&path, Permissions::from_mode(0o0)).expect("no rights");
        let siemparse = env!("CARGO_BIN_EXE_siemparse");
        // Root may read everything, unless that right is left behind.
        let bound = "--bounding-set=-dac_override,-dac_read_search";
        let tool = match File::open(&path) {
            Ok(_) => tool_at("setpriv").args([bound, "--inh-caps=-all"]).arg(siemparse),
            Err(_) => tool_at(siemparse),
        };
        let running = tool
            .args(["--db", bench.url(), "-z", "UTC"])
            .args([&path, &bench.path("z.log")])
            .spawn();
        bench.wait_for(1);
        sleep(LOOK);
        fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("rights");
        bench.wait_for(3);
        running.signal("TERM");
        let output = running.wait().success();
        let said = format!("siemparse: {}: permission denied\n", path.display());
        assert_eq!(output.stderr.matches(&said).count(), 1, "{}", output.stderr);
        assert_eq!(sorted(bench), numbered(0..3));
    });
}

#[test]
fn zeros_where_a_log_was_cut_under_its_writer_are_a_gap() {
    on_each(|bench| {
        let path = bench.write("a.log", lines(0..5));
        let mut writer = OpenOptions::new().write(true).open(&path).expect("opens");
        let size = writer.seek(SeekFrom::End(0)).expect("a size");
        let running = bench.follow(&path);
        bench.wait_for(5);
        fs::copy(&path, bench.path("a.log.1")).expect("copies");
        File::options().write(true).open(&path).expect("opens").set_len(0).expect("cuts");
        sleep(LOOK);
        writer.write_all(lines(5..6).as_bytes()).expect("writes behind a hole");
        bench.wait_for(6);
        running.signal("TERM");
        let output = running.wait().success();
        assert!(output.stderr.contains(&format!(" {size} bytes gap")), "{}", output.stderr);
        assert_eq!(bench.messages(), numbered(0..6));
    });
}

#[test]
fn two_hosts_with_the_same_disk_store_their_own_lines() {
    on_each(|bench| {
        let path = bench.write("a.log", lines(0..10));
        let run = |host: &str| {
            let config = bench.write("siem.toml", format!("host = \"{host}\"\n"));
            let tool = bench.siemparse().arg("-c").arg(config).arg("--once").arg(&path);
            let output = tool.run().success();
            output.stderr.split(" lines read").next().map(str::to_owned).unwrap_or_default()
        };
        for host in ["one", "two"] {
            assert_eq!(run(host), "siemparse: 10", "{host}");
            assert_eq!(run(host), "siemparse: 0", "{host}");
        }
        bench.append("a.log", lines(10..13));
        assert_eq!(run("two"), "siemparse: 3");
        assert_eq!(run("one"), "siemparse: 3");
        let twice: Vec<String> =
            numbered(0..13).into_iter().flat_map(|it| [it.clone(), it]).collect();
        assert_eq!(sorted(bench), twice);
    });
}

#[test]
fn a_device_whose_number_changed_holds_the_same_files() {
    let database = testkit::database();
    let bench = Bench::new(database.url());
    // All that tells them apart is the inode.
    for name in ["a.log", "b.log"] {
        bench.write(name, lines(0..40));
    }
    let _ = bench.siemparse().arg("--once").arg(bench.path("*.log")).run().success();
    let _ = database.sql("UPDATE cursor SET device = device + 5");
    bench.append("a.log", lines(40..41));
    bench.append("b.log", lines(41..42));
    let output = bench.siemparse().arg("--once").arg(bench.path("*.log")).run().success();
    assert!(output.stderr.contains(": 2 lines read"), "{}", output.stderr);
    let mut expected: Vec<String> =
        numbered(0..40).into_iter().flat_map(|it| [it.clone(), it]).collect();
    expected.extend(numbered(40..42));
    assert_eq!(sorted(&bench), expected);
}

#[test]
fn without_inotify_files_are_looked_at_and_it_is_said_once() {
    let limits = [
        ("max_inotify_instances", "no inotify instance is left (fs.inotify.max_user_instances)"),
        ("max_inotify_watches", "no inotify watch is left (fs.inotify.max_user_watches)"),
    ];
    for (limit, said) in limits {
        let database = testkit::database();
        let bench = Bench::new(database.url());
        fs::create_dir(bench.path("sub")).expect("a folder");
        bench.write("a.log", lines(0..1));
        bench.write("sub/b.log", lines(1..2));
        // A namespace of its own has limits of its own.
        let lower = format!("echo 0 > /proc/sys/user/{limit} && exec \"$0\" \"$@\"");
        let running = tool_at("unshare")
            .args(["-Ur", "sh", "-c", &lower, env!("CARGO_BIN_EXE_siemparse")])
            .args(["--db", bench.url(), "-z", "UTC"])
            .args([bench.path("a.log"), bench.path("sub/b.log")])
            .spawn();
        bench.wait_for(2);
        bench.append("a.log", lines(2..3));
        bench.append("sub/b.log", lines(3..4));
        bench.wait_for(4);
        fs::rename(bench.path("a.log"), bench.path("a.log.1")).expect("renames");
        bench.write("a.log", lines(4..5));
        bench.wait_for(5);
        running.signal("TERM");
        let output = running.wait().success();
        let expected = format!("siemparse: {said}; files are looked at again and again instead\n");
        assert_eq!(output.stderr.matches(&expected).count(), 1, "{}", output.stderr);
        assert_eq!(sorted(&bench), numbered(0..5));
    }
}

#[test]
fn a_database_that_is_made_later_is_waited_for() {
    let database = testkit::database();
    let folder = testkit::temp_dir();
    let path = folder.path().join("a.log");
    fs::write(&path, lines(0..3)).expect("writes");
    let siemparse = || tool_at(env!("CARGO_BIN_EXE_siemparse")).args(["--db", database.url()]);
    let _ = siemparse().arg("--once").arg(&path).run().expect_code(4);
    let running = siemparse().args(["--wait-db", "--once"]).arg(&path).spawn();
    sleep(Duration::from_millis(700));
    let bench = Bench::new(database.url());
    let output = running.wait().success();
    assert_eq!(bench.messages(), numbered(0..3));
    assert_eq!(output.stderr.matches("; trying again\n").count(), 1, "{}", output.stderr);
    assert_eq!(output.stderr.matches(": works again\n").count(), 1, "{}", output.stderr);
}
