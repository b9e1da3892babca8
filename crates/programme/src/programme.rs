//! One programme as it stands: every object, by kind and key.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::change::Write;
use crate::ids::Key;
use crate::objects::{Kind, Object, Settings};

/// An object as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// 1 at first, one more with each change.
    pub version: u32,
    /// What it says; see [`Kind::checked`].
    pub body: Value,
}

/// One programme as it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Programme {
    objects: BTreeMap<Kind, BTreeMap<Key, Held>>,
}

impl Programme {
    /// An object as it is kept.
    pub fn held(&self, kind: Kind, key: &Key) -> Option<&Held> {
        self.objects.get(&kind)?.get(key)
    }

    /// Every object of a kind, by key.
    pub fn all_held(&self, kind: Kind) -> impl Iterator<Item = (&Key, &Held)> {
        self.objects.get(&kind).into_iter().flatten()
    }

    /// An object as its type; none when it is not there, or was damaged outside of us.
    pub fn get<T: Object>(&self, key: &Key) -> Option<T> {
        self.held(T::KIND, key).and_then(|held| typed(&held.body))
    }

    /// Every object of a type, by key.
    pub fn all<T: Object>(&self) -> impl Iterator<Item = (&Key, T)> {
        self.all_held(T::KIND).filter_map(|(key, held)| Some((key, typed(&held.body)?)))
    }

    /// What it is set to; none before it is made.
    pub fn settings(&self) -> Option<Settings> {
        self.get(&settings_key())
    }

    /// Puts an object where it stands, as a store hands it out.
    pub fn insert(&mut self, kind: Kind, key: Key, held: Held) {
        self.objects.entry(kind).or_default().insert(key, held);
    }

    /// Makes writes that have become durable.
    pub fn put(&mut self, writes: &[Write]) {
        for write in writes {
            let objects = self.objects.entry(write.kind).or_default();
            match write.held() {
                Some(held) => objects.insert(write.key.clone(), held),
                None => objects.remove(&write.key),
            };
        }
    }
}

fn typed<T: Object>(body: &Value) -> Option<T> {
    T::deserialize(body).ok()
}

/// The key of the settings.
pub fn settings_key() -> Key {
    "settings".parse().expect("it is a key")
}
