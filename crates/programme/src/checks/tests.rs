//! Each requirement as a table: what is known, and what the check says of it.

mod beforehand;
mod limits;
mod registers;

use std::collections::BTreeSet;

use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::catalogue::Catalogue;
use crate::ids::{Key, RequirementId};
use crate::objects::{Direction, Environment, Kind};
use crate::observation::{
    Carriage, Format, Later, Legacy, Observation, Place, RecipientKind, Sight, What,
};
use crate::programme::{Held, Programme};
use crate::tally::take;

const NOW: &str = "2026-11-23T12:00:00.000Z";
const HOST: &str = "post.invalid";

/// A programme, what was seen, and a clock.
struct World {
    programme: Programme,
    requirements: Vec<Requirement>,
    seen: Vec<Observation>,
    tallies: Vec<(crate::tally::TallyKey, crate::tally::Tally)>,
    letters: Vec<(crate::tally::LetterKey, crate::tally::LetterTally)>,
    now: brevdue_memo::Timestamp,
}

impl World {
    /// An authority whose deadlines have all passed, with one sender and one receiver.
    fn new() -> Self {
        let mut requirements = Catalogue::shipped().requirements.clone();
        for one in &mut requirements {
            if let Some(hosts) = one.lists.get_mut("hosts") {
                hosts.push(HOST.into());
            }
        }
        let mut world = Self {
            programme: Programme::default(),
            requirements,
            seen: Vec::new(),
            tallies: Vec::new(),
            letters: Vec::new(),
            now: NOW.parse().unwrap(),
        };
        world.put(
            Kind::Settings,
            "settings",
            json!({
                "name": "P", "authority": "Nordvang Kommune", "cvr": ["11223399"], "kind": "kommune",
                "track": "new_adoption", "variant": "full", "profile": "NEW", "start": "2025-01-01",
                "catalogue_version": "1"
            }),
        );
        for id in ["START", "TESTREADY", "GOLIVE", "MEMO_ONLY", "LEGACY_OFF"] {
            world.put(Kind::Milestone, id, json!({ "day": "2026-01-01" }));
        }
        world.put(Kind::System, "S", sender(HOST));
        world.put(Kind::System, "R", receiver("authority_mail", true));
        world
    }

    fn put(&mut self, kind: Kind, key: &str, body: serde_json::Value) {
        let body = kind.checked(body).unwrap();
        self.programme.insert(kind, key.parse().unwrap(), Held { version: 1, body });
    }

    fn see(&mut self, observation: Observation) {
        let name = observation.name();
        let sight = Sight::Message(Box::new(observation));
        self.note(&name, &sight);
    }

    fn later(&mut self, seen: &Observation, when: &str, what: What) {
        let name = seen.name();
        let sight = Sight::Later(Later { name: name.clone(), at: when.parse().unwrap(), what });
        self.note(&name, &sight);
    }

    fn note(&mut self, name: &crate::observation::MessageName, sight: &Sight) {
        let earlier = self.seen.iter().position(|one| one.name() == *name);
        let Some(taken) = take(earlier.map(|at| &self.seen[at]), sight) else { return };
        match earlier {
            Some(at) => self.seen[at] = taken.observation,
            None => self.seen.push(taken.observation),
        }
        self.tallies.push(taken.tally);
        self.letters.extend(taken.letter);
    }

    fn evidence(&self) -> Evidence {
        let today = crate::Day::of(self.now).unwrap();
        let needed = Needed::by(&self.requirements, &self.programme, today);
        let mut counting = Counting::new(needed);
        for (key, tally) in &self.tallies {
            counting.add(key, tally);
            counting.add_ever(&key.system, key.direction, &tally.messages);
        }
        for (key, tally) in &self.letters {
            counting.add_letter(key, tally);
        }
        Evidence::new(&self.programme, &self.requirements, counting.finish(), self.now)
    }

    fn ask(&self, requirement: &str, subject: &Subject) -> Verdict {
        let asked = self.requirements.iter().find(|one| one.id.as_str() == requirement).unwrap();
        check(&self.evidence(), asked, subject)
    }

    fn says(&self, requirement: &str, subject: &Subject) -> CheckResult {
        self.ask(requirement, subject).result
    }
}

fn sender(host: &str) -> serde_json::Value {
    json!({ "name": "Brevsystemet", "role": "sender", "interfaces": [{
        "direction": "out", "environment": "prod", "active": true, "host": host, "dp_system_id": "sys-s"
    }] })
}

