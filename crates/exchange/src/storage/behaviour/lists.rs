//! Lists: their order, their pages, their totals.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;

use brevdue_memo::PartyId;
use brevdue_wire::PageRequest;

use super::commit;
use super::samples::*;
use crate::storage::{Op, Page, Store};
use crate::*;

/// Walks a list of seven in pages of three, and of one thousand.
async fn walk<T: Debug, K: Ord + Debug, F: Future<Output = Page<T>>>(
    list: impl Fn(PageRequest) -> F,
    key: impl Fn(&T) -> K,
) {
    let whole = list(page(0, 1000)).await;
    assert_eq!((whole.items.len(), whole.total), (7, 7));
    let mut seen = Vec::new();
    for (number, expected) in [(0, 3), (1, 3), (2, 1), (3, 0), (PageRequest::PAGE_LIMIT, 0)] {
        let page = list(page(number, 3)).await;
        assert_eq!((page.items.len(), page.total), (expected, 7), "page {number}");
        seen.extend(page.items.iter().map(&key));
    }
    assert_eq!(seen, whole.items.iter().map(&key).collect::<Vec<_>>());
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>().len(), 7, "each once");
}

pub async fn pages_hold_every_element_once_and_say_how_many_there_are(store: Arc<dyn Store>) {
    // All at the same instant and with the same name: the order is then the store's, but it must hold.
    for n in 1..=7 {
        commit(
            &store,
            [
                Op::PutContact(contact(n, person(n as u64), "Vagn")),
                Op::AddMemo(Box::new(memo(&store, n))),
                Op::AddDelivery(delivery(n, 2, 0x55 + n, 1)),
                Op::AddReceipt(Box::new(receipt(n, Some(n), 1))),
                Op::AddMailboxEntry(entry(3, n, Folder::Inbox, 1)),
            ],
        )
        .await;
    }
    let store = &store;
    walk(|page| async move { store.contacts(page).await.unwrap() }, |c| c.id).await;
    walk(
        |page| async move { store.memos_of(TransmissionId(id(0x7000)), page).await.unwrap() },
        |m| m.key,
    )
    .await;
    walk(
        |page| async move { store.deliveries_waiting(SystemId(id(2)), page).await.unwrap() },
        |d| d.memo,
    )
    .await;
    walk(
        |page| async move { store.receipts_waiting(SystemId(id(0xA1)), page).await.unwrap() },
        |r| r.id,
    )
    .await;
    walk(
        |page| async move { store.mailbox(ContactId(id(3)), Folder::Inbox, page).await.unwrap() },
        |row| row.memo.key,
    )
    .await;
}

pub async fn the_registry_is_listed_by_name(store: Arc<dyn Store>) {
    for (n, name) in [(1, "Coop"), (2, "Anna"), (3, "Bent")] {
        commit(
            &store,
            [
                Op::PutOrganisation(organisation(n, name, OrganisationKind::Company)),
                Op::PutSystem(Box::new(system(n, 1, name))),
                Op::PutContact(contact(n, person(n as u64), name)),
                Op::PutContactPoint(contact_point(n, 1, name)),
            ],
        )
        .await;
    }
    let owner = OrganisationId(id(1));
    let names = ["Anna", "Bent", "Coop"];
    let organisations = store.organisations().await.unwrap();
    assert_eq!(organisations.iter().map(|o| &o.name[..]).collect::<Vec<_>>(), names);
    let systems = store.systems_of(owner).await.unwrap();
    assert_eq!(systems.iter().map(|s| &s.name[..]).collect::<Vec<_>>(), names);
    let contacts = store.contacts(page(0, 10)).await.unwrap().items;
    assert_eq!(contacts.iter().map(|c| &c.name[..]).collect::<Vec<_>>(), names);
    let points = store.contact_points_of(owner).await.unwrap();
    assert_eq!(points.iter().map(|p| &p.name[..]).collect::<Vec<_>>(), names);
    let nobody = OrganisationId(id(404));
    assert_eq!(store.systems_of(nobody).await.unwrap(), []);
    assert_eq!(store.contact_points_of(nobody).await.unwrap(), []);
}

pub async fn the_registry_is_found_by_number(store: Arc<dyn Store>) {
    let city = organisation(
        12_345_678,
        "Byen Nørreådal",
        OrganisationKind::Authority(AuthorityRights {
            mandatory_post: false,
            legal_notification: true,
            terms_accepted: false,
        }),
    );
    let post = system(2, 12_345_678, "Post");
    let vagn = contact(3, person(71_212), "Vagn Østergård-Åby");
    let firm = Contact { status: RegistrationStatus::Closed, ..contact(4, firm(7), "Firmaet") };
    let desk = contact_point(5, 12_345_678, "Borgerservice");
    commit(
        &store,
        [
            Op::PutOrganisation(city.clone()),
            Op::PutSystem(Box::new(post.clone())),
            Op::PutContact(vagn.clone()),
            Op::PutContact(firm.clone()),
            Op::PutContactPoint(desk.clone()),
        ],
    )
    .await;
    assert_eq!(store.organisation(city.id).await.unwrap(), Some(city.clone()));
    assert_eq!(store.organisation_by_cvr(city.cvr).await.unwrap(), Some(city));
    assert_eq!(store.system(post.id).await.unwrap(), Some(post));
    assert_eq!(store.contact(vagn.id).await.unwrap(), Some(vagn.clone()));
    assert_eq!(store.contact_by_party(vagn.party).await.unwrap(), Some(vagn));
    assert_eq!(store.contact_by_party(firm.party).await.unwrap(), Some(firm));
    assert_eq!(store.contact_point(desk.id).await.unwrap(), Some(desk));

    assert_eq!(store.organisation(OrganisationId(id(404))).await.unwrap(), None);
    let nobody = "00000404".parse().expect("eight digits");
    assert_eq!(store.organisation_by_cvr(nobody).await.unwrap(), None);
    assert_eq!(store.contact_by_party(PartyId::Cvr(nobody)).await.unwrap(), None);
    assert_eq!(store.system(SystemId(id(404))).await.unwrap(), None);
    assert_eq!(store.contact_point(ContactPointId(id(404))).await.unwrap(), None);
}

pub async fn memos_of_a_submission_come_by_key(store: Arc<dyn Store>) {
    let other = Memo { transmission: TransmissionId(id(0x7001)), ..memo(&store, 2) };
    commit(
        &store,
        [
            Op::AddMemo(Box::new(memo(&store, 9))),
            Op::AddMemo(Box::new(other)),
            Op::AddMemo(Box::new(memo(&store, 1))),
            Op::AddMemo(Box::new(memo(&store, 5))),
        ],
    )
    .await;
    let memos = store.memos_of(TransmissionId(id(0x7000)), page(0, 10)).await.unwrap();
    let keys: Vec<_> = memos.items.iter().map(|m| m.key.0.as_u128()).collect();
    assert_eq!((keys, memos.total), (vec![1, 5, 9], 3));
}
