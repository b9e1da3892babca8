//! One random fault, or oddity that is none, in a document.

use brevdue_memo::MemoVersion;
use brevdue_memo::schema::Namespace;

use super::dice::Dice;
use super::generate::{classes, names, some_of};
use super::tree::{Home, Node, Piece};
use super::values::{VERSIONS, edge, valid};

/// The kinds of change, so that a run can tell that it made each.
pub(crate) const CHANGES: &[(&str, Change)] = &[
    ("element dropped", drop_element),
    ("element doubled", double),
    ("neighbours swapped", swap),
    ("element moved", move_element),
    ("element renamed", rename),
    ("element in another namespace", other_namespace),
    ("element of another class inserted", insert),
    ("element of the other version", other_version),
    ("as many as allowed and one more", too_many),
    ("both alternatives", both_alternatives),
    ("attribute added", add_attribute),
    ("xsi:type", add_type),
    ("attributes of the root", root_attributes),
    ("value at an edge", other_value),
    ("value at an edge again", other_value),
    ("value at an edge in another dress", dressed_value),
    ("text between elements", stray_text),
    ("comment or instruction", comment),
    ("element in a value", element_in_value),
    ("emptied", empty),
    ("not well-formed", not_well_formed),
];

pub(crate) type Change = fn(&mut Node, MemoVersion, &mut Dice);

/// Makes one change; gives its name.
pub(crate) fn mutate(root: &mut Node, version: MemoVersion, dice: &mut Dice) -> &'static str {
    let (name, change) = dice.pick(CHANGES);
    change(root, version, dice);
    name
}

/// Any element below the root: its parent, and its place among the parent's pieces.
fn any_child<'a>(root: &'a mut Node, dice: &mut Dice) -> Option<(&'a mut Node, usize)> {
    let mut ways = root.ways();
    ways.retain(|way| !way.is_empty());
    if ways.is_empty() {
        return None;
    }
    let way = ways.swap_remove(dice.below(ways.len()));
    let (place, parent) = way.split_last()?;
    Some((root.at(parent), *place))
}

/// Any element that `wanted` takes.
fn any_where<'a>(
    root: &'a mut Node,
    dice: &mut Dice,
    wanted: fn(&Node) -> bool,
) -> Option<&'a mut Node> {
    let mut ways = root.ways();
    ways.retain(|way| wanted(root.at(way)));
    if ways.is_empty() {
        return None;
    }
    let way = ways.swap_remove(dice.below(ways.len()));
    Some(root.at(&way))
}

fn is_class(node: &Node) -> bool {
    node.kind.is_none()
}

fn is_value(node: &Node) -> bool {
    node.kind.is_some()
}

fn any_place(node: &Node, dice: &mut Dice) -> usize {
    dice.below(node.pieces.len() + 1)
}

fn drop_element(root: &mut Node, _: MemoVersion, dice: &mut Dice) {
    if let Some((parent, place)) = any_child(root, dice) {
        parent.pieces.remove(place);
    }
}

fn double(root: &mut Node, _: MemoVersion, dice: &mut Dice) {
    if let Some((parent, place)) = any_child(root, dice) {
        let again = parent.pieces[place].clone();
        parent.pieces.insert(place, again);
    }
}

fn swap(root: &mut Node, _: MemoVersion, dice: &mut Dice) {
    if let Some((parent, place)) = any_child(root, dice) {
        let other = dice.below(parent.pieces.len());
        parent.pieces.swap(place, other);
    }
}

fn move_element(root: &mut Node, _: MemoVersion, dice: &mut Dice) {
    if let Some((parent, place)) = any_child(root, dice) {
        let moved = parent.pieces.remove(place);
        if let Some(to) = any_where(root, dice, is_class) {
            let place = any_place(to, dice);
            to.pieces.insert(place, moved);
        }
    }
}

