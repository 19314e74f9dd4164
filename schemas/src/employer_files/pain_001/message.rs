//! What the elements mean: group, parts, transactions, brought to the head and lines of a batch.

mod part;

use super::tree::{Node, SLOTS, Slot, Who};
use crate::employer_files::ReadOptions;
use crate::employer_files::metered::Meter;
use crate::employer_files::raw::{RawLine, Receiver, Stop, Tally, schema, schema_at, shown, size};
use crate::employer_files::template::Column;
use crate::finding::{Finding, FindingCode};
use crate::value::{PaymentId, Uscc};
use part::bank;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Names of unknown elements and currencies that are reported; more say nothing new.
const REPORTED_MAX: usize = 256;

/// State of the message between two events.
pub(super) struct Message<'t, 'o> {
    options: &'o ReadOptions<'o>,
    to: &'t mut dyn Receiver,
    /// Where the parser stands.
    meter: Rc<Meter>,
    texts: [String; SLOTS],
    seen: u64,
    /// Text of the open leaf.
    text: String,
    /// Name of the outermost unknown element that is open.
    unknown: String,
    /// What was reported once: paths and currencies.
    reported: BTreeSet<String>,
    head_given: bool,
    part: u32,
    part_start: Tally,
    part_lines: u32,
    part_broken: bool,
    /// Account and date of the first part.
    first_part: (String, String),
    /// The employer's code, as InitgPty or the first Dbtr has it.
    employer: String,
    row: u32,
    line_broken: bool,
}

impl<'t, 'o> Message<'t, 'o> {
    pub(super) fn new(
        options: &'o ReadOptions<'o>,
        to: &'t mut dyn Receiver,
        meter: Rc<Meter>,
    ) -> Self {
        Self {
            options,
            to,
            meter,
            texts: Default::default(),
            seen: 0,
            text: String::new(),
            unknown: String::new(),
            reported: BTreeSet::new(),
            head_given: false,
            part: 0,
            part_start: Tally::default(),
            part_lines: 0,
            part_broken: false,
            first_part: Default::default(),
            employer: String::new(),
            row: 0,
            line_broken: false,
        }
    }

    /// A finding about the structure, with the place where the parser stands.
    fn structure(&mut self, finding: Finding) -> Result<(), Stop> {
        let finding = finding.with("line_in_file", self.meter.line());
        self.to.finding(finding.with("column", self.meter.column()))
    }

    fn slot(&self, slot: Slot) -> &str {
        &self.texts[slot as usize]
    }

    /// An element begins; returns what it counts as.
    #[allow(clippy::wildcard_enum_match_arm)] // all other elements only hold what is in them
    pub(super) fn open(
        &mut self,
        node: Node,
        local: &str,
        stack: &[Node],
        currency: Option<String>,
    ) -> Result<Node, Stop> {
        self.text.clear();
        match node {
            Node::Leaf(slot) => {
                if slot == Slot::Amount {
                    self.amount_currency(currency)?;
                }
                self.leaf(slot, local, stack)
            }
            Node::PartyOthr(Who::Creditor) if !self.slot(Slot::IdNumber).is_empty() => {
                self.name_unknown(local, stack);
                Ok(Node::Unknown)
            }
            Node::Part => {
                self.clear(Slot::PartId, Slot::DebtorBankName);
                (self.part_lines, self.part_broken) = (0, false);
                self.part += 1;
                self.part_start = self.to.tally();
                Ok(node)
            }
            Node::Tx => {
                self.begin_transaction()?;
                Ok(node)
            }
            Node::Eqvt => {
                self.line_broken = true;
                let finding = schema_at("form", self.row).with("element", "EqvtAmt");
                self.structure(finding.with("expected", "InstdAmt"))?;
                Ok(node)
            }
            Node::Unknown => {
                self.name_unknown(local, stack);
                Ok(node)
            }
            other => Ok(other),
        }
    }

    fn name_unknown(&mut self, local: &str, stack: &[Node]) {
        if !matches!(stack.last(), Some(Node::Unknown)) {
            self.unknown.clear();
            self.unknown.extend(local.chars().take(40));
        }
    }

    /// A text that stands twice, or after the lines that it should lead, is not read.
    fn leaf(&mut self, slot: Slot, local: &str, stack: &[Node]) -> Result<Node, Stop> {
        let bit = 1u64 << slot as u32;
        let many = matches!(slot, Slot::Memo | Slot::InitgId | Slot::DebtorId);
        let twice = self.seen & bit != 0 && !many;
        let late = (slot < Slot::PartId && self.part > 0)
            || ((Slot::PartId..=Slot::DebtorBankName).contains(&slot) && self.part_lines > 0);
        self.seen |= bit;
        if !twice && !late {
            return Ok(Node::Leaf(slot));
        }
        let reason = if twice { "stated_twice" } else { "form" };
        let mut finding = schema(reason).with("element", path(stack, local));
        if slot >= Slot::InstrId {
            finding.row = Some(self.row);
        }
        self.line_broken = true;
        self.structure(finding)?;
        Ok(Node::Quiet)
    }

    fn clear(&mut self, first: Slot, last: Slot) {
        for slot in first as usize..=last as usize {
            self.texts[slot].clear();
            self.seen &= !(1u64 << slot);
        }
    }

