//! Writes lines and findings into the journal while the file is read.

use super::collected::Collected;
use super::interrupted::Reception;
use super::{Submission, lines};
use crate::book::table::{ROW_BYTES, TableRow};
use crate::core::{Core, CoreError, Fact};
use crate::event::{Event, Policy};
use crate::mandates::Mandates;
use journal::seal::Blinder;
use schemas::employer_files::{Sink, SinkError, Unpayable};
use schemas::value::{AccountNo, BankCode, BatchNo, PaymentId, Purpose, Uscc};
use schemas::{BatchHead, Finding, FindingCode, HeadDraft, Lang, PayLine, Severity};
use serde::{Deserialize, Serialize};

const LINES_PER_RECORD: u32 = 1024;
pub(super) const FINDINGS_PER_RECORD: usize = 1024;
/// Room for the text of a record's lines, some 150 bytes each.
const TEXT_BYTES: usize = LINES_PER_RECORD as usize * 160;

/// Bytes of a usual line in a file of text.
const LINE_BYTES: u64 = 100;
/// Rows for which there is room before they come: 48 bytes each, and a file may be no text.
const ROWS_AHEAD_MAX: usize = 128 << 10;

/// More findings than this are kept in the journal and counted, but not carried in the answer;
/// only errors of the file, and what the book says, have 1,000 places beside them.
pub const FINDINGS_IN_ANSWER_MAX: usize = 100_000;

/// The sealed part of a batch's closing record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PayerPart {
    /// Payer's account, digits.
    pub payer_account: String,
    /// Payer's name, where the head has one.
    pub payer_name: Option<String>,
    /// The employer's name as written, where the head has one.
    #[serde(default)]
    pub employer_name: Option<String>,
}

impl PayerPart {
    /// The payer of a head.
    pub fn of(head: &BatchHead) -> Self {
        Self {
            payer_account: head.payer_account.reveal(Purpose::Sealing).to_owned(),
            payer_name: head
                .payer_name
                .as_ref()
                .map(|name| name.reveal(Purpose::Sealing).to_owned()),
            employer_name: head.employer_name.clone(),
        }
    }
}

/// Receives a file's lines and findings and keeps them in the journal.
pub(super) struct JournalSink<'a> {
    core: &'a Core,
    submission: &'a Submission<'a>,
    mandates: &'a Mandates,
    reception: &'a Reception<'a>,
    head: Option<BatchHead>,
    collected: Collected,
    // The record that is being filled.
    first: u32,
    count: u32,
    table: Vec<u8>,
    text: Vec<u8>,
    corrects: Vec<(u32, PaymentId)>,
    findings_text: Vec<u8>,
    findings_count: u32,
    late: Vec<Finding>,
    /// The head has an error.
    has_bad_head: bool,
    /// A line had an error.
    has_bad_line: bool,
    /// The number is in use: the lines are compared with those of its batch.
    is_compared: bool,
    people: Blinder,
    accounts: Blinder,
}

impl<'a> JournalSink<'a> {
    pub fn new(
        core: &'a Core,
        submission: &'a Submission<'a>,
        mandates: &'a Mandates,
        reception: &'a Reception<'a>,
        file_bytes: u64,
    ) -> Self {
        // A line is kept in a few bytes more than a file of text has for it.
        let text = usize::try_from(file_bytes / 2 * 3).unwrap_or(usize::MAX);
        let mut collected = Collected::default();
        let lines = usize::try_from(file_bytes / LINE_BYTES).unwrap_or(usize::MAX);
        collected.rows.reserve(lines.min(ROWS_AHEAD_MAX));
        Self {
            core,
            submission,
            mandates,
            reception,
            head: None,
            collected,
            first: 1,
            count: 0,
            table: Vec::new(),
            text: Vec::with_capacity(text.min(TEXT_BYTES)),
            corrects: Vec::new(),
            findings_text: Vec::new(),
            findings_count: 0,
            late: Vec::new(),
            has_bad_head: false,
            has_bad_line: false,
            is_compared: false,
            people: core.vault().blinder("id_number"),
            accounts: core.vault().blinder("account"),
        }
    }

