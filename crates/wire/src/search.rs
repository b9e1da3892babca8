//! The search syntax of list resources, and the envelope of what was found.
//!
//! `page` (from 0), `size`, `sortFields=field[:asc|:desc],…`, `fields=a,b` (what to show), `any=a,b` (free
//! text), and every field by its path: `recipient.recipientId=a,b`. Values of one field are OR-ed, fields
//! are AND-ed; `*` stands for anything; `|`, `&` and `!` before a value make it OR, AND or NOT.

mod fields;
mod filter;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::paging::{OrderDirection, PageRequest};
use filter::Filter;

/// Parameters of one search at most.
const PARAMETERS_LIMIT: usize = 64;

/// Values of one parameter at most.
const VALUES_LIMIT: usize = 1000;

/// Elements that one search may look at. Lists that can be longer are searched by an index first.
pub const EXAMINED_LIMIT: usize = 10_000;

/// What a caller searches for.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Which page.
    pub page: PageRequest,
    sort: Vec<(Path, OrderDirection)>,
    shown: Vec<Path>,
    any: Vec<String>,
    filters: Vec<(Path, Filter)>,
}

type Path = Vec<String>;

/// Why a search cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SearchError {
    /// The parameter at fault.
    pub parameter: String,
    /// What is allowed.
    pub message: String,
}

/// A page of what was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The elements on this page.
    pub items: Vec<Value>,
    /// Which page it is.
    pub page: PageRequest,
    /// Elements there are.
    pub total: u64,
}

impl Search {
    /// Reads a query for a list of `T`. Parameters named in `own` belong to the operation; parameters
    /// that are no field of `T` are left alone.
    ///
    /// # Errors
    ///
    /// [`SearchError`] when a number is none, or there are more than 64 parameters or 1,000 values.
    pub fn parse<T: DeserializeOwned>(
        parameters: &[(String, String)],
        own: &[&str],
    ) -> Result<Self, SearchError> {
        if parameters.len() > PARAMETERS_LIMIT {
            return Err(at("query", format!("at most {PARAMETERS_LIMIT} parameters are taken")));
        }
        let known = fields::of::<T>();
        let mut search = Self::default();
        for (name, value) in parameters {
            if own.contains(&name.as_str()) {
                continue;
            }
            if value.split(',').count() > VALUES_LIMIT {
                return Err(at(name, format!("at most {VALUES_LIMIT} values are taken")));
            }
            match name.as_str() {
                "page" => search.page.page = number(name, value, 0, PageRequest::PAGE_LIMIT)?,
                "size" => {
                    let size = number(name, value, 1, u64::from(u32::MAX))?;
                    search.page.size = size.min(PageRequest::SIZE_LIMIT);
                }
                "next" => {
                    let page = value.strip_prefix('p').unwrap_or_default();
                    search.page.page = number(name, page, 0, PageRequest::PAGE_LIMIT)?;
                }
                "sortFields" => search.sort = words(value).map(order).collect::<Result<_, _>>()?,
                "fields" => search.shown = words(value).map(path).collect(),
                "any" => search.any = words(value).map(str::to_lowercase).collect(),
                _ => {
                    let path = path(name);
                    let first = path.first().map(String::as_str).unwrap_or_default();
                    if known.is_empty() || known.contains(&first) {
                        search.filters.push((path, Filter::parse(value)));
                    }
                }
            }
        }
        Ok(search)
    }

    /// Whether it asks for nothing but a page in the order the list has.
    pub fn is_plain(&self) -> bool {
        self.sort.is_empty() && self.any.is_empty() && self.filters.is_empty()
    }

    /// Searches a whole list, in the order it has unless another was asked for.
    ///
    /// # Errors
    ///
    /// [`SearchError`] when an element cannot be shown as JSON, which no list of ours has.
    pub fn run<T: Serialize>(&self, list: &[T]) -> Result<Found, SearchError> {
        let mut matching = Vec::new();
        for element in list {
            let element = json(element)?;
            if self.matches(&element) {
                matching.push(element);
            }
        }
        if !self.sort.is_empty() {
            matching.sort_by(|a, b| self.compare(a, b));
        }
        let total = matching.len() as u64;
        let skip = usize::try_from(self.page.offset()).unwrap_or(usize::MAX);
        let take = usize::try_from(self.page.size).unwrap_or(usize::MAX);
        let items = matching.into_iter().skip(skip).take(take).map(|e| self.show(e)).collect();
        Ok(Found { items, page: self.page, total })
    }

