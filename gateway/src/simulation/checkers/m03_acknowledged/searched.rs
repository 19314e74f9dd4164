//! A search by a person's number or account finds every payment that was acknowledged.

use crate::simulation::checker::{Looks, View};
use crate::simulation::checkers::cursor::{sheet_of, text};
use crate::simulation::checkers::reading::Reading;
use crate::simulation::outside::Payee;
use schemas::LineState;
use schemas::value::PaymentId;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// So many people of an employer are searched for.
const PEOPLE_MAX: usize = 4;

/// Searches for some people of each employer, by its own certificate.
pub(super) fn look(view: &View<'_>, reading: &Reading, looks: &mut Looks) {
    for employer in &view.outside.employers {
        let uscc = employer.uscc.as_str();
        let caller = format!("urn:anxin:employer:{uscc}:person:searcher");
        let people = people(view, reading, uscc);
        let step = (people.len() / PEOPLE_MAX).max(1);
        for (payee, payments) in people.values().step_by(step).take(PEOPLE_MAX) {
            for query in [
                format!("id_number={}", payee.id_number),
                format!("account={}", payee.account),
            ] {
                let path = format!("/v1/payments?{query}&limit=1000");
                let page = view.door.call(&caller, "GET", &path, &[]);
                if page.status == 429 {
                    continue;
                }
                let body = page.json();
                let shown = body.get("payments").and_then(Value::as_array);
                let shown: BTreeSet<&str> = shown
                    .into_iter()
                    .flatten()
                    .map(|one| text(one, "payment_id"))
                    .collect();
                let missing = payments.iter().find(|one| !shown.contains(one.as_str()));
                looks.hold(missing.is_none(), || {
                    let what = query.split('=').next().unwrap_or_default();
                    format!(
                        "a search by {what} does not find {missing:?} ({})",
                        page.status
                    )
                });
            }
        }
    }
}

/// People of an employer with their payments, by the files as they were submitted.
fn people<'o>(
    view: &View<'o>,
    reading: &Reading,
    uscc: &str,
) -> BTreeMap<&'o str, (&'o Payee, Vec<String>)> {
    let mut people: BTreeMap<&str, (&Payee, Vec<String>)> = BTreeMap::new();
    let batches = reading.auditor.book().batches();
    for batch in batches.filter(|batch| batch.head.employer.as_str() == uscc) {
        let Some(sheet) = sheet_of(view.outside, batch) else {
            continue;
        };
        for ((row, line), wage) in (1u32..).zip(&batch.lines).zip(&sheet.wages) {
            if line.state == LineState::Refused {
                continue;
            }
            let id = batch.id();
            let payee = &wage.payee;
            // Of two files with one account of different people, each has its own.
            let of = people.entry(payee.id_number.as_str());
            let (known, payments) = of.or_insert_with(|| (payee, Vec::new()));
            if known.account == payee.account {
                payments.push(PaymentId { batch: id, row }.to_string());
            }
        }
    }
    people
}
