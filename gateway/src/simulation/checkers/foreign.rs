//! M6 by what parties are shown: each answer that names a batch or a bank is held against whose
//! the batch is by the file that was submitted, and a party's own is shown to it.

use super::cursor::text;
use super::reading::Reading;
use crate::simulation::checker::{Looks, View};
use crate::simulation::outside::{Answer, Call, Outside, Sheet};
use schemas::value::{BatchId, PaymentId};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Members of an answer that name a batch or a payment.
const NAMES: [&str; 4] = ["batch_id", "payment_id", "corrects", "corrected_by"];

/// Those that name a payment, and the member that says where that one stands.
const PAYMENTS: [(&str, &str); 3] = [
    ("payment_id", "state"),
    ("corrects", ""),
    ("corrected_by", "corrected_state"),
];

/// Whether an answer shows a party something of which one may be another's.
pub(super) fn is_shown(call: &Call, answer: &Answer) -> bool {
    let (role, _) = call.party();
    call.method == "GET" && answer.is_done() && !role.is_empty() && role != "operator"
}

/// Whose a batch is: employer, paying bank, region.
#[derive(Clone)]
pub(super) struct Owner {
    employer: String,
    bank: String,
    region: String,
}

/// Batches by their numbers, with their owners, by the files as they were submitted.
#[derive(Default)]
pub(super) struct Owners(BTreeMap<String, Owner>);

impl Owners {
    /// Takes in a submission that was answered.
    pub(super) fn add(&mut self, call: &Call, answer: &Answer) {
        let Some(sheet) = call.sheet.as_ref().filter(|_| answer.is_done()) else {
            return;
        };
        let batch = text(&answer.json(), "batch_id").to_owned();
        self.0.entry(batch).or_insert_with(|| Owner::by(sheet));
    }

    /// Whose a batch is. Where its submission was never answered: of the file that came with the
    /// bytes that are kept under its number.
    pub(super) fn of(&self, outside: &Outside, reading: &Reading, batch: BatchId) -> Option<Owner> {
        let known = self.0.get(&batch.to_string());
        known.cloned().or_else(|| {
            let digest = &reading.auditor.book().batch(batch)?.head.digest;
            let mut sheets = outside.calls.iter().filter_map(|call| {
                let sheet = call.sheet.as_ref().filter(|_| call.is_whole)?;
                (crate::sha256_hex(&call.body) == *digest).then_some(sheet)
            });
            sheets.next().map(Owner::by)
        })
    }

    /// What of an answer is another party's; `None` where all is the caller's own.
    pub(super) fn foreign(&self, call: &Call, answer: &Answer) -> Option<String> {
        self.look(&answer.json(), call.party())
    }

    fn look(&self, value: &Value, (role, code): (&str, &str)) -> Option<String> {
        match value {
            Value::Array(all) => all.iter().find_map(|one| self.look(one, (role, code))),
            Value::Object(members) => {
                let named = NAMES.map(|name| text(value, name));
                let batches = named.into_iter().filter_map(batch_in);
                for batch in batches.map(|batch| batch.to_string()) {
                    let owner = self.0.get(&batch);
                    if owner.is_some_and(|owner| !owner.is_of((role, code))) {
                        return Some(batch);
                    }
                }
                let bank = text(value, "bank");
                // A change or a break of a bank that names no batch is that bank's.
                let of_bank = value.get("kind").is_some() || value.get("event").is_some();
                if role == "bank" && of_bank && !bank.is_empty() && bank != code {
                    return Some(format!("something of {bank}"));
                }
                let mut rest = members.values();
                rest.find_map(|one| self.look(one, (role, code)))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        }
    }

    /// Every batch of an employer, or of a region.
    fn own(&self, party: (&str, &str)) -> BTreeSet<&str> {
        let own = self.0.iter().filter(|(_, owner)| owner.is_of(party));
        own.map(|(batch, _)| batch.as_str()).collect()
    }
}

impl Owner {
    fn by(sheet: &Sheet) -> Self {
        Self {
            employer: sheet.employer.clone(),
            bank: sheet.bank.to_string(),
            region: region_of(sheet).to_owned(),
        }
    }

