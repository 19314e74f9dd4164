//! What shown pieces say of a payment: the line's way, by the same machine as the book's. It knows
//! the pieces alone, so that the verifier believes nothing that was not proved.

use schemas::line_state::{Applied, apply};
use schemas::value::PaymentId;
use schemas::{LineEvent, LineState};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What the records so far say of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    payment: PaymentId,
    /// Its amount, once its row was seen.
    pub amount_fen: Option<i64>,
    /// Its state, once its batch was accepted.
    pub state: Option<LineState>,
    /// Whether it is disputed.
    pub disputed: bool,
    is_refused: bool,
    files: BTreeSet<u64>,
    proposed: Option<LineEvent>,
}

/// Why records don't tell a line's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untold {
    /// A piece is not of its form.
    Form,
    /// A record that says nothing of this payment.
    Elsewhere,
    /// A step that the state does not allow.
    OffTheMachine,
}

impl Untold {
    /// The word of the document.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Elsewhere => "elsewhere",
            Self::OffTheMachine => "off_the_machine",
        }
    }
}

/// A record's pieces by name.
pub struct Pieces {
    members: BTreeMap<String, Value>,
    elements: Vec<(String, Value)>,
    rows: Vec<Row>,
}

/// A row of a table, without the payee.
struct Row {
    index: u32,
    is_refused: bool,
    amount_fen: i64,
}

impl Pieces {
    /// Reads pieces; a member that stands twice is none of ours.
    #[must_use]
    pub fn read<'p>(texts: impl Iterator<Item = &'p str>) -> Option<Self> {
        let mut pieces = Self {
            members: BTreeMap::new(),
            elements: Vec::new(),
            rows: Vec::new(),
        };
        for text in texts {
            let (name, value) = text.split_once('=')?;
            if name == "row" {
                pieces.rows.push(Row::read(value)?);
                continue;
            }
            let value: Value = serde_json::from_str(value).ok()?;
            match name.strip_suffix("[]") {
                Some(list) => pieces.elements.push((list.to_owned(), value)),
                None if pieces.members.contains_key(name) => return None,
                None => drop(pieces.members.insert(name.to_owned(), value)),
            }
        }
        Some(pieces)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name)?.as_str()
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.members.get(name)?.as_u64()
    }

    /// The event's word.
    #[must_use]
    pub fn event(&self) -> Option<&str> {
        self.text("event")
    }

    fn of<'a>(&'a self, list: &'a str) -> impl Iterator<Item = &'a Value> {
        let of_list = self.elements.iter().filter(move |(name, _)| name == list);
        of_list.map(|(_, value)| value)
    }

    fn has(&self, list: &str, row: u32) -> bool {
        self.of(list)
            .any(|value| value.as_u64() == Some(u64::from(row)))
    }
}

impl Row {
    fn read(text: &str) -> Option<Self> {
        let (place, payee) = text.split_once(',')?;
        let place = certs::digest::bytes_of_hex(place)?;
        let (words, amount) = place.split_first_chunk::<16>()?;
        let words = words.as_chunks::<4>().0;
        let word = |at: usize| words.get(at).map(|bytes| u32::from_le_bytes(*bytes));
        (payee.len() == 64).then_some(())?;
        Some(Self {
            index: word(0)?,
            is_refused: word(3)? != 0,
            amount_fen: i64::from_le_bytes(amount.try_into().ok()?),
        })
    }
}

impl Telling {
    /// Of a payment of which nothing is known.
    #[must_use]
    pub fn of(payment: PaymentId) -> Self {
        Self {
            payment,
            amount_fen: None,
            state: None,
            disputed: false,
            is_refused: false,
            files: BTreeSet::new(),
            proposed: None,
        }
    }

    /// Takes the next record. Gives the word for what it says of the payment.
    ///
    /// # Errors
    /// See [`Untold`].
    pub fn take(&mut self, pieces: &Pieces) -> Result<String, Untold> {
        let event = pieces.event().ok_or(Untold::Form)?;
        let said = match event {
            "batch_lines" => self.lines(pieces),
            "batch_accepted" => self.of_batch(pieces).and_then(|()| self.accepted(pieces)),
            "batch_approved" => self.of_batch(pieces).and_then(|()| self.approved()),
            "batch_withdrawn" => {
                let ours = self.of_batch(pieces);
                ours.and_then(|()| self.withdrawn())
            }
            "lines_withdrawn" => {
                self.of_batch(pieces)?;
                self.listed(pieces)?;
                self.step(LineEvent::Cancel)
            }
            "file_intended" => self.of_batch(pieces).and_then(|()| self.intended(pieces)),
            "message_leaving" | "file_abandoned" => self.file(pieces),
            "outcomes" => self.file(pieces).and_then(|()| self.outcomes(pieces)),
            "resolution_proposed" => self.of_payment(pieces).and_then(|()| {
                let outcome = pieces.members.get("outcome").ok_or(Untold::Form)?;
                self.proposed = Some(line_event(outcome).ok_or(Untold::Form)?);
                Ok(())
            }),
            "resolution_confirmed" => self.of_payment(pieces).and_then(|()| {
                let outcome = self.proposed.take().ok_or(Untold::OffTheMachine)?;
                self.step(outcome)?;
                self.disputed = false;
                Ok(())
            }),
            _ => Err(Untold::Elsewhere),
        };
        said.map(|()| event.to_owned())
    }

