use brevdue_programme::catalogue::{AppliesTo, Provenance, Requirement, RequirementKind};
use brevdue_programme::checks::Needed;
use brevdue_programme::checks::Period;
use brevdue_programme::objects::{Direction, Environment};
use brevdue_programme::observation::{Carriage, Format, Handled, Later, RecipientKind, What};
use brevdue_programme::storage::GROUPS;
use brevdue_programme::tally::Tally;
use brevdue_programme::{Bilingual, Day, Programme};
use proptest::prelude::*;
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::*;

const CVR: &str = "11223399";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn seen(number: u128, system: &str, when: &str) -> Observation {
    Observation {
        observed_at: at(when),
        environment: Environment::Prod,
        direction: Direction::Out,
        authority_cvr: CVR.into(),
        system: system.into(),
        generating_system: Some("Fagsystem Nord".into()),
        transport: Carriage::Rest,
        format: Format::Memo,
        memo_version: Some("1.2".into()),
        message_uuid: Uuid::from_u128(number),
        message_type: "DIGITALPOST".into(),
        size_bytes: 12_000,
        file_count: 1,
        file_types: BTreeSet::from(["pdf".to_owned()]),
        recipient_kind: RecipientKind::Cpr,
        contact_point_id: None,
        contact_point_known: None,
        to_authority: false,
        accepted: true,
        error_code: None,
        receipt_status: None,
        receipt_at: None,
        fetched_at: None,
        stored_in: None,
        sender: None,
        message_code: None,
        handled: None,
        validation_errors: BTreeSet::new(),
        markup: BTreeSet::from(["header:mandatory".to_owned()]),
        letter_type: Some("BREV-1".parse().unwrap()),
        endpoint_host: Some("post.invalid".into()),
        sensitive_title: false,
        has_schema_version: false,
        legacy: BTreeSet::new(),
        untold: BTreeSet::new(),
    }
}

fn message(observation: Observation) -> Sight {
    Sight::Message(Box::new(observation))
}

fn since(text: &str) -> Keep {
    Keep { since: day(text), at_most: u64::MAX }
}

fn receipt(number: u128, when: &str) -> Sight {
    let what = What::Receipt { status: "COMPLETED".into(), code: None };
    Sight::Later(Later { name: seen(number, "S", when).name(), at: at(when), what })
}

fn requirement(applies_to: AppliesTo) -> Requirement {
    Requirement {
        id: "MK-D8".parse().unwrap(),
        kind: RequirementKind::Further,
        title: Bilingual::default(),
        passes_when: Bilingual::default(),
        remedy: Bilingual::default(),
        applies_to,
        from: None,
        window_days: 30,
        limits: Default::default(),
        lists: Default::default(),
        rule_version: 1,
        sources: Vec::new(),
        provenance: Provenance::Proposed,
    }
}

async fn counted(file: &ProgrammeFile, today: &str) -> Counted {
    let asked = [requirement(AppliesTo::Sender), requirement(AppliesTo::LetterType)];
    let needed = Needed::by(&asked, &Programme::default(), day(today));
    file.count(&BTreeSet::from([CVR.to_owned()]), Counting::new(needed)).await.unwrap()
}

fn tally<'c>(counted: &'c Counted, system: &str, today: &str) -> &'c Tally {
    let period = Period::window(&requirement(AppliesTo::Sender), day(today));
    let sum = &counted.systems[&(system.to_owned(), Direction::Out)];
    sum.over(period).unwrap()
}

#[tokio::test]
async fn a_message_counts_once_however_often_it_is_seen_and_its_receipt_is_added() {
    let folder = tempfile::tempdir().unwrap();
    let file = ProgrammeFile::open(folder.path()).unwrap();
    let one = message(seen(1, "S", "2026-11-20T10:00:00.000Z"));
    let two = message(seen(2, "S", "2026-11-20T10:01:00.000Z"));
    let first = file.observe(vec![one.clone(), two, one.clone()], Vec::new()).await.unwrap();
    assert_eq!(first, Observed { new: 2, changed: 0, nothing: 1 });
    let again =
        vec![one, receipt(1, "2026-11-20T10:05:00.000Z"), receipt(1, "2026-11-20T10:05:00.000Z")];
    let second = file.observe(again, Vec::new()).await.unwrap();
    assert_eq!(second, Observed { new: 0, changed: 1, nothing: 2 });

    let counted = counted(&file, "2026-11-23").await;
    let sum = tally(&counted, "S", "2026-11-23");
    assert_eq!(
        (sum.messages.count, sum.receipts.count("COMPLETED"), sum.waiting.count()),
        (2, 1, 1)
    );
    let letter = &counted.letters[&"BREV-1".parse().unwrap()];
    assert_eq!((letter.messages.count, letter.fields.count("header:mandatory")), (2, 2));
    assert_eq!(counted.ever[&("S".to_owned(), Direction::Out)].count, 2);
}

