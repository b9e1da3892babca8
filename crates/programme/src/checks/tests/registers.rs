//! The requirements that ask registers, or registers and messages together: what passes, what fails, and
//! where nobody can say.

use super::*;

/// What is changed of a world in which everything is in order, and what the check then says.
type Case = (&'static str, Subject, fn(&mut World), CheckResult);

fn interface(direction: &str, more: serde_json::Value) -> serde_json::Value {
    let mut body = json!({
        "direction": direction, "environment": "prod", "active": true, "host": HOST,
        "dp_system_id": if direction == "out" { "sys-s" } else { "sys-r" }
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn put_sender(world: &mut World, more: serde_json::Value) {
    let body =
        json!({ "name": "Brevsystemet", "role": "sender", "interfaces": [interface("out", more)] });
    world.put(Kind::System, "S", body);
}

fn put_receiver(world: &mut World, more: serde_json::Value) {
    let body = json!({ "name": "Postmodtageren", "role": "receiver", "interfaces": [interface("in", more)] });
    world.put(Kind::System, "R", body);
}

fn put_settings(world: &mut World, office: &str, reviewed: Option<&str>, changed: Option<&str>) {
    let body = json!({
        "name": "P", "authority": "Nordvang Kommune", "cvr": ["11223399"], "kind": "kommune",
        "track": "new_adoption", "variant": "full", "profile": "NEW", "start": "2025-01-01",
        "catalogue_version": "1", "contact_structure_office": office,
        "contact_structure_reviewed": reviewed, "organisation_changed": changed
    });
    world.put(Kind::Settings, "settings", body);
}

fn put_point(world: &mut World, key: &str, sees: [bool; 3]) {
    let body = json!({
        "name": key, "visible_to_citizens": sees[0], "visible_to_companies": sees[1],
        "visible_to_authorities": sees[2]
    });
    world.put(Kind::ContactPoint, key, body);
}

fn refused_for_size(number: u128, bytes: u64) -> Observation {
    let error_code = Some("size.exceeded".to_owned());
    Observation { accepted: false, error_code, size_bytes: bytes, ..got(number, YESTERDAY) }
}

/// So many messages of a day, of which so many break a rule.
fn see_day(world: &mut World, day: &str, messages: u128, invalid: u128) {
    let first = world.seen.len() as u128 * 1_000 + 1;
    for number in 0..messages {
        let mut one = sent(first + number, &format!("{day}T10:00:00.000Z"));
        if number < invalid {
            one.validation_errors.insert("MEMO-S-001".into());
        }
        world.see(one);
    }
}

fn judge(cases: &[Case]) {
    for (number, (requirement, subject, change, expected)) in cases.iter().enumerate() {
        let mut world = World::new();
        change(&mut world);
        let verdict = world.ask(requirement, subject);
        assert_eq!(verdict.result, *expected, "case {number}, {requirement}: {:?}", verdict.why);
        assert!(!verdict.why.da.is_empty() && !verdict.why.en.is_empty(), "it says why");
    }
}

#[test]
fn an_authority_has_a_sender_and_a_receiver_that_are_shown_to_work() {
    use CheckResult::{Fail, NoEvidence, Pass};
    judge(&[
        // MK-A5: a sender that passes MK-A1.
        ("MK-A5", Subject::Authority, |world| world.see(sent(1, YESTERDAY)), Pass),
        ("MK-A5", Subject::Authority, |_| {}, NoEvidence),
        (
            "MK-A5",
            Subject::Authority,
            |world| world.see(Observation { accepted: false, ..sent(1, YESTERDAY) }),
            Fail,
        ),
        (
            "MK-A5",
            Subject::Authority,
            |world| put_sender(world, json!({ "host": "gammel.invalid" })),
            Fail,
        ),
        (
            // One of two is enough.
            "MK-A5",
            Subject::Authority,
            |world| {
                world.see(sent(1, YESTERDAY));
                world.put(Kind::System, "S2", sender("gammel.invalid"));
            },
            Pass,
        ),
        (
            // A system that is only planned is not a sender yet.
            "MK-A5",
            Subject::Authority,
            |world| {
                world.put(
                    Kind::System,
                    "S",
                    json!({ "name": "P", "role": "sender", "lifecycle": "planned" }),
                );
            },
            NoEvidence,
        ),
        (
            // Where nobody says which hosts are right, nobody knows.
            "MK-A5",
            Subject::Authority,
            |world| {
                world.see(sent(1, YESTERDAY));
                for one in &mut world.requirements {
                    one.lists.remove("hosts");
                }
            },
            NoEvidence,
        ),
        // MK-M1: an active receiver that got something, or passed the self-test.
        ("MK-M1", Subject::Authority, |world| world.see(got(1, YESTERDAY)), Pass),
        (
            "MK-M1",
            Subject::Authority,
            |world| put_receiver(world, json!({ "conformance_passed": "2026-10-01" })),
            Pass,
        ),
        ("MK-M1", Subject::Authority, |_| {}, NoEvidence),
        (
            "MK-M1",
            Subject::Authority,
            |world| put_receiver(world, json!({ "active": false })),
            Fail,
        ),
        (
            // A test environment is not production.
            "MK-M1",
            Subject::Authority,
            |world| put_receiver(world, json!({ "environment": "test" })),
            Fail,
        ),
        (
            // What was seen in the test environment shows nothing.
            "MK-M1",
            Subject::Authority,
            |world| world.see(Observation { environment: Environment::Test, ..got(1, YESTERDAY) }),
            NoEvidence,
        ),
        (
            "MK-M1",
            Subject::Authority,
            |world| world.put(Kind::System, "R", json!({ "name": "R", "role": "sender" })),
            NoEvidence,
        ),
    ]);
}

#[test]
fn a_receiver_points_to_the_solution_and_takes_what_it_says() {
    use CheckResult::{Fail, NoEvidence, NotApplicable, Pass, Warn};
    judge(&[
        // MK-M2: as MK-A1, inward.
        ("MK-M2", system("R"), |world| world.see(got(1, YESTERDAY)), Pass),
        ("MK-M2", system("R"), |_| {}, NoEvidence),
        (
            "MK-M2",
            system("R"),
            |world| put_receiver(world, json!({ "host": "gammel.invalid" })),
            Fail,
        ),
        (
            "MK-M2",
            system("R"),
            |world| {
                let host = Some("gammel.invalid".to_owned());
                world.see(Observation { endpoint_host: host, ..got(1, YESTERDAY) });
            },
            Fail,
        ),
        (
            "MK-M2",
            system("R"),
            |world| world.see(Observation { accepted: false, ..got(1, YESTERDAY) }),
            Fail,
        ),
        (
            // Before go-live the earlier solution was right.
            "MK-M2",
            system("R"),
            |world| {
                world.put(Kind::Milestone, "GOLIVE", json!({ "day": "2027-01-01" }));
                let host = Some("gammel.invalid".to_owned());
                world.see(Observation { endpoint_host: host, ..got(1, YESTERDAY) });
            },
            Pass,
        ),
        ("MK-M2", system("S"), |world| world.see(got(1, YESTERDAY)), NotApplicable),
        // MK-M3: the conformance set within a year, and no valid message refused.
        (
            "MK-M3",
            system("R"),
            |world| put_receiver(world, json!({ "conformance_passed": "2025-11-23" })),
            Pass,
        ),
        (
            "MK-M3",
            system("R"),
            |world| put_receiver(world, json!({ "conformance_passed": "2025-11-22" })),
            Fail,
        ),
        ("MK-M3", system("R"), |world| world.see(got(1, YESTERDAY)), NoEvidence),
        (
            "MK-M3",
            system("R"),
            |world| {
                put_receiver(world, json!({ "conformance_passed": "2026-11-01" }));
                world.see(got(1, YESTERDAY));
                let message = world.seen[0].clone();
                let what = What::Receipt { status: "INVALID".into(), code: None };
                world.later(&message, YESTERDAY, what);
            },
            Fail,
        ),
        (
            "MK-M3",
            system("R"),
            |world| {
                put_receiver(world, json!({ "conformance_passed": "2026-11-01" }));
                world.see(got(1, YESTERDAY));
                let message = world.seen[0].clone();
                let what = What::Receipt { status: "COMPLETED".into(), code: None };
                world.later(&message, YESTERDAY, what);
            },
            Pass,
        ),
        // MK-M7: the declared limit, and nothing below it refused for size.
        ("MK-M7", system("R"), |_| {}, NoEvidence),
        (
            "MK-M7",
            system("R"),
            |world| {
                put_receiver(world, json!({ "declared_limit_mb": 10.0 }));
                world.see(got(1, YESTERDAY));
            },
            Pass,
        ),
        (
            "MK-M7",
            system("R"),
            |world| put_receiver(world, json!({ "declared_limit_mb": 10.0 })),
            NoEvidence,
        ),
        (
            "MK-M7",
            system("R"),
            |world| {
                put_receiver(world, json!({ "declared_limit_mb": 9.9 }));
                world.see(got(1, YESTERDAY));
            },
            Fail,
        ),
        (
            "MK-M7",
            system("R"),
            |world| {
                put_receiver(world, json!({ "declared_limit_mb": 20.0 }));
                world.see(refused_for_size(1, 20_000_000));
            },
            Fail,
        ),
        (
            // What is over the declared limit may be refused.
            "MK-M7",
            system("R"),
            |world| {
                put_receiver(world, json!({ "declared_limit_mb": 20.0 }));
                world.see(refused_for_size(1, 20_000_001));
            },
            Pass,
        ),
        (
            "MK-M7",
            system("R"),
            |world| {
                put_receiver(world, json!({ "declared_limit_mb": 61.0 }));
                world.see(got(1, YESTERDAY));
            },
            Warn,
        ),
    ]);
}

#[test]
fn one_receiver_takes_the_largest_message_and_has_shown_it_within_a_year() {
    use CheckResult::{Fail, NoEvidence, Pass};
    judge(&[
        ("MK-M5", Subject::Authority, |_| {}, NoEvidence),
        (
            "MK-M5",
            Subject::Authority,
            |world| {
                let test = json!({ "max_size_mb": 99.5, "large_message_passed": "2025-11-23" });
                put_receiver(world, test);
            },
            Pass,
        ),
        (
            "MK-M5",
            Subject::Authority,
            |world| {
                let test = json!({ "max_size_mb": 99.5, "large_message_passed": "2025-11-22" });
                put_receiver(world, test);
            },
            Fail,
        ),
        (
            "MK-M5",
            Subject::Authority,
            |world| {
                let test = json!({ "max_size_mb": 99.4, "large_message_passed": "2026-11-01" });
                put_receiver(world, test);
            },
            Fail,
        ),
        (
            "MK-M5",
            Subject::Authority,
            |world| put_receiver(world, json!({ "max_size_mb": 120.0 })),
            NoEvidence,
        ),
        (
            // Another receiver's test does not stand in for the one that can.
            "MK-M5",
            Subject::Authority,
            |world| {
                put_receiver(world, json!({ "max_size_mb": 120.0 }));
                let small = json!({ "max_size_mb": 10.0, "large_message_passed": "2026-11-01" });
                let body = json!({ "name": "Lille", "role": "receiver",
                    "interfaces": [interface("in", small)] });
                world.put(Kind::System, "R2", body);
            },
            NoEvidence,
        ),
        (
            "MK-M5",
            Subject::Authority,
            |world| {
                let test = json!({ "max_size_mb": 99.5, "large_message_passed": "2026-11-01",
                    "active": false });
                put_receiver(world, test);
            },
            Fail,
        ),
    ]);
}

#[test]
fn the_contact_structure_is_visible_and_somebody_looks_after_it() {
    use CheckResult::{Fail, NoEvidence, Pass, Warn};
    judge(&[
        ("MK-K1", Subject::Authority, |_| {}, NoEvidence),
        ("MK-K1", Subject::Authority, |world| put_point(world, "K", [false; 3]), Fail),
        ("MK-K1", Subject::Authority, |world| put_point(world, "K", [true, true, false]), Warn),
        ("MK-K1", Subject::Authority, |world| put_point(world, "K", [true; 3]), Pass),
        (
            "MK-K1",
            Subject::Authority,
            |world| {
                put_point(world, "K1", [true, false, false]);
                put_point(world, "K2", [false, true, true]);
            },
            Pass,
        ),
        ("MK-K3", Subject::Authority, |_| {}, NoEvidence),
        (
            "MK-K3",
            Subject::Authority,
            |world| put_settings(world, "Borgerservice", Some("2025-11-24"), None),
            Pass,
        ),
        (
            "MK-K3",
            Subject::Authority,
            |world| put_settings(world, "Borgerservice", Some("2025-11-23"), None),
            Fail,
        ),
        (
            "MK-K3",
            Subject::Authority,
            |world| put_settings(world, "Borgerservice", None, None),
            Fail,
        ),
        (
            "MK-K3",
            Subject::Authority,
            |world| put_settings(world, " ", Some("2026-11-01"), None),
            Fail,
        ),
        (
            "MK-K3",
            Subject::Authority,
            |world| put_settings(world, "Borgerservice", Some("2026-09-30"), Some("2026-10-01")),
            Fail,
        ),
        (
            "MK-K3",
            Subject::Authority,
            |world| put_settings(world, "Borgerservice", Some("2026-10-01"), Some("2026-10-01")),
            Pass,
        ),
    ]);
}

#[test]
fn a_certificate_lasts_two_months_and_every_interface_has_one() {
    use CheckResult::{Fail, NoEvidence, Pass};
    judge(&[
        ("MK-D5", system("S"), |_| {}, NoEvidence),
        (
            "MK-D5",
            system("S"),
            |world| put_sender(world, json!({ "certificate": { "valid_to": "2027-01-22" } })),
            Pass,
        ),
        (
            "MK-D5",
            system("S"),
            |world| put_sender(world, json!({ "certificate": { "valid_to": "2027-01-21" } })),
            Fail,
        ),
        (
            "MK-D5",
            system("S"),
            |world| put_sender(world, json!({ "certificate": { "valid_to": "2026-11-22" } })),
            Fail,
        ),
        (
            "MK-D5",
            system("S"),
            |world| put_sender(world, json!({ "certificate": { "subject": "uden slutdag" } })),
            NoEvidence,
        ),
        (
            // One of two has none: nobody knows of the other.
            "MK-D5",
            system("S"),
            |world| {
                let dated =
                    interface("out", json!({ "certificate": { "valid_to": "2028-01-01" } }));
                let interfaces = [dated, interface("out", json!({}))];
                let body = json!({ "name": "To", "role": "sender", "interfaces": interfaces });
                world.put(Kind::System, "S", body);
            },
            NoEvidence,
        ),
        (
            // The shared component has its own.
            "MK-D5",
            system("S"),
            |world| {
                let dated =
                    interface("out", json!({ "certificate": { "valid_to": "2028-01-01" } }));
                let interfaces = [dated, interface("out", json!({ "transport": "via_component" }))];
                let body = json!({ "name": "To", "role": "sender", "interfaces": interfaces });
                world.put(Kind::System, "S", body);
            },
            Pass,
        ),
    ]);
}

#[test]
fn nothing_is_sent_in_the_window_and_a_quiet_system_is_asked_about() {
    use CheckResult::{Fail, NoEvidence, NotApplicable, Pass, Warn};
    fn window(world: &mut World) {
        let window = json!({ "day": "2026-11-10", "until": "2026-11-12" });
        world.put(Kind::Milestone, "CUTOVER", window);
    }
    judge(&[
        ("MK-D6", system("S"), |world| world.see(sent(1, YESTERDAY)), NotApplicable),
        (
            "MK-D6",
            system("S"),
            |world| {
                window(world);
                world.see(sent(1, "2026-11-09T10:00:00.000Z"));
            },
            Pass,
        ),
        (
            "MK-D6",
            system("S"),
            |world| {
                window(world);
                world.see(sent(1, "2026-11-12T22:30:00.000Z"));
            },
            Fail,
        ),
        (
            // After midnight in Denmark, while it is still the twelfth in UTC.
            "MK-D6",
            system("S"),
            |world| {
                window(world);
                world.see(sent(1, "2026-11-09T10:00:00.000Z"));
                world.see(sent(2, "2026-11-12T23:30:00.000Z"));
            },
            Pass,
        ),
        (
            // Silence of a system that nobody listened to before shows nothing.
            "MK-D6",
            system("S"),
            |world| {
                window(world);
                world.see(sent(1, "2026-11-13T10:00:00.000Z"));
            },
            NoEvidence,
        ),
        ("MK-S3", system("S"), |_| {}, NoEvidence),
        ("MK-S3", system("S"), |world| world.see(sent(1, "2026-09-25T10:00:00.000Z")), Pass),
        ("MK-S3", system("S"), |world| world.see(sent(1, "2026-09-24T10:00:00.000Z")), Warn),
        ("MK-S3", system("R"), |world| world.see(got(1, YESTERDAY)), Pass),
        (
            // What a receiver is seen sending says nothing of its receiving.
            "MK-S3",
            system("R"),
            |world| world.see(Observation { direction: Direction::Out, ..got(1, YESTERDAY) }),
            NoEvidence,
        ),
    ]);
}

#[test]
fn one_invalid_message_in_a_thousand_is_allowed_and_a_rising_share_warns() {
    use CheckResult::{Fail, NoEvidence, Pass, Warn};
    judge(&[
        ("MK-D9", system("S"), |_| {}, NoEvidence),
        ("MK-D9", system("S"), |world| see_day(world, "2026-11-22", 100, 0), Pass),
        ("MK-D9", system("S"), |world| see_day(world, "2026-11-22", 1_000, 1), Pass),
        ("MK-D9", system("S"), |world| see_day(world, "2026-11-22", 999, 1), Fail),
        (
            "MK-D9",
            system("S"),
            |world| {
                see_day(world, "2026-10-28", 1_000, 0);
                see_day(world, "2026-11-22", 1_000, 1);
            },
            Warn,
        ),
        (
            "MK-D9",
            system("S"),
            |world| {
                see_day(world, "2026-10-28", 1_000, 1);
                see_day(world, "2026-11-22", 1_000, 0);
            },
            Pass,
        ),
    ]);
}