fn rename(root: &mut Node, _: MemoVersion, dice: &mut Dice) {
    let to = dice.pick(&names());
    let way = dice.below(6);
    if let Some(node) = any_where(root, dice, |_| true) {
        node.name = match way {
            0 => node.name.to_lowercase(),
            1 => node.name.to_uppercase(),
            2 => format!("{}x", node.name),
            3 => "ukendt".to_owned(),
            4 => format!("{}{}", &node.name[..1].to_uppercase(), &node.name[1..]),
            _ => to.0.to_owned(),
        };
    }
}

fn other_namespace(root: &mut Node, _: MemoVersion, dice: &mut Dice) {
    let home = match dice.below(4) {
        0 => Home::None,
        1 => Home::Foreign,
        _ => Home::Known(dice.pick(&Namespace::ALL)),
    };
    if let Some(node) = any_where(root, dice, |_| true) {
        node.home = home;
    }
}

fn insert(root: &mut Node, version: MemoVersion, dice: &mut Dice) {
    let node = some_of(dice.pick(&classes()), version, dice);
    if let Some(to) = any_where(root, dice, is_class) {
        let place = any_place(to, dice);
        to.pieces.insert(place, Piece::Element(node));
    }
}

fn other_version(root: &mut Node, _: MemoVersion, dice: &mut Dice) {
    let value = |name: &str, kind, dice: &mut Dice| {
        Piece::Element(Node {
            home: Home::Known(Namespace::Memo),
            name: name.to_owned(),
            attributes: Vec::new(),
            pieces: vec![Piece::Text(valid(kind, dice))],
            kind: Some(kind),
        })
    };
    match dice.below(4) {
        0 => {
            let class = classes().into_iter().find(|class| class.name == "Representative");
            let node = some_of(class.expect("a class of 1.2"), MemoVersion::V1_2, dice);
            if let Some(sender) = any_where(root, dice, |node| node.name == "Sender") {
                sender.pieces.push(Piece::Element(node));
            }
        }
        1 => {
            let original = value("originalRepresentative", "Text256", dice);
            if let Some(forward) = any_where(root, dice, |node| node.name == "ForwardData") {
                let after = forward
                    .children()
                    .take_while(|child| child.name != "contactPointID" && child.name != "comment")
                    .count();
                forward.pieces.insert(after.min(forward.pieces.len()), original);
            }
        }
        2 => {
            if let Some(header) = any_where(root, dice, |node| node.name == "MessageHeader") {
                header.pieces.retain(|piece| {
                    !matches!(piece, Piece::Element(node) if node.name == "mandatory" || node.name == "legalNotification")
                });
            }
        }
        _ => {
            // What 1.0 called the ids of documents.
            if let Some(id) = any_where(root, dice, |node| node.name.ends_with("DocumentID")) {
                id.name = "documentID".to_owned();
            }
        }
    }
}

fn too_many(root: &mut Node, version: MemoVersion, dice: &mut Dice) {
    let (name, inside, most) = dice.pick(&[
        ("AdditionalContentData", "ContentData", 10),
        ("ContactInfo", "ContactPoint", 2),
        ("AdditionalReplyData", "ReplyData", 4),
        ("ReplyData", "MessageHeader", 5),
        ("File", "MainDocument", 5),
        ("AdditionalDocument", "MessageBody", 5),
        ("CaseID", "ContentData", 1),
    ]);
    let Some(class) = classes().into_iter().find(|class| class.name == name) else { return };
    let count = most + dice.below(3) - 1;
    let nodes: Vec<Piece> =
        (0..count).map(|_| Piece::Element(some_of(class, version, dice))).collect();
    let mut ways = root.ways();
    ways.retain(|way| root.at(way).name == inside);
    if ways.is_empty() {
        return;
    }
    let parent = root.at(&ways[dice.below(ways.len())]);
    let of_name = |piece: &Piece| matches!(piece, Piece::Element(node) if node.name == name);
    let place = parent.pieces.iter().position(of_name).unwrap_or(parent.pieces.len());
    parent.pieces.retain(|piece| !of_name(piece));
    let place = place.min(parent.pieces.len());
    parent.pieces.splice(place..place, nodes);
}

