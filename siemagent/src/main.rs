//! siemagent: kernel events in, JSON lines out.

fn main() -> std::process::ExitCode {
    siemagent::main()
}
