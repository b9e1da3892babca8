//! Which of the elements of one name in two messages are the same one.

use std::collections::{HashMap, VecDeque};

use super::tree::Node;

pub(super) enum Pairing<'p, 'm> {
    First(&'p Node<'m>),
    Second(&'p Node<'m>),
    Both {
        first: &'p Node<'m>,
        second: &'p Node<'m>,
        /// It stands in another order among the others.
        moved: bool,
    },
}

/// Pairs in time little more than linear in the number of elements, in the order of the first message;
/// what only the second has comes last.
pub(super) fn pair<'p, 'm>(
    before: &[&'p Node<'m>],
    after: &[&'p Node<'m>],
) -> Vec<Pairing<'p, 'm>> {
    let keys = |nodes: &[&'p Node<'m>]| nodes.iter().map(|node| key(node)).collect::<Vec<_>>();
    let partners = partners(&keys(before), &keys(after));
    let stay = stay(&partners);
    let mut has_partner = vec![false; after.len()];
    let mut pairings = Vec::with_capacity(before.len().max(after.len()));
    for (place, first) in before.iter().enumerate() {
        match partners[place] {
            Some(partner) => {
                has_partner[partner] = true;
                let moved = !stay[place];
                pairings.push(Pairing::Both { first, second: after[partner], moved });
            }
            None => pairings.push(Pairing::First(first)),
        }
    }
    let alone = after.iter().zip(has_partner).filter(|(_, has)| !has);
    pairings.extend(alone.map(|(second, _)| Pairing::Second(second)));
    pairings
}

/// What names an element among its like.
fn key(node: &Node<'_>) -> String {
    let text = |path: &[&str]| node.text(path).unwrap_or_default();
    let id = |name: &str| match text(&[name]) {
        "" => [text(&["label"]), text(&["File", "filename"])].join("\n"),
        id => id.to_owned(),
    };
    match node.element.name() {
        "File" => text(&["filename"]).to_owned(),
        "ReplyData" => text(&["messageUUID"]).to_ascii_lowercase(),
        "AdditionalDocument" => id("additionalDocumentID"),
        "TechnicalDocument" => id("technicalDocumentID"),
        "Action" => match text(&["Reservation", "reservationUUID"]) {
            "" => [text(&["actionCode"]), text(&["label"])].join("\n"),
            uuid => uuid.to_ascii_lowercase(),
        },
        "AdditionalContentData" => {
            [text(&["contentDataType"]), text(&["contentDataName"])].join("\n")
        }
        "AdditionalReplyData" | "ContactInfo" => text(&["label"]).to_owned(),
        _ => String::new(),
    }
}

/// For each key of `before`, the place of its partner in `after`.
fn partners(before: &[String], after: &[String]) -> Vec<Option<usize>> {
    let mut partners = vec![None; before.len()];
    let shorter = before.len().min(after.len());
    let head = (0..shorter).take_while(|place| before[*place] == after[*place]).count();
    let tail = (1..=shorter - head)
        .take_while(|back| before[before.len() - back] == after[after.len() - back])
        .count();
    for (place, partner) in partners[..head].iter_mut().enumerate() {
        *partner = Some(place);
    }
    for back in 1..=tail {
        partners[before.len() - back] = Some(after.len() - back);
    }
    let (middle, other) = (head..before.len() - tail, head..after.len() - tail);
    let mut waiting: HashMap<&str, VecDeque<usize>> = HashMap::new();
    for place in other.clone() {
        waiting.entry(&after[place]).or_default().push_back(place);
    }
    let mut taken = vec![false; after.len()];
    for place in middle.clone() {
        let partner = waiting.get_mut(before[place].as_str()).and_then(VecDeque::pop_front);
        if let Some(partner) = partner {
            taken[partner] = true;
            partners[place] = Some(partner);
        }
    }
    // What is left was renamed, most likely.
    let mut left = other.filter(|place| !taken[*place]);
    for place in middle {
        if partners[place].is_none() {
            partners[place] = left.next();
        }
    }
    partners
}

/// Which of the pairs keep their order: as many as possible (a longest increasing run of partners).
fn stay(partners: &[Option<usize>]) -> Vec<bool> {
    // For each length, the place that ends a run of it with the smallest partner.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous = vec![None; partners.len()];
    for (place, partner) in partners.iter().enumerate() {
        let Some(partner) = *partner else { continue };
        let length = ends.partition_point(|end| partners[*end] < Some(partner));
        previous[place] = length.checked_sub(1).map(|shorter| ends[shorter]);
        if length == ends.len() {
            ends.push(place);
        } else {
            ends[length] = place;
        }
    }
    let mut stay = vec![false; partners.len()];
    let mut next = ends.last().copied();
    while let Some(place) = next {
        stay[place] = true;
        next = previous[place];
    }
    stay
}
