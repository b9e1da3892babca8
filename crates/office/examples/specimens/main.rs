//! Writes one of everything into a folder, to be opened by the programs it is for, and tells what a workbook
//! that came back from one of them changes.
//!
//! `specimens write FOLDER` · `specimens diff WORKBOOK` · `specimens twenty WORKBOOK [KIND/KEY]…`

#[path = "../../src/testing.rs"]
mod testing;
mod twenty;

use std::collections::BTreeMap;
use std::path::Path;

use brevdue_office::calendar::{self, Entry, Told};
use brevdue_office::list::{self, Days};
use brevdue_office::of_plan::Whose;
use brevdue_office::paper::Light;
use brevdue_office::plans::{self, Tracker};
use brevdue_office::reports::{self, Coverage, Matrix, MatrixCell, MatrixRow, Readiness};
use brevdue_office::slides::{self, Briefing};
use brevdue_office::workbook;
use brevdue_programme::Language;
use testing::{at, day, head, id, key, large_status, sample, some_plan};

type Fault = Box<dyn std::error::Error>;

fn main() -> Result<(), Fault> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["write", folder] => everything(Path::new(folder)),
        ["diff", file] => {
            let diff = workbook::read(&std::fs::read(file)?, id(), &sample(60).programme)?;
            serde_json::to_writer_pretty(std::io::stdout(), &diff)?;
            Ok(())
        }
        ["twenty", file, mine @ ..] => {
            let mut office = twenty::Office::begin()?;
            let meanwhile = office.meanwhile()?;
            let mut told = office.import(&std::fs::read(file)?, mine)?;
            told["meanwhile"] = meanwhile.into();
            serde_json::to_writer_pretty(std::io::stdout(), &told)?;
            Ok(())
        }
        _ => Err("specimens write FOLDER | diff WORKBOOK | twenty WORKBOOK [KIND/KEY]…".into()),
    }
}

