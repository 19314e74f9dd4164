//! What a row says of its line, beside the outcome.

use crate::exchange::LineOutcome;
use crate::layout::field::Field;
use crate::layout::rows::Row;
use schemas::{AccountNo, Fen, PersonName};

/// Puts what the row tells into its line; its status and its code, which the tables read, are given
/// back.
#[allow(clippy::wildcard_enum_match_arm)] // most of fifty fields are of the head
pub(super) fn told<'r>(row: Row<'r>, line: &mut LineOutcome) -> (Option<&'r str>, Option<&'r str>) {
    let (mut status, mut code) = (None, None);
    for (field, text) in row.iter() {
        let own = || Some(text.to_owned());
        match field {
            Field::RowNo => line.row_no = text.parse().ok(),
            Field::RowReference => line.reference = own(),
            Field::PayeeAccount => line.account = AccountNo::parse(text).ok(),
            Field::PayeeName => line.name = PersonName::parse(text).ok(),
            Field::RowAmount => line.amount = text.parse().ok().map(Fen),
            Field::RowText => line.bank_text = own(),
            Field::RowSerial => line.bank_serial = own(),
            Field::RowOriginalSerial => line.original_bank_serial = own(),
            Field::RowBookedAt => line.booked_at = own(),
            Field::RowStatus => status = Some(text),
            Field::RowCode => code = Some(text),
            _ => {}
        }
    }
    (status, code)
}
