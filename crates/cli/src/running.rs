//! Where a running server listens, for other programs of this machine and for the next command.

use std::fs;
use std::io;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::folder::{Folder, write_each_start};

/// What `running.json` says. The file is gone when the server has stopped; after a crash it stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Running {
    /// Process.
    pub(crate) pid: u32,
    /// Where plain HTTP listens.
    pub(crate) http: Option<SocketAddr>,
    /// Where HTTPS listens.
    pub(crate) https: Option<SocketAddr>,
    /// Where SFTP listens.
    #[serde(default)]
    pub(crate) sftp: Option<SocketAddr>,
    /// Where status messages are fetched.
    #[serde(default)]
    pub(crate) amqp: Option<SocketAddr>,
    /// Since when.
    pub(crate) started: String,
}

impl Running {
    /// What the folder says, when it says anything.
    pub(crate) fn read(folder: &Folder) -> Option<Self> {
        serde_json::from_slice(&fs::read(folder.running()).ok()?).ok()
    }

    /// Says it.
    pub(crate) fn write(&self, folder: &Folder) -> io::Result<()> {
        write_each_start(&folder.running(), serde_json::to_string_pretty(self)?.as_bytes())
    }

    /// Takes it back.
    pub(crate) fn remove(folder: &Folder) -> io::Result<()> {
        fs::remove_file(folder.running())
    }
}