    fn lines(&mut self, pieces: &Pieces) -> Result<(), Untold> {
        if pieces.number("opened") != Some(self.payment.batch.sequence()) {
            return Err(Untold::Elsewhere);
        }
        let row = pieces.rows.iter().find(|row| row.index == self.payment.row);
        let row = row.ok_or(Untold::Elsewhere)?;
        self.amount_fen = Some(row.amount_fen);
        self.is_refused = row.is_refused;
        Ok(())
    }

    fn of_batch(&self, pieces: &Pieces) -> Result<(), Untold> {
        let batch = pieces.text("batch");
        match batch == Some(&self.payment.batch.to_string()) {
            true => Ok(()),
            false => Err(Untold::Elsewhere),
        }
    }

    fn of_payment(&self, pieces: &Pieces) -> Result<(), Untold> {
        match pieces.text("payment") == Some(&self.payment.to_string()) {
            true => Ok(()),
            false => Err(Untold::Elsewhere),
        }
    }

    fn listed(&self, pieces: &Pieces) -> Result<(), Untold> {
        match pieces.has("lines", self.payment.row) {
            true => Ok(()),
            false => Err(Untold::Elsewhere),
        }
    }

    fn accepted(&mut self, pieces: &Pieces) -> Result<(), Untold> {
        // The amount is part of what is proved: the row comes first.
        if self.amount_fen.is_none() || self.state.is_some() {
            return Err(Untold::OffTheMachine);
        }
        let late = pieces.has("refused_late", self.payment.row);
        self.state = Some(match self.is_refused || late {
            true => LineState::Refused,
            false => LineState::Held,
        });
        Ok(())
    }

    /// Approved again over what had barred other lines: nothing changes for one that moved on.
    fn approved(&mut self) -> Result<(), Untold> {
        match self.state {
            Some(LineState::Held) => self.step(LineEvent::Release),
            Some(_) => Ok(()),
            None => Err(Untold::OffTheMachine),
        }
    }

    /// Of a batch of which only good lines were taken, the refused ones stay what they are.
    fn withdrawn(&mut self) -> Result<(), Untold> {
        match self.state {
            Some(LineState::Refused) => Ok(()),
            Some(_) | None => self.step(LineEvent::Cancel),
        }
    }

    fn intended(&mut self, pieces: &Pieces) -> Result<(), Untold> {
        self.listed(pieces)?;
        self.files
            .insert(pieces.number("file_no").ok_or(Untold::Form)?);
        // A bank is not shown who released the batch.
        if self.state == Some(LineState::Held) {
            self.step(LineEvent::Release)?;
        }
        self.step(LineEvent::Intend)
    }

    /// Whether the record is about a file that carries the line, by an intent that was shown.
    fn file(&self, pieces: &Pieces) -> Result<(), Untold> {
        let file = pieces.number("file_no").ok_or(Untold::Form)?;
        match self.files.contains(&file) {
            true => Ok(()),
            false => Err(Untold::Elsewhere),
        }
    }

    fn outcomes(&mut self, pieces: &Pieces) -> Result<(), Untold> {
        let row = u64::from(self.payment.row);
        let mut is_told = false;
        for step in pieces.of("moves") {
            if step.get("i").and_then(Value::as_u64) == Some(row) {
                let event = step.get("e").and_then(line_event).ok_or(Untold::Form)?;
                self.step(event)?;
                is_told = true;
            }
        }
        for dispute in pieces.of("disputes") {
            if dispute.get(0).and_then(Value::as_u64) == Some(row) {
                self.disputed = true;
                is_told = true;
            }
        }
        match is_told {
            true => Ok(()),
            false => Err(Untold::Elsewhere),
        }
    }

    fn step(&mut self, event: LineEvent) -> Result<(), Untold> {
        let state = self.state.ok_or(Untold::OffTheMachine)?;
        match apply(state, self.disputed, event) {
            Applied::Moved(state) => {
                self.state = Some(state);
                Ok(())
            }
            Applied::Repeated => Ok(()),
            Applied::Refused(_) => Err(Untold::OffTheMachine),
        }
    }
}

fn line_event(word: &Value) -> Option<LineEvent> {
    LineEvent::parse(word.as_str()?)
}

#[cfg(test)]
mod tests;
