//! Batches whose files are still arriving: nothing of them is visible before the closing record.

use super::{Arriving, Book, TableRow};
use crate::event::Event;

impl Book {
    /// Follows the records of an arriving file.
    pub(super) fn arrive(
        &mut self,
        event: &Event,
        table: &[u8],
        sequence: u64,
    ) -> Result<(), &'static str> {
        match event {
            Event::BatchOpened { .. } => {
                self.arriving.insert(sequence, Arriving::default());
            }
            Event::BatchBytes { opened, .. } => {
                self.arriving_of(*opened)?.byte_records.push(sequence);
            }
            Event::BatchLines {
                opened,
                first,
                corrects,
                ..
            } => {
                let rows = TableRow::read_all(table).ok_or("a table of a wrong length")?;
                let arriving = self.arriving_of(*opened)?;
                arriving.line_records.push((*first, sequence));
                arriving.corrects.extend(corrects.iter().copied());
                arriving.rows.extend(rows);
            }
            Event::BatchFindings { opened, .. } => {
                self.arriving_of(*opened)?.finding_records.push(sequence);
            }
            Event::BatchAbandoned { opened, .. } => {
                self.arriving.remove(opened);
            }
            _ => return Err("not a record of an arriving file"),
        }
        Ok(())
    }

    fn arriving_of(&mut self, opened: u64) -> Result<&mut Arriving, &'static str> {
        self.arriving.get_mut(&opened).ok_or("no opening record")
    }
}
