//! `walnats`

fn main() -> std::process::ExitCode {
    walnats_cli::run("walnats", std::env::args_os())
}
