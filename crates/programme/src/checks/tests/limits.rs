//! Every limit and list of the catalogue decides something: changing it changes what its check says.

use super::*;

/// What is in the world, the field that is changed and to what, and what the check says before and after.
struct Case {
    requirement: &'static str,
    field: &'static str,
    subject: Subject,
    prepare: fn(&mut World),
    to: serde_json::Value,
    before: CheckResult,
    after: CheckResult,
}

fn set(world: &mut World, case: &Case) {
    let one =
        world.requirements.iter_mut().find(|one| one.id.as_str() == case.requirement).unwrap();
    let mut body = serde_json::to_value(&*one).unwrap();
    let (table, name) = case.field.split_once('.').unwrap();
    assert!(body[table].get(name).is_some(), "{} has no {}", case.requirement, case.field);
    body[table][name] = case.to.clone();
    *one = serde_json::from_value(body).unwrap();
}

fn dp2(number: u128) -> Observation {
    Observation { format: Format::Dp2, memo_version: None, ..sent(number, YESTERDAY) }
}

fn receipt(world: &mut World, status: &str, when: &str) {
    let message = world.seen.last().unwrap().clone();
    world.later(&message, when, What::Receipt { status: status.into(), code: None });
}

fn put_receiver(world: &mut World, more: serde_json::Value) {
    let mut body = receiver("authority_mail", true);
    for (name, value) in more.as_object().unwrap() {
        body["interfaces"][0][name] = value.clone();
    }
    world.put(Kind::System, "R", body);
}

fn cases() -> Vec<Case> {
    use CheckResult::{Fail, NoEvidence, Pass, Warn};
    let of = |requirement, field, subject, to, before, after, prepare: fn(&mut World)| Case {
        requirement,
        field,
        subject,
        prepare,
        to,
        before,
        after,
    };
    let (s, r) = (|| system("S"), || system("R"));
    let authority = || Subject::Authority;
    vec![
        of("MK-A1", "limits.accepted_min", s(), json!(2.0), Pass, Fail, |w| {
            w.see(sent(1, YESTERDAY));
        }),
        of("MK-A1", "lists.hosts", s(), json!(["anden.invalid"]), Pass, Fail, |w| {
            w.see(sent(1, YESTERDAY));
        }),
        of("MK-A2", "limits.share_min", s(), json!(0.5), Fail, Pass, |w| {
            w.see(sent(1, YESTERDAY));
            w.see(dp2(2));
        }),
        of("MK-A4", "limits.size_mb", s(), json!(0.005), Pass, Fail, |w| {
            w.see(sent(1, YESTERDAY));
        }),
        of("MK-A4", "limits.files", s(), json!(0.0), Pass, Fail, |w| {
            w.see(sent(1, YESTERDAY));
        }),
        of("MK-A5", "limits.systems_min", authority(), json!(2.0), Pass, Fail, |w| {
            w.see(sent(1, YESTERDAY));
        }),
        of("MK-M1", "limits.systems_min", authority(), json!(2.0), Pass, Fail, |w| {
            w.see(got(1, YESTERDAY));
        }),
        of("MK-M2", "limits.accepted_min", r(), json!(2.0), Pass, Fail, |w| {
            w.see(got(1, YESTERDAY));
        }),
        of("MK-M2", "lists.hosts", r(), json!([]), Pass, NoEvidence, |w| {
            w.see(got(1, YESTERDAY));
        }),
        of("MK-M3", "limits.test_days", r(), json!(7.0), Pass, Fail, |w| {
            put_receiver(w, json!({ "conformance_passed": "2026-11-01" }));
        }),
        of("MK-M3", "limits.failures_max", r(), json!(1.0), Fail, Pass, |w| {
            put_receiver(w, json!({ "conformance_passed": "2026-11-01" }));
            w.see(got(1, YESTERDAY));
            receipt(w, "INVALID", YESTERDAY);
        }),
        of("MK-M4", "limits.authority_max", authority(), json!(0.0), Pass, Fail, |_| {}),
        of("MK-M4", "limits.company_max", authority(), json!(0.0), Pass, Fail, |w| {
            w.put(Kind::System, "C", receiver("company_mail", true));
        }),
        of("MK-M4", "limits.total_max", authority(), json!(0.0), Pass, Fail, |_| {}),
        of("MK-M5", "limits.size_mb", authority(), json!(150.0), Pass, Fail, |w| {
            let test = json!({ "max_size_mb": 100.0, "large_message_passed": "2026-11-01" });
            put_receiver(w, test);
        }),
        of("MK-M5", "limits.test_days", authority(), json!(7.0), Pass, Fail, |w| {
            let test = json!({ "max_size_mb": 100.0, "large_message_passed": "2026-11-01" });
            put_receiver(w, test);
        }),
        of("MK-M6", "limits.hours", authority(), json!(48.0), Fail, Pass, |w| {
            w.see(got(1, "2026-11-22T10:00:00.000Z"));
        }),
        of("MK-M7", "limits.size_mb", r(), json!(20.0), Pass, Fail, |w| {
            put_receiver(w, json!({ "declared_limit_mb": 10.0 }));
            w.see(got(1, YESTERDAY));
        }),
        of("MK-M7", "limits.citizens_max_mb", r(), json!(40.0), Pass, Warn, |w| {
            put_receiver(w, json!({ "declared_limit_mb": 50.0 }));
            w.see(got(1, YESTERDAY));
        }),
        of("MK-M7", "limits.companies_max_mb", r(), json!(70.0), Warn, Pass, |w| {
            put_receiver(w, json!({ "declared_limit_mb": 65.0 }));
            w.see(got(1, YESTERDAY));
        }),
        of("MK-K1", "limits.visible_min", authority(), json!(2.0), Pass, Fail, |w| {
            let sees = json!({ "name": "K", "visible_to_citizens": true,
                "visible_to_companies": true, "visible_to_authorities": true });
            w.put(Kind::ContactPoint, "K", sees);
        }),
        of("MK-K3", "limits.review_months", authority(), json!(1.0), Pass, Fail, |w| {
            let mut body = w
                .programme
                .held(Kind::Settings, &key("settings"))
                .map(|held| held.body.clone())
                .unwrap();
            body["contact_structure_office"] = json!("Borgerservice");
            body["contact_structure_reviewed"] = json!("2026-10-01");
            w.put(Kind::Settings, "settings", body);
        }),
        of("MK-D1", "limits.warn_hours", r(), json!(1.0), Pass, Warn, |w| {
            w.see(got(1, "2026-11-23T10:00:00.000Z"));
        }),
        of("MK-D1", "limits.fail_hours", r(), json!(1.0), Pass, Fail, |w| {
            w.see(got(1, "2026-11-23T10:00:00.000Z"));
        }),
        of("MK-D2", "lists.formats", s(), json!(["OTHER"]), Fail, Pass, |w| w.see(dp2(1))),
        of("MK-D2", "limits.scan_days_max", authority(), json!(7.0), Pass, NoEvidence, |w| {
            let scan = json!({ "at": "2026-11-01T10:00:00.000Z", "pages": 1,
                "addresses": [".e-boks.dk", ".e-boks.com"] });
            w.put(Kind::LinkScan, "LS-1", scan);
        }),
        of("MK-D2", "lists.links", authority(), json!([".andet.invalid"]), Pass, NoEvidence, |w| {
            let scan = json!({ "at": "2026-11-01T10:00:00.000Z", "pages": 1,
                "addresses": [".e-boks.dk", ".e-boks.com"] });
            w.put(Kind::LinkScan, "LS-1", scan);
        }),
        of("MK-D3", "limits.errors_max", s(), json!(1.0), Fail, Pass, |w| {
            w.see(Observation { error_code: Some("http.404".into()), ..sent(1, YESTERDAY) });
        }),
        of("MK-D4", "lists.versions", s(), json!(["1.1"]), Pass, Warn, |w| {
            w.see(sent(1, YESTERDAY));
        }),
        of("MK-D5", "limits.days", s(), json!(90.0), Pass, Fail, |w| {
            let mut body = sender(HOST);
            body["interfaces"][0]["certificate"] = json!({ "valid_to": "2027-02-01" });
            w.put(Kind::System, "S", body);
        }),
        of("MK-D7", "lists.file_types", s(), json!(["txt"]), Pass, Fail, |w| {
            w.see(sent(1, YESTERDAY));
        }),
        of("MK-D8", "limits.negative_share_max", s(), json!(1.0), Fail, Pass, |w| {
            w.see(sent(1, YESTERDAY));
            receipt(w, "INVALID", YESTERDAY);
        }),
        of("MK-D8", "limits.hours", s(), json!(48.0), Fail, NoEvidence, |w| {
            w.see(sent(1, "2026-11-22T10:00:00.000Z"));
        }),
        of("MK-D9", "limits.error_share_max", s(), json!(1.0), Fail, Pass, |w| {
            let mut one = sent(1, YESTERDAY);
            one.validation_errors.insert("MEMO-S-001".into());
            w.see(one);
        }),
        of(
            "MK-S1",
            "limits.coverage_min",
            Subject::LetterType(key("B")),
            json!(0.0),
            Fail,
            Pass,
            |w| {
                w.put(Kind::LetterType, "B", json!({ "name": "Brev", "level": "A1" }));
                w.see(Observation { letter_type: Some(key("B")), ..sent(1, YESTERDAY) });
            },
        ),
        of("MK-S2", "limits.unknown_max", authority(), json!(1.0), Fail, Pass, |w| {
            w.see(Observation { system: "sys-x".into(), ..sent(1, YESTERDAY) });
        }),
    ]
}

