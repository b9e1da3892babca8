//! `brevdue man`.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use crate::exit::Exit;
use crate::report::{Format, Problem, print};

/// Print the man page, or write a page for every command into a folder
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  brevdue man | man -l -
  brevdue man --out ~/.local/share/man/man1 && man brevdue-memo-check")]
pub(crate) struct Args {
    /// The folder; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints or writes.
pub(crate) fn run(args: &Args) -> Exit {
    let mut command = super::Arguments::command();
    command.build();
    let Some(folder) = &args.out else {
        let mut page = Vec::new();
        // That nobody reads it is no reason to complain.
        let written = Man::new(command).render(&mut page);
        let _ = written.and_then(|()| io::stdout().write_all(&page));
        return Exit::Done;
    };
    match write_all(&command, folder) {
        Ok(pages) => {
            print(&format!("{pages} pages in {}", folder.display()));
            Exit::Done
        }
        Err(error) => Problem::command("man::file", "a page could not be written")
            .at(folder.display().to_string())
            .because(&error)
            .print(Format::Text),
    }
}

/// Writes `brevdue.1`, `brevdue-memo.1`, `brevdue-memo-check.1` …; how many.
fn write_all(command: &Command, folder: &Path) -> io::Result<usize> {
    fs::create_dir_all(folder)?;
    let mut waiting = vec![(command.clone(), "brevdue".to_owned())];
    let mut pages = 0;
    while let Some((command, name)) = waiting.pop() {
        for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
            waiting.push((inner.clone(), format!("{name}-{}", inner.get_name())));
        }
        let mut page = Vec::new();
        Man::new(command).title(name.to_uppercase()).render(&mut page)?;
        fs::write(folder.join(format!("{name}.1")), page)?;
        pages += 1;
    }
    Ok(pages)
}
