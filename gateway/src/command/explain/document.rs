//! The story as one document: what happened, and how the subject stands now.

use super::super::words::pick;
use super::{Days, lines};
use crate::access::Sight;
use crate::book::{BankFile, Batch, Book};
use crate::dispatch::outlook::{Planned, next_of};
use crate::query::waits::{self, Circumstances, Waits};
use crate::query::{batches, moment};
use crate::story::{Entry, Subject, Teller, dispute_words, sentence, step_words};
use journal::Damage;
use schemas::value::{BatchId, PaymentId};
use schemas::{Lang, LineState};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// All that is told of a subject.
pub(super) fn of(
    teller: &Teller,
    (id, subject): (&str, Subject),
    story: &[Entry],
    days: Days<'_>,
    damages: &[Damage],
    lang: Lang,
) -> Value {
    let entries = story.iter().map(|entry| {
        let mut told = json!(entry);
        told["time"] = moment(entry.time_ms).into();
        told["text"] = sentence(entry, lang).into();
        told
    });
    let entries: Vec<Value> = entries.collect();
    let book = teller.book();
    let batch = teller.batch_id().and_then(|id| book.batch(id));
    // Who has the data folder sees of a batch what its employer sees.
    let view = batch.map(|batch| {
        let own = Sight::Employer(batch.head.employer);
        batches::whole(book, batch, own, lang, Circumstances::UNKNOWN)
    });
    let next = batch.map_or_else(Vec::new, |batch| next(teller, batch, subject, days, lang));
    let wait = batch.and_then(|batch| waits_of(teller, batch, subject));
    let do_now = match wait {
        Some(waits) => Some(waits.what.remedy(lang).to_owned()),
        None if is_unread(teller, subject) => Some(unread_remedy(lang).to_owned()),
        None => batch.and_then(|batch| after_the_end(teller, batch, subject, lang)),
    };
    // Whatever goes on by itself does so only with the bank.
    let is_unknown = !next.is_empty() || wait.is_some_and(|wait| wait.what.goes_on());
    let of_batch = batch.filter(|_| matches!(subject, Subject::Batch(_)));
    let (needing, left_out) = match of_batch {
        Some(batch) => lines::of(book, batch, lang),
        None => <(_, _)>::default(),
    };
    json!({
        "id": id,
        "story": entries,
        "records": story.iter().map(|entry| entry.count).sum::<u64>(),
        "refused": teller.refused(),
        "line": line(teller, subject, lang),
        "file": file(teller, subject, lang),
        "batch": view,
        "lines": needing,
        "lines_left_out": left_out,
        "waits_for": wait.map(|wait| wait.view(lang)),
        "unknown_here": is_unknown.then(|| unknown_of(days, lang)),
        "next": next,
        "do": do_now,
        "runbook": wait.map(|wait| format!("RUNBOOK.md: {}", wait.what.as_str())),
        "damages": damages.len(),
        "first_damage": first(damages),
    })
}

/// Where the first damage is; null where there is none.
pub(super) fn first(damages: &[Damage]) -> Value {
    let place = |damage: &Damage| json!({"segment": damage.segment, "offset": damage.offset});
    damages.first().map(place).into()
}

/// What the journal does not tell, and who does; `has_days` where the gateway's bank days are
/// given.
pub(super) fn unknown_here(has_days: bool, lang: Lang) -> &'static str {
    let (zh, en) = match has_days {
        true => (
            "付款银行是否接通、能否连上、本网关缺不缺密钥或授权，日志里没有：请用 anxin status 查询",
            "whether the bank is connected and reached, and whether this gateway lacks a key or a \
             mandate, is not in the journal: ask `anxin status`",
        ),
        false => (
            "付款银行是否接通、能否连上、本网关缺不缺密钥、授权或银行工作日清单，日志里没有：\
             请用 anxin status 查询",
            "whether the bank is connected and reached, and whether this gateway lacks a key, a \
             mandate or a list of bank days, is not in the journal: ask `anxin status`",
        ),
    };
    pick(lang, zh, en)
}

/// The same, with the option by which the bank days are told.
fn unknown_of(days: Days<'_>, lang: Lang) -> String {
    let unknown = unknown_here(days.of_gateway, lang);
    if days.of_gateway {
        return unknown.to_owned();
    }
    let option = pick(
        lang,
        "；网关自己的银行工作日可用 --calendar 目录 给出",
        "; --calendar DIR gives the gateway's own bank days",
    );
    format!("{unknown}{option}")
}

/// What the subject itself waits for; a record waits for nothing, its batch does.
fn waits_of(teller: &Teller, batch: &Batch, subject: Subject) -> Option<Waits> {
    let (book, around) = (teller.book(), Circumstances::UNKNOWN);
    match subject {
        Subject::Batch(_) | Subject::Record(_) => waits::of_batch(book, batch, around),
        Subject::Payment(payment) => waits::of_line(book, batch, payment.row, around),
        Subject::File(file_no) => waits::of_file(book, book.file(file_no)?, around),
    }
}

