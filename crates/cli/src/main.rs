//! `brevdue`: configuration, commands, reports. Puts the parts together.

mod exit;

use exit::Exit;

fn main() -> Exit {
    Exit::Done
}
