//! What is known without a message: jobs that will run, and links on pages; and letters counted by the year.

use super::*;
use crate::links::Scanning;
use crate::objects::{FigureSource, LetterType, LinkScan};
use crate::potential::{Volumes, measured, scores};

const WINDOW: (&str, &str) = ("2026-12-04", "2026-12-06");

fn jobs(world: &mut World, jobs: serde_json::Value) {
    let mut body = sender(HOST);
    body["scheduled_jobs"] = jobs;
    world.put(Kind::System, "S", body);
    let (from, until) = WINDOW;
    world.put(Kind::Milestone, "CUTOVER", json!({ "day": from, "until": until }));
}

#[test]
fn jobs_that_run_in_the_window_are_told_before_it_and_messages_in_it_fail() {
    let mut world = World::new();
    let nightly = json!({ "name": "Natbreve", "rhythm": "daily", "time": "23:00", "minutes": 30 });
    jobs(&mut world, json!([nightly, { "name": "Rykkere", "rhythm": "monday" }]));
    world.see(sent(1, YESTERDAY));
    let before = world.ask("MK-D6", &system("S"));
    assert_eq!((before.result, before.counts["scheduled_jobs"]), (CheckResult::Warn, 1));
    for text in [&before.why.da, &before.why.en] {
        assert!(text.contains("Natbreve (2026-12-04 23:00, 2026-12-05 23:00"), "{text}");
        assert!(!text.contains("Rykkere"), "{text}");
    }
    assert!(before.sources.contains(&Source::Configuration));

    // While the window lasts and nothing was sent, what is still to run is told.
    world.now = "2026-12-05T12:00:00.000Z".parse().unwrap();
    let within = world.ask("MK-D6", &system("S"));
    assert_eq!(within.result, CheckResult::Warn, "{:?}", within.why);
    assert!(within.why.en.contains("2026-12-05 23:00, 2026-12-06 23:00"), "{:?}", within.why);
    assert!(!within.why.en.contains("12-04 23"), "what is past is past: {:?}", within.why);
    world.see(sent(2, "2026-12-04T22:05:00.000Z"));
    assert_eq!(world.says("MK-D6", &system("S")), CheckResult::Fail);
}

#[test]
fn after_a_silent_window_no_job_of_the_register_speaks_against_it() {
    let mut world = World::new();
    jobs(&mut world, json!([{ "name": "Natbreve", "rhythm": "daily", "time": "23:00" }]));
    world.see(sent(1, YESTERDAY));
    world.now = "2026-12-07T12:00:00.000Z".parse().unwrap();
    assert_eq!(world.says("MK-D6", &system("S")), CheckResult::Pass);
}

#[test]
fn jobs_that_are_stopped_or_run_elsewhere_do_not_warn_and_unknown_ones_do() {
    use CheckResult::{NotApplicable, Warn};
    for (list, expected, said) in [
        (json!([]), NotApplicable, "No scheduled jobs are entered"),
        (json!([{ "name": "A", "rhythm": "daily", "paused": true }]), NotApplicable, "but 1"),
        (json!([{ "name": "A", "rhythm": "monday" }]), NotApplicable, "Of 1 scheduled jobs none"),
        (json!([{ "name": "A" }]), Warn, "Nobody knows whether these run"),
    ] {
        let mut world = World::new();
        jobs(&mut world, list.clone());
        let verdict = world.ask("MK-D6", &system("S"));
        assert_eq!(verdict.result, expected, "{list}: {:?}", verdict.why);
        assert!(verdict.why.en.contains(said), "{list}: {:?}", verdict.why);
    }
}

#[test]
fn jobs_of_a_system_that_only_makes_letters_count_where_they_leave() {
    let mut world = World::new();
    jobs(&mut world, json!([]));
    let producer = json!({
        "name": "Skat", "role": "letter_producer_only", "via_system": "S",
        "scheduled_jobs": [{ "name": "Årsopgørelse", "rhythm": "once", "next_run": "2026-12-05" }]
    });
    world.put(Kind::System, "T", producer);
    let verdict = world.ask("MK-D6", &system("S"));
    assert_eq!(verdict.result, CheckResult::Warn);
    assert!(verdict.why.da.contains("Årsopgørelse (2026-12-05)"), "{:?}", verdict.why);
}

fn scan(world: &mut World, pages: &[(&str, &str)], when: &str) -> LinkScan {
    let id = crate::links::requirement_id();
    let requirement = world.requirements.iter().find(|one| one.id == id).unwrap();
    let mut scanning = Scanning::new(requirement);
    for (name, page) in pages {
        let _ = scanning.page(name, page.as_bytes());
    }
    let scan = scanning.finish(when.parse().unwrap(), None);
    world.put(Kind::LinkScan, "LS-001", serde_json::to_value(&scan).unwrap());
    scan
}

const CLEAN: &str = "<html><a href='https://post.borger.dk/'>Skriv</a></html>";
const OLD: &str = "<html><a href='https://www.e-boks.dk/skriv?til=1'>Skriv</a></html>";