/// Whether the subject is a message that nobody could read so far.
fn is_unread(teller: &Teller, subject: Subject) -> bool {
    let Subject::Record(record) = subject else {
        return false;
    };
    let mut unread = teller.book().unread();
    unread.any(|(_, messages)| messages.keys().any(|(_, sequence)| *sequence == record))
}

fn unread_remedy(lang: Lang) -> &'static str {
    let (zh, en) = (
        "由网关运营方对照银行手册和密钥；补齐密钥后重启即重读，银行也可再送一次；原文已留存",
        "those who run the gateway compare it with the bank's manual and their keys; with the \
         right key a restart reads it again, and so does the bank's sending it once more",
    );
    pick(lang, zh, en)
}

/// The batch whose correction file has a wage that failed or came back; `None` where none has.
fn offered_in(book: &Book, payment: PaymentId) -> Option<BatchId> {
    let (_, line) = book.line(payment)?;
    if !matches!(line.state, LineState::Failed | LineState::Returned) {
        return None;
    }
    let last = book.last_try(payment)?;
    book.is_offered(last).then_some(last.batch)
}

/// What a person can do about what has ended otherwise than it was meant.
fn after_the_end(teller: &Teller, batch: &Batch, subject: Subject, lang: Lang) -> Option<String> {
    let (id, book) = (batch.id(), teller.book());
    let sum = |state| batch.sums.of(state).count > 0;
    let (offered, is_refused) = match subject {
        Subject::Payment(payment) => {
            let state = batch.line(payment.row)?.state;
            (offered_in(book, payment), state == LineState::Refused)
        }
        Subject::Batch(_) => {
            let rows = (1u32..).zip(&batch.lines).map(|(row, _)| row);
            let offered = rows.filter_map(|row| offered_in(book, PaymentId { batch: id, row }));
            // Its own file first; else that of what corrected it and failed again.
            (offered.min(), sum(LineState::Refused))
        }
        Subject::File(_) | Subject::Record(_) => return None,
    };
    let (zh, en) = match (offered, is_refused) {
        (Some(id), _) => (
            format!(
                "失败或退汇的可补发：POST /v1/batches/{id}/correction 取得补发文件，改正后报送"
            ),
            format!(
                "what failed or came back can be paid by a correction: POST \
                 /v1/batches/{id}/correction gives its file, to be mended and submitted"
            ),
        ),
        (None, true) => (
            format!("未受理的原因见 GET /v1/batches/{id}/findings；改正后另行报送"),
            format!(
                "GET /v1/batches/{id}/findings says why lines were refused; submit them mended in \
                 a new batch"
            ),
        ),
        (None, false) => return None,
    };
    Some(match lang {
        Lang::Zh => zh,
        Lang::En => en,
    })
}

fn line(teller: &Teller, subject: Subject, lang: Lang) -> Option<Value> {
    let Subject::Payment(payment) = subject else {
        return None;
    };
    let book = teller.book();
    let (batch, line) = book.line(payment)?;
    let proposal = book.proposal(payment).map(|proposal| {
        let (zh, en) = step_words(proposal.outcome.as_str());
        json!({
            "outcome": proposal.outcome.as_str(),
            "outcome_text": if lang == Lang::Zh { zh } else { en },
            "operator": proposal.operator,
            "since": moment(proposal.time_ms),
        })
    });
    let is_free = line.state == LineState::Released && line.file_no == 0;
    let bar = is_free.then(|| book.bars(batch).bar(payment.row)).flatten();
    Some(json!({
        "payment_id": payment.to_string(),
        "line_no": line.line_no,
        "amount_fen": (line.state != LineState::Refused).then_some(line.amount_fen),
        "state": line.state.as_str(),
        "state_text": line.state.text(lang),
        "since": moment(line.since_ms),
        "reason": line.reason.map(|reason| schemas::codes::reason_text(reason, lang)),
        "disputed": line.disputed.map(|dispute| json!(dispute)),
        "disputed_text": line.disputed.map(|dispute| dispute_words(dispute, lang)),
        "reported_fen": line.reported_fen,
        "file_no": Some(line.file_no).filter(|file_no| *file_no > 0),
        "corrects": batch.corrects.get(&payment.row).map(ToString::to_string),
        "corrected_by": book.corrected_by(payment).map(|one| one.to_string()),
        "corrections": lines::corrections(book, payment, lang),
        "barred_by": bar.and_then(|bar| bar.by).map(|one| one.to_string()),
        "barred_text": bar.map(|bar| lines::bar_words(bar, lang)),
        "proposal": proposal,
    }))
}

