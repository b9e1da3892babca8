//! The test identity provider: a page on which anybody who is registered can be picked. There is no
//! proof of who one is; it is for local mode alone.

use axum::response::Response;
use brevdue_exchange::people::Person;
use brevdue_exchange::people::registered::Role;
use brevdue_memo::PartyId;
use brevdue_wire::PageRequest;

use super::super::Door;
use super::super::errors::Failure;
use super::form::Given;
use super::page::{Language, Offer, page};
use super::settings::ClientSettings;

/// People and organisations a page offers; others are typed in.
const OFFERED: u64 = 100;

/// What came of it.
pub(super) enum Picked {
    /// Nothing yet: a page to pick on.
    Nobody(Response),
    /// The person went back.
    Declined,
    /// Somebody.
    Person(Box<Person>),
}

pub(super) async fn pick(
    door: &Door,
    given: &Given,
    client: &ClientSettings,
) -> Result<Picked, Failure> {
    if given.one("decline").is_some() {
        return Ok(Picked::Declined);
    }
    let typed = given.one("number").or(given.one("who"));
    let mut is_wrong = false;
    if let Some(number) = typed {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let kind = if digits.len() == 8 { "CVR" } else { "CPR" };
        let role = given.one("role").and_then(Role::from_word).unwrap_or(Role::Own);
        let person = match PartyId::parse(kind, &digits) {
            Ok(party) => door.exchange.registered_person(party, role).await?,
            Err(_) => None,
        };
        if let Some(person) = person {
            return Ok(Picked::Person(Box::new(person)));
        }
        is_wrong = true;
    }
    let found = door.exchange.contacts(PageRequest { page: 0, size: OFFERED }).await?;
    let mut offers: Vec<Offer> = found
        .items
        .into_iter()
        .map(|contact| Offer { number: contact.party.digits().to_owned(), name: contact.name })
        .collect();
    for organisation in door.exchange.store().organisations().await?.into_iter().take(100) {
        let number = organisation.cvr.digits().to_owned();
        if !offers.iter().any(|offer| offer.number == number) {
            offers.push(Offer { number, name: organisation.name });
        }
    }
    let language = Language::of(given);
    Ok(Picked::Nobody(page(language, &client.name, &offers, is_wrong, given)))
}
