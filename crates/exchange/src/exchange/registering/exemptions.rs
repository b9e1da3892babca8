//! Exemptions from Digital Post: taken down by those who serve people or companies, in force at once.

use brevdue_memo::{PartyId, Timestamp};
use brevdue_wire::registry as wire;
use brevdue_wire::registry::{Exemption, ExemptionCommand, ExemptionStatus, MassPrintRecipient};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::contacts::{registration, serves};
use super::details::ContactDetails;
use super::{Faults, Registered, RegisteringError, forbidden, must_be, unknown};
use crate::exchange::Exchange;
use crate::exchange::people::Actor;
use crate::resource::{Kept, Resource};
use crate::storage::RecordKind;
use crate::{Contact, ContactId, RegistrationStatus};

/// An exemption, as it is kept; its owner is the contact.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ExemptionDetails {
    recipient: Option<MassPrintRecipient>,
    date: String,
    organisation: Option<String>,
    forward_to_address: bool,
    exempt_by_proxy: bool,
    /// How the contact was registered before.
    before: Option<wire::RegistrationStatus>,
}

impl Resource for ExemptionDetails {
    const KIND: RecordKind = RecordKind::Exemption;
}

impl Exchange {
    /// Exempts a contact.
    ///
    /// # Errors
    /// See [`RegisteringError`].
    pub async fn exempt(&self, actor: &Actor, command: ExemptionCommand) -> Registered<Exemption> {
        let (party, date) = self.check_exemption(&command)?;
        must_serve(actor, party)?;
        let contact = self.store().contact_by_party(party).await?;
        let mut faults = Faults::of("ExemptionCommand");
        let field = if matches!(party, PartyId::Cpr(_)) { "cprNumber" } else { "cvrNumber" };
        let Some(contact) = contact else {
            faults.add(field, "contact.not.found", "no contact with this number is registered");
            return Err(faults
                .done()
                .err()
                .unwrap_or(RegisteringError::Unknown { what: "contact" }));
        };
        let fits =
            matches!(contact.status, RegistrationStatus::Exempt | RegistrationStatus::Closed);
        faults.must(
            !fits,
            field,
            "contact.not.registered",
            "the contact is exempt or closed already",
        );
        faults.done()?;

        let now = self.clock().now();
        let beside = self.beside::<ContactDetails>(contact.id.0, contact.id.0).await?;
        let before = registration(&contact, beside.body());
        let details = details(command, date, before);
        let kept = Kept::new(self.ids().ordered(), contact.id.0, now, details);
        let noted = ContactDetails {
            registration_status: Some(wire::RegistrationStatus::ExemptOtherReason),
            exempt_by_proxy: kept.body.exempt_by_proxy,
            exemption_start: Some(kept.body.date.clone()),
            exemption_end: None,
            ..beside.body().clone()
        };
        let exempt = Contact { status: RegistrationStatus::Exempt, ..contact.clone() };
        self.put_contact(actor, &contact, &exempt, beside, noted, vec![kept.add()?]).await?;
        Ok(shape(&contact, &kept))
    }

    /// One exemption.
    ///
    /// # Errors
    /// See [`RegisteringError`].
    pub async fn tell_exemption(&self, actor: &Actor, id: Uuid) -> Registered<Exemption> {
        let (contact, kept) = self.exemption_there(actor, id).await?;
        Ok(shape(&contact, &kept))
    }

    /// Changes what is noted with an exemption.
    ///
    /// # Errors
    /// See [`RegisteringError`].
    pub async fn change_exemption(
        &self,
        actor: &Actor,
        id: Uuid,
        expected: i64,
        command: ExemptionCommand,
    ) -> Registered<Exemption> {
        let (contact, kept) = self.exemption_there(actor, id).await?;
        must_be(expected, kept.version)?;
        let named = ExemptionCommand {
            cpr_number: command.cpr_number.clone().or_else(|| number(&contact, "CPR")),
            cvr_number: command.cvr_number.clone().or_else(|| number(&contact, "CVR")),
            ..command
        };
        let (party, date) = self.check_exemption(&named)?;
        if party != contact.party {
            let mut faults = Faults::of("ExemptionCommand");
            faults.add("cprNumber", "number.fixed", "the number of an exemption stays as it is");
            faults.done()?;
        }
        let body = details(named, date, kept.body.before);
        let (kept, op) = Kept { body, ..kept }.change(self.clock().now())?;
        self.commit_all(vec![op]).await?;
        Ok(shape(&contact, &kept))
    }

