//! What stands in a cell, and how it becomes a value of a field and back.

use std::collections::BTreeMap;

use brevdue_programme::objects::Kind;
use brevdue_programme::{Bilingual, Day, Key, Language, Programme, TimeOfDay};
use serde_json::Value;

use crate::limits::CELL_CHARACTERS;

/// What stands in a cell of a sheet or list.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text, also where it looks like a formula.
    Text(String),
    /// A number.
    Number(f64),
    /// A day.
    Day(Day),
    /// Yes or no.
    Yes(bool),
    /// A formula, without its equals sign. Never reckoned.
    Formula(String),
    /// The fault a program left there, for example `#REF!`.
    Fault(String),
}

/// One word of a field that takes only some: in JSON, in Danish, in English.
pub(crate) type Word = (&'static str, &'static str, &'static str);

/// What a column holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    /// Text; none is the empty text.
    Text,
    /// Text, or null.
    MaybeText,
    /// A whole number; none is 0.
    Whole { least: u64, most: u64 },
    /// A whole number, or null.
    MaybeWhole { least: u64, most: u64 },
    /// A number of 0 or more; none is 0.
    Number,
    /// A number of 0 or more, or null.
    MaybeNumber,
    /// A day, or null.
    Day,
    /// A time of day, or null.
    Time,
    /// Yes or no; none is no.
    Yes,
    /// One of some words, or null.
    Choice(fn() -> Vec<Word>),
    /// One of some words, always.
    Always(fn() -> Vec<Word>),
    /// The key of an object of a kind, or null.
    Of(Kind),
    /// Keys of objects of a kind.
    AllOf(Kind),
    /// Texts.
    Texts,
    /// Texts whose order says nothing; each once.
    Set,
}

/// The names of objects by which people tell their keys apart.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<Kind, BTreeMap<String, String>>);

/// The kinds that fields point at.
pub(crate) const POINTED_AT: &[Kind] = &[
    Kind::System,
    Kind::Supplier,
    Kind::Contract,
    Kind::LetterType,
    Kind::ContactPoint,
    Kind::Person,
    Kind::Decision,
];

impl Names {
    pub(crate) fn of(programme: &Programme) -> Self {
        let mut names = Self::default();
        for kind in POINTED_AT {
            for (key, held) in programme.all_held(*kind) {
                let name = held.body.get("name").or_else(|| held.body.get("title"));
                let name = name.and_then(Value::as_str).unwrap_or_default();
                names.add(*kind, key, name);
            }
        }
        names
    }

    pub(crate) fn add(&mut self, kind: Kind, key: &Key, name: &str) {
        self.0.entry(kind).or_default().insert(key.to_string(), one_line(name));
    }

    pub(crate) fn has(&self, kind: Kind, key: &Key) -> bool {
        self.0.get(&kind).is_some_and(|names| names.contains_key(key.as_str()))
    }

    /// `S-001 Omsorg`.
    pub(crate) fn shown(&self, kind: Kind, key: &str) -> String {
        match self.0.get(&kind).and_then(|names| names.get(key)) {
            Some(name) if !name.is_empty() => format!("{key} {name}"),
            _ => key.to_owned(),
        }
    }

    /// All of a kind, as they are shown.
    pub(crate) fn all(&self, kind: Kind) -> Vec<String> {
        let names = self.0.get(&kind).into_iter().flatten();
        names.map(|(key, _)| self.shown(kind, key)).collect()
    }

    /// The key that a text means: it begins with it, or is a name that only one has.
    fn meant(&self, kind: Kind, text: &str) -> Result<String, Bilingual> {
        let known = self.0.get(&kind);
        let has = |key: &str| known.is_some_and(|names| names.contains_key(key));
        let first = text.split_whitespace().next().unwrap_or_default();
        if has(first) {
            return Ok(first.to_owned());
        }
        let named: Vec<&String> = known
            .into_iter()
            .flatten()
            .filter(|(_, name)| plain(name) == plain(text))
            .map(|(key, _)| key)
            .collect();
        match named.as_slice() {
            [key] => Ok((*key).clone()),
            [] => Err(Bilingual::new(
                format!("der findes ingen {} med det id eller navn", kind_name(kind, Language::Da)),
                format!("there is no {} with this id or name", kind_name(kind, Language::En)),
            )),
            _ => Err(Bilingual::new(
                "flere har det navn; skriv id'et",
                "several have this name; write the id",
            )),
        }
    }
}

