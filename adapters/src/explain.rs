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

impl BankAdapter {
    /// Every value, the dialect's first.
    #[must_use]
    pub fn explain(&self) -> Vec<Explained> {
        let mut list = Vec::new();
        let mut say = |name: &str, value: String, preset: bool| {
            let file = if preset {
                &self.preset_file
            } else {
                &self.dialect_file
            };
            list.push(Explained {
                name: name.to_owned(),
                value,
                file: file.clone(),
            });
        };
        let own_evidence = self.preset.evidence <= self.dialect.evidence;
        let pace = self.query_pace();
        say("dialect", self.dialect().to_owned(), true);
        say(
            "evidence",
            self.evidence().as_str().to_owned(),
            own_evidence,
        );
        say("source", self.dialect.source.clone(), false);
        say("channel", self.channel_name().to_owned(), false);
        say("charset_out", self.charset_out().name().to_owned(), false);
        say("charset_in", self.charset_in().name().to_owned(), false);
        say("cut_off", self.preset.cut_off.get_ref().clone(), true);
        say("pace.first_ms", pace.first_ms.to_string(), false);
        say("pace.interval_ms", pace.interval_ms.to_string(), false);
        say("pace.count_max", pace.count_max.to_string(), false);
        say(
            "pace.answer_limit_ms",
            pace.answer_limit_ms.to_string(),
            false,
        );
        let (limits, own) = (&self.limits, &self.preset.limits);
        let rows = [
            (
                "rows_max",
                limits.rows_max.to_string(),
                own.rows_max.is_some(),
            ),
            (
                "bytes_max",
                limits.bytes_max.to_string(),
                own.bytes_max.is_some(),
            ),
            (
                "amount_max",
                limits.amount_max.yuan(),
                own.amount_max_fen.is_some(),
            ),
            (
                "total_max",
                limits.total_max.yuan(),
                own.total_max_fen.is_some(),
            ),
            (
                "name_bytes_max",
                limits.name_bytes_max.to_string(),
                own.name_bytes_max.is_some(),
            ),
            (
                "memo_bytes_max",
                limits.memo_bytes_max.to_string(),
                own.memo_bytes_max.is_some(),
            ),
        ];
        for (name, value, preset) in rows {
            say(&format!("limits.{name}"), value, preset);
        }
        for (kind, steps) in [
            ("submit", &self.dialect.submit),
            ("query", &self.dialect.query),
        ] {
            let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
            say(kind, names.join(" → "), false);
        }
        for (table, entries) in &self.codes {
            let added = self.preset.codes.iter();
            let added: usize = added
                .filter(|(name, _)| name.get_ref() == table)
                .map(|(_, more)| more.len())
                .sum();
            say(
                &format!("codes.{table}"),
                format!("{} entries", entries.0.len() - added),
                false,
            );
            if added > 0 {
                say(
                    &format!("codes.{table}"),
                    format!("{added} entries more"),
                    true,
                );
            }
        }
        list
    }
}
