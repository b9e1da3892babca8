//! `brevdue`: configuration, commands, reports. Puts the parts together.

mod commands;
mod config;
mod country;
mod exit;
mod folder;
mod logging;
mod machine;
mod opening;
mod report;
mod running;
mod serving;

use clap::Parser as _;
use exit::Exit;

fn main() -> Exit {
    commands::run(commands::Arguments::parse())
}
