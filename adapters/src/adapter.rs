//! One bank's adapter: the operations that the gateway calls. All 57 are this code over
//! different data.

use crate::bank_side::BankSide;
use crate::codes::{CodeTable, Reasons};
use crate::connection::ConnectionValues;
use crate::definition::Preset;
use crate::definition::dialect::{Capability, ConnectionField, Dialect, Evidence, QueryPace};
use crate::exchange::{
    Answer, Crypto, FrameEnd, Outgoing, PaymentOrder, PushReceipt, StatusQuery, Unreadable,
};
use crate::flow::{Conversation, FlowKind};
use crate::layout::fault::{ILL_FORMED, WriteFault};
use crate::layout::slot::Source;
use crate::layout::values::Values;
use crate::no_keys::NoKeys;
use crate::order::{order_values, query_values, receipt_values};
use crate::quirks;
use crate::routes::Routes;
use crate::wire::http::WireRule;
use crate::wire::layer::Around;
use crate::wire::{Layer, Message, Reading};
use schemas::text::Charset;
use schemas::{BankCode, Fen, Finding, FindingCode};
use std::collections::{BTreeMap, BTreeSet};

/// Limits of one message of a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Lines of a file.
    pub rows_max: u32,
    /// Bytes of a body before compression, encryption and envelope.
    pub bytes_max: u64,
    /// A single line.
    pub amount_max: Fen,
    /// The sum of a file.
    pub total_max: Fen,
    /// Bytes of a name in the bank's character set.
    pub name_bytes_max: usize,
    /// Bytes of a memo in the bank's character set.
    pub memo_bytes_max: usize,
    /// Digits of a payee's account: what the places of the dialect's messages hold.
    pub account_digits_max: usize,
}

/// Keys by algorithm and slot.
pub type Slots = BTreeSet<(String, String)>;

/// Keys that a bank's messages need, by algorithm and slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySlots {
    /// For our signatures: ours to sign with, the bank's to verify it.
    pub signing: Slots,
    /// For the bank's signatures: its public key.
    pub verifying: Slots,
    /// For sealed bodies: one key for both sides.
    pub sealing: Slots,
    /// Of our signing keys those that open what the bank seals to us.
    pub opening: Slots,
}

/// The adapter of one bank: its dialect with its preset laid over it. Where the bank has two
/// dialects, what it says of itself holds for both, and a file goes by one of
/// [`BankAdapter::by_dialect`].
#[derive(Clone, Debug)]
pub struct BankAdapter {
    pub(crate) code: BankCode,
    /// What the preset says of a bank that is not of the list.
    pub(crate) identity: Option<schemas::codes::Bank>,
    pub(crate) evidence: Evidence,
    pub(crate) cut_off: time::Time,
    pub(crate) limits: Limits,
    pub(crate) codes: BTreeMap<String, CodeTable>,
    pub(crate) reasons: Reasons,
    pub(crate) dialect: Dialect,
    pub(crate) dialect_file: String,
    pub(crate) preset_file: String,
    pub(crate) preset: Preset,
    pub(crate) routes: Option<Box<Routes>>,
}

impl BankAdapter {
    /// Our code of the bank.
    #[must_use]
    pub fn code(&self) -> BankCode {
        self.code
    }

    /// Name of its dialect; of two, that of its own accounts.
    #[must_use]
    pub fn dialect(&self) -> &str {
        self.dialect.name.get_ref()
    }

    /// Names of further dialects that its bank speaks: a kept file may be of one of them.
    #[must_use]
    pub fn siblings(&self) -> &[String] {
        &self.dialect.siblings
    }