/// What a kind is called in a sentence.
pub(crate) fn kind_name(kind: Kind, language: Language) -> &'static str {
    let (da, en) = match kind {
        Kind::System => ("system", "system"),
        Kind::Supplier => ("leverandør", "supplier"),
        Kind::Contract => ("kontrakt", "contract"),
        Kind::LetterType => ("brevtype", "letter type"),
        Kind::ContactPoint => ("kontaktpunkt", "contact point"),
        Kind::Person => ("person", "person"),
        Kind::Decision => ("beslutning", "decision"),
        other => (other.word(), other.word()),
    };
    if language == Language::Da { da } else { en }
}

/// Text as cells can carry it: one kind of line end, nothing that cannot be written in XML.
pub(crate) fn writable(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let keeps = |c: &char| {
        *c == '\n' || *c == '\t' || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
    };
    let kept: String = text.chars().filter(keeps).collect();
    // Excel counts in UTF-16, and takes nothing longer.
    if kept.encode_utf16().count() <= CELL_CHARACTERS {
        return kept;
    }
    let mut short = String::new();
    let mut units = 0;
    for c in kept.chars() {
        units += c.len_utf16();
        if units > CELL_CHARACTERS - 1 {
            break;
        }
        short.push(c);
    }
    short.push('…');
    short
}

/// Whether a text was too long for a cell, so that what stands there is not all of it.
pub(crate) fn is_cut(text: &str) -> bool {
    text.encode_utf16().count() >= CELL_CHARACTERS - 1 && text.ends_with('…')
}

fn one_line(text: &str) -> String {
    writable(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As headings and names are compared.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '_' | '*' | ':' | '\u{a0}')) {
        if word.is_empty() {
            continue;
        }
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.extend(word.chars().flat_map(char::to_lowercase));
    }
    plain
}

/// Texts of a list in one cell: parted by semicolons; a semicolon or backslash inside is marked by a backslash.
fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let marked = texts.map(|text| text.replace('\\', "\\\\").replace(';', "\\;"));
    marked.collect::<Vec<_>>().join("; ")
}

fn parted(text: &str) -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match (c, texts.last_mut()) {
            ('\\', Some(last)) => last.extend(characters.next()),
            (';', _) => texts.push(String::new()),
            (c, Some(last)) => last.push(c),
            (_, None) => {}
        }
    }
    texts.iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

impl Form {
    /// What an empty cell means.
    pub(crate) fn none(self) -> Value {
        match self {
            Self::Text => "".into(),
            Self::Whole { .. } => 0u64.into(),
            Self::Number => 0f64.into(),
            Self::Yes => false.into(),
            Self::AllOf(_) | Self::Texts | Self::Set => Value::Array(Vec::new()),
            _ => Value::Null,
        }
    }

    /// The words it takes.
    pub(crate) fn words(self) -> Option<Vec<Word>> {
        match self {
            Self::Choice(words) | Self::Always(words) => Some(words()),
            Self::Yes => Some(vec![("true", "Ja", "Yes"), ("false", "Nej", "No")]),
            _ => None,
        }
    }

    /// A value as it is shown.
    pub(crate) fn render(self, value: &Value, names: &Names, language: Language) -> Cell {
        let text =
            |text: String| if text.is_empty() { Cell::Empty } else { Cell::Text(writable(&text)) };
        match self {
            Self::Text | Self::MaybeText | Self::Time => {
                text(value.as_str().unwrap_or_default().to_owned())
            }
            Self::Whole { .. } | Self::MaybeWhole { .. } | Self::Number | Self::MaybeNumber => {
                value.as_f64().map_or(Cell::Empty, Cell::Number)
            }
            Self::Day => match value.as_str().and_then(|day| day.parse().ok()) {
                Some(day) => Cell::Day(day),
                None => Cell::Empty,
            },
            Self::Yes | Self::Choice(_) | Self::Always(_) => {
                let word = match value {
                    Value::Bool(yes) => if *yes { "true" } else { "false" }.to_owned(),
                    value => value.as_str().unwrap_or_default().to_owned(),
                };
                let words = self.words().unwrap_or_default();
                let label = words.iter().find(|(known, ..)| *known == word);
                text(label.map_or(word, |(_, da, en)| {
                    (*(if language == Language::Da { da } else { en })).to_owned()
                }))
            }
            Self::Of(kind) => {
                text(value.as_str().map_or_else(String::new, |key| names.shown(kind, key)))
            }
            Self::AllOf(_) | Self::Texts | Self::Set => text(joined(texts(value))),
        }
    }

