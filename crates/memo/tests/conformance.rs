//! Thousands of generated messages, half of them changed, beside the official schema: `xmllint` and we
//! must say the same of each, valid or not.
//!
//! `BREVDUE_CONFORMANCE=100000` sets how many (`make conformance`); `BREVDUE_CONFORMANCE_ONE=17` prints
//! the document of that number and both verdicts. Every number makes the same document in every run.
#![allow(clippy::print_stdout, reason = "a skipped test says so, and a run tells its counts")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

#[path = "conformance/dice.rs"]
mod dice;
#[path = "conformance/differences.rs"]
mod differences;
#[path = "conformance/generate.rs"]
mod generate;
#[path = "conformance/mutate.rs"]
mod mutate;
#[path = "conformance/tree.rs"]
mod tree;
#[path = "conformance/values.rs"]
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use brevdue_memo::rulebook::{self, Level};
use brevdue_memo::{Limits, MemoVersion, Reading, read};
use dice::Dice;
use differences::DIFFERENCES;
use mutate::{CHANGES, mutate};
use support::{Referee, SchemaSet};
use tree::{Dress, Node, write};

const SEED: u64 = 2026;
const COUNT: usize = 3_000;
/// Documents for one run of `xmllint`, which spends most of its time on starting.
const BATCH: usize = 500;
const THREADS: usize = 2;

/// One generated message.
struct Case {
    number: usize,
    root: Node,
    dress: Dress,
    /// The schema it is judged by.
    version: MemoVersion,
    changes: Vec<&'static str>,
}

impl Case {
    fn new(number: usize) -> Self {
        let mut dice = Dice::new(SEED, number as u64);
        let version = dice.pick(&[MemoVersion::V1_1, MemoVersion::V1_2]);
        let mut root = generate::message(version, &mut dice);
        let mut changes = Vec::new();
        if dice.chance(65) {
            for _ in 0..dice.pick(&[1, 1, 1, 2, 3]) {
                changes.push(mutate(&mut root, version, &mut dice));
            }
        }
        let version = version_of(&root);
        Self { number, root, dress: Dress::any(&mut dice), version, changes }
    }

    fn document(&self) -> String {
        write(&self.root, self.dress)
    }
}

/// The schema a message is checked by: of its `memoVersion`, of the nearest lower one when there is no
/// such version, of 1.1 when it is no number.
fn version_of(root: &Node) -> MemoVersion {
    let version = root.attributes.iter().find(|(name, _)| name == "memoVersion");
    let number = version.and_then(|(_, value)| value.trim().parse::<f64>().ok());
    match number {
        Some(number) if number.is_finite() && number >= 1.2 => MemoVersion::V1_2,
        _ => MemoVersion::V1_1,
    }
}

fn ours(document: &str) -> (bool, Reading) {
    let reading = read(document.as_bytes(), &Limits::default()).unwrap();
    let level = |id| rulebook::rule(id).map(|rule| rule.level);
    let broken = |id| matches!(level(id), Some(Level::Syntax | Level::Schema));
    let valid = !reading.findings.list.iter().any(|finding| broken(finding.rule))
        && reading.findings.omitted == 0;
    (valid, reading)
}

/// The schemas of both versions.
struct Referees {
    v1_1: Referee,
    v1_2: Referee,
}

impl Referees {
    fn new() -> Option<Self> {
        Some(Self { v1_1: Referee::new(SchemaSet::V1_1)?, v1_2: Referee::new(SchemaSet::V1_2)? })
    }

    /// What `xmllint` says of each, in order.
    fn verdicts(&self, documents: &[(MemoVersion, String)]) -> Vec<bool> {
        let of = |version, referee: &Referee| {
            let mine: Vec<&str> = documents
                .iter()
                .filter(|document| document.0 == version)
                .map(|document| document.1.as_str())
                .collect();
            if mine.is_empty() {
                Vec::new().into_iter()
            } else {
                referee.verdicts(&mine).into_iter()
            }
        };
        let mut one = of(MemoVersion::V1_1, &self.v1_1);
        let mut two = of(MemoVersion::V1_2, &self.v1_2);
        let next = documents.iter().map(|(version, _)| match version {
            MemoVersion::V1_1 => one.next(),
            MemoVersion::V1_2 => two.next(),
        });
        next.map(|verdict| verdict.unwrap()).collect()
    }
}

/// What a run found.
#[derive(Default)]
struct Outcome {
    valid: usize,
    agreed: usize,
    explained: BTreeMap<&'static str, usize>,
    /// How often each change was made alone, and how often that broke the message.
    changes: BTreeMap<&'static str, (usize, usize)>,
    classes: BTreeSet<String>,
    failures: Vec<String>,
}

impl Outcome {
    fn judge(&mut self, numbers: std::ops::Range<usize>, referees: &Referees) {
        let cases: Vec<Case> = numbers.map(Case::new).collect();
        let documents: Vec<_> = cases.iter().map(|case| (case.version, case.document())).collect();
        let mut differing = Vec::new();
        for ((case, (_, document)), official) in
            cases.iter().zip(&documents).zip(referees.verdicts(&documents))
        {
            self.note(case, official);
            let (valid, reading) = ours(document);
            if valid == official {
                self.agreed += 1;
            } else {
                differing.push((case, official, reading));
            }
        }
        self.second_look(&differing, referees);
    }

