//! A contact as it is told.

use brevdue_memo::PartyId;
use brevdue_wire::registry as wire;
use brevdue_wire::registry::{ContactType, MailboxSubscription, NemSmsSubscription};

use super::super::details::{Beside, ContactDetails};
use super::super::told;
use crate::{Contact, RegistrationStatus};

pub(in crate::exchange::registering) fn public_status(
    contact: &Contact,
) -> wire::PublicRegistrationStatus {
    match contact.status {
        RegistrationStatus::Registered => wire::PublicRegistrationStatus::Registered,
        RegistrationStatus::Exempt => wire::PublicRegistrationStatus::Exempt,
        RegistrationStatus::Closed => wire::PublicRegistrationStatus::Closed,
        _ => wire::PublicRegistrationStatus::Unknown,
    }
}

/// What letters ask of a registration, as the registry names it.
pub(in crate::exchange::registering) fn lean_status(
    status: wire::RegistrationStatus,
) -> RegistrationStatus {
    use wire::RegistrationStatus as Wire;
    match status {
        Wire::AutomaticRegistration | Wire::VoluntaryRegistration => RegistrationStatus::Registered,
        Wire::ExemptLeftTheCountry | Wire::ExemptOtherReason => RegistrationStatus::Exempt,
        Wire::BeforeUnconfirmedRegistration | Wire::UnconfirmedRegistration => {
            RegistrationStatus::Unconfirmed
        }
        Wire::CreatedAwaitingRegistration => RegistrationStatus::Awaiting,
        Wire::Unknown => RegistrationStatus::Unknown,
    }
}

/// How the contact is registered: as was noted, if letters still see it so, else as it most likely is.
pub(in crate::exchange::registering) fn registration(
    contact: &Contact,
    details: &ContactDetails,
) -> Option<wire::RegistrationStatus> {
    use wire::RegistrationStatus as Wire;
    if let Some(noted) = details.registration_status
        && lean_status(noted) == contact.status
    {
        return Some(noted);
    }
    match contact.status {
        RegistrationStatus::Registered => Some(Wire::AutomaticRegistration),
        RegistrationStatus::Exempt => Some(Wire::ExemptOtherReason),
        RegistrationStatus::Unconfirmed => Some(Wire::UnconfirmedRegistration),
        RegistrationStatus::Awaiting => Some(Wire::CreatedAwaitingRegistration),
        RegistrationStatus::Closed | RegistrationStatus::Unknown => None,
    }
}

pub(super) fn shape(contact: &Contact, beside: &Beside<ContactDetails>) -> wire::Contact {
    let details = beside.body();
    let id = Some(contact.id.0);
    let version = Some(beside.version());
    let digits = || Some(contact.party.digits().to_owned());
    let (kind, cpr_number, cvr_number) = match contact.party {
        PartyId::Cpr(_) => (ContactType::Citizen, digits(), None),
        PartyId::Cvr(_) => (ContactType::Company, None, digits()),
    };
    wire::Contact {
        id,
        version,
        kind: Some(kind),
        cpr_number,
        cvr_number,
        eligible_for_voluntary_registration: Some(details.eligible_for_voluntary_registration),
        nem_sms_subscription: nem_sms(contact, beside),
        mailbox_subscription: Some(MailboxSubscription {
            id,
            version,
            registration_status: registration(contact, details),
            public_registration_status: Some(public_status(contact)),
            exempt_through_power_of_attorney: Some(details.exempt_by_proxy),
            exemption_start: details.exemption_start.clone(),
            exemption_end: details.exemption_end.clone(),
            start_time: None,
            end_time: None,
        }),
        last_updated: told(beside.updated_at()),
        created_date: told(beside.created_at()),
    }
}

/// The number that was verified, or the one that waits to be.
fn nem_sms(contact: &Contact, beside: &Beside<ContactDetails>) -> Option<NemSmsSubscription> {
    let noted = &beside.body().nem_sms;
    let number = noted.as_ref().map(|noted| noted.mobile_number.as_str());
    let verified = contact.nemsms.as_ref().map(|number| number.digits());
    let shown = number.or(verified)?;
    let of_this = noted.as_ref().filter(|noted| verified == Some(noted.mobile_number.as_str()));
    Some(NemSmsSubscription {
        id: Some(noted.as_ref().map_or(contact.id.0, |noted| noted.id)),
        version: Some(beside.version()),
        mobile_number: Some(shown.to_owned()),
        verification_time: match (verified, of_this) {
            (Some(_), Some(noted)) => noted.verified.clone(),
            // Verified by whoever registered it, before anybody noted when.
            (Some(_), None) if number.is_none() => Some("1970-01-01T00:00:00.000Z".into()),
            _ => None,
        },
        confirmed_date_time: of_this.and_then(|noted| noted.verified.clone()),
    })
}
