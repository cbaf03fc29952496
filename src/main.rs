//! `xiantu`: see the library's crate doc.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(xiantu::cli::run(std::env::args_os().collect()).code())
}
