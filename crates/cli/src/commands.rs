//! The commands. Each has its arguments and a `run` that ends in an exit code.

mod backup;
mod balance;
mod completions;
mod config;
mod conformance;
mod doctor;
mod fetch;
mod man;
mod memo;
mod programme;
mod queue;
mod restore;
mod send;
mod torture;
mod up;
pub(crate) mod verify;

use clap::{Parser, Subcommand};

use crate::exit::Exit;

/// Digital Post and MeMo for Danish authorities, in one binary.
#[derive(Debug, Parser)]
#[command(
    name = "brevdue",
    version,
    arg_required_else_help = true,
    after_help = "\
Start here:
  brevdue up                       an exchange on this machine, with an invented country in it
  brevdue doctor                   tries what the configuration promises and says what to do

Exit codes: 0 done, 1 a message is at fault, 2 the command line or the configuration is,
3 no answer from outside, 70 our own fault."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Up(up::Args),
    Send(send::Args),
    Fetch(fetch::Args),
    Memo(memo::Args),
    Conformance(conformance::Args),
    Doctor(doctor::Args),
    Config(config::Args),
    Verify(verify::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Queue(queue::Args),
    Balance(balance::Args),
    Programme(programme::Args),
    Torture(torture::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Runs a command.
pub(crate) fn run(arguments: Arguments) -> Exit {
    match arguments.command {
        Command::Up(args) => up::run(args),
        Command::Send(args) => send::run(args),
        Command::Fetch(args) => fetch::run(args),
        Command::Memo(args) => memo::run(args),
        Command::Conformance(args) => conformance::run(args),
        Command::Doctor(args) => doctor::run(args),
        Command::Config(args) => config::run(&args),
        Command::Verify(args) => verify::run(args),
        Command::Backup(args) => backup::run(args),
        Command::Restore(args) => restore::run(args),
        Command::Queue(args) => queue::run(args),
        Command::Balance(args) => balance::run(args),
        Command::Programme(args) => programme::run(args),
        Command::Torture(args) => torture::run(args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    }
}
