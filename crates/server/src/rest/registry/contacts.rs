//! Contacts.

use axum::Json;
use axum::extract::{FromRequest as _, Path, Request, State};
use brevdue_exchange::ContactId;
use brevdue_exchange::registering::ContactsAsked;
use brevdue_memo::Timestamp;
use brevdue_wire::registry::{
    CitizenLookupResult, Contact, ContactBulkLookup, ContactSearchResult,
};
use serde_json::Value;
use utoipa_axum::routes;

use super::{Door, StandardSearch, enveloped, search_for, told, unsearchable};
use crate::rest::acting::Acting;
use crate::rest::body::announced_bytes;
use crate::rest::described::Described;
use crate::rest::description::Refused;
use crate::rest::errors::Failure;
use crate::rest::json::Body;
use crate::rest::parameters::{Parameters, path_id, uuid};
use crate::rest::versions::{IfMatch, Versioned};

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(list, bulk)).with(routes!(read, change)).with(routes!(look_up_citizen))
}

/// Parameters of a look-up that are not the search's.
const OWN: [&str; 5] = ["id", "cprNumber", "cvrNumber", "lastUpdated", "isBulkLookup"];

/// `GET /contacts/`: by numbers or ids, or all of them. With `isBulkLookup` the numbers may stand in a
/// body; `POST` takes the same body where a GET with one does not get through.
#[utoipa::path(
    get,
    path = "/contacts/",
    operation_id = "listContacts",
    tag = "Contacts",
    params(
        ("id" = Option<String>, Query, description = "Ids, separated by commas"),
        ("cprNumber" = Option<String>, Query, description = "Ten digits each, separated by commas", pattern = r"^\d{10}(,\d{10})*$"),
        ("cvrNumber" = Option<String>, Query, description = "Eight digits each, separated by commas", pattern = r"^\d{8}(,\d{8})*$"),
        ("lastUpdated" = Option<String>, Query, description = "Only those changed since then", format = DateTime),
        ("isBulkLookup" = Option<bool>, Query, description = "The body says which"),
        StandardSearch,
    ),
    responses((status = 200, body = ContactSearchResult, description = "Those found"), Refused)
)]
async fn list(
    State(door): State<Door>,
    Acting(actor): Acting,
    parameters: Parameters,
    request: Request,
) -> Result<Json<Value>, Failure> {
    let mut asked = asked(&parameters)?;
    if parameters.flag("isBulkLookup")? == Some(true) && has_body(&request) {
        let Body(body) = Body::<ContactBulkLookup>::from_request(request, &door).await?;
        add(&mut asked, body);
    }
    let search = search_for::<Contact>(&parameters, &OWN)?;
    let since = since(&parameters)?;
    if asked.is_empty() && since.is_none() && search.is_plain() {
        let page = door.exchange.page_of_contacts(&actor, search.page).await?;
        let found = search.page_of(&page.items, page.total).map_err(unsearchable)?;
        return Ok(enveloped(found, "contacts"));
    }
    let mut contacts = if asked.is_empty() {
        door.exchange.all_contacts(&actor).await?
    } else {
        door.exchange.look_up_contacts(&actor, &asked).await?
    };
    if let Some(since) = since {
        let changed = |contact: &Contact| contact.last_updated.as_deref()?.parse().ok();
        contacts.retain(|contact| changed(contact).is_some_and(|at: Timestamp| at >= since));
    }
    Ok(enveloped(search.run(&contacts).map_err(unsearchable)?, "contacts"))
}

/// `POST /contacts/`: many contacts at once. Not of the official API, whose GET takes a body.
#[utoipa::path(
    post,
    path = "/contacts/",
    operation_id = "lookUpContacts",
    tag = "Contacts",
    params(StandardSearch),
    request_body = ContactBulkLookup,
    responses((status = 200, body = ContactSearchResult, description = "Those found"), Refused)
)]
async fn bulk(
    State(door): State<Door>,
    Acting(actor): Acting,
    parameters: Parameters,
    Body(body): Body<ContactBulkLookup>,
) -> Result<Json<Value>, Failure> {
    let mut asked = ContactsAsked::default();
    add(&mut asked, body);
    let search = search_for::<Contact>(&parameters, &OWN)?;
    let contacts = door.exchange.look_up_contacts(&actor, &asked).await?;
    Ok(enveloped(search.run(&contacts).map_err(unsearchable)?, "contacts"))
}

