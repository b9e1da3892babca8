//! Opening the store of a data folder.

use brevdue_store::{Embedded, OpenError};

use crate::folder::Folder;
use crate::report::Problem;

/// Opens it for a server.
pub(crate) fn open(folder: &Folder) -> Result<Embedded, Problem> {
    Embedded::open(folder.store()).map_err(|error| {
        let help = match &error {
            OpenError::InUse { .. } => {
                "stop the other server, or choose another folder with --data"
            }
            OpenError::TooNew { .. } => "run the newer Brevdue that wrote it",
            OpenError::NotOurs => "choose another folder with --data",
            _ => "`brevdue doctor` looks into the data folder",
        };
        let problem = match &error {
            OpenError::Database(_) => Problem::ours("store::open", "the store cannot be opened"),
            _ => Problem::command("store::open", "the store cannot be opened"),
        };
        problem.because(&error).help(help)
    })
}
