//! Somebody who trusts nobody: keeps the checkpoints that the gateway signs, has each one proved
//! against the one before, and asks for payments' proofs. What is given out is held against the
//! journal by the checker of M10.

use super::calls::{Request, calls};
use super::dice::Dice;
use super::operators;
use super::stage::Stage;
use crate::proof::note::{Checkpoint, Note};
use std::sync::Arc;

/// A few times a day, by the certificate of one party or another.
pub(super) async fn keep(stage: Arc<Stage>, dice: Dice, parties: Vec<String>) {
    let mut kept = 0;
    loop {
        stage.sleep(dice.seconds(2 * 3600, 12 * 3600)).await;
        let Some(who) = dice.pick_of(&parties) else {
            return;
        };
        if kept > 0 {
            let path = format!("/v1/consistency?from={kept}");
            calls(&stage, Request::get(&who, &path)).await;
        }
        let answer = calls(&stage, Request::get(&who, "/v1/checkpoint")).await;
        kept = answer.and_then(|answer| size(&answer.body)).unwrap_or(kept);
        if let Some(batch) = operators::target(&stage, &dice) {
            let path = format!("/v1/payments/{batch}.1/proof");
            calls(&stage, Request::get(&who, &path)).await;
        }
    }
}

/// Of how many records a checkpoint is.
fn size(note: &[u8]) -> Option<u64> {
    let note = Note::parse(std::str::from_utf8(note).ok()?).ok()?;
    Some(Checkpoint::parse(&note.text).ok()?.size)
}