fn receiver(purpose: &str, active: bool) -> serde_json::Value {
    json!({ "name": "Postmodtageren", "role": "receiver", "interfaces": [{
        "direction": "in", "environment": "prod", "active": active, "host": HOST, "purpose": purpose,
        "dp_system_id": "sys-r"
    }] })
}

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

fn system(text: &str) -> Subject {
    Subject::System(key(text))
}

fn sent(number: u128, when: &str) -> Observation {
    Observation {
        observed_at: when.parse().unwrap(),
        environment: Environment::Prod,
        direction: Direction::Out,
        authority_cvr: "11223399".into(),
        system: "sys-s".into(),
        generating_system: None,
        transport: Carriage::Rest,
        format: Format::Memo,
        memo_version: Some("1.2".into()),
        message_uuid: Uuid::from_u128(number),
        message_type: "DIGITALPOST".into(),
        size_bytes: 10_000,
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
        markup: BTreeSet::new(),
        letter_type: None,
        endpoint_host: Some(HOST.into()),
        sensitive_title: false,
        has_schema_version: false,
        legacy: BTreeSet::new(),
        untold: BTreeSet::new(),
    }
}

fn got(number: u128, when: &str) -> Observation {
    Observation { direction: Direction::In, system: "sys-r".into(), ..sent(number, when) }
}

const YESTERDAY: &str = "2026-11-22T10:00:00.000Z";

#[test]
fn acceptance_05_five_receivers_for_authority_mail_fail_and_four_with_one_for_the_company_pass() {
    let mut world = World::new();
    for extra in ["R2", "R3", "R4"] {
        world.put(Kind::System, extra, receiver("authority_mail", true));
    }
    assert_eq!(world.says("MK-M4", &Subject::Authority), CheckResult::Pass, "four");
    world.put(Kind::System, "R5", receiver("company_mail", true));
    assert_eq!(world.says("MK-M4", &Subject::Authority), CheckResult::Pass, "four and one");
    world.put(Kind::System, "R5", receiver("authority_mail", true));
    let five = world.ask("MK-M4", &Subject::Authority);
    assert_eq!(five.result, CheckResult::Fail);
    assert!(
        five.why.da.contains("5 aktive") && five.why.en.contains("at most 4"),
        "{:?}",
        five.why
    );
    world.put(Kind::System, "R5", receiver("authority_mail", false));
    assert_eq!(world.says("MK-M4", &Subject::Authority), CheckResult::Pass, "one is not active");
}

#[test]
fn acceptance_06_one_dp2_message_after_the_second_deadline_fails_that_system_with_an_example() {
    let mut world = World::new();
    world.see(sent(1, YESTERDAY));
    assert_eq!(world.says("MK-A2", &system("S")), CheckResult::Pass);
    let dp2 = Observation { format: Format::Dp2, memo_version: None, ..sent(2, YESTERDAY) };
    world.see(dp2);
    let verdict = world.ask("MK-A2", &system("S"));
    assert_eq!(verdict.result, CheckResult::Fail);
    assert_eq!(verdict.examples, [Uuid::from_u128(2)]);
    assert_eq!((verdict.counts["messages"], verdict.counts["memo_valid"]), (2, 1));
    assert_eq!(world.says("MK-D2", &system("S")), CheckResult::Fail, "legacy after the shutdown");
}

#[test]
fn a_dp2_message_before_the_second_deadline_was_allowed_and_shows_a_trend() {
    let mut world = World::new();
    world.put(Kind::Milestone, "MEMO_ONLY", json!({ "day": "2026-11-23" }));
    world.see(Observation { format: Format::Dp2, ..sent(1, YESTERDAY) });
    assert_eq!(
        world.says("MK-A2", &system("S")),
        CheckResult::NoEvidence,
        "nothing since the date"
    );
    world.put(Kind::Milestone, "MEMO_ONLY", json!({ "day": "2026-12-24" }));
    assert_eq!(world.says("MK-A2", &system("S")), CheckResult::Warn, "nothing shows that it rises");
    for number in 2..12 {
        world.see(sent(number, "2026-11-23T08:00:00.000Z"));
    }
    let rising = world.ask("MK-A2", &system("S"));
    assert_eq!(rising.result, CheckResult::NotApplicable, "{:?}", rising.why);
}

