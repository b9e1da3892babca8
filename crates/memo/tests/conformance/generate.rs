//! Valid messages of every shape the schema table allows.

use brevdue_memo::schema::{ClassSchema, Kind, Namespace};
use brevdue_memo::{MemoVersion, Message};

use super::dice::Dice;
use super::tree::{Home, Node, Piece};
use super::values::valid;

/// How full a message is.
struct Fullness {
    /// Of a hundred optional elements, so many stand.
    optional: usize,
    /// Elements that may still be made, so that no message is endless.
    left: usize,
}

/// A valid message.
pub(crate) fn message(version: MemoVersion, dice: &mut Dice) -> Node {
    let mut fullness = Fullness { optional: dice.pick(&[5, 15, 30, 50, 90]), left: 150 };
    let mut root = class(Message::schema(), version, &mut fullness, dice);
    root.attributes.push(("memoVersion".to_owned(), version.to_string()));
    if version == MemoVersion::V1_1 {
        let schema_version = dice.pick(&["1.1.0", "1.1.0", "1.1", "", "æ"]);
        root.attributes.push(("memoSchVersion".to_owned(), schema_version.to_owned()));
    }
    root
}

/// A valid element of a class, to stand where it should or should not.
pub(crate) fn some_of(schema: &'static ClassSchema, version: MemoVersion, dice: &mut Dice) -> Node {
    class(schema, version, &mut Fullness { optional: 10, left: 10 }, dice)
}

fn class(
    schema: &'static ClassSchema,
    version: MemoVersion,
    fullness: &mut Fullness,
    dice: &mut Dice,
) -> Node {
    let mut pieces = Vec::new();
    let mut chosen = false;
    let choices = schema.elements.iter().filter(|element| element.occurs.choice).count();
    // The alternative that may stand, if any does.
    let mut turn = dice.below(choices.max(1));
    for element in schema.elements.iter().filter(|element| element.occurs.since <= version) {
        let least = element.occurs.min_in(version) as usize;
        let mut count = least;
        if element.occurs.choice {
            let mine = turn == 0 && !chosen;
            turn = turn.wrapping_sub(1);
            chosen |= mine;
            count = usize::from(mine && dice.chance(fullness.optional));
        } else if dice.chance(fullness.optional) {
            let most = element.occurs.max as usize;
            count = match dice.below(8) {
                0 if most <= 20 => most,
                1 | 2 => (least + dice.below(3)).min(most),
                _ => least.max(1),
            };
        }
        for _ in 0..count {
            if fullness.left == 0 && least == 0 {
                break;
            }
            fullness.left = fullness.left.saturating_sub(1);
            let node = match element.kind {
                Kind::Class(inner) => class(inner, version, fullness, dice),
                Kind::Value(value) => Node {
                    home: Home::Known(element.namespace),
                    name: element.name.to_owned(),
                    attributes: Vec::new(),
                    pieces: vec![Piece::Text(valid(value.name, dice))],
                    kind: Some(value.name),
                },
            };
            pieces.push(Piece::Element(node));
        }
    }
    Node {
        home: Home::Known(schema.namespace),
        name: schema.name.to_owned(),
        attributes: Vec::new(),
        pieces,
        kind: None,
    }
}

/// Every class of the schema table, each once.
pub(crate) fn classes() -> Vec<&'static ClassSchema> {
    fn walk(class: &'static ClassSchema, found: &mut Vec<&'static ClassSchema>) {
        if found.iter().any(|other| std::ptr::eq(*other, class) || other.name == class.name) {
            return;
        }
        found.push(class);
        for element in class.elements {
            if let Kind::Class(inner) = element.kind {
                walk(inner, found);
            }
        }
    }
    let mut found = Vec::new();
    walk(Message::schema(), &mut found);
    found
}

/// Every element name of the schema table with its namespace, each once.
pub(crate) fn names() -> Vec<(&'static str, Namespace)> {
    let mut names: Vec<_> = classes()
        .iter()
        .flat_map(|class| class.elements.iter().map(|element| (element.name, element.namespace)))
        .collect();
    names.sort_unstable_by_key(|(name, namespace)| (*name, namespace.prefix()));
    names.dedup();
    names
}
