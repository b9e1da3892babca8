//! What a new observation costs as their number grows, and how long matrix and overview take.
//!
//! 500 systems and 5,000 letter types over the days that requirements look at. 10 thousand, 1 million and 10
//! million observations, each number in a file and a process of its own; `BREVDUE_BENCH_OBSERVATIONS` says up
//! to how many (10,000,000). `TMPDIR` says where the files are; ten million take some two gigabytes.
//!
//! Between two looks a batch of new observations comes, so that no look is handed out what is ready. A look
//! is what a page does: it judges the programme, and the overview makes the status report of it.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "it tells figures, and may stop")]
#![allow(clippy::disallowed_methods, reason = "it measures time")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use brevdue_memo::Timestamp;
use brevdue_programme::change::{Change, What as Made, outcome};
use brevdue_programme::objects::{Direction, Environment, Kind};
use brevdue_programme::observation::{
    Carriage, Format, Later, Observation, RecipientKind, Sight, What,
};
use brevdue_programme::storage::{ObservationStore as _, Position, ProgrammeStore as _};
use brevdue_programme::{Programme, ProgrammeId, Programmes};
use brevdue_store::ProgrammeFile;
use serde_json::json;
use uuid::Uuid;

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SYSTEMS: u64 = 500;
const LETTERS: u64 = 5_000;
const DAYS: i64 = 29;
const BATCH: u64 = 500;
const CVR: &str = "11223399";
/// Observations by whose cost a size is judged.
const SAMPLE: u64 = 10_000;
/// Looks of each kind.
const LOOKS: usize = 40;
const STEPS: [u64; 3] = [10_000, 1_000_000, 10_000_000];
/// Says to a process how many observations it measures.
const STEP: &str = "BREVDUE_BENCH_STEP";
/// Names the folder for the process that is started to look at it.
const AFTER_START: &str = "BREVDUE_BENCH_AFTER_START";
const PROGRAMME: ProgrammeId = ProgrammeId(Uuid::from_u128(7));
const NOW: i64 = 1_795_435_200_000;

fn observation(number: u64, step: u64) -> Observation {
    // The order of days is that of time; systems and letters follow each other at random.
    let random = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    // The batches between looks come on the last day.
    let part = i128::from(number.min(step)) * i128::from(DAYS * 86_400_000) / i128::from(step);
    let millis = NOW - DAYS * 86_400_000 + i64::try_from(part).unwrap();
    Observation {
        observed_at: Timestamp::from_millis(millis),
        environment: Environment::Prod,
        direction: Direction::Out,
        authority_cvr: CVR.into(),
        system: format!("system-{}", (random >> 33) % SYSTEMS),
        generating_system: Some(format!("fagsystem-{}", (random >> 21) % 20)),
        transport: Carriage::Rest,
        format: if random.is_multiple_of(1_000) { Format::Dp2 } else { Format::Memo },
        memo_version: Some("1.2".into()),
        message_uuid: Uuid::from_u128(u128::from(random) << 64 | u128::from(number)),
        message_type: "DIGITALPOST".into(),
        size_bytes: 10_000 + random % 1_000_000,
        file_count: (random % 4) as u32,
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
        markup: ["header:label", "header:mandatory", "header:Sender", "content:CaseID"]
            .map(str::to_owned)
            .into(),
        letter_type: format!("B-{}", (random >> 13) % LETTERS).parse().ok(),
        endpoint_host: Some("post.invalid".into()),
        sensitive_title: false,
        has_schema_version: false,
        legacy: BTreeSet::new(),
        untold: BTreeSet::new(),
    }
}

/// Each message, and its receipt a moment later.
fn sights(from: u64, count: u64, step: u64) -> Vec<Sight> {
    (from..from + count)
        .flat_map(|number| {
            let seen = observation(number, step);
            let at = seen.observed_at.plus_seconds(30);
            let what = What::Receipt { status: "COMPLETED".into(), code: None };
            let later = Sight::Later(Later { name: seen.name(), at, what });
            [Sight::Message(Box::new(seen)), later]
        })
        .collect()
}

/// A programme of many systems and letter types, after all of its dates.
fn programme() -> Vec<Change> {
    let mut changes = Vec::new();
    let mut put = |kind: Kind, key: String, body| {
        let body = kind.checked(body).unwrap();
        changes.push(Change { kind, key: key.parse().unwrap(), what: Made::Add { body } });
    };
    let settings = json!({ "name": "Skiftet", "authority": "Tusindfryd Kommune", "cvr": [CVR],
        "kind": "kommune", "track": "new_adoption", "variant": "full", "profile": "NEW",
        "start": "2025-01-01", "catalogue_version": "1" });
    put(Kind::Settings, "settings".into(), settings);
    for number in 0..SYSTEMS {
        let interface = json!({ "direction": "out", "environment": "prod", "active": true,
            "host": "post.invalid", "dp_system_id": format!("system-{number}") });
        let body = json!({ "name": format!("System {number}"), "role": "sender", "interfaces": [interface] });
        put(Kind::System, format!("S-{number}"), body);
    }
    for number in 0..LETTERS {
        let body = json!({ "name": format!("Brev {number}"), "level": "A1",
            "sender_system": format!("S-{}", number % SYSTEMS) });
        put(Kind::LetterType, format!("B-{number}"), body);
    }
    for id in ["START", "TESTREADY", "READY", "GOLIVE", "MEMO_ONLY", "LEGACY_OFF"] {
        put(Kind::Milestone, id.into(), json!({ "day": "2026-01-01" }));
    }
    changes
}