    /// The lower of the dialect's evidence and the bank's.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        self.evidence
    }

    /// What the bank can do.
    #[must_use]
    pub fn capability(&self) -> &Capability {
        &self.dialect.capability
    }

    /// Its limits.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Last time of a bank day for an instruction, Asia/Shanghai.
    #[must_use]
    pub fn cut_off(&self) -> time::Time {
        self.cut_off
    }

    /// `tcp`, `http` or `file_drop`.
    #[must_use]
    pub fn channel_name(&self) -> &'static str {
        self.dialect.channel.as_str()
    }

    /// Names of the addresses that its messages go to: `main`, `sign`.
    #[must_use]
    pub fn endpoints(&self) -> Vec<String> {
        let mut names = Vec::new();
        let dialects = self.by_dialect().map(|own| &own.dialect);
        for step in dialects.flat_map(|own| own.steps()) {
            let name = match &step.wire {
                WireRule::Http(rule) => rule.endpoint.clone(),
                WireRule::Tcp {} => "main".to_owned(),
                WireRule::Drop(_) | WireRule::Fetch(_) => continue,
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The keys that the deployment must bring: for signatures and for sealed bodies, each as
    /// algorithm and slot.
    #[must_use]
    pub fn key_slots(&self) -> KeySlots {
        let mut slots = KeySlots::default();
        for own in self.by_dialect() {
            own.add_key_slots(&mut slots);
        }
        slots
    }

    fn add_key_slots(&self, slots: &mut KeySlots) {
        let steps: Vec<_> = self.dialect.steps().collect();
        slots
            .signing
            .extend(steps.iter().filter_map(|step| step.signature()));
        let told: Vec<&Message> = self.told().collect();
        let signed = told.iter().flat_map(|message| &message.layers);
        slots.verifying.extend(signed.filter_map(Layer::signature));
        let messages = steps.iter().map(|s| &s.request).chain(told);
        for layer in messages.flat_map(|message| &message.layers) {
            if let Layer::Encrypt { cipher, slot } = layer {
                slots.sealing.insert((cipher.clone(), slot.clone()));
            }
        }
        for layer in self.told().flat_map(|message| &message.layers) {
            if let Layer::DigitalEnvelope(own) = layer {
                let algorithm = own.cipher.key_algorithm().to_owned();
                slots.opening.insert((algorithm, own.slot.clone()));
            }
        }
    }

    /// The user identity with which our SM2 key signs to this bank; `None` for the usual one, or
    /// where the connection lacks the value.
    #[must_use]
    pub fn sm2_user_id(&self, connection: &ConnectionValues) -> Option<String> {
        let rule = self.dialect.sm2_user_id.as_ref()?;
        let value = connection.value(&rule.connection)?;
        let filled = value.chars().chain(std::iter::repeat(rule.pad));
        Some(filled.take(rule.chars).collect())
    }

    /// The endpoint of the bank's sign port that signs the request of a submitting step, where
    /// the bank's own program signs and not we.
    #[must_use]
    pub fn signed_at(&self, step: &str) -> Option<String> {
        let submit = &self.dialect.submit;
        let step = submit.iter().find(|own| own.name == step)?;
        let mut slots = step.request.layers.iter().flat_map(Layer::slots);
        let name = slots.find_map(|slot| match &slot.source {
            Source::Payload(replaced_by) => replaced_by.as_deref(),
            Source::One(_)
            | Source::Join(_)
            | Source::PayloadLength(_)
            | Source::Charset(_)
            | Source::StepCode => None,
        })?;
        let mut captures = self.dialect.capture.iter();
        captures.find(|own| own.sandbox_signs && own.name == name)?;
        let port = submit.iter().take_while(|before| before.name != step.name);
        match &port.last()?.wire {
            WireRule::Http(rule) => Some(rule.endpoint.clone()),
            WireRule::Tcp {} | WireRule::Drop(_) | WireRule::Fetch(_) => Some("main".to_owned()),
        }
    }

    /// Character set of what we send.
    #[must_use]
    pub fn charset_out(&self) -> Charset {
        self.dialect.charset_out.charset()
    }

    /// Character set of what the bank sends.
    #[must_use]
    pub fn charset_in(&self) -> Charset {
        self.dialect.charset_in.charset()
    }

    /// How often to ask.
    #[must_use]
    pub fn query_pace(&self) -> QueryPace {
        self.dialect.pace
    }

    /// Milliseconds after the intent from which "not found" is definitive, if ever.
    #[must_use]
    pub fn not_found_is_final_after_ms(&self) -> Option<u64> {
        self.dialect.not_found_final_after_ms
    }

    /// What `PaymentOrder.connection` must hold, with invented values for the sandbox.
    #[must_use]
    pub fn connection_fields(&self) -> &[ConnectionField] {
        &self.dialect.connection
    }

    /// The end of a request on a TCP connection, for the bank's side: we leave the line open for
    /// the answer, so XML without a length ends with its root. `EndOfStream` elsewhere.
    #[must_use]
    pub fn request_frame(&self) -> FrameEnd {
        let tcp = |wire: &WireRule| matches!(wire, WireRule::Tcp {});
        self.dialect
            .steps()
            .find(|step| tcp(&step.wire))
            .map_or(FrameEnd::EndOfStream, |step| step.request.request_end())
    }

    /// A submission.
    #[must_use]
    pub fn submit<'a>(&'a self, order: &'a PaymentOrder) -> Conversation<'a> {
        Conversation::new(
            self,
            FlowKind::Submit,
            (order_values(order, self), &order.lines),
        )
    }

    /// A query.
    #[must_use]
    pub fn query<'a>(&'a self, query: &'a StatusQuery) -> Conversation<'a> {
        Conversation::new(self, FlowKind::Query, (Some(query_values(query)), &[]))
    }

    /// Every message of a submission up to the one that instructs, for `convert`: what follows it
    /// hangs on the bank's answer. Where a value of an earlier reply belongs,
    /// the dialect's placeholder stands.
    ///
    /// # Errors
    /// What does not fit, as findings.
    pub fn encode_payment(
        &self,
        order: &PaymentOrder,
        crypto: &dyn Crypto,
    ) -> Result<Vec<Outgoing>, Vec<Finding>> {
        let overflow = || vec![Finding::of_file(FindingCode::ControlTotalInvalid)];
        let mut values = order_values(order, self).ok_or_else(overflow)?;
        for capture in self.dialect.capture.iter().filter(|c| !c.sandbox_signs) {
            let entry = values.captured.entry(capture.name.clone());
            entry.or_insert_with(|| capture.placeholder.clone());
        }
        let write = |step| self.outgoing_parts(step, (&values, &order.lines), crypto);
        let submit = &self.dialect.submit;
        let instructs = submit.iter().position(|step| step.instructs);
        let count = instructs.map_or(submit.len(), |at| at + 1);
        let written: Result<Vec<Vec<Outgoing>>, (WriteFault, Option<u32>)> =
            submit.iter().take(count).map(write).collect();
        let written = written.map_err(|(fault, row_no)| vec![fault.finding(row_no)])?;
        Ok(written.into_iter().flatten().collect())
    }

    /// Whether a receipt, result or push carries the bank's signature.
    #[must_use]
    pub fn is_signed(&self, kind: Answer) -> bool {
        let signed = |message: &Message| message.signature().is_some();
        self.last_message(kind).is_some_and(signed)
    }

    /// Headers that belong to a receipt, result or push: who takes one in brings them in a block
    /// before the body ([`crate::wire::headers`]). Of two dialects both have the same.
    #[must_use]
    pub fn headers(&self, kind: Answer) -> Vec<String> {
        let message = self.last_message(kind);
        message.map(Message::headers).unwrap_or_default()
    }

    /// The names of the bank's keys by slot, where its messages name the key that signs them.
    #[must_use]
    pub fn key_names(&self, connection: &ConnectionValues) -> BTreeMap<String, String> {
        let messages = self.by_dialect().flat_map(Self::told);
        let layers = messages.flat_map(|message| &message.layers);
        let named = layers.filter_map(|layer| {
            let Layer::HeaderSign(sign) = layer else {
                return None;
            };
            Some((sign.slot.clone(), &sign.key.connection))
        });
        let named = named.filter_map(|(slot, name)| Some((slot, connection.value(name)?)));
        named.map(|(slot, name)| (slot, name.to_owned())).collect()
    }

    /// Every message that the bank sends over a channel.
    fn told(&self) -> impl Iterator<Item = &Message> {
        let steps = self.dialect.steps();
        let push = &self.dialect.push;
        let also = push.also.iter().map(|also| &also.message);
        let replies = steps.filter_map(|step| step.reply.as_ref());
        replies.chain(&push.message).chain(also)
    }

    /// Our receipt for a push, in the bank's own dialect; the same receipt gives the same bytes.
    /// A receipt has no sealed layer (checked when the book is loaded), so it needs no key.
    #[must_use]
    pub fn encode_push_receipt(&self, receipt: &PushReceipt) -> Vec<u8> {
        let mut values = receipt_values(receipt);
        self.fill_examples(&mut values);
        let around = Around {
            crypto: &NoKeys,
            charset: self.charset_out(),
        };
        let written = self.dialect.push.receipt.write(&values, around);
        written.map(|written| written.bytes).unwrap_or_default()
    }

    /// The same definition from the bank's chair.
    #[must_use]
    pub fn bank_side(&self) -> BankSide<'_> {
        BankSide::new(self)
    }

    pub(crate) fn fill_examples(&self, values: &mut Values) {
        for field in &self.dialect.connection {
            let entry = values.connection.entry(field.name.clone());
            entry.or_insert_with(|| field.example.clone());
        }
    }

    /// The reply after the dialect's quirks.
    pub(crate) fn tidy(&self, reply: &[u8]) -> Vec<u8> {
        let named = self.dialect.quirks.iter();
        let functions = named.filter_map(|name| quirks::quirk(name.get_ref()));
        functions.fold(reply.to_vec(), |bytes, quirk| quirk(&bytes).to_vec())
    }

    pub(crate) fn read_as(
        &self,
        message: &Message,
        bytes: &[u8],
        (reading, crypto): (Reading, &dyn Crypto),
    ) -> Result<Values, Unreadable> {
        let tidy = self.tidy(bytes);
        let read = |charset| message.read(&tidy, reading, Around { crypto, charset });
        let own = self.charset_in();
        // A rare name may stand in four bytes, whatever the bank calls its character set.
        let wider = reading == Reading::Kept && matches!(own, Charset::Gbk | Charset::Gb2312);
        let lacks = |wrong: &Unreadable| {
            let tried = wrong.tried.iter().map(|tried| &tried.what);
            tried.chain([&wrong.what]).any(|what| what == ILL_FORMED)
        };
        read(own).or_else(|wrong| match wider && lacks(&wrong) {
            true => read(Charset::Gb18030).map_err(|_| wrong),
            false => Err(wrong),
        })
    }
}
