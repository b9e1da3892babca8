//! Laying out: from blocks to strokes and words on pages.

use brevdue_programme::Language;

use super::fonts::Face;
use super::{Block, Item, Light, Paper, Table};

/// Points from the paper's edge.
pub(crate) const MARGIN: f32 = 36.0;
/// Points kept for the foot of each page.
const FOOT: f32 = 26.0;
/// Pages of a report at most; the rest is cut and said to be.
const PAGES: usize = 400;

pub(crate) type Colour = (u8, u8, u8);
pub(crate) const BLACK: Colour = (0x1A, 0x1A, 0x1A);
pub(crate) const GREY: Colour = (0x4A, 0x4A, 0x4A);
pub(crate) const RULE: Colour = (0x9A, 0x9A, 0x9A);
pub(crate) const SHADE: Colour = (0xEC, 0xF0, 0xF4);

/// A node of the tree that screen readers read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Heading(u8),
    Paragraph,
    Table,
    Row,
    HeadCell,
    RowHead,
    Cell,
}

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) role: Role,
    pub(crate) parent: Option<usize>,
    /// For headings.
    pub(crate) title: String,
}

/// What is drawn.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    /// Words; the place is the start of their base line.
    Words {
        x: f32,
        y: f32,
        size: f32,
        face: Face,
        colour: Colour,
        words: String,
        node: Option<usize>,
    },
    /// A filled rectangle.
    Fill { x: f32, y: f32, width: f32, height: f32, colour: Colour },
    /// A line or outline.
    Stroke { points: Vec<(f32, f32)>, colour: Colour, width: f32, dashed: bool },
    /// A filled shape.
    Shape { points: Vec<(f32, f32)>, colour: Colour },
}

/// A report laid out.
pub(crate) struct Flow {
    pub(crate) pages: Vec<Vec<Op>>,
    pub(crate) nodes: Vec<Node>,
    /// Headings for the outline: page, height, words.
    pub(crate) outline: Vec<(usize, f32, String)>,
    width: f32,
    height: f32,
    /// The column that is being filled.
    left: f32,
    right: f32,
    y: f32,
    page: usize,
    size: f32,
    language: Language,
}

impl Flow {
    pub(crate) fn of(paper: &Paper<'_>, blocks: &[Block]) -> Self {
        let (width, height) = paper.sheet.points();
        let mut flow = Self {
            pages: vec![Vec::new()],
            nodes: Vec::new(),
            outline: Vec::new(),
            width,
            height,
            left: MARGIN,
            right: width - MARGIN,
            y: MARGIN,
            page: 0,
            size: paper.size,
            language: paper.head.language,
        };
        flow.head(paper);
        flow.blocks(blocks);
        flow.foot(paper);
        flow
    }

    pub(super) fn push(&mut self, op: Op) {
        if let Some(page) = self.pages.get_mut(self.page) {
            page.push(op);
        }
    }

    pub(super) fn node(&mut self, role: Role, parent: Option<usize>, title: &str) -> usize {
        self.nodes.push(Node { role, parent, title: title.to_owned() });
        self.nodes.len() - 1
    }

    /// Where the page ends for what is drawn.
    pub(super) fn bottom(&self) -> f32 {
        self.height - MARGIN - FOOT
    }

    pub(super) fn place(&self) -> (f32, f32, f32, f32) {
        (self.left, self.right, self.y, self.size)
    }

    pub(super) fn down(&mut self, points: f32) {
        self.y += points;
    }

    pub(super) fn words_in(&self) -> Language {
        self.language
    }

    /// Goes on to the next page when there is less room than that.
    pub(super) fn need(&mut self, points: f32) -> bool {
        if self.y + points <= self.bottom() || self.y <= MARGIN + 1.0 {
            return false;
        }
        self.next_page();
        true
    }

    fn next_page(&mut self) {
        self.page += 1;
        self.y = MARGIN;
        if self.page < PAGES && self.pages.len() <= self.page {
            self.pages.push(Vec::new());
        }
    }

