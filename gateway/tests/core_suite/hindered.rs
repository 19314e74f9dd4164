//! What this installation lacks is said of the batch that can't be worked on for it (M12).

use super::bank::{Act, Played};
use super::desk::{Desk, LI, ZHANG, file};
use gateway::core::Core;
use gateway::dispatch::{DispatchError, Turn};
use gateway::mandates::Mandates;
use schemas::LineState;
use schemas::value::BatchId;
use std::sync::Arc;
use std::time::Duration;

/// Whatever is due now, whatever was put off.
fn work(played: &Played) -> Result<(), DispatchError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let (_, done) = runtime
        .unwrap()
        .block_on(played.dispatcher.work(&mut Turn::default()));
    done.map(drop)
}

/// What hinders a batch, and since when.
fn said(core: &Core, batch: BatchId) -> Option<(&'static str, i64)> {
    let hindrance = core.hindrance(batch)?;
    Some((hindrance.why, hindrance.since_ms))
}

/// The mandate of the payer's account is taken back between the release and the sending, and given
/// again later.
#[test]
fn a_mandate_that_is_missing_is_said_of_its_batch_until_it_is_there() {
    let desk = Desk::new();
    let first = desk.release(&file("GZ-1", &[ZHANG]));
    let mut played = Played::new(&desk, &[Act::Accept, Act::Accept]);
    played.dispatcher.mandates = Arc::new(Mandates::default());
    assert_eq!(said(&desk.core, first.batch), None);
    work(&played).unwrap_err();
    let since_ms = desk.core.now_ms();
    let missing = Some(("mandate_missing", since_ms));
    assert_eq!(said(&desk.core, first.batch), missing);
    assert_eq!(desk.states(&first), [LineState::Released]);

    // Of the same batch, once more, it is so since the first time.
    desk.clock.advance(Duration::from_secs(120));
    work(&played).unwrap_err();
    assert_eq!(said(&desk.core, first.batch), missing);

    // A batch for which nothing was tried yet lacks nothing.
    let second = desk.release(&file("GZ-2", &[LI]));
    assert_eq!(said(&desk.core, second.batch), None);
    played.dispatcher.mandates = Arc::clone(&desk.mandates);
    work(&played).unwrap();
    assert_eq!(desk.states(&first), [LineState::Accepted]);
    assert_eq!(said(&desk.core, first.batch), None);
    work(&played).unwrap();
    assert_eq!(desk.states(&second), [LineState::Accepted]);
    assert_eq!(said(&desk.core, second.batch), None);
}
