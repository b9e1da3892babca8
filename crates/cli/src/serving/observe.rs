//! Follows the exchange's event log for organisations that have a programme: what happened to their
//! messages becomes observations, by which their requirements are judged.
//!
//! Nothing waits for it. Where no programme is, it only asks now and then whether there is one. It goes
//! on where it stopped, and reading the same part of the log twice counts nothing twice; so an
//! organisation that is new to a programme is followed from the beginning of the log.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use brevdue_exchange::{Clock, Door, Event, EventTag, Memo, Origin, Store, SystemId};
use brevdue_memo::CvrNumber;
use brevdue_programme::objects::{Direction, Environment};
use brevdue_programme::observation::{Carriage, Later, MessageName, Place, Sight, What};
use brevdue_programme::reading::{About, LetterCodes, of_message};
use brevdue_programme::storage::{ObservationStore, Position, Retention};
use brevdue_programme::{Day, Programmes};
use brevdue_wire::ReceiptStatus;
use tokio_util::sync::CancellationToken;

/// Events of one step.
const EVENTS: u32 = 500;

/// Seconds between looks when nothing has happened; a requirement is red within a minute of its cause.
const PAUSE: Duration = Duration::from_secs(5);

/// Seconds before another try when something failed.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(30);

/// Pause between steps while there is much to read, so that letters go first.
const BREATH: Duration = Duration::from_millis(20);

/// Observations forgotten in one go.
const FORGOTTEN: u32 = 5_000;

/// Seconds between looks for what is too old.
const FORGETTING: Duration = Duration::from_secs(3600);

/// Followers are named by their organisation.
const FOLLOWER: &str = "exchange/";

/// What is worth a look.
const TAGS: [EventTag; 8] = [
    EventTag::MemoSendValidated,
    EventTag::MemoSendValidationFailed,
    EventTag::BusinessReceiptCreated,
    EventTag::MemoSendReadyForFetch,
    EventTag::MemoSendFetchedByRecipientSystem,
    EventTag::MemoSendSentToRecipientSystem,
    EventTag::MemoSendSentToRecipientSystemFailed,
    EventTag::BusinessReceiptReceivedByRecipientSystem,
];

/// Why a step was not made.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Follows the log.
pub(super) struct Observer {
    /// The letters.
    pub(super) store: Arc<dyn Store>,
    /// Whose messages are observed.
    pub(super) programmes: Programmes,
    /// Where observations are kept.
    pub(super) observations: Arc<dyn ObservationStore>,
    /// What the messages of this exchange are evidence of.
    pub(super) environment: Environment,
    /// The host that systems send to here.
    pub(super) host: String,
    /// Tells what is too old.
    pub(super) clock: Arc<dyn Clock>,
    /// How long observations are kept, and how many.
    pub(super) retention: Retention,
}

/// An organisation with a programme, and by what its letter types are known.
type Followed = BTreeMap<String, Arc<LetterCodes>>;

