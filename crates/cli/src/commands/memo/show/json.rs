//! The whole model of a message as JSON, and the JSON Schema of it.

use std::path::Path;

use brevdue_memo::json::{self, Contents};
use brevdue_memo::{Language, MemoVersion};

use super::super::opened::open;
use super::super::output::{STDOUT, write_to};
use crate::report::Problem;

/// Prints a message.
pub(super) fn message(file: &Path, contents: Contents, language: Language) -> Result<(), Problem> {
    let mut opened = open(file, language)?;
    write_to(Path::new(STDOUT), false, &mut |out| {
        json::write(&opened.message, &mut opened.source, contents, out)
    })
}

/// Prints the JSON Schema of a version.
pub(super) fn schema(version: SchemaOf) -> Result<(), Problem> {
    write_to(Path::new(STDOUT), false, &mut |out| json::write_schema(version.version(), out))
}

/// Versions that have a JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum SchemaOf {
    /// MeMo 1.1
    #[value(name = "1.1")]
    V1_1,
    /// MeMo 1.2
    #[value(name = "1.2")]
    V1_2,
}

impl SchemaOf {
    fn version(self) -> MemoVersion {
        match self {
            Self::V1_1 => MemoVersion::V1_1,
            Self::V1_2 => MemoVersion::V1_2,
        }
    }
}
