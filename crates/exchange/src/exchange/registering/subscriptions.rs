//! Sender systems that want to hear of changes to contacts and organisations, and telling them.

use brevdue_memo::{CvrNumber, PartyId, Timestamp};

use brevdue_wire::registry::{
    ContactNotification, ContactSubscription, ContactSubscriptionCommand,
    ContactSubscriptionOperation, OrganisationNotification, OrganisationSenderSystemSubscription,
    OrganisationSenderSystemSubscriptionCommand, OrganisationSubscription,
    OrganisationSubscriptionOperation, SingleContactSubscription,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::contacts::public_status;
use super::{Faults, Registered, endpoints, forbidden, must_be, unknown};
use crate::exchange::Exchange;
use crate::exchange::authenticate::Caller;
use crate::exchange::people::Actor;
use crate::resource::{Kept, Resource};
use crate::storage::{Expect, RecordKind};
use crate::{Contact, Lane, Op, Organisation, Policy, StorageError, SystemId, Work};

/// Subscriptions that one change is told to at most.
const TOLD_LIMIT: usize = 10_000;
/// Single contacts or organisations of one subscription.
const SINGLES: usize = 1000;

/// What happened to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// They are new.
    Created,
    /// Something about them is different.
    Updated,
    /// They are no more.
    Closed,
}

impl Change {
    fn word(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Updated => "UPDATED",
            Self::Closed => "CLOSED",
        }
    }
}

/// A subscription to contacts, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToContacts {
    operations: Vec<ContactSubscriptionOperation>,
    singles: Vec<SingleContactSubscription>,
    notification_url: String,
}

/// A subscription to organisations, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToOrganisations {
    operations: Vec<OrganisationSubscriptionOperation>,
    singles: Vec<OrganisationSubscription>,
    notification_url: String,
}

impl Resource for ToContacts {
    const KIND: RecordKind = RecordKind::ContactSubscription;
}

impl Resource for ToOrganisations {
    const KIND: RecordKind = RecordKind::OrganisationSubscription;
}

/// What is to be told to one system of one change. Kept until it has been told, or given up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::exchange) struct Notification {
    pub(in crate::exchange) url: String,
    pub(in crate::exchange) body: serde_json::Value,
}

impl Resource for Notification {
    const KIND: RecordKind = RecordKind::ChangeNotification;
}

