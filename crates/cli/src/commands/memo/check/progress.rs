//! How far a check is, on a terminal that waits for it.

use std::io::{self, IsTerminal as _, Read};

use indicatif::{ProgressBar, ProgressStyle};

use super::super::files::Source;

/// A bar is shown from this much on; less is done before anybody has read it.
const MUCH_BYTES: u64 = 32 << 20;
const MANY_FILES: usize = 500;

/// A bar over all bytes to read, hidden when nobody looks or there is little to do.
pub(super) fn bar(sources: &[Source]) -> ProgressBar {
    let length_bytes = sources.iter().map(|source| source.length_bytes).sum();
    let is_much = length_bytes >= MUCH_BYTES || sources.len() >= MANY_FILES;
    if !is_much || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let template = "{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
    let style = ProgressStyle::with_template(template);
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length_bytes).with_style(style)
}

/// Moves the bar by what is read.
pub(super) struct Counting<R> {
    pub(super) inner: R,
    pub(super) bar: ProgressBar,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.bar.inc(count as u64);
        Ok(count)
    }
}
