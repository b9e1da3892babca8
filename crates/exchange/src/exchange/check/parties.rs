//! Checks 11 to 21: when, from whom, and to whom.

use brevdue_memo::rules::contact_point_id_is_uuid;
use brevdue_memo::{MessageType, PartyId};
use jiff::civil::Date;

use super::{
    CONTACT_POINT_FORMAT, CONTACT_POINT_NOT_FOUND, CONTACT_POINT_TARGET, DATE_TOO_EARLY,
    DATE_TOO_LATE, Facts, Failure, Found, LEGAL_NOT_ALLOWED, MANDATORY_NOT_ALLOWED,
    NEMSMS_NOT_REGISTERED, NOTIFICATION_EMPTY, RECIPIENT_CLOSED, RECIPIENT_EXEMPT,
    RECIPIENT_NOT_FOUND, RECIPIENT_NOT_REGISTERED, RECIPIENT_TYPE, RecipientFacts,
    SENDER_NOT_ALLOWED, SenderKind,
};
use crate::{Organisation, RegistrationStatus};

pub(super) fn check(facts: &Facts<'_>, found: &mut Found) {
    date(facts, found);
    contact_point(facts, found);
    sender(facts, found);
    recipient(facts, found);
    nemsms(facts, found);
}

/// The day before which a message must not be delivered. A day no calendar has counts as far off.
pub(in crate::exchange) fn delivery_day(facts: &Facts<'_>) -> Option<Date> {
    let date = facts.letter.header.do_not_deliver_until_date.as_ref()?;
    Some(facts.calendar.day(date).unwrap_or(if date.year_month_day().0 < 0 {
        Date::MIN
    } else {
        Date::MAX
    }))
}

/// Check 11.
fn date(facts: &Facts<'_>, found: &mut Found) {
    let Some(day) = delivery_day(facts) else { return };
    let today = facts.calendar.today(facts.now);
    let months = facts.policy.delay_months;
    if day < today {
        found.add(
            DATE_TOO_EARLY
                .failure("Message/MessageHeader/doNotDeliverUntilDate: the date has passed"),
        );
    } else if day > facts.calendar.months_after(today, months) {
        found.add(DATE_TOO_LATE.failure(format!(
            "Message/MessageHeader/doNotDeliverUntilDate: the date is more than {months} months off"
        )));
    }
}

/// Checks 12 and 13. Contact points belong to organisations; one on a person, as in the official
/// example, says nothing.
fn contact_point(facts: &Facts<'_>, found: &mut Found) {
    const PATH: &str = "Message/MessageHeader/Recipient/ContactPoint/contactPointID";
    let Some(named) = &facts.letter.header.recipient.contact_point else { return };
    if matches!(facts.recipient.party, PartyId::Cpr(_)) {
        return;
    }
    if !contact_point_id_is_uuid(&named.contact_point_id) {
        let text = format!("{PATH}: the id of a contact point is a UUID [MEMO-R-018]");
        found.add(CONTACT_POINT_FORMAT.failure(text));
        return;
    }
    let owner = facts.recipient.organisation.as_ref().map(|o| o.id);
    let point = facts.recipient.contact_point.as_ref();
    let Some(point) = point.filter(|point| Some(point.organisation) == owner) else {
        let text = format!("{PATH}: the recipient has no contact point with this id");
        found.add(CONTACT_POINT_NOT_FOUND.failure(text));
        return;
    };
    let (open, kind) = match facts.sender.kind {
        SenderKind::Authority(_) => (point.targets.authorities, "authorities"),
        SenderKind::Company => (point.targets.companies, "companies"),
        SenderKind::Citizen => (point.targets.citizens, "citizens"),
    };
    if !open {
        let text = format!("{PATH}: the contact point does not take mail from {kind}");
        found.add(CONTACT_POINT_TARGET.failure(text));
    }
}

