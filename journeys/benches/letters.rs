//! How many letters of 10 KB the exchange takes in and judges: each is accepted in a batch of its own
//! and checked in full, on one thread. Run with `cargo bench -p brevdue-journeys`.

use brevdue_journeys::town::country::who;
use brevdue_journeys::{Ground, Line, Town};
use brevdue_memo::Message;
use divan::Bencher;
use divan::counter::ItemsCount;
use tokio::runtime::{Builder, Runtime};

const LETTERS: usize = 500;

fn main() {
    divan::main();
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

async fn town(ground: Ground) -> (Town, Vec<Message>) {
    let mut town = Town::with_seed(1, ground).await;
    let letters = (0..LETTERS)
        .map(|_| {
            let mut draft = town.letter_to(who::VAGN);
            let text = (0..7_000).map(|_| char::from(town.dice.below(26) as u8 + b'a'));
            draft.text = Some(text.collect());
            draft.build().expect("a letter")
        })
        .collect();
    (town, letters)
}

async fn accept(town: &Town, letters: &[Message]) {
    for letter in letters {
        town.send(who::TOWN_SENDER, letter, Line::Holds).await.expect("a receipt");
    }
}

#[divan::bench(args = ["Memory", "Embedded"], sample_count = 10)]
fn check_and_deliver(bencher: Bencher<'_, '_>, ground: &str) {
    let ground = if ground == "Memory" { Ground::Memory } else { Ground::Embedded };
    let runtime = runtime();
    bencher
        .counter(ItemsCount::new(LETTERS))
        .with_inputs(|| {
            runtime.block_on(async {
                let (town, letters) = town(ground).await;
                accept(&town, &letters).await;
                town
            })
        })
        .bench_values(|mut town| {
            runtime.block_on(town.settle());
            town
        });
}
