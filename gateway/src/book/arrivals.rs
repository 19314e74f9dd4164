//! Batches whose files are still arriving: nothing of them is visible before the closing record.

use super::{Arriving, Book, TableRow, day_counts};
use schemas::value::PaymentId;

impl Book {
    /// Files that are arriving, by the sequences of their opening records.
    pub fn arriving(&self) -> impl Iterator<Item = u64> + '_ {
        self.arriving.keys().copied()
    }

    /// Whether the file of an opening record is still arriving.
    #[must_use]
    pub fn is_arriving(&self, opened: u64) -> bool {
        self.arriving.contains_key(&opened)
    }

    /// A file begins to arrive.
    pub(super) fn opened(&mut self, sequence: u64, submitted_by: &str, day: u32) {
        let arriving = Arriving {
            sender: day_counts::employer_of(submitted_by).map(|employer| (employer, day)),
            ..Arriving::default()
        };
        self.arriving.insert(sequence, arriving);
    }

    /// A file came to nothing.
    pub(super) fn abandoned(&mut self, opened: u64, bytes: u64) {
        let arriving = self.arriving.remove(&opened);
        if let Some((employer, day)) = arriving.and_then(|arriving| arriving.sender) {
            let refusals = self.refusals.entry(employer).or_default();
            refusals.add(day, 0, bytes);
        }
    }

    /// A file became a batch.
    pub(super) fn note_accepted(&mut self, arrived: &Arriving, bytes: u64) {
        if let Some((employer, day)) = arrived.sender {
            let acceptances = self.acceptances.entry(employer).or_default();
            acceptances.add(day, arrived.rows.len() as u64, bytes);
        }
    }

    /// Bytes of an arriving file were kept.
    pub(super) fn bytes_kept(&mut self, opened: u64, sequence: u64) -> Result<(), &'static str> {
        self.arriving_of(opened)?.byte_records.push(sequence);
        Ok(())
    }

    /// Lines of an arriving file were kept.
    pub(super) fn lines_kept(
        &mut self,
        (opened, first): (u64, u32),
        corrects: &[(u32, PaymentId)],
        table: &[u8],
        sequence: u64,
    ) -> Result<(), &'static str> {
        let rows = TableRow::each(table).ok_or("a table of a wrong length")?;
        let arriving = self.arriving_of(opened)?;
        arriving.line_records.push((first, sequence));
        arriving.corrects.extend(corrects.iter().copied());
        arriving.rows.extend(rows);
        Ok(())
    }

    /// Findings of an arriving file were kept.
    pub(super) fn findings_kept(&mut self, opened: u64, sequence: u64) -> Result<(), &'static str> {
        self.arriving_of(opened)?.finding_records.push(sequence);
        Ok(())
    }

    fn arriving_of(&mut self, opened: u64) -> Result<&mut Arriving, &'static str> {
        self.arriving.get_mut(&opened).ok_or("no opening record")
    }
}
