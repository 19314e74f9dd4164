//! The places of a message at which something is read, by name below name: gathered once for a
//! message, so that each element costs a look along the names below its parent.

use super::field::Field;
use super::slot::Slot;
use super::tree::{Repeat, Tree};

/// The place around the whole message.
pub const ROOT: usize = 0;

/// Stands for the one item of a list of JSON.
pub const ITEM: &str = "[]";

/// The places of a tree.
pub struct Places<'t> {
    nodes: Vec<Node<'t>>,
    /// What each slot of the head asks for, in their order.
    pub head: Vec<Asked<'t>>,
    /// What each slot of a row asks for; of packed rows the one text that holds them.
    pub row: Vec<Asked<'t>>,
    head_texts: usize,
    row_texts: usize,
}

/// The texts that one slot asks for, by their numbers among those of the head or of a row.
#[derive(Default)]
pub struct Asked<'t> {
    /// Of each element that says its value.
    pub elements: Vec<usize>,
    /// Of each fixed attribute, with its name and what it must be.
    pub attributes: Vec<(usize, &'t str, &'t str)>,
    /// The field whose value the text is as it stands (`Slot::as_it_stands`).
    pub as_it_stands: Option<Field>,
    /// Whether blanks around the text say nothing (`Slot::blanks_say_nothing`).
    pub blanks_say_nothing: bool,
}

/// One element or member.
#[derive(Default)]
pub struct Node<'t> {
    name: &'t str,
    /// An attribute, whose name stands without its mark.
    attribute: bool,
    above: usize,
    /// How many are below the same one before it.
    order: usize,
    below: Vec<usize>,
    /// What is read here.
    pub text: Option<Text>,
    /// It holds the rows: it is one row, or in JSON their list.
    pub group: bool,
    /// It is one row of a group of several.
    pub each: bool,
}

/// A text that a slot asks for.
#[derive(Clone, Copy)]
pub struct Text {
    /// Its number.
    pub number: usize,
    /// It is of a row and not of the head.
    pub of_row: bool,
    /// It stands beside the rows of its group and holds for each of them.
    pub beside: bool,
    /// It may stand several times; the first counts.
    pub many: bool,
}

impl<'t> Places<'t> {
    /// Those of a tree.
    #[must_use]
    pub fn of(tree: &'t Tree) -> Self {
        let mut places = Self {
            nodes: vec![Node::default()],
            head: Vec::new(),
            row: Vec::new(),
            head_texts: 0,
            row_texts: 0,
        };
        for slot in &tree.head {
            let asked = places.asked(tree, ROOT, slot, None);
            places.head.push(asked);
        }
        if let Some(rows) = &tree.rows {
            places.add_rows(tree, rows);
        }
        places
    }

    fn add_rows(&mut self, tree: &'t Tree, rows: &'t Repeat) {
        let group = self.node(ROOT, &rows.path);
        if let Some(each) = &rows.each {
            let at = self.node(group, each);
            self.change(at, |node| node.each = true);
        }
        self.change(group, |node| node.group = true);
        if let Some(packed) = &rows.packed {
            let number = match &packed.element {
                Some(element) => {
                    let at = self.node(group, element);
                    self.number(at, tree.has_many(element), Some(false))
                }
                None => self.number(group, tree.has_many(&rows.path), None),
            };
            let elements = vec![number];
            self.row.push(Asked {
                elements,
                ..Asked::default()
            });
            return;
        }
        for slot in &rows.slots {
            let asked = self.asked(tree, group, slot, Some(rows));
            self.row.push(asked);
        }
    }