#[test]
fn acceptance_07_what_nobody_saw_is_never_green() {
    let mut world = World::new();
    world.programme = Programme::default();
    let bare = World { programme: Programme::default(), ..World::new() };
    let matrix = Matrix::of(&bare.evidence(), &bare.requirements);
    assert!(matrix.verdicts().next().is_some());
    for verdict in matrix.verdicts() {
        assert_ne!(verdict.result, CheckResult::Pass, "{}", verdict.requirement);
    }
    let mut silent = World::new();
    silent.put(Kind::System, "S", json!({ "name": "Tavs", "role": "both" }));
    let matrix = Matrix::of(&silent.evidence(), &silent.requirements);
    for verdict in matrix.row(&system("S")).unwrap().cells.values() {
        let quiet = [CheckResult::NoEvidence, CheckResult::NotApplicable];
        assert!(quiet.contains(&verdict.result), "{}: {:?}", verdict.requirement, verdict.why);
    }
    for headline in &matrix.headlines {
        assert_eq!((headline.systems.part, headline.messages.percent()), (0, None));
    }
}

#[test]
fn acceptance_08_a_receiver_with_mail_waiting_24_hours_warns_and_72_hours_fails() {
    for (waits_since, expected) in [
        ("2026-11-22T12:01:00.000Z", CheckResult::Pass),
        ("2026-11-22T12:00:00.000Z", CheckResult::Warn),
        ("2026-11-20T12:01:00.000Z", CheckResult::Warn),
        ("2026-11-20T12:00:00.000Z", CheckResult::Fail),
    ] {
        let mut world = World::new();
        world.see(got(1, waits_since));
        assert_eq!(world.says("MK-D1", &system("R")), expected, "{waits_since}");
        let message = world.seen[0].clone();
        world.later(
            &message,
            "2026-11-23T11:00:00.000Z",
            What::Fetched { system: "sys-r".into(), transport: None },
        );
        assert_eq!(world.says("MK-D1", &system("R")), CheckResult::Pass, "fetched");
    }
    assert_eq!(World::new().says("MK-D1", &system("R")), CheckResult::NoEvidence);
}

#[test]
fn acceptance_09_a_contact_point_whose_receiver_is_made_inactive_fails_and_is_named() {
    let mut world = World::new();
    let point =
        json!({ "name": "Byggesager", "receiver_system": "R", "visible_to_citizens": true });
    world.put(Kind::ContactPoint, "K", point);
    let subject = Subject::ContactPoint(key("K"));
    assert_eq!(world.says("MK-K2", &subject), CheckResult::Pass);
    world.put(Kind::System, "R", receiver("authority_mail", false));
    let verdict = world.ask("MK-K2", &subject);
    assert_eq!(verdict.result, CheckResult::Fail);
    assert!(verdict.why.da.contains("Byggesager") && verdict.why.en.contains("Byggesager"));
}

#[test]
fn each_requirement_on_sent_messages_by_a_table() {
    use CheckResult::{Fail, NoEvidence, NotApplicable, Pass, Warn};
    type Change = fn(&mut Observation);
    let cases: [(&str, Change, CheckResult); 25] = [
        ("MK-A1", |_| {}, Pass),
        ("MK-A1", |one| one.endpoint_host = Some("gammel.invalid".into()), Fail),
        ("MK-A1", |one| one.accepted = false, Fail),
        ("MK-A1", |one| one.environment = Environment::Test, NoEvidence),
        ("MK-A2", |one| _ = one.validation_errors.insert("MEMO-S-001".into()), Fail),
        ("MK-A3", |_| {}, NotApplicable),
        ("MK-A3", |one| one.to_authority = true, Fail),
        (
            "MK-A3",
            |one| {
                one.to_authority = true;
                one.contact_point_id = Some("kp".into());
                one.contact_point_known = Some(true);
            },
            Pass,
        ),
        (
            "MK-A3",
            |one| {
                one.to_authority = true;
                one.contact_point_id = Some("kp".into());
                one.contact_point_known = Some(false);
            },
            Fail,
        ),
        ("MK-A3", |one| _ = one.legacy.insert(Legacy::MailboxSubject), Fail),
        ("MK-A4", |one| one.size_bytes = 99_500_000, Pass),
        ("MK-A4", |one| one.size_bytes = 99_500_001, Fail),
        ("MK-A4", |one| one.file_count = 10, Pass),
        ("MK-A4", |one| one.file_count = 11, Fail),
        ("MK-D2", |one| _ = one.legacy.insert(Legacy::RegistrationList), Warn),
        ("MK-D2", |one| one.format = Format::Ebcdic, Fail),
        ("MK-D2", |_| {}, Pass),
        ("MK-D3", |one| one.error_code = Some("http.404".into()), Fail),
        ("MK-D3", |_| {}, Pass),
        ("MK-D4", |one| one.memo_version = Some("1.1".into()), Pass),
        ("MK-D4", |one| one.memo_version = Some("1.0".into()), Warn),
        ("MK-D7", |one| _ = one.file_types.insert("exe".into()), Fail),
        ("MK-D7", |_| {}, Pass),
        ("MK-D10", |one| one.sensitive_title = true, Warn),
        ("MK-D10", |_| {}, Pass),
    ];
    for (number, (requirement, change, expected)) in cases.into_iter().enumerate() {
        let mut world = World::new();
        let mut seen = sent(1, YESTERDAY);
        change(&mut seen);
        world.see(seen);
        let verdict = world.ask(requirement, &system("S"));
        assert_eq!(verdict.result, expected, "case {number}, {requirement}: {:?}", verdict.why);
        assert_eq!(
            World::new().says(requirement, &system("S")),
            NoEvidence,
            "{requirement}, unseen"
        );
        let elsewhere = World::new().says(requirement, &Subject::Authority);
        // The authority has pages, whose links nobody has looked at.
        let expected = if requirement == "MK-D2" { NoEvidence } else { NotApplicable };
        assert_eq!(elsewhere, expected, "{requirement} of the authority");
    }
}

