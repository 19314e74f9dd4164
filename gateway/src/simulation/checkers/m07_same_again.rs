//! M7: same employer and batch number with the same bytes and policy: the same answer, no second
//! effect. Other bytes: refused, naming the first different field. For ever, across crashes.
//!
//! Compared: all submissions under one number with each other and with the sheets that were
//! written into them; at the end each number is submitted once more, as it was and changed. A
//! number that was denied must be a batch's: a refused file uses up none.

use super::cursor::{Answered, text};
use super::reading::Shared;
use crate::simulation::checker::{Checker, Looks, View};
use crate::simulation::outside::{Answer, Call, Sheet, Wage};
use crate::simulation::sheet::short;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What was taken under a number.
struct Taken {
    call: Call,
    sheet: Sheet,
    batch: String,
    digest: String,
    /// Somebody was told that it is new.
    is_told: bool,
}

/// Looks after M7.
pub(super) struct SameAgain {
    reading: Shared,
    answered: Answered,
    taken: BTreeMap<(String, String), Taken>,
    /// Numbers, with their employers, that somebody was told are taken.
    denied: BTreeSet<(String, String)>,
}

impl SameAgain {
    pub(super) fn new(reading: Shared) -> Self {
        Self {
            reading,
            answered: Answered::default(),
            taken: BTreeMap::new(),
            denied: BTreeSet::new(),
        }
    }

    fn answered(&mut self, view: &View<'_>, looks: &mut Looks) {
        for (call, answer) in self.answered.news(view.outside) {
            let Some(sheet) = &call.sheet else { continue };
            let number = (sheet.employer.clone(), sheet.batch_no.clone());
            match self.taken.get_mut(&number) {
                Some(taken) => {
                    again(taken, (call, sheet, answer), looks);
                    taken.is_told |= answer.status == 202;
                }
                None if answer.is_done() => {
                    let body = answer.json();
                    let digest = crate::sha256_hex(&call.body);
                    looks.hold(text(&body, "digest") == digest, || {
                        format!("{}: another digest is told", sheet.batch_no)
                    });
                    let taken = Taken {
                        call: call.clone(),
                        sheet: sheet.clone(),
                        batch: text(&body, "batch_id").to_owned(),
                        digest,
                        is_told: answer.status == 202,
                    };
                    self.taken.insert(number, taken);
                }
                None if answer.status == 409 => {
                    self.denied.insert(number);
                }
                None => {}
            }
        }
    }

    /// A number is taken by a batch, and by nothing else: not by a file that was refused.
    fn in_use(&self, looks: &mut Looks) {
        let reading = self.reading.borrow();
        for (employer, number) in &self.denied {
            looks.hold(reading.batch_of(employer, number).is_some(), || {
                format!("{number} of {employer} was denied, and no batch has it")
            });
        }
    }

    /// Each number once more: by the same bytes, by other bytes, by another policy.
    fn once_more(&self, view: &View<'_>, looks: &mut Looks) {
        for taken in self.taken.values() {
            let (caller, path) = (taken.call.caller.as_str(), taken.call.path.as_str());
            let head = self.accepted(view);
            let same = view.door.call(caller, "POST", path, &taken.call.body);
            again(taken, (&taken.call, &taken.sheet, &same), looks);
            let mut changed = taken.call.body.clone();
            changed.push(b'\n');
            let changed = view.door.call(caller, "POST", path, &changed);
            looks.hold(changed.status == 409 || changed.status == 422, || {
                let (number, status) = (&taken.sheet.batch_no, changed.status);
                format!("{number} with other bytes answers {status}")
            });
            let other = other_policy(path);
            let policy = view.door.call(caller, "POST", &other, &taken.call.body);
            let field = text(&policy.json(), "field").to_owned();
            let refused = policy.status == 409 && field == "policy";
            looks.hold(refused || policy.status == 429, || {
                let (number, status) = (&taken.sheet.batch_no, policy.status);
                format!("{number} by another policy answers {status} {field}")
            });
            looks.hold(self.accepted(view) == head, || {
                format!("{} became a second batch", taken.sheet.batch_no)
            });
        }
    }

    fn accepted(&self, view: &View<'_>) -> usize {
        view.core.desk().batches().count()
    }
}