    fn push_row(&mut self, row: TableRow) -> Result<(), CoreError> {
        self.collected.rows.push(row);
        if !self.keeps_lines() {
            // What is not written yet never is.
            self.text.clear();
            self.table.clear();
            self.corrects.clear();
            self.count = 0;
            self.collected.lines_left_out = true;
            return Ok(());
        }
        if self.count == 0 {
            self.first = row.index;
        }
        row.write(&mut self.table);
        self.count += 1;
        if self.count >= LINES_PER_RECORD {
            self.flush_lines()?;
            // The next record is likely to be as long as this one.
            self.text.reserve(TEXT_BYTES);
            self.table.reserve(LINES_PER_RECORD as usize * ROW_BYTES);
        }
        Ok(())
    }

    fn flush_lines(&mut self) -> Result<(), CoreError> {
        if self.count == 0 {
            return Ok(());
        }
        let event = Event::BatchLines {
            opened: self.reception.opened,
            first: self.first,
            count: self.count,
            corrects: std::mem::take(&mut self.corrects),
        };
        let fact = Fact {
            event,
            table: std::mem::take(&mut self.table),
            personal: Some((
                self.submission.employer.as_str().to_owned(),
                std::mem::take(&mut self.text),
            )),
        };
        self.reception.keep(fact)?;
        self.count = 0;
        Ok(())
    }

    fn flush_findings(&mut self) -> Result<(), CoreError> {
        if self.findings_count == 0 {
            return Ok(());
        }
        let event = Event::BatchFindings {
            opened: self.reception.opened,
            count: self.findings_count,
        };
        let text = std::mem::take(&mut self.findings_text);
        let fact = Fact::sealed(event, self.submission.employer.as_str(), text);
        self.reception.keep(fact)?;
        self.findings_count = 0;
        Ok(())
    }

    fn keep_finding(&mut self, finding: Finding) -> Result<(), CoreError> {
        self.collected.count(&finding);
        // Of a file that becomes no batch nobody asks for findings later: a small one with a
        // million of them must not fill the disk.
        if self.keeps_findings() {
            serde_json::to_writer(&mut self.findings_text, &both_languages(&finding))?;
            self.findings_text.push(b'\n');
            self.findings_count += 1;
        }
        // What refuses the file is decided by what is counted, never by the list.
        self.collected.list(finding);
        let full = usize::try_from(self.findings_count).is_ok_and(|n| n >= FINDINGS_PER_RECORD);
        if full { self.flush_findings() } else { Ok(()) }
    }

    /// Whether the employer is the caller and the account is registered, as far as they are known.
    /// Who can't be read can only be the caller: nobody else's batch would be taken.
    fn ask_register(&mut self, stated: Option<Uscc>, account: Option<(BankCode, AccountNo)>) {
        let employer = self.submission.employer;
        if let Some(other) = stated.filter(|stated| *stated != employer) {
            self.late.push(
                Finding::of_file(FindingCode::UsccNotYours)
                    .field("employer_uscc")
                    .value(other.to_string()),
            );
            return;
        }
        let mandated = |bank, account| self.mandates.find(employer, bank, account).is_some();
        if let Some((_, account)) = account.filter(|(bank, account)| !mandated(*bank, *account)) {
            self.late.push(
                Finding::of_file(FindingCode::PayerAccountNotMandated)
                    .field("payer_account")
                    .value(account.masked()),
            );
        }
    }

    /// Whether what was found so far refuses the file for certain.
    fn is_refused(&self) -> bool {
        let counts = self.collected.counts;
        let whole = self.submission.policy == Policy::AllOrNothing;
        let bad_line = self.has_bad_line || counts.line_errors > 0;
        self.has_bad_head || counts.file_errors > 0 || !self.late.is_empty() || (whole && bad_line)
    }

    /// Whether lines go into the journal. Of a file that is refused for certain they are needed
    /// only where its number is in use, to name what differs (decision 015).
    fn keeps_lines(&self) -> bool {
        self.is_compared || !self.is_refused()
    }

    /// Whether findings go into the journal: they are asked for by their batch. Under a number in
    /// use comes no other one, for it is never free again.
    fn keeps_findings(&self) -> bool {
        !self.is_compared && !self.is_refused()
    }

    /// Whether a batch of the caller has this number.
    fn is_known(&self, employer: Uscc, batch_no: &BatchNo) -> bool {
        let own = employer == self.submission.employer;
        own && self
            .core
            .desk()
            .batch_by_number(employer, batch_no)
            .is_some()
    }

