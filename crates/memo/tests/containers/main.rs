//! Containers in and out, and what hostile ones get.
#![allow(clippy::print_stdout, reason = "a skipped test says so")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod faults;
mod making;
mod packing;
mod reading;
