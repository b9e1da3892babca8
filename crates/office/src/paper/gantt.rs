//! A plan in time, drawn; the same stands as a table in the report, for those who do not see it.

use brevdue_programme::{Day, Language};

use super::flow::{BLACK, Colour, Flow, GREY, Op, RULE, Role, SHADE, cut};
use super::fonts::Face;
use super::{Gantt, GanttRow};

const WHITE: Colour = (0xFF, 0xFF, 0xFF);
/// Behind every other row.
const PALE: Colour = (0xF6, 0xF7, 0xF9);

/// Points between the names of two milestones on one line.
const APART: f32 = 8.0;

/// `#RRGGBB`; grey when it is something else.
fn colour(text: &str) -> Colour {
    let number = text.strip_prefix('#').filter(|hex| hex.len() == 6);
    match number.and_then(|hex| u32::from_str_radix(hex, 16).ok()) {
        Some(rgb) => ((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8),
        None => (0x80, 0x80, 0x80),
    }
}

/// A milestone and its name, on one of the lines above the bars.
struct Flag {
    x: f32,
    words_x: f32,
    line: usize,
    words: String,
}

/// Where the names of milestones stand, so that none covers another, on as few lines as that takes; and
/// how many lines those are.
fn flags(
    gantt: &Gantt,
    size: f32,
    right: f32,
    language: Language,
    x_of: &dyn Fn(Day) -> f32,
) -> (Vec<Flag>, usize) {
    let mut milestones: Vec<_> = gantt.milestones.iter().collect();
    milestones.sort_by_key(|(_, day, _)| *day);
    // What each line has taken so far.
    let mut taken: Vec<Vec<(f32, f32)>> = Vec::new();
    let mut flags = Vec::new();
    for (name, day, _) in milestones {
        let x = x_of(*day);
        let words = format!("{name} {}", super::day(*day, language));
        let words = cut(&words, Face::Strong, size * 0.9, 260.0);
        let wide = Face::Strong.width(&words, size * 0.9);
        let words_x = if x + wide + 6.0 > right { x - wide - 6.0 } else { x + 6.0 };
        let (from, to) = (words_x.min(x - 4.0), (words_x + wide).max(x + 4.0));
        let is_free =
            |line: &Vec<(f32, f32)>| line.iter().all(|(a, b)| to + APART < *a || *b + APART < from);
        let line = taken.iter().position(is_free).unwrap_or(taken.len());
        if line == taken.len() {
            taken.push(Vec::new());
        }
        taken[line].push((from, to));
        flags.push(Flag { x, words_x, line, words });
    }
    (flags, taken.len())
}

impl Flow {
    pub(super) fn gantt(&mut self, gantt: &Gantt) {
        let (left, right, _, size) = self.place();
        let size = size * 0.85;
        let names = ((right - left) * 0.24).min(260.0);
        let (from, to) = gantt.span;
        let days = to.days_since(from).max(1) as f32;
        let scale = (right - left - names - 10.0) / days;
        let x_of = |day: Day| left + names + (day.days_since(from) as f32).clamp(0.0, days) * scale;
        let height = size * 1.75;
        let mut rows = gantt.rows.iter();
        loop {
            let (flags, lines) = flags(gantt, size, right, self.words_in(), &x_of);
            let head = size * 2.0 + size * 1.35 * lines as f32 + 8.0;
            self.need(head + height * 3.0);
            let (_, _, top, _) = self.place();
            self.months(gantt, size, &x_of, top, left, right);
            self.down(size * 2.0);
            let (_, _, flags_top, _) = self.place();
            let bars_top = flags_top + size * 1.35 * lines as f32 + 4.0;
            let line_y = |line: usize| flags_top + size * 1.35 * line as f32;
            let drawn = ((self.bottom() - bars_top) / height).floor().max(0.0) as usize;
            let drawn = drawn.min(rows.len());
            let low = bars_top + height * drawn as f32;
            // Shades first, then lines, then names and bars: no line goes through a word.
            for row in (1..drawn).step_by(2) {
                let (y, width) = (bars_top + height * row as f32, right - left);
                self.push(Op::Fill { x: left, y, width, height, colour: PALE });
            }
            for Flag { x, line, .. } in &flags {
                let points = vec![(*x, line_y(*line) + 2.0), (*x, low)];
                self.push(Op::Stroke { points, colour: GREY, width: 0.6, dashed: true });
            }
            if gantt.today >= from && gantt.today <= to {
                let x = x_of(gantt.today);
                let points = vec![(x, bars_top - 4.0), (x, low)];
                let (colour, width) = ((0xB5, 0x12, 0x2B), 1.2);
                self.push(Op::Stroke { points, colour, width, dashed: false });
            }
            for Flag { x, words_x, line, words } in flags {
                let y = line_y(line);
                let wide = Face::Strong.width(&words, size * 0.9);
                self.push(Op::Fill {
                    x: words_x - 1.5,
                    y: y - 0.5,
                    width: wide + 3.0,
                    height: size * 1.15,
                    colour: WHITE,
                });
                self.push(Op::Shape {
                    points: vec![(x, y), (x + 4.0, y + 4.0), (x, y + 8.0), (x - 4.0, y + 4.0)],
                    colour: BLACK,
                });
                let (face, size, y) = (Face::Strong, size * 0.9, y + size * 0.8);
                let x = words_x;
                self.push(Op::Words { x, y, size, face, colour: BLACK, words, node: None });
            }
            self.down(size * 1.35 * lines as f32 + 4.0);
            for (at, row) in rows.by_ref().take(drawn).enumerate() {
                self.bar(row, size, height, left, names, at % 2 == 1, right, &x_of);
            }
            if drawn == 0 || rows.len() == 0 {
                break;
            }
        }
        self.down(4.0);
        let node = self.node(Role::Paragraph, None, "");
        let legend = match self.words_in() {
            Language::Da => {
                "Bjælke: fra start til prognose, mørk del er udført. Tynd streg under: godkendt plan (baseline). \
                 Sort ramme: kritisk vej. Rude: milepæl. Rød lodret streg: i dag. Området står ved bjælken."
            }
            Language::En => {
                "Bar: from start to forecast, the dark part is done. Thin line below: approved plan (baseline). \
                 Black frame: critical path. Diamond: milestone. Red upright line: today. The area stands by the bar."
            }
        };
        self.words(legend, Face::Regular, size, GREY, node);
    }

    fn months(
        &mut self,
        gantt: &Gantt,
        size: f32,
        x_of: &dyn Fn(Day) -> f32,
        top: f32,
        left: f32,
        right: f32,
    ) {
        let (from, to) = gantt.span;
        self.push(Op::Fill {
            x: left,
            y: top,
            width: right - left,
            height: size * 1.6,
            colour: SHADE,
        });
        let (year, month, _) = from.year_month_day();
        let Ok(mut first) = Day::new(year, month, 1) else { return };
        // As many names of months as there is room for.
        let month = (x_of(from.plus_days(300)) - x_of(from)) / 300.0 * 30.4;
        let name = Face::Regular.width("00-0000", size * 0.85) + 5.0;
        let step = [1, 3, 6, 12].into_iter().find(|step| month * *step as f32 > name).unwrap_or(12);
        while first <= to {
            if first >= from {
                let (year, month, _) = first.year_month_day();
                let x = x_of(first);
                self.push(Op::Stroke {
                    points: vec![(x, top), (x, top + size * 1.6)],
                    colour: RULE,
                    width: 0.5,
                    dashed: false,
                });
                let words = format!("{month:02}-{year}");
                let (face, y) = (Face::Regular, top + size * 1.1);
                if x + 2.0 + Face::Regular.width(&words, size * 0.85) < right {
                    let (x, size) = (x + 2.0, size * 0.85);
                    self.push(Op::Words { x, y, size, face, colour: GREY, words, node: None });
                }
            }
            first = first.plus_months(step);
        }
    }

    #[allow(clippy::too_many_arguments, reason = "places of one drawing")]
    fn bar(
        &mut self,
        row: &GanttRow,
        size: f32,
        height: f32,
        left: f32,
        names: f32,
        shaded: bool,
        right: f32,
        x_of: &dyn Fn(Day) -> f32,
    ) {
        let (_, _, y, _) = self.place();
        let words = cut(&row.label, Face::Regular, size, names - 8.0);
        let face = if row.critical { Face::Strong } else { Face::Regular };
        let words = cut(&words, face, size, names - 8.0);
        self.push(Op::Words {
            x: left + 2.0,
            y: y + size * 1.2,
            size,
            face,
            colour: BLACK,
            words,
            node: None,
        });
        let (x, end) = (x_of(row.start), x_of(row.end.plus_days(1)));
        let width = (end - x).max(2.5);
        let (bar_y, bar) = (y + height * 0.18, height * 0.48);
        let full = colour(&row.fill);
        // The part to come is paler, so that what is done shows in black and white as well.
        let pale = |c: u8| ((u16::from(c) + 2 * 255) / 3) as u8;
        let rest = (pale(full.0), pale(full.1), pale(full.2));
        self.push(Op::Fill { x, y: bar_y, width, height: bar, colour: rest });
        let done = width * f32::from(row.percent.min(100)) / 100.0;
        if done > 0.0 {
            self.push(Op::Fill { x, y: bar_y, width: done, height: bar, colour: full });
        }
        let frame = if row.critical { (BLACK, 1.3) } else { (GREY, 0.4) };
        let (r, low) = (x + width, bar_y + bar);
        let points = vec![(x, bar_y), (r, bar_y), (r, low), (x, low), (x, bar_y)];
        self.push(Op::Stroke { points, colour: frame.0, width: frame.1, dashed: false });
        if let Some(baseline) = row.baseline {
            let to = x_of(baseline.plus_days(1)).max(x + 2.0);
            let points = vec![(x, y + height * 0.84), (to, y + height * 0.84)];
            self.push(Op::Stroke { points, colour: BLACK, width: 1.0, dashed: false });
        }
        let size = size * 0.75;
        if r + 3.0 + Face::Regular.width(&row.area, size) < right {
            let words = Face::Regular.shown(&row.area);
            let colour = if shaded { PALE } else { WHITE };
            let width = Face::Regular.width(&words, size) + 2.0;
            self.push(Op::Fill { x: r + 2.0, y: bar_y, width, height: bar, colour });
            let y = y + height * 0.18 + bar * 0.8;
            self.push(Op::Words {
                x: r + 3.0,
                y,
                size,
                face: Face::Regular,
                colour: GREY,
                words,
                node: None,
            });
        }
        self.down(height);
    }
}
