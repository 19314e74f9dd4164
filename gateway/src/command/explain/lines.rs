//! The lines of a batch that need somebody: which they are, what stands against each, and which
//! payments stand for those that failed.

use crate::book::{Bar, Batch, Book, CorrectionConflict, Line};
use crate::query::moment;
use crate::story::dispute_words;
use schemas::value::PaymentId;
use schemas::{Lang, LineState};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// So many of them are told.
const LINES_MAX: usize = 100;

/// They and how many more there are.
pub(super) fn of(book: &Book, batch: &Batch, lang: Lang) -> (Vec<Value>, usize) {
    let barred: BTreeMap<u32, Bar> = book.bars_on(batch).collect();
    let needs = |(row, line): &(u32, &Line)| {
        let is_open = matches!(
            line.state,
            LineState::Unknown | LineState::Failed | LineState::Returned
        );
        is_open || line.disputed.is_some() || barred.contains_key(row)
    };
    let lines: Vec<(u32, &Line)> = (1u32..).zip(&batch.lines).filter(needs).collect();
    let told = lines.iter().take(LINES_MAX).map(|(row, line)| {
        let payment = PaymentId {
            batch: batch.id(),
            row: *row,
        };
        let bar = barred.get(row);
        json!({
            "payment_id": payment.to_string(),
            "line_no": line.line_no,
            "amount_fen": line.amount_fen,
            "state": line.state.as_str(),
            "state_text": line.state.text(lang),
            "reason": line.reason.map(|reason| schemas::codes::reason_text(reason, lang)),
            "disputed_text": line.disputed.map(|dispute| dispute_words(dispute, lang)),
            "barred_by": bar.and_then(|bar| bar.by).map(|one| one.to_string()),
            "barred_since": bar.map(|bar| moment(bar.since_ms)),
            "barred_text": bar.map(|bar| bar_words(*bar, lang)),
            "corrections": corrections(book, payment, lang),
        })
    });
    (told.collect(), lines.len().saturating_sub(LINES_MAX))
}

/// Every correction of a payment and where it stands.
pub(super) fn corrections(book: &Book, payment: PaymentId, lang: Lang) -> Vec<Value> {
    let told = book.corrections_of(payment).filter_map(|one| {
        let (_, line) = book.line(one)?;
        Some(json!({
            "payment_id": one.to_string(),
            "state": line.state.as_str(),
            "state_text": line.state.text(lang),
        }))
    });
    told.collect()
}

/// What keeps a line from being sent, in words.
pub(super) fn bar_words(bar: Bar, lang: Lang) -> String {
    let (why, by) = (bar.why, bar.by.map(|one| one.to_string()));
    let by = by.unwrap_or_default();
    let (zh, en) = match why {
        CorrectionConflict::Disputed => (
            format!("同一工资的 {by} 有争议"),
            format!("{by}, a payment of the same wage, is disputed"),
        ),
        CorrectionConflict::Elsewhere(_) => (
            format!("同一工资已由 {by} 支付"),
            format!("the same wage is paid by {by}"),
        ),
        CorrectionConflict::Live(_) => (
            format!("同一笔另有补发 {by}"),
            format!("{by} corrects the same payment"),
        ),
        CorrectionConflict::State(state) => (
            format!("所更正的 {by} 现为{}", state.text(Lang::Zh)),
            format!("{by}, which it corrects, is {}", state.text(Lang::En)),
        ),
        CorrectionConflict::Restored => (
            "自备份恢复，不再发送".to_owned(),
            "restored from a backup, not sent any more".to_owned(),
        ),
        CorrectionConflict::Unknown => (
            "所更正的明细不存在".to_owned(),
            "what it corrects is not there".to_owned(),
        ),
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}
