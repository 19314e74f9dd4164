//! How far a checker has looked at what grows: calls that are answered, messages that came to a
//! bank, what a bank said.

use crate::book::Batch;
use crate::simulation::outside::{Answer, Arrived, Call, Outside, Sheet, Told, Way};
use schemas::value::BankCode;
use std::collections::BTreeMap;

/// Calls that were answered since the last look.
#[derive(Debug, Default)]
pub(super) struct Answered {
    begun: usize,
    open: Vec<usize>,
}

impl Answered {
    /// The calls and their answers, in the order of the calls.
    pub(super) fn news<'o>(&mut self, outside: &'o Outside) -> Vec<(&'o Call, &'o Answer)> {
        self.open.extend(self.begun..outside.calls.len());
        self.begun = outside.calls.len();
        let mut news = Vec::new();
        let life = outside.now.life;
        self.open.retain(|at| {
            let Some(call) = outside.calls.get(*at) else {
                return false;
            };
            // One that broke off says nothing.
            let answer = call.answer.as_ref().filter(|answer| answer.status != 0);
            news.extend(answer.map(|answer| (call, answer)));
            // What a crash cut off is never answered.
            answer.is_none() && call.begun.life == life
        });
        news
    }
}

/// Messages that came to banks since the last look.
#[derive(Debug, Default)]
pub(super) struct Arrivals(BTreeMap<BankCode, usize>);

impl Arrivals {
    /// The messages with their banks.
    pub(super) fn news<'o>(&mut self, outside: &'o Outside) -> Vec<(BankCode, &'o Arrived)> {
        let mut news = Vec::new();
        for (bank, book) in &outside.banks {
            let seen = self.0.entry(*bank).or_default();
            let new = book.arrived.get(*seen..).unwrap_or_default();
            news.extend(new.iter().map(|arrived| (*bank, arrived)));
            *seen = book.arrived.len();
        }
        news
    }
}

/// Everything that banks said, that came to the gateway, and that no crash may have taken: an
/// answer is not acknowledged, and is asked for again. What was pushed and receipted stands.
pub(super) fn told(outside: &Outside) -> impl Iterator<Item = (BankCode, &Told)> {
    let crashed = |life| outside.crashes.iter().any(|crash| crash.at.life == life);
    let all = outside.banks.iter();
    all.flat_map(|(bank, book)| book.told.iter().map(|told| (*bank, told)))
        .filter(move |(_, told)| {
            let lost = told.way == Way::Answer && crashed(told.at.life);
            told.has_come && !lost
        })
}

/// What was submitted under the number of a batch with its bytes.
pub(super) fn sheet_of<'o>(outside: &'o Outside, batch: &Batch) -> Option<&'o Sheet> {
    let head = &batch.head;
    let calls = outside.calls.iter().filter(|call| call.is_whole);
    let mut sheets = calls.filter_map(|call| {
        let sheet = call.sheet.as_ref()?;
        let own = sheet.employer == head.employer.as_str()
            && sheet.batch_no == head.batch_no.as_str()
            && crate::sha256_hex(&call.body) == head.digest;
        own.then_some(sheet)
    });
    sheets.next()
}

/// A member of a JSON object that is a text.
pub(super) fn text<'v>(value: &'v serde_json::Value, name: &str) -> &'v str {
    value
        .get(name)
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default()
}

/// A member of a JSON object that is a number.
pub(super) fn number(value: &serde_json::Value, name: &str) -> Option<i64> {
    value.get(name)?.as_i64()
}

impl Answer {
    /// Whether it says that the thing was done or is there.
    #[must_use]
    pub fn is_done(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON; null where it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// A header, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find_map(|(known, value)| (known == name).then_some(value.as_str()))
    }

    /// The record of the bank's message that it receipts.
    #[must_use]
    pub fn receipt(&self) -> Option<u64> {
        self.header("anxin-receipt")?.parse().ok()
    }
}

impl Call {
    /// The parts of its path, without the query.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        let path = self.path.split('?').next().unwrap_or_default();
        path.split('/').filter(|part| !part.is_empty())
    }

    /// The party of the caller, without the person: `employer`, `bank`, `regulator`, `operator`,
    /// and its code.
    #[must_use]
    pub fn party(&self) -> (&str, &str) {
        let mut parts = self.caller.split(':').skip(2);
        let role = parts.next().unwrap_or_default();
        (role, parts.next().unwrap_or_default())
    }
}
