//! How a Digital Post exchange remembers: back ends of the storage traits of `brevdue-exchange`.
//!
//! [`Embedded`] keeps everything in one folder: SQLite for what is small, files named by their digest
//! for what is large. [`ProgrammeFile`] keeps programmes in a file beside it. What the data
//! means is not decided here: a batch is made as asked or not at all.

pub mod embedded;
pub mod programme;
mod replaceable;

pub use embedded::{Damage, Embedded, OpenError};
pub use programme::{FILE_NAME as PROGRAMMES, ProgrammeFile};
pub use replaceable::Replaceable;
