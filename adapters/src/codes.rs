//! What a bank's codes mean. A code that no table lists is `Unknown`, always.

use crate::definition::error::located;
use crate::definition::schema::written_as;
use crate::exchange::Outcome;
use crate::layout::field::{Field, FieldKind};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use schemas::FailureReason;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A word for an outcome in a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeWord {
    /// Paid.
    Paid,
    /// Refused or not payable; needs a reason.
    Failed,
    /// The bank has it.
    Accepted,
    /// Nobody knows.
    Unknown,
    /// Paid and come back.
    Returned,
    /// The bank knows nothing of it.
    NotFound,
}

/// A reason of the closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason(pub FailureReason);

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        FailureReason::parse(&word).map(Self).ok_or_else(|| {
            let allowed = FailureReason::ALL.map(FailureReason::as_str).join(", ");
            D::Error::custom(format!(
                "unknown reason `{word}`, expected one of {allowed}"
            ))
        })
    }
}

/// For editors: one of the closed list.
impl JsonSchema for Reason {
    fn schema_name() -> Cow<'static, str> {
        "Reason".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<_> = FailureReason::ALL.map(FailureReason::as_str).into();
        json_schema!({ "type": "string", "enum": words })
    }
}

/// Some codes and what they mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Whole codes.
    pub exact: Vec<String>,
    /// Beginnings.
    pub prefix: Vec<String>,
    /// Endings.
    pub suffix: Vec<String>,
    /// What they mean.
    pub outcome: Outcome,
    /// A finer word for an accepted line.
    pub detail: Option<String>,
    /// The code says accepted until this date of the answer is over, and paid from the day after.
    pub paid_after: Option<Field>,
    /// Of a row that the bank has and has not begun: in a batch that failed it failed as well.
    pub not_begun: bool,
    /// Of a batch that nobody knows of: a row that failed without a code of its own failed for
    /// this one, so that it is unknown as well.
    pub reaches_rows: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawCode {
    #[serde(default)]
    exact: Vec<String>,
    #[serde(default)]
    prefix: Vec<String>,
    #[serde(default)]
    suffix: Vec<String>,
    outcome: OutcomeWord,
    reason: Option<Reason>,
    detail: Option<String>,
    paid_after: Option<Field>,
    #[serde(default)]
    not_begun: bool,
    #[serde(default)]
    reaches_rows: bool,
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        located::<D, RawCode, Self>(deserializer)
    }
}

written_as!(Code, RawCode);

impl TryFrom<RawCode> for Code {
    type Error = String;

    fn try_from(raw: RawCode) -> Result<Self, String> {
        let allowed = || FailureReason::ALL.map(FailureReason::as_str).join(", ");
        let outcome = match (raw.outcome, raw.reason) {
            (OutcomeWord::Failed, Some(reason)) => Outcome::Failed(reason.0),
            (OutcomeWord::Failed, None) => {
                return Err(format!("failed needs a reason, one of {}", allowed()));
            }
            (_, Some(_)) => return Err("only failed has a reason".to_owned()),
            (OutcomeWord::Paid, None) => Outcome::Paid,
            (OutcomeWord::Accepted, None) => Outcome::Accepted,
            (OutcomeWord::Unknown, None) => Outcome::Unknown,
            (OutcomeWord::Returned, None) => Outcome::Returned,
            (OutcomeWord::NotFound, None) => Outcome::NotFound,
        };
        if raw.detail.is_some() && outcome != Outcome::Accepted {
            return Err("only accepted has a detail".to_owned());
        }
        if raw.not_begun && outcome != Outcome::Accepted {
            return Err("not_begun is of an accepted code".to_owned());
        }
        if raw.reaches_rows && outcome != Outcome::Unknown {
            return Err("reaches_rows is of an unknown code".to_owned());
        }
        if let Some(field) = raw.paid_after {
            if raw.detail.is_none() {
                return Err("paid_after is of an accepted code with a detail".to_owned());
            }
            if field.kind() != FieldKind::Date {
                return Err(format!("paid_after = \"{field}\": not a date"));
            }
        }
        let all = raw.exact.iter().chain(&raw.prefix).chain(&raw.suffix);
        let mut count = 0;
        for code in all {
            if code.is_empty() {
                return Err("an empty code means nothing".to_owned());
            }
            count += 1;
        }
        if count == 0 {
            return Err("no code: exact, prefix or suffix lists one at least".to_owned());
        }
        Ok(Self {
            exact: raw.exact,
            prefix: raw.prefix,
            suffix: raw.suffix,
            outcome,
            detail: raw.detail,
            paid_after: raw.paid_after,
            not_begun: raw.not_begun,
            reaches_rows: raw.reaches_rows,
        })
    }
}

