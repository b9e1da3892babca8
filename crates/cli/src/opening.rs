//! Opening the store of a data folder.

use brevdue_store::{Embedded, OpenError};

use crate::folder::Folder;
use crate::report::Problem;

/// Opens it for a server.
pub(crate) fn open(folder: &Folder) -> Result<Embedded, Problem> {
    let store = Embedded::open(folder.store()).map_err(|error| {
        let help = match &error {
            OpenError::InUse { .. } => {
                "stop the other server, or choose another folder with --data"
            }
            OpenError::TooNew { .. } => "run the newer Brevdue that wrote it",
            OpenError::NotOurs => "choose another folder with --data",
            error if error.is_for_want_of_room() => {
                "make room on the disk: 4 MiB are enough to start, and letters are taken with 32 MiB"
            }
            _ => "`brevdue doctor` looks into the data folder",
        };
        let problem = match &error {
            OpenError::Database(_) => Problem::ours("store::open", "the store cannot be opened"),
            _ => Problem::command("store::open", "the store cannot be opened"),
        };
        problem.because(&error).help(help)
    })?;
    store.keep_room();
    Ok(store)
}