    /// What a cell means for the field.
    ///
    /// # Errors
    ///
    /// Why it means nothing, in words that do not repeat the cell.
    pub(crate) fn parse(self, cell: &Cell, names: &Names) -> Result<Value, Bilingual> {
        let cell = match cell {
            Cell::Fault(_) => {
                return Err(Bilingual::new("cellen indeholder en fejl", "the cell holds an error"));
            }
            Cell::Formula(_) if !matches!(self, Self::Text | Self::MaybeText) => {
                return Err(Bilingual::new(
                    "cellen indeholder en formel; skriv værdien",
                    "the cell holds a formula; write the value",
                ));
            }
            Cell::Text(text) if text.trim().is_empty() => return Ok(self.none()),
            Cell::Empty => return Ok(self.none()),
            cell => cell,
        };
        match self {
            Self::Text | Self::MaybeText => Ok(Value::String(as_text(cell))),
            Self::Whole { least, most } | Self::MaybeWhole { least, most } => {
                let number = as_number(cell)?;
                // Whole numbers up to 2^53 are exact; larger ones are refused by the bound below.
                let within =
                    number.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&number);
                let whole = if within { Some(number as u64) } else { None };
                whole.filter(|whole| (least..=most).contains(whole)).map(Value::from).ok_or_else(
                    || {
                        if most == u64::MAX {
                            Bilingual::new(
                                "skriv et helt tal, 0 eller mere",
                                "write a whole number, 0 or more",
                            )
                        } else {
                            Bilingual::new(
                                format!("skriv et helt tal fra {least} til {most}"),
                                format!("write a whole number from {least} to {most}"),
                            )
                        }
                    },
                )
            }
            Self::Number | Self::MaybeNumber => {
                let number = as_number(cell)?;
                if number.is_finite() && number >= 0.0 {
                    Ok(number.into())
                } else {
                    Err(Bilingual::new("skriv et tal, 0 eller mere", "write a number, 0 or more"))
                }
            }
            Self::Day => as_day(cell).map(|day| Value::String(day.to_string())),
            Self::Time => as_time(cell).map(|time| Value::String(time.to_string())),
            Self::Yes | Self::Choice(_) | Self::Always(_) => {
                let written = match cell {
                    Cell::Yes(yes) => if *yes { "true" } else { "false" }.to_owned(),
                    Cell::Number(1.0) if matches!(self, Self::Yes) => "true".into(),
                    Cell::Number(0.0) if matches!(self, Self::Yes) => "false".into(),
                    cell => plain(&as_text(cell)),
                };
                let written = match (self, written.as_str()) {
                    (Self::Yes, "x" | "true" | "sand" | "sandt" | "y" | "j") => "true".to_owned(),
                    (Self::Yes, "false" | "falsk" | "n") => "false".to_owned(),
                    _ => written,
                };
                let words = self.words().unwrap_or_default();
                let found = words.iter().find(|(word, da, en)| {
                    [*word, *da, *en].iter().any(|known| plain(known) == written)
                });
                match (found, self) {
                    (Some((word, ..)), Self::Yes) => Ok((*word == "true").into()),
                    (Some((word, ..)), _) => Ok((*word).into()),
                    (None, _) => {
                        let list = |pick: fn(&Word) -> &'static str| {
                            words.iter().map(pick).collect::<Vec<_>>().join(", ")
                        };
                        Err(Bilingual::new(
                            format!("vælg en af: {}", list(|word| word.1)),
                            format!("choose one of: {}", list(|word| word.2)),
                        ))
                    }
                }
            }
            Self::Of(kind) => names.meant(kind, &as_text(cell)).map(Value::String),
            Self::AllOf(kind) => {
                let keys: Result<std::collections::BTreeSet<String>, Bilingual> =
                    parted(&as_text(cell)).iter().map(|text| names.meant(kind, text)).collect();
                keys.map(|keys| keys.into_iter().map(Value::String).collect())
            }
            Self::Texts => Ok(parted(&as_text(cell)).into_iter().map(Value::String).collect()),
            Self::Set => {
                let each: std::collections::BTreeSet<String> =
                    parted(&as_text(cell)).into_iter().collect();
                Ok(each.into_iter().map(Value::String).collect())
            }
        }
    }

    /// Whether a cell says what a value says: then nothing was changed, whatever a cell cannot carry.
    pub(crate) fn says(self, cell: &Cell, value: &Value, names: &Names) -> bool {
        let shown = self.render(value, names, Language::Da);
        if same(&shown, cell) || same(&self.render(value, names, Language::En), cell) {
            return true;
        }
        // A field that points at what is gone shows its key alone.
        if let (Self::Of(_), Some(key)) = (self, value.as_str())
            && as_text(cell).split_whitespace().next() == Some(key)
        {
            return true;
        }
        match self.parse(cell, names) {
            Ok(written) => {
                equal(&written, value)
                    || self.parse(&shown, names).is_ok_and(|base| equal(&written, &base))
            }
            Err(_) => false,
        }
    }
}

