//! What is left out of a genuine proof, a record or a piece, makes no other state: for the program
//! as little as for the verifier in Python.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;
mod command_kit;

use api_kit::{Kit, own, system, wage_file};
use command_kit::run;
use gateway::event::{Dispute, Event, Move, Origin};
use gateway::proof::check::{self, Fault};
use gateway::proof::document::{PaymentProof, RecordProof, bytes};
use gateway::proof::telling::Untold;
use journal::chain::Hash;
use journal::tree::leaf::Salted;
use journal::tree::node_hash;
use schemas::LineEvent;
use schemas::value::{BatchId, PaymentId};
use serde_json::json;
use std::path::Path;
use std::process::Command;

const LI: &str = "urn:anxin:operator:ops:person:li";
const WANG: &str = "urn:anxin:operator:ops:person:wang";

async fn proof(kit: &Kit, id: BatchId, row: u32) -> PaymentProof {
    let path = format!("/v1/payments/{id}.{row}/proof");
    let reply = kit.get(&system(own()), &path).await.expect(200);
    serde_json::from_slice(&reply.body).unwrap()
}

/// What the program and the verifier in Python say; they agree.
fn faults(kit: &Kit, proof: &PaymentProof) -> Vec<Fault> {
    let key = kit.app.log.verifier_key();
    let faults = check::payment(proof, std::slice::from_ref(&key)).faults;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("proof.json");
    std::fs::write(&file, serde_json::to_string(proof).unwrap()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/journal/verify_proof.py");
    let mut python = Command::new("python3");
    let python = python.arg("-B").arg(script).arg("proof").arg(&file);
    let said = python.arg(key.to_string()).output().unwrap();
    assert_eq!(said.status.success(), faults.is_empty(), "{said:?}");
    faults
}

/// Pieces of a record as a tree: what is shown of a subtree leads to its hash.
struct Closing<'a> {
    record: &'a RecordProof,
    hidden: std::slice::Iter<'a, String>,
    close: u32,
}

impl Closing<'_> {
    /// The hash of a subtree, what stands for it in `hidden`, and whether something of it is still
    /// shown.
    fn walk(&mut self, from: u32, count: u32) -> (Hash, Vec<Hash>, bool) {
        let shown = &self.record.shown;
        let of_here = |number: u32| (from..from + count).contains(&number);
        if !shown.iter().any(|piece| of_here(piece.number)) {
            let hash = bytes(self.hidden.next().unwrap()).unwrap();
            return (hash, vec![hash], false);
        }
        if count == 1 {
            let piece = shown.iter().find(|piece| piece.number == from).unwrap();
            let (salt, text) = (bytes(&piece.salt).unwrap(), piece.text.clone());
            let hash = Salted { salt, text }.hash();
            let is_closed = from == self.close;
            let stands = is_closed.then_some(hash).into_iter().collect();
            return (hash, stands, !is_closed);
        }
        let left = 1 << (u32::BITS - 1 - (count - 1).leading_zeros());
        let (one, mut stand, any) = self.walk(from, left);
        let (other, rest, more) = self.walk(from + left, count - left);
        let hash = node_hash(&one, &other);
        if !any && !more {
            return (hash, vec![hash], false);
        }
        stand.extend(rest);
        (hash, stand, true)
    }
}

/// The record with one more piece closed, as anybody can who has the proof.
fn closed(record: &RecordProof, number: u32) -> RecordProof {
    let mut closing = Closing {
        record,
        hidden: record.hidden.iter(),
        close: number,
    };
    let (_, hidden, _) = closing.walk(0, record.pieces);
    let mut other = record.clone();
    other.shown.retain(|piece| piece.number != number);
    other.hidden = hidden.iter().map(|hash| gateway::hex(hash)).collect();
    assert_eq!(other.leaf(), record.leaf(), "the leaf is genuine");
    other
}

