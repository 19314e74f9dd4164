//! pain.002.001.10: the payment status report of a batch (INTERFACE section 4 has the words).

use crate::access::Sight;
use crate::book::{Batch, BatchState, Sums};
use crate::core::Core;
use crate::intake::lines::KeptLine;
use crate::query::batches::last_record;
use crate::query::personal::{KeptLines, Seen, Show};
use crate::query::said::KeptWords;
use crate::query::{QueryError, moment};
use schemas::value::{BatchId, Fen};
use schemas::{FailureReason, Lang, LineState, codes};
use std::collections::BTreeMap;
use std::io::Write;

/// What a report tells, taken out of the lock at one position of the journal.
pub struct Report {
    id: BatchId,
    batch_no: String,
    employer: String,
    format: String,
    group_status: &'static str,
    sums: Sums,
    lines: Vec<Seen>,
    created_ms: i64,
    sequence: u64,
}

/// The report of a batch that the caller may see, as it stands now.
#[must_use]
pub fn report(core: &Core, sight: Sight, id: BatchId) -> Option<(Report, u64)> {
    let created_ms = core.now_ms();
    let desk = core.desk();
    let batch = desk
        .batch(id)
        .filter(|batch| sight.sees_batch(&batch.head))?;
    let lines = (1u32..).zip(&batch.lines);
    let report = Report {
        id,
        batch_no: batch.head.batch_no.to_string(),
        employer: batch.head.employer.to_string(),
        format: batch.head.format.clone(),
        group_status: group_status(batch),
        sums: batch.sums,
        lines: lines
            .map(|(index, line)| Seen::of(&desk, batch, index, line))
            .collect(),
        created_ms,
        sequence: last_record(batch),
    };
    Some((report, last_record(batch)))
}

/// One status of all transactions, or `PART`. Money that came back was settled once, so its
/// transaction is `ACSC` with a reason; a group that has such a one is never settled as a whole.
fn group_status(batch: &Batch) -> &'static str {
    if batch.state() == BatchState::Withdrawn {
        return "CANC";
    }
    if batch.sums.of(LineState::Returned).count > 0 {
        return "PART";
    }
    let mut statuses = batch.sums.iter().filter(|(_, sum)| sum.count > 0);
    let first = statuses
        .next()
        .map_or("RJCT", |(state, _)| state.iso_status());
    if statuses.all(|(state, _)| state.iso_status() == first) {
        first
    } else {
        "PART"
    }
}

impl Report {
    /// Writes the document.
    ///
    /// # Errors
    /// When the sealed lines can't be read or the receiver went away.
    pub fn write(&self, core: &Core, lang: Lang, out: &mut dyn Write) -> Result<(), QueryError> {
        let original = if self.format == "pain.001" {
            "pain.001"
        } else {
            self.format.as_str()
        };
        write!(
            out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\">\n\
             <CstmrPmtStsRpt>\n<GrpHdr><MsgId>{id}-R{sequence}</MsgId><CreDtTm>{at}</CreDtTm>\
             <InitgPty><Id><OrgId><Othr><Id>{employer}</Id></Othr></OrgId></Id></InitgPty>\
             </GrpHdr>\n<OrgnlGrpInfAndSts><OrgnlMsgId>{number}</OrgnlMsgId>\
             <OrgnlMsgNmId>{original}</OrgnlMsgNmId><OrgnlNbOfTxs>{count}</OrgnlNbOfTxs>\
             <OrgnlCtrlSum>{total}</OrgnlCtrlSum><GrpSts>{status}</GrpSts>",
            id = self.id,
            sequence = self.sequence,
            at = moment(self.created_ms),
            employer = escaped(&self.employer),
            number = escaped(&self.batch_no),
            original = escaped(original),
            count = self.lines.len(),
            total = Fen(self.sums.iter().map(|(_, sum)| sum.fen).sum()),
            status = self.group_status,
        )?;
        let returned = self.sums.of(LineState::Returned);
        if returned.count > 0 {
            let (count, sum) = (returned.count, Fen(returned.fen));
            let words = match lang {
                Lang::Zh => format!("其中 {count} 笔 {sum} 元已付后退汇"),
                Lang::En => format!("{count} of them, {sum} yuan, were paid and came back"),
            };
            reason(&Code::Own("returned"), &[words], out)?;
        }
        for (status, (count, fen)) in self.per_status() {
            write!(
                out,
                "<NbOfTxsPerSts><DtldNbOfTxs>{count}</DtldNbOfTxs><DtldSts>{status}</DtldSts>\
                 <DtldCtrlSum>{sum}</DtldCtrlSum></NbOfTxsPerSts>",
                sum = Fen(fen),
            )?;
        }
        write!(
            out,
            "</OrgnlGrpInfAndSts>\n<OrgnlPmtInfAndSts><OrgnlPmtInfId>{}</OrgnlPmtInfId>\n",
            escaped(&self.batch_no)
        )?;
        let (mut kept, mut words) = (KeptLines::new(core), KeptWords::new(core));
        for seen in &self.lines {
            let kept = kept.of(seen)?;
            let reference = kept.and_then(|kept| kept.reference.as_deref());
            transaction(seen, reference, &told(seen, kept, &mut words, lang)?, out)?;
        }
        out.write_all(b"</OrgnlPmtInfAndSts>\n</CstmrPmtStsRpt>\n</Document>\n")?;
        Ok(())
    }

