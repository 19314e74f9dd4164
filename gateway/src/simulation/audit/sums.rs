//! M4: conservation. The sums that are kept are those of the lines, and they make the accepted
//! total, in count and in fen; refused lines are outside it.

use super::Found;
use crate::book::Batch;
use schemas::LineState as S;

pub(super) fn conserved(batch: &Batch, found: &mut Found<'_>) {
    let id = batch.id();
    let mut own = [(0u32, 0i64); S::ALL.len()];
    for line in &batch.lines {
        let sum = &mut own[line.state as usize];
        sum.0 += 1;
        sum.1 += line.amount_fen;
    }
    let (mut count, mut fen) = (0u32, 0i64);
    for state in S::ALL {
        let (own, kept) = (own[state as usize], batch.sums.of(state));
        if own != (kept.count, kept.fen) {
            found.add("M4", format!("{id} {state}: lines {own:?}, kept {kept:?}"));
        }
        if state != S::Refused {
            count += own.0;
            fen += own.1;
        }
    }
    let whole = batch.sums.instructed();
    let accepted = (batch.head.line_count, batch.head.total_fen);
    if (count, fen) != accepted || (whole.count, whole.fen) != accepted {
        let text = format!("{id}: lines {count} {fen}, kept {whole:?}, accepted {accepted:?}");
        found.add("M4", text);
    }
}
