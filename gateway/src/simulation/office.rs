//! An employer's people: they submit, approve, withdraw, wait and correct, and do each of it the
//! wrong way as well.

use super::calls::{Request, calls};
use super::dice::Dice;
use super::faults::FaultKind;
use super::outside::{Answer, Employer, Sheet};
use super::sheet::{Form, bytes, payee, wrong_check};
use super::stage::{Side, Stage};
use crate::clock::BoxFuture;
use serde_json::{Value, json};
use std::sync::Arc;

/// A call without an answer, or with one that blames the gateway, is made again so often.
const TRIES: u32 = 40;
/// Looks at a batch until it has ended.
const LOOKS: u32 = 60;
/// Corrections of corrections.
const DEPTH_MAX: u32 = 2;

/// The people of one employer.
#[derive(Clone)]
pub(super) struct Office {
    pub stage: Arc<Stage>,
    pub employer: Employer,
    pub dice: Dice,
}

/// A batch as its receipt tells of it.
struct Taken {
    id: String,
    digest: Value,
    line_count: Value,
    total_fen: Value,
    must_acknowledge: Vec<Value>,
}

/// Sets somebody to work on a file, after some time.
pub(super) fn begin(office: &Office, sheet: Sheet, depth: u32, within_s: u64) {
    let office = Office {
        dice: office.dice.fork(),
        ..office.clone()
    };
    let stage = Arc::clone(&office.stage);
    stage.spawn(Side::Outside, office.begins(sheet, depth, within_s));
}

