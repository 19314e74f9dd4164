//! Batches: head, sums, what they wait for, their lines.

use crate::access::Sight;
use crate::api::answer::{
    BatchPage, BatchView, Deed, FileView, FindingCounts, LinePage, LineView, OtherPayment,
    OtherPayments, SumOf,
};
use crate::book::{BankFile, Batch, Book, FileState, Line, Sums};
use crate::core::Core;
use crate::event::Policy;
use crate::query::findings::{Reader, Runs, errors_of};
use crate::query::personal::{Seen, Show, Viewer, employer_name, payer};
use crate::query::waits::{self, Circumstances};
use crate::query::{Cursor, QueryError, moment};
use schemas::value::{AccountNo, BatchId, PaymentId, PersonName};
use schemas::{Lang, LineState};
use std::collections::{BTreeMap, BTreeSet};

/// Journal sequence of the last record that speaks of a batch.
#[must_use]
pub fn last_record(batch: &Batch) -> u64 {
    batch.last_record()
}

/// One batch, with its files and its payer.
///
/// # Errors
/// When the sealed payer can't be read.
pub fn one(
    core: &Core,
    sight: Sight,
    id: BatchId,
    lang: Lang,
) -> Result<Option<(BatchView, u64)>, QueryError> {
    let (mut view, accepted_at, sequence) = {
        let desk = core.desk();
        let Some(batch) = desk.batch(id).filter(|batch| sight.sees_batch(&batch.head)) else {
            return Ok(None);
        };
        let view = whole(&desk, batch, sight, lang, Circumstances::of(core, batch));
        // It tells of other batches too: what it waits for, which payments came back to life.
        (view, batch.accepted_at, desk.sequence())
    };
    if let Some(payer) = payer(core, accepted_at)? {
        let account = AccountNo::parse(&payer.payer_account).ok();
        view.payer_account = account.map(|account| account.masked());
        view.payer_name = payer.payer_name.as_deref().map(PersonName::mask);
        view.employer_name = payer.employer_name;
    }
    Ok(Some((view, sequence)))
}

/// A page of batches, the newest first; `keep` is the caller's filter.
///
/// # Errors
/// When a record can't be read.
pub fn page(
    core: &Core,
    sight: Sight,
    after: Option<Cursor>,
    limit: usize,
    lang: Lang,
    keep: &dyn Fn(&Batch) -> bool,
) -> Result<(BatchPage, u64), QueryError> {
    let desk = core.desk();
    let mut seen: Vec<&Batch> = newest_first(&desk, |batch| {
        sight.sees_batch(&batch.head)
            && after.is_none_or(|cursor| batch.accepted_at < cursor.accepted_at)
            && keep(batch)
    });
    let more = seen.len() > limit;
    seen.truncate(limit);
    let next = seen.last().filter(|_| more).map(|batch| {
        let cursor = Cursor {
            accepted_at: batch.accepted_at,
            index: 0,
        };
        cursor.to_string()
    });
    let mut batches: Vec<BatchView> = seen
        .into_iter()
        .map(|batch| batch_view(&desk, batch, lang, Circumstances::of(core, batch)))
        .collect();
    let sequence = desk.sequence();
    drop(desk);
    for view in &mut batches {
        view.employer_name = employer_name(core, view.sequence)?;
    }
    Ok((BatchPage { batches, next }, sequence))
}

/// Batches by acceptance, the newest first.
pub fn newest_first(book: &Book, keep: impl Fn(&Batch) -> bool) -> Vec<&Batch> {
    let mut batches: Vec<&Batch> = book.batches().filter(|batch| keep(batch)).collect();
    batches.sort_by_key(|batch| std::cmp::Reverse(batch.accepted_at));
    batches
}

/// Which lines of a batch are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// Those in one of these states; of none: in any.
    pub states: &'a [LineState],
    /// Those that are disputed, or those that are not.
    pub disputed: Option<bool>,
}

impl Wanted<'_> {
    fn has(self, line: &Line) -> bool {
        let is_disputed = line.disputed.is_some();
        (self.states.is_empty() || self.states.contains(&line.state))
            && self.disputed.is_none_or(|disputed| disputed == is_disputed)
    }
}

