//! The file of texts: what a key may hold, what is wrong with it, and the methods made from it.
//! Used by the build script, which is why it knows nothing of the rest of the crate.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The languages every key has, in the order of `Language`.
pub(crate) const LANGUAGES: [&str; 2] = ["da", "en"];

/// The placeholder that chooses between one and many.
const COUNT: &str = "count";

/// One key with its text in each language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    /// `section_key`, the name of the method.
    pub(crate) name: String,
    /// In the order of [`LANGUAGES`].
    pub(crate) values: [Value; 2],
    /// What is put in, by name.
    pub(crate) placeholders: BTreeSet<String>,
}

/// What a key holds in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// One text.
    Plain(String),
    /// One text for one thing, another for none or many.
    Counted { one: String, other: String },
    /// Names in order: months, days.
    List(Vec<String>),
}

/// Reads the file. Every fault is told, not only the first.
pub(crate) fn parse(source: &str) -> Result<Vec<Text>, Vec<String>> {
    let sections: BTreeMap<String, toml::Table> =
        toml::from_str(source).map_err(|error| vec![error.to_string()])?;
    let mut texts = Vec::new();
    let mut faults = Vec::new();
    for (section, keys) in &sections {
        for (key, languages) in keys {
            match text(section, key, languages) {
                Ok(text) => texts.push(text),
                Err(fault) => faults.push(format!("[{section}.{key}] {fault}")),
            }
        }
    }
    if faults.is_empty() { Ok(texts) } else { Err(faults) }
}

fn text(section: &str, key: &str, languages: &toml::Value) -> Result<Text, String> {
    let name = format!("{section}_{key}");
    let simple = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(simple) {
        return Err("a key is written with a to z, 0 to 9 and _".to_owned());
    }
    let languages = languages.as_table().ok_or("holds no languages")?;
    if let Some(other) = languages.keys().find(|key| !LANGUAGES.contains(&key.as_str())) {
        return Err(format!("{other} is not among the languages {LANGUAGES:?}"));
    }
    let mut values = Vec::new();
    for language in LANGUAGES {
        let found = languages.get(language).ok_or_else(|| format!("has no {language}"))?;
        values.push(value(found).map_err(|fault| format!("{language}: {fault}"))?);
    }
    let values: [Value; 2] = values.try_into().map_err(|_| "has too few languages")?;
    same_shape(&values)?;
    let [first, second] = &values;
    let (first, second) = (placeholders(first)?, placeholders(second)?);
    if first != second {
        return Err(format!("the placeholders differ: {first:?} and {second:?}"));
    }
    Ok(Text { name, values, placeholders: first })
}

fn value(value: &toml::Value) -> Result<Value, String> {
    let written = |value: &toml::Value| match value.as_str() {
        Some(text) if !text.trim().is_empty() => Ok(text.to_owned()),
        Some(_) => Err("is empty".to_owned()),
        None => Err("is not a text".to_owned()),
    };
    match value {
        toml::Value::Table(table) => {
            let form = |key| written(table.get(key).ok_or(format!("has no `{key}`"))?);
            if table.len() != 2 {
                return Err("a counted text has `one` and `other`, nothing else".to_owned());
            }
            Ok(Value::Counted { one: form("one")?, other: form("other")? })
        }
        toml::Value::Array(list) => {
            Ok(Value::List(list.iter().map(written).collect::<Result<_, _>>()?))
        }
        text => Ok(Value::Plain(written(text)?)),
    }
}

fn same_shape(values: &[Value; 2]) -> Result<(), String> {
    match values {
        [Value::Plain(_), Value::Plain(_)] | [Value::Counted { .. }, Value::Counted { .. }] => {
            Ok(())
        }
        [Value::List(first), Value::List(second)] if first.len() == second.len() => Ok(()),
        _ => {
            Err("the languages hold different kinds of value, or lists of different length".into())
        }
    }
}

