//! The official example messages, sent as they are.

use std::path::PathBuf;

use brevdue_exchange::MemoState;
use brevdue_journeys::town::country::who;
use brevdue_journeys::{Ground, Line, Town};
use brevdue_memo::Message;

/// The folder of official schemas and examples, where this machine has it.
fn official_data() -> Option<PathBuf> {
    let named = std::env::var_os("BREVDUE_OFFICIAL_DATA").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/memo");
    let found = named.into_iter().chain([beside]).find(|folder| folder.join("examples").is_dir());
    if found.is_none() {
        eprintln!("SKIPPED: no official examples; set BREVDUE_OFFICIAL_DATA to their folder");
    }
    found
}

fn example(folder: &std::path::Path, name: &str) -> (Vec<u8>, Message) {
    let bytes = std::fs::read(folder.join("examples").join(name)).expect("the example is there");
    let reading = brevdue_memo::read(&bytes[..], &Default::default()).expect("it can be read");
    let message = reading.message.expect("the example is valid");
    (bytes, message)
}

async fn verdict(town: &mut Town, bytes: &[u8], letter: &Message) -> (MemoState, Option<String>) {
    let uuid = letter.header.message_uuid.value();
    let receipt = town.send_bytes(who::TOWN_SENDER, uuid, bytes, Line::Holds).await.unwrap();
    town.let_pass(1).await;
    let [told] = town.receipts(who::TOWN_SENDER).await.try_into().unwrap();
    (town.memo_of(&receipt).await.state, told.error_code)
}

#[tokio::test]
async fn the_minimum_examples_share_a_uuid_so_the_second_is_a_duplicate() {
    let Some(folder) = official_data() else { return };
    let mut town = Town::with_seed(1, Ground::Memory).await;
    let (bytes, letter) = example(&folder, "MeMo_Minimum_Example_v1.2.xml");
    assert_eq!(verdict(&mut town, &bytes, &letter).await, (MemoState::Available, None));
    let (bytes, letter) = example(&folder, "MeMo_Minimum_Example_v1.1.xml");
    let duplicate = Some("message.uuid.duplicate".into());
    assert_eq!(verdict(&mut town, &bytes, &letter).await, (MemoState::Refused, duplicate));
}

#[tokio::test]
async fn the_full_examples_are_refused_for_their_first_fault() {
    let Some(folder) = official_data() else { return };
    for (name, code) in [
        ("MeMo_Full_Example_v1.2.xml", "do.not.deliver.until.date.too.early"),
        ("MeMo_Full_Example_v1.1.xml", "action.url.not.allowed"),
    ] {
        let mut town = Town::with_seed(2, Ground::Memory).await;
        let (bytes, letter) = example(&folder, name);
        let (state, found) = verdict(&mut town, &bytes, &letter).await;
        assert_eq!((state, found.as_deref()), (MemoState::Refused, Some(code)), "{name}");
    }
}

#[tokio::test]
async fn the_full_example_without_its_date_is_delivered() {
    let Some(folder) = official_data() else { return };
    let mut town = Town::with_seed(3, Ground::Memory).await;
    let (bytes, mut letter) = example(&folder, "MeMo_Full_Example_v1.2.xml");
    letter.header.do_not_deliver_until_date = None;
    letter.header.message_uuid = town.dice.uuid().into();
    let mut changed = Vec::new();
    brevdue_memo::write(&letter, std::io::Cursor::new(&bytes), &mut changed).unwrap();
    assert_eq!(verdict(&mut town, &changed, &letter).await, (MemoState::Available, None));
}

#[tokio::test]
async fn the_examples_with_attachments_and_nemsms_get_their_verdict() {
    let Some(folder) = official_data() else { return };
    for version in ["1.1", "1.2"] {
        let mut town = Town::with_seed(4, Ground::Memory).await;
        let (bytes, letter) = example(&folder, &format!("MeMo_NemSMS_v{version}.xml"));
        let (state, code) = verdict(&mut town, &bytes, &letter).await;
        assert_eq!(state, MemoState::Refused);
        println!("NemSMS {version}: {code:?}");
        let (bytes, letter) = example(&folder, &format!("MeMo_with_attachment_v{version}.xml"));
        let (state, code) = verdict(&mut town, &bytes, &letter).await;
        println!("attachment {version}: {state:?} {code:?}");
    }
}