fn both_alternatives(root: &mut Node, version: MemoVersion, dice: &mut Dice) {
    let name = dice.pick(&["Reservation", "EntryPoint"]);
    let Some(class) = classes().into_iter().find(|class| class.name == name) else { return };
    let node = some_of(class, version, dice);
    if let Some(action) = any_where(root, dice, |node| node.name == "Action") {
        action.pieces.push(Piece::Element(node));
    }
}

fn add_attribute(root: &mut Node, _: MemoVersion, dice: &mut Dice) {
    let (name, value) = dice.pick(&[
        ("noget", "a"),
        ("xml:lang", "da"),
        ("xml:space", "preserve"),
        ("xmlns:ekstra", "https://ekstra.example/"),
        ("memo:memoVersion", "1.1"),
        ("memo:noget", ""),
        ("fremmed:noget", ""),
        ("xsi:nil", "false"),
        ("xsi:nil", "true"),
        ("xsi:nil", "nej"),
        ("xsi:schemaLocation", "https://fremmed.example/ a.xsd"),
        ("xsi:noNamespaceSchemaLocation", "a.xsd"),
        ("xsi:noget", "a"),
        ("memoVersion", "1.1"),
        ("id", "a"),
    ]);
    if let Some(node) = any_where(root, dice, |_| true)
        && node.attributes.iter().all(|(other, _)| other != name)
    {
        node.attributes.push((name.to_owned(), value.to_owned()));
    }
}

fn add_type(root: &mut Node, _: MemoVersion, dice: &mut Dice) {
    let value = dice.pick(&[
        "dt:memoTextType",
        "dt:memoCommentType",
        "dt:memoUuidType",
        "dt:memoDateTimeType",
        "dt:memoNotificationType",
        "dt:memoUriType",
        "dt:memoLanguageType",
        "dt:memoMessageType",
        "dt:memoPNumberType",
        "dt:memoGLNType",
        "dt:memoLicenseNumberType",
        " dt:memoTextType ",
        "dt:ukendt",
        "ukendt:memoTextType",
        "memoTextType",
        "xs:string",
        "xs:date",
        "xs:dateTime",
        "xs:boolean",
        "xs:base64Binary",
        "xs:anyType",
        "xs:token",
        "memo:Message",
        "",
    ]);
    if let Some(node) = any_where(root, dice, |_| true)
        && node.attributes.is_empty()
    {
        node.attributes.push(("xsi:type".to_owned(), value.to_owned()));
    }
}

fn root_attributes(root: &mut Node, _: MemoVersion, dice: &mut Dice) {
    let schema_version = root.attributes.iter().position(|(name, _)| name == "memoSchVersion");
    match (dice.below(4), schema_version) {
        (0, _) => root.attributes.retain(|(name, _)| name != "memoVersion"),
        (1, Some(place)) => drop(root.attributes.remove(place)),
        (1, None) => root.attributes.push(("memoSchVersion".to_owned(), "1.1.0".to_owned())),
        (2, Some(place)) => root.attributes[place].1 = edge("Text256", dice),
        _ => {
            let version = dice.pick(VERSIONS).to_owned();
            for (name, value) in &mut root.attributes {
                if name == "memoVersion" {
                    value.clone_from(&version);
                }
            }
        }
    }
}

fn other_value(root: &mut Node, _: MemoVersion, dice: &mut Dice) {
    if let Some(node) = any_value(root, dice) {
        let text = edge(node.kind.unwrap_or_default(), dice);
        node.set_text(text);
    }
}

/// Most values are texts; so that every type gets its turn, a type is chosen first.
fn any_value<'a>(root: &'a mut Node, dice: &mut Dice) -> Option<&'a mut Node> {
    let mut ways = root.ways();
    ways.retain(|way| is_value(root.at(way)));
    let mut kinds: Vec<_> = ways.iter().map(|way| root.at(way).kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.is_empty() {
        return None;
    }
    let kind = dice.pick(&kinds);
    ways.retain(|way| root.at(way).kind == kind);
    let way = ways.swap_remove(dice.below(ways.len()));
    Some(root.at(&way))
}

