//! Who may open a mailbox, and how they hear of new mail.

use brevdue_memo::Timestamp;
use brevdue_wire::mailbox as wire;
use brevdue_wire::{Found, Search};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::listing::not_searched;
use super::opening::{OpenMailbox, Right, time, transaction};
use super::{MailboxError, limits, must_be, text};
use crate::exchange::notices::Notice;
use crate::ids::named;
use crate::storage::RecordKind;
use crate::{Batch, EventTag, Exchange, Kept, Op, Resource, StorageError};

/// An access to a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Whose access it is.
    pub identity: Uuid,
    is_owner: bool,
    opted_out_millis: Option<i64>,
    introduced: bool,
    privileges: Vec<wire::AccessPrivilege>,
    emails: Vec<Subscription>,
    sms: Option<Subscription>,
    pushes: Vec<wire::PushNotificationSubscription>,
}

/// An address that is told of new mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Subscription {
    id: Uuid,
    version: i64,
    address: String,
    at_night: bool,
    verified_millis: Option<i64>,
    code: Option<Code>,
}

/// A code that was sent to an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Code {
    digits: String,
    expires_millis: i64,
    wrong: u32,
}

impl Resource for Access {
    const KIND: RecordKind = RecordKind::Access;

    fn name(&self) -> String {
        self.identity.to_string()
    }
}

impl Access {
    fn new(identity: Uuid, is_owner: bool) -> Self {
        Self {
            identity,
            is_owner,
            opted_out_millis: None,
            introduced: false,
            privileges: Vec::new(),
            emails: Vec::new(),
            sms: None,
            pushes: Vec::new(),
        }
    }

    /// Who is told of new mail by it: id of the subscription, address, and whether at any hour. Nobody
    /// whom it lets in no more, nor who has opted out.
    pub(super) fn hears(&self) -> Vec<(Uuid, String, bool)> {
        if self.opted_out_millis.is_some() || !(self.is_owner || self.right().is_some()) {
            return Vec::new();
        }
        let verified =
            self.emails.iter().chain(&self.sms).filter(|one| one.verified_millis.is_some());
        verified.map(|one| (one.id, one.address.clone(), one.at_night)).collect()
    }

    /// What it lets somebody do who is not the owner.
    pub fn right(&self) -> Option<Right> {
        use wire::AccessPrivilege::*;
        let has = |privilege| self.privileges.contains(&privilege);
        if self.is_owner {
            None
        } else if has(MessageWrite) || has(FullPowerOfAttorney) {
            Some(Right::Write)
        } else if has(MessageBasic) {
            Some(Right::Read)
        } else {
            None
        }
    }
}

fn shown(kept: &Kept<Access>) -> wire::Access {
    let access = &kept.body;
    let millis = |at: i64| time(Timestamp::from_millis(at));
    let confirmed = |subscription: &Subscription| subscription.verified_millis.map(millis);
    let emails = access.emails.iter().map(|one| wire::EmailNotificationSubscription {
        id: Some(one.id),
        version: Some(one.version),
        email: Some(one.address.clone()),
        verification_time: confirmed(one),
        confirmation_time: confirmed(one),
        notification_outside_of_active_window_allowed: Some(one.at_night),
    });
    let sms = access.sms.as_ref().map(|one| wire::SmsNotificationSubscription {
        id: Some(one.id),
        version: Some(one.version),
        mobile_number: Some(one.address.clone()),
        verification_time: confirmed(one),
        confirmation_time: confirmed(one),
        notification_outside_of_active_window_allowed: Some(one.at_night),
    });
    wire::Access {
        id: Some(kept.id),
        version: Some(kept.version),
        transaction_id: Some(transaction(kept.id, kept.version)),
        created_date_time: Some(time(kept.created_at)),
        last_updated: Some(time(kept.updated_at)),
        opted_out_of_notifications_date_time: access.opted_out_millis.map(millis),
        access_type: Some(if access.is_owner {
            wire::AccessType::Owner
        } else {
            wire::AccessType::PartyRepresentative
        }),
        mailbox_id: Some(kept.owner),
        identity_id: Some(access.identity),
        introduction_completed: Some(access.introduced),
        sms_notification_subscription: sms,
        email_notification_subscriptions: Some(emails.collect()),
        push_notification_subscriptions: Some(access.pushes.clone()),
        privileges: Some(access.privileges.clone()),
    }
}