    /// The places of a slot of the head, or of a row below its group.
    fn asked(
        &mut self,
        tree: &Tree,
        from: usize,
        slot: &'t Slot,
        rows: Option<&'t Repeat>,
    ) -> Asked<'t> {
        if slot.element.unread {
            return Asked::default();
        }
        let each = rows.and_then(|rows| rows.each.as_deref());
        let beside = |path: &str| each.is_some_and(|each| !path.starts_with(each));
        let of_row = |path: &str| rows.is_some().then(|| beside(path));
        let elements = slot.paths().map(|path| {
            let at = self.node(from, path);
            self.number(at, tree.has_many(path), of_row(path))
        });
        let elements = elements.collect();
        let mut attributes = Vec::new();
        for (name, text) in &slot.element.attributes {
            let element = self.node(from, &slot.path);
            let at = self.below_or_new(element, name, true);
            let many = tree.has_many(&format!("{}/@{name}", slot.path));
            let number = self.number(at, many, of_row(&slot.path));
            attributes.push((number, name.as_str(), text.as_str()));
        }
        Asked {
            elements,
            attributes,
            as_it_stands: slot.as_it_stands(),
            blanks_say_nothing: slot.blanks_say_nothing(),
        }
    }

    /// The number of the text at a place: of the head, or of a row, which may be beside the rows.
    fn number(&mut self, at: usize, many: bool, of_row: Option<bool>) -> usize {
        let known = self.node_at(at).and_then(|node| node.text);
        if let Some(text) = known.filter(|text| text.of_row == of_row.is_some()) {
            return text.number;
        }
        let texts = match of_row {
            Some(_) => &mut self.row_texts,
            None => &mut self.head_texts,
        };
        let number = *texts;
        *texts += 1;
        let text = Text {
            number,
            of_row: of_row.is_some(),
            beside: of_row == Some(true),
            many,
        };
        self.change(at, |node| node.text = Some(text));
        number
    }

    fn change(&mut self, at: usize, change: impl FnOnce(&mut Node<'t>)) {
        if let Some(node) = self.nodes.get_mut(at) {
            change(node);
        }
    }

    /// The node of a path below another one, made where it is missing.
    fn node(&mut self, from: usize, path: &'t str) -> usize {
        path.split('/')
            .fold(from, |at, name| match name.strip_prefix('@') {
                Some(name) => self.below_or_new(at, name, true),
                None => self.below_or_new(at, name, false),
            })
    }

    fn below_or_new(&mut self, at: usize, name: &'t str, attribute: bool) -> usize {
        if let Some(known) = self.find((at, 0), name, attribute) {
            return known;
        }
        let new = self.nodes.len();
        self.nodes.push(Node {
            name,
            attribute,
            above: at,
            order: self.node_at(at).map_or(0, |node| node.below.len()),
            ..Node::default()
        });
        self.change(at, |node| node.below.push(new));
        new
    }

    /// Looks from one of those below on, and then at those before it.
    fn find(&self, (at, from): (usize, usize), name: &str, attribute: bool) -> Option<usize> {
        let below = self.nodes.get(at)?.below.as_slice();
        let (before, behind) = below.split_at_checked(from).unwrap_or((below, &[]));
        let is_it = |node: &Node<'_>| node.name == name && node.attribute == attribute;
        let mut all = behind.iter().chain(before).copied();
        all.find(|at| self.nodes.get(*at).is_some_and(is_it))
    }

    /// What is below a place by this name; `None` where nothing of it is read.
    #[must_use]
    pub fn below(&self, at: usize, name: &str) -> Option<usize> {
        self.find((at, 0), name, false)
    }

    /// As [`Self::below`], looked for behind the one that stood before it first: most messages keep
    /// to the order of the slots.
    #[must_use]
    pub fn below_behind(&self, at: usize, before: Option<usize>, name: &str) -> Option<usize> {
        let before = before.and_then(|before| self.nodes.get(before));
        let from = before.map_or(0, |node| node.order + 1);
        self.find((at, from), name, false)
    }

    /// The attribute of this name at a place; `None` where it is not read.
    #[must_use]
    pub fn attribute(&self, at: usize, name: &str) -> Option<usize> {
        self.find((at, 0), name, true)
    }

    /// A place.
    #[must_use]
    pub fn node_at(&self, at: usize) -> Option<&Node<'t>> {
        self.nodes.get(at)
    }

    /// The path of a place as its slot has it: from the root, or below the group of rows.
    #[must_use]
    pub fn path(&self, at: usize) -> String {
        let mut names = Vec::new();
        let mut next = Some(at).filter(|at| *at != ROOT);
        while let Some(node) = next.and_then(|at| self.node_at(at)) {
            names.push(node.name);
            let is_top = |above: &usize| self.node_at(*above).is_none_or(|node| node.group);
            next = Some(node.above).filter(|above| *above != ROOT && !is_top(above));
        }
        names.reverse();
        names.join("/")
    }

    /// How many places there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.nodes.len()
    }

    /// How many texts are asked for, of the head and of a row.
    #[must_use]
    pub fn texts(&self) -> (usize, usize) {
        (self.head_texts, self.row_texts)
    }
}