/// The value cut into texts, CDATA sections, references, with comments between.
fn dressed_value(root: &mut Node, _: MemoVersion, dice: &mut Dice) {
    let Some(node) = any_value(root, dice) else { return };
    let text =
        if dice.chance(50) { node.text() } else { edge(node.kind.unwrap_or_default(), dice) };
    let mut pieces = Vec::new();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let take = 1 + dice.below(8);
        let end = rest.char_indices().nth(take).map_or(rest.len(), |(at, _)| at);
        match dice.below(5) {
            0 => {
                pieces.push(Piece::Reference(first));
                rest = &rest[first.len_utf8()..];
                continue;
            }
            // A CDATA section cannot hold a carriage return of its own: it would be a line end.
            1 => pieces.push(Piece::CData(rest[..end].to_owned())),
            2 => pieces.extend([Piece::Comment, Piece::Text(rest[..end].to_owned())]),
            3 => pieces.extend([Piece::Instruction, Piece::Text(rest[..end].to_owned())]),
            _ => pieces.push(Piece::Text(rest[..end].to_owned())),
        }
        rest = &rest[end..];
    }
    if pieces.is_empty() {
        pieces.push(dice.pick_piece());
    }
    node.pieces = pieces;
}

impl Dice {
    /// A piece that is nothing.
    fn pick_piece(&mut self) -> Piece {
        match self.below(3) {
            0 => Piece::Comment,
            1 => Piece::Instruction,
            _ => Piece::CData(String::new()),
        }
    }
}

fn stray_text(root: &mut Node, _: MemoVersion, dice: &mut Dice) {
    let piece = match dice.below(9) {
        0 => Piece::Text("a".to_owned()),
        1 => Piece::Text(" \t\r\n ".to_owned()),
        2 => Piece::Reference(' '),
        3 => Piece::Reference('\r'),
        4 => Piece::Text("\u{A0}".to_owned()),
        5 => Piece::CData(" \n".to_owned()),
        6 => Piece::CData(String::new()),
        7 => Piece::CData("a".to_owned()),
        _ => Piece::Reference('\u{FEFF}'),
    };
    if let Some(node) = any_where(root, dice, is_class) {
        let place = any_place(node, dice);
        node.pieces.insert(place, piece);
    }
}

fn comment(root: &mut Node, _: MemoVersion, dice: &mut Dice) {
    let piece = if dice.chance(50) { Piece::Comment } else { Piece::Instruction };
    if let Some(node) = any_where(root, dice, |_| true) {
        let place = any_place(node, dice);
        node.pieces.insert(place, piece);
    }
}

fn element_in_value(root: &mut Node, version: MemoVersion, dice: &mut Dice) {
    let node = some_of(dice.pick(&classes()), version, dice);
    if let Some(value) = any_where(root, dice, is_value) {
        let place = any_place(value, dice);
        value.pieces.insert(place, Piece::Element(node));
    }
}

fn empty(root: &mut Node, _: MemoVersion, dice: &mut Dice) {
    if let Some(node) = any_where(root, dice, |_| true) {
        node.pieces.clear();
    }
}

fn not_well_formed(root: &mut Node, _: MemoVersion, dice: &mut Dice) {
    let raw = dice.pick(&[
        "&",
        "&aelig;",
        "&#0;",
        "&#xFFFF;",
        "<",
        "</memo:Message>",
        "<ukendt:a/>",
        "<a b='1' b='2'/>",
        "<a b=1/>",
        "<!-- -- -->",
        "]]>",
        "<![CDATA[",
        "<?xml version='1.0'?>",
        "\u{1}",
        "<a xmlns:b=''/>",
        "<memo:a></memo:b>",
    ]);
    if let Some(node) = any_where(root, dice, |_| true) {
        let place = any_place(node, dice);
        node.pieces.insert(place, Piece::Raw(raw));
    }
}