impl Observer {
    /// Follows until `stop`.
    pub(super) async fn run(self, stop: CancellationToken) {
        let mut pause = PAUSE;
        let mut forgotten: Option<tokio::time::Instant> = None;
        loop {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => return,
            }
            pause = match self.step().await {
                Ok(true) => BREATH,
                Ok(false) => PAUSE,
                Err(error) => {
                    tracing::warn!(%error, "the event log could not be followed for programmes");
                    PAUSE_AFTER_FAILURE
                }
            };
            if forgotten.is_none_or(|at| at.elapsed() >= FORGETTING) {
                match self.forget().await {
                    Ok(more) => forgotten = (!more).then(tokio::time::Instant::now),
                    Err(error) => {
                        tracing::warn!(%error, "old observations could not be removed");
                        forgotten = Some(tokio::time::Instant::now());
                    }
                }
            }
        }
    }

    /// Removes a part of what is too old. Says whether there may be more.
    async fn forget(&self) -> Result<bool, Failure> {
        let keep = self.retention.on(Day::of(self.clock.now())?);
        Ok(self.observations.forget(keep, FORGOTTEN).await? >= u64::from(FORGOTTEN))
    }

    /// Reads a part of the log for the organisations that are farthest behind. Says whether there may be
    /// more at once.
    async fn step(&self) -> Result<bool, Failure> {
        let followed = self.followed().await?;
        let mut behind: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
        for cvr in followed.keys() {
            let number = self.observations.position(&format!("{FOLLOWER}{cvr}")).await?;
            behind.entry(number.unwrap_or(0)).or_default().insert(cvr.clone());
        }
        let Some((number, organisations)) = behind.pop_first() else { return Ok(false) };
        let followed: Followed =
            followed.into_iter().filter(|(cvr, _)| organisations.contains(cvr)).collect();
        let after = u64::try_from(number).unwrap_or(0);
        let mut events = self.store.events_after(after, EVENTS).await?;
        // Not past the next organisation, so that both go on together from there.
        if let Some(next) = behind.keys().next().and_then(|next| u64::try_from(*next).ok()) {
            events.retain(|(number, _)| *number <= next);
        }
        let Some(last) = events.last().map(|(number, _)| *number) else { return Ok(false) };
        let mut sights = Vec::new();
        for (_, event) in events.iter().filter(|(_, event)| TAGS.contains(&event.tag)) {
            self.look(event, &followed, &mut sights).await?;
        }
        let number = i64::try_from(last)?;
        let positions = organisations
            .iter()
            .map(|cvr| Position { follower: format!("{FOLLOWER}{cvr}"), number })
            .collect();
        self.observations.observe(sights, positions).await?;
        Ok(true)
    }

    async fn followed(&self) -> Result<Followed, Failure> {
        let mut followed = Followed::new();
        for (id, settings) in self.programmes.list().await? {
            if settings.archived || settings.cvr.is_empty() {
                continue;
            }
            let Some(programme) = self.programmes.open(id).await? else { continue };
            let codes = Arc::new(LetterCodes::of(&programme));
            for cvr in settings.cvr {
                followed.insert(cvr, Arc::clone(&codes));
            }
        }
        Ok(followed)
    }

    /// What an event says of the organisations that are followed: at most one sight of what they sent and
    /// two of what they got.
    async fn look(
        &self,
        event: &Event,
        followed: &Followed,
        sights: &mut Vec<Sight>,
    ) -> Result<(), Failure> {
        let Some(memo) = event.memo else { return Ok(()) };
        // What has been removed since is seen no more.
        let Some(memo) = self.store.memo(memo).await? else { return Ok(()) };
        match event.tag {
            EventTag::MemoSendValidated | EventTag::MemoSendValidationFailed => {
                if let Some((cvr, system)) = self.sender(&memo, followed).await? {
                    sights.push(self.sent(event, &memo, cvr, system, followed).await?);
                }
            }
            EventTag::BusinessReceiptCreated => {
                if let (Some((cvr, _)), Some(status)) =
                    (self.sender(&memo, followed).await?, event.receipt_status)
                {
                    sights.push(self.later(
                        event,
                        &memo,
                        cvr,
                        Direction::Out,
                        receipt(event, status),
                    ));
                }
            }
            _ => {
                let Some((cvr, system)) = self.receiver(event, followed).await? else {
                    return Ok(());
                };
                sights.extend(self.received(event, &memo, cvr, system, followed).await?);
            }
        }
        Ok(())
    }

    /// Who sent a message, when that is followed.
    async fn sender(
        &self,
        memo: &Memo,
        followed: &Followed,
    ) -> Result<Option<(String, SystemId)>, Failure> {
        let Origin::System { system, organisation } = memo.origin else { return Ok(None) };
        let Some(organisation) = self.store.organisation(organisation).await? else {
            return Ok(None);
        };
        let cvr = organisation.cvr.to_string();
        Ok(followed.contains_key(&cvr).then_some((cvr, system)))
    }

    /// The receiver system of an event and whose it is, when that is followed.
    async fn receiver(
        &self,
        event: &Event,
        followed: &Followed,
    ) -> Result<Option<(String, SystemId)>, Failure> {
        let (Some(system), Some(organisation)) = (event.system, event.organisation) else {
            return Ok(None);
        };
        let Some(organisation) = self.store.organisation(organisation).await? else {
            return Ok(None);
        };
        let cvr = organisation.cvr.to_string();
        Ok(followed.contains_key(&cvr).then_some((cvr, system)))
    }

    async fn sent(
        &self,
        event: &Event,
        memo: &Memo,
        cvr: String,
        system: SystemId,
        followed: &Followed,
    ) -> Result<Sight, Failure> {
        let accepted = event.tag == EventTag::MemoSendValidated;
        let code = event.error_code.as_deref();
        let to_authority = self.is_to_authority(memo).await?;
        let about = About {
            observed_at: memo.received_at,
            environment: self.environment,
            direction: Direction::Out,
            system: system.0.to_string(),
            transport: self.carriage_of(memo).await?,
            endpoint_host: Some(self.host.clone()),
            message_uuid: uuid_of(memo),
            to_authority,
            // An accepted message was routed by its contact point; a refusal says which point it was not.
            contact_point_known: match code {
                Some(code) if code.starts_with("contact.point") => Some(false),
                _ if accepted => Some(true),
                _ => None,
            },
            accepted,
            error_code: event.error_code.clone(),
            authority_cvr: cvr,
        };
        self.read(memo, about, followed).await
    }

    /// What a receiver system's event says: that there is a message for it, and what became of it.
    async fn received(
        &self,
        event: &Event,
        memo: &Memo,
        cvr: String,
        system: SystemId,
        followed: &Followed,
    ) -> Result<Vec<Sight>, Failure> {
        let direction = Direction::In;
        let later = |what| self.later(event, memo, cvr.clone(), direction, what);
        let transport = Some(carriage(event.door));
        let fetched = What::Fetched { system: system.0.to_string(), transport };
        let mut sights = Vec::new();
        match event.tag {
            EventTag::BusinessReceiptReceivedByRecipientSystem => match event.receipt_status {
                Some(ReceiptStatus::Completed) => {
                    // Who says so has it: in which place, no receipt tells.
                    sights.push(later(What::Stored(Place::Mailbox)));
                    sights.push(later(receipt(event, ReceiptStatus::Completed)));
                }
                Some(status) => sights.push(later(receipt(event, status))),
                None => {}
            },
            EventTag::MemoSendReadyForFetch
            | EventTag::MemoSendFetchedByRecipientSystem
            | EventTag::MemoSendSentToRecipientSystem
            | EventTag::MemoSendSentToRecipientSystemFailed => {
                let name = self.name(memo, cvr.clone(), direction);
                if self.observations.observation(&name).await?.is_none() {
                    let about = About {
                        observed_at: event.at,
                        environment: self.environment,
                        direction,
                        system: system.0.to_string(),
                        transport: Carriage::Rest,
                        endpoint_host: Some(self.host.clone()),
                        message_uuid: uuid_of(memo),
                        to_authority: Some(true),
                        contact_point_known: None,
                        accepted: true,
                        error_code: None,
                        authority_cvr: cvr.clone(),
                    };
                    sights.push(self.read(memo, about, followed).await?);
                }
                let taken = [
                    EventTag::MemoSendFetchedByRecipientSystem,
                    EventTag::MemoSendSentToRecipientSystem,
                ];
                if taken.contains(&event.tag) {
                    sights.push(later(fetched));
                }
            }
            _ => {}
        }
        Ok(sights)
    }

    /// How a message came: its submission says through which door.
    async fn carriage_of(&self, memo: &Memo) -> Result<Carriage, Failure> {
        let submission = self.store.transmission(memo.transmission).await?;
        Ok(carriage(submission.and_then(|submission| submission.door)))
    }

    /// Reads a message where reading may block, and keeps only what an observation holds.
    async fn read(&self, memo: &Memo, about: About, followed: &Followed) -> Result<Sight, Failure> {
        let (store, content) = (Arc::clone(&self.store), memo.content.clone());
        let letters = followed.get(&about.authority_cvr).cloned().unwrap_or_default();
        let read = tokio::task::spawn_blocking(move || -> Result<_, Failure> {
            Ok(of_message(store.open(&content)?, about, &letters)?)
        });
        Ok(Sight::Message(Box::new(read.await??)))
    }

    /// Whether the recipient is an authority; none when that cannot be told.
    async fn is_to_authority(&self, memo: &Memo) -> Result<Option<bool>, Failure> {
        let Some(outline) = &memo.outline else { return Ok(None) };
        if outline.recipient.id_type() != "CVR" {
            return Ok(Some(false));
        }
        let Ok(cvr) = outline.recipient.digits().parse::<CvrNumber>() else { return Ok(None) };
        let organisation = self.store.organisation_by_cvr(cvr).await?;
        Ok(Some(organisation.is_some_and(|organisation| organisation.is_authority())))
    }

    fn later(
        &self,
        event: &Event,
        memo: &Memo,
        cvr: String,
        direction: Direction,
        what: What,
    ) -> Sight {
        Sight::Later(Later { name: self.name(memo, cvr, direction), at: event.at, what })
    }

    fn name(&self, memo: &Memo, authority_cvr: String, direction: Direction) -> MessageName {
        let message_uuid = uuid_of(memo);
        MessageName { authority_cvr, environment: self.environment, direction, message_uuid }
    }
}

