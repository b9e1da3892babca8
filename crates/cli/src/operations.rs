//! Asking the exchange that runs on a data folder, for the commands that operate it.
//!
//! Its plain door takes such questions from this machine alone, and from whoever can read the key in the
//! data folder.

use std::fs;
use std::io;
use std::path::PathBuf;

use reqwest::{Client, Method, StatusCode, header};
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use crate::folder::{Folder, write_private};
use crate::report::Problem;
use crate::running::Running;

/// Path under which it is asked.
pub(crate) const PATH: &str = "/operations";

/// The key in a data folder.
#[derive(Clone)]
pub(crate) struct Key(String);

impl Key {
    /// The key of a folder, made when there is none.
    pub(crate) fn make(folder: &Folder) -> io::Result<Self> {
        match fs::read_to_string(path(folder)) {
            Ok(key) if key.len() == 64 => return Ok(Self(key)),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        let key: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        write_private(&path(folder), key.as_bytes())?;
        Ok(Self(key))
    }

    /// Whether an `Authorization` header shows the key.
    pub(crate) fn is_shown_by(&self, authorization: Option<&str>) -> bool {
        let shown =
            authorization.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        // Digests are compared, so that the time it takes tells nothing of the key.
        Sha256::digest(shown.as_bytes()) == Sha256::digest(self.0.as_bytes())
    }
}

fn path(folder: &Folder) -> PathBuf {
    folder.root().join("operations.key")
}

/// Asks the server that runs on this folder; `None` when none answers.
pub(crate) fn ask<T: DeserializeOwned>(
    folder: &Folder,
    method: Method,
    question: &str,
) -> Result<Option<T>, Problem> {
    let failed = |error: &(dyn std::error::Error + 'static)| {
        Problem::ours("operations::ask", "the running exchange could not be asked").because(error)
    };
    let Some(http) = Running::read(folder).and_then(|running| running.http) else {
        return Ok(None);
    };
    let key = Key::make(folder).map_err(|error| failed(&error))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| failed(&error))?;
    runtime.block_on(async {
        let client = Client::builder().no_proxy().build().map_err(|error| failed(&error))?;
        let call = client
            .request(method, format!("http://{http}{PATH}{question}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", key.0));
        let answer = match call.send().await {
            Ok(answer) => answer,
            // What it left says that it runs, and it does not.
            Err(error) if error.is_connect() => return Ok(None),
            Err(error) => return Err(failed(&error)),
        };
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(|error| failed(&error))?;
        if !status.is_success() {
            let text = String::from_utf8_lossy(&bytes).trim().to_owned();
            return Err(match status {
                StatusCode::NOT_FOUND | StatusCode::CONFLICT | StatusCode::BAD_REQUEST => {
                    Problem::command("operations::refused", text)
                }
                _ => Problem::ours("operations::refused", format!("{status}: {text}")),
            });
        }
        serde_json::from_slice(&bytes).map(Some).map_err(|error| failed(&error))
    })
}
