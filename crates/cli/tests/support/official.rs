//! The official example messages, when they are at hand. They are not in the tree.

use std::path::{Path, PathBuf};

/// The folder with `examples/` in it: `BREVDUE_OFFICIAL_DATA`, or a folder beside the repository.
/// Without it, says so and gives `None`.
pub fn examples() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/memo");
    let place = std::env::var_os("BREVDUE_OFFICIAL_DATA").map_or(beside, PathBuf::from);
    let examples = place.join("examples");
    if examples.is_dir() {
        return Some(examples);
    }
    println!("SKIPPED: the official examples are not at hand; set BREVDUE_OFFICIAL_DATA");
    None
}
