//! Files that a clerk kept and whose end is gone: what is mended, and what is doubted.

use crate::adapter::BankAdapter;
use crate::exchange::{Answer, Crypto, LineOutcome, Outcome};
use crate::layout::Layout;
use crate::layout::lines::Lines;
use crate::wire::layer::Around;
use crate::wire::{Message, Reading};

impl BankAdapter {
    /// A receipt, result or push with its ending, where a file that a clerk kept has lost it or a
    /// part of it; `None` where nothing of an ending is missing. What came over a channel is never
    /// mended: there it was cut off.
    #[must_use]
    pub fn ended(&self, kind: Answer, bytes: &[u8]) -> Option<Vec<u8>> {
        self.last_message(kind)?.ended(bytes)
    }

    /// Makes the last line of a kept file unknown where the file ends in that line's text and
    /// nobody can tell whether more of it stood there; `true` where it did. The same text at the
    /// same code in another line shows that it is whole.
    pub fn doubt_cut(
        &self,
        kind: Answer,
        (bytes, crypto): (&[u8], &dyn Crypto),
        lines: &mut [LineOutcome],
    ) -> bool {
        let Some((last, before)) = lines.split_last_mut() else {
            return false;
        };
        let Some(Open { has_end }) = self.open_end(kind, bytes, crypto) else {
            return false;
        };
        let text = |line: &LineOutcome| line.bank_text.clone().unwrap_or_default();
        let ours = text(last);
        let others = before.iter().filter(|own| own.bank_code == last.bank_code);
        let others: Vec<String> = others.map(text).collect();
        let doubtful = match has_end {
            true => !others.contains(&ours),
            false => {
                !others.contains(&ours) && others.iter().any(|own| own.starts_with(ours.as_str()))
            }
        };
        if doubtful {
            last.outcome = Outcome::Unknown;
            last.detail = None;
        }
        doubtful
    }

    /// Whether bare rows of text end without anything behind the last column.
    fn open_end(&self, kind: Answer, bytes: &[u8], crypto: &dyn Crypto) -> Option<Open> {
        let message = self.last_message(kind)?;
        let Layout::Delimited(lines) = &message.body else {
            return None;
        };
        let bare = Message {
            layers: Vec::new(),
            body: message.body.clone(),
            kept_charset: message.kept_charset,
        };
        let open = of_lines(lines, bytes)?;
        let around = Around {
            crypto,
            charset: self.charset_in(),
        };
        // What is around it has vouched for it.
        if !message.layers.is_empty() && message.inner(bytes, around).is_ok() {
            return None;
        }
        let whole = message.ended(bytes);
        let read = whole.as_deref().unwrap_or(bytes);
        let found = self.read_as(&bare, read, (Reading::Kept, crypto));
        found.is_ok().then_some(open)
    }

    pub(crate) fn last_message(&self, kind: Answer) -> Option<&Message> {
        let submit = self.dialect.submit.iter().rev();
        let query = self.dialect.query.last();
        match kind {
            Answer::Receipt => submit.filter_map(|step| step.reply.as_ref()).next(),
            Answer::Result => query.and_then(|step| step.reply.as_ref()),
            Answer::Push => self.push_message().ok(),
        }
    }
}

/// A file whose last column is open.
struct Open {
    /// Whether the layout ends with something that is not there.
    has_end: bool,
}

fn of_lines(lines: &Lines, bytes: &[u8]) -> Option<Open> {
    let closed = lines.row.is_empty() || lines.trailing_sep || bytes.ends_with(b"\n");
    let end = lines.end.as_bytes();
    let stands = (1..=end.len()).any(|length| {
        let part = end.get(..length);
        part.is_some_and(|part| bytes.ends_with(part))
    });
    (!closed && !stands).then_some(Open {
        has_end: !end.is_empty(),
    })
}
