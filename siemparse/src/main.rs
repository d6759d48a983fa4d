//! siemparse: log lines in, events in the database out.

fn main() -> std::process::ExitCode {
    siemparse::main()
}
