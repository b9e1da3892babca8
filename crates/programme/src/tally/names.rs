//! Values by name, in the order of the names: a few, and thousands of such lists, so each is as small as
//! what is in it. A tree of one name takes the room of eleven.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Values by name. Finding one halves the list; adding one moves what follows, of some sixty at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names<T>(Vec<(Box<str>, T)>);

impl<T> Names<T> {
    pub(super) fn one(name: impl Into<Box<str>>, value: T) -> Self {
        Self(vec![(name.into(), value)])
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    pub(super) fn get(&self, name: &str) -> Option<&T> {
        self.place(name).ok().map(|place| &self.0[place].1)
    }

    /// The value of a name, which is there afterwards.
    pub(super) fn entry(&mut self, name: &str) -> &mut T
    where
        T: Default,
    {
        let place = self.place(name).unwrap_or_else(|place| {
            self.put(place, name.into(), T::default());
            place
        });
        &mut self.0[place].1
    }

    /// Adds another list.
    pub(super) fn merge(&mut self, other: &Self, mut add: impl FnMut(&mut T, &T))
    where
        T: Clone,
    {
        for (name, value) in &other.0 {
            match self.place(name) {
                Ok(place) => add(&mut self.0[place].1, value),
                Err(place) => self.put(place, name.clone(), value.clone()),
            }
        }
    }

    /// Takes the value of the last name.
    pub(super) fn pop_last(&mut self) -> Option<T> {
        self.0.pop().map(|(_, value)| value)
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(mine, _)| (**mine).cmp(name))
    }

    fn put(&mut self, place: usize, name: Box<str>, value: T) {
        // Most lists have one or two; doubling from four would keep twice that.
        if self.0.len() < 4 {
            self.0.reserve_exact(1);
        }
        self.0.insert(place, (name, value));
    }
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Serialize> Serialize for Names<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Names<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Names<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("values by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut names = Names(Vec::new());
                while let Some((name, value)) = map.next_entry::<Box<str>, T>()? {
                    match names.place(&name) {
                        Ok(place) => names.0[place].1 = value,
                        Err(place) => names.put(place, name, value),
                    }
                }
                Ok(names)
            }
        }
        deserializer.deserialize_map(Reader(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn it_is_read_and_written_as_the_object_that_a_tree_is() {
        let tree = BTreeMap::from([("b", 2), ("a", 1), ("å", 3), ("c", 4), ("aa", 5), ("z", 6)]);
        let written = serde_json::to_string(&tree).unwrap();
        let names: Names<i64> = serde_json::from_str(&written).unwrap();
        assert_eq!(serde_json::to_string(&names).unwrap(), written);
        // In whatever order; of a name that comes twice, the last counts.
        let turned: Names<i64> =
            serde_json::from_str(r#"{"z":9,"å":3,"c":4,"b":2,"aa":5,"a":1,"z":6}"#).unwrap();
        assert_eq!(turned, names);
        assert_eq!(names.get("aa"), Some(&5));
        assert_eq!(names.get("ab"), None);
    }

    #[test]
    fn merging_adds_what_both_have_and_takes_what_one_has() {
        let mut sum = Names::one("b", 1);
        *sum.entry("d") += 4;
        let mut other = Names::one("a", 10);
        *other.entry("b") += 20;
        sum.merge(&other, |mine, theirs| *mine += theirs);
        let all: Vec<(&str, &i64)> = sum.iter().collect();
        assert_eq!(all, [("a", &10), ("b", &21), ("d", &4)]);
        assert_eq!(sum.pop_last(), Some(4));
        assert_eq!(sum.len(), 2);
    }
}
