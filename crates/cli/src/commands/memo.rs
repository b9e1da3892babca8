//! `brevdue memo`: messages and containers on this machine, without any exchange.

mod calendar;
mod check;
mod convert;
mod diff;
mod explain;
mod files;
mod fix;
mod messages;
mod new;
mod opened;
mod output;
mod pack;
mod redact;
mod sample;
mod show;
mod unpack;

use crate::exit::Exit;

/// Check, mend, show, explain, make, pack, unpack and invent MeMo messages
/// Check, mend, show, explain, compare, convert, mask, make and pack MeMo messages
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Check(check::Args),
    Fix(fix::Args),
    Show(show::Args),
    Explain(explain::Args),
    Calendar(calendar::Args),
    Convert(convert::Args),
    Diff(diff::Args),
    Redact(redact::Args),
    New(new::Args),
    Pack(pack::Args),
    Unpack(unpack::Args),
    Sample(sample::Args),
}

/// Runs one of them.
pub(crate) fn run(args: Args) -> Exit {
    match args.command {
        Command::Check(args) => check::run(&args),
        Command::Fix(args) => fix::run(&args),
        Command::Convert(args) => convert::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Redact(args) => redact::run(&args),
        Command::New(args) => new::run(&args),
        Command::Pack(args) => pack::run(&args),
        Command::Unpack(args) => unpack::run(&args),
        Command::Sample(args) => sample::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Calendar(args) => calendar::run(&args),
    }
}
