//! WeChat Pay's signatures in headers, with true keys and openssl at the other end: the files of
//! `vectors/wechat` are openssl's, made by `make.sh` there, where the commands stand.

use adapters::exchange::{AsOf, Crypto, Next, Outcome, Outgoing, Reply, Wire};
use adapters::wire::headers::fronted;
use adapters::{BankAdapter, ConnectionValues};
use base64::Engine as _;
use certs::algorithm::Algorithm;
use certs::random::SeededRandom;
use certs::sign::{KeyId, PublicKey, signer_from_pem};
use gateway::clock::{Clock, ManualClock};
use gateway::keys::BankKeys;
use gateway::outcome::{MessageKind, finish_interrupted, read_again, receive};
use schemas::value::Purpose;
use schemas::{FailureReason, LineState};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Played, row};
use tests::desk::Desk;
use tests::dialects::every_dialect;
use tests::orders::{order, query};
use tests::stories::at_bank_speaking;

fn path(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    folder.join("tests/money/vectors/wechat").join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap()
}

fn adapter() -> &'static BankAdapter {
    let mut all = every_dialect().into_iter();
    all.find(|own| own.dialect() == "wechat_payroll").unwrap()
}

/// The keys as an installation holds them, at 2026-11-23 09:35:00 +08:00.
fn keys() -> BankKeys {
    let rsa = Algorithm::RsaSha256;
    let id = KeyId::new("merchant").unwrap();
    let signer = signer_from_pem(rsa, id, &text("merchant.pem"), None).unwrap();
    let theirs = PublicKey::from_pem(rsa, &text("wechat.pub.pem"), None).unwrap();
    let moment = time::macros::datetime!(2026-11-23 09:35 +8);
    let connection: ConnectionValues = adapter().example_connection();
    let mut keys = BankKeys {
        key_names: adapter().key_names(&connection),
        random: Some(Arc::new(SeededRandom::new(7))),
        clock: Some(Arc::new(ManualClock::new(moment))),
        ..BankKeys::default()
    };
    keys.signers.insert("signing".to_owned(), signer);
    keys.public_keys.insert("bank".to_owned(), theirs);
    keys
}

fn authorization(message: &Outgoing) -> &str {
    let Wire::Http { headers, .. } = &message.wire else {
        panic!("over HTTP")
    };
    let mut headers = headers.iter();
    let own = headers.find(|(name, _)| name == "Authorization");
    &own.unwrap().1
}

#[test]
fn a_question_is_signed_as_openssl_signs_it() {
    let mut order = order(adapter(), 1);
    order.file_no = 1;
    let question = query(&order, Default::default());
    let Ok(Next::Send(message)) = adapter().query(&question).next(&keys()) else {
        panic!("a question")
    };
    assert_eq!(authorization(&message), text("query.authorization"));
}

/// The answer as it comes, its headers before the body.
fn answer() -> Vec<u8> {
    let headers = text("answer.headers");
    let headers = headers.lines().map(|line| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_owned(), value.as_bytes().to_vec())
    });
    let given: Vec<_> = headers.collect();
    let names: Vec<String> = given.iter().map(|(name, _)| name.clone()).collect();
    fronted(&names, &given, text("answer.json").into_bytes())
}

#[test]
fn what_openssl_signed_is_read_and_nothing_beside_it() {
    let keys = keys();
    let mut order = order(adapter(), 1);
    order.file_no = 1;
    let question = query(&order, Default::default());
    let told = |answer: &[u8]| {
        let mut conversation = adapter().query(&question);
        conversation.next(&keys).unwrap();
        conversation.feed(answer, &keys).ok()?;
        match conversation.next(&keys).unwrap() {
            Next::Done(Reply::Result(result)) => Some(result.lines[0].outcome),
            _ => panic!("a result"),
        }
    };
    let whole = answer();
    let mismatch = Outcome::Failed(FailureReason::NameMismatch);
    assert_eq!(told(&whole), Some(mismatch));
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut changed = whole.clone();
            changed[at] ^= 1 << bit;
            assert_eq!(told(&changed), None, "bit {bit} of byte {at}");
        }
    }
    let at = 1_795_397_700;
    for (moment, read) in [(300, true), (301, false), (-300, true), (-301, false)] {
        let then = AsOf::new(&keys, at + moment);
        assert_eq!(adapter().decode_result(&whole, &then).is_ok(), read);
    }
    let nobody = BankKeys {
        public_keys: Default::default(),
        ..keys.clone()
    };
    assert!(adapter().decode_result(&whole, &nobody).is_err());
}

fn openssl(arguments: &[&str], input: &Path) -> Vec<u8> {
    let ended = Command::new("openssl")
        .args(arguments)
        .arg(input)
        .current_dir(path(""))
        .output()
        .expect("openssl (apt-get install openssl)");
    assert!(ended.status.success(), "{ended:?}");
    ended.stdout
}

