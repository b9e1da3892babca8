//! Reading a catalogue of somebody else, with every fault at once, and writing one.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::Catalogue;
use super::checking;
use super::fault::{CatalogueErrors, FAULTS, Fault, FaultKind};

/// Bytes of a catalogue at most.
pub const CATALOGUE_BYTES: usize = 4 * 1024 * 1024;

/// Faults of one item's shape that are looked for.
const ROUNDS: usize = 64;

/// For each table, its name and a whole item. What is missing from an item, or does not fit, is reported
/// and then taken from here, so that the rest of the item can be looked at too.
const TABLES: &[(&str, &str)] = &[
    ("area", "id='x'\nname={da='-',en='-'}\naim={da='-',en='-'}\nfill='#000000'\ntext='#FFFFFF'"),
    ("role", "id='x'\nname={da='-',en='-'}\ntypical={da='-',en='-'}"),
    ("milestone", "id='x'\nname={da='-',en='-'}\nmeaning={da='-',en='-'}\nprovenance='local'"),
    ("profile", "id='x'\nname={da='-',en='-'}\nmeaning={da='-',en='-'}\ndates={}"),
    (
        "package",
        "id='x'\nname={da='-',en='-'}\npurpose={da='-',en='-'}\nvariant='full'\nname_provenance='local'\n\
         purpose_provenance='local'",
    ),
    (
        "task",
        "id='x'\npackage='x'\ntitle={da='-',en='-'}\ndescription={da='-',en='-'}\nhelp={da='-',en='-'}\n\
         obligation='may'\nroles=['x']\nper='programme'\ndone_when='manual'\nprovenance='local'",
    ),
    (
        "requirement",
        "id='x'\nkind='further'\ntitle={da='-',en='-'}\npasses_when={da='-',en='-'}\nremedy={da='-',en='-'}\n\
         applies_to='both'\nwindow_days=1\nrule_version=1\nprovenance='local'",
    ),
    ("archetype", "id='x'\nname={da='-',en='-'}\nmeaning={da='-',en='-'}"),
    (
        "letter",
        "id='x'\nname={da='-',en='-'}\narchetype='x'\nbenefit={da='-',en='-'}\nprovenance='local'",
    ),
];

impl Catalogue {
    /// Reads a catalogue in the format of `docs/catalogue.md`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, up to [`FAULTS`], each with its item, field and line.
    pub fn read(text: &str) -> Result<Self, CatalogueErrors> {
        if text.len() > CATALOGUE_BYTES {
            let (what, count, limit) = ("bytes", text.len(), CATALOGUE_BYTES);
            let kind = FaultKind::TooMuch { what, count, limit };
            return Err(CatalogueErrors(vec![whole(None, None, kind)]));
        }
        let ends = Lines::of(text);
        let (root, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            let fault = |error: &toml::de::Error| {
                let line = error.span().map(|span| ends.at(&span));
                whole(None, line, FaultKind::Syntax(error.message().to_owned()))
            };
            return Err(CatalogueErrors(errors.iter().take(FAULTS).map(fault).collect()));
        }
        let mut reading =
            Reading { ends, root: root.into_inner(), faults: vec![], lines: BTreeMap::new() };
        let catalogue = reading.catalogue();
        let mut faults = reading.faults;
        let told: BTreeSet<(&str, usize, Option<String>)> =
            faults.iter().map(|fault| (fault.table, fault.index, fault.field.clone())).collect();
        for mut fault in checking::faults(&catalogue) {
            // What stands in for a faulty field is ours and has no faults to tell of.
            if told.contains(&(fault.table, fault.index, fault.field.clone())) {
                continue;
            }
            let lines = reading.lines.get(&(fault.table, fault.index));
            let field = fault.field.as_deref().unwrap_or("");
            fault.line =
                lines.and_then(|lines| lines.get(field).or_else(|| lines.get(""))).copied();
            faults.push(fault);
        }
        if faults.is_empty() {
            return Ok(catalogue);
        }
        faults.sort_by_key(|fault| fault.line);
        faults.truncate(FAULTS);
        Err(CatalogueErrors(faults))
    }

