//! M6: a party sees and changes only its own: a bank only lines instructed to it, an employer only
//! its batches, a regulator only its region.
//!
//! Compared: what the world's calls and those made here at the end ask for, with who owns it by
//! the submissions. What is another's is answered as what does not exist, and leaves no record.
//! Lists hold nothing of others; no bank's word moves a line of a file that another bank has.

use super::cursor::{Answered, text};
use super::foreign::{self, Owners};
use super::reading::Shared;
use crate::simulation::checker::{Checker, Looks, View};
use crate::simulation::outside::Answer;
use schemas::value::BatchId;
use serde_json::Value;

/// How many batches are asked for by strangers at the end.
const ASKED_FOR: usize = 4;

/// Looks after M6.
pub(super) struct Own {
    reading: Shared,
    answered: Answered,
    heard: usize,
    owners: Owners,
}

impl Own {
    pub(super) fn new(reading: Shared) -> Self {
        Self {
            reading,
            answered: Answered::default(),
            heard: 0,
            owners: Owners::default(),
        }
    }

    /// A call of the world that is about something of somebody else's comes to nothing.
    fn answered(&mut self, view: &View<'_>, looks: &mut Looks) {
        for (call, answer) in self.answered.news(view.outside) {
            self.owners.add(call, answer);
            if foreign::is_shown(call, answer) {
                let foreign = self.owners.foreign(call, answer);
                looks.hold(foreign.is_none(), || {
                    let path: Vec<&str> = call.parts().collect();
                    let (path, who) = (path.join("/"), call.party());
                    format!("{path} shows {who:?} {}", foreign.unwrap_or_default())
                });
            }
            let reading = self.reading.borrow();
            let (role, code) = call.party();
            let is_reading = call.method == "GET";
            // Where the disk gives no records just now, nobody can say what a bank was told.
            let is_read = reading.auditor.read() >= answer.durable;
            if role == "bank" && is_reading && answer.is_done() && is_read {
                let shown = foreign::uninstructed(&reading, code, &answer.json());
                looks.hold(shown.is_none(), || {
                    let path = &call.path;
                    format!("{path} shows {code} {}", shown.unwrap_or_default())
                });
            }
            let batch = call.parts().nth(2).and_then(foreign::batch_in);
            let owner = batch.and_then(|batch| self.owners.of(view.outside, &reading, batch));
            let Some(owner) = owner else {
                continue;
            };
            let foreign = match role {
                "employer" | "bank" => !owner.is_of((role, code)),
                _ => false,
            };
            if foreign {
                let hidden = match role {
                    "employer" => matches!(answer.status, 404 | 429 | 500..),
                    _ => !answer.is_done(),
                };
                looks.hold(hidden || (!is_reading && answer.status == 400), || {
                    let (path, status) = (&call.path, answer.status);
                    format!("{role} {code}: {} {path} answers {status}", call.method)
                });
            }
        }
    }

    /// No bank's word moves another bank's line.
    fn heard(&mut self, looks: &mut Looks) {
        let reading = self.reading.borrow();
        for heard in reading.heard.get(self.heard..).unwrap_or_default() {
            let pushed = heard
                .message
                .and_then(|message| reading.messages.get(&message));
            let Some(message) = pushed else { continue };
            looks.hold(message.bank == heard.bank, || {
                let (sequence, file_no) = (heard.sequence, heard.file_no);
                format!("record {sequence}: another bank speaks of file {file_no}")
            });
        }
        self.heard = reading.heard.len();
    }

    /// Strangers ask for batches and payments, and try to change them.
    fn strangers(&self, view: &View<'_>, looks: &mut Looks) {
        let nothing = format!("B20260101-{}", u64::from(u32::MAX));
        let batches: Vec<(BatchId, String, String)> = {
            let reading = self.reading.borrow();
            let batches = reading.auditor.book().batches().take(ASKED_FOR);
            let own = |batch: &crate::book::Batch| {
                let head = &batch.head;
                let employer = head.employer.as_str().to_owned();
                (batch.id(), employer, head.paying_bank.as_str().to_owned())
            };
            batches.map(own).collect()
        };
        for (batch, employer, bank) in &batches {
            let employers = view.outside.employers.iter();
            let stranger = employers
                .map(|one| one.uscc.as_str())
                .find(|one| one != employer);
            if let Some(uscc) = stranger {
                let person = format!("urn:anxin:employer:{uscc}:person:stranger");
                changes_nothing(view, &person, (batch.to_string(), &nothing), looks);
            }
            let banks = view.outside.banks.keys();
            let other = banks.map(schemas::BankCode::as_str).find(|one| one != bank);
            let (known, none) = (
                format!("/v1/payments/{batch}.1"),
                format!("/v1/payments/{nothing}.1"),
            );
            let callers = [
                other.map(|code| format!("urn:anxin:bank:{code}")),
                stranger.map(|uscc| format!("urn:anxin:employer:{uscc}")),
            ];
            for caller in callers.into_iter().flatten() {
                same_as_nothing(view, &caller, ("GET", &known, &none), looks);
            }
        }
    }

