//! The resolved adapter, each value with the file that it comes from.

mod messages;
mod slots;

use crate::adapter::BankAdapter;
use crate::codes::Code;
use crate::exchange::Outcome;
pub use messages::{MessageText, StepText};
pub use slots::FieldText;

/// One value of a resolved adapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// Its name: `limits.rows_max`.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The file that says so.
    pub file: String,
}

/// Name, value, and whether the preset says so.
pub(crate) type Said = (String, String, bool);

pub(crate) fn said(name: &str, value: impl ToString, preset: bool) -> Said {
    (name.to_owned(), value.to_string(), preset)
}

impl BankAdapter {
    /// Every value with its file: identity, limits, pace, flows, every code, and the
    /// messages with their fields in order. What a second dialect says of rows to other banks
    /// follows, its names after `other.`.
    #[must_use]
    pub fn explain(&self) -> Vec<Explained> {
        let mut each = self.by_dialect();
        let mut all = each.next().unwrap_or(self).explain_own();
        if let Some(other) = each.next() {
            let further = other.explain_own().into_iter();
            all.extend(further.map(|value| Explained {
                name: format!("other.{}", value.name),
                ..value
            }));
        }
        all
    }

    fn explain_own(&self) -> Vec<Explained> {
        let parts = [
            self.explain_head(),
            self.explain_limits(),
            self.explain_flows(),
            self.explain_keys(),
            self.explain_codes(),
            self.explain_messages(),
        ];
        let file = |preset: bool| {
            if preset {
                self.preset_file.clone()
            } else {
                self.dialect_file.clone()
            }
        };
        let all = parts.into_iter().flatten();
        all.map(|(name, value, preset)| Explained {
            name,
            value,
            file: file(preset),
        })
        .collect()
    }

    /// What a code means in one of the dialect's tables, in the words of [`Self::explain`]; a code
    /// that is not listed is `unknown`. `None` where there is no such table.
    #[must_use]
    pub fn meaning(&self, table: &str, code: &str) -> Option<String> {
        let table = self.codes.get(table)?;
        let listed = table.find(code);
        Some(listed.map_or_else(|| "unknown".to_owned(), meaning))
    }

    fn explain_head(&self) -> Vec<Said> {
        let evidence_of_bank = self.preset.evidence < self.dialect.evidence;
        let pace = self.query_pace();
        let identity = self.identity.iter().flat_map(|bank| {
            [
                said("identity.name_zh", &bank.name_zh, true),
                said("identity.name_en", &bank.name_en, true),
                said("identity.kind", &bank.kind, true),
                said("identity.cnaps_class", &bank.cnaps_class, true),
            ]
        });
        let own = vec![
            said("dialect", self.dialect(), true),
            said("evidence", self.evidence().as_str(), evidence_of_bank),
            said("source", &self.dialect.source, false),
            said("channel", self.channel_name(), false),
            said("charset_out", self.charset_out().name(), false),
            said("charset_in", self.charset_in().name(), false),
            said("cut_off", self.preset.cut_off.get_ref(), true),
            said("pace.first_ms", pace.first_ms, false),
            said("pace.interval_ms", pace.interval_ms, false),
            said("pace.count_max", pace.count_max, false),
            said("pace.answer_limit_ms", pace.answer_limit_ms, false),
        ];
        let ours = self.listed();
        let ours = (!ours.is_empty()).then(|| said("synthetic", ours.join(" "), false));
        let own = identity.chain(own).chain(ours);
        own.chain(self.explain_returns()).collect()
    }

    fn explain_limits(&self) -> Vec<Said> {
        let (limits, own) = (&self.limits, &self.preset.limits);
        let (amount, total) = (limits.amount_max.yuan(), limits.total_max.yuan());
        let (name, memo) = (limits.name_bytes_max, limits.memo_bytes_max);
        vec![
            said("limits.rows_max", limits.rows_max, own.rows_max.is_some()),
            said(
                "limits.bytes_max",
                limits.bytes_max,
                own.bytes_max.is_some(),
            ),
            said("limits.amount_max", amount, own.amount_max_fen.is_some()),
            said("limits.total_max", total, own.total_max_fen.is_some()),
            said("limits.name_bytes_max", name, own.name_bytes_max.is_some()),
            said("limits.memo_bytes_max", memo, own.memo_bytes_max.is_some()),
            said(
                "limits.account_digits_max",
                limits.account_digits_max,
                false,
            ),
        ]
    }

