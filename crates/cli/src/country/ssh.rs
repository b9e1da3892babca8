//! SSH keys in the data folder: the exchange's host key, and a pair for each system that brings none.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use brevdue_server::sftp::{KeyError, KeyPair};

use super::definition::SystemEntry;
use crate::folder::{write_each_start, write_private};

/// File name of the host key; no system has a name with a dot.
const HOST: &str = "host.key";

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SshKeysError {
    /// A file cannot be read or written.
    #[error("the SSH key {0} cannot be read or written")]
    File(String, #[source] io::Error),
    /// The machine gives no random bytes.
    #[error("the machine gives no random bytes")]
    Random(#[source] getrandom::Error),
    /// What stands there is no key.
    #[error("the SSH key {0} cannot be used; remove the file, and another is made")]
    Key(String, #[source] KeyError),
}

/// The folder of keys.
pub(crate) struct SshKeys {
    folder: PathBuf,
}

impl SshKeys {
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The host key, made at the first start.
    pub(crate) fn host(&self) -> Result<String, SshKeysError> {
        self.private_text(HOST, "brevdue")
    }

    /// A system's public key: the one it brings, or that of the pair made for it.
    pub(crate) fn public(&self, system: &SystemEntry) -> Result<String, SshKeysError> {
        if let Some(own) = &system.ssh_key {
            return Ok(own.clone());
        }
        let private = self.private_text(&system.name, &system.name)?;
        KeyPair::public_of(&private).map_err(|fault| SshKeysError::Key(system.name.clone(), fault))
    }

    /// The file of the private key made for a system.
    pub(crate) fn private(&self, system: &SystemEntry) -> Option<PathBuf> {
        system.ssh_key.is_none().then(|| self.folder.join(&system.name))
    }

    /// The file that tells OpenSSH the host key.
    pub(crate) fn known_hosts(&self) -> PathBuf {
        self.folder.join("known_hosts")
    }

    /// Writes it.
    pub(crate) fn tell_hosts(&self, address: SocketAddr) -> Result<(), SshKeysError> {
        let key = KeyPair::public_of(&self.host()?)
            .map_err(|fault| SshKeysError::Key(HOST.into(), fault))?;
        let key = key.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let port = address.port();
        let hosts = format!("[{}]:{port} {key}\n[localhost]:{port} {key}\n", address.ip());
        write_each_start(&self.known_hosts(), hosts.as_bytes())
            .map_err(|error| SshKeysError::File("known_hosts".into(), error))
    }

    fn private_text(&self, name: &str, comment: &str) -> Result<String, SshKeysError> {
        let path = self.folder.join(name);
        match fs::read_to_string(&path) {
            Ok(text) => return Ok(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(SshKeysError::File(name.into(), error)),
        }
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(SshKeysError::Random)?;
        let pair = KeyPair::from_seed(&seed, comment)
            .map_err(|fault| SshKeysError::Key(name.into(), fault))?;
        self.write(&path, &pair.private)?;
        Ok(pair.private)
    }

    fn write(&self, path: &Path, text: &str) -> Result<(), SshKeysError> {
        write_private(path, text.as_bytes())
            .map_err(|error| SshKeysError::File(path.display().to_string(), error))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_nobody_else_may_read_it() {
        let place = tempfile::tempdir().unwrap();
        let keys = SshKeys::at(place.path().into());
        let first = keys.host().unwrap();
        assert_eq!(keys.host().unwrap(), first);
        let mode = fs::metadata(place.path().join(HOST)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        keys.tell_hosts("127.0.0.1:8022".parse().unwrap()).unwrap();
        let hosts = fs::read_to_string(keys.known_hosts()).unwrap();
        assert!(hosts.starts_with("[127.0.0.1]:8022 ssh-ed25519 AAAA"), "{hosts}");
    }
}