    /// Writes it in the format of `docs/catalogue.md`.
    ///
    /// # Panics
    ///
    /// Never: its keys are texts and its numbers finite.
    pub fn write(&self) -> String {
        toml::to_string(self).expect("keys are texts, and a checked catalogue has finite numbers")
    }
}

fn whole(field: Option<String>, line: Option<usize>, kind: FaultKind) -> Fault {
    Fault { table: "", item: String::new(), field, line, kind, index: 0 }
}

/// Where each line ends.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(
            text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect(),
        )
    }

    /// The line on which something begins, from 1.
    fn at(&self, span: &Range<usize>) -> usize {
        self.0.partition_point(|end| *end < span.start) + 1
    }
}

struct Reading<'t> {
    ends: Lines,
    root: DeTable<'t>,
    faults: Vec<Fault>,
    /// Lines of each item, by field; the item's own under the empty name.
    lines: BTreeMap<(&'static str, usize), BTreeMap<String, usize>>,
}

impl<'t> Reading<'t> {
    fn catalogue(&mut self) -> Catalogue {
        let catalogue = Catalogue {
            version: self.top("version"),
            publisher: self.top("publisher"),
            areas: self.table("area"),
            roles: self.table("role"),
            milestones: self.table("milestone"),
            profiles: self.table("profile"),
            packages: self.table("package"),
            tasks: self.table("task"),
            requirements: self.table("requirement"),
            archetypes: self.table("archetype"),
            letters: self.table("letter"),
            sources: self.sources(),
        };
        for (key, _) in std::mem::take(&mut self.root) {
            let line = self.ends.at(&key.span());
            let kind = FaultKind::Shape("this field is unknown".to_owned());
            self.faults.push(whole(Some(key.into_inner().into_owned()), Some(line), kind));
        }
        catalogue
    }

    fn top(&mut self, name: &str) -> String {
        let value = self.root.remove(name);
        let text = value.as_ref().and_then(|value| value.get_ref().as_str()).unwrap_or("").trim();
        if text.is_empty() {
            let line = value.as_ref().map(|value| self.ends.at(&value.span()));
            let kind = FaultKind::Shape("a text is missing here".to_owned());
            self.faults.push(whole(Some(name.to_owned()), line, kind));
        }
        text.to_owned()
    }

    fn sources(&mut self) -> BTreeMap<String, String> {
        let Some(value) = self.root.remove("sources") else { return BTreeMap::new() };
        let at = self.ends.at(&value.span());
        let read = BTreeMap::<String, String>::deserialize_spanned(value);
        read.unwrap_or_else(|error| {
            let kind = FaultKind::Shape(error.message().to_owned());
            self.faults.push(whole(Some("sources".to_owned()), Some(at), kind));
            BTreeMap::new()
        })
    }

    fn table<T: DeserializeOwned>(&mut self, name: &'static str) -> Vec<T> {
        let Some(value) = self.root.remove(name) else { return Vec::new() };
        let at = self.ends.at(&value.span());
        let DeValue::Array(items) = value.into_inner() else {
            let kind = FaultKind::Shape(format!("begin each item with [[{name}]]"));
            self.faults.push(whole(Some(name.to_owned()), Some(at), kind));
            return Vec::new();
        };
        if items.len() > checking::ITEMS {
            let (what, count, limit) = ("items", items.len(), checking::ITEMS);
            let kind = FaultKind::TooMuch { what, count, limit };
            self.faults.push(whole(Some(name.to_owned()), Some(at), kind));
            return Vec::new();
        }
        let items: Vec<_> = items.into_iter().collect();
        let read = |(index, item)| self.item(name, index, item);
        items.into_iter().enumerate().filter_map(read).collect()
    }

