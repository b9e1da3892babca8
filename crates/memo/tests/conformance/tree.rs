//! A document as a tree that can be wrong in every way but XML's, and the dresses it is written in.

use brevdue_memo::schema::Namespace;

use super::dice::Dice;

/// The namespace of an element.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Home {
    Known(Namespace),
    /// One that no schema knows.
    Foreign,
    None,
}

const FOREIGN: &str = "https://fremmed.example/";
const DATA_TYPES: &str = "https://data.gov.dk/model/dataTypes/";
const XSD: &str = "http://www.w3.org/2001/XMLSchema";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

impl Home {
    fn prefix(self) -> &'static str {
        match self {
            Self::Known(namespace) => namespace.prefix(),
            Self::Foreign => "fremmed",
            Self::None => "",
        }
    }

    fn uri(self) -> &'static str {
        match self {
            Self::Known(namespace) => namespace.uri(),
            Self::Foreign => FOREIGN,
            Self::None => "",
        }
    }
}

/// An element.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) home: Home,
    pub(crate) name: String,
    /// Names as written; the prefixes of [`write`] may be used.
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) pieces: Vec<Piece>,
    /// The simple type it was made with, none for a class.
    pub(crate) kind: Option<&'static str>,
}

/// What stands inside an element.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Element(Node),
    Text(String),
    CData(String),
    Reference(char),
    Comment,
    Instruction,
    /// As it is, to break XML.
    Raw(&'static str),
}

impl Node {
    pub(crate) fn children(&self) -> impl Iterator<Item = &Node> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Element(node) => Some(node),
            _ => None,
        })
    }

    /// Its text, without that of elements inside.
    pub(crate) fn text(&self) -> String {
        self.pieces.iter().fold(String::new(), |mut text, piece| {
            match piece {
                Piece::Text(more) | Piece::CData(more) => text.push_str(more),
                Piece::Reference(character) => text.push(*character),
                _ => {}
            }
            text
        })
    }

    /// Puts another text in place of all it holds.
    pub(crate) fn set_text(&mut self, text: String) {
        self.pieces = vec![Piece::Text(text)];
    }

    /// Every element inside, this one first.
    pub(crate) fn visit(&mut self, change: &mut dyn FnMut(&mut Node)) {
        change(self);
        for piece in &mut self.pieces {
            if let Piece::Element(node) = piece {
                node.visit(change);
            }
        }
    }

    /// The ways to all elements: places among the pieces from the root down. The root's is empty.
    pub(crate) fn ways(&self) -> Vec<Vec<usize>> {
        let mut ways = vec![Vec::new()];
        for (place, piece) in self.pieces.iter().enumerate() {
            if let Piece::Element(node) = piece {
                ways.extend(node.ways().into_iter().map(|way| {
                    let mut whole = vec![place];
                    whole.extend(way);
                    whole
                }));
            }
        }
        ways
    }

    /// The element at the end of a way.
    pub(crate) fn at(&mut self, way: &[usize]) -> &mut Node {
        let Some((place, rest)) = way.split_first() else { return self };
        match &mut self.pieces[*place] {
            Piece::Element(node) => node.at(rest),
            _ => unreachable!("a way leads through elements"),
        }
    }
}

/// How namespaces are declared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Declared {
    /// All on the root, with the usual prefixes.
    Prefixes,
    /// The root in the default namespace, as the .NET library writes, the rest with prefixes.
    RootByDefault,
    /// MeMo's own is the default, the rest have prefixes.
    MemoByDefault,
    /// Each element of another namespace than its parent's declares a default of its own.
    WhereNeeded,
}

/// What does not change a document's meaning.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dress {
    declared: Declared,
    mark: bool,
    declaration: bool,
    indented: bool,
    quote: char,
    line_end: &'static str,
}

impl Dress {
    pub(crate) fn any(dice: &mut Dice) -> Self {
        use Declared::{MemoByDefault, Prefixes, RootByDefault, WhereNeeded};
        Self {
            declared: dice.pick(&[
                Prefixes,
                Prefixes,
                Prefixes,
                RootByDefault,
                MemoByDefault,
                WhereNeeded,
            ]),
            mark: dice.chance(10),
            declaration: !dice.chance(10),
            indented: dice.chance(50),
            quote: dice.pick(&['"', '"', '\'']),
            line_end: dice.pick(&["\n", "\n", "\r\n", "\r"]),
        }
    }
}

/// The document.
pub(crate) fn write(root: &Node, dress: Dress) -> String {
    let mut out = String::new();
    if dress.mark {
        out.push('\u{FEFF}');
    }
    if dress.declaration {
        out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    }
    element(root, dress, 0, None, &mut out);
    out
}

fn element(node: &Node, dress: Dress, depth: usize, outer: Option<Home>, out: &mut String) {
    let attribute = |out: &mut String, name: &str, value: &str| {
        out.push_str(&format!(" {name}={0}{1}{0}", dress.quote, escaped(value)));
    };
    let memo = Home::Known(Namespace::Memo);
    let (by_default, default) = match dress.declared {
        Declared::Prefixes => (false, Home::None),
        Declared::RootByDefault => (depth == 0, memo),
        Declared::MemoByDefault => (node.home == memo, memo),
        Declared::WhereNeeded => (true, node.home),
    };
    let plain = by_default || node.home == Home::None;
    let name =
        if plain { node.name.clone() } else { format!("{}:{}", node.home.prefix(), node.name) };
    out.push('<');
    out.push_str(&name);
    // What the default is inside, so that an element of no namespace can take it back.
    let mut inside = outer.unwrap_or(Home::None);
    let wanted = if node.home == Home::None { Home::None } else { default };
    let declares = depth == 0 || plain;
    if declares && wanted != inside {
        attribute(out, "xmlns", wanted.uri());
        inside = wanted;
    }
    if depth == 0 {
        for namespace in Namespace::ALL {
            attribute(out, &format!("xmlns:{}", namespace.prefix()), namespace.uri());
        }
        for (prefix, uri) in [("fremmed", FOREIGN), ("xsi", XSI), ("xs", XSD), ("dt", DATA_TYPES)] {
            attribute(out, &format!("xmlns:{prefix}"), uri);
        }
    }
    for (name, value) in &node.attributes {
        attribute(out, name, value);
    }
    if node.pieces.is_empty() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    let is_class = node.kind.is_none();
    for piece in &node.pieces {
        if is_class && dress.indented {
            out.push_str(dress.line_end);
            out.push_str(&"\t".repeat(depth + 1));
        }
        match piece {
            Piece::Element(child) => element(child, dress, depth + 1, Some(inside), out),
            Piece::Text(text) => out.push_str(&escaped(text)),
            Piece::CData(text) => out.push_str(&format!("<![CDATA[{text}]]>")),
            Piece::Reference(character) => out.push_str(&format!("&#{};", u32::from(*character))),
            Piece::Comment => out.push_str("<!-- en bemærkning -->"),
            Piece::Instruction => out.push_str("<?en instruks?>"),
            Piece::Raw(raw) => out.push_str(raw),
        }
    }
    if is_class && dress.indented {
        out.push_str(dress.line_end);
    }
    out.push_str(&format!("</{name}>"));
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&apos;")
}