/// Every proof with one piece closed, or one record left out, claims no other state than the
/// genuine one. Those in which states came one after the other may end early: that is said.
fn proves_no_other(kit: &Kit, genuine: &PaymentProof, earlier: &[(&str, bool)]) {
    assert_eq!(faults(kit, genuine), []);
    let states = [
        "held", "released", "intended", "accepted", "unknown", "paid", "failed",
    ];
    let states = states.into_iter().chain(["returned", "refused"]);
    let claims: Vec<_> = states
        .flat_map(|state| [(state, false), (state, true)])
        .collect();
    let mut left: Vec<PaymentProof> = Vec::new();
    for (at, record) in genuine.records.iter().enumerate() {
        let mut without = genuine.clone();
        without.records.remove(at);
        left.push(without);
        for piece in &record.shown {
            let mut hiding = genuine.clone();
            hiding.records[at] = closed(record, piece.number);
            left.push(hiding);
        }
    }
    let key = kit.app.log.verifier_key();
    for other in left {
        for (state, disputed) in &claims {
            let claim = PaymentProof {
                state: (*state).to_owned(),
                disputed: *disputed,
                ..other.clone()
            };
            let holds = check::payment(&claim, std::slice::from_ref(&key))
                .faults
                .is_empty();
            let is_own = (*state, *disputed) == (genuine.state.as_str(), genuine.disputed);
            let is_earlier = earlier.contains(&(*state, *disputed));
            assert!(!holds || is_own || is_earlier, "{state} {disputed}");
        }
    }
}

async fn resolve(kit: &Kit, path: &str, seen: &serde_json::Value) {
    let (paid, failed) = ("aa".repeat(32), "bb".repeat(32));
    let propose = async |outcome: &str, reason: Option<&str>, digest: &str| {
        let mut proposal = seen.clone();
        proposal["outcome"] = outcome.into();
        proposal["words"] = "银行书面回函".into();
        proposal["evidence_digest"] = digest.into();
        if let Some(reason) = reason {
            proposal["reason"] = reason.into();
        }
        let reply = kit.post(LI, path, proposal.to_string()).await;
        reply.expect(200);
    };
    propose("paid", None, &paid).await;
    propose("failed", Some("refused_by_bank"), &failed).await;
    let mut confirming = seen.clone();
    confirming["evidence_digest"] = failed.into();
    let confirm = format!("{path}/confirm");
    let reply = kit.post(WANG, &confirm, confirming.to_string()).await;
    reply.expect(200);
}

/// A resolution of a line, and one of a whole file: `failed` is not proved as `paid` by the
/// proposal that was replaced.
#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_proposal_is_not_taken_for_the_one_confirmed() {
    let kit = Kit::start().await;
    let lost = [LineEvent::LoseTrack];
    let one = kit.with_outcomes(own(), "GZ-1", &lost).await;
    let path = format!("/v1/payments/{one}.1/resolution");
    resolve(&kit, &path, &json!({})).await;
    let two = kit.with_outcomes(own(), "GZ-22", &lost).await;
    let file_no = kit.core.desk().batch(two).unwrap().files[0];
    let total_fen = kit.core.desk().batch(two).unwrap().head.total_fen;
    let path = format!("/v1/batches/{two}/files/{file_no}/resolution");
    let seen = json!({ "line_count": 1, "total_fen": total_fen });
    resolve(&kit, &path, &seen).await;
    for id in [one, two] {
        let genuine = proof(&kit, id, 1).await;
        assert_eq!(genuine.state, "failed");
        let mut forged = genuine.clone();
        let replaced = |record: &RecordProof| {
            let mut texts = record.shown.iter().map(|piece| piece.text.as_str());
            texts.any(|text| text == "outcome=\"resolve_failed\"")
                && !record
                    .shown
                    .iter()
                    .any(|piece| piece.text.starts_with("proposal="))
        };
        let at = forged.records.iter().position(replaced).unwrap();
        forged.records.remove(at);
        forged.state = "paid".to_owned();
        let confirmed = forged.records.last().unwrap().sequence;
        let told = Fault::Told(confirmed, Untold::OtherProposal);
        assert!(faults(&kit, &forged).contains(&told));
        proves_no_other(&kit, &genuine, &[("unknown", false)]);
    }
    kit.stop().await;
}