/// What is told of no door came by REST.
fn carriage(door: Option<Door>) -> Carriage {
    match door {
        None => Carriage::Rest,
        Some(Door::Sftp) => Carriage::Sftp,
        Some(_) => Carriage::Other,
    }
}

/// What cannot be read has no UUID of its own; our key stands in for it.
fn uuid_of(memo: &Memo) -> uuid::Uuid {
    memo.message_uuid.or(memo.claimed_uuid).unwrap_or(memo.key.0)
}

fn receipt(event: &Event, status: ReceiptStatus) -> What {
    let status = match status {
        ReceiptStatus::Received => "RECEIVED",
        ReceiptStatus::Completed => "COMPLETED",
        ReceiptStatus::Invalid => "INVALID",
        ReceiptStatus::NotAllowed => "NOT_ALLOWED",
    };
    What::Receipt { status: status.to_owned(), code: event.error_code.clone() }
}

#[cfg(test)]
mod tests {
    use brevdue_exchange::clock::MovableClock;
    use brevdue_exchange::exchange::accept::Submission;
    use brevdue_exchange::files::{FileFolder, Taken};
    use brevdue_exchange::storage::Place as Where;
    use brevdue_exchange::{Exchange, OrganisationId, Policy, WorkerId};
    use brevdue_programme::change::Change;
    use brevdue_programme::objects::Settings;
    use brevdue_programme::observation::Format;
    use brevdue_programme::permissions::Actor;
    use brevdue_programme::programme::settings_key;
    use brevdue_programme::programmes::By;
    use brevdue_programme::storage::{KeptMonths, ObservationQuery};
    use brevdue_programme::{ProgrammeId, tally};
    use uuid::Uuid;