    fn item<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
        index: usize,
        mut item: Spanned<DeValue<'t>>,
    ) -> Option<T> {
        let own = self.ends.at(&item.span());
        let mut lines = BTreeMap::from([(String::new(), own)]);
        let mut id = String::new();
        if let DeValue::Table(table) = item.get_ref() {
            for key in table.keys() {
                lines.insert(key.get_ref().to_string(), self.ends.at(&key.span()));
            }
            id = table.get("id").and_then(|id| id.get_ref().as_str()).unwrap_or("").to_owned();
        }
        let whole = TABLES.iter().find(|table| table.0 == name).map_or("", |table| table.1);
        let mut whole = DeTable::parse(whole).map(Spanned::into_inner).unwrap_or_default();
        let mut read = None;
        for _ in 0..ROUNDS {
            let error = match T::deserialize_spanned(item.clone()) {
                Ok(value) => {
                    read = Some(value);
                    break;
                }
                Err(error) => error,
            };
            let message = error.message().to_owned();
            let DeValue::Table(table) = item.get_mut() else {
                self.fault(name, index, &id, None, own, message);
                break;
            };
            let named = quoted(&message);
            let missing = named.as_deref().filter(|field| {
                message.starts_with("missing field") && !table.contains_key(*field)
            });
            let stand_in = missing.and_then(|field| Some((field.to_owned(), whole.remove(field)?)));
            if let Some((field, value)) = stand_in {
                table.insert(Spanned::new(0..0, field.clone().into()), value);
                self.fault(name, index, &id, Some(&field), own, "it is missing".to_owned());
                continue;
            }
            let span = error.span().unwrap_or(0..0);
            let field = table.iter().find_map(|(key, value)| {
                let within = key.span() == span
                    || contains(&value.span(), &span)
                    || nested(value.get_ref(), &span);
                within.then(|| key.get_ref().to_string())
            });
            let unknown = || named.filter(|field| table.contains_key(field.as_str()));
            let Some(field) = field.or_else(unknown) else {
                self.fault(name, index, &id, None, own, message);
                break;
            };
            let at = if span.start > 0 { self.ends.at(&span) } else { own };
            table.remove(field.as_str());
            if let Some(value) = whole.remove(field.as_str()) {
                table.insert(Spanned::new(0..0, field.clone().into()), value);
            }
            self.fault(name, index, &id, Some(&field), at, message);
        }
        self.lines.insert((name, index), lines);
        read
    }

    fn fault(
        &mut self,
        table: &'static str,
        index: usize,
        item: &str,
        field: Option<&str>,
        line: usize,
        message: String,
    ) {
        let (item, field) = (item.to_owned(), field.map(str::to_owned));
        let kind = FaultKind::Shape(message);
        self.faults.push(Fault { table, item, field, line: Some(line), kind, index });
    }
}

trait Spanning: DeserializeOwned {
    fn deserialize_spanned(value: Spanned<DeValue<'_>>) -> Result<Self, toml::de::Error> {
        Self::deserialize(ValueDeserializer::from(value))
    }
}

impl<T: DeserializeOwned> Spanning for T {}

fn contains(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    !inner.is_empty() && outer.start <= inner.start && inner.end <= outer.end
}

/// Whether a key or value somewhere below lies there; sub-tables stand outside their own span.
fn nested(value: &DeValue<'_>, span: &Range<usize>) -> bool {
    match value {
        DeValue::Table(table) => table.iter().any(|(key, value)| {
            contains(&key.span(), span)
                || contains(&value.span(), span)
                || nested(value.get_ref(), span)
        }),
        DeValue::Array(items) => {
            items.iter().any(|item| contains(&item.span(), span) || nested(item.get_ref(), span))
        }
        _ => false,
    }
}

fn quoted(message: &str) -> Option<String> {
    message.split('`').nth(1).map(str::to_owned)
}