#[test]
fn receipts_may_be_negative_in_one_of_a_hundred_and_must_come_within_a_day() {
    use CheckResult::{Fail, NoEvidence, Pass};
    for (negative, missing_since, expected) in [
        (1, None, Pass),
        (2, None, Fail),
        (0, Some("2026-11-22T12:00:00.000Z"), Pass),
        (0, Some("2026-11-22T11:59:00.000Z"), Fail),
    ] {
        let mut world = World::new();
        for number in 1..=100 {
            let status = if number <= negative { "INVALID" } else { "COMPLETED" };
            let what = What::Receipt { status: status.into(), code: None };
            world.see(sent(number, YESTERDAY));
            let message = world.seen.last().unwrap().clone();
            world.later(&message, "2026-11-22T10:01:00.000Z", what);
        }
        if let Some(since) = missing_since {
            world.see(sent(1000, since));
        }
        let verdict = world.ask("MK-D8", &system("S"));
        assert_eq!(verdict.result, expected, "{negative} {missing_since:?}: {:?}", verdict.why);
    }
    let mut early = World::new();
    early.see(sent(1, "2026-11-23T11:00:00.000Z"));
    assert_eq!(early.says("MK-D8", &system("S")), NoEvidence);
}

#[test]
fn everything_delivered_is_fetched_and_kept_or_younger_than_a_day() {
    let mut world = World::new();
    assert_eq!(world.says("MK-M6", &Subject::Authority), CheckResult::NoEvidence);
    world.see(got(1, "2026-11-22T11:59:00.000Z"));
    assert_eq!(world.says("MK-M6", &Subject::Authority), CheckResult::Fail, "not fetched");
    let message = world.seen[0].clone();
    world.later(&message, YESTERDAY, What::Fetched { system: "sys-r".into(), transport: None });
    assert_eq!(world.says("MK-M6", &Subject::Authority), CheckResult::NoEvidence, "kept where?");
    world.later(&message, YESTERDAY, What::Stored(Place::Journal));
    assert_eq!(world.says("MK-M6", &Subject::Authority), CheckResult::Pass);
    world.see(got(2, "2026-11-22T12:00:00.000Z"));
    assert_eq!(world.says("MK-M6", &Subject::Authority), CheckResult::Pass, "a day is allowed");
}

#[test]
fn an_attestation_stands_in_for_evidence_until_it_expires_or_a_newer_message_fails() {
    let attestation = json!({
        "requirement": "MK-A2", "subject": "S", "statement": "Prøvet", "person": "P-1",
        "day": "2026-11-21", "expires": "2027-11-21", "approver": "P-2"
    });
    let mut world = World::new();
    world.put(Kind::Attestation, "A", attestation.clone());
    let verdict = world.ask("MK-A2", &system("S"));
    assert_eq!((verdict.result, verdict.measured), (CheckResult::Pass, CheckResult::NoEvidence));
    assert!(verdict.sources.contains(&Source::Attestation));

    world.see(Observation { format: Format::Dp2, ..sent(1, "2026-11-20T10:00:00.000Z") });
    assert_eq!(world.says("MK-A2", &system("S")), CheckResult::Pass, "the failure is older");
    world.see(Observation { format: Format::Dp2, ..sent(2, "2026-11-22T10:00:00.000Z") });
    assert_eq!(world.says("MK-A2", &system("S")), CheckResult::Fail, "the failure is newer");

    for (field, value) in [
        ("expires", json!("2026-11-22")),
        ("approver", json!(null)),
        ("day", json!("2026-11-24")),
        ("subject", json!("OTHER")),
    ] {
        let mut world = World::new();
        let mut body = attestation.clone();
        body[field] = value;
        world.put(Kind::Attestation, "A", body);
        assert_eq!(world.says("MK-A2", &system("S")), CheckResult::NoEvidence, "{field}");
    }
}

