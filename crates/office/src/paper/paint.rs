//! Painting: strokes and words become a tagged PDF (PDF/UA-1).

use std::num::NonZeroU16;

use brevdue_programme::Language;
use krilla::color::rgb;
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TableHeaderScope, Tag, TagGroup,
    TagTree,
};
use krilla::text::{Font, TextDirection};
use krilla::{Document, SerializeSettings};

use super::flow::{Colour, Flow, Node, Op, Role};
use super::fonts::Face;
use super::{Paper, Unprintable};

pub(super) fn pdf(paper: &Paper<'_>, flow: Flow) -> Result<Vec<u8>, Unprintable> {
    let wrong = |what: &str| Unprintable(what.to_owned());
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|_| wrong("configuration"))?;
    let mut document =
        Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let regular = Face::Regular.font().ok_or_else(|| wrong("font"))?;
    let strong = Face::Strong.font().ok_or_else(|| wrong("font"))?;
    let (width, height) = paper.sheet.points();
    let language = if paper.head.language == Language::Da { "da-DK" } else { "en-GB" };
    let mut leaves: Vec<Vec<Identifier>> = Vec::new();
    leaves.resize_with(flow.nodes.len(), Vec::new);
    for ops in &flow.pages {
        let settings = PageSettings::from_wh(width, height).ok_or_else(|| wrong("paper"))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for op in ops {
            let leaf = paint(&mut surface, op, &regular, &strong, language);
            if let (Some(leaf), Op::Words { node: Some(node), .. }) = (leaf, op) {
                leaves[*node].push(leaf);
            }
        }
        surface.finish();
        page.finish();
    }
    let mut outline = Outline::new();
    for (page, y, words) in &flow.outline {
        let place = XyzDestination::new((*page).min(flow.pages.len() - 1), Point::from_xy(0.0, *y));
        outline.push_child(OutlineNode::new(Face::Strong.shown(words), place));
    }
    document.set_outline(outline);
    document.set_tag_tree(tree(&flow.nodes, leaves, language));
    let (year, month, day) = paper.head.as_of.year_month_day();
    let (hour, minute, second, _) = paper.head.as_of.hour_minute_second_millis();
    let made = DateTime::new(u16::try_from(year).unwrap_or(2000))
        .month(month)
        .day(day)
        .hour(hour)
        .minute(minute)
        .second(second)
        .utc_offset_hour(0);
    let metadata = Metadata::new()
        .title(format!("{} – {}", paper.title, paper.head.authority))
        .language(language.to_owned())
        .authors(vec![paper.head.authority.clone()])
        .creator("Brevdue".to_owned())
        .creation_date(made);
    document.set_metadata(metadata);
    document.finish().map_err(|error| Unprintable(format!("{error:?}")))
}

fn fill(colour: Colour) -> Fill {
    Fill { paint: rgb::Color::new(colour.0, colour.1, colour.2).into(), ..Fill::default() }
}

fn paint(
    surface: &mut Surface<'_>,
    op: &Op,
    regular: &Font,
    strong: &Font,
    language: &str,
) -> Option<Identifier> {
    let decoration = |kind| ContentTag::Artifact(Artifact::with_kind(kind));
    match op {
        Op::Words { words, .. } if words.trim().is_empty() => None,
        Op::Words { x, y, size, face, colour, words, node } => {
            let tag = match node {
                Some(_) => ContentTag::Span(SpanTag::empty().with_lang(Some(language))),
                None => decoration(ArtifactType::PaginationOther),
            };
            let leaf = surface.start_tagged(tag);
            surface.set_stroke(None);
            surface.set_fill(Some(fill(*colour)));
            let font = if *face == Face::Strong { strong } else { regular };
            // A space at the end of a line, so that words do not run together when they are read out.
            let words = format!("{words} ");
            let place = Point::from_xy(*x, *y);
            surface.draw_text(
                place,
                font.clone(),
                *size,
                &words,
                false,
                TextDirection::LeftToRight,
            );
            surface.end_tagged();
            node.map(|_| leaf)
        }
        Op::Fill { x, y, width, height, colour } => {
            if let Some(rect) = Rect::from_xywh(*x, *y, width.max(0.1), height.max(0.1)) {
                let mut path = PathBuilder::new();
                path.push_rect(rect);
                if let Some(path) = path.finish() {
                    surface.start_tagged(decoration(ArtifactType::Layout));
                    surface.set_stroke(None);
                    surface.set_fill(Some(fill(*colour)));
                    surface.draw_path(&path);
                    surface.end_tagged();
                }
            }
            None
        }
        Op::Stroke { points, colour, width, dashed } => {
            if let Some(path) = path_of(points, false) {
                surface.start_tagged(decoration(ArtifactType::Layout));
                surface.set_fill(None);
                surface.set_stroke(Some(Stroke {
                    paint: rgb::Color::new(colour.0, colour.1, colour.2).into(),
                    width: *width,
                    opacity: NormalizedF32::ONE,
                    dash: dashed.then(|| StrokeDash { array: vec![2.5, 2.0], offset: 0.0 }),
                    ..Stroke::default()
                }));
                surface.draw_path(&path);
                surface.end_tagged();
            }
            None
        }
        Op::Shape { points, colour } => {
            if let Some(path) = path_of(points, true) {
                surface.start_tagged(decoration(ArtifactType::Layout));
                surface.set_stroke(None);
                surface.set_fill(Some(fill(*colour)));
                surface.draw_path(&path);
                surface.end_tagged();
            }
            None
        }
    }
}