    /// What each party's own lists hold.
    fn lists(&self, view: &View<'_>, looks: &mut Looks) {
        for employer in &view.outside.employers {
            let uscc = employer.uscc.as_str();
            let caller = format!("urn:anxin:employer:{uscc}");
            let page = view
                .door
                .call(&caller, "GET", "/v1/batches?limit=1000", &[]);
            only(&page, "batches", ("employer_uscc", uscc), looks);
        }
        for (bank, book) in &view.outside.banks {
            let caller = format!("urn:anxin:bank:{bank}");
            let page = view
                .door
                .call(&caller, "GET", "/v1/payments?limit=1000", &[]);
            only(&page, "payments", ("paying_bank", bank.as_str()), looks);
            let told = foreign::uninstructed(&self.reading.borrow(), bank.as_str(), &page.json());
            looks.hold(told.is_none(), || {
                format!("{bank} is shown {}", told.unwrap_or_default())
            });
            // Nothing that the bank was never told of.
            let rows = page.json();
            let shown = rows
                .get("payments")
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            looks.hold(shown == 0 || !book.arrived.is_empty(), || {
                format!("{bank} sees {shown} payments and was told of none")
            });
        }
    }
}

/// A person of another employer asks for a batch in every way, and tries to change it.
fn changes_nothing(
    view: &View<'_>,
    person: &str,
    (batch, nothing): (String, &str),
    looks: &mut Looks,
) {
    let calls = [
        ("GET", ""),
        ("GET", "/lines"),
        ("GET", "/findings"),
        ("GET", "/report"),
        ("POST", "/withdraw"),
        ("POST", "/correction"),
    ];
    for (method, rest) in calls {
        let known = format!("/v1/batches/{batch}{rest}");
        let none = format!("/v1/batches/{nothing}{rest}");
        same_as_nothing(view, person, (method, &known, &none), looks);
    }
}

/// What is another's is answered as what is not there, and leaves no record.
fn same_as_nothing(
    view: &View<'_>,
    caller: &str,
    (method, known, none): (&'static str, &str, &str),
    looks: &mut Looks,
) {
    let head = view.core.journal().head().0;
    let one = view.door.call(caller, method, known, &[]);
    let other = view.door.call(caller, method, none, &[]);
    let same = one.status == 404 && without_path(&one) == without_path(&other);
    looks.hold(same && view.core.journal().head().0 == head, || {
        let (status, of_none) = (one.status, other.status);
        format!("{caller}: {method} {known} answers {status}, where nothing is {of_none}")
    });
}

/// A problem without its own path.
fn without_path(answer: &Answer) -> Value {
    let mut body = answer.json();
    if let Some(body) = body.as_object_mut() {
        body.remove("instance");
    }
    body
}

/// A page holds nothing but a party's own.
fn only(page: &Answer, name: &str, (member, own): (&str, &str), looks: &mut Looks) {
    let body = page.json();
    let rows = body.get(name).and_then(Value::as_array);
    looks.hold(page.is_done() && rows.is_some(), || {
        format!("{name} of {own} can't be listed: {}", page.status)
    });
    for row in rows.into_iter().flatten() {
        looks.hold(text(row, member) == own, || {
            format!("{name} of {own} hold another's")
        });
    }
}

impl Checker for Own {
    fn id(&self) -> &'static str {
        "M6"
    }

    fn after_step(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, false);
        self.answered(view, looks);
        self.heard(looks);
    }

    fn after_reopening(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.heard = 0;
        self.after_step(view, looks);
    }

    fn at_end(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.after_step(view, looks);
        self.strangers(view, looks);
        self.lists(view, looks);
        foreign::lists(view, &self.reading.borrow(), &self.owners, looks);
    }
}