    fn head(&mut self, paper: &Paper<'_>) {
        let head = paper.head;
        let title = self.node(Role::Heading(1), None, &paper.title);
        self.outline.push((0, self.y, paper.title.clone()));
        self.words(&paper.title, Face::Strong, self.size * 1.9, BLACK, title);
        let da = head.language == Language::Da;
        let said = self.node(Role::Paragraph, None, "");
        let as_of = {
            let day =
                brevdue_programme::Day::of(head.as_of).map(|of| super::day(of, head.language));
            let local = brevdue_memo::copenhagen::local(head.as_of);
            format!("{} {:02}:{:02}", day.unwrap_or_default(), local.hour, local.minute)
        };
        let filter = match (head.filter.as_str(), da) {
            ("", true) => "alt er med",
            ("", false) => "everything",
            (filter, _) => filter,
        };
        let line = if da {
            format!(
                "{} · {} · Opgjort {as_of} · Filter: {filter} · Katalog {} · {} tal er målt, {} er oplyst",
                head.authority, head.programme, head.catalogue_version, head.measured, head.stated
            )
        } else {
            format!(
                "{} · {} · As of {as_of} · Filter: {filter} · Catalogue {} · {} figures are measured, {} are stated",
                head.authority, head.programme, head.catalogue_version, head.measured, head.stated
            )
        };
        self.words(&line, Face::Regular, self.size * 0.9, GREY, said);
        if !head.waivers.is_empty() {
            let node = self.node(Role::Paragraph, None, "");
            let word = if da { "Fravalgte krav" } else { "Requirements set aside" };
            let line = format!("{word}: {}", head.waivers.join(" · "));
            self.words(&line, Face::Regular, self.size * 0.9, BLACK, node);
        }
        self.y += 3.0;
        self.rule(self.left, self.right, RULE);
        self.y += self.size * 0.4;
    }

    fn foot(&mut self, paper: &Paper<'_>) {
        let pages = self.pages.len();
        for (index, page) in self.pages.iter_mut().enumerate() {
            let size = 7.5;
            let left = Face::Regular.shown(&format!("{} · {}", paper.head.authority, paper.title));
            let right = format!("{} / {pages}", index + 1);
            let y = self.height - MARGIN + 4.0;
            let x = self.width - MARGIN - Face::Regular.width(&right, size);
            for (x, words) in [(MARGIN, left), (x, right)] {
                let (face, colour, node) = (Face::Regular, GREY, None);
                page.push(Op::Words { x, y, size, face, colour, words, node });
            }
        }
    }