/// A bank file: where it is, and how the lines stand that it carries now.
fn file(teller: &Teller, subject: Subject, lang: Lang) -> Option<Value> {
    let Subject::File(file_no) = subject else {
        return None;
    };
    let book = teller.book();
    let file: &BankFile = book.file(file_no)?;
    let batch = book.batch(file.intent.batch)?;
    let mut states: BTreeMap<&'static str, (u64, i64)> = BTreeMap::new();
    let (mut disputed, mut carries) = (0u64, 0u64);
    for line in file.intent.lines.iter().filter_map(|row| batch.line(*row)) {
        // Those of a file that was given up are in another one.
        if line.file_no != file_no {
            continue;
        }
        let sum = states.entry(line.state.as_str()).or_default();
        *sum = (sum.0 + 1, sum.1.saturating_add(line.amount_fen));
        disputed += u64::from(line.disputed.is_some());
        carries += 1;
    }
    let states = states.into_iter().map(|(state, (count, fen))| {
        let sum = json!({"count": count, "fen": fen});
        (state.to_owned(), sum)
    });
    let mut view = json!(batches::file_view(book, file, lang));
    view["bank"] = file.intent.bank.as_str().into();
    view["batch_id"] = file.intent.batch.to_string().into();
    view["dialect"] = file.intent.dialect.clone().into();
    view["first_line"] = batch_line(file, file.intent.lines.first());
    view["last_line"] = batch_line(file, file.intent.lines.last());
    view["carries"] = carries.into();
    view["states"] = states.collect::<serde_json::Map<_, _>>().into();
    view["disputed_count"] = disputed.into();
    Some(view)
}

fn batch_line(file: &BankFile, row: Option<&u32>) -> Value {
    let batch = file.intent.batch;
    let payment = row.map(|row| PaymentId { batch, row: *row });
    payment.map(|payment| payment.to_string()).into()
}

/// What happens next by itself, to the subject.
fn next(
    teller: &Teller,
    batch: &Batch,
    subject: Subject,
    days: Days<'_>,
    lang: Lang,
) -> Vec<Value> {
    let book = adapters::Book::built_in().ok();
    let Some(adapter) = book.and_then(|book| book.adapter(batch.head.paying_bank)) else {
        return Vec::new();
    };
    let mut next = next_of(teller.book(), batch, adapter, days.calendar, days.now);
    let of_file = |file_no: u64| Some(file_no).filter(|file_no| *file_no > 0);
    match subject {
        Subject::Batch(_) | Subject::Record(_) => {}
        Subject::File(file_no) => next.retain(|one| one.file_no == of_file(file_no)),
        Subject::Payment(payment) => {
            let line = batch.line(payment.row);
            let open = line.filter(|line| !line.state.is_final());
            // A new file takes the lines of the batch that nothing bars.
            let is_barred = teller.book().bars(batch).of(payment.row).is_err();
            next.retain(|one| {
                open.is_some_and(|line| one.file_no == of_file(line.file_no))
                    && !(one.file_no.is_none() && is_barred)
            });
        }
    }
    let told = next.into_iter().map(|one| {
        json!({
            "what": one.what.as_str(),
            "file_no": one.file_no,
            "at": one.at_ms.map(moment),
            "text": next_words(one.what, days.of_gateway, lang),
        })
    });
    told.collect()
}

fn next_words(what: Planned, has_days: bool, lang: Lang) -> &'static str {
    let (zh, en) = match what {
        Planned::Send => ("发往银行", "it is sent to the bank"),
        Planned::Resend => ("再次发送同一文件", "the same file is tried again"),
        Planned::SendAnew => (
            "此文件作废,改用新文件发送",
            "it is given up and its lines are sent in a new file",
        ),
        Planned::Query => ("向银行查询", "the bank is asked"),
        Planned::AnswerLimit => (
            "仍无结果则转为不明",
            "without a result by then its lines become unknown",
        ),
        Planned::Calendar if has_days => (
            "缺少该年的银行工作日目录,不会发送",
            "the list of bank days of the year is missing: nothing is sent",
        ),
        Planned::Calendar => (
            "本程序自身没有该年的银行工作日清单,网关的 calendar 目录里可能有:加上 --calendar 目录 再查;\
             那里也没有,才不会发送",
            "this program alone has no list of bank days of the year, the gateway's folder \
             `calendar` may have it: ask again with --calendar DIR; only where it has none either \
             nothing is sent",
        ),
        Planned::DialectGone => (
            "银行定义里已没有发送时所用的方言:不再询问,未决的转为不明",
            "the bank's definition no longer has the dialect by which it went: it is not asked \
             about, and what is open becomes unknown",
        ),
    };
    pick(lang, zh, en)
}