/// What openssl makes of our batch: the signature in its header, and each name.
#[test]
fn openssl_verifies_our_batch_and_opens_its_names() {
    let order = order(adapter(), 3);
    let messages = adapter().encode_payment(&order, &keys()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let header = authorization(&messages[0]);
    let said = |name: &str| {
        let (_, rest) = header.split_once(&format!("{name}=\"")).unwrap();
        rest.split_once('"').unwrap().0
    };
    let base64 = base64::prelude::BASE64_STANDARD;
    let signature = base64.decode(said("signature")).unwrap();
    let signature = file("signature", &signature);
    let (at, nonce) = (said("timestamp"), said("nonce_str"));
    assert_eq!(at, "1795397700");
    let head = format!("POST\n/v3/payroll-card/transfer-batches\n{at}\n{nonce}\n");
    let signed = [head.as_bytes(), &messages[0].bytes, b"\n"].concat();
    let signed = file("signed", &signed);
    let key = file(
        "key",
        &openssl(&["pkey", "-pubout", "-in"], Path::new("merchant.pem")),
    );
    let (key, signature) = (key.to_str().unwrap(), signature.to_str().unwrap());
    let verify = ["dgst", "-sha256", "-verify", key, "-signature", signature];
    assert_eq!(openssl(&verify, &signed), b"Verified OK\n");
    let batch: Value = serde_json::from_slice(&messages[0].bytes).unwrap();
    let rows = batch["transfer_detail_list"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    for (row, line) in rows.iter().zip(&order.lines) {
        let sealed = base64.decode(row["user_name"].as_str().unwrap()).unwrap();
        let sealed = file("sealed", &sealed);
        let open = [
            "pkeyutl",
            "-decrypt",
            "-inkey",
            "wechat.pem",
            "-pkeyopt",
            "rsa_padding_mode:oaep",
            "-pkeyopt",
            "rsa_oaep_md:sha1",
            "-in",
        ];
        let name = line.name.reveal(Purpose::Instruction);
        assert_eq!(openssl(&open, &sealed), name.as_bytes());
    }
    // The same seed and moment make the same batch and header.
    let again = adapter().encode_payment(&order, &keys()).unwrap();
    assert_eq!(again, messages);
}

/// The bank's keys on the clock of a desk.
fn on_clock(played: &Played, desk: &Desk) -> BankKeys {
    BankKeys {
        clock: Some(Arc::clone(&desk.clock) as Arc<dyn Clock>),
        ..played.keys().clone()
    }
}

/// A notice is held against the moment at which it came, whenever it is read again.
#[test]
fn a_stored_notice_does_not_grow_old_and_an_old_one_never_counts() {
    let (adapter, kind) = (adapter(), MessageKind::Push);
    let desk = Desk::new(adapter.code());
    let (batch, played) = at_bank_speaking(&desk, adapter, 1);
    let lines = played.memory(|memory| memory.instructed(1)).unwrap();
    let bytes = played.push_bytes(1, vec![row(&lines[0], Outcome::Paid)]);
    let accepted = [LineState::Accepted];
    // Without the key nobody can read it.
    let keyless = BankKeys::default();
    let taken = receive(&desk.core, adapter, &keyless, kind, &bytes).unwrap();
    desk.core.wait_durable(taken.last_sequence).unwrap();
    let again = desk.crash();
    again.clock.advance(Duration::from_secs(3_600));
    let keys = on_clock(&played, &again);
    assert_eq!(again.states(&batch), accepted);
    let with = |_| -> Option<(_, &dyn Crypto)> { Some((adapter, &keys)) };
    assert_eq!(read_again(&again.core, &with).unwrap(), 1);
    assert_eq!(again.states(&batch), [LineState::Paid]);
    let later = receive(&again.core, adapter, &keys, kind, &bytes).unwrap();
    assert!(later.replayed);
    assert_sound(&again.core, "read again");

    // Read, and the process died before it was applied.
    let desk = Desk::new(adapter.code());
    let (batch, played) = at_bank_speaking(&desk, adapter, 1);
    let lines = played.memory(|memory| memory.instructed(1)).unwrap();
    let bytes = played.push_bytes(1, vec![row(&lines[0], Outcome::Paid)]);
    let taken = receive(&desk.core, adapter, played.keys(), kind, &bytes).unwrap();
    desk.core.wait_durable(taken.last_sequence).unwrap();
    let again = desk.crash_after(taken.sequence);
    again.clock.advance(Duration::from_secs(3_600));
    let keys = on_clock(&played, &again);
    assert_eq!(again.states(&batch), accepted);
    finish_interrupted(&again.core, &|_| Some((adapter, &keys))).unwrap();
    assert_eq!(again.states(&batch), [LineState::Paid]);
    assert_sound(&again.core, "finished");

    // Signed five minutes and a second before it came.
    let desk = Desk::new(adapter.code());
    let (batch, played) = at_bank_speaking(&desk, adapter, 1);
    desk.clock.advance(Duration::from_secs(301));
    let taken = receive(&desk.core, adapter, played.keys(), kind, &bytes).unwrap();
    let side = adapter.bank_side();
    let yes = side.read_push_receipt(&taken.receipt, played.keys());
    assert_eq!(
        (yes, desk.states(&batch)[0]),
        (Ok(false), LineState::Accepted)
    );
    let with = |_| -> Option<(_, &dyn Crypto)> { Some((adapter, played.keys())) };
    assert_eq!(read_again(&desk.core, &with).unwrap(), 0);
    assert_eq!(desk.states(&batch), accepted);
}