impl Exchange {
    /// The caller's subscriptions to contacts.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn contact_subscriptions(
        &self,
        actor: &Actor,
    ) -> Registered<Vec<ContactSubscription>> {
        let caller = subscriber(actor)?;
        let kept = self.subscriptions::<ToContacts>(caller).await?;
        Ok(kept.iter().map(tell_contacts).collect())
    }

    /// Subscribes the caller to contacts.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn subscribe_to_contacts(
        &self,
        actor: &Actor,
        command: ContactSubscriptionCommand,
    ) -> Registered<ContactSubscription> {
        let body = self.to_contacts(command)?;
        Ok(tell_contacts(&self.subscribe(subscriber(actor)?, body).await?))
    }

    /// Changes a subscription of the caller's to contacts.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn change_contact_subscription(
        &self,
        actor: &Actor,
        id: Uuid,
        expected: i64,
        command: ContactSubscriptionCommand,
    ) -> Registered<ContactSubscription> {
        let kept = self.subscription::<ToContacts>(subscriber(actor)?, id, expected).await?;
        let body = self.to_contacts(command)?;
        let (kept, op) = Kept { body, ..kept }.change(self.clock().now())?;
        self.commit_all(vec![op]).await?;
        Ok(tell_contacts(&kept))
    }

    /// Ends a subscription of the caller's to contacts.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn end_contact_subscription(
        &self,
        actor: &Actor,
        id: Uuid,
        expected: i64,
    ) -> Registered<()> {
        let kept = self.subscription::<ToContacts>(subscriber(actor)?, id, expected).await?;
        Ok(self.commit_all(vec![kept.remove()]).await?)
    }

    /// The caller's subscriptions to organisations.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn organisation_subscriptions(
        &self,
        actor: &Actor,
    ) -> Registered<Vec<OrganisationSenderSystemSubscription>> {
        let caller = subscriber(actor)?;
        let kept = self.subscriptions::<ToOrganisations>(caller).await?;
        Ok(kept.iter().map(tell_organisations).collect())
    }

    /// Subscribes the caller to organisations.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn subscribe_to_organisations(
        &self,
        actor: &Actor,
        command: OrganisationSenderSystemSubscriptionCommand,
    ) -> Registered<OrganisationSenderSystemSubscription> {
        let body = self.to_organisations(command)?;
        Ok(tell_organisations(&self.subscribe(subscriber(actor)?, body).await?))
    }

    /// Changes a subscription of the caller's to organisations.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn change_organisation_subscription(
        &self,
        actor: &Actor,
        id: Uuid,
        expected: i64,
        command: OrganisationSenderSystemSubscriptionCommand,
    ) -> Registered<OrganisationSenderSystemSubscription> {
        let kept = self.subscription::<ToOrganisations>(subscriber(actor)?, id, expected).await?;
        let body = self.to_organisations(command)?;
        let (kept, op) = Kept { body, ..kept }.change(self.clock().now())?;
        self.commit_all(vec![op]).await?;
        Ok(tell_organisations(&kept))
    }

    /// The changes that tell of a change to a contact whoever wants to hear of it. They go into the
    /// batch of the change itself.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tell_of_contact(
        &self,
        contact: &Contact,
        change: Change,
    ) -> Result<Vec<Op>, StorageError> {
        let now = self.clock().now();
        let told = ContactNotification {
            contact_id: contact.id.0,
            event_type: change.word().into(),
            public_registration_status: Some(public_status(contact)),
            nem_sms: contact.nemsms.is_some(),
            last_updated: now.to_string(),
        };
        let body = json(&told)?;
        let mut ops = Vec::new();
        for kept in self.kept_all::<ToContacts>(None, TOLD_LIMIT).await?.items {
            if kept.body.wants(contact, change) {
                let to = SystemId(kept.owner);
                ops.extend(self.notify(to, &kept.body.notification_url, &body, now)?);
            }
        }
        Ok(ops)
    }

    /// As [`Exchange::tell_of_contact`], of an organisation.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tell_of_organisation(
        &self,
        organisation: &Organisation,
        change: Change,
    ) -> Result<Vec<Op>, StorageError> {
        let now = self.clock().now();
        let told = OrganisationNotification {
            organisation_id: organisation.id.0,
            cvr_number: organisation.cvr.digits().into(),
            event_type: change.word().into(),
            last_updated: now.to_string(),
        };
        let body = json(&told)?;
        let mut ops = Vec::new();
        for kept in self.kept_all::<ToOrganisations>(None, TOLD_LIMIT).await?.items {
            if kept.body.wants(organisation, change) {
                let to = SystemId(kept.owner);
                ops.extend(self.notify(to, &kept.body.notification_url, &body, now)?);
            }
        }
        Ok(ops)
    }

    fn notify(
        &self,
        to: SystemId,
        url: &str,
        body: &serde_json::Value,
        now: Timestamp,
    ) -> Result<[Op; 2], StorageError> {
        let id = self.ids().ordered();
        let notification = Notification { url: url.to_owned(), body: body.clone() };
        let kept = Kept::new(id, to.0, now, notification);
        let work = Work::PushNotification(id, to);
        Ok([kept.add()?, Op::AddJob(self.job(work, Lane::Interactive, now))])
    }

    /// What is left to tell of a claimed notification.
    pub(in crate::exchange) async fn waiting_notification(
        &self,
        id: Uuid,
    ) -> Result<Option<Notification>, StorageError> {
        Ok(self.kept::<Notification>(id).await?.map(|kept| kept.body))
    }

    /// What follows when a notification was taken, or will not be: it is forgotten.
    pub(in crate::exchange) fn forget_notification(&self, id: Uuid) -> Op {
        Op::RemoveRecord(RecordKind::ChangeNotification, id, Expect::Anything)
    }

    async fn subscriptions<T: Resource>(
        &self,
        caller: &Caller,
    ) -> Result<Vec<Kept<T>>, StorageError> {
        let limit = self.policy().subscriptions_per_system;
        Ok(self.kept_all::<T>(Some(caller.system.id.0), limit).await?.items)
    }

    async fn subscribe<T: Resource>(&self, caller: &Caller, body: T) -> Registered<Kept<T>> {
        let limit = self.policy().subscriptions_per_system;
        if self.subscriptions::<T>(caller).await?.len() >= limit {
            let message = "the system has as many subscriptions as it may have; change one";
            return Err(super::RegisteringError::DoesNotFit {
                code: "subscriptions.too.many",
                message,
            });
        }
        let (id, now) = (self.ids().ordered(), self.clock().now());
        let kept = Kept::new(id, caller.system.id.0, now, body);
        self.commit_all(vec![kept.add()?]).await?;
        Ok(kept)
    }

    async fn subscription<T: Resource>(
        &self,
        caller: &Caller,
        id: Uuid,
        expected: i64,
    ) -> Registered<Kept<T>> {
        let kept = self.kept::<T>(id).await?.filter(|kept| kept.owner == caller.system.id.0);
        let Some(kept) = kept else { return unknown("subscription") };
        must_be(expected, kept.version)?;
        Ok(kept)
    }

    fn to_contacts(&self, command: ContactSubscriptionCommand) -> Registered<ToContacts> {
        let mut faults = Faults::of("ContactSubscriptionCommand");
        let mut operations = command.subscription_operations.unwrap_or_default();
        operations.sort_unstable();
        operations.dedup();
        let mut singles = command.single_contact_subscriptions.unwrap_or_default();
        faults.at_most("singleContactSubscriptions", singles.len(), SINGLES);
        singles.sort_unstable();
        singles.dedup();
        let is_some = !operations.is_empty() || !singles.is_empty();
        asks_for_something(&mut faults, is_some);
        url(self.policy(), &mut faults, &command.notification_url);
        faults.done()?;
        let single = |contact| SingleContactSubscription {
            id: Some(self.ids().random()),
            version: Some(1),
            contact_id: Some(contact),
        };
        Ok(ToContacts {
            operations,
            singles: singles.into_iter().map(single).collect(),
            notification_url: command.notification_url,
        })
    }

    fn to_organisations(
        &self,
        command: OrganisationSenderSystemSubscriptionCommand,
    ) -> Registered<ToOrganisations> {
        let mut faults = Faults::of("OrganisationSenderSystemSubscriptionCommand");
        let mut operations = command.subscription_operations.unwrap_or_default();
        operations.sort_unstable();
        operations.dedup();
        let numbers = command.organisation_subscriptions.unwrap_or_default();
        faults.at_most("organisationSubscriptions", numbers.len(), SINGLES);
        let mut singles = Vec::new();
        for (n, number) in numbers.iter().enumerate().take(SINGLES) {
            let field = format!("organisationSubscriptions[{n}]");
            let cvr: Option<CvrNumber> = faults.cvr(&field, Some(number));
            singles.push(OrganisationSubscription {
                id: Some(self.ids().random()),
                version: Some(1),
                cvr_number: cvr.map(|cvr| cvr.digits().to_owned()),
            });
        }
        asks_for_something(&mut faults, !operations.is_empty() || !singles.is_empty());
        url(self.policy(), &mut faults, &command.notification_url);
        faults.done()?;
        Ok(ToOrganisations { operations, singles, notification_url: command.notification_url })
    }
}

