//! The places of a message in words, and what stands around it.

use crate::layout::atom::Atom;
use crate::layout::slot::element::Element;
use crate::layout::slot::{Align, Slot, Source};
use crate::wire::Layer;
use crate::wire::http::{FolderRule, Method, WireRule};

/// One field of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldText {
    /// `envelope`, `head` or `row`.
    pub part: &'static str,
    /// Its place in the part, from 1.
    pub no: u32,
    /// Element path, key, header or title; empty where the layout goes by position.
    pub place: String,
    /// What stands there.
    pub value: String,
    /// Default, map, width, limit, and whether it must be there.
    pub rules: Vec<String>,
}

/// `CMS/eb/pub/CIS = connection.cis, width 5, required`.
impl std::fmt::Display for FieldText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{} = ", self.place)?;
        }
        f.write_str(&self.value)?;
        self.rules.iter().try_for_each(|rule| write!(f, ", {rule}"))
    }
}

pub(super) fn fields<'a>(
    part: &'static str,
    slots: impl IntoIterator<Item = &'a Slot>,
) -> impl Iterator<Item = FieldText> {
    (1u32..).zip(slots).map(move |(no, slot)| FieldText {
        part,
        no,
        place: slot.path.clone(),
        value: source(slot),
        rules: rules(slot),
    })
}

fn rules(slot: &Slot) -> Vec<String> {
    let mut rules = Vec::new();
    rules.extend(slot.default.iter().map(|text| format!("else {text:?}")));
    if !slot.map.is_empty() {
        let pairs = slot.map.iter();
        let pairs: Vec<String> = pairs
            .map(|(own, theirs)| format!("{own}={theirs}"))
            .collect();
        rules.push(pairs.join(" "));
    }
    if let Some(width) = slot.width {
        let side = match slot.align {
            Align::Left => "",
            Align::Right => ", right",
        };
        let pad = match slot.pad {
            ' ' => String::new(),
            pad => format!(", filled with {pad:?}"),
        };
        rules.push(format!("width {width}{side}{pad}"));
    }
    rules.extend(slot.bytes_max.map(|most| format!("at most {most} bytes")));
    if slot.required {
        rules.push("required".to_owned());
    }
    if slot.words {
        rules.push("among anybody's words".to_owned());
    }
    rules.extend(element(&slot.element));
    rules
}

fn element(element: &Element) -> Vec<String> {
    let attributes = element.attributes.iter();
    let attributes = attributes.map(|(name, text)| format!("{name}={text:?}"));
    let across = (!element.across.is_empty()).then(|| element.across.join(" "));
    let flags = [
        (element.leave_out, "left out without a value"),
        (element.many, "the first of several"),
        (element.unread, "not read"),
        (element.key, "says whose the row is"),
    ];
    let flags = flags.into_iter().filter(|(is, _)| *is);
    attributes
        .chain(across.map(|paths| format!("with {paths}")))
        .chain(flags.map(|(_, words)| words.to_owned()))
        .collect()
}

pub(super) fn wire(rule: &WireRule) -> String {
    match rule {
        WireRule::Tcp {} => "tcp".to_owned(),
        WireRule::Drop(place) => format!("file_drop {}", folder(place)),
        WireRule::Fetch(place) => format!("file_fetch {}", folder(place)),
        WireRule::Http(rule) => {
            let path: Vec<String> = rule.path.iter().map(source).collect();
            let sign = rule.sign.as_ref();
            let sign = sign.map(|sign| (&sign.algorithm, &sign.header));
            let own = rule.authorize.as_ref();
            let own = own.map(|own| (&own.algorithm, &own.header));
            let signed = sign.or(own);
            let signed = signed.map(|(algorithm, header)| format!("{algorithm} in {header}"));
            let get = match rule.method {
                Method::Post => None,
                Method::Get => Some("by GET".to_owned()),
            };
            let (endpoint, path) = (&rule.endpoint, path.join(" + "));
            let further = [get, rule.content_type.clone(), signed];
            let said = std::iter::once(format!("http {endpoint} {path}"));
            let said: Vec<String> = said.chain(further.into_iter().flatten()).collect();
            said.join(", ")
        }
    }
}

fn folder(rule: &FolderRule) -> String {
    let below = rule.below.iter().map(source);
    let parts: Vec<String> = std::iter::once(rule.folder.clone()).chain(below).collect();
    parts.join(" + ")
}

pub(super) fn layer(layer: &Layer) -> String {
    match layer {
        Layer::Base64 { outside: None } => "base64".to_owned(),
        Layer::Base64 {
            outside: Some(word),
        } => format!("base64, {word:?} outside"),
        Layer::Hex {} => "hex".to_owned(),
        Layer::Deflate {} => "deflate".to_owned(),
        Layer::Zlib {} => "zlib".to_owned(),
        Layer::Zip {} => "zip".to_owned(),
        Layer::LeadSign(sign) => format!("{} before it", sign.algorithm),
        Layer::Sign(sign) => {
            let sorted = if sign.sorted {
                " over sorted names"
            } else {
                ""
            };
            format!("{}{sorted} in {}", sign.algorithm, sign.before)
        }
        Layer::SealMembers(seal) => format!("{}({}) of members", seal.cipher.as_str(), seal.slot),
        Layer::InnerSign(sign) => format!("{} over {}", sign.algorithm, sign.inner),
        Layer::HeaderSign(sign) => {
            let (algorithm, header) = (&sign.algorithm, &sign.signature);
            let (key, within) = (&sign.key.header, sign.within_s);
            format!("{algorithm} in {header}, key named in {key}, within {within} s")
        }
        Layer::DigitalEnvelope(own) => {
            let (cipher, key) = (own.cipher.as_str(), &own.key);
            let (algorithm, header) = (&own.sign.algorithm, &own.sign.header);
            format!(
                "{cipher}({}), its key in {key}, {algorithm} in {header}",
                own.slot
            )
        }
        Layer::MemberSign(sign) => format!("{} in {}", sign.algorithm, sign.member),
        Layer::Encrypt { cipher, slot } => format!("{cipher}({slot})"),
        Layer::Prefix { text } => format!("prefix {text:?}"),
        Layer::Between { before, after } => format!("between {before:?} and {after:?}"),
        Layer::Head { .. } => "head".to_owned(),
        Layer::Named { head } => format!("head {head}"),
        Layer::Xml(_) => "xml".to_owned(),
        Layer::Json(_) => "json".to_owned(),
        Layer::Form(form) => match &form.sign {
            Some(sign) => {
                let blank = if sign.blank {
                    " over blank pairs too"
                } else {
                    ""
                };
                format!("form, {}{blank} in {}", sign.algorithm, sign.pair)
            }
            None => "form".to_owned(),
        },
        Layer::XmlSignature(rule) => {
            format!("xml_signature {}({})", rule.algorithm_word(), rule.slot)
        }
    }
}

pub(super) fn source(slot: &Slot) -> String {
    match &slot.source {
        Source::One(one) => atom(one),
        Source::Join(parts) => parts.iter().map(atom).collect::<Vec<_>>().join(" + "),
        Source::Payload(None) => "payload".to_owned(),
        Source::Payload(Some(name)) => format!("payload, or captured.{name} for it"),
        Source::PayloadLength(0) => "length of the payload".to_owned(),
        Source::PayloadLength(plus) => format!("length of the payload + {plus}"),
        Source::StepCode => "code of the step".to_owned(),
        Source::Charset(_) => "character set of the message".to_owned(),
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