    /// Whether the batch is a party's own.
    pub(super) fn is_of(&self, (role, code): (&str, &str)) -> bool {
        match role {
            "employer" => self.employer == code,
            "bank" => self.bank == code,
            "regulator" => covers(code, &self.region),
            _ => false,
        }
    }
}

/// The first six digits of the project, else digits 3 to 8 of the employer's code (INTERFACE 5).
fn region_of(sheet: &Sheet) -> &str {
    let of_employer = sheet.employer.get(2..8).unwrap_or_default();
    let of_project = sheet.project.as_deref().and_then(|code| code.get(..6));
    of_project.unwrap_or(of_employer)
}

/// Whether a region is another one or lies in it: `330100` has all of `3301`.
fn covers(code: &str, region: &str) -> bool {
    let pairs = code.trim_end_matches("00");
    region.starts_with(pairs)
}

/// The batch of a batch's or a payment's number.
pub(super) fn batch_in(part: &str) -> Option<BatchId> {
    let of_payment = PaymentId::parse(part).map(|payment| payment.batch);
    of_payment.or_else(|_| BatchId::parse(part)).ok()
}

/// A payment of an answer to a bank that the bank was never instructed with, and cannot have been:
/// no intent of a file of this bank names it, or it is shown as one that was not sent.
pub(super) fn uninstructed(reading: &Reading, bank: &str, value: &Value) -> Option<String> {
    match value {
        Value::Array(all) => all.iter().find_map(|one| uninstructed(reading, bank, one)),
        Value::Object(members) => {
            for (name, state) in PAYMENTS {
                let Ok(payment) = PaymentId::parse(text(value, name)) else {
                    continue;
                };
                let state = text(value, state);
                let is_here = matches!(state, "held" | "released" | "cancelled" | "refused");
                let mut intents = reading.intents.values().flatten();
                let is_told = intents.any(|(_, intent)| {
                    let names =
                        intent.batch == payment.batch && intent.lines.contains(&payment.row);
                    names && intent.bank.as_str() == bank
                });
                if is_here || !is_told {
                    return Some(format!(
                        "{payment} ({state}), which it was not instructed with"
                    ));
                }
            }
            let mut members = members.values();
            members.find_map(|one| uninstructed(reading, bank, one))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// At the end: what parties are shown of all that there is, no more and no less than their own.
pub(super) fn lists(view: &View<'_>, reading: &Reading, owners: &Owners, looks: &mut Looks) {
    let employers = view.outside.employers.iter();
    let employers = employers.map(|one| ("employer", one.uscc.as_str().to_owned()));
    let regions = ["330110", "330203", "330300", "330000", "440100"];
    let regions = regions.map(|code| ("regulator", code.to_owned()));
    for (role, code) in employers.chain(regions) {
        let caller = format!("urn:anxin:{role}:{code}");
        let page = view
            .door
            .call(&caller, "GET", "/v1/batches?limit=1000", &[]);
        let shown: BTreeSet<String> = page
            .json()
            .get("batches")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|batch| text(batch, "batch_id").to_owned())
            .collect();
        let own = owners.own((role, &code));
        let hidden = own.iter().find(|batch| !shown.contains(**batch));
        looks.hold(page.is_done() && hidden.is_none(), || {
            format!("{caller} is not shown {hidden:?}: {}", page.status)
        });
        let foreign = owners.look(&page.json(), (role, &code));
        looks.hold(foreign.is_none(), || {
            format!("{caller} is shown {}", foreign.unwrap_or_default())
        });
    }
    for (bank, book) in &view.outside.banks {
        let caller = format!("urn:anxin:bank:{bank}");
        let page = view.door.call(&caller, "GET", "/v1/breaks?limit=1000", &[]);
        let foreign = owners.look(&page.json(), ("bank", bank.as_str()));
        looks.hold(foreign.is_none(), || {
            format!("{caller} is shown {}", foreign.unwrap_or_default())
        });
        let names_others = book.told.iter().find_map(|told| {
            let intent = reading.intent(told.receipt_names?)?;
            (intent.bank != *bank).then_some(told.at.step)
        });
        looks.hold(names_others.is_none(), || {
            format!("{caller}: our receipt names another bank's file ({names_others:?})")
        });
    }
}
