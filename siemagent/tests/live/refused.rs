//! Where rights or the kernel's help are missing: what still works, and what is said.

use crate::kernel::{Agent, assert_adds_up, is_usable};
use serde_json::{Value, json};
use std::process::Command;
use testkit::{Output, tool_at};

const PROGRAM: &str = env!("CARGO_BIN_EXE_siemagent");

/// The program under other rights, by a shell command that ends in its arguments.
fn agent(script: &str) -> Output {
    tool_at("/bin/sh").args(["-c", &script.replace("AGENT", PROGRAM)]).run()
}

fn texts(line: &Value, name: &str) -> Vec<String> {
    let list = line[name].as_array().expect("a list").iter();
    list.map(|text| text.as_str().expect("a text").to_owned()).collect()
}

#[test]
fn without_bpf_or_tracing_rights_processes_are_still_told() {
    if !is_usable("refused probes") {
        return;
    }
    // Without CAP_BPF no map is made; without CAP_PERFMON maps are, and every program is refused.
    for lacking in ["-bpf,-sys_admin", "-perfmon,-sys_admin"] {
        let way = ["setpriv", "--bounding-set", lacking];
        let agent = Agent::by(&way, &["--events", "process"]);
        assert!(Command::new("/bin/sleep").arg("1.5").status().expect("an end").success());
        let own = agent.path().to_owned();
        let lines = agent.stop();
        assert_adds_up(&lines.stop);
        assert_eq!(lines.lines[0]["source"], "proc", "{lacking} {}", own.display());
        let sleep = lines.of("exec", |line| {
            line["CommandLine"] == "/bin/sleep 1.5" && line["ParentProcessId"] == std::process::id()
        });
        let near = lines.of("exec", |line| line["comm"] == "sleep");
        assert_eq!(sleep.len(), 1, "{lacking}: {near:#?}");
        let refused = agent_with(lacking, "--source bpf").expect_code(77);
        assert!(
            refused.stderr.contains("siemagent: BPF: Operation not permitted\nhint: run as root")
        );
        assert_eq!(refused.stdout, "");
    }
}

fn agent_with(lacking: &str, args: &str) -> Output {
    agent(&format!("exec setpriv --bounding-set {lacking} AGENT {args}"))
}

#[test]
fn a_refused_program_takes_no_other_with_it() {
    if !is_usable("probes that are refused in part") {
        return;
    }
    // Control groups want CAP_NET_ADMIN, tracepoints a tracefs, which only CAP_SYS_ADMIN mounts.
    let way = ["setpriv", "--bounding-set", "-net_admin,-sys_admin"];
    let agent = Agent::by(&way, &["--events", "exec,connect,udp,dns"]);
    assert!(Command::new("/bin/true").arg("in-part").status().expect("an end").success());
    let lines = agent.stop();
    assert_adds_up(&lines.stop);
    let start = &lines.lines[0];
    assert_eq!(start["source"], "bpf");
    assert_eq!(texts(start, "attached"), ["fork", "exec", "leave", "sock_state"]);
    let want: Vec<String> = [
        ("udp_connect4", "cgroup/connect4"),
        ("udp_connect6", "cgroup/connect6"),
        ("udp_send4", "cgroup/sendmsg4"),
        ("udp_send6", "cgroup/sendmsg6"),
        ("dns_out", "cgroup_skb/egress"),
        ("dns_in", "cgroup_skb/ingress"),
    ]
    .map(|(program, hook)| format!("{program} {hook}: Operation not permitted (errno 1)"))
    .to_vec();
    assert_eq!(texts(start, "unavailable"), want);
    lines.one("exec", |line| line["CommandLine"] == "/bin/true in-part");
}

#[test]
fn without_btf_it_says_so_and_reads_proc() {
    if !is_usable("a kernel without BTF") {
        return;
    }
    let hide = "exec unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec AGENT";
    let refused = agent(&format!("{hide} --source bpf'")).expect_code(69);
    let want = "siemagent: BPF: No such file or directory\nhint: the kernel needs BPF and /sys/kernel/btf/vmlinux";
    assert!(refused.stderr.starts_with(want), "{}", refused.stderr);
    let output = agent(&format!("{hide} -q --events process --duration 1s'")).success();
    let first = output.stdout.lines().next().expect("a line");
    let start: Value = serde_json::from_str(first).expect("JSON");
    assert_eq!((&start["kind"], &start["source"]), (&json!("start"), &json!("proc")));
}

#[test]
fn without_any_right_files_can_be_watched_and_nothing_else() {
    if !is_usable("a user without rights") {
        return;
    }
    let folder = testkit::temp_dir();
    let (dir, kept) = (folder.path().display(), folder.path().join("kept/baseline"));
    std::fs::write(folder.path().join("a"), "x").expect("a file");
    // Where the program was built, another user may not be able to start it.
    let prepare = format!(
        "cp AGENT {dir}/siemagent && mkdir {dir}/kept && chmod 755 {dir} && chown -R 65534 {dir} && \
         exec setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps -all \
         --bounding-set -all {dir}/siemagent"
    );
    let alone = agent(&format!("{prepare} --source bpf")).expect_code(77);
    assert!(alone.stderr.contains("siemagent: BPF: Operation not permitted"), "{}", alone.stderr);
    let prepare = prepare.replace(&format!("mkdir {dir}/kept"), "true");
    let fim =
        format!("{prepare} --source files --fim {dir} --baseline {} --duration 1s", kept.display());
    let output = agent(&fim).success();
    let lines: Vec<Value> =
        output.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let start = &lines[0];
    assert_eq!((&start["source"], &start["events"]), (&json!("files"), &json!(["fim"])));
    assert_eq!(start["keeps"], json!([]));
    let scan = lines.iter().find(|line| line["kind"] == "baseline").expect("a scan");
    assert_eq!((&scan["new_roots"], &scan["unreadable"]), (&json!(1), &json!(0)), "{scan}");
    // A policy that nothing would enforce is no policy.
    let policy = folder.path().join("policy.toml");
    std::fs::write(&policy, "[[deny]]\nname = \"n\"\nconnect = \"192.0.2.1\"\n").expect("a file");
    let denied = format!("{fim} --policy {}", policy.display());
    let output = agent(&denied).expect_code(69);
    assert!(
        output.stderr.contains("--policy: the probes that deny addresses"),
        "{}",
        output.stderr
    );
    let policy_exec = "[[deny]]\nname = \"n\"\nexec = \"/bin/nothing\"\n";
    std::fs::write(&policy, policy_exec).expect("a file");
    let output = agent(&denied).expect_code(69);
    assert!(output.stderr.contains("neither fanotify nor the probes"), "{}", output.stderr);
}
