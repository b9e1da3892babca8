//! Signing in as an invented person or company. Local mode only: there is no proof of who one is.

use askama::Template;
use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::response::Redirect;
use brevdue_exchange::{Contact, ContactId, RegistrationStatus};
use brevdue_memo::PartyId;
use brevdue_wire::PageRequest;
use serde::Deserialize;
use uuid::Uuid;

use super::paging::{Paging, Step};
use crate::limits::{CONTACT_PAGE, CONTACT_SEARCH};
use crate::visitor::{Answer, Chrome, Refused, Section, Visitor};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    chrome: Chrome,
    search: String,
    /// How many there are, in words.
    found: String,
    contacts: Vec<ContactView>,
    paging: Option<Paging>,
}

struct ContactView {
    id: Uuid,
    name: String,
    company: bool,
    /// CPR or CVR number: invented, and what a test needs to send to this person.
    number: String,
    /// What is special about them.
    status: Option<&'static str>,
}

/// `GET /sign-in`
pub(crate) async fn people(mut visitor: Visitor) -> Answer {
    if !visitor.web.config.local_mode {
        return Err(visitor.refuse(Refused::SignIn).await);
    }
    visitor.need_session().await?;
    let owner = visitor.owner().await?;
    let t = visitor.texts;
    let search =
        visitor.query("q").unwrap_or_default().trim().chars().take(100).collect::<String>();
    let page = visitor.page_number();
    let (contacts, total) = match find(&visitor, &search, page).await {
        Ok(found) => found,
        Err(error) => return Err(visitor.failed("contacts could not be listed", &error).await),
    };
    let address = format!("/sign-in?q={}&page=", encode(&search));
    let contacts = contacts
        .iter()
        .map(|contact| ContactView {
            id: contact.id.0,
            name: contact.name.clone(),
            company: matches!(contact.party, PartyId::Cvr(_)),
            number: match contact.party {
                PartyId::Cpr(number) => {
                    let (day, rest) = number.digits().split_at(6);
                    format!("CPR {day}-{rest}")
                }
                PartyId::Cvr(number) => format!("CVR {number}"),
            },
            status: match contact.status {
                RegistrationStatus::Registered => None,
                RegistrationStatus::Exempt => Some(t.sign_in_exempt()),
                RegistrationStatus::Closed => Some(t.sign_in_closed()),
                RegistrationStatus::Unconfirmed
                | RegistrationStatus::Awaiting
                | RegistrationStatus::Unknown => Some(t.sign_in_unknown()),
            },
        })
        .collect();
    visitor.page(&SignInPage {
        chrome: visitor.chrome(t.sign_in_title(), Section::None, owner.as_ref()).await?,
        search,
        found: t.sign_in_found(i64::try_from(total).unwrap_or(i64::MAX)),
        contacts,
        paging: Paging::new(t, page, CONTACT_PAGE, total, &address),
    })
}

/// One page of the contacts whose name holds the words, and how many there are.
async fn find(
    visitor: &Visitor,
    search: &str,
    page: u64,
) -> Result<(Vec<Contact>, u64), brevdue_exchange::StorageError> {
    let wanted = PageRequest { page, size: CONTACT_PAGE };
    if search.is_empty() {
        let found = visitor.exchange().contacts(wanted).await?;
        return Ok((found.items, found.total));
    }
    let search = search.to_lowercase();
    let mut matching = Vec::new();
    let size = PageRequest::SIZE_LIMIT;
    for page in 0..CONTACT_SEARCH.div_ceil(size) {
        let some = visitor.exchange().contacts(PageRequest { page, size }).await?;
        let complete = (page + 1) * size >= some.total;
        matching.extend(some.items.into_iter().filter(|contact| {
            contact.name.to_lowercase().contains(&search)
                || matches!(contact.party, PartyId::Cvr(cvr) if cvr.digits() == search)
        }));
        if complete {
            break;
        }
    }
    let total = matching.len() as u64;
    let skipped = usize::try_from(wanted.offset()).unwrap_or(usize::MAX);
    let page = matching.into_iter().skip(skipped).take(CONTACT_PAGE as usize).collect();
    Ok((page, total))
}

/// A value for a query, encoded.
fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// The form of the list.
#[derive(Deserialize)]
pub(crate) struct SignIn {
    token: String,
    contact: Uuid,
}

/// `POST /sign-in`
pub(crate) async fn sign_in(
    mut visitor: Visitor,
    form: Result<Form<SignIn>, FormRejection>,
) -> Answer {
    if !visitor.web.config.local_mode {
        return Err(visitor.refuse(Refused::SignIn).await);
    }
    let Some(Form(form)) = form.ok().filter(|form| visitor.is_own_form(&form.token)) else {
        return Err(visitor.refuse(Refused::Form).await);
    };
    let contact = match visitor.exchange().store().contact(ContactId(form.contact)).await {
        Ok(Some(contact)) => contact,
        Ok(None) => return Err(visitor.refuse(Refused::NotFound).await),
        Err(error) => return Err(visitor.failed("a contact could not be read", &error).await),
    };
    visitor.begin_session(Some(&contact)).await?;
    Ok(visitor.finish(Redirect::to("/inbox")))
}

/// The form of the button in the header.
#[derive(Deserialize)]
pub(crate) struct SignOut {
    token: String,
}

/// `POST /sign-out`
pub(crate) async fn sign_out(
    mut visitor: Visitor,
    form: Result<Form<SignOut>, FormRejection>,
) -> Answer {
    if !form.is_ok_and(|form| visitor.is_own_form(&form.token)) {
        return Err(visitor.refuse(Refused::Form).await);
    }
    visitor.end_session();
    Ok(visitor.finish(Redirect::to("/")))
}
