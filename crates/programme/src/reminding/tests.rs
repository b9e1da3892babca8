use std::collections::BTreeMap;

use super::words::Desk;
use super::*;
use crate::catalogue::Catalogue;
use crate::change::Change;
use crate::fixture::{apply, at, catalogue, day, key, programme};
use crate::objects::{Attestation, Certificate, Interface, Questionnaire, Settings, System};
use crate::plan::Plan;
use crate::programme::settings_key;
use crate::text::Language;

/// In this fixture OP3-T01 is due on Monday 2021-06-14.
fn with_people() -> Programme {
    let mut programme = programme("ACTUAL", "2020-08-01");
    for (name, role) in [("P-1", "pm"), ("P-2", "sysowner")] {
        let person = Person {
            name: format!("Ågot {name}"),
            email: format!("{name}@egelev.example"),
            roles: [role.parse().unwrap()].into(),
            ..Person::default()
        };
        apply(&mut programme, &[Change::add(key(name), &person)]);
    }
    programme
}

fn plan(programme: &Programme, today: Day) -> Plan {
    let catalogue: Catalogue = catalogue();
    Plan::of(programme, &catalogue, today).unwrap()
}

fn on(programme: &Programme, today: &str, told: &BTreeMap<String, String>) -> Posting {
    due(programme, &plan(programme, day(today)), told, at("2021-06-01T08:00:00Z"))
}

fn note(told: &mut BTreeMap<String, String>, posting: &Posting) {
    for mark in &posting.marks {
        assert_eq!(told.get(&mark.about), mark.was.as_ref(), "it knows what was told");
        told.insert(mark.about.clone(), mark.is.clone());
    }
}

/// The days on which somebody is told of something that `is` picks, from one day to another.
fn days(
    programme: &Programme,
    (from, until): (&str, &str),
    is: impl Fn(&Recipient, &Item) -> bool,
) -> Vec<String> {
    let (mut told, mut found) = (BTreeMap::new(), Vec::new());
    let (mut today, until) = (day(from), day(until));
    while today <= until {
        let posting = on(programme, &today.to_string(), &told);
        note(&mut told, &posting);
        let items = posting.notices.iter().flat_map(|one| one.items.iter().map(|i| (&one.to, i)));
        found.extend(items.filter(|(to, item)| is(to, item)).map(|_| today.to_string()));
        let again = on(programme, &today.to_string(), &told);
        assert!(again.is_empty(), "{today}: once is enough: {again:?}");
        today = today.plus_days(1);
    }
    found
}

fn is_task(item: &Item, wanted: &str) -> bool {
    matches!(item, Item::Task { key, .. } if key.as_str() == wanted)
}

#[test]
fn a_task_is_told_once_for_each_step_before_it_and_weekly_after_on_working_days() {
    let programme = with_people();
    let told = days(&programme, ("2021-05-01", "2021-07-06"), |to, item| {
        is_task(item, "OP3-T01") && *to == Recipient::Person(key("P-2"))
    });
    // The day before it is a Sunday, so people learn of it on the Friday.
    let expected =
        ["2021-05-31", "2021-06-07", "2021-06-11", "2021-06-21", "2021-06-28", "2021-07-05"];
    assert_eq!(told, expected);
}

#[test]
fn a_reminder_on_a_day_off_of_what_is_late_comes_on_the_working_day_after() {
    let mut programme = with_people();
    let before = programme.settings().unwrap();
    let mut after: Settings = before.clone();
    after.reminders.late_every_days = 5;
    after.reminders.task_days.clear();
    let change = Change::edit(settings_key(), &before, &after).unwrap();
    apply(&mut programme, &[change]);
    let told = days(&programme, ("2021-06-01", "2021-06-25"), |_, item| is_task(item, "OP3-T01"));
    // 2021-06-19 is a Saturday.
    assert_eq!(told, ["2021-06-21", "2021-06-24"]);
}

