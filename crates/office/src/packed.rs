//! A first look into a packed file, before anything believes it.

use std::io::{Cursor, Read as _};

use crate::limits::{ELEMENTS, FILE_BYTES, INFLATED_BYTES, INNER_FILES};

/// Why a packed file is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unpackable {
    /// Over the limit on its bytes.
    #[error("the file is {bytes} bytes, over the limit of {FILE_BYTES}")]
    Large {
        /// How many.
        bytes: usize,
    },
    /// No zip archive, or a broken one.
    #[error("the file is no workbook: it is not a whole zip archive")]
    Broken,
    /// It holds, or unpacks to, more than a workbook does.
    #[error(
        "the file unpacks to more than is read: at most {INNER_FILES} parts of {INFLATED_BYTES} bytes together"
    )]
    Bomb,
}

/// Unpacks a file into nothing and counts, since what it says of itself may be untrue.
///
/// # Errors
///
/// [`Unpackable`].
pub(crate) fn look(bytes: &[u8]) -> Result<(), Unpackable> {
    if bytes.len() > FILE_BYTES {
        return Err(Unpackable::Large { bytes: bytes.len() });
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unpackable::Broken)?;
    if archive.len() > INNER_FILES {
        return Err(Unpackable::Bomb);
    }
    let (mut inflated, mut elements) = (0u64, 0u64);
    let mut piece = vec![0; 64 * 1024];
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|_| Unpackable::Broken)?;
        loop {
            let count = part.read(&mut piece).map_err(|_| Unpackable::Broken)?;
            if count == 0 {
                break;
            }
            inflated += count as u64;
            elements += piece[..count].iter().filter(|byte| **byte == b'<').count() as u64;
            if inflated > INFLATED_BYTES || elements > ELEMENTS {
                return Err(Unpackable::Bomb);
            }
        }
    }
    Ok(())
}
