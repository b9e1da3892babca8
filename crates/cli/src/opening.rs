//! Opening the store of a data folder.

use std::sync::Arc;

use brevdue_programme::Programmes;
use brevdue_store::{Embedded, OpenError, ProgrammeFile};

use crate::folder::Folder;
use crate::report::Problem;

/// Opens it for a server.
pub(crate) fn open(folder: &Folder) -> Result<Embedded, Problem> {
    let store = Embedded::open(folder.store())
        .map_err(|error| problem(&error, "store::open", "the store cannot be opened"))?;
    store.keep_room();
    Ok(store)
}

/// Opens the programmes of a data folder, for a server or a command.
pub(crate) fn open_programmes(folder: &Folder) -> Result<ProgrammeFile, Problem> {
    ProgrammeFile::open(folder.root())
        .map_err(|error| problem(&error, "programme::open", "the programmes cannot be opened"))
}

/// The programmes of a file, with what was observed.
pub(crate) fn programmes_of(file: &ProgrammeFile) -> Programmes {
    Programmes::new(Arc::new(file.clone())).with_observations(Arc::new(file.clone()))
}

/// Waits for what a command asks of a store.
pub(crate) fn blocking<T>(work: impl Future<Output = T>) -> Result<T, Problem> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
            Problem::ours("store::runtime", "the machine gives no threads").because(&error)
        })?;
    Ok(runtime.block_on(work))
}

fn problem(error: &OpenError, code: &'static str, what: &'static str) -> Problem {
    let help = match error {
        OpenError::InUse { .. } => "stop the other server, or choose another folder with --data",
        OpenError::TooNew { .. } => "run the newer Brevdue that wrote it",
        OpenError::NotOurs => "choose another folder with --data",
        error if error.is_for_want_of_room() => {
            "make room on the disk: 4 MiB are enough to start, and letters are taken with 32 MiB"
        }
        _ => "`brevdue doctor` looks into the data folder",
    };
    let problem = match error {
        OpenError::Database(_) => Problem::ours(code, what),
        _ => Problem::command(code, what),
    };
    problem.because(error).help(help)
}