#[test]
fn pages_that_nobody_scanned_are_no_evidence_and_old_links_on_them_fail() {
    use CheckResult::{Fail, NoEvidence, Pass, Warn};
    let authority = Subject::Authority;
    let mut world = World::new();
    world.see(sent(1, YESTERDAY));
    let none = world.ask("MK-D2", &authority);
    assert_eq!(none.result, NoEvidence);
    assert!(none.why.da.contains("ikke gennemgået"), "{:?}", none.why);
    assert_eq!(world.says("MK-D2", &system("S")), Pass, "what it sends is asked of the system");

    scan(&mut world, &[("a.html", CLEAN), ("b.html", CLEAN)], YESTERDAY);
    let clean = world.ask("MK-D2", &authority);
    assert_eq!((clean.result, clean.counts["pages"]), (Pass, 2), "{:?}", clean.why);
    assert!(clean.sources.contains(&Source::Scan) && clean.last.is_some());

    scan(&mut world, &[("a.html", CLEAN), ("b.html", OLD)], YESTERDAY);
    let old = world.ask("MK-D2", &authority);
    assert_eq!((old.result, old.counts["old_links"]), (Fail, 1));
    assert!(old.why.en.contains("b.html → https://www.e-boks.dk/skriv."), "{:?}", old.why);
    assert_eq!(world.says("MK-D2", &system("S")), Pass);

    world.put(Kind::Milestone, "LEGACY_OFF", json!({ "day": "2027-01-01" }));
    assert_eq!(world.says("MK-D2", &authority), Warn, "not asked for yet");
}

#[test]
fn an_incomplete_an_old_or_another_scan_is_no_evidence() {
    use CheckResult::{NoEvidence, Pass};
    let mut world = World::new();
    scan(&mut world, &[("a.html", CLEAN), ("b.pdf", "%PDF")], YESTERDAY);
    assert_eq!(world.says("MK-D2", &Subject::Authority), NoEvidence, "one page was not read");
    scan(&mut world, &[], YESTERDAY);
    assert_eq!(world.says("MK-D2", &Subject::Authority), NoEvidence, "none was");
    scan(&mut world, &[("a.html", CLEAN)], "2026-08-24T10:00:00.000Z");
    assert_eq!(world.says("MK-D2", &Subject::Authority), NoEvidence, "91 days ago");
    scan(&mut world, &[("a.html", CLEAN)], "2026-08-25T10:00:00.000Z");
    assert_eq!(world.says("MK-D2", &Subject::Authority), Pass, "90 days ago");
    let one = world.requirements.iter_mut().find(|one| one.id.as_str() == "MK-D2").unwrap();
    one.lists.get_mut("links").unwrap().push("borger.dk/gammel".into());
    assert_eq!(world.says("MK-D2", &Subject::Authority), NoEvidence, "more is looked for now");
}

#[test]
fn letters_counted_by_type_make_a_years_volume_with_the_days_it_rests_on() {
    let mut world = World::new();
    let letter = json!({ "name": "Brev", "citizens": 10, "minutes_own": 1.0 });
    world.put(Kind::LetterType, "B", letter.clone());
    world.put(Kind::LetterType, "C", letter);
    // Followed for longer than the window of thirty days.
    world.see(sent(1, "2026-09-01T10:00:00.000Z"));
    for number in 2..32 {
        let kind = match number {
            2..=4 => RecipientKind::Cvr,
            _ => RecipientKind::Cpr,
        };
        world.see(Observation {
            letter_type: Some(key("B")),
            recipient_kind: kind,
            to_authority: number == 2,
            ..sent(number, YESTERDAY)
        });
    }
    let settings = world.evidence().settings().unwrap().clone();
    let counted = measured(&world.evidence(), &settings);
    let b = counted[&key("B")];
    assert_eq!((b.letters, b.days, b.enough), (30, 30, true));
    let yearly = Volumes { citizens: 329, companies: 24, authorities: 12 };
    assert_eq!(b.yearly, yearly, "27, 2 and 1 in 30 days");
    assert!(!counted.contains_key(&key("C")), "nothing seen is not nothing sent");
    let letters: std::collections::BTreeMap<Key, LetterType> =
        world.programme.all().map(|(key, one)| (key.clone(), one)).collect();
    let ranked = scores(&letters, &settings, &counted);
    assert_eq!(ranked[0].letter, key("B"), "365 counted go before 10 estimated");
    assert_eq!(ranked[0].volume_origin, FigureSource::Measured);
    assert_eq!((ranked[0].entered.total(), ranked[1].volume_origin), (10, FigureSource::Estimate));
}

#[test]
fn a_few_days_of_letters_are_told_but_not_reckoned_with() {
    let mut world = World::new();
    world.put(Kind::LetterType, "B", json!({ "name": "Brev", "citizens": 10 }));
    for number in 1..32 {
        world.see(Observation { letter_type: Some(key("B")), ..sent(number, YESTERDAY) });
    }
    let settings = world.evidence().settings().unwrap().clone();
    let b = measured(&world.evidence(), &settings)[&key("B")];
    assert_eq!((b.days, b.enough), (2, false), "followed since yesterday");
    assert_eq!(b.period.from, "2026-11-22".parse().unwrap());
}

#[test]
fn a_message_that_waited_is_counted_by_the_way_it_was_fetched() {
    let mut world = World::new();
    let message = got(1, YESTERDAY);
    world.see(message.clone());
    let fetched = What::Fetched { system: "sys-r".into(), transport: Some(Carriage::Sftp) };
    world.later(&message, "2026-11-23T11:00:00.000Z", fetched);
    let counts: i64 = world
        .tallies
        .iter()
        .flat_map(|(_, tally)| tally.transports.iter())
        .filter(|(word, _)| *word == "REST")
        .map(|(_, flaw)| flaw.count())
        .sum();
    assert_eq!((world.seen[0].transport, counts), (Carriage::Sftp, 0), "REST was taken back");
}
