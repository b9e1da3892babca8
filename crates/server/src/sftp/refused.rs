//! What a client is told when the answer is no: one of SFTP's few codes, and in words what to do. No
//! name and no content of a file is repeated.

use brevdue_exchange::StorageError;
use brevdue_exchange::authenticate::Refusal;
use brevdue_exchange::fetch::FetchError;
use brevdue_exchange::files::FileError;
use brevdue_exchange::receipts::ReceiptError;
use russh_sftp::protocol::StatusCode;

use crate::causes::chain;

/// A no.
#[derive(Debug, PartialEq)]
pub(super) struct Refused {
    pub(super) code: StatusCode,
    pub(super) message: String,
}

impl Refused {
    fn new(code: StatusCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(super) fn end() -> Self {
        Self::new(StatusCode::Eof, "there is no more")
    }

    pub(super) fn no_such_file() -> Self {
        Self::new(
            StatusCode::NoSuchFile,
            "there is no such file; it may have been taken in meanwhile",
        )
    }

    pub(super) fn denied(message: &str) -> Self {
        Self::new(StatusCode::PermissionDenied, message)
    }

    pub(super) fn failure(message: impl Into<String>) -> Self {
        Self::new(StatusCode::Failure, message)
    }

    pub(super) fn bad_message() -> Self {
        Self::new(StatusCode::BadMessage, "the request cannot be read; names are UTF-8")
    }

    pub(super) fn unsupported(message: &str) -> Self {
        Self::new(StatusCode::OpUnsupported, message)
    }

    pub(super) fn fixed_folders() -> Self {
        Self::denied("the folders are always the same")
    }

    pub(super) fn no_links() -> Self {
        Self::unsupported("there are no links here")
    }

    pub(super) fn no_such_handle() -> Self {
        Self::failure("this handle is not open for that")
    }
}

/// The client hears that it may try again; the log hears what happened.
impl From<StorageError> for Refused {
    fn from(fault: StorageError) -> Self {
        tracing::error!(fault = %chain(&fault), "storage did not do as asked");
        Self::failure("the exchange cannot do this now; try again later")
    }
}

impl From<FileError> for Refused {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Gone => Self::no_such_file(),
            FileError::Storage(fault) => fault.into(),
            other => Self::failure(other.to_string()),
        }
    }
}

impl From<FetchError> for Refused {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Unknown => Self::no_such_file(),
            FetchError::Storage(fault) => fault.into(),
            other => Self::failure(other.to_string()),
        }
    }
}

impl From<ReceiptError> for Refused {
    fn from(error: ReceiptError) -> Self {
        match error {
            ReceiptError::Storage(fault) => fault.into(),
            _ => Self::no_such_file(),
        }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Storage(fault) => fault.into(),
            other => Self::denied(&other.to_string()),
        }
    }
}