    /// Writes what is still in memory.
    pub fn flush(&mut self) -> Result<(), CoreError> {
        for finding in std::mem::take(&mut self.late) {
            self.keep_finding(finding)?;
        }
        self.flush_lines()?;
        self.flush_findings()
    }

    pub fn finish(self) -> (Option<BatchHead>, Collected) {
        (self.head, self.collected)
    }
}

/// Member of the kept form: the earlier payments that a finding tells of. It says who may read the
/// texts, and is never shown itself.
pub const PAYMENTS: &str = "payments";

/// Whether findings of a code may tell of earlier payments: which they are, or where they stand.
#[must_use]
pub fn tells_of_payments(code: FindingCode) -> bool {
    matches!(
        code,
        FindingCode::PayeeInFlight
            | FindingCode::CorrectionConflict
            | FindingCode::CorrectionDiffers
    )
}

/// The kept form of a finding: texts in both languages, so that a later table changes nothing.
pub(super) fn both_languages(finding: &Finding) -> serde_json::Value {
    let mut kept = finding.to_json(Lang::Zh);
    if let Some(object) = kept.as_object_mut() {
        object.insert("message_en".to_owned(), finding.message(Lang::En).into());
        object.insert("hint_en".to_owned(), finding.hint(Lang::En).into());
        if tells_of_payments(finding.code) {
            let payments = finding.payments.iter().map(ToString::to_string);
            object.insert(PAYMENTS.to_owned(), payments.collect::<Vec<_>>().into());
        }
    }
    kept
}

fn failed(error: CoreError) -> SinkError {
    SinkError(Box::new(error))
}

impl Sink for JournalSink<'_> {
    fn head(&mut self, head: &BatchHead) -> Result<(), SinkError> {
        let account = Some((head.paying_bank, head.payer_account));
        self.ask_register(Some(head.employer_uscc), account);
        self.is_compared = self.is_known(head.employer_uscc, &head.batch_no);
        self.head = Some(head.clone());
        Ok(())
    }

    fn draft(&mut self, draft: &HeadDraft) -> Result<(), SinkError> {
        self.ask_register(
            draft.employer_uscc,
            draft.paying_bank.zip(draft.payer_account),
        );
        let number = draft.employer_uscc.zip(draft.batch_no.as_ref());
        self.is_compared = number.is_some_and(|(uscc, number)| self.is_known(uscc, number));
        self.has_bad_head = true;
        Ok(())
    }

    fn line(&mut self, line: &PayLine<'_>) -> Result<(), SinkError> {
        let id_number = line.payee.id_number.comparable(Purpose::Matching);
        let account = line.payee.account.reveal_bytes(Purpose::Matching);
        if self.keeps_lines() {
            lines::write(line, &mut self.text);
        }
        if let Some(original) = line.corrects {
            self.corrects.push((line.index, original));
            self.collected.corrects.push((line.index, original));
        }
        self.push_row(TableRow {
            index: line.index,
            row: line.row,
            line_no: line.line_no.0,
            refused: false,
            amount_fen: line.amount.0,
            person: short(self.people.blind(&id_number)),
            account: short(self.accounts.blind(account)),
        })
        .map_err(failed)
    }

    fn unpayable(&mut self, line: &Unpayable<'_>) -> Result<(), SinkError> {
        self.has_bad_line = true;
        if !self.keeps_lines() {
            return Ok(());
        }
        lines::write_refused(line, &mut self.text).map_err(|error| failed(error.into()))
    }

    fn refused(&mut self, index: u32, row: u32, line_no: Option<u32>) -> Result<(), SinkError> {
        self.has_bad_line = true;
        self.push_row(TableRow {
            index,
            row,
            line_no: line_no.unwrap_or(index),
            refused: true,
            amount_fen: 0,
            person: 0,
            account: 0,
        })
        .map_err(failed)
    }

    fn finding(&mut self, finding: Finding) -> Result<(), SinkError> {
        debug_assert!(finding.severity <= Severity::Note, "severities are ordered");
        self.keep_finding(finding).map_err(failed)
    }
}

/// The first 8 bytes of a keyed hash, as the book's table keeps them.
pub fn short(blind: [u8; 16]) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = blind;
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}