#[tokio::test]
async fn a_position_is_kept_with_the_sights_and_stays_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = ProgrammeFile::open(folder.path()).unwrap();
    assert_eq!(file.position("exchange").await.unwrap(), None);
    for number in [7, 9] {
        let position = Position { follower: "exchange".into(), number };
        let sight = message(seen(number as u128, "S", "2026-11-20T10:00:00.000Z"));
        file.observe(vec![sight], vec![position]).await.unwrap();
    }
    drop(file);
    let file = ProgrammeFile::open(folder.path()).unwrap();
    assert_eq!(file.position("exchange").await.unwrap(), Some(9));
    let name = seen(7, "S", "2026-11-20T10:00:00.000Z").name();
    assert!(file.observation(&name).await.unwrap().is_some());
}

#[tokio::test]
async fn too_many_sights_at_once_are_refused_whole() {
    let folder = tempfile::tempdir().unwrap();
    let file = ProgrammeFile::open(folder.path()).unwrap();
    let sight = |number| message(seen(number, "S", "2026-11-20T10:00:00.000Z"));
    let sights = (0..=SIGHTS as u128).map(sight).collect();
    assert!(file.observe(sights, Vec::new()).await.is_err());
    assert!(counted(&file, "2026-11-23").await.systems.is_empty());
}

#[tokio::test]
async fn observations_come_newest_first_and_page_by_page() {
    let folder = tempfile::tempdir().unwrap();
    let file = ProgrammeFile::open(folder.path()).unwrap();
    let when = |number: u128| format!("2026-11-20T10:{:02}:00.000Z", number / 2);
    let sights = (1..=9).map(|number| {
        message(seen(number, if number % 3 == 0 { "T" } else { "S" }, &when(number)))
    });
    file.observe(sights.collect(), Vec::new()).await.unwrap();
    let mut query = ObservationQuery {
        organisations: BTreeSet::from([CVR.to_owned()]),
        limit: 4,
        ..ObservationQuery::default()
    };
    let mut numbers = Vec::new();
    loop {
        let page = file.observations(&query).await.unwrap();
        let Some(last) = page.last() else { break };
        (query.before, query.below) = (Some(last.observed_at), Some(last.message_uuid));
        numbers.extend(page.iter().map(|one| one.message_uuid.as_u128()));
    }
    assert_eq!(numbers, [9, 8, 7, 6, 5, 4, 3, 2, 1]);
    let of_t = ObservationQuery {
        organisations: BTreeSet::from([CVR.to_owned()]),
        systems: BTreeSet::from(["T".to_owned()]),
        limit: 10,
        ..ObservationQuery::default()
    };
    assert_eq!(file.observations(&of_t).await.unwrap().len(), 3);
}

#[tokio::test]
async fn what_is_older_than_it_is_kept_goes_a_little_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let file = ProgrammeFile::open(folder.path()).unwrap();
    let old = (1..=5).map(|number| message(seen(number, "S", "2024-01-05T10:00:00.000Z")));
    let new = (6..=7).map(|number| message(seen(number, "S", "2026-11-20T10:00:00.000Z")));
    file.observe(old.chain(new).collect(), Vec::new()).await.unwrap();
    assert_eq!(file.forget(since("2024-11-23"), 3).await.unwrap(), 3);
    assert_eq!(file.forget(since("2024-11-23"), 3).await.unwrap(), 2);
    assert_eq!(file.forget(since("2024-11-23"), 3).await.unwrap(), 0);
    assert_eq!(tally(&counted(&file, "2026-11-23").await, "S", "2026-11-23").messages.count, 2);
    assert!(counted(&file, "2024-01-06").await.systems.is_empty());
}

