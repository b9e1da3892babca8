//! The contact registry: look-ups, each of them logged, and what a contact may change of itself.

mod changing;
mod inventing;
mod shaping;

use std::collections::HashSet;

use brevdue_memo::{PartyId, Timestamp};
use brevdue_wire::PageRequest;
use brevdue_wire::registry as wire;
use brevdue_wire::search::EXAMINED_LIMIT;
use uuid::Uuid;

use super::details::ContactDetails;
use super::{Registered, faults, forbidden, is_own, unknown};
use crate::exchange::Exchange;
use crate::exchange::people::{Actor, Privilege};
use crate::storage::Page;
use crate::{Contact, ContactId, EventTag, Op, StorageError};

pub(super) use changing::serves;
use shaping::shape;
pub(super) use shaping::{lean_status, public_status, registration};

const WHAT: &str = "contact";

/// Numbers and ids of one look-up at most.
const ASKED_LIMIT: usize = 1000;

/// Contacts looked up by what they are.
#[derive(Debug, Clone, Default)]
pub struct ContactsAsked {
    /// CPR numbers, as sent.
    pub cpr_numbers: Vec<String>,
    /// CVR numbers, as sent.
    pub cvr_numbers: Vec<String>,
    /// Ids.
    pub ids: Vec<Uuid>,
}

impl ContactsAsked {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.cpr_numbers.is_empty() && self.cvr_numbers.is_empty() && self.ids.is_empty()
    }
}

impl Exchange {
    /// Contacts by number or id, in the order asked for; unknown ones are left out. Logged.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn look_up_contacts(
        &self,
        actor: &Actor,
        asked: &ContactsAsked,
    ) -> Registered<Vec<wire::Contact>> {
        must_look_up(actor)?;
        let count = asked.cpr_numbers.len() + asked.cvr_numbers.len() + asked.ids.len();
        if count > ASKED_LIMIT {
            let message = "at most 1,000 numbers and ids in one look-up";
            return faults::fault("Contact", "cprNumber", "lookup.too.large", message);
        }
        let mut parties = parties(&asked.cpr_numbers, "CPR", "cprNumber")?;
        parties.extend(parties_of_companies(&asked.cvr_numbers)?);
        let mut found: Vec<Contact> = Vec::new();
        for party in parties {
            found.extend(self.store().contact_by_party(party).await?);
        }
        for id in &asked.ids {
            found.extend(self.store().contact(ContactId(*id)).await?);
        }
        let mut seen = HashSet::new();
        found.retain(|contact| seen.insert(contact.id));
        self.log_look_up(actor, &looked_up(asked, &found)).await?;
        self.tell_contacts(&found).await
    }

    /// A page of all contacts. Logged.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn page_of_contacts(
        &self,
        actor: &Actor,
        page: PageRequest,
    ) -> Registered<Page<wire::Contact>> {
        must_look_up(actor)?;
        self.log_look_up(actor, &[(EventTag::ContactSearches, None)]).await?;
        let found = self.store().contacts(page).await?;
        Ok(Page { items: self.tell_contacts(&found.items).await?, total: found.total })
    }

    /// All contacts, to be searched by what only looking at each can tell. Logged.
    ///
    /// # Errors
    /// See [`super::RegisteringError`]; refused when there are too many to look at.
    pub async fn all_contacts(&self, actor: &Actor) -> Registered<Vec<wire::Contact>> {
        must_look_up(actor)?;
        let mut all = Vec::new();
        for page in 0.. {
            let found =
                self.store().contacts(PageRequest { page, size: PageRequest::SIZE_LIMIT }).await?;
            if found.total > EXAMINED_LIMIT as u64 {
                let message = "there are too many contacts to look at each; ask by cprNumber, cvrNumber or id";
                return faults::fault("Contact", "query", "search.too.wide", message);
            }
            let is_last = (found.items.len() as u64) < PageRequest::SIZE_LIMIT;
            all.extend(found.items);
            if is_last {
                break;
            }
        }
        self.log_look_up(actor, &[(EventTag::ContactSearches, None)]).await?;
        self.tell_contacts(&all).await
    }

    /// One contact. Their own, or any for those who may look up. Logged.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn tell_contact(&self, actor: &Actor, id: ContactId) -> Registered<wire::Contact> {
        let contact = self.store().contact(id).await?;
        if !contact.as_ref().is_some_and(|contact| is_own(actor, contact.party)) {
            must_look_up(actor)?;
        }
        let Some(contact) = contact else { return unknown(WHAT) };
        self.log_look_up(actor, &[(EventTag::ContactRegistryAccessedCitizen, Some(id.0))]).await?;
        let beside = self.beside::<ContactDetails>(id.0, id.0).await?;
        Ok(shape(&contact, &beside))
    }

    /// A person by number and name, for those who enter both: only when they belong together. Those who
    /// serve citizens need no name. Logged.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn look_up_citizen(
        &self,
        actor: &Actor,
        cpr_number: &str,
        first_name: Option<&str>,
        last_name: Option<&str>,
    ) -> Registered<wire::CitizenLookupResult> {
        let Actor::Person(person) = actor else {
            return Err(forbidden("person.only", "people look up people; sign in").into());
        };
        let party = parties(&[cpr_number.to_owned()], "CPR", "cprNumber")?;
        let contact = match party.first() {
            Some(party) => self.store().contact_by_party(*party).await?,
            None => None,
        };
        let about = contact.as_ref().map(|contact| contact.id.0);
        self.log_look_up(actor, &[(EventTag::CprLookedUp, about)]).await?;
        let serves = person.may(Privilege::CitizenServiceEmployee);
        let fits = |contact: &Contact| {
            let name = contact.name.to_lowercase();
            let mut words = name.split_whitespace();
            let is = |given: Option<&str>, own: Option<&str>| {
                given.is_some_and(|given| own == Some(given.trim().to_lowercase().as_str()))
            };
            is(first_name, words.next()) && is(last_name, words.next_back())
        };
        let contact = contact.filter(|contact| serves || fits(contact));
        Ok(contact.map_or_else(wire::CitizenLookupResult::default, |contact| {
            wire::CitizenLookupResult {
                identity_id: Some(contact.id.0),
                closed: Some(contact.status == crate::RegistrationStatus::Closed),
                name: Some(contact.name),
            }
        }))
    }

    /// An organisation by its number. Logged.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn look_up_organisation(
        &self,
        actor: &Actor,
        cvr_number: &str,
    ) -> Registered<wire::OrganisationLookup> {
        let party = parties_of_companies(&[cvr_number.to_owned()])?;
        let Some(PartyId::Cvr(cvr)) = party.first().copied() else {
            return unknown("organisation");
        };
        let found = self.store().organisation_by_cvr(cvr).await?;
        let about = found.as_ref().map(|organisation| organisation.id.0);
        self.log_look_up(actor, &[(EventTag::CvrLookedUp, about)]).await?;
        let Some(organisation) = found else { return unknown("organisation") };
        let contact = self.store().contact_by_party(PartyId::Cvr(cvr)).await?;
        let closed = contact.is_some_and(|c| c.status == crate::RegistrationStatus::Closed);
        Ok(wire::OrganisationLookup {
            organisation_id: Some(organisation.id.0),
            organisation_name: Some(organisation.name),
            active_curator: Some(false),
            active_executor: Some(false),
            active_liquidator: Some(false),
            status: Some(if closed { "CLOSED" } else { "ACTIVE" }.into()),
        })
    }

    async fn tell_contacts(&self, contacts: &[Contact]) -> Registered<Vec<wire::Contact>> {
        let mut told = Vec::with_capacity(contacts.len());
        for contact in contacts {
            let beside = self.beside::<ContactDetails>(contact.id.0, contact.id.0).await?;
            told.push(shape(contact, &beside));
        }
        Ok(told)
    }

    /// Writes a look-up down: what was done, and about whom.
    async fn log_look_up(
        &self,
        actor: &Actor,
        done: &[(EventTag, Option<Uuid>)],
    ) -> Result<(), StorageError> {
        let now: Timestamp = self.clock().now();
        let event = |(tag, whom): &_| self.contact_event(*tag, actor, *whom, now);
        let ops: Vec<Op> = done.iter().map(event).collect();
        self.commit_all(ops).await
    }
}