impl ToContacts {
    fn wants(&self, contact: &Contact, change: Change) -> bool {
        use ContactSubscriptionOperation as Operation;
        let is_citizen = matches!(contact.party, PartyId::Cpr(_));
        self.singles.iter().any(|single| single.contact_id == Some(contact.id.0))
            || self.operations.iter().any(|operation| match operation {
                Operation::AllCitizens => is_citizen,
                Operation::NewCitizens => is_citizen && change == Change::Created,
                Operation::AllCompanies => !is_citizen,
                Operation::NewCompanies => !is_citizen && change == Change::Created,
            })
    }
}

impl ToOrganisations {
    fn wants(&self, organisation: &Organisation, change: Change) -> bool {
        use OrganisationSubscriptionOperation as Operation;
        let cvr = organisation.cvr.digits();
        self.singles.iter().any(|single| single.cvr_number.as_deref() == Some(cvr))
            || self.operations.iter().any(|operation| match operation {
                Operation::AllOrganisations => true,
                Operation::NewOrganisations => change == Change::Created,
            })
    }
}

/// Sender systems subscribe; there must be somebody to call.
fn subscriber(actor: &Actor) -> Registered<&Caller> {
    match actor {
        Actor::System(caller) => {
            caller.must_send()?;
            Ok(caller)
        }
        Actor::Person(_) => {
            Err(forbidden("system.only", "sender systems subscribe; call as one").into())
        }
    }
}

fn asks_for_something(faults: &mut Faults, is_some: bool) {
    let message = "at least one operation, or one contact or organisation";
    faults.must(is_some, "subscriptionOperations", "field.required", message);
}

fn url(policy: &Policy, faults: &mut Faults, url: &str) {
    let field = "notificationUrl";
    if url.is_empty() {
        faults.add(field, "field.required", "this field is required");
    } else if let Err(reason) = endpoints::check(policy, url) {
        faults.add(field, "endpoint.not.allowed", reason);
    }
}

fn tell_contacts(kept: &Kept<ToContacts>) -> ContactSubscription {
    ContactSubscription {
        id: Some(kept.id),
        sender_system_identity_id: Some(kept.owner),
        version: Some(kept.version),
        subscription_operations: Some(kept.body.operations.clone()),
        single_contact_subscriptions: Some(kept.body.singles.clone()),
        notification_url: Some(kept.body.notification_url.clone()),
    }
}

fn tell_organisations(kept: &Kept<ToOrganisations>) -> OrganisationSenderSystemSubscription {
    OrganisationSenderSystemSubscription {
        id: Some(kept.id),
        sender_system_id: Some(kept.owner),
        version: Some(kept.version),
        subscription_operations: Some(kept.body.operations.clone()),
        organisation_subscriptions: Some(kept.body.singles.clone()),
        notification_url: Some(kept.body.notification_url.clone()),
    }
}

fn json<T: Serialize>(told: &T) -> Result<serde_json::Value, StorageError> {
    serde_json::to_value(told).map_err(|error| StorageError::Failed(Box::new(error)))
}