    /// Text of an element; comes in pieces.
    #[allow(clippy::wildcard_enum_match_arm)] // all other elements hold no text of their own
    pub(super) fn text(
        &mut self,
        node: Node,
        text: &str,
        stack: &[Node],
        bytes_max: usize,
    ) -> Result<(), Stop> {
        match node {
            Node::Leaf(_) | Node::Date => {
                if self.text.len() + text.len() > bytes_max {
                    let finding = Finding::of_file(FindingCode::TooLarge);
                    let finding = finding.with("reason", "field");
                    let finding = finding.with("limit", size(bytes_max as u64));
                    return Err(finding.into());
                }
                self.text.push_str(text);
                Ok(())
            }
            Node::Quiet => Ok(()),
            _ if text.trim().is_empty() => Ok(()),
            Node::Unknown => {
                let known = stack
                    .iter()
                    .take_while(|node| **node != Node::Unknown)
                    .count();
                let place = path(stack.get(..known).unwrap_or_default(), &self.unknown);
                if !self.first_time(&place) {
                    return Ok(());
                }
                let finding = Finding::of_file(FindingCode::FieldIgnored).value(shown(&place));
                self.to.finding(finding.with("element", place))
            }
            _ => {
                let place = path(stack, "");
                if !self.first_time(&place) {
                    return Ok(());
                }
                self.structure(schema("form").with("element", place))
            }
        }
    }

    fn first_time(&mut self, what: &str) -> bool {
        self.reported.len() < REPORTED_MAX && self.reported.insert(what.to_owned())
    }

    /// An element ends.
    #[allow(clippy::wildcard_enum_match_arm)] // the end of all others means nothing
    pub(super) fn close(&mut self, node: Node) -> Result<(), Stop> {
        match node {
            Node::Leaf(slot) => self.store(slot),
            Node::Date if !self.text.trim().is_empty() && self.slot(Slot::Date).is_empty() => {
                self.store(Slot::Date)
            }
            Node::Tx => self.end_transaction(),
            Node::Part => self.end_part(),
            _ => Ok(()),
        }
    }

    fn store(&mut self, slot: Slot) -> Result<(), Stop> {
        let Self { texts, text, .. } = self;
        let (text, into) = (text.trim(), &mut texts[slot as usize]);
        let identifies = matches!(slot, Slot::InitgId | Slot::DebtorId);
        if slot == Slot::Memo && !into.is_empty() && !text.is_empty() {
            into.push(' ');
        } else if identifies && !into.is_empty() {
            // Of several identifications the one that is a USCC counts, else the first.
            if Uscc::parse(into).is_ok() || Uscc::parse(text).is_err() {
                return Ok(());
            }
            into.clear();
        }
        into.push_str(text);
        if !matches!(slot, Slot::DebtorCurrency | Slot::AccountCurrency) {
            return Ok(());
        }
        let currency = into.clone();
        self.currency(&currency)
    }

    fn amount_currency(&mut self, currency: Option<String>) -> Result<(), Stop> {
        match currency {
            Some(currency) => self.currency(&currency),
            None => {
                self.line_broken = true;
                let finding = schema_at("form", self.row).with("element", "InstdAmt");
                self.structure(finding.with("expected", "Ccy"))
            }
        }
    }

    /// Anything but CNY refuses the file; said once for each currency.
    fn currency(&mut self, currency: &str) -> Result<(), Stop> {
        if currency == "CNY" {
            return Ok(());
        }
        self.line_broken = true;
        let currency = shown(currency);
        if !self.first_time(&currency) {
            return Ok(());
        }
        let finding = Finding::of_file(FindingCode::CurrencyNotSupported).field("currency");
        let finding = finding.value(currency.clone()).with("found", currency);
        self.to.finding(finding.with("first_row", self.row))
    }

    fn begin_transaction(&mut self) -> Result<(), Stop> {
        if self.part_lines == 0 {
            self.end_part_head()?;
        }
        self.part_lines += 1;
        self.row = self.row.saturating_add(1);
        self.clear(Slot::InstrId, Slot::Memo);
        self.line_broken = self.part_broken;
        Ok(())
    }

    fn end_transaction(&mut self) -> Result<(), Stop> {
        let texts = &self.texts;
        let text = |slot: Slot| texts[slot as usize].as_str();
        let (bank, bank_by) = bank(text(Slot::Bic), text(Slot::BankName), text(Slot::Member));
        let kind = match (text(Slot::IdKindOwn), text(Slot::IdKindCode)) {
            (own, _) if own.len() == 2 && own.bytes().all(|b| b.is_ascii_digit()) => own,
            // The passport of the national list of documents.
            (_, "CCPT") => "08",
            _ => "",
        };
        let corrects = text(Slot::InstrId);
        let mut line = RawLine {
            row: self.row,
            bank_by,
            references: true,
            broken: self.line_broken,
            ..RawLine::default()
        };
        let corrects = if PaymentId::parse(corrects).is_ok() {
            corrects
        } else {
            ""
        };
        for (column, value) in [
            (Column::LineNo, text(Slot::EndToEndId)),
            (Column::Name, text(Slot::Name)),
            (Column::IdType, kind),
            (Column::IdNumber, text(Slot::IdNumber)),
            (Column::Account, text(Slot::Account)),
            (Column::Bank, bank),
            (Column::CnapsCode, text(Slot::Member)),
            (Column::Amount, text(Slot::Amount)),
            (Column::Memo, text(Slot::Memo)),
            (Column::Corrects, corrects),
        ] {
            line.fields[column as usize] = value;
        }
        self.to.line(&line)
    }

    /// The end of the message.
    pub(super) fn end(&mut self) -> Result<(), Stop> {
        self.give_head()
    }
}

fn path(stack: &[Node], local: &str) -> String {
    let mut path = String::new();
    for tag in stack.iter().map(|node| node.tag()).chain([local]) {
        if !tag.is_empty() && tag != "Document" {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(&shown(tag));
        }
    }
    path
}
