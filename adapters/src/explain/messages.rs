//! The messages of an adapter in words: how each travels, what stands around it, and its fields in
//! the order of writing.

use super::slots::{self, FieldText};
use super::{Said, said};
use crate::adapter::BankAdapter;
use crate::definition::dialect::StepRule;
use crate::layout::lines::Lines;
use crate::layout::tree::Tree;
use crate::layout::{Layout, sheet};
use crate::wire::{Layer, Message};

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageText {
    /// Where it belongs: `submit.upload.request`, `push.message`.
    pub name: String,
    /// What is said of it as a whole, by name: `layout`, `field_sep`, `forbidden`.
    pub details: Vec<(String, String)>,
    /// Its fields, envelope first.
    pub fields: Vec<FieldText>,
}

/// One step of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepText {
    /// `submit`, `query` or `returns`.
    pub flow: &'static str,
    /// Name of the step.
    pub name: String,
    /// What is said of it as a whole, by name: `wire`, `instructs`, `poll`.
    pub details: Vec<(String, String)>,
    /// What is sent.
    pub request: MessageText,
    /// What comes back; none after a file drop.
    pub reply: Option<MessageText>,
}

impl BankAdapter {
    /// The steps of every flow, in order.
    #[must_use]
    pub fn steps(&self) -> Vec<StepText> {
        let flows = [
            ("submit", &self.dialect.submit),
            ("query", &self.dialect.query),
            ("returns", &self.dialect.returns),
        ];
        let steps = flows
            .into_iter()
            .flat_map(|(flow, steps)| steps.iter().map(move |step| step_text(flow, step)));
        steps.collect()
    }

    /// What the bank sends of itself, then our receipt.
    #[must_use]
    pub fn pushed(&self) -> Vec<MessageText> {
        let push = &self.dialect.push;
        let own = push.message.as_ref();
        let own = own.map(|message| message_text("push.message", message));
        let also = push.also.iter().zip(1..);
        let also = also.map(|(also, no)| message_text(&format!("push.also.{no}"), &also.message));
        let receipt = message_text("push.receipt", &push.receipt);
        own.into_iter().chain(also).chain([receipt]).collect()
    }

    /// Answers that are read only where somebody kept them.
    #[must_use]
    pub fn kept(&self) -> Vec<MessageText> {
        let kept = self.dialect.kept.iter().zip(1..);
        kept.map(|(kept, no)| message_text(&format!("kept.{no}"), &kept.message))
            .collect()
    }

    pub(super) fn explain_messages(&self) -> Vec<Said> {
        let mut list = Vec::new();
        for step in self.steps() {
            let name = format!("{}.{}", step.flow, step.name);
            let details = step.details.iter();
            list.extend(details.map(|(key, value)| said(&format!("{name}.{key}"), value, false)));
            flatten(&mut list, &step.request);
            if let Some(reply) = &step.reply {
                flatten(&mut list, reply);
            }
        }
        for message in self.pushed().iter().chain(&self.kept()) {
            flatten(&mut list, message);
        }
        list
    }
}

fn flatten(list: &mut Vec<Said>, message: &MessageText) {
    let name = &message.name;
    let details = message.details.iter();
    list.extend(details.map(|(key, value)| said(&format!("{name}.{key}"), value, false)));
    for field in &message.fields {
        let name = format!("{name}.{}.{}", field.part, field.no);
        list.push(said(&name, field, false));
    }
}

fn step_text(flow: &'static str, step: &StepRule) -> StepText {
    let name = format!("{flow}.{}", step.name);
    let request = message_text(&format!("{name}.request"), &step.request);
    let reply = step.reply.as_ref();
    StepText {
        flow,
        name: step.name.clone(),
        details: step_details(step),
        request,
        reply: reply.map(|reply| message_text(&format!("{name}.reply"), reply)),
    }
}

fn step_details(step: &StepRule) -> Vec<(String, String)> {
    let codes = [
        ("request", &step.codes.request),
        ("flag", &step.codes.flag),
        ("batch", &step.codes.batch),
        ("line", &step.codes.line),
        ("every row is", &step.codes.listed),
    ];
    let codes = codes.into_iter().filter_map(|(place, table)| {
        let table = table.as_ref()?;
        Some(format!("{place}: {}", table.get_ref()))
    });
    let codes: Vec<String> = codes.collect();
    let until = |poll: &crate::definition::dialect::Poll| {
        let codes = poll.until.join(", ");
        let (wait, most) = (poll.wait_ms, poll.count_max);
        format!("until {codes}, each {wait} ms, at most {most} times")
    };
    let parts = step.parts.as_ref().map(|parts| {
        let (rows, number) = (parts.rows, &parts.number);
        format!("of {rows} rows, the first one's {number} repeated")
    });
    let again = step.again.as_ref().map(|again| {
        let (codes, most) = (again.codes.join(", "), again.count_max);
        format!("from the first step on {codes}, at most {most} times")
    });
    let file_name: Vec<String> = step.file_name.iter().map(slots::source).collect();
    let all = [
        ("code", Some(step.code.clone())),
        ("instructs", step.instructs.then(|| "yes".to_owned())),
        ("wire", Some(slots::wire(&step.wire))),
        ("file_name", Some(file_name.join(" + "))),
        (
            "wait_ms",
            (step.wait_ms > 0).then(|| step.wait_ms.to_string()),
        ),
        ("parts", parts),
        (
            "pages",
            step.pages.as_ref().map(|pages| match pages.key.as_slice() {
                [] => pages.rows.to_string(),
                key => format!("{} by {}", pages.rows, key.join(", ")),
            }),
        ),
        ("poll", step.poll.as_ref().map(until)),
        ("again", again),
        ("go_on", step.go_on.as_ref().map(|codes| codes.join(" "))),
        ("md5", step.md5.clone()),
        ("codes", Some(codes.join(", "))),
    ];
    stated(all)
}