fn step(index: u32, event: LineEvent) -> Move {
    Move {
        index,
        event,
        reason: None,
        detail: None,
        bank_code: None,
        reported_fen: None,
        of_line: 0,
    }
}

/// What a bank's result says of a file.
fn told(file_no: u64, moves: Vec<Move>, disputes: Vec<(u32, Dispute, Move)>) -> Event {
    Event::Outcomes {
        file_no,
        origin: Origin::Result,
        message: None,
        why: None,
        is_final: false,
        moves,
        disputes,
    }
}

/// Paid, disputed, returned: who hands the proof on leaves the dispute out. What is left holds, and
/// the verdict says that nothing excludes it.
#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_left_out_in_between_is_what_the_verdict_does_not_exclude() {
    let kit = Kit::start().await;
    let id = kit.with_outcomes(own(), "GZ-1", &[LineEvent::Pay]).await;
    let file_no = kit.core.desk().batch(id).unwrap().files[0];
    let doubt = step(1, LineEvent::Fail);
    let dispute = (1, Dispute::ResultContradiction, doubt);
    let disputed = kit.record(told(file_no, Vec::new(), vec![dispute]));
    kit.record(told(file_no, vec![step(1, LineEvent::Return)], Vec::new()));
    let genuine = proof(&kit, id, 1).await;
    assert_eq!(
        (genuine.state.as_str(), genuine.disputed),
        ("returned", true)
    );
    let mut shortened = genuine.clone();
    shortened.records.retain(|one| one.sequence != disputed);
    shortened.disputed = false;
    assert_eq!(shortened.records.len() + 1, genuine.records.len());
    assert_eq!(faults(&kit, &shortened), []);
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let file = write("proof.json", serde_json::to_string(&shortened).unwrap());
    let key = write("vkey", format!("{}\n", kit.app.log.verifier_key()));
    for (lang, not_said) in [
        ("zh", "不证明其间没有略去记录(例如争议)"),
        (
            "en",
            "does not say that no record was left out in between (a dispute, for example)",
        ),
    ] {
        let words = ["proof", "verify", &file, "--key", &key, "--lang", lang];
        let ended = run(&words);
        assert_eq!(ended.code, 0, "{ended:?}");
        assert!(ended.stdout.contains(not_said), "{ended:?}");
    }
    kit.stop().await;
}

/// A record that says three things of a line shows them all.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_step_or_dispute_makes_no_other_state() {
    let kit = Kit::start().await;
    let id = kit.released(own(), "GZ-1", 3).await;
    let file_no = kit.instruct(id, 3);
    let moves = vec![
        step(1, LineEvent::Pay),
        step(2, LineEvent::Pay),
        step(2, LineEvent::Return),
        step(3, LineEvent::Accept),
    ];
    let doubt = step(2, LineEvent::Fail);
    let disputes = vec![(2, Dispute::ResultContradiction, doubt)];
    kit.record(told(file_no, moves, disputes));
    let genuine = proof(&kit, id, 2).await;
    assert_eq!(
        (genuine.state.as_str(), genuine.disputed),
        ("returned", true)
    );
    proves_no_other(&kit, &genuine, &[("intended", false)]);
    let record = genuine.records.last().unwrap();
    let last = |name: &str| {
        let mut shown = record.shown.iter().rev();
        shown
            .find(|piece| piece.text.starts_with(name))
            .unwrap()
            .number
    };
    for piece in [last("moves[]="), last("disputes[]=")] {
        let mut forged = genuine.clone();
        *forged.records.last_mut().unwrap() = closed(record, piece);
        let told = Fault::Told(record.sequence, Untold::Incomplete);
        assert!(faults(&kit, &forged).contains(&told));
    }
    for (row, state) in [(1, "paid"), (3, "accepted")] {
        let other = proof(&kit, id, row).await;
        assert_eq!((other.state.as_str(), other.disputed), (state, false));
        assert_eq!(faults(&kit, &other), []);
    }
    kit.stop().await;
}

