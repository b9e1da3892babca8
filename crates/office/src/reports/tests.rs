use brevdue_programme::change::HistoryLine;
use brevdue_programme::objects::Training;

use super::*;
use crate::testing::{at, head, insert, large_status, sample, some_plan};

#[test]
fn acceptance_12_the_status_report_of_60_systems_and_300_tasks_is_one_page() {
    for language in [Language::Da, Language::En] {
        let printed = status(&head(language), &large_status()).unwrap();
        assert_eq!(printed.pages, 1);
        assert!(printed.bytes.starts_with(b"%PDF-1."));
        let text = String::from_utf8_lossy(&printed.bytes);
        assert_eq!(text.matches("/Type /Page\n").count() + text.matches("/Type/Page/").count(), 1);
        assert!(text.contains("/StructTreeRoot"), "it is tagged");
        assert!(text.contains("pdfuaid:part"), "and says that it is PDF/UA");
        assert!(text.contains(if language == Language::Da { "(da-DK)" } else { "(en-GB)" }));
    }
}

#[test]
fn whatever_is_written_in_it_the_status_report_stays_one_page() {
    let mut status = large_status();
    let long = "Ærø 😀 \u{7} عربى ".repeat(400);
    for risk in &mut status.risks {
        risk.title = long.clone();
    }
    status.reasons = vec![long.clone(); 50];
    status.by_hand = Some((Light::Green, long.clone()));
    status.deadlines =
        (0..9).map(|_| Deadline { name: long.clone(), ..status.deadlines[0].clone() }).collect();
    let mut head = head(Language::Da);
    head.waivers = vec![long; 30];
    assert_eq!(super::status(&head, &status).unwrap().pages, 1);
}

#[test]
fn every_other_report_prints_as_accessible_pdf() {
    let mut sample = sample(12);
    for n in 1..=5 {
        let training = Training {
            name: format!("Kursus {n}"),
            unit: "Borgerservice".into(),
            audience: "Frontpersonale".into(),
            needed: 40,
            trained: n * 8,
            ..Training::default()
        };
        insert(&mut sample.programme, &format!("U-{n:03}"), &training);
    }
    let head = head(Language::Da);
    let (gantt, tasks) = some_plan();
    let cell = |light, word: &str| {
        Some(MatrixCell {
            light,
            word: word.into(),
            evidence: "12 beskeder, 3 dage".into(),
            remedy: "Ret".into(),
        })
    };
    let matrix = Matrix {
        requirements: (1..=25).map(|n| (format!("MK-A{n}"), format!("Krav nummer {n}"))).collect(),
        rows: (1..=12)
            .map(|n| MatrixRow {
                subject: (format!("S-{n:03}"), format!("Fagsystem {n}")),
                cells: (0..25)
                    .map(|c| match (n + c) % 5 {
                        0 => None,
                        1 => cell(Light::Red, "fejl"),
                        2 => cell(Light::Unknown, "ingen data"),
                        _ => cell(Light::Green, "ok"),
                    })
                    .collect(),
            })
            .collect(),
        totals: vec![("Kun MeMo".into(), 41, 60, 1_204_331, 1_250_000)],
    };
    let ready = [Readiness {
        system: ("S-001".into(), "Omsorg".into()),
        light: Light::Unknown,
        why: "ingen beskeder set".into(),
        evidence: "–".into(),
    }];
    let letters = [Coverage {
        letter: ("B-001".into(), "Indkaldelse".into()),
        volume: 4000,
        ..Coverage::default()
    }];
    let supplier_key = crate::testing::key("L-001");
    let checks = [("S-001".to_owned(), "MK-A2".to_owned(), Light::Red, "3 DP2".to_owned())];
    let history_lines = [HistoryLine {
        at: at(),
        who: "P-001".into(),
        kind: brevdue_programme::objects::Kind::System,
        key: crate::testing::key("S-001"),
        field: Some("name".into()),
        from: "Omsorg".into(),
        to: "Omsorg Øst".into(),
        reason: "navneskift".into(),
    }];
    let all = [
        ("R2", requirements(&head, &matrix).unwrap()),
        ("R3", systems(&head, &sample.programme, |_, _| true).unwrap()),
        ("R4", supplier(&head, &sample.programme, &supplier_key, &tasks, &checks).unwrap()),
        ("R5", potential(&head, &letters).unwrap()),
        ("R6", plan(&head, &gantt, &tasks).unwrap()),
        ("R7", readiness(&head, &ready).unwrap()),
        ("R8", training(&head, &sample.programme).unwrap()),
        ("R11", history(&head, &sample.programme, &history_lines).unwrap()),
    ];
    for (name, printed) in &all {
        assert!(printed.pages >= 1, "{name}");
        assert!(String::from_utf8_lossy(&printed.bytes).contains("pdfuaid:part"), "{name}");
    }
}
