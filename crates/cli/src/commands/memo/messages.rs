//! Messages read one by one for commands that need all of each, and what is said of those that have errors.

use std::path::PathBuf;

use brevdue_gateway::sender::Subfolders;
use brevdue_memo::{Limits, Message, read};

use super::super::send::counted;
use super::files::walk;
use crate::exit::Exit;
use crate::report::Problem;

/// Hands every message of `paths` to `each`, in order, or what kept it from being read.
pub(super) fn every(
    paths: &[PathBuf],
    subfolders: Subfolders,
    each: &mut dyn FnMut(&str, Result<Message, Problem>),
) -> Result<(), Problem> {
    let each = std::cell::RefCell::new(each);
    walk(
        paths,
        subfolders,
        &mut |found| {
            let reading = read(found.reader, &Limits::default())?;
            let message = reading.message.ok_or_else(|| {
                let errors = reading.findings.list.len() as u64 + reading.findings.omitted;
                let found_all = counted(errors, "finding", "findings");
                let what = format!("the message cannot be read whole ({found_all})");
                at_fault("memo::not-in-order", what)
                    .at(found.place.clone())
                    .help("`brevdue memo check` tells every finding with its place")
            });
            (each.borrow_mut())(&found.place, message);
            Ok(())
        },
        &mut |place, error| {
            let problem = at_fault("container::invalid", "a container is not in order".to_owned());
            (each.borrow_mut())(&place, Err(problem.at(place.clone()).because(&error)));
        },
    )
}

/// What was read is at fault, not the command.
fn at_fault(code: &'static str, what: String) -> Problem {
    let mut problem = Problem::command(code, what);
    problem.exit = Exit::Message;
    problem
}
