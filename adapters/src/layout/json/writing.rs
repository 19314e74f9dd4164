//! The members of a JSON object in the order in which they are written: found once for a message,
//! so that a row is written straight into the text.

use crate::layout::atom::WriteContext;
use crate::layout::fault::WriteFault;
use crate::layout::lines::RowFault;
use crate::layout::places::ITEM;
use crate::layout::slot::Slot;
use crate::layout::tree::Tree;

/// A member of an object: its name, quoted, and what it is.
struct Member<'t> {
    name: &'t str,
    quoted: String,
    what: What<'t>,
}

enum What<'t> {
    /// The value of a slot.
    Value {
        slot: &'t Slot,
        /// Its path from the root, where it is written as a number.
        number: Option<String>,
    },
    /// An object, or a list of this one object.
    Object {
        listed: bool,
        members: Vec<Member<'t>>,
    },
    /// The list of the rows.
    Rows(Vec<Member<'t>>),
}

/// Writes a tree, compact.
///
/// # Errors
/// The first place that does not fit, with its row.
pub fn write(tree: &Tree, context: &WriteContext<'_>) -> Result<String, RowFault> {
    let mut root = members(tree, "", &tree.head);
    if let Some(repeat) = &tree.rows {
        let rows = members(tree, &format!("{}/", repeat.path), &repeat.slots);
        place(&mut root, &repeat.path, What::Rows(rows));
    }
    let mut writer = Writer {
        text: String::new(),
        value: String::new(),
    };
    match root.iter().find(|member| member.name == ITEM) {
        Some(item) => {
            writer.text.push('[');
            writer.what(&item.what, context)?;
            writer.text.push(']');
        }
        None => writer.object(&root, context)?,
    }
    Ok(writer.text)
}

/// The members of the slots of the head, or of those of a row behind `group`.
fn members<'t>(tree: &'t Tree, group: &str, slots: &'t [Slot]) -> Vec<Member<'t>> {
    let mut members = Vec::new();
    for slot in slots {
        let path = format!("{group}{}", slot.path);
        let number = Some(path).filter(|path| tree.numbers.contains(path));
        place(&mut members, &slot.path, What::Value { slot, number });
    }
    members
}

fn place<'t>(members: &mut Vec<Member<'t>>, path: &'t str, what: What<'t>) {
    let (name, inner) = match path.split_once('/') {
        None => (path, None),
        Some((name, rest)) => match rest.strip_prefix("[]/") {
            Some(rest) => (name, Some((true, rest))),
            None => (name, Some((false, rest))),
        },
    };
    let at = members.iter().position(|member| member.name == name);
    let at = at.unwrap_or_else(|| {
        members.push(Member {
            name,
            quoted: serde_json::Value::from(name).to_string(),
            what: What::Object {
                listed: inner.is_some_and(|(listed, _)| listed),
                members: Vec::new(),
            },
        });
        members.len() - 1
    });
    let Some(member) = members.get_mut(at) else {
        return;
    };
    match (inner, &mut member.what) {
        (None, own) => *own = what,
        (Some((_, rest)), What::Object { members, .. }) => place(members, rest, what),
        (Some(_), What::Value { .. } | What::Rows(_)) => {}
    }
}

struct Writer {
    text: String,
    /// The value of the slot that is being written, before it is quoted.
    value: String,
}

impl Writer {
    fn object(
        &mut self,
        members: &[Member<'_>],
        context: &WriteContext<'_>,
    ) -> Result<(), RowFault> {
        self.text.push('{');
        for (at, member) in members.iter().enumerate() {
            self.text.push_str(if at > 0 { "," } else { "" });
            self.text.push_str(&member.quoted);
            self.text.push(':');
            self.what(&member.what, context)?;
        }
        self.text.push('}');
        Ok(())
    }

    fn what(&mut self, what: &What<'_>, context: &WriteContext<'_>) -> Result<(), RowFault> {
        match what {
            What::Value { slot, number } => self
                .value(slot, number.as_deref(), context)
                .map_err(|fault| (fault, context.row_no())),
            What::Object { listed, members } => {
                self.text.push_str(if *listed { "[" } else { "" });
                self.object(members, context)?;
                self.text.push_str(if *listed { "]" } else { "" });
                Ok(())
            }
            What::Rows(members) => {
                self.text.push('[');
                for (at, row) in context.listed.iter().enumerate() {
                    self.text.push_str(if at > 0 { "," } else { "" });
                    self.object(members, &context.of_row(row))?;
                }
                self.text.push(']');
                Ok(())
            }
        }
    }

    fn value(
        &mut self,
        slot: &Slot,
        number: Option<&str>,
        context: &WriteContext<'_>,
    ) -> Result<(), WriteFault> {
        self.value.clear();
        slot.write_to(context, &mut self.value)?;
        if let Some(path) = number {
            let number: i64 = self.value.parse().map_err(|_| WriteFault::Form {
                place: path.to_owned(),
            })?;
            self.text.push_str(&number.to_string());
            return Ok(());
        }
        let escaped = |byte: u8| matches!(byte, 0..0x20 | b'"' | b'\\');
        if self.value.bytes().any(escaped) {
            let quoted = serde_json::Value::from(self.value.as_str()).to_string();
            self.text.push_str(&quoted);
        } else {
            self.text.push('"');
            self.text.push_str(&self.value);
            self.text.push('"');
        }
        Ok(())
    }
}
