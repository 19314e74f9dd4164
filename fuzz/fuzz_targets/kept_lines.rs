//! What the journal holds of lines and events, any bytes: read or refused, and what was read
//! reads the same once written again. As gateway/tests/codec_properties.rs.
#![no_main]

use gateway::book::table::TableRow;
use gateway::event::Event;
use gateway::intake::lines::{read_all, write};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(lines) = read_all(data) {
        let mut text = Vec::new();
        for line in &lines {
            write(&line.as_line(), &mut text);
        }
        assert_eq!(read_all(&text).expect("what we wrote"), lines);
    }
    if let Ok(event) = serde_json::from_slice::<Event>(data) {
        let text = serde_json::to_vec(&event).expect("memory");
        assert!(!text.contains(&b'\n'), "a record's first line is the event");
        assert_eq!(
            serde_json::from_slice::<Event>(&text).expect("what we wrote"),
            event
        );
    }
    if let Some(rows) = TableRow::read_all(data) {
        let mut table = Vec::new();
        for row in &rows {
            row.write(&mut table);
        }
        assert_eq!(TableRow::read_all(&table), Some(rows));
    }
});
