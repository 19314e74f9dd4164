//! JSON read in one walk: what slots ask for is kept, everything else passed over. A member may
//! stand once in its object.

use super::once::{Names, Once};
use crate::layout::found::Found;
use crate::layout::lines::ROWS_MAX;
use crate::layout::places::{ITEM, Node, Places, ROOT};
use crate::layout::tree::Tree;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use std::fmt;

/// What a walk has found so far.
pub(super) struct Walk<'t> {
    pub(super) places: Places<'t>,
    /// The message is an object in a list.
    listed: bool,
    pub(super) found: Found,
    /// The first thing that is not this message; of JSON it is all the same.
    pub(super) wrong: Option<String>,
}

impl<'t> Walk<'t> {
    pub(super) fn of(tree: &'t Tree, text: &str) -> Self {
        let places = Places::of(tree);
        Self {
            found: Found::nothing(&places, text.len()),
            places,
            listed: tree.head.iter().any(|slot| slot.path.starts_with("[]/")),
            wrong: None,
        }
    }

    /// The whole message.
    pub(super) fn root(&mut self) -> Value<'_, 't> {
        Value {
            walk: self,
            at: Some(ROOT),
            row: false,
        }
    }

    fn refuse(&mut self, what: impl Into<String>) {
        self.wrong.get_or_insert_with(|| what.into());
    }

    fn refuse_root(&mut self) {
        self.refuse(match self.listed {
            true => "not a list of one",
            false => "not a JSON object",
        });
    }
}

/// A value at a place of the tree; `None` where nothing of it is read.
pub(super) struct Value<'w, 't> {
    walk: &'w mut Walk<'t>,
    at: Option<usize>,
    /// It is an item of the list of rows.
    row: bool,
}

impl<'t> Value<'_, 't> {
    fn node(&self) -> Option<&Node<'t>> {
        self.walk.places.node_at(self.at?)
    }

    fn is_group(&self) -> bool {
        self.node().is_some_and(|node| node.group)
    }

    /// Keeps the text of a scalar.
    fn keep(self, text: &str) {
        if self.row {
            return self.walk.refuse("a row is not an object");
        }
        if self.at == Some(ROOT) {
            return self.walk.refuse_root();
        }
        if self.is_group() {
            return self.walk.refuse("the rows are not a list");
        }
        if let Some(asked) = self.node().and_then(|node| node.text) {
            self.walk.found.keep(asked, text);
        }
    }

    /// No object and no list stands where a text is asked for.
    fn refuse_structure(&mut self) {
        let asked = self
            .at
            .filter(|_| self.node().is_some_and(|node| node.text.is_some()));
        if let Some(at) = asked {
            let what = format!("{} is not a text", self.walk.places.path(at));
            self.walk.refuse(what);
        }
    }

    fn begin_row(&mut self) {
        if self.walk.found.rows_count() >= ROWS_MAX {
            return self.walk.refuse("too many rows");
        }
        self.walk.found.begin_row();
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.at {
            Some(_) => deserializer.deserialize_any(self),
            None => deserializer.deserialize_any(Once),
        }
    }
}

impl<'de> Visitor<'de> for Value<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        // An object may stand in place of the list that holds it.
        let item = self.at.and_then(|at| self.walk.places.below(at, ITEM));
        let at = item.or(self.at).unwrap_or(ROOT);
        if self.is_group() || self.row {
            self.begin_row();
        } else {
            self.refuse_structure();
        }
        let mut known = vec![false; self.walk.places.count()];
        let mut others = Names::default();
        let mut before = None;
        while let Some(name) = members.next_key_seed(Name {
            places: &self.walk.places,
            at,
            before,
            others: &mut others,
        })? {
            before = name;
            if let Some(seen) = name.and_then(|name| known.get_mut(name))
                && std::mem::replace(seen, true)
            {
                return Err(A::Error::custom("a member stands twice"));
            }
            members.next_value_seed(Value {
                walk: self.walk,
                at: name,
                row: false,
            })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let group = self.is_group() && !self.row;
        let item = self.at.and_then(|at| self.walk.places.below(at, ITEM));
        match (group, self.row) {
            (_, true) => self.walk.refuse("a row is not an object"),
            (true, _) => {}
            (false, _) if self.at == Some(ROOT) && !self.walk.listed => self.walk.refuse_root(),
            (false, _) => self.refuse_structure(),
        }
        let at = if group { self.at } else { item };
        let mark = self.walk.found.mark();
        let mut count = 0;
        loop {
            let at = at.filter(|_| group || count == 0);
            let seed = Value {
                walk: self.walk,
                at,
                row: group,
            };
            if items.next_element_seed(seed)?.is_none() {
                return Ok(());
            }
            count += 1;
            // Of several items nobody knows which is meant.
            if count == 2 && !group {
                self.walk.found.go_back(mark);
                if self.at == Some(ROOT) {
                    self.walk.refuse_root();
                }
            }
        }
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<(), E> {
        self.keep(if flag { "true" } else { "false" });
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.keep(&number.to_string());
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.keep(&number.to_string());
        Ok(())
    }

    // Only its text: no amount is made of it here.
    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        let text = Number::from_f64(number).map(|number| number.to_string());
        self.keep(&text.unwrap_or_default());
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.keep(text);
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        if self.row {
            self.walk.refuse("a row is not an object");
        } else if self.at == Some(ROOT) {
            self.walk.refuse_root();
        }
        Ok(())
    }
}

/// The place of a member by its name; another one is kept among `others`.
struct Name<'a, 't> {
    places: &'a Places<'t>,
    at: usize,
    /// The member before it.
    before: Option<usize>,
    others: &'a mut Names,
}

impl<'de> DeserializeSeed<'de> for Name<'_, '_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_, '_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Option<usize>, E> {
        let place = self.places.below_behind(self.at, self.before, name);
        if place.is_none() {
            self.others.add(name)?;
        }
        Ok(place)
    }
}
