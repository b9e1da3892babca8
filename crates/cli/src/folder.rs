//! The data folder: what stands where, and how its files are written.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The data folder. Only its owner may look into it.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder at a place, made if it is not there.
    pub(crate) fn make(root: &Path) -> io::Result<Self> {
        let root = std::path::absolute(root)?;
        private_folder(&root)?;
        let folder = Self { root };
        private_folder(&folder.store())?;
        private_folder(&folder.certificates())?;
        private_folder(&folder.ssh())?;
        Ok(folder)
    }

    /// The folder at a place, whether it is there or not.
    pub(crate) fn at(root: &Path) -> io::Result<Self> {
        Ok(Self { root: std::path::absolute(root)? })
    }

    /// The folder itself.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Folder of letters, receipts and everything else the exchange remembers.
    pub(crate) fn store(&self) -> PathBuf {
        self.root.join("store")
    }

    /// Folder of certificates and keys.
    pub(crate) fn certificates(&self) -> PathBuf {
        self.root.join("certificates")
    }

    /// Folder of SSH keys: the exchange's host key, and those of the country's systems.
    pub(crate) fn ssh(&self) -> PathBuf {
        self.root.join("ssh")
    }

    /// Folder that letters on paper are dropped in, for the print supplier.
    pub(crate) fn print(&self) -> PathBuf {
        self.root.join("print")
    }

    /// The invented country, as `GET /testing/country` tells it.
    pub(crate) fn country(&self) -> PathBuf {
        self.root.join("country.json")
    }

    /// Where a running server listens; gone when none runs.
    pub(crate) fn running(&self) -> PathBuf {
        self.root.join("running.json")
    }

    /// A letter to try, fresh with each start.
    pub(crate) fn letter(&self) -> PathBuf {
        self.root.join("first-letter.xml")
    }
}

fn private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Writes a file that only its owner reads, whole or not at all.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".part");
    let part = path.with_file_name(name);
    match fs::remove_file(&part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
    let written =
        file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // Half a file only takes room.
        let _ = fs::remove_file(&part);
    }
    written?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Writes a file that each start writes anew. When the disk is full, in the room of the one before; and
/// when there is not even that, it is left out with a warning: an exchange starts without it.
pub(crate) fn write_each_start(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let is_full = |error: &io::Error| {
        matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
    };
    match write_private(path, bytes) {
        Err(error) if is_full(&error) => {
            let _ = fs::remove_file(path);
            match write_private(path, bytes) {
                Err(error) if is_full(&error) => {
                    let file = path.file_name().unwrap_or_default().to_string_lossy();
                    tracing::warn!(%file, "the disk is full: a file was not written");
                    Ok(())
                }
                other => other,
            }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn nobody_else_may_look_into_the_data_folder() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::make(&place.path().join("a/data")).unwrap();
        write_private(&folder.letter(), b"one").unwrap();
        write_private(&folder.letter(), b"two").unwrap();

        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(folder.root()), 0o700);
        assert_eq!(mode(&folder.certificates()), 0o700);
        assert_eq!(mode(&folder.letter()), 0o600);
        assert_eq!(fs::read(folder.letter()).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.root()).unwrap().count(), 4);
    }
}
