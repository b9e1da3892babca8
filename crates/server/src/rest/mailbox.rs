//! The mailbox interface: what reading clients ask on behalf of people who have signed in.

mod accesses;
mod boxes;
mod documents;
mod files;
mod folders;
mod messages;
mod sending;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use brevdue_exchange::StorageError;
use brevdue_exchange::mailbox::MailboxError;
use brevdue_exchange::mailbox::opening::OpenMailbox;
use brevdue_exchange::people::Person;
use brevdue_wire::Found;
use tokio::runtime::Handle;
use utoipa::IntoParams;

use super::Door;
use super::described::Described;
use super::errors::Failure;
use super::parameters::path_id;
use super::versions::{Versioned, changed, not_kept};

pub(super) fn describe(door: Described) -> Described {
    let door = boxes::describe(door);
    let door = folders::describe(door);
    let door = messages::describe(door);
    let door = sending::describe(door);
    let door = documents::describe(door);
    let door = files::describe(door);
    accesses::describe(door)
}

/// The parameters of every search; beside them each field by its path.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes; `Parameters::search` reads")]
struct Searching {
    /// From 0.
    #[param(maximum = 10_000_000)]
    page: Option<u64>,
    /// Elements on a page; at most 1,000 are given.
    #[param(minimum = 1, maximum = 4_294_967_295_u64)]
    size: Option<u64>,
    /// `field`, `field:asc` or `field:desc`, parted by commas.
    #[param(
        rename = "sortFields",
        pattern = r"^\w[\w.]*(:(asc|desc))?(,\w[\w.]*(:(asc|desc))?)*$"
    )]
    sort_fields: Option<String>,
    /// The fields to show, parted by commas.
    fields: Option<String>,
    /// Words of which one stands somewhere, parted by commas.
    any: Option<String>,
}

/// Opens the mailbox of a path.
async fn open(door: &Door, person: &Person, id: &str) -> Result<OpenMailbox, Failure> {
    Ok(door.exchange.open_mailbox(person, path_id(id)?).await?)
}

/// Runs what reads or writes a letter on a thread that may block: it takes as long as the letter is, and
/// other calls are not to wait for it.
async fn apart<T: Send + 'static>(
    work: impl Future<Output = Result<T, MailboxError>> + Send + 'static,
) -> Result<T, Failure> {
    let runtime = Handle::current();
    let done = tokio::task::spawn_blocking(move || runtime.block_on(work)).await;
    Ok(done.map_err(|error| StorageError::Failed(Box::new(error)))??)
}

/// What a search found, under the official name of its elements.
fn found(found: Found, items: &str) -> Response {
    axum::Json(found.into_json(items)).into_response()
}

/// A resource of which it is known that it has a version.
fn versioned<T>(status: StatusCode, version: Option<i64>, body: T) -> Versioned<T> {
    Versioned(status, version.unwrap_or(1), body)
}

impl From<MailboxError> for Failure {
    fn from(error: MailboxError) -> Self {
        let text = error.to_string();
        match error {
            MailboxError::Unknown => Self::new(StatusCode::NOT_FOUND, "message.not.found", text),
            MailboxError::NotThere(what) => {
                Self::new(StatusCode::NOT_FOUND, format!("{what}.not.found"), text)
            }
            MailboxError::NotAllowed(_) => {
                Self::new(StatusCode::FORBIDDEN, "mailbox.not.allowed", text)
            }
            MailboxError::Stands { code, .. } => Self::new(StatusCode::CONFLICT, code, text),
            MailboxError::Field { resource, field, .. } => {
                Self::unprocessable("field.invalid", text).at(resource, field)
            }
            MailboxError::Changed { there } => changed(Some(there)),
            MailboxError::Reply(_) => Self::unprocessable("reply.invalid", text),
            MailboxError::NotAccepted { code, .. } => Self::unprocessable(code, text),
            MailboxError::Storage(fault) => not_kept(fault),
            _ => Self::unprocessable("message.not.accepted", text),
        }
    }
}
