//! Opening the store of a data folder.

use brevdue_exchange::Store as _;
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

/// Why a store was not read through.
pub(crate) enum Held {
    /// A server has it.
    InUse,
    /// There is none.
    Absent,
    /// It cannot be opened or read.
    Failed(String),
}

/// Checks a store against itself; one line for each finding.
pub(crate) fn verify(folder: &Folder) -> Result<Vec<String>, Held> {
    let failed = |error: &dyn std::error::Error| Held::Failed(error.to_string());
    if !folder.store().exists() {
        return Err(Held::Absent);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| failed(&error))?;
    let store = match Embedded::open(folder.store()) {
        Ok(store) => store,
        Err(OpenError::InUse { .. }) => return Err(Held::InUse),
        Err(error) => return Err(failed(&error)),
    };
    runtime.block_on(store.verify()).map_err(|error| failed(&error))
}
