//! The resolved adapter, each value with the file that it comes from.

use crate::adapter::BankAdapter;

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
type Said = (String, String, bool);

fn said(name: &str, value: impl ToString, preset: bool) -> Said {
    (name.to_owned(), value.to_string(), preset)
}

impl BankAdapter {
    /// Every value with its file: identity, limits, pace, flows, code tables.
    #[must_use]
    pub fn explain(&self) -> Vec<Explained> {
        let parts = [
            self.explain_head(),
            self.explain_limits(),
            self.explain_flows(),
            self.explain_codes(),
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

    fn explain_head(&self) -> Vec<Said> {
        let evidence_of_bank = self.preset.evidence < self.dialect.evidence;
        let pace = self.query_pace();
        vec![
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
        ]
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
        ]
    }

    fn explain_flows(&self) -> Vec<Said> {
        let flows = [
            ("submit", &self.dialect.submit),
            ("query", &self.dialect.query),
        ];
        let steps = flows.into_iter().map(|(kind, steps)| {
            let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
            said(kind, names.join(" → "), false)
        });
        let fields = self.connection_fields().iter();
        let fields = fields.map(|field| said("connection", &field.name, false));
        steps.chain(fields).collect()
    }

    fn explain_codes(&self) -> Vec<Said> {
        let mut list = Vec::new();
        for (table, entries) in &self.codes {
            let name = format!("codes.{table}");
            let own = self.preset.codes.iter();
            let own = own.filter(|(name, _)| name.get_ref() == table);
            let added: usize = own.map(|(_, more)| more.len()).sum();
            let base = entries.0.len().saturating_sub(added);
            list.push(said(&name, format!("{base} entries"), false));
            if added > 0 {
                list.push(said(&name, format!("{added} entries more"), true));
            }
        }
        list
    }
}