/// A page of a batch's lines after the line `after`.
///
/// # Errors
/// When the sealed lines can't be read.
pub fn lines(
    core: &Core,
    sight: Sight,
    id: BatchId,
    (after, limit): (u32, usize),
    wanted: Wanted<'_>,
    lang: Lang,
) -> Result<Option<(LinePage, u64)>, QueryError> {
    let (mut seen, runs, sequence) = {
        let desk = core.desk();
        let Some(batch) = desk.batch(id).filter(|batch| sight.sees_batch(&batch.head)) else {
            return Ok(None);
        };
        let seen: Vec<Seen> = (1u32..)
            .zip(&batch.lines)
            .skip(usize::try_from(after).unwrap_or(usize::MAX))
            .filter(|(_, line)| wanted.has(line))
            .take(limit + 1)
            .map(|(index, line)| Seen::of(&desk, sight, batch, index, line))
            .collect();
        // Where corrections stand is told by other batches' records.
        (seen, Runs::of(batch), desk.sequence())
    };
    let more = seen.len() > limit;
    seen.truncate(limit);
    let next = seen
        .last()
        .filter(|_| more)
        .map(|last| last.payment.row.to_string());
    let mut viewer = Viewer::new(core, Show::Masked, lang);
    let mut views = Vec::with_capacity(seen.len());
    for line in &seen {
        views.push(viewer.view(line)?);
    }
    refusals(core, &runs, &mut views, (sight, lang))?;
    let page = LinePage {
        batch_id: id.to_string(),
        lines: views,
        next,
    };
    Ok(Some((page, sequence)))
}

/// Adds to refused lines the errors that refused them.
///
/// # Errors
/// When the findings can't be read.
pub fn refusals(
    core: &Core,
    runs: &Runs,
    views: &mut [LineView],
    reader: Reader,
) -> Result<(), QueryError> {
    let is_refused = |view: &&LineView| view.state == LineState::Refused.as_str();
    let rows: BTreeSet<u32> = views
        .iter()
        .filter(is_refused)
        .map(|view| view.row)
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let mut errors = errors_of(core, runs, &rows, reader)?;
    for view in views {
        if rows.contains(&view.row) {
            view.refused_by = Some(errors.remove(&view.row).unwrap_or_default());
        }
    }
    Ok(())
}

/// Counts and sums by the words of the states; states without lines are left out.
#[must_use]
pub fn states(sums: &Sums) -> BTreeMap<String, SumOf> {
    sums.iter()
        .filter(|(_, sum)| sum.count > 0)
        .map(|(state, sum)| {
            // Refused lines are outside the sums, whether one of them can be read or not.
            let fen = if state == LineState::Refused {
                0
            } else {
                sum.fen
            };
            let of = SumOf {
                count: sum.count.into(),
                fen,
            };
            (state.to_string(), of)
        })
        .collect()
}

/// A batch with its files, without what is sealed: what the journal alone tells of it. The caller
/// sees the batch; of other payments those are named that it sees, too.
#[must_use]
pub fn whole(
    book: &Book,
    batch: &Batch,
    sight: Sight,
    lang: Lang,
    around: Circumstances,
) -> BatchView {
    let files = batch.files.iter().filter_map(|file_no| book.file(*file_no));
    BatchView {
        files: Some(files.map(|file| file_view(book, file, lang)).collect()),
        other_payments: other_payments(book, batch, sight),
        ..batch_view(book, batch, lang, around)
    }
}