impl Office {
    fn begins(self, sheet: Sheet, depth: u32, within_s: u64) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            self.stage.sleep(self.dice.seconds(1, within_s)).await;
            self.pays(sheet, depth).await;
        })
    }

    fn strikes(&self, kind: FaultKind, one_in: u64) -> bool {
        self.stage.strikes(kind, &self.dice, one_in)
    }

    async fn pays(&self, sheet: Sheet, depth: u32) {
        let Some(maker) = self.dice.pick_of(&self.employer.makers) else {
            return;
        };
        let form = Form::draw(&self.dice);
        let sheet = self.submits_flawed(&maker, sheet, form).await;
        self.submits_wrong(&maker, &sheet, form).await;
        let answer = self.submits(&maker, &sheet, form).await;
        let Some(taken) = answer.as_ref().and_then(taken) else {
            return;
        };
        let races = self.strikes(FaultKind::WithdrawRace, 6);
        if races {
            self.withdraws_beside(&maker, &taken.id);
        }
        if self.strikes(FaultKind::WageElsewhere, 6) {
            self.pays_elsewhere(&sheet);
        }
        // A warning is a reason to look twice; half of those who see one leave the batch.
        if taken.must_acknowledge.is_empty() || self.dice.one_in(2) {
            self.approves(&maker, &taken).await;
        }
        if self.waits(&maker, &sheet, &taken.id).await && depth < DEPTH_MAX {
            self.corrects(&maker, &sheet, &taken.id, depth).await;
        }
    }

    fn submission(&self, caller: &str, sheet: &Sheet, form: Form) -> Request {
        let path = match sheet.policy {
            "good_lines" => "/v1/batches?policy=good_lines",
            _ => "/v1/batches",
        };
        Request {
            sheet: Some(sheet.clone()),
            ..Request::post(caller, path, bytes(sheet, form))
        }
    }

    /// A file with errors: by one policy its good lines are taken, and it is the file that is paid;
    /// by the other none is, and the file comes again under its number when it is mended.
    async fn submits_flawed(&self, maker: &str, sheet: Sheet, form: Form) -> Sheet {
        if sheet.is_flawed() || sheet.wages.len() < 2 || !self.strikes(FaultKind::FlawedLines, 4) {
            return sheet;
        }
        let flawed = self.flawed(&sheet);
        if flawed.policy == "good_lines" {
            return flawed;
        }
        calls(&self.stage, self.submission(maker, &flawed, form)).await;
        sheet
    }

    /// Errors in some lines, at least one, and at least one line without.
    fn flawed(&self, sheet: &Sheet) -> Sheet {
        let mut flawed = sheet.clone();
        let count = flawed.wages.len() as u64;
        let (right, wrong) = (self.dice.below(count), self.dice.below(count - 1));
        let wrong = (right + 1 + wrong) % count;
        for (place, wage) in (0..).zip(&mut flawed.wages) {
            if place == right || (place != wrong && self.dice.one_in(2)) {
                continue;
            }
            wage.is_flawed = true;
            if self.dice.one_in(2) {
                wage.payee.account = String::new();
            } else {
                wage.payee.id_number = wrong_check(&wage.payee.id_number);
                self.stage.outside().people.push(wage.payee.clone());
            }
        }
        flawed
    }

    /// What goes wrong before the file is submitted as it should be, or beside it.
    async fn submits_wrong(&self, maker: &str, sheet: &Sheet, form: Form) {
        if self.strikes(FaultKind::UploadBroken, 8) {
            let request = self.submission(maker, sheet, form);
            let some = self.dice.below(request.body.len() as u64);
            let request = Request {
                breaks_after: usize::try_from(some).ok(),
                ..request
            };
            calls(&self.stage, request).await;
        }
        if self.strikes(FaultKind::SubmittedTwice, 4) {
            self.submits_beside(maker, sheet.clone(), form);
        }
        if self.strikes(FaultKind::SubmittedChanged, 6) {
            self.submits_beside(maker, self.changed(sheet), form);
        }
        if self.strikes(FaultKind::SubmittedByOtherPolicy, 8) {
            let other = Sheet {
                policy: "good_lines",
                ..sheet.clone()
            };
            self.submits_beside(maker, other, form);
        }
    }

    /// Another file under the same number: one thing in it is another one.
    fn changed(&self, sheet: &Sheet) -> Sheet {
        let mut changed = sheet.clone();
        let what = self.dice.below(8);
        let is_long = changed.wages.len() > 1;
        let Some(wage) = changed.wages.last_mut() else {
            return changed;
        };
        let place = 10_000 + u32::try_from(self.dice.below(10_000)).unwrap_or_default();
        let other = payee(self.stage.outside().seed, place, wage.payee.bank);
        self.stage.outside().people.push(other.clone());
        match what {
            0 => wage.payee.name = other.name,
            1 => {
                wage.payee.id_number = other.id_number;
                wage.is_flawed &= wage.payee.account.is_empty();
            }
            2 => {
                wage.is_flawed &= !wage.payee.account.is_empty();
                wage.payee.account = other.account;
            }
            3 if is_long => {
                changed.wages.pop();
            }
            4 => {
                changed.project = match changed.project {
                    Some(_) => None,
                    None => Some("330110202611000077".to_owned()),
                };
            }
            5 => changed.pay_month = "2026-01".to_owned(),
            _ => wage.amount_fen += 1,
        }
        changed
    }

    /// Somebody else of the employer submits at about the same time, and never looks again.
    fn submits_beside(&self, maker: &str, sheet: Sheet, form: Form) {
        let request = self.submission(maker, &sheet, form);
        let (stage, wait) = (Arc::clone(&self.stage), self.dice.seconds(0, 2));
        // At once, or when the batch is old.
        let wait = match self.dice.one_in(4) {
            true => wait * 20_000,
            false => wait,
        };
        self.stage.spawn(Side::Outside, async move {
            stage.sleep(wait).await;
            calls(&stage, request).await;
        });
    }

    async fn submits(&self, maker: &str, sheet: &Sheet, form: Form) -> Option<Answer> {
        let request = self.submission(maker, sheet, form);
        self.insists(request).await
    }

    /// Calls until there is an answer for which the gateway does not blame itself.
    async fn insists(&self, request: Request) -> Option<Answer> {
        for _ in 0..TRIES {
            let answer = calls(&self.stage, request.clone()).await;
            match answer {
                Some(answer) if answer.status < 500 && answer.status != 429 => {
                    return Some(answer);
                }
                Some(_) | None => self.stage.sleep(self.dice.seconds(30, 1800)).await,
            }
        }
        None
    }

    fn withdraws_beside(&self, maker: &str, id: &str) {
        let request = Request::post(maker, &format!("/v1/batches/{id}/withdraw"), Vec::new());
        let (stage, wait) = (Arc::clone(&self.stage), self.dice.seconds(0, 900));
        self.stage.spawn(Side::Outside, async move {
            stage.sleep(wait).await;
            calls(&stage, request).await;
        });
    }

    /// The same wages under another number.
    fn pays_elsewhere(&self, sheet: &Sheet) {
        let other = Sheet {
            batch_no: format!("{}-E{}", sheet.batch_no, self.dice.below(1000)),
            // Fifteen digits have no check digit that could be wrong.
            is_old_spelling: self.dice.one_in(3) && !sheet.is_flawed(),
            project: match self.dice.below(4) {
                0 => None,
                1 => Some("330110202611000001".to_owned()),
                _ => sheet.project.clone(),
            },
            ..sheet.clone()
        };
        begin(self, other, DEPTH_MAX, 30 * 3600);
    }

    async fn approves(&self, maker: &str, taken: &Taken) {
        let path = format!("/v1/batches/{}/approve", taken.id);
        let Some(checker) = self.dice.pick_of(&self.employer.checkers) else {
            return;
        };
        self.stage.sleep(self.dice.seconds(1, 3600)).await;
        let batch = Request::get(&checker, &format!("/v1/batches/{}", taken.id));
        let Some(seen) = self.insists(batch).await else {
            return;
        };
        let seen: Value = serde_json::from_slice(&seen.body).unwrap_or_default();
        let body = json!({
            "digest": taken.digest,
            "line_count": taken.line_count,
            "total_fen": taken.total_fen,
            "acknowledged": taken.must_acknowledge,
            "as_of": seen.pointer("/other_payments/as_of"),
        });
        if self.strikes(FaultKind::ApprovedByMaker, 5) {
            let who = self.maker_again(maker);
            let request = Request::post(&who, &path, body.to_string().into_bytes());
            calls(&self.stage, request).await;
        }
        if self.strikes(FaultKind::ApprovedStale, 5) {
            let stale = self.stale(&body);
            let request = Request::post(&checker, &path, stale.to_string().into_bytes());
            calls(&self.stage, request).await;
        }
        let request = Request::post(&checker, &path, body.to_string().into_bytes());
        self.insists(request).await;
    }

    /// The maker by the certificate that submitted, by one that spells the name in another way, or
    /// by the system's.
    fn maker_again(&self, maker: &str) -> String {
        let system = maker.split(":person:").next().unwrap_or_default();
        match self.dice.below(3) {
            0 => format!("{system}:person:MAKER"),
            1 => system.to_owned(),
            _ => maker.to_owned(),
        }
    }

    /// An approval of something else than was submitted, or without what must be acknowledged.
    fn stale(&self, body: &Value) -> Value {
        let other = [
            ("digest", json!(crate::sha256_hex(b"another file"))),
            ("line_count", json!(77)),
            ("total_fen", json!(1)),
            ("acknowledged", json!([])),
            ("as_of", Value::Null),
        ];
        let at = usize::try_from(self.dice.below(5)).unwrap_or_default();
        let mut stale = body.clone();
        if let (Some(members), Some((name, value))) = (stale.as_object_mut(), other.get(at)) {
            members.insert((*name).to_owned(), value.clone());
        }
        stale
    }

    /// Looks until the batch has ended. False where nobody waits any longer.
    async fn waits(&self, maker: &str, sheet: &Sheet, id: &str) -> bool {
        let mut is_impatient = self.dice.one_in(3);
        for _ in 0..LOOKS {
            self.stage.sleep(self.dice.seconds(1800, 4 * 3600)).await;
            let request = Request::get(maker, &format!("/v1/batches/{id}"));
            let Some(answer) = calls(&self.stage, request).await else {
                continue;
            };
            let view: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            // Nobody knows what became of a wage: whoever waits for it wants it paid at last.
            let is_unknown = view.pointer("/states/unknown/count").is_some();
            if is_unknown && is_impatient && self.strikes(FaultKind::WageElsewhere, 2) {
                is_impatient = false;
                let number = format!("{}-U{}", sheet.batch_no, self.dice.below(1000));
                let again = Sheet {
                    batch_no: number,
                    ..sheet.clone()
                };
                begin(self, again, DEPTH_MAX, 600);
            }
            match view.get("state").and_then(Value::as_str) {
                Some("settled") => return true,
                Some("withdrawn" | "held") => return false,
                Some(_) | None => {}
            }
        }
        false
    }

    /// Corrects what failed or came back, sometimes twice at once.
    async fn corrects(&self, maker: &str, sheet: &Sheet, id: &str, depth: u32) {
        let request = Request::get(maker, &format!("/v1/batches/{id}/lines?limit=1000"));
        let Some(answer) = self.insists(request).await else {
            return;
        };
        let page: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let lines = page.get("lines").and_then(Value::as_array);
        let mut wages = Vec::new();
        for line in lines.into_iter().flatten() {
            let text = |name: &str| line.get(name).and_then(Value::as_str);
            let came_back = matches!(text("state"), Some("failed" | "returned"));
            let number = line
                .get("line_no")
                .and_then(Value::as_u64)
                .unwrap_or_default();
            let at = usize::try_from(number).unwrap_or_default().wrapping_sub(1);
            if let Some(wage) = sheet.wages.get(at).filter(|_| came_back) {
                let mut wage = wage.clone();
                wage.corrects = text("payment_id").map(str::to_owned);
                wages.push(wage);
            }
        }
        if wages.is_empty() {
            return;
        }
        let correction = |number: u32| Sheet {
            batch_no: format!("{}-C{number}", sheet.batch_no),
            policy: "all_or_nothing",
            wages: wages.clone(),
            ..sheet.clone()
        };
        if self.strikes(FaultKind::CorrectionRace, 2) {
            begin(self, correction(2), depth + 1, 5);
            begin(self, correction(1), depth + 1, 5);
        } else {
            begin(self, correction(1), depth + 1, 3600);
        }
    }
}

/// The batch of a receipt.
fn taken(answer: &Answer) -> Option<Taken> {
    if !matches!(answer.status, 200 | 202) {
        return None;
    }
    let receipt: Value = serde_json::from_slice(&answer.body).ok()?;
    let codes = receipt.get("must_acknowledge").and_then(Value::as_array);
    Some(Taken {
        id: receipt.get("batch_id")?.as_str()?.to_owned(),
        digest: receipt.get("digest")?.clone(),
        line_count: receipt.get("line_count")?.clone(),
        total_fen: receipt.get("total_fen")?.clone(),
        must_acknowledge: codes.cloned().unwrap_or_default(),
    })
}
