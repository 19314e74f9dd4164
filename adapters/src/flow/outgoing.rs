//! One message of a step, as it leaves.

use crate::adapter::BankAdapter;
use crate::definition::dialect::{Capability, StepRule};
use crate::exchange::{Crypto, Outgoing};
use crate::layout::atom::WriteContext;
use crate::layout::fault::WriteFault;
use crate::layout::field::Field;
use crate::layout::lines::row_no;
use crate::layout::slot::Slot;
use crate::layout::values::{Record, Values};
use crate::wire::layer::Around;

impl BankAdapter {
    /// A dialect that pays accounts of one class only is never sent another one.
    fn refuse_other_class(
        &self,
        step: &StepRule,
        values: &Values,
    ) -> Result<(), (WriteFault, Option<u32>)> {
        let (_, slots) = step.request.body.slots();
        let refused = match self.capability() {
            Capability {
                other_banks: false, ..
            } => "other",
            Capability {
                own_bank: false, ..
            } => "own",
            Capability { .. } => return Ok(()),
        };
        let of_it = |row: &&Record| row.get(&Field::PayeeClass).is_some_and(|c| c == refused);
        let Some(row) = values
            .rows
            .iter()
            .find(|row| !slots.is_empty() && of_it(row))
        else {
            return Ok(());
        };
        let bank = row.get(&Field::PayeeBank).cloned().unwrap_or_default();
        Err((WriteFault::OtherBank { bank }, row_no(row)))
    }

    /// A text within its place and longer than this bank agreed to: its preset says less than the
    /// dialect's fields hold.
    fn refuse_long_texts(
        &self,
        slots: &[Slot],
        values: &Values,
    ) -> Result<(), (WriteFault, Option<u32>)> {
        let own = &self.preset.limits;
        let agreed = [
            (Field::PayeeName, own.name_bytes_max),
            (Field::RowMemo, own.memo_bytes_max),
        ];
        for (field, bytes_max) in agreed {
            let carried = slots.iter().any(|slot| slot.field() == Some(field));
            let Some(bytes_max) = bytes_max.filter(|_| carried) else {
                continue;
            };
            for row in &values.rows {
                let text = row.get(&field).map_or("", String::as_str);
                // What can't be encoded is refused where it is written.
                let bytes = self.charset_out().byte_len(text).unwrap_or_default();
                if bytes > bytes_max {
                    let place = field.to_string();
                    let fault = WriteFault::TooLong {
                        place,
                        bytes,
                        bytes_max,
                    };
                    return Err((fault, row_no(row)));
                }
            }
        }
        Ok(())
    }

    /// One message of a step, complete.
    pub(crate) fn outgoing(
        &self,
        step: &StepRule,
        values: &Values,
        crypto: &dyn Crypto,
    ) -> Result<Outgoing, (WriteFault, Option<u32>)> {
        let around = Around {
            crypto,
            charset: self.charset_out(),
        };
        self.refuse_other_class(step, values)?;
        let (_, row) = step.request.body.slots();
        self.unanswerable(row, values)?;
        self.refuse_long_texts(row, values)?;
        let written = step.request.write(values, around)?;
        let reply = step.reply.as_ref().map(crate::wire::Message::frame_end);
        let head = |fault| (fault, None);
        let wire = step
            .wire
            .wire(&written, reply, values, around)
            .map_err(head)?;
        let context = WriteContext {
            values,
            row: None,
            payload: None,
            payload_bytes: 0,
            charset: around.charset,
            forbidden: &[],
        };
        let name: Result<String, WriteFault> = step
            .file_name
            .iter()
            .map(|slot| slot.write(&context))
            .collect();
        Ok(Outgoing {
            step: step.name.clone(),
            file_name: name.map_err(head)?,
            wire,
            bytes: written.bytes,
            instructs: step.instructs,
            signature: step.signature(),
        })
    }
}