#[test]
fn steps_that_passed_while_nothing_ran_are_told_as_one() {
    let programme = with_people();
    let mut told = BTreeMap::new();
    let first = on(&programme, "2021-05-31", &told);
    note(&mut told, &first);
    let late = on(&programme, "2021-06-23", &told);
    let items: Vec<&Item> = late.notices.iter().flat_map(|notice| &notice.items).collect();
    assert_eq!(items.iter().filter(|item| is_task(item, "OP3-T01")).count(), 1);
    note(&mut told, &late);
    assert!(!told["task/OP3-T01"].contains("/-"), "the newest step stands for those before it");
    let after = on(&programme, "2021-06-24", &told);
    assert!(!after.notices.iter().flat_map(|one| &one.items).any(|i| is_task(i, "OP3-T01")));
}

#[test]
fn a_due_day_that_moves_is_told_anew_and_a_task_that_is_done_no_more() {
    let mut programme = with_people();
    let mut told = BTreeMap::new();
    let first = on(&programme, "2021-06-11", &told);
    note(&mut told, &first);
    let plan_now = plan(&programme, day("2021-06-11"));
    let fresh =
        plan_now.instance(&key("OP3-T01")).unwrap().fresh_state(&"OP3-T01".parse().unwrap());
    let moved = crate::objects::TaskState { due: Some(day("2021-06-25")), ..fresh.clone() };
    apply(&mut programme, &[Change::add(key("OP3-T01"), &moved)]);
    let anew = on(&programme, "2021-06-18", &told);
    assert!(anew.notices.iter().flat_map(|one| &one.items).any(|item| {
        matches!(item, Item::Task { key, due, .. } if key.as_str() == "OP3-T01" && *due == day("2021-06-25"))
    }));
    note(&mut told, &anew);
    let done = crate::objects::TaskState {
        status: crate::objects::Status::Done,
        done_at: Some(at("2021-06-20T08:00:00Z")),
        percent: 100,
        ..moved.clone()
    };
    apply(&mut programme, &[Change::edit(key("OP3-T01"), &moved, &done).unwrap()]);
    for today in ["2021-06-24", "2021-07-02"] {
        let posting = on(&programme, today, &told);
        assert!(!posting.notices.iter().flat_map(|one| &one.items).any(|i| is_task(i, "OP3-T01")));
    }
}

#[test]
fn nobody_is_reminded_when_it_is_off_or_the_programme_rests_or_nobody_works() {
    let programme = with_people();
    let none = BTreeMap::new();
    assert!(!on(&programme, "2021-06-07", &none).is_empty());
    assert!(on(&programme, "2021-06-05", &none).is_empty(), "Constitution Day, a Saturday");
    let before = programme.settings().unwrap();
    let mut off = before.clone();
    off.reminders.off = true;
    let archived = Settings { archived: true, ..before.clone() };
    for after in [off, archived] {
        let mut programme = programme.clone();
        apply(&mut programme, &[Change::edit(settings_key(), &before, &after).unwrap()]);
        assert!(on(&programme, "2021-06-07", &none).is_empty());
    }
}

#[test]
fn one_notice_holds_all_that_one_person_is_told_and_whoever_leads_is_told_of_what_is_nobodys() {
    let mut programme = with_people();
    let person = programme.get::<Person>(&key("P-2")).unwrap();
    let gone = Person { roles: BTreeSet::new(), ..person.clone() };
    apply(&mut programme, &[Change::edit(key("P-2"), &person, &gone).unwrap()]);
    let posting = on(&programme, "2022-03-28", &BTreeMap::new());
    assert_eq!(posting.notices.len(), 1, "{:?}", posting.notices);
    let notice = &posting.notices[0];
    assert_eq!(notice.to, Recipient::Person(key("P-1")));
    assert!(notice.count() > 3);
    let mut nobody = programme.clone();
    let lead = nobody.get::<Person>(&key("P-1")).unwrap();
    let gone = Person { roles: BTreeSet::new(), ..lead.clone() };
    apply(&mut nobody, &[Change::edit(key("P-1"), &lead, &gone).unwrap()]);
    let posting = on(&nobody, "2022-03-28", &BTreeMap::new());
    assert_eq!(posting.notices[0].to, Recipient::Nobody, "and it is not lost");
}

