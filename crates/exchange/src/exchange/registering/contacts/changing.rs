//! What may be changed of a contact: its number for text messages by itself, the rest by those who serve it.

use brevdue_memo::{PartyId, Timestamp};
use brevdue_wire::registry as wire;
use brevdue_wire::registry::SubscriptionVerificationCommand;
use uuid::Uuid;

use super::shaping::{lean_status, registration, shape};
use crate::exchange::Exchange;
use crate::exchange::notices::Notice;
use crate::exchange::people::{Actor, Privilege};
use crate::exchange::registering::details::{Beside, ContactDetails, NemSms};
use crate::exchange::registering::faults::fault;
use crate::exchange::registering::subscriptions::Change;
use crate::exchange::registering::{
    Faults, Registered, RegisteringError, forbidden, is_own, must_be, unknown,
};
use crate::{Contact, ContactId, EventTag, Op, PhoneNumber, RegistrationStatus, StorageError};

/// Wrong codes after which a number must be entered again.
const WRONG_CODES: u32 = 5;

impl Exchange {
    /// Changes a contact. A new telephone number takes text messages once its code has been entered.
    ///
    /// # Errors
    /// See [`RegisteringError`].
    pub async fn change_contact(
        &self,
        actor: &Actor,
        id: ContactId,
        expected: i64,
        command: wire::Contact,
    ) -> Registered<wire::Contact> {
        let (contact, beside) = self.contact_of(actor, id).await?;
        must_be(expected, beside.version())?;
        let serves = serves(actor, contact.party);
        let (status, number) = check(&contact, beside.body(), &command, serves)?;

        let now = self.clock().now();
        let mut details = beside.body().clone();
        let mut ops = Vec::new();
        let mut changed = contact.clone();
        if serves {
            details.eligible_for_voluntary_registration =
                command.eligible_for_voluntary_registration.unwrap_or_default();
        }
        if let Some(status) = status {
            details.registration_status = Some(status);
            changed.status = lean_status(status);
        }
        let shown = shown_number(&contact, &details);
        if number.as_ref().map(PhoneNumber::digits) != shown.as_deref() {
            let tag = match (&shown, &number) {
                (None, _) => EventTag::NemSmsCreated,
                (Some(_), Some(_)) => EventTag::NemSmsUpdated,
                (Some(_), None) => EventTag::NemSmsDeleted,
            };
            ops.push(self.contact_event(tag, actor, Some(contact.id.0), now));
            changed.nemsms = None;
            details.nem_sms = number.map(|number| self.unverified(number));
            if let Some(entered) = &details.nem_sms {
                ops.extend(self.text_of_code(entered, contact.id, now));
            }
        }
        let beside = self.put_contact(actor, &contact, &changed, beside, details, ops).await?;
        Ok(shape(&changed, &beside))
    }

    /// Enters the code that was sent to a telephone number. It takes text messages from now on.
    ///
    /// # Errors
    /// See [`RegisteringError`].
    pub async fn verify_number(
        &self,
        actor: &Actor,
        id: ContactId,
        verification: Uuid,
        command: SubscriptionVerificationCommand,
    ) -> Registered<wire::Contact> {
        let (contact, beside) = self.contact_of(actor, id).await?;
        let entered = beside.body().nem_sms.clone().filter(|entered| entered.id == verification);
        let Some(entered) = entered else { return unknown("verification") };
        if entered.verified.is_some() {
            return Ok(shape(&contact, &beside));
        }
        if entered.wrong_codes >= WRONG_CODES {
            return Err(RegisteringError::DoesNotFit {
                code: "verification.locked",
                message: "too many wrong codes; enter the telephone number again",
            });
        }
        let now = self.clock().now();
        let mut details = beside.body().clone();
        if entered.code.as_deref() != Some(command.verification_code.as_str()) {
            details.nem_sms = Some(NemSms { wrong_codes: entered.wrong_codes + 1, ..entered });
            let (_, op) = beside.change(now, details)?;
            self.commit_all(vec![op]).await?;
            let resource = "SubscriptionVerificationCommand";
            let message = "this is not the code that was sent";
            return fault(resource, "verificationCode", "verification.code.wrong", message);
        }
        let number: PhoneNumber = entered.mobile_number.parse().map_err(|_| {
            StorageError::Damaged("a telephone number that was entered is none".into())
        })?;
        details.nem_sms = Some(NemSms { verified: Some(now.to_string()), code: None, ..entered });
        let changed = Contact { nemsms: Some(number), ..contact.clone() };
        let ops =
            vec![self.contact_event(EventTag::NemSmsActivated, actor, Some(contact.id.0), now)];
        let beside = self.put_contact(actor, &contact, &changed, beside, details, ops).await?;
        Ok(shape(&changed, &beside))
    }

    /// A contact and what is kept beside it, for those who may change it.
    async fn contact_of(
        &self,
        actor: &Actor,
        id: ContactId,
    ) -> Registered<(Contact, Beside<ContactDetails>)> {
        let contact = self.store().contact(id).await?;
        let may =
            contact.as_ref().is_some_and(|c| is_own(actor, c.party) || serves(actor, c.party));
        if !may {
            let message = "a contact is changed by itself and by those who serve it";
            return Err(forbidden("contact.not.yours", message).into());
        }
        let Some(contact) = contact else { return unknown("contact") };
        let beside = self.beside::<ContactDetails>(id.0, id.0).await?;
        Ok((contact, beside))
    }

