//! `brevdue completions`.

use clap::CommandFactory as _;

use crate::exit::Exit;

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  brevdue completions bash > ~/.local/share/bash-completion/completions/brevdue
  brevdue completions fish > ~/.config/fish/completions/brevdue.fish")]
pub(crate) struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

/// Prints it on stdout.
pub(crate) fn run(args: &Args) -> Exit {
    let mut command = super::Arguments::command();
    clap_complete::generate(args.shell, &mut command, "brevdue", &mut std::io::stdout());
    Exit::Done
}
