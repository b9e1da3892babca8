//! Contacts of the invented country, put there as a whole: what letters ask of them, what the registry tells
//! of them, and the word to those who subscribe.

use super::shaping::registration;
use crate::exchange::Exchange;
use crate::exchange::registering::details::{ContactDetails, NemSms};
use crate::exchange::registering::subscriptions::Change;
use crate::{Contact, EventTag, Op, RegistrationStatus, StorageError};

impl Exchange {
    /// The changes that put somebody into the contact registry, or change them, as those who serve contacts
    /// would: with the event, the details, and the notifications. None when they are so already.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn invented_contact(
        &self,
        before: Option<&Contact>,
        after: Contact,
    ) -> Result<Vec<Op>, StorageError> {
        if before == Some(&after) {
            return Ok(Vec::new());
        }
        let now = self.now();
        let beside = self.beside::<ContactDetails>(after.id.0, after.id.0).await?;
        let mut details = beside.body().clone();
        details.registration_status = registration(&after, &details);
        if after.status != RegistrationStatus::Exempt {
            (details.exemption_start, details.exemption_end) = (None, None);
        }
        let noted = details.nem_sms.as_ref().map(|noted| noted.mobile_number.as_str());
        let number = after.nemsms.as_ref().map(|number| number.digits());
        let new_number = noted != number || before.is_none_or(|one| one.nemsms != after.nemsms);
        if new_number {
            details.nem_sms = number.map(|number| NemSms {
                id: self.ids().random(),
                mobile_number: number.to_owned(),
                code: None,
                wrong_codes: 0,
                verified: Some(now.to_string()),
            });
        }
        let mut ops = Vec::new();
        if *beside.body() != details {
            ops.push(beside.change(now, details)?.1);
        }
        let registers = before.map(|one| one.status) != Some(after.status);
        let tag = match after.status {
            RegistrationStatus::Registered => Some(EventTag::DigitalPostRegistered),
            RegistrationStatus::Exempt => Some(EventTag::DigitalPostExempted),
            _ => None,
        };
        ops.extend(tag.filter(|_| registers).map(|tag| self.event(tag, now).into_op()));
        ops.extend(self.tell_of_contact(&after, self.change_of(before, &after)).await?);
        ops.extend(self.contact_changes(before, after));
        Ok(ops)
    }

    /// What happened to a contact that was so and now is so, as subscribers are told.
    pub fn change_of(&self, before: Option<&Contact>, after: &Contact) -> Change {
        let is_closed = |contact: &Contact| contact.status == RegistrationStatus::Closed;
        match before {
            None => Change::Created,
            Some(before) if is_closed(after) && !is_closed(before) => Change::Closed,
            Some(_) => Change::Updated,
        }
    }
}
