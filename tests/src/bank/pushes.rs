//! What a played bank sends by itself.

use super::Played;
use adapters::BankReply;
use adapters::exchange::LineOutcome;

impl Played {
    /// The bytes of a push about rows of a file.
    #[must_use]
    pub fn push_bytes(&self, file_no: u64, rows: Vec<LineOutcome>) -> Vec<u8> {
        let reply = BankReply {
            bank_date: self.day_of(file_no),
            ..BankReply::result(rows)
        };
        let adapter = self.adapter().by_dialect().next().expect("a dialect");
        let side = adapter.bank_side();
        side.write_push_of(file_no, &reply, self.keys()).unwrap()
    }

    /// The bank day of a file; today, where there is no such file yet.
    #[must_use]
    pub fn day_of(&self, file_no: u64) -> Option<time::Date> {
        let (book, now) = (self.line.core.desk(), self.line.core.clock().now());
        let day = book
            .file(file_no)
            .map(|file| file.intent.bank_date.replace('-', ""));
        let today = now.to_offset(gateway::clock::CHINA).date();
        day.map_or(Some(today), |day| adapters::order::date_of(&day))
    }
}