    /// Ends an exemption: the contact is registered as before.
    ///
    /// # Errors
    /// See [`RegisteringError`].
    pub async fn end_exemption(&self, actor: &Actor, id: Uuid, expected: i64) -> Registered<()> {
        let (contact, kept) = self.exemption_there(actor, id).await?;
        must_be(expected, kept.version)?;
        let now = self.clock().now();
        let beside = self.beside::<ContactDetails>(contact.id.0, contact.id.0).await?;
        let is_exempt = contact.status == RegistrationStatus::Exempt;
        let is_company = matches!(contact.party, PartyId::Cvr(_));
        let voluntary = wire::RegistrationStatus::VoluntaryRegistration;
        let noted = ContactDetails {
            registration_status: Some(kept.body.before.unwrap_or(voluntary)),
            exempt_by_proxy: false,
            exemption_start: kept.body.date.clone().into(),
            exemption_end: is_company.then(|| now.to_string()),
            ..beside.body().clone()
        };
        let status = super::contacts::lean_status(kept.body.before.unwrap_or(voluntary));
        let status = if is_exempt { status } else { contact.status };
        let after = Contact { status, ..contact.clone() };
        self.put_contact(actor, &contact, &after, beside, noted, vec![kept.remove()]).await?;
        Ok(())
    }

    async fn exemption_there(
        &self,
        actor: &Actor,
        id: Uuid,
    ) -> Registered<(Contact, Kept<ExemptionDetails>)> {
        let kept = self.kept::<ExemptionDetails>(id).await?;
        let contact = match &kept {
            Some(kept) => self.store().contact(ContactId(kept.owner)).await?,
            None => None,
        };
        let (Some(kept), Some(contact)) = (kept, contact) else { return unknown("exemption") };
        must_serve(actor, contact.party)?;
        Ok((contact, kept))
    }

    fn check_exemption(&self, command: &ExemptionCommand) -> Registered<(PartyId, Timestamp)> {
        let mut faults = Faults::of("ExemptionCommand");
        let party = match (&command.cpr_number, &command.cvr_number) {
            (Some(cpr), None) => PartyId::parse("CPR", cpr).ok(),
            (None, Some(cvr)) => PartyId::parse("CVR", cvr).ok(),
            _ => None,
        };
        let message = "either ten digits in cprNumber or eight digits in cvrNumber";
        faults.must(party.is_some(), "cprNumber", "number.invalid", message);
        let now = self.clock().now();
        let date = faults.time("date", command.date.as_deref());
        let past = date.is_none_or(|date| date <= now);
        faults.must(past, "date", "date.in.future", "an exemption is in force at once");
        faults.text("organisation", command.organisation.as_deref(), 256);
        let forwards = command.forward_to_address == Some(true);
        let there = command.recipient.is_some() || !forwards;
        faults.must(there, "recipient", "field.required", "letters are printed to this recipient");
        if let Some(to) = &command.recipient {
            for (field, text, most) in [
                ("name", &to.name, 256),
                ("zipCode", &to.zip_code, 16),
                ("identity", &to.identity, 64),
                ("address1Text", &to.address1_text, 256),
                ("address2Text", &to.address2_text, 256),
                ("address3Text", &to.address3_text, 256),
            ] {
                faults.text(&format!("recipient.{field}"), text.as_deref(), most);
            }
            let is_code = |code: &String| {
                code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())
            };
            let fits = to.country_code.as_ref().is_none_or(is_code);
            let message = "two capital letters, as in DK";
            faults.must(fits, "recipient.countryCode", "country.invalid", message);
        }
        faults.done()?;
        party.map(|party| (party, date.unwrap_or(now))).ok_or(RegisteringError::Fields(Vec::new()))
    }
}

fn must_serve(actor: &Actor, party: PartyId) -> Registered<()> {
    if serves(actor, party) {
        return Ok(());
    }
    let message = "exemptions are taken down by CITIZEN_SERVICE_EMPLOYEE of people, and by \
                   DANISH_BUSINESS_AUTHORITY_SERVICE_EMPLOYEE of companies";
    Err(forbidden("exemption.not.yours", message).into())
}

fn details(
    command: ExemptionCommand,
    date: Timestamp,
    before: Option<wire::RegistrationStatus>,
) -> ExemptionDetails {
    ExemptionDetails {
        recipient: command.recipient,
        date: date.to_string(),
        organisation: command.organisation,
        forward_to_address: command.forward_to_address.unwrap_or_default(),
        exempt_by_proxy: command.exempt_by_proxy.unwrap_or_default(),
        before,
    }
}

fn number(contact: &Contact, id_type: &str) -> Option<String> {
    (contact.party.id_type() == id_type).then(|| contact.party.digits().to_owned())
}

fn shape(contact: &Contact, kept: &Kept<ExemptionDetails>) -> Exemption {
    let details = &kept.body;
    Exemption {
        id: Some(kept.id),
        version: Some(kept.version),
        cpr_number: number(contact, "CPR"),
        cvr_number: number(contact, "CVR"),
        recipient: details.recipient.clone(),
        date: Some(details.date.clone()),
        send_letters_received_from_date: details.forward_to_address.then(|| details.date.clone()),
        organisation: details.organisation.clone(),
        forward_to_address: Some(details.forward_to_address),
        exempt_by_proxy: Some(details.exempt_by_proxy),
        exemption_status: Some(ExemptionStatus::Processed),
    }
}
