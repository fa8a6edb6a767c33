//! `cargo walnats`: Cargo passes the subcommand's name, `walnats`, as the first argument.

fn main() -> std::process::ExitCode {
    let arguments = std::env::args_os().enumerate();
    let is_own_name = |index: usize, argument: &std::ffi::OsStr| index == 1 && argument == "walnats";
    let arguments = arguments.filter(|(index, argument)| !is_own_name(*index, argument)).map(|(_, argument)| argument);
    walnats_cli::run("cargo walnats", arguments)
}
