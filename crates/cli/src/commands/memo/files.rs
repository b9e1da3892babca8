//! The messages that paths mean: files, folders, entries of containers, and standard input.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use brevdue_gateway::limits::own_container;
use brevdue_gateway::sender::{InputError, InputKind, Subfolders, inputs};
use brevdue_memo::container::{ContainerError, unpack};

use crate::report::Problem;

/// Standard input, as a path.
pub(super) const STDIN: &str = "-";

/// One message, or what should be one.
pub(super) struct Found<'a> {
    /// The file as people know it, with the entry's name after a slash.
    pub(super) place: String,
    /// Its bytes.
    pub(super) reader: &'a mut dyn Read,
}

/// Hands every message of `paths` to `each`, in order, and every container that cannot be read to
/// its end to `broken`. Entries before the fault have been handed out.
pub(super) fn walk(
    paths: &[PathBuf],
    subfolders: Subfolders,
    each: &mut dyn FnMut(Found<'_>) -> io::Result<()>,
    broken: &mut dyn FnMut(String, ContainerError),
) -> Result<(), Problem> {
    for path in paths {
        if path.as_os_str() == STDIN {
            standard_input(each, broken)?;
            continue;
        }
        for input in
            inputs(std::slice::from_ref(path), subfolders).map_err(|e| paths_at_fault(&e))?
        {
            let place = shown(&input.path);
            let file = File::open(&input.path).map_err(|error| unreadable(&place, &error))?;
            one(place, input.kind, BufReader::new(file), each, broken)?;
        }
    }
    Ok(())
}

fn standard_input(
    each: &mut dyn FnMut(Found<'_>) -> io::Result<()>,
    broken: &mut dyn FnMut(String, ContainerError),
) -> Result<(), Problem> {
    let place = "<stdin>".to_owned();
    let mut input = io::stdin().lock();
    let mut first = Vec::new();
    let read = input.by_ref().take(64).read_to_end(&mut first);
    read.map_err(|error| unreadable(&place, &error))?;
    let kind = InputKind::by_first_bytes(&first).unwrap_or(InputKind::Message);
    one(place, kind, Cursor::new(first).chain(input), each, broken)
}

fn one(
    place: String,
    kind: InputKind,
    mut reader: impl Read,
    each: &mut dyn FnMut(Found<'_>) -> io::Result<()>,
    broken: &mut dyn FnMut(String, ContainerError),
) -> Result<(), Problem> {
    match kind {
        InputKind::Message => each(Found { place: place.clone(), reader: &mut reader })
            .map_err(|error| unreadable(&place, &error)),
        InputKind::Container => {
            let outcome = unpack(reader, &own_container(), &mut |entry| {
                each(Found { place: format!("{place}/{}", entry.name), reader: entry.reader })
            });
            match outcome {
                Ok(_) => Ok(()),
                Err(ContainerError::Io(error)) => Err(unreadable(&place, &error)),
                Err(error) => {
                    broken(place, error);
                    Ok(())
                }
            }
        }
    }
}

/// The bytes of a message in a file that can be read twice and is gone when dropped.
pub(super) fn spooled(reader: &mut dyn Read) -> io::Result<(File, u64)> {
    let mut file = tempfile::tempfile()?;
    let length_bytes = io::copy(reader, &mut file)?;
    file.rewind()?;
    Ok((file, length_bytes))
}

/// A path as seen from where the command was given.
pub(super) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().and_then(std::fs::canonicalize).ok();
    let below = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    below.as_deref().unwrap_or(path).display().to_string()
}

pub(super) fn unreadable(place: &str, error: &io::Error) -> Problem {
    Problem::command("memo::file", "a file could not be read or written").at(place).because(error)
}

pub(super) fn paths_at_fault(error: &InputError) -> Problem {
    let problem = Problem::command("memo::paths", error.to_string());
    match std::error::Error::source(error) {
        Some(cause) => problem.because(cause),
        None => problem,
    }
}
