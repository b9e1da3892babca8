//! Mailboxes as wholes.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use brevdue_memo::PartyId;
use brevdue_wire::mailbox::{
    Mailbox, MailboxSearchResult, SenderInformationResult, Trustee, TrusteeSearchResult, Unread,
};
use utoipa_axum::routes;

use super::super::Door;
use super::super::acting::SignedIn;
use super::super::described::Described;
use super::super::description::Refused;
use super::super::errors::Failure;
use super::super::json::Body;
use super::super::parameters::Parameters;
use super::super::versions::{IfMatch, Versioned};
use super::{Searching, found, open, versioned};

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(list))
        .with(routes!(unread))
        .with(routes!(trustees))
        .with(routes!(read, change))
        .with(routes!(senders))
}

/// `GET /mailboxes/`: every mailbox the person may open.
#[utoipa::path(
    get,
    path = "/mailboxes/",
    operation_id = "listMailboxes",
    tag = "Mailboxes",
    params(
        Searching,
    ),
    responses((status = 200, body = MailboxSearchResult, description = "The mailboxes"), Refused),
    security(("person" = [])),
)]
async fn list(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    parameters: Parameters,
) -> Result<Response, Failure> {
    let search = parameters.search::<Mailbox>(&[])?;
    Ok(found(door.exchange.list_mailboxes(&person, &search).await?, "mailboxes"))
}

/// `GET /mailboxes/{id}`: a mailbox.
#[utoipa::path(
    get,
    path = "/mailboxes/{id}",
    operation_id = "getMailbox",
    tag = "Mailboxes",
    params(
        ("id" = Uuid, Path, description = "Of the mailbox"),
    ),
    responses((status = 200, body = Mailbox, description = "The mailbox"), Refused),
    security(("person" = [])),
)]
async fn read(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path(id): Path<String>,
) -> Result<Versioned<Mailbox>, Failure> {
    let open = open(&door, &person, &id).await?;
    let mailbox = door.exchange.look_at_mailbox(&open).await?;
    Ok(versioned(StatusCode::OK, mailbox.version, mailbox))
}

/// `PUT /mailboxes/{id}`: of what is sent, `reminded` is the owner's to decide.
#[utoipa::path(
    put,
    path = "/mailboxes/{id}",
    operation_id = "updateMailbox",
    tag = "Mailboxes",
    params(
        ("id" = Uuid, Path, description = "Of the mailbox"),
        ("If-Match" = i64, Header, description = "The version that was read", minimum = 1),
    ),
    request_body(content = Mailbox),
    responses((status = 200, body = Mailbox, description = "The mailbox as it is now"), Refused),
    security(("person" = [])),
)]
async fn change(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Body(wanted): Body<Mailbox>,
) -> Result<Versioned<Mailbox>, Failure> {
    let open = open(&door, &person, &id).await?;
    let mailbox = door.exchange.change_mailbox(&open, version, &wanted).await?;
    Ok(versioned(StatusCode::OK, mailbox.version, mailbox))
}

/// `GET /mailboxes/messages/unread/exists/`: whether something was not read.
#[utoipa::path(
    get,
    path = "/mailboxes/messages/unread/exists/",
    operation_id = "getUnreadExists",
    tag = "Mailboxes",
    params(
        ("ownerId" = Option<String>, Query, description = "CPR or CVR number; the person's own when left out"),
        ("ownerIdType" = Option<brevdue_wire::mailbox::IdType>, Query, description = "Kind of the number"),
    ),
    responses((status = 200, body = Unread, description = "Whether the inbox holds something unread"), Refused),
    security(("person" = [])),
)]
async fn unread(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    parameters: Parameters,
) -> Result<Json<Unread>, Failure> {
    let owner = match parameters.one("ownerId")? {
        None => None,
        Some(number) => {
            let by_length = if number.len() == 8 { "CVR" } else { "CPR" };
            let kind = parameters.one("ownerIdType")?.unwrap_or(by_length);
            let party = PartyId::parse(kind, number).map_err(|_| {
                let message = "ownerId is not a number of the kind that ownerIdType names";
                Failure::bad_request("parameter.invalid", message).at("query", "ownerId")
            })?;
            Some(party)
        }
    };
    Ok(Json(door.exchange.unread_exists(&person, owner).await?))
}

/// `GET /mailboxes/trustees`: to whom mail of the person may be forwarded.
#[utoipa::path(
    get,
    path = "/mailboxes/trustees",
    operation_id = "listTrustees",
    tag = "Mailboxes",
    params(
        ("sortField" = Option<String>, Query, description = "Field to sort by; name when left out"),
        ("sortOrder" = Option<brevdue_wire::paging::OrderDirection>, Query, description = "Up or down"),
    ),
    responses((status = 200, body = TrusteeSearchResult, description = "The trustees"), Refused),
    security(("person" = [])),
)]
async fn trustees(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    parameters: Parameters,
) -> Result<Response, Failure> {
    let mut trustees = door.exchange.trustees(&person).await?;
    let by_id = parameters.one("sortField")? == Some("id");
    trustees.sort_by(|a, b| if by_id { a.id.cmp(&b.id) } else { a.name.cmp(&b.name) });
    if parameters.one("sortOrder")?.is_some_and(|order| order.eq_ignore_ascii_case("desc")) {
        trustees.reverse();
    }
    let search = parameters.search::<Trustee>(&["sortField", "sortOrder"])?;
    let result = search.run(&trustees).map_err(|error| {
        Failure::bad_request("parameter.invalid", error.message).at("query", &error.parameter)
    })?;
    Ok(found(result, "trustees"))
}

/// `GET /mailboxes/{id}/sender-information/`: who has written, and how much.
#[utoipa::path(
    get,
    path = "/mailboxes/{id}/sender-information/",
    operation_id = "getSenderInformation",
    tag = "Mailboxes",
    params(
        ("id" = Uuid, Path, description = "Of the mailbox"),
    ),
    responses((status = 200, body = SenderInformationResult, description = "The senders"), Refused),
    security(("person" = [])),
)]
async fn senders(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<SenderInformationResult>, Failure> {
    let open = open(&door, &person, &id).await?;
    Ok(Json(door.exchange.sender_information(&open).await?))
}
