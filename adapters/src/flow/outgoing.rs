//! One message of a step, as it leaves.

use crate::adapter::BankAdapter;
use crate::definition::dialect::{Capability, StepRule};
use crate::exchange::{Crypto, OrderLine, Outgoing, Wire};
use crate::layout::atom::WriteContext;
use crate::layout::fault::WriteFault;
use crate::layout::field::Field;
use crate::layout::forbidden::Forbidden;
use crate::layout::listed::Listed;
use crate::layout::slot::Slot;
use crate::layout::values::Values;
use crate::wire::headers::taken_off;
use crate::wire::layer::Around;

impl BankAdapter {
    /// A dialect that pays accounts of one class only is never sent another one.
    fn refuse_other_class(
        &self,
        step: &StepRule,
        lines: &[OrderLine],
    ) -> Result<(), (WriteFault, Option<u32>)> {
        let (_, slots) = step.request.body.slots();
        let elsewhere = match self.capability() {
            Capability {
                other_banks: false, ..
            } => true,
            Capability {
                own_bank: false, ..
            } => false,
            Capability { .. } => return Ok(()),
        };
        let is_elsewhere = |line: &OrderLine| line.payee_bank.is_some_and(|b| b != self.code());
        let mut refused = lines.iter().filter(|_| !slots.is_empty());
        let Some(line) = refused.find(|line| is_elsewhere(line) == elsewhere) else {
            return Ok(());
        };
        let bank = line.payee_bank.map(|bank| bank.as_str().to_owned());
        let bank = bank.unwrap_or_default();
        Err((WriteFault::OtherBank { bank }, Some(line.row_no)))
    }

    /// A text within its place and longer than this bank agreed to: its preset says less than the
    /// dialect's fields hold.
    fn refuse_long_texts(
        &self,
        slots: &[Slot],
        listed: Listed<'_>,
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
            for row in listed.iter() {
                let text = row.text(field);
                // What can't be encoded is refused where it is written.
                let bytes = self.charset_out().byte_len(text).unwrap_or_default();
                if bytes > bytes_max {
                    let place = field.to_string();
                    let fault = WriteFault::TooLong {
                        place,
                        bytes,
                        bytes_max,
                    };
                    return Err((fault, row.row_no()));
                }
            }
        }
        Ok(())
    }

    /// One message of a step, complete.
    pub(crate) fn outgoing(
        &self,
        step: &StepRule,
        (values, lines): (&Values, &[OrderLine]),
        crypto: &dyn Crypto,
    ) -> Result<Outgoing, (WriteFault, Option<u32>)> {
        let around = Around {
            crypto,
            charset: self.charset_out(),
        };
        let listed = Listed::Lines(lines, self);
        self.refuse_other_class(step, lines)?;
        let (_, row) = step.request.body.slots();
        self.unanswerable(row, listed)?;
        self.refuse_long_texts(row, listed)?;
        let mut written = step.request.write_listed((values, listed), around)?;
        let (own, body) = taken_off(&step.request.headers(), written.bytes);
        written.bytes = body;
        let head = |fault| (fault, None);
        let mut wire = step
            .wire
            .wire(&written, step.reply.as_ref(), values, around)
            .map_err(head)?;
        if let Wire::Http { headers, .. } = &mut wire {
            headers.extend(own);
        }
        let context = WriteContext {
            values,
            listed,
            row: None,
            payload: None,
            payload_bytes: 0,
            charset: around.charset,
            forbidden: Forbidden::controls(),
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
