//! Where `xmllint`'s verdict and ours are known to differ, each with what takes its cause away.
//!
//! A difference is explained by an entry only when the document without that cause is judged alike by
//! both. `docs/deviations.md` lists them for readers.

use brevdue_memo::MemoVersion;

use super::tree::{Node, Piece};

/// A known difference.
pub(crate) struct Difference {
    pub(crate) name: &'static str,
    /// Takes the cause out of the document; true when there was one.
    pub(crate) mend: fn(&mut Node, MemoVersion) -> bool,
}

/// All of them.
pub(crate) const DIFFERENCES: &[Difference] = &[
    Difference { name: "base64-alphabet", mend: base64_alphabet },
    Difference { name: "year-zero", mend: year_zero },
    Difference { name: "notification-150", mend: notification },
    Difference { name: "cdata-between-elements", mend: cdata_between_elements },
    Difference { name: "empty-cdata-in-a-switch", mend: empty_cdata },
    Difference { name: "white-space-around-numbers", mend: number_space },
    Difference { name: "white-space-around-dates", mend: date_space },
    Difference { name: "uri", mend: uri },
    Difference { name: "white-space-around-xsi-type", mend: type_space },
    Difference { name: "more-than-24-digits", mend: many_digits },
];

/// Changes the text of every element that `wanted` takes.
fn each_text(
    root: &mut Node,
    wanted: impl Fn(&Node) -> bool,
    mend: impl Fn(&str) -> String,
) -> bool {
    let mut mended = false;
    root.visit(&mut |node| {
        if wanted(node) && node.children().next().is_none() {
            let text = node.text();
            let better = mend(&text);
            if better != text {
                node.set_text(better);
                mended = true;
            }
        }
    });
    mended
}

fn named(name: &'static str) -> impl Fn(&Node) -> bool {
    move |node| node.name == name
}

/// libxml2 passes over characters that are not in the alphabet of Base64 (memo.md 4.6).
fn base64_alphabet(root: &mut Node, _: MemoVersion) -> bool {
    each_text(root, named("content"), |text| {
        text.chars().filter(|it| it.is_ascii_alphanumeric() || "+/= \t\r\n".contains(*it)).collect()
    })
}

/// XML Schema 1.0 has no year 0; libxml2 takes it.
fn year_zero(root: &mut Node, _: MemoVersion) -> bool {
    each_text(
        root,
        |node| node.kind.is_some(),
        |text| {
            let start = text.trim_start_matches([' ', '\t', '\r', '\n']);
            let year = start.strip_prefix('-').unwrap_or(start);
            match year.strip_prefix("0000-") {
                Some(rest) => format!("2000-{rest}"),
                None => text.to_owned(),
            }
        },
    )
}

/// The published schema 1.1 limits a notice to 150 characters, the library's copy to 160 (memo.md 4.8).
fn notification(root: &mut Node, version: MemoVersion) -> bool {
    version == MemoVersion::V1_1
        && each_text(root, named("notification"), |text| {
            let read = text.replace("\r\n", "\n");
            let length = read.chars().count();
            if (151..=160).contains(&length) {
                read.chars().take(150).collect()
            } else {
                text.to_owned()
            }
        })
}

/// Whether a text is white space alone, of XML's kind.
fn is_blank(text: &str) -> bool {
    trim(text).is_empty()
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}

/// A CDATA section of white space is white space to XML Schema, and character data to libxml2.
fn cdata_between_elements(root: &mut Node, _: MemoVersion) -> bool {
    drop_pieces(
        root,
        |node| node.kind.is_none(),
        |piece| matches!(piece, Piece::CData(text) if is_blank(text)),
    )
}

/// An element whose CDATA section holds nothing has no content, so that the schema's default fills it
/// in; libxml2 sees something there.
fn empty_cdata(root: &mut Node, _: MemoVersion) -> bool {
    drop_pieces(
        root,
        |node| node.kind == Some("Boolean") && node.text().is_empty(),
        |piece| matches!(piece, Piece::CData(_)),
    )
}

/// Takes pieces out of the elements that `wanted` takes.
fn drop_pieces(root: &mut Node, wanted: fn(&Node) -> bool, dropped: fn(&Piece) -> bool) -> bool {
    let mut mended = false;
    root.visit(&mut |node| {
        if wanted(node) {
            let before = node.pieces.len();
            node.pieces.retain(|piece| !dropped(piece));
            mended |= node.pieces.len() < before;
        }
    });
    mended
}

/// White space around a whole number falls away by XML Schema; libxml2 stumbles over it (memo.md 4.10).
fn number_space(root: &mut Node, _: MemoVersion) -> bool {
    let number =
        |node: &Node| matches!(node.name.as_str(), "productionUnitNumber" | "globalLocationNumber");
    each_text(root, number, |text| trim(text).to_owned())
}

/// So does white space around a date.
fn date_space(root: &mut Node, _: MemoVersion) -> bool {
    each_text(root, named("doNotDeliverUntilDate"), |text| trim(text).to_owned())
}

/// Nearly anything is a URI to XML Schema; libxml2 wants what RFC 3986 has (memo.md 4.7).
fn uri(root: &mut Node, _: MemoVersion) -> bool {
    each_text(root, named("url"), |text| {
        let plain = |it: char| it.is_alphanumeric() || " \t\r\n".contains(it);
        text.chars().map(|it| if plain(it) { it } else { 'x' }).collect()
    })
}

/// White space around the value of `xsi:type` falls away too.
fn type_space(root: &mut Node, _: MemoVersion) -> bool {
    let mut mended = false;
    root.visit(&mut |node| {
        for (name, value) in &mut node.attributes {
            if name == "xsi:type" && trim(value) != value {
                *value = trim(value).to_owned();
                mended = true;
            }
        }
    });
    mended
}

/// libxml2 reads decimal numbers of at most 24 digits, which XML Schema lets it.
fn many_digits(root: &mut Node, _: MemoVersion) -> bool {
    let mut mended = false;
    for (name, value) in &mut root.attributes {
        if name == "memoVersion" && value.bytes().filter(u8::is_ascii_digit).count() > 24 {
            value.truncate(20);
            mended = true;
        }
    }
    mended
}
