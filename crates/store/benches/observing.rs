//! What a new observation costs as their number grows, and how long matrix and overview take.
//!
//! 500 systems and 5,000 letter types over 30 days. `BREVDUE_BENCH_OBSERVATIONS` is how many observations
//! there are in the end (1,000,000); the cost of new ones is told at 10 thousand, 1 million and 10 million,
//! as far as that goes. `TMPDIR` says where the file is.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "it tells figures, and may stop")]
#![allow(clippy::disallowed_methods, reason = "it measures time")]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use brevdue_memo::Timestamp;
use brevdue_programme::catalogue::Catalogue;
use brevdue_programme::checks::{Counting, Evidence, Matrix, Needed};
use brevdue_programme::objects::{Direction, Environment, Kind};
use brevdue_programme::observation::{
    Carriage, Format, Later, Observation, RecipientKind, Sight, What,
};
use brevdue_programme::programme::Held;
use brevdue_programme::storage::ObservationStore as _;
use brevdue_programme::{Day, Programme};
use brevdue_store::ProgrammeFile;
use serde_json::json;
use uuid::Uuid;

const SYSTEMS: u64 = 500;
const LETTERS: u64 = 5_000;
const DAYS: i64 = 30;
const BATCH: u64 = 500;
const CVR: &str = "11223399";
/// Observations by whose cost a size is judged.
const SAMPLE: u64 = 10_000;
const STEPS: [u64; 3] = [10_000, 1_000_000, 10_000_000];
const NOW: i64 = 1_795_435_200_000;

fn observation(number: u64) -> Observation {
    // The order of days is that of time; systems and letters follow each other at random.
    let random = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let most = target();
    let millis = NOW - DAYS * 86_400_000
        + (number as i128 * DAYS as i128 * 86_400_000 / most as i128) as i64;
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
fn sights(from: u64, count: u64) -> Vec<Sight> {
    (from..from + count)
        .flat_map(|number| {
            let seen = observation(number);
            let at = seen.observed_at.plus_seconds(30);
            let what = What::Receipt { status: "COMPLETED".into(), code: None };
            let later = Sight::Later(Later { name: seen.name(), at, what });
            [Sight::Message(Box::new(seen)), later]
        })
        .collect()
}

fn programme() -> Programme {
    let mut programme = Programme::default();
    let mut put = |kind: Kind, key: String, body| {
        let body = kind.checked(body).unwrap();
        programme.insert(kind, key.parse().unwrap(), Held { version: 1, body });
    };
    for number in 0..SYSTEMS {
        let interface = json!({ "direction": "out", "environment": "prod", "active": true,
            "host": "post.invalid", "dp_system_id": format!("system-{number}") });
        let body = json!({ "name": format!("System {number}"), "role": "sender", "interfaces": [interface] });
        put(Kind::System, format!("S-{number}"), body);
    }
    for number in 0..LETTERS {
        put(
            Kind::LetterType,
            format!("B-{number}"),
            json!({ "name": format!("Brev {number}"), "level": "A1" }),
        );
    }
    for id in ["START", "TESTREADY", "GOLIVE", "MEMO_ONLY", "LEGACY_OFF"] {
        put(Kind::Milestone, id.into(), json!({ "day": "2026-01-01" }));
    }
    programme
}

fn target() -> u64 {
    let given = std::env::var("BREVDUE_BENCH_OBSERVATIONS").ok().and_then(|text| text.parse().ok());
    given.unwrap_or(1_000_000)
}

/// Of the process, as the system counts it; 0 where it does not.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(measure());
}

async fn measure() {
    let folder = tempfile::tempdir().unwrap();
    let file = ProgrammeFile::open(folder.path()).unwrap();
    let (target, programme) = (target(), programme());
    let mut requirements = Catalogue::shipped().requirements.clone();
    for one in &mut requirements {
        if let Some(hosts) = one.lists.get_mut("hosts") {
            hosts.push("post.invalid".into());
        }
    }
    let (mut done, mut sampled) = (0, Duration::ZERO);
    for step in STEPS.into_iter().filter(|step| *step <= target) {
        while done < step {
            let sights = sights(done, BATCH);
            let began = Instant::now();
            file.observe(sights, Vec::new()).await.unwrap();
            if done + SAMPLE >= step {
                sampled += began.elapsed();
            }
            done += BATCH;
        }
        let each = sampled.as_micros() / u128::from(SAMPLE.min(step));
        sampled = Duration::ZERO;
        println!("at {step} observations: {each} µs for a new one with its receipt");
        let mut took: Vec<Duration> = Vec::new();
        for _ in 0..20 {
            let began = Instant::now();
            let now = Timestamp::from_millis(NOW);
            let needed = Needed::by(&requirements, &programme, Day::of(now).unwrap());
            let whose = BTreeSet::from([CVR.to_owned()]);
            let counted = file.count(&whose, Counting::new(needed)).await.unwrap();
            let evidence = Evidence::new(&programme, &requirements, counted, now);
            let matrix = Matrix::of(&evidence, &requirements);
            assert_eq!(matrix.rows.len() as u64, 1 + SYSTEMS + LETTERS);
            took.push(began.elapsed());
        }
        took.sort();
        let (half, most) =
            (took[took.len() / 2].as_millis(), took[took.len() * 95 / 100].as_millis());
        println!(
            "   matrix and headline figures: {half} ms in the middle, {most} ms at the 95th percentile"
        );
        println!("   memory at most: {} MiB", peak_mib());
    }
}