fn stated<const N: usize>(all: [(&str, Option<String>); N]) -> Vec<(String, String)> {
    let stated = all.into_iter().filter_map(|(key, value)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some((key.to_owned(), value))
    });
    stated.collect()
}

fn message_text(name: &str, message: &Message) -> MessageText {
    let around = message.layers.iter().map(slots::layer);
    let shape: Vec<String> = std::iter::once(body(&message.body).to_owned())
        .chain(around)
        .collect();
    let mut forbidden = String::new();
    for character in message.body.forbidden() {
        if !forbidden.contains(character) {
            forbidden.push(character);
        }
    }
    let mut details = stated([("layout", Some(shape.join(" < ")))]);
    details.extend(body_details(&message.body));
    let forbidden = (!forbidden.is_empty()).then(|| format!("{forbidden:?}"));
    details.extend(stated([("forbidden", forbidden)]));
    let (head, row) = message.body.slots();
    let around = message.layers.iter().flat_map(Layer::slots);
    let envelope = slots::fields("envelope", around);
    let head = slots::fields("head", head);
    let fields = envelope.chain(head).chain(slots::fields("row", row));
    MessageText {
        name: name.to_owned(),
        details,
        fields: fields.collect(),
    }
}

fn body(layout: &Layout) -> &'static str {
    match layout {
        Layout::Delimited(_) => "delimited",
        Layout::Fixed(_) => "fixed",
        Layout::Xml(_) => "xml",
        Layout::Json(_) => "json",
        Layout::Marked(_) => "marked",
        Layout::Sheet(sheet) => match sheet.kind {
            sheet::Kind::Xlsx => "sheet (xlsx)",
            sheet::Kind::Xls => "sheet (xls)",
        },
        Layout::Empty {} => "empty",
    }
}

fn body_details(layout: &Layout) -> Vec<(String, String)> {
    match layout {
        Layout::Delimited(lines) | Layout::Fixed(lines) => lines_details(lines),
        Layout::Xml(tree) | Layout::Json(tree) => tree_details(tree),
        Layout::Marked(marked) => stated([
            ("before", quoted(&marked.before)),
            ("after", quoted(&marked.after)),
        ]),
        Layout::Sheet(_) | Layout::Empty {} => Vec::new(),
    }
}

fn quoted(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| format!("{text:?}"))
}

fn yes(said: bool) -> Option<String> {
    said.then(|| "yes".to_owned())
}

fn lines_details(lines: &Lines) -> Vec<(String, String)> {
    stated([
        ("head_sep", quoted(&lines.head_sep)),
        ("names", lines.names.as_deref().and_then(quoted)),
        ("field_sep", quoted(&lines.field_sep)),
        ("trailing_sep", yes(lines.trailing_sep)),
        ("row_sep", quoted(&lines.row_sep)),
        ("end", quoted(&lines.end)),
        ("trim", yes(lines.trim)),
    ])
}

fn tree_details(tree: &Tree) -> Vec<(String, String)> {
    let rows = tree.rows.as_ref();
    let packed = rows.and_then(|rows| rows.packed.as_ref());
    stated([
        ("declaration", quoted(&tree.declaration)),
        ("namespace", Some(tree.namespace.join(" "))),
        ("cdata", Some(tree.cdata.join(" "))),
        ("rows", rows.map(|rows| rows.path.clone())),
        ("each", rows.and_then(|rows| rows.each.clone())),
        ("counted", rows.and_then(|rows| yes(rows.counted))),
        (
            "row_element",
            packed.and_then(|packed| packed.element.clone()),
        ),
        (
            "field_sep",
            packed.and_then(|packed| quoted(&packed.field_sep)),
        ),
        (
            "trailing_sep",
            packed.and_then(|packed| yes(packed.trailing_sep)),
        ),
        ("row_sep", packed.and_then(|packed| quoted(&packed.row_sep))),
    ])
}