    fn per_status(&self) -> BTreeMap<&'static str, (u64, i64)> {
        let mut per_status = BTreeMap::new();
        for (state, sum) in self.sums.iter().filter(|(_, sum)| sum.count > 0) {
            let of: &mut (u64, i64) = per_status.entry(state.iso_status()).or_default();
            of.0 += u64::from(sum.count);
            of.1 = of.1.saturating_add(sum.fen);
        }
        per_status
    }
}

fn transaction(
    seen: &Seen,
    reference: Option<&str>,
    told: &[String],
    out: &mut dyn Write,
) -> Result<(), QueryError> {
    let line = &seen.line;
    write!(out, "<TxInfAndSts><StsId>{}</StsId>", seen.payment)?;
    if let Some(original) = seen.corrects {
        write!(out, "<OrgnlInstrId>{original}</OrgnlInstrId>")?;
    }
    let end_to_end = match reference {
        Some(reference) => escaped(&reference.chars().take(35).collect::<String>()),
        None => line.line_no.to_string(),
    };
    write!(
        out,
        "<OrgnlEndToEndId>{end_to_end}</OrgnlEndToEndId><TxSts>{}</TxSts>",
        line.state.iso_status()
    )?;
    if let Some(code) = code_of(line.state, line.reason) {
        reason(&code, told, out)?;
    }
    out.write_all(b"</TxInfAndSts>\n")?;
    Ok(())
}

/// Characters of a text of ISO 20022 that holds 105.
const WORDS_CHARS_MAX: usize = 105;

fn reason(code: &Code, words: &[String], out: &mut dyn Write) -> Result<(), QueryError> {
    match code {
        Code::Iso(code) => write!(out, "<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn>")?,
        Code::Own(word) => write!(out, "<StsRsnInf><Rsn><Prtry>{word}</Prtry></Rsn>")?,
    }
    for text in words {
        let text: String = text.chars().take(WORDS_CHARS_MAX).collect();
        write!(out, "<AddtlInf>{}</AddtlInf>", escaped(&text))?;
    }
    Ok(write!(out, "</StsRsnInf>")?)
}

/// A reason of the external code set of ISO 20022 where one says the same, else our own word.
enum Code {
    Iso(&'static str),
    Own(&'static str),
}

fn code_of(state: LineState, reason: Option<FailureReason>) -> Option<Code> {
    match state {
        LineState::Returned => Some(Code::Own("returned")),
        LineState::Unknown => Some(Code::Own("unknown")),
        LineState::Refused => Some(Code::Own("refused")),
        LineState::Held
        | LineState::Released
        | LineState::Intended
        | LineState::Accepted
        | LineState::Paid
        | LineState::Failed
        | LineState::Cancelled => reason.map(code),
    }
}

/// Why, in words: ours first, then what the bank said, the person masked.
fn told(
    seen: &Seen,
    kept: Option<&KeptLine>,
    words: &mut KeptWords<'_>,
    lang: Lang,
) -> Result<Vec<String>, QueryError> {
    let pick = |zh: &str, en: &str| match lang {
        Lang::Zh => zh.to_owned(),
        Lang::En => en.to_owned(),
    };
    let line = &seen.line;
    let mut told = match line.state {
        LineState::Returned => vec![pick("已付后退汇", "paid, and the money came back")],
        LineState::Unknown => vec![pick("支付不明", "nobody knows whether it was paid")],
        LineState::Refused => vec![pick("报送时未受理", "refused at intake")],
        LineState::Held
        | LineState::Released
        | LineState::Intended
        | LineState::Accepted
        | LineState::Paid
        | LineState::Failed
        | LineState::Cancelled => {
            let reason = line.reason.map(|reason| codes::reason_text(reason, lang));
            reason.map(str::to_owned).into_iter().collect()
        }
    };
    if told.is_empty() {
        return Ok(told);
    }
    if let Some(said) = words.of(seen)? {
        let text = said.text(kept, Show::Masked);
        let bank = [said.bank_code.clone(), text.clone()];
        let bank: Vec<String> = bank.into_iter().flatten().collect();
        let why = said.why(seen, text.as_deref(), lang);
        let words = pick("银行给出的原因：", "the bank's reason: ") + &bank.join(" ");
        told.extend(why.or_else(|| (!bank.is_empty()).then_some(words)));
    }
    Ok(told)
}

fn code(reason: FailureReason) -> Code {
    match reason {
        FailureReason::AccountNotFound => Code::Iso("AC01"),
        FailureReason::AccountClosed => Code::Iso("AC04"),
        FailureReason::AccountFrozen => Code::Iso("AC06"),
        FailureReason::AmountOverLimit => Code::Iso("AM02"),
        FailureReason::InsufficientFunds => Code::Iso("AM04"),
        FailureReason::Duplicate => Code::Iso("AM05"),
        FailureReason::NameMismatch => Code::Iso("BE01"),
        FailureReason::AccountDormant
        | FailureReason::IdMismatch
        | FailureReason::BankUnavailable
        | FailureReason::MessageError
        | FailureReason::CancelledAtBank
        | FailureReason::ExpiredAtBank
        | FailureReason::RefusedByBank
        | FailureReason::Other => Code::Own(reason.as_str()),
    }
}

/// Text for XML; characters that XML 1.0 does not have are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\t'
            | '\n'
            | '\r'
            | ' '..='\u{D7FF}'
            | '\u{E000}'..='\u{FFFD}'
            | '\u{10000}'..='\u{10FFFF}' => escaped.push(character),
            _ => {}
        }
    }
    escaped
}