#[tokio::test]
async fn acceptance_13_no_cpr_number_is_kept_of_an_observation() {
    let folder = tempfile::tempdir().unwrap();
    let file = ProgrammeFile::open(folder.path()).unwrap();
    let number = "6109901234".to_owned(); // day 61: of nobody
    let mut leaky = seen(1, "S", "2026-11-20T10:00:00.000Z");
    leaky.generating_system = Some(format!("Fagsystem {number}"));
    leaky.error_code = Some(format!("no.{}-{}", &number[..6], &number[6..]));
    leaky.system = format!("system {number}");
    leaky.markup.insert(format!("content:{number}"));
    leaky.file_types.insert(number.clone());
    let name = leaky.name();
    file.observe(vec![message(leaky)], Vec::new()).await.unwrap();
    assert!(file.observation(&name).await.unwrap().is_some(), "it was kept");
    drop(file);
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(&number) && !text.contains(&number[..6]), "the number is in a file");
    }
}

#[tokio::test]
async fn of_too_many_observations_the_first_go_and_their_sums_stay() {
    let folder = tempfile::tempdir().unwrap();
    let file = ProgrammeFile::open(folder.path()).unwrap();
    let all = (1..=40).map(|number| message(seen(number, "S", "2026-11-20T10:00:00.000Z")));
    file.observe(all.collect(), Vec::new()).await.unwrap();
    let keep = Keep { since: day("2024-11-23"), at_most: 5 };
    assert_eq!(file.forget(keep, 30).await.unwrap(), 30);
    assert_eq!(file.forget(keep, 30).await.unwrap(), 5);
    assert_eq!(file.forget(keep, 30).await.unwrap(), 0);
    let query = ObservationQuery {
        organisations: BTreeSet::from([CVR.to_owned()]),
        limit: 100,
        ..ObservationQuery::default()
    };
    let left = file.observations(&query).await.unwrap();
    let left: Vec<u128> = left.iter().map(|one| one.message_uuid.as_u128()).collect();
    assert_eq!(left, [40, 39, 38, 37, 36]);
    assert_eq!(tally(&counted(&file, "2026-11-23").await, "S", "2026-11-23").messages.count, 40);
    // What comes then has a number of its own, and is found.
    file.observe(vec![message(seen(41, "S", "2026-11-20T11:00:00.000Z"))], Vec::new())
        .await
        .unwrap();
    assert_eq!(file.observations(&query).await.unwrap().len(), 6);
    assert_eq!(file.check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_file_of_an_earlier_version_keeps_its_observations_and_tallies() {
    let folder = tempfile::tempdir().unwrap();
    {
        let connection = Connection::open(folder.path().join("programme.db")).unwrap();
        for sql in [
            include_str!("../migrations/0001_objects.sql"),
            include_str!("../migrations/0002_observations.sql"),
        ] {
            connection.execute_batch(sql).unwrap();
        }
        connection.pragma_update(None, "application_id", 0x6272_7670).unwrap();
        connection.pragma_update(None, "user_version", 2).unwrap();
        let source = "INSERT INTO sources VALUES (1, ?1, 'prod', 'out', 'S', '{\"n\":40}')";
        connection.execute(source, [CVR]).unwrap();
        for number in 1..=40 {
            let one = seen(number, "S", "2026-11-20T10:00:00.000Z");
            let put = "INSERT INTO observations (source, at, message, body) VALUES (1, ?1, ?2, ?3)";
            let body = serde_json::to_string(&one).unwrap();
            let row = params![one.observed_at.as_millis(), one.message_uuid.as_bytes(), body];
            connection.execute(put, row).unwrap();
        }
        let sum = Tally {
            messages: tally::Seen::once(at("2026-11-20T10:00:00.000Z")),
            ..Tally::default()
        };
        let sum = serde_json::to_string(&sum).unwrap();
        connection.execute("INSERT INTO tallies VALUES (1, '2026-11-20', ?1)", [sum]).unwrap();
    }
    let file = ProgrammeFile::open(folder.path()).unwrap();
    for number in [1, 20, 40] {
        let one = seen(number, "S", "2026-11-20T10:00:00.000Z");
        assert_eq!(file.observation(&one.name()).await.unwrap(), Some(one.clone()));
        let again = file.observe(vec![message(one)], Vec::new()).await.unwrap();
        assert_eq!(again, Observed { new: 0, changed: 0, nothing: 1 });
    }
    assert_eq!(tally_count(&file).await, 1);
    assert_eq!(file.check().await.unwrap(), Vec::<String>::new());
}

async fn tally_count(file: &ProgrammeFile) -> i64 {
    tally(&counted(file, "2026-11-23").await, "S", "2026-11-23").messages.count
}

/// What the follower of a log may hand in: messages, some again, and what became of them, of any order.
fn any_sights() -> impl Strategy<Value = Vec<Sight>> {
    let one = (0_u128..60, 0..3_usize, 0..6_u8, 0_i64..3 * 24 * 60);
    proptest::collection::vec(one, 0..150).prop_map(|all| {
        all.into_iter()
            .map(|(number, system, kind, minute)| {
                let system = ["S", "T", "U"][system];
                let mut one = seen(number, system, "2026-11-20T10:00:00.000Z");
                one.observed_at = one.observed_at.plus_seconds(minute * 60);
                let later = |what| Later { name: one.name(), at: one.observed_at, what };
                let status = if kind == 3 { "COMPLETED" } else { "INVALID" };
                let receipt =
                    What::Receipt { status: status.into(), code: (kind == 4).then(|| "no".into()) };
                match kind {
                    3 | 4 => Sight::Later(later(receipt)),
                    5 => {
                        one.direction = Direction::In;
                        one.letter_type = None;
                        message(one)
                    }
                    _ => {
                        one.format = if kind == 0 { Format::Dp2 } else { Format::Memo };
                        message(one)
                    }
                }
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn sums_kept_as_sights_come_are_those_of_the_whole_log(
        sights in any_sights(), batch in 1_usize..40, opened_again in 0_usize..6,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            // The whole log, by the rule alone.
            let mut known = std::collections::BTreeMap::new();
            let asked = [requirement(AppliesTo::Sender), requirement(AppliesTo::LetterType)];
            let needed = Needed::by(&asked, &Programme::default(), day("2026-11-23"));
            let mut whole = Counting::new(needed);
            for sight in &sights {
                let Some(taken) = tally::take(known.get(&sight.name()), sight) else { continue };
                let (key, sum) = &taken.tally;
                whole.add(key, sum);
                if let Some((key, sum)) = &taken.letter {
                    whole.add_letter(key, sum);
                }
                if taken.new {
                    whole.add_ever(&key.system, key.direction, &sum.messages);
                }
                known.insert(sight.name(), taken.observation);
            }
            // In batches, looked at between them, and opened anew after one.
            let folder = tempfile::tempdir().unwrap();
            let mut file = ProgrammeFile::open(folder.path()).unwrap();
            counted(&file, "2026-11-23").await;
            for (at, part) in sights.chunks(batch).enumerate() {
                if at == opened_again {
                    file = ProgrammeFile::open(folder.path()).unwrap();
                }
                file.observe(part.to_vec(), Vec::new()).await.unwrap();
            }
            let ready = counted(&file, "2026-11-23").await;
            let read = counted(&ProgrammeFile::open(folder.path()).unwrap(), "2026-11-23").await;
            let whole = whole.finish();
            assert_eq!(ready, whole);
            assert_eq!(read, whole);
            for (name, seen) in &known {
                assert_eq!(file.observation(name).await.unwrap().as_ref(), Some(seen));
            }
            let again = file.observe(sights.clone(), Vec::new()).await.unwrap();
            assert_eq!(again.new, 0, "no message counts twice");
            assert_eq!(file.check().await.unwrap(), Vec::<String>::new());
        });
    }
}

fn incoming(number: u128, sender: &str, code: &str, when: &str) -> Observation {
    Observation {
        direction: Direction::In,
        sender: Some(sender.into()),
        message_code: Some(code.into()),
        markup: ["header:mandatory", "content:CaseID"].map(str::to_owned).into(),
        letter_type: None,
        ..seen(number, "S", when)
    }
}

#[tokio::test]
async fn what_comes_in_is_counted_by_sender_and_code_and_what_is_told_last_of_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let file = ProgrammeFile::open(folder.path()).unwrap();
    let when = "2026-11-20T10:00:00.000Z";
    let refused = Observation { accepted: false, ..incoming(4, "22117712", "SKADE", when) };
    let test =
        Observation { environment: Environment::Test, ..incoming(5, "22117712", "SKADE", when) };
    let untold = Observation { sender: None, message_code: None, ..incoming(6, "", "", when) };
    let all = [
        incoming(1, "22117712", "SKADE", when),
        incoming(2, "22117712", "SKADE", when),
        incoming(3, "person", "", when),
        refused,
        test,
        untold,
        seen(7, "S", when),
    ];
    file.observe(all.into_iter().map(message).collect(), Vec::new()).await.unwrap();
    let told = |number, handled| {
        let name = incoming(number, "22117712", "SKADE", when).name();
        Sight::Later(Later { name, at: at(when), what: What::Handled(handled) })
    };
    let mut again = incoming(2, "22117712", "SKADE", when);
    again.handled = Some(Handled::Automatic);
    let later = vec![
        told(1, Handled::Automatic),
        told(1, Handled::Automatic),
        told(1, Handled::Misdirected),
        told(4, Handled::Manual),
        message(again),
    ];
    let seen_again = file.observe(later, Vec::new()).await.unwrap();
    assert_eq!(seen_again, Observed { new: 0, changed: 3, nothing: 2 });

    // What is kept is read from the file by whoever opens it next.
    drop(file);
    let file = ProgrammeFile::open(folder.path()).unwrap();
    let organisations = BTreeSet::from([CVR.to_owned()]);
    let period = Period { from: day("2026-11-20"), until: day("2026-11-20") };
    let counted = file.incoming(&organisations, period).await.unwrap();
    let told: Vec<_> = counted
        .iter()
        .map(|(group, tally)| {
            let handled = [Handled::Automatic, Handled::Manual, Handled::Misdirected];
            let handled = handled.map(|one| tally.handled.count(one.word()));
            (group.sender.as_str(), group.code.as_str(), tally.messages.count, handled)
        })
        .collect();
    assert_eq!(
        told,
        [("22117712", "SKADE", 2, [1, 0, 1]), ("", "", 1, [0, 0, 0]), ("person", "", 1, [0, 0, 0]),]
    );
    let fields: Vec<_> = counted[0].1.fields.iter().collect();
    assert_eq!(fields, [("content:CaseID", 2)], "what mail can be distributed by");
    let kept = file.observation(&incoming(1, "", "", when).name()).await.unwrap().unwrap();
    assert_eq!(
        (kept.sender.as_deref(), kept.message_code.as_deref(), kept.handled),
        (Some("22117712"), Some("SKADE"), Some(Handled::Misdirected))
    );
    let other = Period { from: day("2026-11-21"), until: day("2026-11-30") };
    assert!(file.incoming(&organisations, other).await.unwrap().is_empty());
    file.forget(since("2026-11-21"), 1_000).await.unwrap();
    assert!(file.incoming(&organisations, period).await.unwrap().is_empty());
}

#[tokio::test]
async fn senders_and_codes_without_end_are_counted_together_beyond_a_limit() {
    let folder = tempfile::tempdir().unwrap();
    let file = ProgrammeFile::open(folder.path()).unwrap();
    let when = "2026-11-20T10:00:00.000Z";
    let few = 10;
    let all = (0..GROUPS + few)
        .map(|number| message(incoming(number as u128, "22117712", &format!("K{number}"), when)));
    let all: Vec<_> = all.collect();
    for some in all.chunks(2_000) {
        file.observe(some.to_vec(), Vec::new()).await.unwrap();
    }
    let organisations = BTreeSet::from([CVR.to_owned()]);
    let period = Period { from: day("2026-11-20"), until: day("2026-11-20") };
    let counted = file.incoming(&organisations, period).await.unwrap();
    assert_eq!(counted.len(), GROUPS + 1);
    assert_eq!(counted[0].0, Group::others(), "it has most");
    let all: i64 = counted.iter().map(|(_, tally)| tally.messages.count).sum();
    assert_eq!(all, i64::try_from(GROUPS + few).unwrap(), "each is counted");
    let beyond = incoming((GROUPS + few - 1) as u128, "", "", when).name();
    let kept = file.observation(&beyond).await.unwrap().unwrap();
    assert_eq!((kept.sender.as_deref(), kept.message_code), (Some(Group::OTHERS), None));
}
