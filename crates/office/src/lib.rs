//! What people's office programs open: workbooks, lists, calendars, project plans, reports and slides.
//!
//! Bytes come in and go out. It reads no files, no clock and no network, and decides nothing about a
//! programme: what an import comes to are [`brevdue_programme::change::Change`]s, which the programme takes
//! or refuses like any other.
//!
//! - [`workbook`]: the programme as one XLSX workbook, and what an edited one changes.
//! - [`list`]: a register as CSV, both ways.
//! - [`diff`]: what an import comes to: changes, conflicts, new rows, rows that are gone.
//! - [`limits`]: how much of a stranger's file is read.

pub mod cells;
pub mod diff;
pub mod limits;
pub mod list;
mod packed;
mod sheets;
#[cfg(test)]
mod testing;
pub mod workbook;

pub use diff::{Diff, Fault, Place};
pub use sheets::lists;