fn everything(folder: &Path) -> Result<(), Fault> {
    std::fs::create_dir_all(folder)?;
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes);
    let sample = sample(60);
    let export = sample.export(Language::Da);
    put("programme.xlsx", &workbook::write(&export)?)?;
    for word in brevdue_office::lists() {
        put(
            &format!("{word}.csv"),
            &list::export(&export, word, Days::Danish).unwrap_or_default(),
        )?;
    }
    let entry = |day, time, summary: &str| Entry {
        day,
        until: None,
        time,
        summary: summary.to_owned(),
        description: "Pakke Afsendersystemer; rolle Systemejer, område DAT\nSe opgaven i Brevdue."
            .to_owned(),
        reminds: true,
    };
    let mut entries = BTreeMap::from([
        (
            "task/OP3-T01.S-001".to_owned(),
            entry(day("2026-06-12"), None, "Frist: Kortlæg systemet"),
        ),
        (
            "task/OP3-T08.S-001".to_owned(),
            entry(day("2026-06-13"), None, "Frist: Afprøv forbindelsen"),
        ),
        (
            "milestone/LEGACY_OFF".to_owned(),
            entry(day("2027-01-04"), Some((12, 0)), "Legacy lukket"),
        ),
    ]);
    let first = calendar::advance(&Told::default(), &entries, at());
    put("first.ics", calendar::file(id(), "", "Plan", Language::Da, &first).as_bytes())?;
    entries.insert(
        "task/OP3-T01.S-001".to_owned(),
        entry(day("2026-07-01"), None, "Frist: Kortlæg systemet"),
    );
    entries.remove("task/OP3-T08.S-001");
    let later = "2026-03-09T08:00:00Z".parse()?;
    let moved = calendar::advance(&first, &entries, later);
    put("moved.ics", calendar::file(id(), "", "Plan", Language::Da, &moved).as_bytes())?;
    put(
        "project.xml",
        &plans::project_xml("Digital Post 2027", &sample.programme, &sample.tasks, at()),
    )?;
    put(
        "openproject.csv",
        &plans::tracker_csv(Tracker::OpenProject, &sample.programme, &sample.tasks),
    )?;
    put("jira.csv", &plans::tracker_csv(Tracker::Jira, &sample.programme, &sample.tasks))?;

    let mut office = twenty::Office::begin()?;
    put("twenty.xlsx", &office.workbook()?)?;
    put("twenty.json", serde_json::json!({ "task": office.task()? }).to_string().as_bytes())?;
    let person = key("P-017");
    let feeds = [("all", Whose::All), ("mine", Whose::Person(&person))];
    let mut told = [String::new(), String::new()];
    for (told, (name, whose)) in told.iter_mut().zip(feeds) {
        put(&format!("feed-{name}-1.ics"), office.calendar(whose, told)?.as_bytes())?;
    }
    office.meanwhile()?;
    for (told, (name, whose)) in told.iter_mut().zip(feeds) {
        put(&format!("feed-{name}-2.ics"), office.calendar(whose, told)?.as_bytes())?;
        put(&format!("feed-{name}-3.ics"), office.calendar(whose, told)?.as_bytes())?;
    }

    let head = head(Language::Da);
    let status = large_status();
    put("R1.pdf", &reports::status(&head, &status)?.bytes)?;
    put("R2.pdf", &reports::requirements(&head, &matrix())?.bytes)?;
    put("R3.pdf", &reports::systems(&head, &sample.programme, |_, _| true)?.bytes)?;
    let (gantt, tasks) = some_plan();
    let checks = [(
        "S-001 Omsorg".to_owned(),
        "MK-A2".to_owned(),
        Light::Red,
        "3 beskeder i DP2".to_owned(),
    )];
    put(
        "R4.pdf",
        &reports::supplier(&head, &sample.programme, &key("L-001"), &tasks, &checks)?.bytes,
    )?;
    let letters: Vec<Coverage> = (1..=20)
        .map(|n| Coverage {
            letter: (format!("B-{n:03}"), "Indkaldelse til samtale".into()),
            volume: 100_000 / n,
            score: 5.0 / n as f64,
            level: "A2 Handlinger".into(),
            measured: (n % 3 == 0).then_some(0.4),
            target: Some(0.9),
            expected_dkk: 250_000.0 / n as f64,
            volume_origin: Some(if n % 2 == 0 {
                brevdue_programme::objects::FigureSource::Measured
            } else {
                brevdue_programme::objects::FigureSource::Estimate
            }),
            ..Coverage::default()
        })
        .collect();
    put("R5.pdf", &reports::potential(&head, &letters)?.bytes)?;
    put("R6.pdf", &reports::plan(&head, &gantt, &tasks)?.bytes)?;
    let ready: Vec<Readiness> = [Light::Green, Light::Yellow, Light::Red, Light::Unknown]
        .into_iter()
        .map(|light| Readiness {
            system: ("S-001".into(), "Omsorg".into()),
            light,
            why: "1 krav fejler: MK-A2".into(),
            evidence: "142 beskeder på 30 dage, seneste i går".into(),
        })
        .collect();
    put("R7.pdf", &reports::readiness(&head, &ready)?.bytes)?;
    let briefing = Briefing {
        head: &head,
        programme: &sample.programme,
        milestones: &status.milestones,
        window: Some((day("2026-12-30"), day("2027-01-03"))),
        roles: &[("pm".to_owned(), "Projektleder".to_owned())],
    };
    put("communication.pptx", &slides::write(&slides::communication(&briefing))?)?;
    put("status.pptx", &slides::write(&slides::status(&head, &status))?)?;
    Ok(())
}

fn matrix() -> Matrix {
    let cell = |light, word: &str| {
        Some(MatrixCell {
            light,
            word: word.into(),
            evidence: "12 beskeder, seneste for 3 dage siden".into(),
            remedy: "Bed leverandøren rette afsendelsen".into(),
        })
    };
    Matrix {
        requirements: (1..=25).map(|n| (format!("MK-A{n}"), format!("Krav nummer {n}"))).collect(),
        rows: (1..=60)
            .map(|n| MatrixRow {
                subject: (format!("S-{n:03}"), format!("Fagsystem {n}")),
                cells: (0..25)
                    .map(|c| match (n + c) % 11 {
                        0 => None,
                        1 => cell(Light::Red, "fejl"),
                        2 => cell(Light::Unknown, "ingen data"),
                        3 => cell(Light::Yellow, "snart"),
                        _ => cell(Light::Green, "ok"),
                    })
                    .collect(),
            })
            .collect(),
        totals: vec![("Kun MeMo".into(), 41, 60, 1_204_331, 1_250_000)],
    }
}
