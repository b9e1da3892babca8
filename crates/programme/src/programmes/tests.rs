use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;

use super::*;
use crate::beginning::begin;
use crate::catalogue::Variant;
use crate::change::What;
use crate::fixture::{at, beginning, key, ready};
use crate::memory::Memory;
use crate::objects::Risk;
use crate::reminding::{Kept, Posting, State};
use crate::storage::Which;

/// A store that counts how often a programme was read whole.
#[derive(Default)]
struct Counting {
    memory: Memory,
    loads: AtomicUsize,
}

#[async_trait]
impl ProgrammeStore for Counting {
    async fn programmes(&self) -> Result<Vec<ProgrammeId>, StorageError> {
        self.memory.programmes().await
    }
    async fn parts(&self, kinds: &[Kind]) -> Result<Vec<(ProgrammeId, Programme)>, StorageError> {
        self.memory.parts(kinds).await
    }
    async fn load(&self, programme: ProgrammeId) -> Result<Programme, StorageError> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        self.memory.load(programme).await
    }
    async fn commit(&self, programme: ProgrammeId, outcome: &Outcome) -> Result<(), StorageError> {
        self.memory.commit(programme, outcome).await
    }
    async fn untold(&self, programme: ProgrammeId) -> Result<Vec<(i64, Notice)>, StorageError> {
        self.memory.untold(programme).await
    }
    async fn marks(
        &self,
        programme: ProgrammeId,
    ) -> Result<BTreeMap<String, String>, StorageError> {
        self.memory.marks(programme).await
    }
    async fn post(&self, programme: ProgrammeId, posting: &Posting) -> Result<bool, StorageError> {
        self.memory.post(programme, posting).await
    }
    async fn notices(
        &self,
        programme: ProgrammeId,
        which: Which,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Kept>, StorageError> {
        self.memory.notices(programme, which, before, limit).await
    }
    async fn went(
        &self,
        programme: ProgrammeId,
        number: i64,
        from: (State, u32),
        to: (State, u32),
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        self.memory.went(programme, number, from, to, at).await
    }
    async fn history(
        &self,
        programme: ProgrammeId,
        about: Option<(Kind, &Key)>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(i64, HistoryLine)>, StorageError> {
        self.memory.history(programme, about, before, limit).await
    }
    async fn told(
        &self,
        programme: ProgrammeId,
        feed: &Key,
    ) -> Result<Option<(u32, String)>, StorageError> {
        self.memory.told(programme, feed).await
    }
    async fn tell(
        &self,
        programme: ProgrammeId,
        feed: &Key,
        expect: u32,
        told: &str,
    ) -> Result<bool, StorageError> {
        self.memory.tell(programme, feed, expect, told).await
    }
}

fn id(number: u128) -> ProgrammeId {
    ProgrammeId(uuid::Uuid::from_u128(number))
}

fn by(person: &str) -> By<'static> {
    By { actor: Actor::Person(key(person)), reason: "", at: at("2026-01-05T08:00:00Z") }
}

fn leader(subject: &str) -> Person {
    let roles = ["pm".parse().unwrap()].into();
    Person { roles, subject: subject.into(), ..Person::default() }
}

fn goes(name: &str) -> Change {
    Change { kind: Kind::Person, key: key(name), what: What::Remove { version: 1 } }
}

/// A programme that these people lead.
fn begun(programmes: &Programmes, number: u128, name: &str, people: &[&str]) {
    let asked = crate::beginning::Beginning {
        name: name.into(),
        ..beginning("NEW", Variant::Full, "2026-01-05")
    };
    let mut changes = begin(&asked, Catalogue::shipped()).unwrap();
    changes.push(Change::add(key("R-1"), &Risk::default()));
    changes.extend(people.iter().map(|one| Change::add(key(one), &leader(one))));
    ready(programmes.begin(id(number), &changes, by("asta"))).unwrap();
}

#[test]
fn a_list_of_programmes_opens_none() {
    let store = Arc::new(Counting::default());
    let programmes = Programmes::new(Arc::clone(&store) as _);
    for number in 1..=100 {
        let name = format!("Omlægning {:03}", 101 - number);
        begun(&programmes, number, &name, if number % 10 == 0 { &["asta", "bo"] } else { &["bo"] });
    }
    // Somebody else, who has nothing ready.
    let programmes = Programmes::new(Arc::clone(&store) as _);
    let before = store.loads.load(Ordering::Relaxed);
    let all = ready(programmes.list()).unwrap();
    let mine = ready(programmes.read_by("ASTA")).unwrap();
    assert_eq!(store.loads.load(Ordering::Relaxed), before);

    assert_eq!((all.len(), all[0].1.name.as_str(), all[0].0), (100, "Omlægning 001", id(100)));
    let keys: Vec<&str> = mine.iter().map(|entry| entry.me.as_str()).collect();
    assert_eq!((mine.len(), mine[0].id), (10, id(100)));
    assert!(keys.iter().all(|key| *key == "asta") && mine[0].person == leader("asta"));
    assert!(ready(programmes.read_by("")).unwrap().is_empty());
    for entry in mine {
        let opened = ready(programmes.open(entry.id)).unwrap().unwrap();
        assert_eq!(permissions::signed_in(&opened, "asta"), Some((entry.me, entry.person)));
    }
}

#[test]
fn of_two_leaders_who_let_each_other_go_at_once_one_stays() {
    let store = Arc::new(Memory::default());
    let hers = Programmes::new(Arc::clone(&store) as _);
    let his = Programmes::new(Arc::clone(&store) as _);
    begun(&hers, 1, "Omlægning", &["asta", "bo"]);
    // Both have seen both.
    for programmes in [&hers, &his] {
        assert!(ready(programmes.open(id(1))).unwrap().is_some());
    }
    ready(hers.change(id(1), &[goes("bo")], by("asta"))).unwrap();
    let late = ready(his.change(id(1), &[goes("asta")], by("bo"))).unwrap_err();
    // Read again: he is no longer there, and so it is not his to change.
    assert!(matches!(late, ChangeError::Forbidden(_)), "{late}");
    let last = ready(hers.change(id(1), &[goes("asta")], by("asta"))).unwrap_err();
    assert!(matches!(last, ChangeError::NoLeader(NoLeader::Role)), "{last}");
    assert_eq!(ready(his.open(id(1))).unwrap().unwrap().all::<Person>().count(), 1);
}
