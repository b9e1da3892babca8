//! `brevdue`: configuration, commands, reports. Puts the parts together.

mod commands;
mod config;
mod country;
mod exit;
mod folder;
mod logging;
mod machine;
mod opening;
mod operations;
mod report;
mod running;
mod serving;

use clap::Parser as _;
use exit::Exit;

/// Messages are hundreds of small texts that come and go together; this allocator takes half the time
/// of the system's with them. See `docs/decisions/0007-an-allocator-for-small-texts.md`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Exit {
    commands::run(commands::Arguments::parse())
}
