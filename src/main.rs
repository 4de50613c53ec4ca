//! The `doorward` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    doorward::cli::main().into()
}