/// One event for each contact that was found, and one for each kind of number or id of which some were
/// not: how many, and which, is not written down.
fn looked_up(asked: &ContactsAsked, found: &[Contact]) -> Vec<(EventTag, Option<Uuid>)> {
    let numbers = |all: &'_ [String]| -> HashSet<String> {
        all.iter().map(|number| number.trim().to_owned()).collect()
    };
    let (cpr, cvr) = (numbers(&asked.cpr_numbers), numbers(&asked.cvr_numbers));
    let of_one = |contact: &Contact| {
        let (tag, numbers) = match contact.party {
            PartyId::Cpr(_) => (EventTag::CprLookedUp, &cpr),
            PartyId::Cvr(_) => (EventTag::CvrLookedUp, &cvr),
        };
        let is_by_number = numbers.contains(contact.party.digits());
        (if is_by_number { tag } else { EventTag::ContactSearches }, Some(contact.id.0))
    };
    let mut done: Vec<_> = found.iter().map(of_one).collect();
    for (tag, all) in [
        (EventTag::CprLookedUp, cpr.len()),
        (EventTag::CvrLookedUp, cvr.len()),
        (EventTag::ContactSearches, asked.ids.len()),
    ] {
        if done.iter().filter(|(there, _)| *there == tag).count() < all {
            done.push((tag, None));
        }
    }
    done
}

/// Sender systems look contacts up, and those who serve them.
fn must_look_up(actor: &Actor) -> Registered<()> {
    match actor {
        Actor::System(caller) => Ok(caller.must_send()?),
        Actor::Person(person) => {
            let serves = [
                Privilege::CitizenServiceEmployee,
                Privilege::BusinessServiceEmployee,
                Privilege::SystemManager,
            ];
            if serves.iter().any(|privilege| person.may(*privilege)) {
                return Ok(());
            }
            let message = "contacts are looked up by sender systems and by those who serve them";
            Err(forbidden("contacts.not.yours", message).into())
        }
    }
}

fn parties(numbers: &[String], id_type: &str, field: &str) -> Registered<Vec<PartyId>> {
    let mut parties = Vec::with_capacity(numbers.len());
    for number in numbers {
        let Ok(party) = PartyId::parse(id_type, number.trim()) else {
            let (code, message) = match id_type {
                "CPR" => ("cpr.invalid", "a CPR number is exactly ten digits"),
                _ => ("cvr.invalid", "a CVR number is exactly eight digits"),
            };
            return faults::fault("Contact", field, code, message);
        };
        parties.push(party);
    }
    Ok(parties)
}

fn parties_of_companies(numbers: &[String]) -> Registered<Vec<PartyId>> {
    parties(numbers, "CVR", "cvrNumber")
}