#[test]
fn a_waiver_sets_a_requirement_aside_and_still_tells_what_was_measured() {
    let mut world = World::new();
    world.see(Observation { format: Format::Dp2, ..sent(1, YESTERDAY) });
    let waiver = json!({
        "requirement": "MK-A2", "reason": "Systemet lukkes", "approved_by": "P-1", "day": "2026-11-01"
    });
    world.put(Kind::Waiver, "W", waiver);
    let verdict = world.ask("MK-A2", &system("S"));
    assert_eq!((verdict.result, verdict.measured), (CheckResult::NotApplicable, CheckResult::Fail));
    assert!(verdict.why.da.contains("Systemet lukkes"));
}

#[test]
fn traffic_that_the_register_does_not_know_is_proposed_for_it() {
    let mut world = World::new();
    world.see(sent(1, YESTERDAY));
    assert_eq!(world.says("MK-S2", &Subject::Authority), CheckResult::Pass);
    world.see(Observation { system: "sys-x".into(), ..sent(2, YESTERDAY) });
    world.see(Observation { generating_system: Some("Fagsystem".into()), ..sent(3, YESTERDAY) });
    assert_eq!(world.says("MK-S2", &Subject::Authority), CheckResult::Fail);
    let evidence = world.evidence();
    let period = Period::window(evidence.requirement("MK-S2").unwrap(), evidence.today);
    let names: Vec<String> =
        discovered(&evidence, period).into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["Fagsystem", "sys-x"]);
}

#[test]
fn letters_carry_the_markup_that_was_decided_for_them() {
    use CheckResult::{Fail, NoEvidence, NotApplicable, Pass, Warn};
    let subject = Subject::LetterType(key("B"));
    let letter = |level: Option<&str>| json!({ "name": "Brev", "level": level, "must_do": "meet" });
    for (level, carried, expected) in [
        (None, 100, NotApplicable),
        (Some("A0"), 100, NotApplicable),
        (Some("A2"), 100, Pass),
        (Some("A2"), 98, Pass),
        (Some("A2"), 97, Fail),
    ] {
        let mut world = World::new();
        world.put(Kind::LetterType, "B", letter(level));
        let mut fields: BTreeSet<String> =
            crate::potential::MINIMUM_STANDARD.iter().map(|one| one.field.to_owned()).collect();
        fields.insert("action:AFTALE".into());
        for number in 1..=100 {
            let mut one = Observation { letter_type: Some(key("B")), ..sent(number, YESTERDAY) };
            one.markup = if number <= carried { fields.clone() } else { BTreeSet::new() };
            world.see(one);
        }
        let verdict = world.ask("MK-S1", &subject);
        assert_eq!(verdict.result, expected, "{level:?} {carried}: {:?}", verdict.why);
    }
    let mut unseen = World::new();
    unseen.put(Kind::LetterType, "B", letter(Some("A1")));
    assert_eq!(unseen.says("MK-S1", &subject), NoEvidence);
    unseen.put(
        Kind::LetterType,
        "B",
        json!({ "name": "Brev", "level": "A1", "target_date": "2027-01-01" }),
    );
    unseen.see(Observation { letter_type: Some(key("B")), ..sent(1, YESTERDAY) });
    assert_eq!(unseen.says("MK-S1", &subject), Warn);
}

#[test]
fn the_two_headline_figures_count_systems_and_messages() {
    let mut world = World::new();
    world.see(sent(1, YESTERDAY));
    world.see(Observation { format: Format::Dp2, ..sent(2, YESTERDAY) });
    let matrix = Matrix::of(&world.evidence(), &world.requirements);
    let second: RequirementId = "MK-A2".parse().unwrap();
    assert_eq!(matrix.open(&second).count(), 1);
    let headline = &matrix.headlines[1];
    assert_eq!(headline.milestone.as_str(), "MEMO_ONLY");
    assert_eq!((headline.systems.part, headline.systems.whole), (0, 1));
    assert_eq!((headline.messages.part, headline.messages.whole), (1, 2));
}
