//! `brevdue config`.

use crate::config::{ConfigArgs, gather, show};
use crate::exit::Exit;
use crate::report::{Format, print};

/// Print the effective configuration and where each value came from
///
/// Flags come before environment variables (BREVDUE_ and the setting's name, as in
/// BREVDUE_LIMITS_ATTACHMENTS), those before the file of --config, and that before what is built in.
/// What is printed can be used as a file.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  brevdue config
  brevdue config --set limits.attachments=5 --format json
  brevdue config > brevdue.toml && brevdue up --config brevdue.toml")]
pub(crate) struct Args {
    #[command(flatten)]
    config: ConfigArgs,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints it on stdout.
pub(crate) fn run(args: &Args) -> Exit {
    match gather(&args.config, std::env::vars_os()) {
        Ok(gathered) => {
            print(show(&gathered, args.format).trim_end());
            Exit::Done
        }
        Err(problem) => problem.print(args.format),
    }
}