/// The names between braces.
fn placeholders(value: &Value) -> Result<BTreeSet<String>, String> {
    match value {
        Value::Plain(text) => {
            let names = names(text)?;
            if names.contains(COUNT) {
                return Err(format!("{{{COUNT}}} belongs in a text with `one` and `other`"));
            }
            Ok(names)
        }
        Value::Counted { one, other } => {
            let (mut fewest, names) = (names(one)?, names(other)?);
            if !names.contains(COUNT) {
                return Err(format!("`other` does not say {{{COUNT}}}"));
            }
            // One thing need not be told by number: "i morgen", "1 dag".
            fewest.insert(COUNT.to_owned());
            if fewest != names {
                return Err("`one` and `other` have different placeholders".to_owned());
            }
            Ok(names)
        }
        Value::List(texts) => match texts.iter().any(|text| text.contains(['{', '}'])) {
            true => Err("a list has no placeholders".to_owned()),
            false => Ok(BTreeSet::new()),
        },
    }
}

fn names(text: &str) -> Result<BTreeSet<String>, String> {
    let mut names = BTreeSet::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let inner = rest[at..].strip_prefix('{').and_then(|rest| rest.split_once('}'));
        match inner {
            Some((name, after))
                if name.starts_with(|c: char| c.is_ascii_lowercase())
                    && name.chars().all(|c| c.is_ascii_lowercase() || c == '_') =>
            {
                names.insert(name.to_owned());
                rest = after;
            }
            _ => return Err(format!("a brace that is no placeholder, near {:?}", &rest[at..])),
        }
    }
    Ok(names)
}

/// The methods of `Texts`, as source. A method takes `count` first and then what is put in by the
/// alphabet: the order does not change when a translator turns a sentence around.
pub(crate) fn methods(texts: &[Text]) -> String {
    let mut source = String::from("impl Texts {\n");
    for text in texts {
        method(&mut source, text).expect("writing to a String does not fail");
    }
    source.push_str("}\n");
    source
}

fn method(source: &mut String, text: &Text) -> std::fmt::Result {
    let Text { name, values: [da, en], placeholders } = text;
    match (da, en) {
        (Value::List(da), Value::List(en)) => {
            let length = da.len();
            writeln!(source, "    /// {da:?}")?;
            writeln!(
                source,
                "    pub(crate) fn {name}(self) -> &'static [&'static str; {length}] {{"
            )?;
            writeln!(
                source,
                "        match self.0 {{ Language::Danish => &{da:?}, Language::English => &{en:?} }}"
            )?;
        }
        (Value::Counted { one, other }, Value::Counted { one: one_en, other: other_en }) => {
            writeln!(source, "    /// {other:?}")?;
            write!(
                source,
                "    pub(crate) fn {name}(self, {COUNT}: impl std::borrow::Borrow<i64>"
            )?;
            for placeholder in placeholders.iter().filter(|name| *name != COUNT) {
                write!(source, ", {placeholder}: impl std::fmt::Display")?;
            }
            writeln!(source, ") -> String {{")?;
            writeln!(source, "        let {COUNT} = *{COUNT}.borrow();")?;
            writeln!(source, "        match (self.0, {COUNT} == 1) {{")?;
            for (language, one, other) in [("Danish", one, other), ("English", one_en, other_en)] {
                // A macro with nothing to put in is a lint of its own.
                let one = match one.contains('{') {
                    true => format!("format!({one:?})"),
                    false => format!("{one:?}.to_owned()"),
                };
                writeln!(source, "            (Language::{language}, true) => {one},")?;
                writeln!(
                    source,
                    "            (Language::{language}, false) => format!({other:?}),"
                )?;
            }
            writeln!(source, "        }}")?;
        }
        (Value::Plain(da), Value::Plain(en)) if placeholders.is_empty() => {
            writeln!(source, "    /// {da:?}")?;
            writeln!(source, "    pub(crate) fn {name}(self) -> &'static str {{")?;
            writeln!(
                source,
                "        match self.0 {{ Language::Danish => {da:?}, Language::English => {en:?} }}"
            )?;
        }
        (Value::Plain(da), Value::Plain(en)) => {
            writeln!(source, "    /// {da:?}")?;
            write!(source, "    pub(crate) fn {name}(self")?;
            for placeholder in placeholders {
                write!(source, ", {placeholder}: impl std::fmt::Display")?;
            }
            writeln!(source, ") -> String {{")?;
            writeln!(
                source,
                "        match self.0 {{ Language::Danish => format!({da:?}), Language::English => format!({en:?}) }}"
            )?;
        }
        _ => unreachable!("same_shape refused everything else"),
    }
    writeln!(source, "    }}")
}
