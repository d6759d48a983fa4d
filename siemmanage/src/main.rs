//! siemmanage: looks after what the other tools work with. See the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    siemmanage::main()
}