/// A table of codes for one place of one kind of message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeTable(pub Vec<Code>);

impl CodeTable {
    /// The entry of a code: exact before the longest prefix before the longest suffix.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<&Code> {
        let exact = self.0.iter().find(|c| c.exact.iter().any(|e| e == code));
        let longest = |pick: fn(&Code) -> &Vec<String>, fits: fn(&str, &str) -> bool| {
            self.0
                .iter()
                .flat_map(|entry| {
                    pick(entry)
                        .iter()
                        .map(move |part| (part.len(), part, entry))
                })
                .filter(|(_, part, _)| fits(code, part))
                .max_by_key(|(len, _, _)| *len)
                .map(|(_, _, entry)| entry)
        };
        exact
            .or_else(|| longest(|c| &c.prefix, |code, part| code.starts_with(part)))
            .or_else(|| longest(|c| &c.suffix, |code, part| code.ends_with(part)))
    }

    /// What a code means; `Unknown` where it is not listed.
    #[must_use]
    pub fn outcome(&self, code: &str) -> Outcome {
        self.find(code).map_or(Outcome::Unknown, |c| c.outcome)
    }

    /// The first listed code for an outcome, as the bank's side writes it; for a failure whose
    /// reason has no code, the first failure. A code that a date turns into paid is written by its
    /// detail only.
    #[must_use]
    pub fn code_of(&self, outcome: Outcome, detail: Option<&str>) -> Option<String> {
        let first = |fits: &dyn Fn(&Code) -> bool| self.0.iter().find(|c| fits(c));
        let entry = first(&|c| c.outcome == outcome && c.detail.as_deref() == detail)
            .or_else(|| first(&|c| c.outcome == outcome && c.paid_after.is_none()))
            .or_else(|| match outcome {
                Outcome::Failed(_) => first(&|c| matches!(c.outcome, Outcome::Failed(_))),
                Outcome::Paid
                | Outcome::Accepted
                | Outcome::Unknown
                | Outcome::Returned
                | Outcome::NotFound => None,
            })?;
        let exact = entry.exact.first().cloned();
        exact
            .or_else(|| entry.prefix.first().map(|part| format!("{part}0001")))
            .or_else(|| entry.suffix.first().cloned())
    }

    /// A code that the two tables both list, if there is one.
    #[must_use]
    pub fn clash(&self, more: &Self) -> Option<String> {
        let all = |c: &Code| [c.exact.clone(), c.prefix.clone(), c.suffix.clone()];
        let own: Vec<[Vec<String>; 3]> = self.0.iter().map(all).collect();
        more.0.iter().map(all).find_map(|theirs| {
            theirs.iter().enumerate().find_map(|(kind, codes)| {
                let listed = |code: &&String| own.iter().any(|lists| lists[kind].contains(code));
                codes.iter().find(listed).cloned()
            })
        })
    }

    /// A code listed twice in the table itself, with the place of the entry that lists it again.
    #[must_use]
    pub fn doubled(&self) -> Option<(usize, String)> {
        (1..self.0.len()).find_map(|at| {
            let (before, after) = self.0.split_at(at);
            let (first, _) = after.split_first()?;
            let code = Self(before.to_vec()).clash(&Self(vec![first.clone()]))?;
            Some((at, code))
        })
    }
}

/// Finer reasons by the bank's code of a failed line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasons(pub BTreeMap<String, Vec<String>>);

impl Reasons {
    /// The reason of a code.
    #[must_use]
    pub fn reason(&self, code: &str) -> Option<FailureReason> {
        let (word, _) = self
            .0
            .iter()
            .find(|(_, codes)| codes.iter().any(|own| own == code))?;
        FailureReason::parse(word)
    }

    /// The first listed code of a reason.
    #[must_use]
    pub fn code_of(&self, reason: FailureReason) -> Option<&str> {
        let codes = self.0.get(reason.as_str())?;
        codes.first().map(String::as_str)
    }
}

/// The word of an outcome as canonical JSON has it.
#[must_use]
pub fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Paid => "paid",
        Outcome::Failed(_) => "failed",
        Outcome::Accepted => "accepted",
        Outcome::Unknown | Outcome::NotFound => "unknown",
        Outcome::Returned => "returned",
    }
}
