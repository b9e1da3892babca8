//! How every command ends.

use std::process::{ExitCode, Termination};

/// The documented exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// 0: done.
    Done = 0,
    /// 1: a message is at fault.
    Message = 1,
    /// 2: the command line or the configuration is at fault.
    Command = 2,
    /// 3: no answer from outside.
    Outside = 3,
    /// 70: our own fault.
    Ours = 70,
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}