#[test]
fn a_limit_or_list_that_is_changed_changes_what_its_check_says() {
    for case in cases() {
        let mut world = World::new();
        (case.prepare)(&mut world);
        let named = format!("{} {}", case.requirement, case.field);
        let before = world.ask(case.requirement, &case.subject);
        assert_eq!(before.result, case.before, "{named} before: {:?}", before.why);
        set(&mut world, &case);
        let after = world.ask(case.requirement, &case.subject);
        assert_eq!(after.result, case.after, "{named} after: {:?}", after.why);
    }
}

#[test]
fn no_limit_or_list_of_the_catalogue_is_without_effect() {
    // It is told in words alone, as the hours after which others switch a receiver off.
    let told = ("MK-D1".to_owned(), "limits.off_hours".to_owned());
    let tried: BTreeSet<(String, String)> =
        cases().iter().map(|case| (case.requirement.into(), case.field.into())).collect();
    for requirement in &Catalogue::shipped().requirements {
        let limits = requirement.limits.keys().map(|name| format!("limits.{name}"));
        let lists = requirement.lists.keys().map(|name| format!("lists.{name}"));
        for field in limits.chain(lists) {
            let named = (requirement.id.to_string(), field);
            assert!(tried.contains(&named) || named == told, "{named:?} decides nothing");
        }
    }
}

#[test]
fn the_window_decides_which_days_count() {
    let mut world = World::new();
    world.see(sent(1, "2026-11-10T10:00:00.000Z"));
    assert_eq!(world.says("MK-A2", &system("S")), CheckResult::Pass);
    let one = world.requirements.iter_mut().find(|one| one.id.as_str() == "MK-A2").unwrap();
    one.window_days = 7;
    assert_eq!(world.says("MK-A2", &system("S")), CheckResult::NoEvidence);
}