/// A line that was refused when the file closed, and one between two of them that was not.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_row_of_the_lines_refused_late_makes_no_other_state() {
    let kit = Kit::start().await;
    let employer = system(own());
    // The wages of lines 1, 2 and 4 of the file below are on their way: it without its third line.
    let four = wage_file(own(), "GZ-1", "ICBC", 4, 100);
    let rows = four
        .split_inclusive("\r\n")
        .filter(|row| !row.starts_with("3,"));
    let three = rows.collect::<String>().replace("\r\n4,", "\r\n3,");
    let three = three
        .replace("总笔数,4", "总笔数,3")
        .replace("4000.10", "3000.07");
    kit.submit(&employer, &three).await.expect(202);
    let csv = wage_file(own(), "GZ-3", "ICBC", 6, 100);
    let path = "/v1/batches?policy=good_lines";
    let reply = kit.call(&employer, "POST", path, &[], csv).await;
    let id = reply.expect(202).json()["batch_id"].clone();
    let id = BatchId::parse(id.as_str().unwrap()).unwrap();
    let late = kit.core.desk().batch(id).unwrap().head.refused_late.clone();
    assert_eq!(late, [1, 2, 4]);
    for row in 1..=6 {
        let genuine = proof(&kit, id, row).await;
        let is_refused = late.contains(&row);
        let state = ["held", "refused"][usize::from(is_refused)];
        assert_eq!(genuine.state, state, "line {row}");
        proves_no_other(&kit, &genuine, &[]);
        // Of others no more than the row of a neighbour.
        let shown = genuine.records.iter().flat_map(|record| &record.shown);
        let shown = shown.filter(|piece| piece.text.starts_with("refused_late[]="));
        let shown: Vec<&str> = shown
            .map(|piece| &piece.text["refused_late[]=".len()..])
            .collect();
        let expected: &[&str] = match row {
            1 => &["1"],
            2 => &["2"],
            3 => &["2", "4"],
            _ => &["4"],
        };
        assert_eq!(shown, expected, "line {row}");
    }
    kit.stop().await;
}

/// A confirmation of an earlier version does not name its proposal: the answer says so, and names
/// the record. The lines beside it are proved as ever.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_version_left_unsaid_is_no_proof_and_no_fault_of_ours() {
    let kit = Kit::start().await;
    let id = kit
        .with_outcomes(own(), "GZ-1", &[LineEvent::LoseTrack, LineEvent::Pay])
        .await;
    let payment = PaymentId { batch: id, row: 1 };
    kit.record(Event::ResolutionProposed {
        payment,
        outcome: LineEvent::ResolvePaid,
        reason: None,
        evidence_digest: "aa".repeat(32),
        operator: LI.to_owned(),
    });
    let confirmed = kit.record(Event::ResolutionConfirmed {
        payment,
        proposal: None,
        outcome: None,
        evidence_digest: "aa".repeat(32),
        operator: WANG.to_owned(),
    });
    let path = format!("/v1/payments/{payment}/proof");
    let problem = kit.get(&system(own()), &path).await.expect(409).json();
    assert_eq!(problem["sequence"], confirmed);
    assert_eq!(problem["status"], 409);
    let path = format!("/v1/payments/{payment}");
    let line = kit.get(&system(own()), &path).await.expect(200).json();
    assert_eq!(line["state"], "paid");
    assert_eq!(faults(&kit, &proof(&kit, id, 2).await), []);
    kit.stop().await;
}
