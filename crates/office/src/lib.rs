//! What people's office programs open: workbooks, lists, calendars, project plans, reports and slides.
//!
//! Bytes come in and go out. It reads no files, no clock and no network, and decides nothing about a
//! programme: what an import comes to are [`brevdue_programme::change::Change`]s, which the programme takes
//! or refuses like any other.
//!
//! - [`workbook`]: the programme as one XLSX workbook, and what an edited one changes.
//! - [`list`]: a register as CSV, both ways.
//! - [`diff`]: what an import comes to: changes, conflicts, new rows, rows that are gone.
//! - [`inventory`]: systems as others keep them.
//! - [`incoming`]: a file that somebody brings: what it is, and what it comes to.
//! - [`log`]: logs of messages as others keep them.
//! - [`calendar`]: due dates and milestones for calendar programs.
//! - [`plans`]: tasks for MS Project, OpenProject and Jira, both ways.
//! - [`reports`]: R1 to R11 as PDF, laid out by [`paper`].
//! - [`reporting`]: which reports there are, each made of a judged programme.
//! - [`questionnaire`]: what a supplier is asked, both ways.
//! - [`across`]: several programmes side by side (R10), as a workbook.
//! - [`slides`]: decks that PowerPoint and LibreOffice open.
//! - [`of_plan`]: from a plan to all of these.
//! - [`limits`]: how much of a stranger's file is read.

pub mod across;
pub mod calendar;
pub mod cells;
pub mod diff;
pub mod incoming;
pub mod inventory;
pub mod limits;
pub mod list;
pub mod log;
pub mod of_plan;
mod packed;
pub mod paper;
pub mod plans;
pub mod questionnaire;
pub mod reporting;
pub mod reports;
mod sheets;
pub mod slides;
#[cfg(test)]
extern crate self as brevdue_office;
#[cfg(test)]
mod testing;
pub mod workbook;

pub use diff::{Diff, Fault, Place};
pub use sheets::{lists, lists_named};