    fn note(&mut self, case: &Case, official: bool) {
        self.valid += usize::from(official);
        if let [change] = case.changes[..] {
            let (made, broke) = self.changes.entry(change).or_default();
            *made += 1;
            *broke += usize::from(!official);
        }
        if case.changes.is_empty() {
            collect_classes(&case.root, &mut self.classes);
        }
    }

    /// Judges those that differ once more without the known causes.
    fn second_look(&mut self, differing: &[(&Case, bool, Reading)], referees: &Referees) {
        let mut mended = Vec::new();
        for (case, ..) in differing {
            let mut root = case.root.clone();
            let causes: Vec<_> = DIFFERENCES
                .iter()
                .filter(|known| (known.mend)(&mut root, case.version))
                .map(|known| known.name)
                .collect();
            mended.push((causes, (case.version, write(&root, case.dress))));
        }
        let documents: Vec<_> = mended.iter().map(|(_, document)| document.clone()).collect();
        let verdicts = referees.verdicts(&documents);
        for (((case, official, reading), (causes, (_, document))), again) in
            differing.iter().zip(&mended).zip(verdicts)
        {
            if !causes.is_empty() && ours(document).0 == again {
                let cause = if let [cause] = causes[..] { cause } else { "several of these" };
                *self.explained.entry(cause).or_default() += 1;
                continue;
            }
            self.failures.push(format!(
                "message {} of seed {SEED}, version {}, changed by {:?}: xmllint says {}, we say {:#?}\n\
                 see it with: BREVDUE_CONFORMANCE_ONE={} cargo test -p brevdue-memo --test conformance -- --nocapture",
                case.number,
                case.version,
                case.changes,
                if *official { "valid" } else { "not valid" },
                reading.findings.list.iter().map(ToString::to_string).collect::<Vec<_>>(),
                case.number,
            ));
        }
    }

    fn add(&mut self, other: Self) {
        self.valid += other.valid;
        self.agreed += other.agreed;
        for (name, count) in other.explained {
            *self.explained.entry(name).or_default() += count;
        }
        for (name, (made, broke)) in other.changes {
            let counts = self.changes.entry(name).or_default();
            counts.0 += made;
            counts.1 += broke;
        }
        self.classes.extend(other.classes);
        self.failures.extend(other.failures);
    }
}

fn collect_classes(node: &Node, classes: &mut BTreeSet<String>) {
    if node.kind.is_none() {
        classes.insert(node.name.clone());
    }
    for child in node.children() {
        collect_classes(child, classes);
    }
}

#[test]
fn generated_and_changed_messages_get_the_verdict_of_the_official_schema() {
    let asked = |name| std::env::var(name).ok().map(|text| text.parse::<usize>().unwrap());
    let Some(referees) = Referees::new() else { return };
    if let Some(number) = asked("BREVDUE_CONFORMANCE_ONE") {
        return show(number, &referees);
    }
    let count = asked("BREVDUE_CONFORMANCE").unwrap_or(COUNT);

    let next = AtomicUsize::new(0);
    let whole = Mutex::new(Outcome::default());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let referees = Referees::new().unwrap();
                let mut outcome = Outcome::default();
                loop {
                    let start = next.fetch_add(BATCH, Ordering::Relaxed);
                    if start >= count || outcome.failures.len() > 100 {
                        break;
                    }
                    outcome.judge(start..count.min(start + BATCH), &referees);
                }
                whole.lock().unwrap().add(outcome);
            });
        }
    });

    let outcome = whole.into_inner().unwrap();
    let explained: Vec<String> =
        outcome.explained.iter().map(|(name, count)| format!("{name} {count}")).collect();
    println!(
        "{count} messages, {} of them valid; agreed {}, explained: {}; differ: {}",
        outcome.valid,
        outcome.agreed,
        if explained.is_empty() { "none".to_owned() } else { explained.join(", ") },
        outcome.failures.len()
    );
    assert!(
        outcome.failures.is_empty(),
        "{}",
        outcome.failures[..outcome.failures.len().min(20)].join("\n\n")
    );
    // What was tested is what should be tested.
    assert!((count * 35 / 100..count * 65 / 100).contains(&outcome.valid), "about half are valid");
    assert_eq!(outcome.classes.len(), 42, "all classes stand in messages without changes");
    for (change, _) in CHANGES {
        let (made, broke) = outcome.changes.get(change).copied().unwrap_or_default();
        println!("{change}: {made} alone, {broke} of them not valid");
        assert!(made > 0, "{change} was never made");
    }
    assert!(outcome.explained.values().sum::<usize>() * 20 < count, "explanations are exceptions");
}

/// Shows one message for whoever looks into a difference.
fn show(number: usize, referees: &Referees) {
    let case = Case::new(number);
    let document = case.document();
    let official = referees.verdicts(&[(case.version, document.clone())])[0];
    println!("{document}\n\nversion {}, changed by {:?}", case.version, case.changes);
    println!("xmllint: {}", if official { "valid" } else { "not valid" });
    for finding in &ours(&document).1.findings.list {
        println!("ours: {finding}");
    }
}
