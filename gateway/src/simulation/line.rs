//! The way to a simulated bank: loss, delay, duplication and resets of what is sent and answered.

use super::bank::{self, Heard};
use super::crossing;
use super::dice::Dice;
use super::faults::FaultKind;
use super::outside::{Moment, Told};
use super::stage::Stage;
use crate::channel::{Channel, SendError, SendErrorKind};
use crate::clock::BoxFuture;
use crate::keys::BankKeys;
use adapters::BankAdapter;
use adapters::exchange::Outgoing;
use std::sync::Arc;

/// Once in so many messages each trouble of the world strikes.
const ONE_IN: u64 = 14;

/// The line to one bank, in one life of the gateway.
pub(super) struct SimLine {
    pub adapter: &'static BankAdapter,
    /// Keys of the bank's chair.
    pub keys: BankKeys,
    pub stage: Arc<Stage>,
    pub dice: Dice,
}

/// Where our record stood when the first byte left.
#[derive(Clone, Copy)]
pub(super) struct Leaving {
    pub at: Moment,
    pub head: u64,
    pub durable: u64,
}

/// A message whose first byte has left. Where the process dies before it has come, the network
/// may carry it all the same.
struct UnderWay<'a> {
    line: &'a SimLine,
    out: &'a Outgoing,
    leaving: Leaving,
    has_come: bool,
}

impl UnderWay<'_> {
    fn comes(&mut self) -> Heard {
        self.has_come = true;
        self.line.comes(self.out, self.leaving, false)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if !self.has_come && !std::thread::panicking() && self.line.dice.one_in(2) {
            self.line.comes(self.out, self.leaving, false);
        }
    }
}

impl Channel for SimLine {
    fn send<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        Box::pin(self.carry(out))
    }
}

impl SimLine {
    fn strikes(&self, kind: FaultKind) -> bool {
        self.stage.strikes(kind, &self.dice, ONE_IN)
    }

    fn leaving(&self) -> Leaving {
        let gate = self.stage.gate();
        let journal = gate.as_ref().map(|gate| gate.core.journal());
        Leaving {
            at: self.stage.moment(),
            head: journal.map_or(0, |journal| journal.head().0),
            durable: journal.map_or(0, journal::Journal::durable),
        }
    }

    fn comes(&self, out: &Outgoing, leaving: Leaving, is_copy: bool) -> Heard {
        bank::hears(self, out, leaving, is_copy)
    }

    async fn carry(&self, out: &Outgoing) -> Result<Vec<u8>, SendError> {
        let place = "simulated";
        if self.is_expired() {
            return Err(SendError::not_sent(SendErrorKind::Tls, place));
        }
        if self.strikes(FaultKind::Unreachable) {
            return Err(SendError::not_sent(SendErrorKind::Connect, place));
        }
        let time_out = || SendError::after_bytes(SendErrorKind::TimeOut, place, out);
        // A machine without power sends nothing.
        if self
            .stage
            .gate()
            .is_some_and(|gate| gate.disk.is_powerless())
        {
            return std::future::pending().await;
        }
        let leaving = self.leaving();
        if self.strikes(FaultKind::LostBefore) {
            self.stage.sleep(self.dice.seconds(20, 120)).await;
            return Err(time_out());
        }
        let mut under_way = UnderWay {
            line: self,
            out,
            leaving,
            has_come: false,
        };
        if self.strikes(FaultKind::Delayed) {
            self.stage.sleep(self.dice.seconds(1, 55)).await;
        }
        tokio::task::yield_now().await;
        if self.strikes(FaultKind::ResetAfterBytes) {
            under_way.has_come = true;
            self.breaks(out, leaving);
            return Err(SendError::after_bytes(SendErrorKind::Write, place, out));
        }
        let mut heard = under_way.comes();
        if self.strikes(FaultKind::Duplicated) {
            let of_copy = self.comes(out, leaving, true);
            // Whichever of the two answers is the first.
            if out.instructs && self.dice.one_in(2) {
                heard = of_copy;
            }
        }
        // Whatever happens from here on, the bank has it.
        self.stage.sleep(self.dice.seconds(0, 2)).await;
        self.brings_back(out, heard).await
    }

    /// The answer's way.
    async fn brings_back(&self, out: &Outgoing, heard: Heard) -> Result<Vec<u8>, SendError> {
        let place = "simulated";
        let (answer, told) = match heard {
            Heard::Answered { bytes, told } => (bytes, told),
            Heard::Silence => {
                self.stage.sleep(self.dice.seconds(20, 120)).await;
                return Err(SendError::after_bytes(SendErrorKind::TimeOut, place, out));
            }
        };
        let has_come = match told {
            Some(place) => crossing::lets_pass(self, place).await,
            None => true,
        };
        if !has_come {
            self.stage.sleep(self.dice.seconds(20, 120)).await;
            return Err(SendError::after_bytes(SendErrorKind::TimeOut, place, out));
        }
        if self.strikes(FaultKind::LostAfter) {
            self.stage.sleep(self.dice.seconds(20, 120)).await;
            let error = SendError::after_bytes(SendErrorKind::Read, place, out);
            // A beginning of it may have come.
            let some = self.dice.below(answer.len() as u64 + 1);
            let some = usize::try_from(some).unwrap_or_default();
            let received = answer.get(..some).unwrap_or_default().to_vec();
            self.notes(told, |told| told.came_in_part.clone_from(&received));
            return Err(error.with_received(received));
        }
        self.notes(told, |told| told.has_come = true);
        Ok(answer)
    }

    /// Keeps what came of something that the bank said.
    fn notes(&self, place: Option<usize>, note: impl FnOnce(&mut Told)) {
        let mut outside = self.stage.outside();
        let book = outside.banks.entry(self.adapter.code()).or_default();
        if let Some(told) = place.and_then(|place| book.told.get_mut(place)) {
            note(told);
        }
    }

    /// The line breaks after some bytes: all of them, or a beginning that says nothing.
    fn breaks(&self, out: &Outgoing, leaving: Leaving) {
        if self.dice.one_in(2) {
            self.comes(out, leaving, false);
            return;
        }
        let some = self.dice.below(out.bytes.len() as u64);
        let some = usize::try_from(some).unwrap_or_default();
        let bytes = out.bytes.get(..some).unwrap_or_default();
        bank::keeps_fragment(self, out, leaving, bytes);
    }

    /// The certificate of the connection ends at a moment of the world and is renewed some hours
    /// later.
    fn is_expired(&self) -> bool {
        let kind = FaultKind::BankCertificateExpired;
        let hour = self.stage.now_ms().div_euclid(3_600_000);
        let is_expired = self.stage.may(kind) && hour.rem_euclid(11) < 2;
        if is_expired {
            self.stage.struck(kind);
        }
        is_expired
    }
}