/// Whether a text has the form of a mail address: something, one `@`, and a domain with a dot.
pub(super) fn is_mail_address(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | ',' | ';' | '"' | '@');
    text.len() <= 254
        && text.split_once('@').is_some_and(|(name, domain)| {
            !name.is_empty()
                && name.chars().all(plain)
                && domain.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
                && domain.split('.').count() > 1
                && domain.split('.').all(|part| !part.is_empty())
        })
}

fn is_mobile_number(text: &str) -> bool {
    text.len() == 8
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && !text.starts_with(['0', '1'])
}

const SHAPE: &str = "Access";

impl Exchange {
    /// The accesses to a mailbox: all of them for its owner, for others their own.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn list_accesses(
        &self,
        open: &OpenMailbox,
        search: &Search,
    ) -> Result<Found, MailboxError> {
        let accesses = self.accesses(open).await?;
        let shown: Vec<_> = accesses.iter().map(|(kept, _)| shown(kept)).collect();
        search.run(&shown).map_err(not_searched)
    }

    /// An access.
    ///
    /// # Errors
    ///
    /// [`MailboxError::NotThere`].
    pub async fn access(&self, open: &OpenMailbox, id: Uuid) -> Result<wire::Access, MailboxError> {
        Ok(shown(&self.one_access(open, id).await?.0))
    }

    /// The access somebody has opened a mailbox by.
    pub(super) async fn access_of(&self, open: &OpenMailbox) -> Result<wire::Access, MailboxError> {
        let accesses = self.accesses(open).await?;
        let own = accesses.iter().find(|(kept, _)| kept.body.identity == open.identity);
        own.map(|(kept, _)| shown(kept)).ok_or(MailboxError::NotThere("access"))
    }

    /// Lets somebody else in.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn add_access(
        &self,
        open: &OpenMailbox,
        wanted: &wire::Access,
    ) -> Result<wire::Access, MailboxError> {
        open.must(Right::Own)?;
        let Some(identity) = wanted.identity_id else {
            let message = "identityId is missing: it names who is let in";
            return Err(MailboxError::field(SHAPE, "identityId", message));
        };
        if wanted.access_type == Some(wire::AccessType::Owner) {
            let message = "a mailbox has one owner; others are PARTY_REPRESENTATIVE";
            return Err(MailboxError::field(SHAPE, "accessType", message));
        }
        let there = self.accesses(open).await?;
        if there.iter().any(|(kept, _)| kept.body.identity == identity) {
            return Err(MailboxError::Stands {
                code: "access.exists",
                message: "this identity has an access; change that",
            });
        }
        if there.len() >= limits::ACCESSES {
            return Err(MailboxError::Stands {
                code: "accesses.exceeded",
                message: "the mailbox has as many accesses as it may have",
            });
        }
        let now = self.clock().now();
        let mut access = Access::new(identity, false);
        access.privileges =
            wanted.privileges.clone().unwrap_or_else(|| vec![wire::AccessPrivilege::MessageBasic]);
        tidy(&mut access.privileges);
        let id = named(open.id(), &format!("access {identity}"));
        let kept = Kept::new(id, open.id(), now, access);
        let event = self.event_in(open, EventTag::ReadAccessCreated, now);
        self.store().commit(Batch { ops: vec![kept.add()?, event.into_op()] }).await?;
        Ok(shown(&kept))
    }

    /// Changes an access: its own notifications by whoever has it, what it lets others do by the owner.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn change_access(
        &self,
        open: &OpenMailbox,
        id: Uuid,
        version: i64,
        wanted: &wire::Access,
    ) -> Result<wire::Access, MailboxError> {
        let (mut kept, is_kept) = self.one_access(open, id).await?;
        must_be(version, kept.version)?;
        let now = self.clock().now();
        let mut ops = Vec::new();
        let event = |tag| self.event_in(open, tag, now).into_op();
        if let Some(privileges) = &wanted.privileges {
            let mut privileges = privileges.clone();
            tidy(&mut privileges);
            if privileges != kept.body.privileges {
                open.must(Right::Own)?;
                if kept.body.is_owner {
                    let message = "the owner may do everything; there is nothing to grant";
                    return Err(MailboxError::field(SHAPE, "privileges", message));
                }
                if privileges.is_empty() {
                    ops.push(event(EventTag::ReadAccessDeleted));
                }
                kept.body.privileges = privileges;
            }
        }
        let is_introduced = wanted.introduction_completed.unwrap_or(kept.body.introduced);
        if is_introduced && !kept.body.introduced {
            ops.push(event(EventTag::IntroductionCompleted));
        }
        kept.body.introduced = is_introduced;
        let opts_out = wanted.opted_out_of_notifications_date_time.is_some();
        if opts_out != kept.body.opted_out_millis.is_some() {
            kept.body.opted_out_millis = opts_out.then_some(now.as_millis());
        }
        if let Some(emails) = &wanted.email_notification_subscriptions {
            let addresses = emails
                .iter()
                .map(|one| (one.email.clone(), one.notification_outside_of_active_window_allowed));
            let before = std::mem::take(&mut kept.body.emails);
            kept.body.emails =
                self.subscribe_medium(open, Medium::Email, before, addresses.collect(), &mut ops)?;
        }
        let sms = wanted.sms_notification_subscription.iter().map(|one| {
            (one.mobile_number.clone(), one.notification_outside_of_active_window_allowed)
        });
        let before = kept.body.sms.take().into_iter().collect();
        let sms = self.subscribe_medium(open, Medium::Sms, before, sms.collect(), &mut ops)?;
        kept.body.sms = sms.into_iter().next();
        if let Some(pushes) = &wanted.push_notification_subscriptions {
            self.subscribe_devices(open, &mut kept.body, pushes, &mut ops)?;
        }
        let kept = if is_kept {
            let (kept, op) = kept.change(now)?;
            ops.push(op);
            kept
        } else {
            // Version 1 is what an owner has who has changed nothing.
            kept.version = 2;
            kept.updated_at = now;
            ops.push(kept.add()?);
            kept
        };
        self.store().commit(Batch { ops }).await?;
        Ok(shown(&kept))
    }

    /// Verifies an address by the code that was sent to it.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`]. After five wrong codes, or thirty minutes, another must be asked for by taking
    /// the address out and putting it in again.
    pub async fn verify_subscription(
        &self,
        open: &OpenMailbox,
        access: Uuid,
        subscription: Uuid,
        code: &str,
    ) -> Result<wire::Access, MailboxError> {
        let (mut kept, _) = self.one_access(open, access).await?;
        let now = self.clock().now();
        let is_sms = kept.body.sms.as_ref().is_some_and(|sms| sms.id == subscription);
        let mut all = kept.body.emails.iter_mut().chain(&mut kept.body.sms);
        let found = all.find(|one| one.id == subscription);
        let found = found.ok_or(MailboxError::NotThere("subscription"))?;
        if found.verified_millis.is_some() {
            return Ok(shown(&kept));
        }
        let valid = found.code.as_mut().filter(|code| {
            now.as_millis() < code.expires_millis && code.wrong < limits::CODE_TRIES
        });
        let Some(sent) = valid else {
            let message = "the code has expired; take the address out and put it in again";
            return Err(MailboxError::field(VERIFICATION, "verificationCode", message));
        };
        let is_right = bool::from(sent.digits.as_bytes().ct_eq(code.trim().as_bytes()));
        let mut ops = Vec::new();
        if is_right {
            found.verified_millis = Some(now.as_millis());
            found.version += 1;
            found.code = None;
            let tag = if is_sms {
                EventTag::SmsNotificationSubscriptionVerified
            } else {
                EventTag::EmailNotificationSubscriptionVerified
            };
            ops.push(self.event_in(open, tag, now).into_op());
            ops.push(super::hearing::somebody_hears(open.owner(), now));
        } else {
            sent.wrong += 1;
        }
        let (kept, op) = kept.change(now)?;
        ops.push(op);
        self.store().commit(Batch { ops }).await?;
        if is_right {
            return Ok(shown(&kept));
        }
        let message = "this is not the code that was sent";
        Err(MailboxError::field(VERIFICATION, "verificationCode", message))
    }

    /// Each access with whether it is kept: what the person has who opened the mailbox is there even
    /// when nothing of it was ever changed.
    async fn accesses(
        &self,
        open: &OpenMailbox,
    ) -> Result<Vec<(Kept<Access>, bool)>, StorageError> {
        let kept = self.kept_all::<Access>(Some(open.id()), limits::ACCESSES).await?.items;
        let mut all: Vec<_> = kept.into_iter().map(|kept| (kept, true)).collect();
        if !all.iter().any(|(kept, _)| kept.body.identity == open.identity) {
            let id = named(open.id(), &format!("access {}", open.identity));
            let access = Access::new(open.identity, true);
            let since = Timestamp::default();
            all.insert(0, (Kept::new(id, open.id(), since, access), false));
        }
        if open.right < Right::Own {
            all.retain(|(kept, _)| kept.body.identity == open.identity);
        }
        Ok(all)
    }

    async fn one_access(
        &self,
        open: &OpenMailbox,
        id: Uuid,
    ) -> Result<(Kept<Access>, bool), MailboxError> {
        let all = self.accesses(open).await?;
        all.into_iter().find(|(kept, _)| kept.id == id).ok_or(MailboxError::NotThere("access"))
    }

    /// The subscriptions as wanted: those that stay keep their verification, new ones are sent a code.
    fn subscribe_medium(
        &self,
        open: &OpenMailbox,
        medium: Medium,
        before: Vec<Subscription>,
        wanted: Vec<(Option<String>, Option<bool>)>,
        ops: &mut Vec<Op>,
    ) -> Result<Vec<Subscription>, MailboxError> {
        let now = self.clock().now();
        let (field, limit) = medium.field();
        if wanted.len() > limit {
            return Err(MailboxError::field(SHAPE, field, format!("at most {limit} are taken")));
        }
        let mut after: Vec<Subscription> = Vec::new();
        for (address, at_night) in wanted {
            let address = address.unwrap_or_default().trim().to_owned();
            if !medium.takes(&address) {
                let message = match medium {
                    Medium::Email => "an email is missing or is no mail address",
                    Medium::Sms => "mobileNumber is eight digits, the first from 2 to 9",
                };
                return Err(MailboxError::field(SHAPE, field, message));
            }
            let is_same = |one: &&Subscription| one.address.eq_ignore_ascii_case(&address);
            if after.iter().any(|one| is_same(&one)) {
                return Err(MailboxError::field(SHAPE, field, "an address stands twice"));
            }
            let at_night = at_night.unwrap_or_default();
            if let Some(there) = before.iter().find(is_same) {
                let mut there = there.clone();
                if there.at_night != at_night {
                    there.at_night = at_night;
                    there.version += 1;
                    ops.push(self.event_in(open, medium.tags().1, now).into_op());
                }
                after.push(there);
                continue;
            }
            let digits = format!("{:06}", self.ids().random().as_u128() % 1_000_000);
            ops.push(self.event_in(open, medium.tags().0, now).into_op());
            ops.extend(self.code_notice(open, &address, &digits));
            let expires_millis = now.plus_seconds(limits::CODE_MINUTES * 60).as_millis();
            after.push(Subscription {
                id: self.ids().random(),
                version: 1,
                address,
                at_night,
                verified_millis: None,
                code: Some(Code { digits, expires_millis, wrong: 0 }),
            });
        }
        for one in &before {
            if !after.iter().any(|other| other.id == one.id) {
                ops.push(self.event_in(open, medium.tags().2, now).into_op());
            }
        }
        Ok(after)
    }

    /// The changes that send a code to an address, at any hour: somebody waits for it.
    fn code_notice(&self, open: &OpenMailbox, address: &str, digits: &str) -> Vec<Op> {
        let minutes = limits::CODE_MINUTES;
        let notice = Notice {
            id: self.ids().random(),
            to: vec![address.to_owned()],
            subject: "Bekræftelseskode til Digital Post".to_owned(),
            text: format!(
                "Din kode er {digits}. Den gælder i {minutes} minutter.\n\n\
                 Your code is {digits}. It is valid for {minutes} minutes."
            ),
            system: None,
            letter: None,
            made_at: time(self.clock().now()),
        };
        self.send_notice(&notice, open.id())
    }

    fn subscribe_devices(
        &self,
        open: &OpenMailbox,
        access: &mut Access,
        wanted: &[wire::PushNotificationSubscription],
        ops: &mut Vec<Op>,
    ) -> Result<(), MailboxError> {
        const FIELD: &str = "pushNotificationSubscriptions";
        if wanted.len() > limits::PUSH_SUBSCRIPTIONS {
            let message = format!("at most {} are taken", limits::PUSH_SUBSCRIPTIONS);
            return Err(MailboxError::field(SHAPE, FIELD, message));
        }
        let now = self.clock().now();
        let before = std::mem::take(&mut access.pushes);
        for one in wanted {
            let device = one.device_id.as_deref().unwrap_or_default();
            let device = text(SHAPE, "deviceId", device, limits::TEXT)?;
            if one.device_token.as_ref().is_some_and(|token| token.len() > 4096) {
                return Err(MailboxError::field(SHAPE, "deviceToken", "over 4096 characters"));
            }
            if access.pushes.iter().any(|other| other.device_id.as_ref() == Some(&device)) {
                return Err(MailboxError::field(SHAPE, FIELD, "a device stands twice"));
            }
            let there = before.iter().find(|other| other.device_id.as_ref() == Some(&device));
            let mut new = wire::PushNotificationSubscription {
                id: Some(there.and_then(|there| there.id).unwrap_or_else(|| self.ids().random())),
                version: Some(there.and_then(|there| there.version).unwrap_or(1)),
                device_id: Some(device),
                ..one.clone()
            };
            match there {
                None => {
                    ops.push(
                        self.event_in(open, EventTag::PushNotificationSubscriptionCreated, now)
                            .into_op(),
                    );
                }
                Some(there) if *there != new => {
                    new.version = new.version.map(|version| version + 1);
                    ops.push(
                        self.event_in(open, EventTag::PushNotificationSubscriptionUpdated, now)
                            .into_op(),
                    );
                }
                Some(_) => {}
            }
            access.pushes.push(new);
        }
        for one in &before {
            if !access.pushes.iter().any(|other| other.id == one.id) {
                ops.push(
                    self.event_in(open, EventTag::PushNotificationSubscriptionDeleted, now)
                        .into_op(),
                );
            }
        }
        Ok(())
    }
}