/// A batch as the interface shows it, without its files and what is sealed.
fn batch_view(book: &Book, batch: &Batch, lang: Lang, around: Circumstances) -> BatchView {
    let head = &batch.head;
    let deed = |deed: &Option<(String, i64)>| {
        deed.as_ref().map(|(person, at)| Deed {
            person: person.clone(),
            at: moment(*at),
        })
    };
    let (errors, warnings, notes) = head.finding_counts;
    BatchView {
        batch_id: batch.id().to_string(),
        batch_no: head.batch_no.to_string(),
        state: batch.state().as_str().to_owned(),
        employer_uscc: head.employer.to_string(),
        // Sealed: opened outside the lock.
        employer_name: None,
        project_code: head.project_code.clone(),
        region: head.region.map(|region| region.to_string()),
        pay_month: head.pay_month.to_string(),
        paying_bank: head.paying_bank.to_string(),
        format: head.format.clone(),
        encoding: head.charset.clone(),
        policy: policy_word(head.policy).to_owned(),
        digest: head.digest.clone(),
        line_count: head.line_count,
        total_fen: head.total_fen,
        refused_count: head.refused_count,
        states: states(&batch.sums),
        disputed_count: batch.disputed_count().into(),
        waits_for: waits::of_batch(book, batch, around).map(|waits| waits.view(lang)),
        findings: FindingCounts {
            errors,
            warnings,
            notes,
        },
        must_acknowledge: head.must_acknowledge.clone(),
        accepted_at: moment(batch.accepted_ms),
        submitted_by: head.submitted_by.clone(),
        approved: deed(&batch.approved),
        withdrawn: deed(&batch.withdrawn),
        next_bank_day: head.next_bank_day.clone(),
        sequence: batch.accepted_at,
        payer_account: None,
        payer_name: None,
        other_payments: None,
        files: None,
    }
}

/// What of other payments the approver must have seen: who does not see one is not told of it (M6).
fn other_payments(book: &Book, batch: &Batch, sight: Sight) -> Option<OtherPayments> {
    let mut found = book.revived_unseen(batch);
    found.retain(|one| {
        let other = book.line(one.other);
        other.is_some_and(|(batch, line)| sight.sees_line(batch, line))
    });
    let as_of = found.iter().map(|one| one.decided_at).max()?;
    let lines: BTreeSet<u32> = found.iter().map(|one| one.index).collect();
    let shown = found.iter().take(OTHER_PAYMENTS_MAX);
    let payments = shown.map(|one| {
        let payment = PaymentId {
            batch: batch.id(),
            row: one.index,
        };
        OtherPayment {
            payment_id: payment.to_string(),
            other_payment_id: one.other.to_string(),
        }
    });
    Some(OtherPayments {
        as_of,
        line_count: lines.len() as u64,
        payments: payments.collect(),
    })
}

/// Other payments that the view of a batch names.
const OTHER_PAYMENTS_MAX: usize = 100;

/// The word of the contract for a policy.
#[must_use]
pub fn policy_word(policy: Policy) -> &'static str {
    match policy {
        Policy::AllOrNothing => "all_or_nothing",
        Policy::GoodLines => "good_lines",
    }
}

/// A bank file as the interface shows it.
#[must_use]
pub fn file_view(book: &Book, file: &BankFile, lang: Lang) -> FileView {
    let state = match file.state {
        FileState::Intended => "intended",
        FileState::Leaving => "leaving",
        FileState::AtBank => "at_bank",
        FileState::NotSent => "not_sent",
        FileState::Abandoned => "abandoned",
    };
    FileView {
        file_no: file.intent.file_no,
        bank_date: file.intent.bank_date.clone(),
        state: state.to_owned(),
        state_text: file_text(book, file, lang).to_owned(),
        since: moment(file.since_ms),
        line_count: file.intent.lines.len() as u64,
        total_fen: file.intent.total_fen,
        attempts: file.attempts,
        queries: file.queries,
        is_final: file.is_final,
    }
}

/// How far a bank file got, in words: whether the bank has it is said as far as it is known.
fn file_text(book: &Book, file: &BankFile, lang: Lang) -> &'static str {
    let (zh, en) = match file.state {
        FileState::Intended => ("准备发送", "about to leave"),
        FileState::Leaving => ("正在发送", "leaving"),
        FileState::AtBank if book.has_ended(file) => ("已有结果", "has its results"),
        FileState::AtBank if file.heard => ("已在银行", "at the bank"),
        FileState::AtBank => ("可能已在银行", "may be at the bank"),
        FileState::NotSent => ("未发出，将重发", "not sent, will be tried again"),
        FileState::Abandoned => ("已作废，从未发出", "given up, never sent"),
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}
