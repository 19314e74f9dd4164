//! The messages of an adapter in words: how each travels, what stands around it, and its fields in
//! the order of writing.

use super::{Said, said};
use crate::adapter::BankAdapter;
use crate::layout::Layout;
use crate::layout::atom::Atom;
use crate::layout::slot::{Slot, Source};
use crate::wire::http::{FolderRule, WireRule};
use crate::wire::{Layer, Message};

impl BankAdapter {
    pub(super) fn explain_messages(&self) -> Vec<Said> {
        let mut list = Vec::new();
        let flows = [
            ("submit", &self.dialect.submit),
            ("query", &self.dialect.query),
        ];
        for (flow, step) in flows.iter().flat_map(|(kind, steps)| {
            let named = |step| (*kind, step);
            steps.iter().map(named)
        }) {
            let name = format!("{flow}.{}", step.name);
            list.push(said(&format!("{name}.wire"), wire(&step.wire), false));
            if let Some(pages) = &step.pages {
                let by = match pages.key.join(", ") {
                    none if none.is_empty() => pages.rows.to_string(),
                    key => format!("{} by {key}", pages.rows),
                };
                list.push(said(&format!("{name}.pages"), by, false));
            }
            message(&mut list, &format!("{name}.request"), &step.request);
            if let Some(reply) = &step.reply {
                message(&mut list, &format!("{name}.reply"), reply);
            }
        }
        if let Some(pushed) = &self.dialect.push.message {
            message(&mut list, "push.message", pushed);
        }
        for (also, number) in self.dialect.push.also.iter().zip(1..) {
            message(&mut list, &format!("push.also.{number}"), &also.message);
        }
        message(&mut list, "push.receipt", &self.dialect.push.receipt);
        list
    }
}

fn wire(rule: &WireRule) -> String {
    match rule {
        WireRule::Tcp {} => "tcp".to_owned(),
        WireRule::Drop(place) => format!("file_drop {}", folder(place)),
        WireRule::Fetch(place) => format!("file_fetch {}", folder(place)),
        WireRule::Http(rule) => {
            let path: Vec<String> = rule.path.iter().map(source).collect();
            let sign = rule.sign.as_ref();
            let sign = sign.map(|sign| format!(", {} in {}", sign.algorithm, sign.header));
            let (endpoint, path) = (&rule.endpoint, path.join(" + "));
            format!("http {endpoint} {path}{}", sign.unwrap_or_default())
        }
    }
}

fn folder(rule: &FolderRule) -> String {
    let below = rule.below.iter().map(source);
    let parts: Vec<String> = std::iter::once(rule.folder.clone()).chain(below).collect();
    parts.join(" + ")
}

fn message(list: &mut Vec<Said>, name: &str, message: &Message) {
    let body = match &message.body {
        Layout::Delimited(_) => "delimited",
        Layout::Fixed(_) => "fixed",
        Layout::Xml(_) => "xml",
        Layout::Json(_) => "json",
        Layout::Marked(_) => "marked",
        Layout::Sheet(_) => "sheet",
        Layout::Empty {} => "empty",
    };
    let around = message.layers.iter().map(layer);
    let shape: Vec<String> = std::iter::once(body.to_owned()).chain(around).collect();
    list.push(said(&format!("{name}.layout"), shape.join(" < "), false));
    let forbidden: String = message.body.forbidden().into_iter().collect();
    if !forbidden.is_empty() {
        let forbidden = format!("{forbidden:?}");
        list.push(said(&format!("{name}.forbidden"), forbidden, false));
    }
    let (head, row) = message.body.slots();
    let around = message.layers.iter().flat_map(Layer::slots);
    fields(list, &format!("{name}.envelope"), around);
    fields(list, &format!("{name}.head"), head);
    fields(list, &format!("{name}.row"), row);
}

fn fields<'a>(list: &mut Vec<Said>, name: &str, slots: impl IntoIterator<Item = &'a Slot>) {
    for (place, slot) in (1u32..).zip(slots) {
        list.push(said(&format!("{name}.{place}"), field(slot), false));
    }
}

fn layer(layer: &Layer) -> String {
    match layer {
        Layer::Base64 {} => "base64".to_owned(),
        Layer::Hex {} => "hex".to_owned(),
        Layer::Deflate {} => "deflate".to_owned(),
        Layer::Zlib {} => "zlib".to_owned(),
        Layer::LeadSign(sign) => format!("{} before it", sign.algorithm),
        Layer::Sign(sign) => format!("{} in {}", sign.algorithm, sign.before),
        Layer::Encrypt { cipher, slot } => format!("{cipher}({slot})"),
        Layer::Prefix { text } => format!("prefix {text:?}"),
        Layer::Between { before, after } => format!("between {before:?} and {after:?}"),
        Layer::Head { .. } => "head".to_owned(),
        Layer::Named { head } => format!("head {head}"),
        Layer::Xml(_) => "xml".to_owned(),
        Layer::Json(_) => "json".to_owned(),
        Layer::Form(form) => match &form.sign {
            Some(sign) => format!("form, {} in {}", sign.algorithm, sign.pair),
            None => "form".to_owned(),
        },
        Layer::XmlSignature(rule) => {
            format!("xml_signature {}({})", rule.algorithm_word(), rule.slot)
        }
    }
}

/// `CMS/eb/pub/CIS = connection.cis`, with width, limit and whether it must be there.
fn field(slot: &Slot) -> String {
    let mut text = source(slot);
    if !slot.path.is_empty() {
        text = format!("{} = {text}", slot.path);
    }
    if let Some(default) = &slot.default {
        text.push_str(&format!(", else {default:?}"));
    }
    if !slot.map.is_empty() {
        let pairs = slot
            .map
            .iter()
            .map(|(own, theirs)| format!("{own}={theirs}"));
        let pairs: Vec<String> = pairs.collect();
        text.push_str(&format!(", {}", pairs.join(" ")));
    }
    if let Some(width) = slot.width {
        text.push_str(&format!(", width {width}"));
    }
    if let Some(most) = slot.bytes_max {
        text.push_str(&format!(", at most {most} bytes"));
    }
    if slot.required {
        text.push_str(", required");
    }
    text
}

fn source(slot: &Slot) -> String {
    match &slot.source {
        Source::One(one) => atom(one),
        Source::Join(parts) => parts.iter().map(atom).collect::<Vec<_>>().join(" + "),
        Source::Payload(None) => "payload".to_owned(),
        Source::Payload(Some(name)) => format!("payload, or captured.{name} for it"),
        Source::PayloadLength(0) => "length of the payload".to_owned(),
        Source::PayloadLength(plus) => format!("length of the payload + {plus}"),
        Source::StepCode => "code of the step".to_owned(),
    }
}

fn atom(atom: &Atom) -> String {
    match atom {
        Atom::Field {
            field,
            format,
            digits,
            last,
            ..
        } => {
            let spelling = format!("{format:?}").to_lowercase();
            let digits = match digits {
                0 => String::new(),
                digits if *last => format!(", its last {digits} digits"),
                digits => format!(" of {digits} digits"),
            };
            format!("{} as {spelling}{digits}", field.as_str())
        }
        Atom::Const(text) => format!("{text:?}"),
        Atom::Spare(text) => format!("{text:?} (anything is read)"),
        Atom::Connection { name, .. } => format!("connection.{name}"),
        Atom::Captured { name, .. } => format!("captured.{name}"),
    }
}