/// `GET /contacts/{id}`.
#[utoipa::path(
    get,
    path = "/contacts/{id}",
    operation_id = "getContact",
    tag = "Contacts",
    params(("id" = Uuid, Path, description = "Of the contact")),
    responses((status = 200, body = Contact, description = "The contact"), Refused)
)]
async fn read(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(id): Path<String>,
) -> Result<Versioned<Contact>, Failure> {
    let contact = door.exchange.tell_contact(&actor, ContactId(path_id(&id)?)).await?;
    Ok(told(contact.version, contact))
}

/// `PUT /contacts/{id}`: its telephone number for text messages by itself, its registration by those who
/// serve it. A new number takes text messages once its code has been entered.
#[utoipa::path(
    put,
    path = "/contacts/{id}",
    operation_id = "updateContact",
    tag = "Contacts",
    params(
        ("id" = Uuid, Path, description = "Of the contact"),
        ("If-Match" = String, Header, description = "The version it rests on", pattern = "^[0-9]{1,9}$"),
    ),
    request_body = Contact,
    responses((status = 200, body = Contact, description = "The contact"), Refused)
)]
async fn change(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Body(command): Body<Contact>,
) -> Result<Versioned<Contact>, Failure> {
    let id = ContactId(path_id(&id)?);
    let contact = door.exchange.change_contact(&actor, id, version, command).await?;
    Ok(told(contact.version, contact))
}

/// `GET /citizen-lookup/`: a person, when number and names belong together.
#[utoipa::path(
    get,
    path = "/citizen-lookup/",
    operation_id = "lookUpCitizen",
    tag = "Contacts",
    params(
        ("cprNumber" = String, Query, description = "Ten digits", pattern = r"^\d{10}$"),
        ("firstNameProvided" = Option<String>, Query, description = "First name"),
        ("lastNameProvided" = Option<String>, Query, description = "Last name"),
    ),
    responses((status = 200, body = CitizenLookupResult, description = "The person, or nothing"), Refused)
)]
async fn look_up_citizen(
    State(door): State<Door>,
    Acting(actor): Acting,
    parameters: Parameters,
) -> Result<Json<CitizenLookupResult>, Failure> {
    let number = parameters.one("cprNumber")?.unwrap_or_default();
    let first = parameters.one("firstNameProvided")?;
    let last = parameters.one("lastNameProvided")?;
    Ok(Json(door.exchange.look_up_citizen(&actor, number, first, last).await?))
}

fn asked(parameters: &Parameters) -> Result<ContactsAsked, Failure> {
    let list = |name| -> Result<Vec<String>, Failure> {
        let words = parameters.one(name)?.unwrap_or_default().split(',').map(str::trim);
        Ok(words.filter(|word| !word.is_empty()).map(str::to_owned).collect())
    };
    let ids = list("id")?.into_iter().map(|id| {
        uuid(&id)
            .ok_or_else(|| Failure::bad_request("id.invalid", "an id is a UUID").at("query", "id"))
    });
    Ok(ContactsAsked {
        ids: ids.collect::<Result<_, _>>()?,
        cpr_numbers: list("cprNumber")?,
        cvr_numbers: list("cvrNumber")?,
    })
}

fn add(asked: &mut ContactsAsked, body: ContactBulkLookup) {
    asked.cpr_numbers.extend(body.cpr_number);
    asked.cvr_numbers.extend(body.cvr_number);
    asked.ids.extend(body.id);
}

fn since(parameters: &Parameters) -> Result<Option<Timestamp>, Failure> {
    let Some(text) = parameters.one("lastUpdated")? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        let message = "a time is written as 2024-02-18T08:08:23.000Z";
        Failure::bad_request("time.invalid", message).at("query", "lastUpdated")
    })
}

fn has_body(request: &Request) -> bool {
    let chunked = request.headers().contains_key(axum::http::header::TRANSFER_ENCODING);
    chunked || announced_bytes(request.headers()).is_some_and(|bytes| bytes > 0)
}