const VERIFICATION: &str = "AccessSubscriptionVerificationCommand";

#[derive(Clone, Copy)]
enum Medium {
    Email,
    Sms,
}

impl Medium {
    fn field(self) -> (&'static str, usize) {
        match self {
            Self::Email => ("emailNotificationSubscriptions", limits::EMAIL_SUBSCRIPTIONS),
            Self::Sms => ("smsNotificationSubscription", 1),
        }
    }

    fn takes(self, address: &str) -> bool {
        match self {
            Self::Email => is_mail_address(address),
            Self::Sms => is_mobile_number(address),
        }
    }

    /// Created, updated, deleted.
    fn tags(self) -> (EventTag, EventTag, EventTag) {
        match self {
            Self::Email => (
                EventTag::EmailNotificationSubscriptionCreated,
                EventTag::EmailNotificationSubscriptionUpdated,
                EventTag::EmailNotificationSubscriptionDeleted,
            ),
            Self::Sms => (
                EventTag::SmsNotificationSubscriptionCreated,
                EventTag::SmsNotificationSubscriptionUpdated,
                EventTag::SmsNotificationSubscriptionDeleted,
            ),
        }
    }
}

fn tidy(privileges: &mut Vec<wire::AccessPrivilege>) {
    privileges.sort();
    privileges.dedup();
}