    /// Shows a page that the store has cut already; for plain searches.
    ///
    /// # Errors
    ///
    /// As [`Search::run`].
    pub fn page_of<T: Serialize>(&self, items: &[T], total: u64) -> Result<Found, SearchError> {
        let items = items.iter().map(|item| Ok(self.show(json(item)?)));
        Ok(Found { items: items.collect::<Result<_, SearchError>>()?, page: self.page, total })
    }

    fn matches(&self, element: &Value) -> bool {
        let any = self.any.is_empty() || self.any.iter().any(|word| holds_text(element, word));
        any && self.filters.iter().all(|(path, filter)| {
            let mut values = Vec::new();
            at_path(element, path, &mut values);
            filter.matches(&values)
        })
    }

    fn compare(&self, a: &Value, b: &Value) -> std::cmp::Ordering {
        let key = |element: &Value, path: &Path| {
            let mut values = Vec::new();
            at_path(element, path, &mut values);
            values.into_iter().next().unwrap_or_default()
        };
        for (path, direction) in &self.sort {
            let (a, b) = (key(a, path), key(b, path));
            let order = match (a.parse::<f64>(), b.parse::<f64>()) {
                (Ok(a), Ok(b)) => a.total_cmp(&b),
                _ => a.to_lowercase().cmp(&b.to_lowercase()),
            };
            let order = if *direction == OrderDirection::Desc { order.reverse() } else { order };
            if order.is_ne() {
                return order;
            }
        }
        std::cmp::Ordering::Equal
    }

    fn show(&self, element: Value) -> Value {
        if self.shown.is_empty() {
            return element;
        }
        let mut shown = Map::new();
        for path in &self.shown {
            copy(&element, path, &mut shown);
        }
        Value::Object(shown)
    }
}

impl Found {
    /// The envelope: the elements under their official name, `contacts` for example.
    pub fn into_json(self, items: &str) -> Value {
        let pages = self.total.div_ceil(self.page.size.max(1));
        let next = Some(self.page.page + 1).filter(|next| *next < pages);
        serde_json::json!({
            "currentPage": self.page.page,
            "totalPages": pages,
            "elementsOnPage": self.items.len(),
            "totalElements": self.total,
            "next": next.map(|next| format!("p{next}")),
            items: self.items,
        })
    }
}

fn at(parameter: &str, message: impl Into<String>) -> SearchError {
    SearchError { parameter: parameter.into(), message: message.into() }
}

fn json<T: Serialize>(element: &T) -> Result<Value, SearchError> {
    serde_json::to_value(element).map_err(|_| at("query", "an element cannot be shown"))
}

fn number(name: &str, text: &str, least: u64, most: u64) -> Result<u64, SearchError> {
    match text.parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(at(name, format!("{name} is a whole number from {least} to {most}"))),
    }
}

fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|word| !word.is_empty())
}

fn path(text: &str) -> Path {
    text.split('.').map(str::to_owned).collect()
}

fn order(word: &str) -> Result<(Path, OrderDirection), SearchError> {
    let (field, direction) = word.split_once(':').unwrap_or((word, "asc"));
    let direction = match direction.to_ascii_lowercase().as_str() {
        "asc" => OrderDirection::Asc,
        "desc" => OrderDirection::Desc,
        _ => return Err(at("sortFields", "a field is followed by :asc or :desc, or by nothing")),
    };
    Ok((path(field), direction))
}

/// The values at a path, as text; lists are looked into.
fn at_path(value: &Value, path: &[String], found: &mut Vec<String>) {
    match (value, path) {
        (Value::Array(list), _) => list.iter().for_each(|value| at_path(value, path, found)),
        (Value::Object(object), [first, rest @ ..]) => {
            if let Some(value) = object.get(first) {
                at_path(value, rest, found);
            }
        }
        (Value::String(text), []) => found.push(text.clone()),
        (Value::Number(number), []) => found.push(number.to_string()),
        (Value::Bool(flag), []) => found.push(flag.to_string()),
        _ => {}
    }
}

/// Whether a text anywhere in it holds a word; the word is in lower case.
fn holds_text(value: &Value, word: &str) -> bool {
    match value {
        Value::String(text) => text.to_lowercase().contains(word),
        Value::Array(list) => list.iter().any(|value| holds_text(value, word)),
        Value::Object(object) => object.values().any(|value| holds_text(value, word)),
        _ => false,
    }
}

fn copy(from: &Value, path: &[String], to: &mut Map<String, Value>) {
    let [first, rest @ ..] = path else { return };
    let Some(value) = from.get(first) else { return };
    if rest.is_empty() || !value.is_object() {
        to.insert(first.clone(), value.clone());
        return;
    }
    let inner = to.entry(first.clone()).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(inner) = inner {
        copy(value, rest, inner);
    }
}

#[cfg(test)]
mod tests;
