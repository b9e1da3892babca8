//! Measuring a disk, for `brevdue doctor`.

use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

/// Writes measured.
const WRITES: usize = 20;

/// Bytes of each: a page of the database.
const WRITE_BYTES: usize = 8192;

/// What a durable write costs here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// Half of the fsyncs took at most this long.
    pub fsync_median: Duration,
    /// The longest took this long.
    pub fsync_longest: Duration,
}

/// Appends a page and syncs it, some twenty times, in a file that is removed again.
///
/// # Errors
/// When the folder cannot be written to.
pub fn probe(folder: &Path) -> io::Result<Probe> {
    let mut file = tempfile::tempfile_in(folder)?;
    let page = vec![0xA5; WRITE_BYTES];
    let mut times = Vec::with_capacity(WRITES);
    for _ in 0..WRITES {
        file.write_all(&page)?;
        let start = Instant::now();
        file.sync_data()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let longest = times.last().copied().unwrap_or_default();
    Ok(Probe { fsync_median: times[WRITES / 2], fsync_longest: longest })
}
