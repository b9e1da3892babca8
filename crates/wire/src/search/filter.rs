//! What a field's value must be.

/// The values asked for of one field.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    one_of: Vec<Pattern>,
    all_of: Vec<Pattern>,
    none_of: Vec<Pattern>,
}

/// Text with `*` for anything, parts in lower case.
#[derive(Debug, Clone)]
struct Pattern(Vec<String>);

impl Filter {
    pub(super) fn parse(values: &str) -> Self {
        let mut filter = Self::default();
        for value in values.split(',') {
            let (list, value) = match value.as_bytes().first() {
                Some(b'&') => (&mut filter.all_of, &value[1..]),
                Some(b'!') => (&mut filter.none_of, &value[1..]),
                Some(b'|') => (&mut filter.one_of, &value[1..]),
                _ => (&mut filter.one_of, value),
            };
            list.push(Pattern(value.to_lowercase().split('*').map(str::to_owned).collect()));
        }
        filter
    }

    pub(super) fn matches(&self, values: &[String]) -> bool {
        let values: Vec<String> = values.iter().map(|value| value.to_lowercase()).collect();
        let is_there = |pattern: &Pattern| values.iter().any(|value| pattern.matches(value));
        (self.one_of.is_empty() || self.one_of.iter().any(is_there))
            && self.all_of.iter().all(is_there)
            && !self.none_of.iter().any(is_there)
    }
}

impl Pattern {
    fn matches(&self, text: &str) -> bool {
        let [first, between @ .., last] = self.0.as_slice() else {
            return self.0.first().is_some_and(|only| only == text);
        };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
        for part in between {
            match rest.find(part.as_str()) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(last.as_str())
    }
}