    /// Puts a changed contact and tells whoever wants to hear of it.
    pub(in crate::exchange::registering) async fn put_contact(
        &self,
        actor: &Actor,
        before: &Contact,
        after: &Contact,
        beside: Beside<ContactDetails>,
        details: ContactDetails,
        mut ops: Vec<Op>,
    ) -> Result<Beside<ContactDetails>, StorageError> {
        let now = self.clock().now();
        let (beside, op) = beside.change(now, details)?;
        ops.push(op);
        ops.push(Op::PutContact(after.clone()));
        if before.status != after.status {
            let tag = match after.status {
                RegistrationStatus::Registered => Some(EventTag::DigitalPostRegistered),
                RegistrationStatus::Exempt => Some(EventTag::DigitalPostExempted),
                _ => None,
            };
            ops.extend(tag.map(|tag| self.contact_event(tag, actor, Some(after.id.0), now)));
        }
        ops.extend(self.tell_of_contact(after, Change::Updated).await?);
        self.commit_all(ops).await?;
        Ok(beside)
    }

    fn unverified(&self, number: PhoneNumber) -> NemSms {
        let code = self.ids().random().as_u128() % 1_000_000;
        NemSms {
            id: self.ids().random(),
            mobile_number: number.digits().to_owned(),
            code: Some(format!("{code:06}")),
            wrong_codes: 0,
            verified: None,
        }
    }

    /// The changes that send the code to the telephone.
    fn text_of_code(&self, entered: &NemSms, contact: ContactId, now: Timestamp) -> Vec<Op> {
        let code = entered.code.as_deref().unwrap_or_default();
        let notice = Notice {
            id: entered.id,
            to: vec![entered.mobile_number.clone()],
            subject: "Kode til NemSMS".to_owned(),
            text: format!("Din kode til NemSMS er {code}. Your code for NemSMS is {code}."),
            system: None,
            letter: None,
            made_at: now.to_string(),
        };
        self.send_notice(&notice, contact.0)
    }
}

/// Whether somebody serves people or companies, whichever the contact is.
pub(in crate::exchange::registering) fn serves(actor: &Actor, party: PartyId) -> bool {
    let Actor::Person(person) = actor else { return false };
    let privilege = match party {
        PartyId::Cpr(_) => Privilege::CitizenServiceEmployee,
        PartyId::Cvr(_) => Privilege::BusinessServiceEmployee,
    };
    person.may(privilege) || person.may(Privilege::SystemManager)
}

fn shown_number(contact: &Contact, details: &ContactDetails) -> Option<String> {
    let entered = details.nem_sms.as_ref().map(|entered| entered.mobile_number.clone());
    entered.or_else(|| contact.nemsms.as_ref().map(|number| number.digits().to_owned()))
}

/// The new registration, if it changes, and the telephone number there is to be.
fn check(
    contact: &Contact,
    details: &ContactDetails,
    command: &wire::Contact,
    serves: bool,
) -> Registered<(Option<wire::RegistrationStatus>, Option<PhoneNumber>)> {
    let mut faults = Faults::of("Contact");
    let (cpr, cvr) = match contact.party {
        PartyId::Cpr(_) => (Some(contact.party.digits()), None),
        PartyId::Cvr(_) => (None, Some(contact.party.digits())),
    };
    let stays = "the number of a contact stays as it is";
    let is_same = |given: Option<&str>, own: Option<&str>| given.is_none() || given == own;
    faults.must(is_same(command.cpr_number.as_deref(), cpr), "cprNumber", "number.fixed", stays);
    faults.must(is_same(command.cvr_number.as_deref(), cvr), "cvrNumber", "number.fixed", stays);

    let asked = command.mailbox_subscription.as_ref().and_then(|s| s.registration_status);
    let status = asked.filter(|asked| registration(contact, details) != Some(*asked));
    let by_others = "only those who serve contacts change this";
    let field = "mailboxSubscription.registrationStatus";
    faults.must(status.is_none() || serves, field, "registration.not.yours", by_others);
    if status.is_some() && contact.status == RegistrationStatus::Closed {
        faults.add(field, "contact.closed", "a closed contact is not opened again");
    }
    let eligible = command.eligible_for_voluntary_registration;
    let same = eligible.is_none_or(|e| e == details.eligible_for_voluntary_registration);
    let field = "eligibleForVoluntaryRegistration";
    faults.must(same || serves, field, "registration.not.yours", by_others);

    let mut number = None;
    if let Some(subscription) = &command.nem_sms_subscription {
        number = subscription.mobile_number.as_deref().and_then(|text| text.parse().ok());
        let message = "eight digits, the first from 2 to 9";
        let field = "nemSmsSubscription.mobileNumber";
        faults.must(number.is_some(), field, "phone.invalid", message);
    }
    faults.done()?;
    Ok((status, number))
}
