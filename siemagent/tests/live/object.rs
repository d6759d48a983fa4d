//! The committed object is what the pinned compiler makes of the committed sources.

use std::fs;
use std::io::Write as _;
use std::process::Command;

#[test]
fn the_committed_object_is_that_of_the_sources() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/bpf");
    let has = |program: &str| {
        Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
    };
    if !has("clang-16") || !has("llvm-strip-16") {
        let _ = writeln!(
            std::io::stderr(),
            "\n*** NOT TESTED: agent.bpf.o against its sources: clang-16 is not installed (make bpf)\n"
        );
        return;
    }
    let made = testkit::temp_dir();
    let object = made.path().join("agent.bpf.o");
    let build = Command::new("bash").arg(format!("{folder}/build.sh")).arg(&object).status();
    assert!(build.expect("build.sh runs").success());
    let same = fs::read(&object).expect("an object")
        == fs::read(format!("{folder}/agent.bpf.o")).expect("the object");
    assert!(same, "siemagent/bpf/agent.bpf.o is not what its sources give: run `make bpf`");
}