    pub(super) fn rule(&mut self, from: f32, to: f32, colour: Colour) {
        let points = vec![(from, self.y), (to, self.y)];
        self.push(Op::Stroke { points, colour, width: 0.6, dashed: false });
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            if self.page >= PAGES {
                return;
            }
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(level, words) => {
                let size = if *level <= 2 { self.size * 1.25 } else { self.size * 1.05 };
                self.y += size * 0.55;
                // A heading does not stand alone at the foot of a page.
                self.need(size * 5.0);
                let node = self.node(Role::Heading(*level), None, words);
                self.outline.push((self.page, self.y, words.clone()));
                self.words(words, Face::Strong, size, BLACK, node);
                self.y += size * 0.15;
            }
            Block::Text(words) => {
                let node = self.node(Role::Paragraph, None, "");
                self.words(words, Face::Regular, self.size, BLACK, node);
                self.y += self.size * 0.3;
            }
            Block::Lights(lights) => {
                for (light, words) in lights {
                    self.need(self.size * 2.0);
                    let size = self.size * 1.15;
                    let text = format!("{} – {words}", light.word(self.language));
                    self.light(*light, self.left, self.y + size * 0.15, size);
                    let node = self.node(Role::Paragraph, None, "");
                    let left = self.left;
                    self.left += size * 1.5;
                    self.words(&text, Face::Strong, size, BLACK, node);
                    self.left = left;
                    self.y += self.size * 0.2;
                }
            }
            Block::Table(table) => self.table(table),
            Block::Bars(bars) => self.bars(bars),
            Block::Signatures(lines) => self.signatures(lines),
            Block::Gantt(gantt) => self.gantt(gantt),
            Block::Beside(columns) => {
                let (left, right, top, page) = (self.left, self.right, self.y, self.page);
                let gap = 16.0;
                let count = columns.len().max(1) as f32;
                let width = (right - left - gap * (count - 1.0)) / count;
                let mut lowest = (page, top);
                for (index, blocks) in columns.iter().enumerate() {
                    self.page = page;
                    self.y = top;
                    self.left = left + (width + gap) * index as f32;
                    self.right = self.left + width;
                    self.blocks(blocks);
                    if (self.page, self.y) > lowest {
                        lowest = (self.page, self.y);
                    }
                }
                (self.page, self.y) = lowest;
                (self.left, self.right) = (left, right);
            }
        }
    }

    /// Words broken into lines in the column.
    pub(super) fn words(
        &mut self,
        words: &str,
        face: Face,
        size: f32,
        colour: Colour,
        node: usize,
    ) {
        for line in broken(words, face, size, self.right - self.left) {
            self.need(size * 1.35);
            let (x, y) = (self.left, self.y + size);
            self.push(Op::Words { x, y, size, face, colour, words: line, node: Some(node) });
            self.y += size * 1.32;
        }
    }

    /// A circle, triangle, square or empty circle: told apart without colour.
    pub(super) fn light(&mut self, light: Light, x: f32, y: f32, size: f32) {
        let radius = size * 0.45;
        let (cx, cy) = (x + radius, y + radius);
        let circle: Vec<(f32, f32)> = (0..24)
            .map(|step| {
                let angle = step as f32 * std::f32::consts::TAU / 24.0;
                (cx + radius * angle.cos(), cy + radius * angle.sin())
            })
            .collect();
        let (points, colour) = match light {
            Light::Green => (circle, (0x1E, 0x7B, 0x3A)),
            Light::Yellow => (
                vec![(cx, y), (x + 2.0 * radius, y + 2.0 * radius), (x, y + 2.0 * radius)],
                (0xF2, 0xB8, 0x00),
            ),
            Light::Red => (
                vec![
                    (x, y),
                    (x + 2.0 * radius, y),
                    (x + 2.0 * radius, y + 2.0 * radius),
                    (x, y + 2.0 * radius),
                ],
                (0xB5, 0x12, 0x2B),
            ),
            Light::Unknown => {
                let mut points = circle;
                points.extend(points.first().copied());
                self.push(Op::Stroke { points, colour: GREY, width: 0.9, dashed: true });
                return;
            }
        };
        self.push(Op::Shape { points: points.clone(), colour });
        let mut outline = points;
        outline.extend(outline.first().copied());
        self.push(Op::Stroke { points: outline, colour: BLACK, width: 0.5, dashed: false });
    }

    pub(super) fn table(&mut self, table: &Table) {
        let node = self.node(Role::Table, None, "");
        let total: f32 = table.columns.iter().map(|(_, width)| width).sum();
        let usable = self.right - self.left;
        let widths: Vec<f32> =
            table.columns.iter().map(|(_, width)| width / total.max(0.01) * usable).collect();
        let size = self.size * 0.92;
        let headings: Vec<Item> =
            table.columns.iter().map(|(heading, _)| Item::Words(heading.clone())).collect();
        self.row(&headings, &widths, size, Some(node), true, false);
        for row in &table.rows {
            if self.page >= PAGES {
                return;
            }
            let height = height_of(row, &widths, size, table.tight);
            if self.need(height) {
                // The heading stands again on the new page, for eyes only.
                self.row(&headings, &widths, size, None, true, false);
            }
            self.row(row, &widths, size, Some(node), false, table.tight);
        }
        self.y += self.size * 0.5;
    }

    fn row(
        &mut self,
        items: &[Item],
        widths: &[f32],
        size: f32,
        table: Option<usize>,
        head: bool,
        tight: bool,
    ) {
        let height = height_of(items, widths, size, tight);
        if head {
            self.need(height * 2.5);
            let (x, y, width) = (self.left, self.y, self.right - self.left);
            self.push(Op::Fill { x, y, width, height, colour: SHADE });
        }
        let row = table.map(|table| self.node(Role::Row, Some(table), ""));
        let mut x = self.left;
        for (column, width) in widths.iter().enumerate() {
            let role = match (head, column) {
                (true, _) => Role::HeadCell,
                (false, 0) => Role::RowHead,
                _ => Role::Cell,
            };
            let cell = row.map(|row| self.node(role, Some(row), ""));
            let face = if head || column == 0 { Face::Strong } else { Face::Regular };
            let (light, words) = match items.get(column) {
                Some(Item::Words(words)) => (None, words.as_str()),
                Some(Item::Light(light, words)) => (Some(*light), words.as_str()),
                None => (None, ""),
            };
            let mut inner = x + 3.0;
            if let Some(light) = light {
                self.light(light, inner, self.y + 2.2 + size * 0.12, size);
                inner += size * 1.3;
            }
            let room = width - 6.0 - (inner - x - 3.0);
            let lines = lines_of(words, face, size, room, tight);
            for (index, line) in lines.into_iter().enumerate() {
                let y = self.y + 2.0 + size + index as f32 * size * 1.25;
                self.push(Op::Words {
                    x: inner,
                    y,
                    size,
                    face,
                    colour: BLACK,
                    words: line,
                    node: cell,
                });
            }
            x += width;
        }
        self.y += height;
        self.rule(self.left, self.right, RULE);
    }

    fn bars(&mut self, bars: &[(String, f64, String)]) {
        let size = self.size * 0.95;
        let usable = self.right - self.left;
        for (label, share, words) in bars {
            self.need(size * 2.6);
            let node = self.node(Role::Paragraph, None, "");
            let line = cut(&format!("{label}: {words}"), Face::Regular, size, usable);
            let (x, y) = (self.left, self.y + size);
            self.push(Op::Words {
                x,
                y,
                size,
                face: Face::Regular,
                colour: BLACK,
                words: line,
                node: Some(node),
            });
            self.y += size * 1.3;
            let (y, height) = (self.y, size * 0.7);
            let share = if share.is_finite() { share.clamp(0.0, 1.0) as f32 } else { 0.0 };
            self.push(Op::Fill { x, y, width: usable * share, height, colour: (0x0B, 0x5C, 0xAD) });
            let (right, low) = (x + usable, y + height);
            let points = vec![(x, y), (right, y), (right, low), (x, low), (x, y)];
            self.push(Op::Stroke { points, colour: BLACK, width: 0.5, dashed: false });
            self.y += size * 1.2;
        }
    }

    fn signatures(&mut self, lines: &[String]) {
        for line in lines {
            self.need(self.size * 4.5);
            self.y += self.size * 2.6;
            let to = self.left + (self.right - self.left) * 0.55;
            self.rule(self.left, to, BLACK);
            self.y += 2.0;
            let node = self.node(Role::Paragraph, None, "");
            self.words(line, Face::Regular, self.size * 0.9, BLACK, node);
        }
    }
}