/// The same path with the other policy.
fn other_policy(path: &str) -> String {
    if path.contains("policy=good_lines") {
        path.replace("policy=good_lines", "policy=all_or_nothing")
    } else if path.contains("policy=all_or_nothing") {
        path.replace("policy=all_or_nothing", "policy=good_lines")
    } else {
        let sign = if path.contains('?') { '&' } else { '?' };
        format!("{path}{sign}policy=good_lines")
    }
}

/// A submission under a number that is taken.
fn again(taken: &Taken, (call, sheet, answer): (&Call, &Sheet, &Answer), looks: &mut Looks) {
    if !call.is_whole || answer.status >= 500 || answer.status == 429 || answer.status == 408 {
        return;
    }
    let number = &sheet.batch_no;
    let body = answer.json();
    let is_same = call.body == taken.call.body && sheet.policy == taken.sheet.policy;
    if is_same {
        let same = answer.status == 200
            && body.get("replayed") == Some(&Value::Bool(true))
            && text(&body, "batch_id") == taken.batch
            && text(&body, "digest") == taken.digest;
        // A repetition may be answered before the first one is.
        let first = answer.status == 202 && text(&body, "batch_id") == taken.batch;
        looks.hold(same || (first && !taken.is_told), || {
            format!("{number}: the same again answers {}", answer.status)
        });
        return;
    }
    looks.hold(matches!(answer.status, 409 | 422 | 400 | 403), || {
        format!("{number}: something else answers {}", answer.status)
    });
    if answer.status == 409 {
        let field = text(&body, "field");
        looks.hold(is_first_difference(&taken.sheet, sheet, field), || {
            format!("{number}: {field} is not the first field that differs")
        });
    }
}

/// Whether a field is the first one in which two sheets differ, in the order of the template.
/// Fields that a sheet does not know (names, references, spelling) may come where none differs
/// before them.
fn is_first_difference(taken: &Sheet, sent: &Sheet, field: &str) -> bool {
    let head = [
        ("policy", taken.policy != sent.policy),
        ("project_code", taken.project != sent.project),
        ("pay_month", taken.pay_month != sent.pay_month),
        ("paying_bank", taken.bank != sent.bank),
        ("line_count", taken.wages.len() != sent.wages.len()),
    ];
    if let Some((first, _)) = head.into_iter().find(|(_, differs)| *differs) {
        // What the sheets don't know of stands between these.
        let unknown = ["employer_name", "payer_account", "payer_name"];
        return field == first || unknown.contains(&field);
    }
    let pairs = taken.wages.iter().zip(&sent.wages);
    let first = pairs.zip(1usize..).find(|((one, other), _)| one != other);
    match first {
        Some(((one, other), index)) => {
            let differing = differs(one, other);
            // Two numbers of 15 digits are refused, and what can't be read is not compared.
            let is_short = |wage: &Wage| short(&wage.payee.id_number).is_some();
            let unread = taken.is_old_spelling && sent.is_old_spelling && differing == "id_number";
            let same = unread && is_short(one) && is_short(other);
            let same = same || one.is_flawed || other.is_flawed;
            field == format!("lines[{index}].{differing}") || (same && field == "content")
        }
        None => !head.iter().any(|(known, _)| *known == field),
    }
}

/// The first field in which two wages differ, in the order of the template.
fn differs(one: &Wage, other: &Wage) -> &'static str {
    let (payee, sent) = (&one.payee, &other.payee);
    let fields = [
        ("name", payee.name != sent.name),
        ("id_number", payee.id_number != sent.id_number),
        ("account", payee.account != sent.account),
        ("bank", payee.bank != sent.bank),
        ("amount", one.amount_fen != other.amount_fen),
    ];
    let first = fields.into_iter().find(|(_, differs)| *differs);
    first.map_or("corrects", |(name, _)| name)
}

impl Checker for SameAgain {
    fn id(&self) -> &'static str {
        "M7"
    }

    fn after_step(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.answered(view, looks);
    }

    fn after_reopening(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.answered(view, looks);
    }

    fn at_end(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.answered(view, looks);
        self.once_more(view, looks);
        self.reading.borrow_mut().follow(view, true);
        self.in_use(looks);
    }
}