    use super::*;
    use crate::config::CountryChoice;
    use crate::country::certificates::Authority;
    use crate::country::ssh::SshKeys;
    use crate::country::{Definition, first_letters, settle};
    use crate::folder::Folder;
    use crate::machine::{MachineClock, MachineIds};
    use crate::opening;

    /// The municipality of the invented country, and its sender system.
    const CVR: &str = "12345678";
    const ORGANISATION: &str = "6f6a3c5e-0d0b-4a5e-9c0e-2f1f0a7b1c01";
    const SENDER: &str = "0b6f8b0e-6c5d-4f0b-8d43-5e6a1d2c3b01";

    struct Country {
        exchange: Exchange,
        observer: Observer,
        _folder: tempfile::TempDir,
    }

    impl Country {
        async fn settled() -> Self {
            let temporary = tempfile::tempdir().unwrap();
            let folder = Folder::make(temporary.path()).unwrap();
            let store: Arc<dyn Store> = Arc::new(opening::open(&folder).unwrap());
            let file = Arc::new(opening::open_programmes(&folder).unwrap());
            let exchange = Exchange::new(
                Arc::clone(&store),
                Arc::new(MachineClock),
                Arc::new(MachineIds),
                Policy::default(),
            );
            let definition = Definition::load(None).unwrap();
            let now = MachineClock.now();
            let certificates = folder.certificates();
            let authority = Authority::open(&certificates, now, &MachineIds).unwrap();
            let keys = SshKeys::at(folder.ssh());
            let choice = CountryChoice::default();
            settle(&exchange, &definition, &choice, &authority, &keys, now, &MachineIds)
                .await
                .unwrap();
            first_letters(&exchange, &definition).await.unwrap();
            let observer = Observer {
                store,
                programmes: Programmes::new(Arc::clone(&file) as _),
                observations: file,
                environment: Environment::Prod,
                host: "127.0.0.1".into(),
                clock: Arc::new(MachineClock),
                retention: Retention::default(),
            };
            Self { exchange, observer, _folder: temporary }
        }

        async fn send(&self, bytes: &[u8]) {
            let mut sink = self.observer.store.begin(MachineClock.now()).unwrap();
            sink.write(bytes).unwrap();
            let content = sink.finish().unwrap();
            assert!(matches!(content.place, Where::Row(_)), "a small letter");
            let origin = Origin::System {
                system: SystemId(SENDER.parse().unwrap()),
                organisation: OrganisationId(ORGANISATION.parse().unwrap()),
            };
            let submission = Submission::Single { claimed_uuid: None, content };
            self.exchange.accept(origin, submission).await.unwrap();
        }

        /// Does all work there is, and follows the log to its end.
        async fn settle(&self) {
            while self.exchange.work_inside(WorkerId(Uuid::from_u128(1)), 20).await.unwrap() > 0 {}
            while self.observer.step().await.unwrap() {}
        }

