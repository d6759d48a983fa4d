//! siemtrigger: stored events in, SIEM events out.

fn main() -> std::process::ExitCode {
    siemtrigger::main()
}