fn lines_of(words: &str, face: Face, size: f32, room: f32, tight: bool) -> Vec<String> {
    if tight { vec![cut(words, face, size, room)] } else { broken(words, face, size, room) }
}

fn height_of(items: &[Item], widths: &[f32], size: f32, tight: bool) -> f32 {
    let lines = items.iter().zip(widths).map(|(item, width)| {
        let (words, room) = match item {
            Item::Words(words) => (words, width - 6.0),
            Item::Light(_, words) => (words, width - 6.0 - size * 1.3),
        };
        // As wide as the widest face, so that no line is longer than was reckoned.
        lines_of(words, Face::Strong, size, room, tight).len()
    });
    lines.max().unwrap_or(1).max(1) as f32 * size * 1.25 + 4.5
}

/// Words cut to a width, with dots where something is missing.
pub(super) fn cut(words: &str, face: Face, size: f32, room: f32) -> String {
    let words = face.shown(words);
    if face.width(&words, size) <= room {
        return words;
    }
    let mut kept = String::new();
    let mut width = face.width("…", size);
    for c in words.chars() {
        width += face.width(c.encode_utf8(&mut [0; 4]), size);
        if width > room {
            break;
        }
        kept.push(c);
    }
    format!("{}…", kept.trim_end())
}

/// Words in lines no wider than that; a word too wide for a line is broken.
fn broken(words: &str, face: Face, size: f32, room: f32) -> Vec<String> {
    let mut lines = Vec::new();
    for part in words.split('\n') {
        let mut line = String::new();
        let mut width = 0.0;
        for word in face.shown(part).split_whitespace() {
            let own = face.width(word, size);
            let space = if line.is_empty() { 0.0 } else { face.width(" ", size) };
            if width + space + own <= room {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
                width += space + own;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            width = 0.0;
            for c in word.chars() {
                let own = face.width(c.encode_utf8(&mut [0; 4]), size);
                if width + own > room && !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                    width = 0.0;
                }
                line.push(c);
                width += own;
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
    }
    lines
}
