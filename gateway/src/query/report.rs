//! pain.002.001.10: the payment status report of a batch (INTERFACE section 4 has the words).

mod original;
mod reasons;
mod references;

use crate::access::Sight;
use crate::book::{Batch, BatchState, Sums};
use crate::core::Core;
use crate::query::batches::last_record;
use crate::query::findings::{Runs, errors_of};
use crate::query::personal::{KeptLines, Seen};
use crate::query::said::KeptWords;
use crate::query::{QueryError, moment};
use original::Original;
use reasons::{Code, code_of, told};
use references::{Names, part_name, shows_name};
use schemas::employer_files::Format;
use schemas::value::{BatchId, Fen};
use schemas::{Lang, LineState};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

/// What a report tells, taken out of the lock at one position of the journal.
pub struct Report {
    /// Who reads it: a reference may name a person, a finding another's payment.
    sight: Sight,
    id: BatchId,
    batch_no: String,
    employer: String,
    format: String,
    charset: String,
    byte_records: Vec<u64>,
    runs: Runs,
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
        sight,
        id,
        batch_no: batch.head.batch_no.to_string(),
        employer: batch.head.employer.to_string(),
        format: batch.head.format.clone(),
        charset: batch.head.charset.clone(),
        byte_records: batch.byte_records.clone(),
        runs: Runs::of(batch),
        group_status: group_status(batch),
        sums: batch.sums,
        lines: lines
            .map(|(index, line)| Seen::of(&desk, sight, batch, index, line))
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
        let mut original = match self.format == Format::Pain001.as_str() {
            true => Some(Original::open(core, &self.byte_records, &self.charset)?),
            false => None,
        };
        // A file of the template is no message of ISO 20022: the format's own word stands.
        let message = original.as_ref().and_then(Original::name);
        let message = message.filter(|name| shows_name(name, self.sight));
        let message = message.unwrap_or(&self.format).to_owned();
        let mut kept = KeptLines::new(core);
        let refused_fen = self.refused_fen(&mut kept)?;
        let live_fen = self.sums.instructed().fen;
        let total = refused_fen.map(|fen| Fen(live_fen.saturating_add(fen)));
        write!(
            out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\">\n\
             <CstmrPmtStsRpt>\n<GrpHdr><MsgId>{id}-R{sequence}</MsgId><CreDtTm>{at}</CreDtTm>\
             <InitgPty><Id><OrgId><Othr><Id>{employer}</Id></Othr></OrgId></Id></InitgPty>\
             </GrpHdr>\n<OrgnlGrpInfAndSts><OrgnlMsgId>{number}</OrgnlMsgId>\
             <OrgnlMsgNmId>{original}</OrgnlMsgNmId><OrgnlNbOfTxs>{count}</OrgnlNbOfTxs>\
             {total}<GrpSts>{status}</GrpSts>",
            id = self.id,
            sequence = self.sequence,
            at = moment(self.created_ms),
            employer = escaped(&self.employer),
            number = escaped(&self.batch_no),
            original = escaped(&message),
            count = self.lines.len(),
            total = element("OrgnlCtrlSum", total),
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
        for (status, (count, fen)) in self.per_status(refused_fen) {
            write!(
                out,
                "<NbOfTxsPerSts><DtldNbOfTxs>{count}</DtldNbOfTxs><DtldSts>{status}</DtldSts>\
                 {sum}</NbOfTxsPerSts>",
                sum = element("DtldCtrlSum", fen.map(Fen)),
            )?;
        }
        out.write_all(b"</OrgnlGrpInfAndSts>\n")?;
        self.transactions(core, &mut original, lang, out)?;
        out.write_all(b"</CstmrPmtStsRpt>\n</Document>\n")?;
        Ok(())
    }