fn path_of(points: &[(f32, f32)], closed: bool) -> Option<krilla::geom::Path> {
    let mut path = PathBuilder::new();
    let (first, rest) = points.split_first()?;
    path.move_to(first.0, first.1);
    rest.iter().for_each(|(x, y)| path.line_to(*x, *y));
    if closed {
        path.close();
    }
    path.finish()
}

/// The tree that screen readers read, in the order in which the nodes were made.
fn tree(nodes: &[Node], mut leaves: Vec<Vec<Identifier>>, language: &str) -> TagTree {
    let mut children: Vec<Vec<usize>> = Vec::new();
    children.resize_with(nodes.len(), Vec::new);
    let mut roots = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        match node.parent {
            Some(parent) => children[parent].push(index),
            None => roots.push(index),
        }
    }
    let mut tree = TagTree::new().with_lang(Some(language.to_owned()));
    for root in roots {
        if let Some(group) = group(root, nodes, &children, &mut leaves) {
            tree.push(group);
        }
    }
    tree
}

/// The tree is three deep at most: a table, its rows, their cells.
fn group(
    index: usize,
    nodes: &[Node],
    children: &[Vec<usize>],
    leaves: &mut [Vec<Identifier>],
) -> Option<TagGroup> {
    let node = &nodes[index];
    let own = std::mem::take(&mut leaves[index]);
    let is_cell = matches!(node.role, Role::Cell | Role::HeadCell | Role::RowHead);
    if own.is_empty() && children[index].is_empty() && !is_cell {
        return None;
    }
    let mut group = match node.role {
        Role::Heading(level) => TagGroup::new(Tag::Hn(
            NonZeroU16::new(u16::from(level)).unwrap_or(NonZeroU16::MIN),
            Some(node.title.clone()),
        )),
        Role::Paragraph => TagGroup::new(Tag::P),
        Role::Table => TagGroup::new(Tag::Table),
        Role::Row => TagGroup::new(Tag::TR),
        Role::HeadCell => TagGroup::new(Tag::TH(TableHeaderScope::Column)),
        Role::RowHead => TagGroup::new(Tag::TH(TableHeaderScope::Row)),
        Role::Cell => TagGroup::new(Tag::TD),
    };
    own.into_iter().for_each(|leaf| group.push(leaf));
    if node.role == Role::Table {
        // The first row heads the columns; the others are the body.
        let mut rows = children[index].iter();
        let mut head = TagGroup::new(Tag::THead);
        if let Some(row) = rows.next().and_then(|row| self::group(*row, nodes, children, leaves)) {
            head.push(row);
        }
        group.push(head);
        let mut body = TagGroup::new(Tag::TBody);
        for row in rows {
            if let Some(row) = self::group(*row, nodes, children, leaves) {
                body.push(row);
            }
        }
        group.push(body);
    } else {
        for child in &children[index] {
            if let Some(child) = self::group(*child, nodes, children, leaves) {
                group.push(child);
            }
        }
    }
    Some(group)
}