/// Checks 14 and 15.
fn sender(facts: &Facts<'_>, found: &mut Found) {
    let header = &facts.letter.header;
    if header.sender.party().ok() != Some(facts.sender.party) {
        found.add(SENDER_NOT_ALLOWED.failure(
            "Message/MessageHeader/Sender/senderID: the sender is not the owner of the system the \
             message came from",
        ));
    }
    let rights = match facts.sender.kind {
        SenderKind::Authority(rights) => {
            if !rights.terms_accepted {
                found.add(
                    SENDER_NOT_ALLOWED.failure("the authority has not accepted the terms of use"),
                );
            }
            rights
        }
        SenderKind::Company | SenderKind::Citizen => Default::default(),
    };
    if header.mandatory == Some(true) && !rights.mandatory_post {
        found.add(MANDATORY_NOT_ALLOWED.failure(
            "Message/MessageHeader/mandatory: the sender may not send mandatory mail \
             (mandatoryPostAllowed)",
        ));
    }
    if header.legal_notification == Some(true) && !rights.legal_notification {
        found.add(LEGAL_NOT_ALLOWED.failure(
            "Message/MessageHeader/legalNotification: the sender may not serve legal documents \
             (legalNotificationAllowed)",
        ));
    }
}

/// Checks 16 to 19.
fn recipient(facts: &Facts<'_>, found: &mut Found) {
    let recipient = facts.recipient;
    if !matches!(facts.sender.kind, SenderKind::Authority(_)) && recipient.is_public() {
        found.add(RECIPIENT_TYPE.failure(
            "Message/MessageHeader/Recipient: citizens and companies may write to authorities only",
        ));
    }
    let mandatory = facts.letter.header.mandatory == Some(true);
    let sms = facts.letter.header.message_type == MessageType::NemSms;
    if let Some(failure) = deliverable(recipient, mandatory || sms) {
        found.add(failure);
    }
}

/// Checks 17 to 19: why a recipient cannot get mail now. `past_exemption`: mandatory mail reaches
/// the exempt, and text messages do not ask about Digital Post.
pub(in crate::exchange) fn deliverable(
    recipient: &RecipientFacts,
    past_exemption: bool,
) -> Option<Failure> {
    if recipient.organisation.as_ref().is_some_and(Organisation::is_authority) {
        return None; // Authorities are reached through their systems, see `route`.
    }
    let Some(contact) = &recipient.contact else {
        return Some(RECIPIENT_NOT_FOUND.failure(
            "Message/MessageHeader/Recipient/recipientID: the recipient is not in the registry",
        ));
    };
    match contact.status {
        RegistrationStatus::Registered => None,
        RegistrationStatus::Closed => Some(
            RECIPIENT_CLOSED.failure("the recipient is closed: dead, or a company that has ceased"),
        ),
        RegistrationStatus::Exempt if past_exemption => None,
        RegistrationStatus::Exempt => {
            Some(RECIPIENT_EXEMPT.failure("the recipient is exempt from Digital Post"))
        }
        RegistrationStatus::Unknown => Some(
            RECIPIENT_NOT_REGISTERED
                .failure("the recipient's registration for Digital Post is not confirmed yet"),
        ),
    }
}

/// Checks 20 and 21.
fn nemsms(facts: &Facts<'_>, found: &mut Found) {
    let header = &facts.letter.header;
    if header.message_type != MessageType::NemSms {
        return;
    }
    if header.notification.as_ref().is_none_or(|text| text.trim().is_empty()) {
        found.add(
            NOTIFICATION_EMPTY
                .failure("Message/MessageHeader/notification: a NemSMS has a text [MEMO-R-020]"),
        );
    }
    // No subscriptions to NemSMS are kept yet, so nobody has one.
    found.add(
        NEMSMS_NOT_REGISTERED.failure("the recipient has no verified number registered for NemSMS"),
    );
}

impl RecipientFacts {
    /// Whether this is known to be no authority: a person, or an organisation registered as another.
    fn is_public(&self) -> bool {
        match (&self.party, &self.organisation) {
            (PartyId::Cpr(_), _) => true,
            (PartyId::Cvr(_), Some(organisation)) => !organisation.is_authority(),
            // A company may stand in the contact registry alone.
            (PartyId::Cvr(_), None) => self.contact.is_some(),
        }
    }
}
