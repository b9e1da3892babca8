use serde::{Deserialize, Serialize};
use serde_json::json;

use super::*;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Letter {
    label: String,
    is_read: bool,
    recipient: Recipient,
    tags: Vec<String>,
    number: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    recipient_id: String,
}

fn letters() -> Vec<Letter> {
    let of = |label: &str, is_read, id: &str, tags: &[&str], number| Letter {
        label: label.into(),
        is_read,
        recipient: Recipient { recipient_id: id.into() },
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        number,
    };
    vec![
        of("Indkaldelse til møde", false, "11", &["a", "b"], 10),
        of("Årsopgørelse", true, "22", &["b"], 9),
        of("Møde aflyst", true, "33", &[], 100),
    ]
}

fn search(query: &[(&str, &str)]) -> Search {
    let query: Vec<_> = query.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Search::parse::<Letter>(&query, &["folderId"]).unwrap()
}

fn numbers(query: &[(&str, &str)]) -> Vec<u64> {
    let found = search(query).run(&letters()).unwrap();
    found.items.iter().map(|item| item["number"].as_u64().unwrap()).collect()
}

#[test]
fn fields_are_found_by_their_path_and_joined_as_the_official_search_does() {
    for (query, expected) in [
        (&[][..], &[10, 9, 100][..]),
        (&[("isRead", "true")], &[9, 100]),
        (&[("recipient.recipientId", "11,33")], &[10, 100]),
        (&[("recipient.recipientId", "11,33"), ("isRead", "true")], &[100]),
        (&[("label", "*MØDE*")], &[10, 100]),
        (&[("label", "møde*")], &[100]),
        (&[("label", "møde")], &[]),
        (&[("tags", "&a,&b")], &[10]),
        (&[("tags", "!a")], &[9, 100]),
        (&[("tags", "|a,|b")], &[10, 9]),
        (&[("any", "årsop,aflyst")], &[9, 100]),
        (&[("sortFields", "number")], &[9, 10, 100]),
        (&[("sortFields", "isRead:desc,number:desc")], &[100, 9, 10]),
        // The operation's own parameter, and one that is no field at all.
        (&[("folderId", "x"), ("_", "12345")], &[10, 9, 100]),
        (&[("page", "1"), ("size", "2")], &[100]),
        (&[("next", "p1"), ("size", "2")], &[100]),
    ] {
        assert_eq!(numbers(query), expected, "{query:?}");
    }
}

#[test]
fn only_the_fields_asked_for_are_shown() {
    let found = search(&[("fields", "label,recipient.recipientId,nothing"), ("size", "1")]);
    let found = found.run(&letters()).unwrap();
    assert_eq!(
        found.into_json("letters"),
        json!({
            "currentPage": 0, "totalPages": 3, "elementsOnPage": 1, "totalElements": 3, "next": "p1",
            "letters": [{"label": "Indkaldelse til møde", "recipient": {"recipientId": "11"}}],
        })
    );
}

#[test]
fn what_cannot_be_searched_is_named() {
    for (name, value) in
        [("page", "-1"), ("size", "0"), ("size", "many"), ("sortFields", "a:up"), ("next", "2")]
    {
        let query = [(name.to_owned(), value.to_owned())];
        assert_eq!(Search::parse::<Letter>(&query, &[]).unwrap_err().parameter, name);
    }
    let many = vec![("label".to_owned(), "x".to_owned()); 65];
    assert!(Search::parse::<Letter>(&many, &[]).is_err());
    let long = [("label".to_owned(), ",".repeat(1000))];
    assert!(Search::parse::<Letter>(&long, &[]).is_err());
}

proptest::proptest! {
    #[test]
    fn any_query_is_answered(name in ".{0,20}", value in ".{0,40}") {
        if let Ok(search) = Search::parse::<Letter>(&[(name, value)], &[]) {
            proptest::prop_assert!(search.run(&letters()).is_ok());
        }
    }
}