    /// The transactions in the parts of their file; a file of the template is one part, which is
    /// called as the batch is.
    fn transactions(
        &self,
        core: &Core,
        original: &mut Option<Original<'_>>,
        lang: Lang,
        out: &mut dyn Write,
    ) -> Result<(), QueryError> {
        let mut kept = KeptLines::new(core);
        let mut words = (KeptWords::new(core), KeptWords::new(core));
        let mut part = None;
        for page in self.lines.chunks(LINES_AT_ONCE) {
            let refused = page
                .iter()
                .filter(|seen| seen.line.state == LineState::Refused);
            let rows: BTreeSet<u32> = refused.map(|seen| seen.line.row).collect();
            let mut errors = errors_of(core, &self.runs, &rows, (self.sight, lang))?;
            for seen in page {
                let sent = match original.as_mut() {
                    Some(original) => original.next()?,
                    None => None,
                };
                let kept = kept.of(seen)?;
                let at = sent.map_or(1, |sent| sent.part);
                if part.replace(at) != Some(at) {
                    let id = sent.and_then(|sent| part_name(sent, kept, self.sight));
                    let id = escaped(id.as_deref().unwrap_or(&self.batch_no));
                    let end = if at > 1 { "</OrgnlPmtInfAndSts>\n" } else { "" };
                    writeln!(
                        out,
                        "{end}<OrgnlPmtInfAndSts><OrgnlPmtInfId>{id}</OrgnlPmtInfId>"
                    )?;
                }
                let mut told = told(seen, kept, &mut words, lang)?;
                let why = errors.remove(&seen.line.row).unwrap_or_default();
                let why = why.iter().filter_map(|finding| finding["message"].as_str());
                told.extend(why.map(str::to_owned));
                let names = Names::of(seen, kept, sent, self.sight);
                transaction(seen, &names, &told, out)?;
            }
        }
        if part.is_some() {
            out.write_all(b"</OrgnlPmtInfAndSts>\n")?;
        }
        Ok(())
    }

    /// What the file states for the lines that were refused: its control sum is over all lines.
    /// `None` where an amount could not be read, and the sum would be too small.
    fn refused_fen(&self, kept: &mut KeptLines<'_>) -> Result<Option<i64>, QueryError> {
        let mut fen = Some(0i64);
        let refused = self.lines.iter();
        for seen in refused.filter(|seen| seen.line.state == LineState::Refused) {
            let (line, remains) = kept.open(seen)?;
            let amount = line.map(|line| line.amount);
            let amount = amount.or(remains.and_then(|remains| remains.amount));
            fen = fen
                .zip(amount)
                .and_then(|(fen, amount)| fen.checked_add(amount.0));
        }
        Ok(fen)
    }

    fn per_status(&self, refused_fen: Option<i64>) -> BTreeMap<&'static str, (u64, Option<i64>)> {
        let mut per_status: BTreeMap<_, (u64, Option<i64>)> = BTreeMap::new();
        for (state, sum) in self.sums.iter().filter(|(_, sum)| sum.count > 0) {
            let of = per_status.entry(state.iso_status()).or_insert((0, Some(0)));
            of.0 += u64::from(sum.count);
            let fen = match state == LineState::Refused {
                true => refused_fen,
                false => Some(sum.fen),
            };
            of.1 = of.1.zip(fen).map(|(one, other)| one.saturating_add(other));
        }
        per_status
    }
}

/// An element with a sum; nothing where the sum is not known.
fn element(name: &str, sum: Option<Fen>) -> String {
    sum.map_or_else(String::new, |sum| format!("<{name}>{sum}</{name}>"))
}

/// Lines whose findings are looked up at once.
const LINES_AT_ONCE: usize = 1000;

fn transaction(
    seen: &Seen,
    names: &Names,
    told: &[String],
    out: &mut dyn Write,
) -> Result<(), QueryError> {
    let line = &seen.line;
    write!(out, "<TxInfAndSts><StsId>{}</StsId>", seen.payment)?;
    if let Some(instruction) = &names.instruction {
        write!(out, "<OrgnlInstrId>{}</OrgnlInstrId>", escaped(instruction))?;
    }
    write!(
        out,
        "<OrgnlEndToEndId>{}</OrgnlEndToEndId><TxSts>{}</TxSts>",
        escaped(&names.end_to_end),
        line.state.iso_status()
    )?;
    if let Some(code) = code_of(seen) {
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
