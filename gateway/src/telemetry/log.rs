//! One event, one line of JSON. Whatever a value holds can't begin a second line, hide a part
//! of it or turn its reading direction (THREATS row 12).

use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};
use time::format_description::well_known::Rfc3339;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::clock::Clock;

/// Writes events as lines: `time` (RFC 3339, +08:00), `level`, `target`, `message`, fields.
pub struct JsonLines {
    clock: Arc<dyn Clock>,
    out: Mutex<Box<dyn Write + Send>>,
}

impl JsonLines {
    /// Writes to `out`, one write a line.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, out: Box<dyn Write + Send>) -> Self {
        Self {
            clock,
            out: Mutex::new(out),
        }
    }
}

impl<S: Subscriber> Layer<S> for JsonLines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        let mut fields = Fields(Map::new());
        let time = self.clock.now().format(&Rfc3339).unwrap_or_default();
        fields.put("time", time.into());
        let level = metadata.level().as_str().to_ascii_lowercase();
        fields.put("level", level.into());
        fields.put("target", metadata.target().into());
        event.record(&mut fields);
        let mut line = escaped(&Value::Object(fields.0).to_string());
        line.push('\n');
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // A log that can't be written must not stop a payment.
        let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
    }
}

struct Fields(Map<String, Value>);

impl Fields {
    /// A field of an event can't replace the line's own ones.
    fn put(&mut self, name: &str, value: Value) {
        if self.0.contains_key(name) {
            self.0.insert(format!("field_{name}"), value);
        } else {
            self.0.insert(name.to_owned(), value);
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field.name(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), value.into());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.put(field.name(), value.to_string().into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value.into());
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        match u64::try_from(value) {
            Ok(value) => self.put(field.name(), value.into()),
            Err(_) => self.put(field.name(), value.to_string().into()),
        }
    }
}

/// JSON has escaped what is below a space; the rest that a terminal or reader obeys is escaped
/// here. Outside strings JSON has none of these characters, so the document stays the same.
fn escaped(json: &str) -> String {
    let mut line = String::with_capacity(json.len());
    for character in json.chars() {
        if is_plain(character) {
            line.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                line.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    line
}

fn is_plain(character: char) -> bool {
    !matches!(character,
        '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{AD}' | '\u{61C}' | '\u{180E}'
        | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E0FFF}')
}