        async fn begin_programme(&self) {
            let settings: Settings = serde_json::from_value(serde_json::json!({
                "name": "Skiftet", "authority": "Tusindfryd Kommune", "cvr": [CVR], "kind": "kommune",
                "track": "new_adoption", "variant": "full", "profile": "NEW", "start": "2026-01-01",
                "catalogue_version": "1"
            }))
            .unwrap();
            let add = [Change::add(settings_key(), &settings)];
            let by = By {
                actor: Actor::Person("pm".parse().unwrap()),
                reason: "",
                at: MachineClock.now(),
            };
            let id = ProgrammeId(Uuid::from_u128(7));
            self.observer.programmes.begin(id, &add, by).await.unwrap();
        }

        async fn observations(&self) -> Vec<brevdue_programme::observation::Observation> {
            let query = ObservationQuery {
                organisations: BTreeSet::from([CVR.to_owned()]),
                limit: 100,
                ..ObservationQuery::default()
            };
            self.observer.observations.observations(&query).await.unwrap()
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn letters_of_an_organisation_with_a_programme_become_observations_once() {
        let country = Country::settled().await;
        country.settle().await;
        assert!(country.observations().await.is_empty(), "nobody has a programme");

        country.begin_programme().await;
        country.settle().await;
        let first = country.observations().await;
        assert!(!first.is_empty(), "what was sent before is seen, too");
        for one in &first {
            assert_eq!((one.format, one.accepted), (Format::Memo, true), "{one:?}");
            assert_eq!(one.receipt_status.as_deref(), Some("COMPLETED"));
            assert!(one.validation_errors.is_empty() && one.markup.contains("header:label"));
            assert!(!tally::holds_cpr_number(&serde_json::to_string(one).unwrap()));
        }

        country.send(b"<DP2Forsendelse><Titel>Brev</Titel></DP2Forsendelse>").await;
        country.settle().await;
        let then = country.observations().await;
        assert_eq!(then.len(), first.len() + 1);
        let legacy = then.iter().find(|one| one.format == Format::Dp2).unwrap();
        assert!(!legacy.accepted && legacy.error_code.is_some(), "{legacy:?}");
        assert_eq!(
            (legacy.system.as_str(), legacy.receipt_status.as_deref()),
            (SENDER, Some("INVALID"))
        );

        // From the beginning once more, as after a lost position: nothing counts twice.
        let position = Position { follower: format!("{FOLLOWER}{CVR}"), number: 0 };
        country.observer.observations.observe(Vec::new(), vec![position]).await.unwrap();
        country.settle().await;
        assert_eq!(country.observations().await, then);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn observations_are_kept_for_as_long_as_it_is_set() {
        let mut country = Country::settled().await;
        country.begin_programme().await;
        country.settle().await;
        let there = country.observations().await.len();
        assert!(there > 0);
        // Fifteen months later.
        let later = MovableClock::new(Arc::new(MachineClock), 457 * 24 * 3600 * 1000);
        country.observer.clock = Arc::new(later);
        for (months, left) in [(24, there), (16, there), (14, 0)] {
            country.observer.retention.months = KeptMonths::new(months).unwrap();
            assert!(!country.observer.forget().await.unwrap(), "there were few");
            assert_eq!(country.observations().await.len(), left, "{months} months");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_came_by_sftp_is_seen_as_that() {
        let country = Country::settled().await;
        country.begin_programme().await;
        country.settle().await;
        let before = country.observations().await;
        assert!(before.iter().all(|one| one.transport == Carriage::Rest), "the first came by REST");

        // A sender closes a file in its folder, and the exchange takes it in.
        let sender = SystemId(SENDER.parse().unwrap());
        let store = &country.observer.store;
        let mut sink = store.begin(MachineClock.now()).unwrap();
        sink.write(b"<DP2Forsendelse><Titel>Brev</Titel></DP2Forsendelse>").unwrap();
        let content = sink.finish().unwrap();
        let folder = FileFolder::Upload;
        let file = country.exchange.keep_file(sender, folder, "a.part", content, 0).await.unwrap();
        let file = country.exchange.rename_file(&file, "a.xml").await.unwrap();
        assert_eq!(country.exchange.take_file(file.id).await.unwrap(), Taken::Accepted);
        country.settle().await;
        let after = country.observations().await;
        let by_file: Vec<_> = after.iter().filter(|one| one.transport == Carriage::Sftp).collect();
        assert_eq!((after.len(), by_file.len()), (before.len() + 1, 1));
        assert_eq!((by_file[0].format, by_file[0].direction), (Format::Dp2, Direction::Out));
    }
}