#[test]
fn a_certificate_and_an_attestation_are_told_before_they_end() {
    let mut programme = with_people();
    let system = programme.get::<System>(&key("S-1")).unwrap();
    let certificate = Certificate {
        valid_to: Some(day("2021-03-10")),
        renewal_owner: Some(key("P-2")),
        ..Certificate::default()
    };
    let interfaces = vec![Interface { certificate: Some(certificate), ..Interface::default() }];
    let with = System { interfaces, ..system.clone() };
    apply(&mut programme, &[Change::edit(key("S-1"), &system, &with).unwrap()]);
    let told = days(&programme, ("2021-01-25", "2021-03-19"), |to, item| {
        matches!(item, Item::Certificate { .. }) && *to == Recipient::Person(key("P-2"))
    });
    let expected = ["2021-02-08", "2021-02-24", "2021-03-03", "2021-03-09", "2021-03-17"];
    assert_eq!(told, expected, "and after it has ended, for as long as nobody renews it");

    let attestation = Attestation {
        requirement: Some("MK-A2".parse().unwrap()),
        subject: Some(key("S-1")),
        statement: "Set".into(),
        evidence: String::new(),
        person: key("P-2"),
        day: day("2020-09-01"),
        expires: day("2021-02-10"),
        approver: None,
    };
    apply(&mut programme, &[Change::add(key("A-1"), &attestation)]);
    let is = |_: &Recipient, item: &Item| matches!(item, Item::Attestation { .. });
    assert_eq!(
        days(&programme, ("2021-01-01", "2021-03-01"), is),
        ["2021-01-11", "2021-02-03", "2021-02-09"]
    );
    let renewed = Attestation { expires: day("2021-08-10"), ..attestation };
    apply(&mut programme, &[Change::add(key("A-2"), &renewed)]);
    assert!(days(&programme, ("2021-01-01", "2021-03-01"), is).is_empty(), "it was renewed");
}

fn with_questionnaire(contacts: &[&str]) -> Programme {
    let mut programme = with_people();
    let supplier = Supplier {
        name: "Nordlys Data".into(),
        contacts: contacts.iter().map(|one| (*one).to_owned()).collect(),
        ..Supplier::default()
    };
    let link = Questionnaire {
        supplier: key("L-1"),
        token_sha256: "abcdef".repeat(10),
        expires: day("2021-05-31"),
        revoked: false,
        sent: vec![day("2021-05-03")],
    };
    apply(&mut programme, &[Change::add(key("L-1"), &supplier), Change::add(key("Q-1"), &link)]);
    programme
}

#[test]
fn a_supplier_that_does_not_answer_is_reminded_at_its_addresses_until_it_does() {
    let contacts = ["Else Ø <else@nordlys.example>, 12 34 56 78", "mailto:bo@nordlys.example"];
    let mut programme = with_questionnaire(&contacts);
    let to_else = |to: &Recipient, _: &Item| matches!(to, Recipient::Supplier { address, .. } if address == "else@nordlys.example");
    // Seven days before the link ends is Whit Monday; one day before is a Sunday.
    assert_eq!(
        days(&programme, ("2021-05-03", "2021-06-15"), to_else),
        ["2021-05-10", "2021-05-17", "2021-05-21", "2021-05-28"]
    );
    let posting = on(&programme, "2021-05-10", &BTreeMap::new());
    let to: Vec<&Recipient> = posting.notices.iter().map(|one| &one.to).collect();
    let suppliers = to.iter().filter(|to| matches!(to, Recipient::Supplier { .. })).count();
    assert_eq!(suppliers, 2, "{to:?}");

    let supplier = programme.get::<Supplier>(&key("L-1")).unwrap();
    let answered_at = Some(at("2021-05-12T08:00:00Z"));
    let answered = Supplier { answered_at, ..supplier.clone() };
    apply(&mut programme, &[Change::edit(key("L-1"), &supplier, &answered).unwrap()]);
    assert!(days(&programme, ("2021-05-13", "2021-06-15"), to_else).is_empty());
}