    fn explain_flows(&self) -> Vec<Said> {
        let flows = [
            ("submit", self.dialect.submit.as_slice()),
            ("query", self.dialect.query.as_slice()),
            ("returns", self.returns_steps()),
        ];
        let flows = flows.into_iter().filter(|(_, steps)| !steps.is_empty());
        let steps = flows.map(|(kind, steps)| {
            let names = steps.iter().map(|step| match &step.parts {
                Some(parts) => format!("{} (parts of {} rows)", step.name, parts.rows),
                None => step.name.clone(),
            });
            said(kind, names.collect::<Vec<_>>().join(" → "), false)
        });
        let fields = self.connection_fields().iter();
        let fields = fields.flat_map(|field| {
            let name = format!("connection.{}", field.name);
            let secret = field.secret.then(|| {
                let name = format!("{name}.secret");
                said(&name, "true", false)
            });
            let words = [
                said(&format!("{name}.zh"), &field.zh, false),
                said(&format!("{name}.en"), &field.en, false),
            ];
            words.into_iter().chain(secret)
        });
        steps.chain(fields).collect()
    }

    /// What a deployment brings beside the connection's values, and what is done outside the data.
    fn explain_keys(&self) -> Vec<Said> {
        let keys = self.key_slots();
        let kinds = [
            ("keys.signing", keys.signing),
            ("keys.verifying", keys.verifying),
            ("keys.sealing", keys.sealing),
        ];
        let keys = kinds.into_iter().filter(|(_, slots)| !slots.is_empty());
        let keys = keys.map(|(name, slots)| {
            let each = slots.iter();
            let each = each.map(|(algorithm, slot)| format!("{algorithm} of slot {slot}"));
            said(name, each.collect::<Vec<_>>().join(", "), false)
        });
        let user = self.dialect.sm2_user_id.as_ref().map(|id| {
            let (name, chars, pad) = (&id.connection, id.chars, id.pad);
            let value = format!("connection.{name}, {chars} characters, filled with {pad:?}");
            said("sm2_user_id", value, false)
        });
        let final_after = self.dialect.not_found_final_after_ms;
        let final_after = final_after.map(|ms| said("not_found_final_after_ms", ms, false));
        let quirks: Vec<&str> = self
            .dialect
            .quirks
            .iter()
            .map(|q| q.get_ref().as_str())
            .collect();
        let quirks = (!quirks.is_empty()).then(|| said("quirks", quirks.join(", "), false));
        let others = [user, final_after, quirks];
        keys.chain(others.into_iter().flatten()).collect()
    }

    /// Every code with its outcome; what the preset adds stands after the dialect's own.
    fn explain_codes(&self) -> Vec<Said> {
        let mut list = Vec::new();
        for (table, entries) in &self.codes {
            let own = self.preset.codes.iter();
            let own = own.filter(|(name, _)| name.get_ref() == table);
            let added: usize = own.map(|(_, more)| more.len()).sum();
            let base = entries.0.len().saturating_sub(added);
            for (place, code) in entries.0.iter().enumerate() {
                let name = format!("codes.{table}.{}", spelt(code));
                list.push(said(&name, meaning(code), place >= base));
            }
        }
        let reasons = self.reasons.0.iter();
        let reasons = reasons.flat_map(|(table, codes)| {
            let name = format!("reasons.{table}");
            codes.iter().map(move |code| said(&name, code, false))
        });
        list.extend(reasons);
        list
    }
}

/// `000000`, `E*` for a beginning, `*9` for an ending.
fn spelt(code: &Code) -> String {
    let prefix = code.prefix.iter().map(|text| format!("{text}*"));
    let suffix = code.suffix.iter().map(|text| format!("*{text}"));
    let all: Vec<String> = code
        .exact
        .iter()
        .cloned()
        .chain(prefix)
        .chain(suffix)
        .collect();
    all.join(" ")
}

/// The words of the contract: outcome, reason or detail.
fn meaning(code: &Code) -> String {
    match (code.outcome, &code.detail) {
        (Outcome::Failed(reason), _) => format!("failed: {}", reason.as_str()),
        (Outcome::Paid, _) => "paid".to_owned(),
        (Outcome::Accepted, None) => "accepted".to_owned(),
        (Outcome::Accepted, Some(detail)) => match code.paid_after {
            Some(field) => format!("accepted: {detail}; paid after {field}"),
            None => format!("accepted: {detail}"),
        },
        (Outcome::Unknown, _) => "unknown".to_owned(),
        (Outcome::NotFound, _) => "unknown: not_found".to_owned(),
        (Outcome::Returned, _) => "returned".to_owned(),
    }
}
