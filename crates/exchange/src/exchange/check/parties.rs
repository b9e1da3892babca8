//! Checks 11 to 21: when, from whom, and to whom.

use brevdue_memo::rules::contact_point_id_is_uuid;
use brevdue_memo::{MessageType, PartyId};
use jiff::civil::Date;

use super::texts::over_the_limit;
use super::{Facts, Failure, Found, RecipientFacts, SenderKind};
use crate::exchange::codes::{
    CONTACT_POINT_FORMAT, CONTACT_POINT_NOT_FOUND, CONTACT_POINT_TARGET, DATE_TOO_EARLY,
    DATE_TOO_LATE, LEGAL_NOT_ALLOWED, MANDATORY_NOT_ALLOWED, NEMSMS_NOT_REGISTERED,
    NEMSMS_TOO_LONG, RECIPIENT_CLOSED, RECIPIENT_EXEMPT, RECIPIENT_NOT_FOUND,
    RECIPIENT_NOT_REGISTERED, RECIPIENT_TYPE, SENDER_NOT_ALLOWED,
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
    let (recipient, header) = (facts.recipient, &facts.letter.header);
    // To whom a mailbox may forward is decided where it is asked to.
    let is_forwarded = facts.sender.mailbox.is_some() && header.forward_data.is_some();
    let is_authority = matches!(facts.sender.kind, SenderKind::Authority(_));
    if !is_authority && !is_forwarded && recipient.is_public() {
        found.add(RECIPIENT_TYPE.failure(
            "Message/MessageHeader/Recipient: citizens and companies may write to authorities only",
        ));
    }
    let wanted = Wanted::of(header.message_type, header.mandatory == Some(true));
    if let Some(failure) = deliverable(recipient, wanted) {
        found.add(failure);
    }
}

/// How a message wants to reach its recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::exchange) enum Wanted {
    /// As ordinary Digital Post.
    Post,
    /// As Digital Post that the exempt get too.
    MandatoryPost,
    /// As a text message, which does not ask about Digital Post.
    TextMessage,
}

impl Wanted {
    pub(in crate::exchange) fn of(message_type: MessageType, mandatory: bool) -> Self {
        match message_type {
            MessageType::NemSms => Self::TextMessage,
            _ if mandatory => Self::MandatoryPost,
            _ => Self::Post,
        }
    }
}

/// Checks 17 to 19 and 21: why a recipient cannot get this now.
pub(in crate::exchange) fn deliverable(
    recipient: &RecipientFacts,
    wanted: Wanted,
) -> Option<Failure> {
    let by_post = wanted != Wanted::TextMessage;
    if by_post && recipient.organisation.as_ref().is_some_and(Organisation::is_authority) {
        return None; // Authorities are reached through their systems, see `route`.
    }
    let Some(contact) = &recipient.contact else {
        return Some(RECIPIENT_NOT_FOUND.failure(
            "Message/MessageHeader/Recipient/recipientID: the recipient is not in the registry",
        ));
    };
    match contact.status {
        RegistrationStatus::Closed => Some(
            RECIPIENT_CLOSED.failure("the recipient is closed: dead, or a company that has ceased"),
        ),
        _ if !by_post => contact.nemsms.is_none().then(|| {
            NEMSMS_NOT_REGISTERED
                .failure("the recipient has no verified number registered for NemSMS")
        }),
        RegistrationStatus::Registered => None,
        RegistrationStatus::Exempt if wanted == Wanted::MandatoryPost => None,
        RegistrationStatus::Exempt => {
            Some(RECIPIENT_EXEMPT.failure("the recipient is exempt from Digital Post"))
        }
        RegistrationStatus::Unconfirmed
        | RegistrationStatus::Awaiting
        | RegistrationStatus::Unknown => Some(
            RECIPIENT_NOT_REGISTERED
                .failure("the recipient's registration for Digital Post is not confirmed yet"),
        ),
    }
}

/// Check 20, the length; that there is a text at all is a rule of the format.
fn nemsms(facts: &Facts<'_>, found: &mut Found) {
    let header = &facts.letter.header;
    if header.message_type != MessageType::NemSms {
        return;
    }
    let text = header.notification.as_deref().unwrap_or_default();
    if let Some((length, limit)) = over_the_limit(text, facts.policy) {
        found.add(NEMSMS_TOO_LONG.failure(format!(
            "Message/MessageHeader/notification: the text is {length} characters, over the limit \
             of {limit} for its alphabet"
        )));
    }
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