fn same(a: &Cell, b: &Cell) -> bool {
    match (a, b) {
        (Cell::Number(a), Cell::Number(b)) => near(*a, *b),
        (Cell::Text(a), Cell::Text(b)) => a == b || writable(a).trim() == writable(b).trim(),
        // A number too large to be exact is known again all the same.
        (Cell::Number(number), text @ Cell::Text(_)) => {
            as_number(text).is_ok_and(|other| near(*number, other))
        }
        (Cell::Text(text), Cell::Empty) | (Cell::Empty, Cell::Text(text)) => text.trim().is_empty(),
        (a, b) => a == b,
    }
}

/// LibreOffice writes 15 digits of a number.
fn near(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= a.abs().max(b.abs()) * 1e-13
}

/// Whether two values are the same, numbers as near as their digits in a file can say. Values are as deep as
/// a body of JSON is read, which is bounded.
pub(crate) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || matches!((a.as_f64(), b.as_f64()), (Some(a), Some(b)) if near(a, b))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| equal(a, b)))
        }
        _ => a == b,
    }
}

/// A cell as text.
pub(crate) fn as_text(cell: &Cell) -> String {
    match cell {
        Cell::Empty | Cell::Fault(_) => String::new(),
        Cell::Text(text) => writable(text),
        Cell::Number(number) => number.to_string(),
        Cell::Day(day) => day.to_string(),
        Cell::Yes(true) => "Ja".into(),
        Cell::Yes(false) => "Nej".into(),
        Cell::Formula(formula) => format!("={formula}"),
    }
}

fn as_number(cell: &Cell) -> Result<f64, Bilingual> {
    let refused = || Bilingual::new("skriv et tal", "write a number");
    match cell {
        Cell::Number(number) => Ok(*number),
        Cell::Text(text) => {
            let text: String =
                text.chars().filter(|c| !c.is_whitespace() && *c != '\u{a0}').collect();
            let decimal = if text.contains(',') {
                text.replace('.', "").replace(',', ".")
            } else if text.split_once('.').is_some_and(|(_, after)| after.len() == 3) {
                // 1.200 is twelve hundred to one reader and little more than one to another.
                return Err(Bilingual::new(
                    "skriv tallet uden tusindtalspunktum",
                    "write the number without a thousands separator",
                ));
            } else {
                text
            };
            decimal.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(refused)
        }
        _ => Err(refused()),
    }
}

fn as_day(cell: &Cell) -> Result<Day, Bilingual> {
    let refused =
        || Bilingual::new("skriv en dato, fx 31-12-2026", "write a date, for example 2026-12-31");
    match cell {
        Cell::Day(day) => Ok(*day),
        Cell::Number(serial) => day_of_serial(*serial).ok_or_else(refused),
        Cell::Text(text) => day_of_text(text.trim()).ok_or_else(refused),
        _ => Err(refused()),
    }
}

fn as_time(cell: &Cell) -> Result<TimeOfDay, Bilingual> {
    let time = match cell {
        // A cell that is formatted as a time holds a share of a day.
        Cell::Number(share) => TimeOfDay::of_share(*share),
        Cell::Text(text) => text.trim().parse().ok(),
        _ => None,
    };
    time.ok_or_else(|| {
        Bilingual::new("skriv et klokkeslæt, fx 22:30", "write a time of day, for example 22:30")
    })
}

/// The day of Excel's count of days; day 25 569 is the first of 1970.
fn day_of_serial(serial: f64) -> Option<Day> {
    if !(36_000.0..110_000.0).contains(&serial) {
        return None;
    }
    let first = Day::new(2000, 1, 1).ok()?;
    Some(first.plus_days(serial.floor() as i32 - 36_526))
}

/// `2026-12-31`, `31-12-2026`, `31.12.2026`, `31/12 2026`; a time of day behind it is not looked at.
pub(crate) fn day_of_text(text: &str) -> Option<Day> {
    let numbers: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).take(3).collect();
    let [a, b, c] = numbers.as_slice() else { return None };
    if !text.starts_with(a) || a.len() + b.len() + c.len() > 8 {
        return None;
    }
    let (year, month, day) = match (a.len(), c.len()) {
        (4, _) => (a, b, c),
        (_, 4) => (c, b, a),
        _ => return None,
    };
    Day::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// As Danes write a day.
pub(crate) fn danish(day: Day) -> String {
    let (year, month, day) = day.year_month_day();
    format!("{day:02}-{month:02}-{year}")
}

/// The body of an object in which nothing is set.
pub(crate) fn blank(kind: Kind) -> Option<Value> {
    kind.checked(serde_json::json!({})).ok()
}