#[test]
fn a_mail_to_a_supplier_says_when_the_link_was_sent_and_never_the_link() {
    let programme = with_questionnaire(&["else@nordlys.example"]);
    let plan = plan(&programme, day("2021-05-10"));
    let posting = due(&programme, &plan, &BTreeMap::new(), at("2021-05-10T08:00:00Z"));
    let is_theirs = |one: &&Notice| matches!(one.to, Recipient::Supplier { .. });
    let notice = posting.notices.iter().find(is_theirs).unwrap();
    let id = crate::ProgrammeId(uuid::Uuid::from_u128(7));
    let base = Some("https://post.example");
    let desk = Desk { id, programme: &programme, plan: &plan, base };
    for (language, sent, expires) in
        [(Language::Da, "03-05-2021", "31-05-2021"), (Language::En, "2021-05-03", "2021-05-31")]
    {
        let mail = desk.mail(notice, language);
        assert!(mail.text.contains(sent) && mail.text.contains(expires), "{}", mail.text);
        assert!(mail.text.contains("Nordlys Data") && mail.subject.contains("Egelev Kommune"));
        assert!(!mail.text.contains("/answer/") && !mail.text.contains("abcdef"), "{}", mail.text);
        assert!(!mail.text.contains("OP3"), "nothing of what is the authority's own");
    }
    let without = with_questionnaire(&["Else, 12 34 56 78"]);
    let posting = on(&without, "2021-05-10", &BTreeMap::new());
    assert!(posting.notices.iter().any(|one| {
        one.to == Recipient::Person(key("P-1"))
            && one.items.iter().any(|item| matches!(item, Item::Unanswered { .. }))
    }));
}

#[test]
fn a_notice_is_told_in_the_language_of_whoever_it_is_for() {
    let mut programme = with_people();
    let person = programme.get::<Person>(&key("P-2")).unwrap();
    let english = Person { language: Some(Language::En), ..person.clone() };
    apply(&mut programme, &[Change::edit(key("P-2"), &person, &english).unwrap()]);
    let plan = plan(&programme, day("2021-06-21"));
    let posting = due(&programme, &plan, &BTreeMap::new(), at("2021-06-21T08:00:00Z"));
    let to = Recipient::Person(key("P-2"));
    let notice = posting.notices.iter().find(|one| one.to == to).unwrap();
    assert_eq!(notice.to.language(&programme), Language::En);
    assert_eq!(Recipient::Person(key("P-1")).language(&programme), Language::Da);
    assert_eq!(notice.to.address(&programme).as_deref(), Some("P-2@egelev.example"));
    let id = crate::ProgrammeId(uuid::Uuid::from_u128(7));
    let base = Some("https://post.example");
    let desk = Desk { id, programme: &programme, plan: &plan, base };
    let mail = desk.mail(notice, Language::En);
    assert!(mail.subject.starts_with("Egelev Kommune: ") && mail.subject.contains("overdue"));
    assert!(mail.text.contains("OP3-T01") && mail.text.contains("due 2021-06-14"), "{}", mail.text);
    let address = format!("https://post.example/programmes/{id}/task/OP3-T01");
    assert!(mail.text.contains(&address), "{}", mail.text);
}

#[test]
fn what_is_no_address_is_not_written_to() {
    for (text, is) in [
        ("a@b.example", true),
        ("a@b.example\r\nBcc: c@d.example", false),
        ("-oQ@b.example", false),
        ("a@b@c.example", false),
        ("a,b@c.example", false),
        ("@c.example", false),
        ("intet", false),
        ("æ@c.example", false),
    ] {
        assert_eq!(is_address(text), is, "{text}");
    }
}
