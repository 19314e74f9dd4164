//! A proof made by the gateway is checked by the program without the gateway, and by a verifier in
//! Python that shares no code with it; what was changed holds for neither.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;
mod command_kit;

use api_kit::{Kit, own, person, system};
use command_kit::run;
use gateway::proof::check::{self, Fault};
use gateway::proof::document::{ConsistencyProof, PaymentProof};
use gateway::proof::note::VerifierKey;
use journal::disk::Disk as _;
use schemas::LineEvent;
use schemas::value::BatchId;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const BANK: &str = "urn:anxin:bank:ICBC";
const REGULATOR: &str = "urn:anxin:regulator:330100:person:chen";

/// Hash and key of RFC 8032's first test vector under the log's name, made by the C2SP text.
const STRANGER: &str = "28c414f3+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";

/// How the verifier in Python ended, and what it said.
fn python(arguments: &[&str]) -> (bool, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/journal/verify_proof.py");
    let mut command = Command::new("python3");
    let output = command
        .arg("-B")
        .arg(script)
        .args(arguments)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

fn key(kit: &Kit) -> VerifierKey {
    kit.app.log.verifier_key()
}

async fn proof(kit: &Kit, caller: &str, id: BatchId, row: u32) -> PaymentProof {
    let path = format!("/v1/payments/{id}.{row}/proof");
    let reply = kit.get(caller, &path).await.expect(200);
    serde_json::from_slice(&reply.body).unwrap()
}

fn faults(proof: &PaymentProof, key: &VerifierKey) -> Vec<Fault> {
    check::payment(proof, std::slice::from_ref(key)).faults
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_is_checked_offline_by_two_programs() {
    let kit = Kit::start().await;
    let steps = [
        LineEvent::Pay,
        LineEvent::Fail,
        LineEvent::Return,
        LineEvent::LoseTrack,
        LineEvent::Accept,
    ];
    let id = kit.with_outcomes(own(), "GZ-1", &steps).await;
    let folder = Folder::new();
    let vkey = folder.write("vkey", &format!("{}\n", key(&kit)));
    for (row, state) in (1..).zip(["paid", "failed", "returned", "unknown", "accepted"]) {
        for caller in [&system(own()), BANK, REGULATOR] {
            let path = format!("/v1/payments/{id}.{row}/proof");
            let reply = kit.get(caller, &path).await.expect(200);
            let file = folder.write("proof.json", &reply.text());
            let ended = run(&["proof", "verify", &file, "--key", &vkey, "--json"]);
            assert_eq!(ended.code, 0, "{ended:?}");
            let told = ended.document();
            assert_eq!(
                (&told["proved"], &told["state"]),
                (&Value::Bool(true), &state.into())
            );
            let (holds, said) = python(&["proof", &file, &vkey]);
            assert!(
                holds && said.contains(&format!("{id}.{row} {state}")),
                "{said}"
            );
            // The amount is that of the file's line.
            let payment = kit
                .get(caller, &format!("/v1/payments/{id}.{row}"))
                .await
                .expect(200);
            assert_eq!(told["amount_fen"], payment.json()["amount_fen"]);
        }
    }
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_tells_of_its_own_line_and_of_nobody() {
    let kit = Kit::start().await;
    let id = kit.with_outcomes(own(), "GZ-1", &[LineEvent::Pay; 3]).await;
    let digest = kit.core.desk().batch(id).unwrap().head.digest.clone();
    for caller in [&system(own()), BANK, REGULATOR] {
        let proof = proof(&kit, caller, id, 2).await;
        let shown = proof.records.iter().flat_map(|record| &record.shown);
        let shown: Vec<&str> = shown.map(|piece| piece.text.as_str()).collect();
        let count = |start: &str| shown.iter().filter(|text| text.starts_with(start)).count();
        assert_eq!(
            (count("row="), count("lines[]="), count("moves[]=")),
            (1, 1, 1)
        );
        assert!(
            shown.contains(&"lines[]=2") && count("row=02000000") == 1,
            "{shown:?}"
        );
        // Digests of files and messages are such that a name can be guessed by them.
        for hidden in ["digest=", "total_fen=", "line_count=", "signature="] {
            assert_eq!(count(hidden), 0, "{hidden} to {caller}");
        }
        let text = serde_json::to_string(&proof).unwrap();
        assert!(!text.contains(&digest));
        let names_a_person = text.contains(":person:") || text.contains("person=");
        assert_eq!(names_a_person, caller != BANK, "{caller}");
    }
    kit.get(
        &person(api_kit::other(), "zhao"),
        &format!("/v1/payments/{id}.2/proof"),
    )
    .await
    .expect(404);
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_changed_byte_goes_unnoticed() {
    let kit = Kit::start().await;
    let id = kit.released(own(), "GZ-1", 2).await;
    let proof = proof(&kit, &system(own()), id, 1).await;
    let key = key(&kit);
    assert_eq!(faults(&proof, &key), []);
    let bytes = serde_json::to_vec(&proof).unwrap();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        if let Ok(other) = serde_json::from_slice::<PaymentProof>(&changed) {
            let same = other == proof;
            assert!(same || !faults(&other, &key).is_empty(), "byte {at}");
        }
    }
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_out_put_elsewhere_or_of_another_log_does_not_hold() {
    let (kit, other) = (Kit::start().await, Kit::start().await);
    let id = kit
        .with_outcomes(own(), "GZ-1", &[LineEvent::Pay, LineEvent::Fail])
        .await;
    let key = key(&kit);
    let proof_of = |row| proof(&kit, REGULATOR, id, row);
    let (one, two) = (proof_of(1).await, proof_of(2).await);
    // Without its last record the line is not paid, and without its first there is no amount.
    let mut short = one.clone();
    short.records.pop();
    assert_eq!(faults(&short, &key), [Fault::State]);
    let mut headless = one.clone();
    headless.records.remove(0);
    assert!(faults(&headless, &key).contains(&Fault::Amount));
    let mut turned = one.clone();
    turned.records.reverse();
    assert!(!faults(&turned, &key).is_empty());
    // Another line's outcome, and another line's number.
    let mut foreign = two.clone();
    foreign.records.pop();
    foreign.records.extend(one.records.last().cloned());
    assert!(!faults(&foreign, &key).is_empty());
    let renamed = PaymentProof {
        payment_id: one.payment_id.clone(),
        ..two.clone()
    };
    assert!(!faults(&renamed, &key).is_empty());
    // Another log, which names itself the same.
    let stranger = other
        .with_outcomes(own(), "GZ-1", &[LineEvent::Fail; 2])
        .await;
    let theirs = proof(&other, REGULATOR, stranger, 1).await;
    let grafted = PaymentProof {
        checkpoint: theirs.checkpoint,
        ..one.clone()
    };
    assert!(!faults(&grafted, &key).is_empty());
    let unknown = certs::sign::generate(
        certs::algorithm::Algorithm::Ed25519,
        certs::sign::KeyId::new("other").unwrap(),
        &certs::random::SeededRandom::new(99),
    );
    let unknown = VerifierKey::of("test/log", unknown.unwrap().1.public_key());
    assert_eq!(faults(&one, &unknown)[0], Fault::Signature);
    let folder = Folder::new();
    let file = folder.write("proof.json", &serde_json::to_string(&grafted).unwrap());
    let ended = run(&[
        "proof",
        "verify",
        &file,
        "--key",
        &key.to_string(),
        "--lang",
        "en",
    ]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(
        ended.stdout.contains("the proof does not hold"),
        "{ended:?}"
    );
    assert!(!python(&["proof", &file, &key.to_string()]).0);
    // Nobody vouches for the root of a proof alone.
    let file = folder.write("proof.json", &serde_json::to_string(&one).unwrap());
    let ended = run(&["proof", "verify", &file, "--json"]);
    assert_eq!(ended.document()["faults"][0]["code"], "not_anchored");
    assert_eq!(ended.code, 1);
    kit.stop().await;
    other.stop().await;
}

/// What came after a checkpoint anybody can write behind it: only a key vouches for that.
fn newer_needs_a_key(newer: &str, anchored: &[&str], key: &str, from: u64) {
    let verified = |more: &[&str]| run(&[&["proof", "verify", newer, "--json"], more].concat());
    let unsigned = verified(anchored);
    let fault = &unsigned.document()["faults"][0];
    assert_eq!(
        (unsigned.code, &fault["code"]),
        (1, &"newer_than_checkpoint".into())
    );
    assert!(fault["record"].as_u64() > Some(from));
    let other = "anxin-gateway/journal+".to_owned() + STRANGER;
    let signed = [anchored, &["--key", &other, "--key", key]].concat();
    assert_eq!(verified(&signed).code, 0);
    let strange = verified(&[anchored, &["--key", &other]].concat());
    assert_eq!(strange.document()["faults"][0]["code"], "signature");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_checkpoint_continues_an_older_one_and_no_fork_does() {
    let kit = Kit::start().await;
    let first = kit.with_outcomes(own(), "GZ-1", &[LineEvent::Pay]).await;
    let old = kit.get(BANK, "/v1/checkpoint").await.expect(200);
    assert!(old.header("content-type").starts_with("text/plain"));
    let old = old.text();
    let from: u64 = old.lines().nth(1).unwrap().parse().unwrap();
    assert_eq!(from, kit.core.journal().durable());
    let second = kit.with_outcomes(own(), "GZ-22", &[LineEvent::Fail]).await;
    let to = kit.core.journal().commit().unwrap();
    let path = format!("/v1/consistency?from={from}&to={to}");
    let reply = kit.get(REGULATOR, &path).await.expect(200);
    let between: ConsistencyProof = serde_json::from_slice(&reply.body).unwrap();
    let folder = Folder::new();
    let (key, old_file) = (key(&kit).to_string(), folder.write("old", &old));
    let new_file = folder.write("new", &between.checkpoint);
    let proof_file = folder.write("consistency.json", &reply.text());
    let arguments = ["proof", "consistency"];
    let arguments = [&arguments[..], &["--old", &old_file, "--new", &new_file]].concat();
    let rest = ["--proof", &proof_file, "--key", &key];
    let ended = run(&[&arguments[..], &rest].concat());
    assert_eq!(ended.code, 0, "{ended:?}");
    let (holds, said) = python(&["consistency", &old_file, &new_file, &proof_file, &key]);
    assert!(holds, "{said}");
    // A payment's proof of today by the checkpoint of a year ago, without any key.
    let later = proof(&kit, REGULATOR, first, 1).await;
    assert_eq!(later.checkpoint, between.checkpoint);
    let payment = folder.write("proof.json", &serde_json::to_string(&later).unwrap());
    let anchored = ["--checkpoint", &old_file, "--consistency", &proof_file];
    let ended = run(&[&["proof", "verify", &payment][..], &anchored].concat());
    assert_eq!(ended.code, 0, "{ended:?}");
    let newer = proof(&kit, REGULATOR, second, 1).await;
    let newer = folder.write("newer.json", &serde_json::to_string(&newer).unwrap());
    newer_needs_a_key(&newer, &anchored, &key, from);
    // Every log begins with the empty one (RFC 6962 section 2.1: its root is that of no bytes).
    let nothing = "anxin-gateway/journal\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n";
    let nothing = folder.write(
        "nothing",
        &format!("{nothing}{}\n", old.lines().last().unwrap()),
    );
    let ended = run(&[
        "proof",
        "verify",
        &payment,
        "--checkpoint",
        &nothing,
        "--json",
    ]);
    assert_eq!(
        (ended.code, ended.document()["proved"].as_bool()),
        (1, Some(false))
    );
    // The proof is asked for where it is missing, and nobody is accused.
    let ended = run(&[&arguments[..], &["--key", &key, "--json"]].concat());
    assert_eq!(ended.document()["faults"][0]["code"], "consistency_missing");
    let mut wrong = between;
    let mut digits = wrong.proof[0].clone().into_bytes();
    digits[0] = if digits[0] == b'0' { b'1' } else { b'0' };
    wrong.proof[0] = String::from_utf8(digits).unwrap();
    let wrong = folder.write("wrong.json", &serde_json::to_string(&wrong).unwrap());
    let rest = ["--proof", &wrong, "--key", &key];
    assert_eq!(run(&[&arguments[..], &rest].concat()).code, 1);
    assert!(!python(&["consistency", &old_file, &new_file, &wrong, &key]).0);
    for query in ["", "?from=0", "?from=9&to=8"] {
        let path = format!("/v1/consistency{query}");
        kit.get(BANK, &path).await.expect(400);
    }
    kit.stop().await;
}

/// What a caller may not see is answered as what is not there, to the word; the price of a question
/// does not follow the numbers in it, and none makes the gateway sign.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_learn_nothing_by_proofs_and_huge_numbers_cost_nothing() {
    let kit = Kit::start().await;
    let id = kit.with_outcomes(own(), "GZ-1", &[LineEvent::Pay]).await;
    let none = format!("/v1/payments/{id}.999/proof");
    let there = format!("/v1/payments/{id}.1/proof");
    for caller in [
        &system(api_kit::other()),
        "urn:anxin:bank:CCB",
        "urn:anxin:regulator:330200:person:chen",
    ] {
        let text = |reply: api_kit::Reply, path: &str| reply.text().replace(path, "");
        let hidden = kit.get(caller, &there).await.expect(404);
        let absent = kit.get(caller, &none).await.expect(404);
        assert_eq!(text(hidden, &there), text(absent, &none), "{caller}");
    }
    kit.get(BANK, "/v1/checkpoint").await.expect(200);
    let kept = || kit.disk.bytes(Path::new("/data/checkpoints/kept"));
    let before = kept().unwrap();
    let (most, half) = (u64::MAX, 1u64 << 63);
    for question in [
        format!("from=1&to={most}"),
        format!("from={most}&to={most}"),
        format!("from={half}"),
        format!("from=1&to={half}"),
        "from=1&to=99999999999999999999999".to_owned(),
        "from=1&to=-1".to_owned(),
        "from=2&to=1".to_owned(),
    ] {
        for _ in 0..3 {
            let path = format!("/v1/consistency?{question}");
            kit.get(BANK, &path).await.expect(400);
        }
    }
    assert_eq!(kept().unwrap(), before, "nothing was signed");
    kit.stop().await;
}

/// The journal in memory as files.
fn on_disk(kit: &Kit, folder: &Path) -> PathBuf {
    let (from, to) = (Path::new("/data/journal"), folder.join("journal"));
    std::fs::create_dir_all(&to).unwrap();
    for name in kit.disk.list(from).unwrap() {
        let file = kit.disk.open_read(&from.join(&name)).unwrap();
        let mut bytes = vec![0; file.len().unwrap() as usize];
        assert_eq!(file.read_at(0, &mut bytes).unwrap(), bytes.len());
        std::fs::write(to.join(name), bytes).unwrap();
    }
    to
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_gets_the_same_root_from_the_journal() {
    let kit = Kit::start().await;
    kit.with_outcomes(own(), "GZ-1", &[LineEvent::Pay; 40])
        .await;
    let size = kit.core.journal().commit().unwrap();
    let core = &kit.core;
    let signed = kit
        .app
        .log
        .checkpoint(core.journal(), size, core.now_ms())
        .unwrap();
    assert_eq!(signed.checkpoint.size, size);
    let folder = tempfile::tempdir().unwrap();
    let journal = on_disk(&kit, folder.path());
    let (holds, said) = python(&["root", journal.to_str().unwrap(), &size.to_string()]);
    let root = gateway::hex(&signed.checkpoint.root);
    assert!(
        holds && said.trim() == format!("{size} {root}"),
        "{said} is not {root}"
    );
    kit.stop().await;
}