fn number_in(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().and_then(|text| text.parse().ok())
}

/// Of the process, as the system counts it; 0 where it does not.
fn memory_mib(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(what));
    line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    match (std::env::var_os(AFTER_START), number_in(STEP)) {
        (Some(folder), _) => runtime.block_on(after_start(folder.as_ref())),
        (None, Some(step)) => runtime.block_on(measure(step)),
        (None, None) => {
            let most = number_in("BREVDUE_BENCH_OBSERVATIONS").unwrap_or(STEPS[STEPS.len() - 1]);
            for step in STEPS.into_iter().filter(|step| *step <= most) {
                again(STEP, step.to_string().as_ref());
            }
        }
    }
}

/// Starts this program once more, for something of its own, and waits for it.
fn again(variable: &str, value: &std::ffi::OsStr) {
    let this = std::env::current_exe().unwrap();
    let ended = std::process::Command::new(this).env(variable, value).status().unwrap();
    assert!(ended.success(), "{variable}={value:?}: {ended}");
}

/// The first look of a process.
async fn after_start(folder: &std::path::Path) {
    let began = Instant::now();
    let file = Arc::new(ProgrammeFile::open(folder).unwrap());
    let programmes =
        Programmes::new(Arc::clone(&file) as _).with_observations(Arc::clone(&file) as _);
    look(&programmes, PROGRAMME, Timestamp::from_millis(NOW), "overview").await;
    let (took, most) = (began.elapsed().as_millis(), memory_mib("VmHWM:"));
    println!("   the first overview after a start: {took} ms, with {most} MiB of memory at most");
}

async fn measure(step: u64) {
    let folder = tempfile::tempdir().unwrap();
    let file = Arc::new(ProgrammeFile::open(folder.path()).unwrap());
    let (id, now) = (PROGRAMME, Timestamp::from_millis(NOW));
    {
        let begun = outcome(&Programme::default(), &programme(), "pm", "", now).unwrap();
        file.commit(id, &begun).await.unwrap();
    }
    let (mut done, mut sampled) = (0, Duration::ZERO);
    let began = Instant::now();
    while done < step {
        let took = observe(&file, done, step).await;
        if done + SAMPLE >= step {
            sampled += took;
        }
        done += BATCH;
    }
    let each = sampled.as_micros() / u128::from(SAMPLE);
    let all = began.elapsed().as_micros() / u128::from(step);
    println!(
        "at {step} observations: {each} µs for a new one with its receipt ({all} µs for each on the way, made and written)"
    );
    for what in ["matrix", "overview"] {
        let programmes =
            Programmes::new(Arc::clone(&file) as _).with_observations(Arc::clone(&file) as _);
        let mut took: Vec<Duration> = Vec::new();
        for _ in 0..LOOKS {
            observe(&file, done, step).await;
            done += BATCH;
            took.push(look(&programmes, id, now, what).await);
        }
        took.sort();
        let of = |part: usize| took[took.len() * part / 100].as_millis();
        println!("   {what}: {} ms in the middle, {} ms at the 95th percentile", of(50), of(95));
    }
    // Another process, which has nothing ready.
    again(AFTER_START, folder.path().as_os_str());
    println!(
        "   memory: {} MiB now, {} MiB at most; file: {} MiB",
        memory_mib("VmRSS:"),
        memory_mib("VmHWM:"),
        std::fs::metadata(folder.path().join("programme.db")).unwrap().len() >> 20
    );
}

/// Takes a batch as the follower of the log does, with how far it has come; tells how long that took.
async fn observe(file: &ProgrammeFile, from: u64, step: u64) -> Duration {
    let sights = sights(from, BATCH, step);
    let position = Position { follower: "exchange".into(), number: i64::try_from(from).unwrap() };
    let began = Instant::now();
    file.observe(sights, vec![position]).await.unwrap();
    began.elapsed()
}

async fn look(programmes: &Programmes, id: ProgrammeId, now: Timestamp, what: &str) -> Duration {
    let began = Instant::now();
    let judged = programmes.judged(id, now).await.unwrap().unwrap();
    match what {
        "matrix" => assert_eq!(judged.matrix.rows.len() as u64, 1 + SYSTEMS + LETTERS),
        _ => assert!(judged.status().unwrap().basis.measured as u64 > SYSTEMS),
    }
    began.elapsed()
}
