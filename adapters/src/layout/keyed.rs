//! Texts by key in one piece of memory: a text of its own for each would cost more than all that is
//! done with them.

use std::fmt;

/// Key, start and end of a text in the piece that holds them all: of a message, which has far fewer
/// bytes than can be counted so.
pub(super) type Place<K> = (K, u32, u32);

/// The end of what a piece holds so far.
pub(super) fn end_of(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

/// The text of a place; `None` for one behind the piece's end.
pub(super) fn between(text: &str, start: u32, end: u32) -> Option<&str> {
    text.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
}

/// Texts by key, to look at. Few enough that a look along the keys finds one.
///
/// Holds personal data in clear, so `Debug` prints the keys and never the texts.
pub struct Texts<'a, K> {
    text: &'a str,
    places: &'a [Place<K>],
}

impl<K> Clone for Texts<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Texts<'_, K> {}

impl<'a, K> Texts<'a, K> {
    pub(super) fn new(text: &'a str, places: &'a [Place<K>]) -> Self {
        Self { text, places }
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Key and text of each, in the order in which the keys came.
    pub fn iter(&self) -> impl Iterator<Item = (&'a K, &'a str)> + use<'a, K> {
        let (text, places) = (self.text, self.places.iter());
        places.filter_map(move |(key, start, end)| Some((key, between(text, *start, *end)?)))
    }
}

impl<'a, K: PartialEq> Texts<'a, K> {
    /// The text of a key.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&'a str> {
        let (_, start, end) = self.places.iter().find(|(own, _, _)| own == key)?;
        between(self.text, *start, *end)
    }
}

/// The same texts under the same keys, in whatever order they came.
impl<K: PartialEq> PartialEq for Texts<'_, K> {
    fn eq(&self, other: &Self) -> bool {
        let same = |(key, text): (&K, &str)| other.get(key) == Some(text);
        self.len() == other.len() && self.iter().all(same)
    }
}

impl<K: Eq> Eq for Texts<'_, K> {}

impl<K: fmt::Debug> fmt::Debug for Texts<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.iter().map(|(key, _)| key))
            .finish()
    }
}

/// Keeps a text where its key has none from `first` on; the one that it has is told.
pub(super) fn keep_first<'t, K: PartialEq>(
    (text, places): (&'t mut String, &mut Vec<Place<K>>),
    first: usize,
    key: K,
    new: &str,
) -> Option<&'t str> {
    let own = places.get(first..).unwrap_or_default();
    if let Some((_, start, end)) = own.iter().find(|(own, _, _)| *own == key) {
        return between(text, *start, *end);
    }
    add((text, places), key, new);
    None
}

/// Keeps a text of a key that has none.
pub(super) fn add<K>((text, places): (&mut String, &mut Vec<Place<K>>), key: K, new: &str) {
    let start = end_of(text);
    text.push_str(new);
    places.push((key, start, end_of(text)));
}

/// Keeps a text behind those of `text`, in place of the one that its key had from `first` on.
pub(super) fn keep<K: PartialEq>(
    (text, places): (&mut String, &mut Vec<Place<K>>),
    first: usize,
    key: K,
    new: &str,
) {
    let start = end_of(text);
    text.push_str(new);
    let end = end_of(text);
    let mut own = places.iter_mut().skip(first);
    match own.find(|(own, _, _)| *own == key) {
        Some(place) => (place.1, place.2) = (start, end),
        None => places.push((key, start, end)),
    }
}

/// Texts by key.
#[derive(Clone)]
pub struct Keyed<K> {
    text: String,
    places: Vec<Place<K>>,
}

impl<K> Default for Keyed<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K> Keyed<K> {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            text: String::new(),
            places: Vec::new(),
        }
    }

    /// All of them.
    #[must_use]
    pub fn texts(&self) -> Texts<'_, K> {
        Texts::new(&self.text, &self.places)
    }

    /// Key and text of each, in the order in which the keys came.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &str)> {
        self.texts().iter()
    }
}

impl<K: PartialEq> Keyed<K> {
    /// The text of a key.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&str> {
        self.texts().get(key)
    }

    /// Keeps a text where its key has none; the one that it has is told.
    pub fn insert_first(&mut self, key: K, text: &str) -> Option<&str> {
        keep_first((&mut self.text, &mut self.places), 0, key, text)
    }

    /// Keeps a text, in place of the one that its key had.
    pub fn insert(&mut self, key: K, text: impl AsRef<str>) {
        keep((&mut self.text, &mut self.places), 0, key, text.as_ref());
    }
}

impl<K: PartialEq> PartialEq for Keyed<K> {
    fn eq(&self, other: &Self) -> bool {
        self.texts() == other.texts()
    }
}

impl<K: Eq> Eq for Keyed<K> {}

impl<K: PartialEq, T: AsRef<str>> FromIterator<(K, T)> for Keyed<K> {
    fn from_iter<I: IntoIterator<Item = (K, T)>>(texts: I) -> Self {
        let mut keyed = Self::new();
        for (key, text) in texts {
            keyed.insert(key, text);
        }
        keyed
    }
}

impl<K: PartialEq, T: AsRef<str>, const N: usize> From<[(K, T); N]> for Keyed<K> {
    fn from(texts: [(K, T); N]) -> Self {
        texts.into_iter().collect()
    }
}

impl<K: fmt::Debug> fmt::Debug for Keyed<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.texts().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::Keyed;

    #[test]
    fn the_last_text_of_a_key_counts_and_order_does_not() {
        let mut keyed = Keyed::from([("a", "1"), ("b", "22")]);
        keyed.insert("a", "333");
        assert_eq!(
            (keyed.get(&"a"), keyed.get(&"b")),
            (Some("333"), Some("22"))
        );
        assert_eq!((keyed.get(&"c"), keyed.texts().len()), (None, 2));
        assert!(keyed == Keyed::from([("b", "22"), ("a", "333")]));
        assert!(keyed != Keyed::from([("b", "22"), ("a", "1")]));
        assert!(keyed != Keyed::from([("b", "22")]));
        assert_eq!(format!("{keyed:?}"), r#"{"a", "b"}"#);
    }
}
