//! Where a command writes what it made: a file that is whole or not there, or standard output.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use brevdue_memo::WriteError;
use tempfile::NamedTempFile;

use super::files::{STDIN, unreadable};
use crate::report::Problem;

/// Standard output, as a path.
pub(super) const STDOUT: &str = STDIN;

/// Writes a file under its name once it is whole. A file that is there is kept unless `force` is given.
pub(super) fn write_to(
    out: &Path,
    force: bool,
    write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Problem> {
    let place = out.display().to_string();
    let failed = |error: io::Error| unreadable(&place, &error);
    if out.as_os_str() == STDOUT {
        let mut stdout = io::stdout().lock();
        return match write(&mut stdout).and_then(|()| stdout.flush()) {
            // That nobody reads on is no fault.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(unreadable("<stdout>", &error))
            }
            _ => Ok(()),
        };
    }
    let exists = || {
        let problem = Problem::command("memo::exists", "there is a file of that name");
        problem.at(place.clone()).help("--force writes over it")
    };
    if !force && out.exists() {
        return Err(exists());
    }
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut part = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
    let mut buffered = BufWriter::new(&mut part);
    write(&mut buffered).and_then(|()| buffered.flush()).map_err(failed)?;
    drop(buffered);
    part.as_file().sync_all().map_err(failed)?;
    let kept = if force { part.persist(out) } else { part.persist_noclobber(out) };
    match kept {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(exists()),
        Err(error) => Err(failed(error.error)),
    }
}

/// A message was not written; the text names no value.
pub(super) fn unwritten(error: WriteError) -> io::Error {
    match error {
        WriteError::Io(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidData, other),
    }
}
