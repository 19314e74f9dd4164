//! Known answers: messages that openssl signed, made by `vectors/make.py` without anything of the
//! gateway.

use adapters::Book;
use adapters::exchange::Outcome;
use certs::algorithm::Algorithm;
use certs::body_cipher::BodyCipher;
use certs::sign::PublicKey;
use gateway::keys::{BankKeys, BodyKey};
use schemas::FailureReason;
use schemas::value::{BankCode, Fen};
use std::path::PathBuf;
use zeroize::Zeroizing;

const REFUSED: Outcome = Outcome::Failed(FailureReason::RefusedByBank);
const CLOSED: Outcome = Outcome::Failed(FailureReason::AccountClosed);

fn file(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/money/vectors");
    std::fs::read(folder.join(name)).unwrap()
}

/// The bank's keys as an installation holds them.
fn keys(algorithm: Algorithm, identity: Option<&str>, iv: &[u8]) -> BankKeys {
    let name = match algorithm {
        Algorithm::RsaSha256 => "rsa.pub.pem",
        _ => "sm2.pub.pem",
    };
    let pem = String::from_utf8(file(name)).unwrap();
    let key = PublicKey::from_pem(algorithm, &pem, identity.map(str::as_bytes)).unwrap();
    let body = BodyKey {
        cipher: BodyCipher::Sm4Cbc,
        key: Zeroizing::new(b"0123456789abcdef".to_vec()),
        iv: iv.try_into().unwrap(),
    };
    let mut keys = BankKeys::default();
    keys.public_keys.insert("bank".to_owned(), key);
    keys.body_keys.insert("encryption".to_owned(), body);
    keys
}

#[test]
fn what_openssl_signed_is_read_and_nothing_beside_it() {
    const USER: &str = "N000000001000000";
    let (rsa, sm2) = (Algorithm::RsaSha256, Algorithm::Sm2Sm3);
    let zeros = [0; 16];
    let as_user = || keys(sm2, Some(USER), USER.as_bytes());
    for (bank, name, keys, outcome) in [
        ("HFB", "gzelink.result", keys(rsa, None, &zeros), REFUSED),
        (
            "CBHB",
            "unionpay_df.result",
            keys(rsa, None, &zeros),
            REFUSED,
        ),
        (
            "BOB",
            "synthetic_json.result",
            keys(rsa, None, &zeros),
            CLOSED,
        ),
        ("NBCB", "cmb_open.result", as_user(), REFUSED),
        // PR09 without a public reason: it may be a repeat.
        (
            "BOS",
            "cnaps2.receipt",
            keys(sm2, None, &zeros),
            Outcome::Unknown,
        ),
        ("BOS", "cnaps2.result", keys(sm2, None, &zeros), REFUSED),
        ("WZCB", "wzcb_aob.result", keys(sm2, None, &zeros), CLOSED),
    ] {
        let adapter = Book::built_in()
            .unwrap()
            .adapter(BankCode::parse(bank).unwrap());
        let adapter = adapter.unwrap();
        let bytes = file(&format!("{name}.bin"));
        let read = |bytes: &[u8], keys: &BankKeys| {
            if name.ends_with("receipt") {
                let receipt = adapter.decode_receipt(bytes, keys)?;
                return Ok((receipt.outcome, receipt.references));
            }
            let result = adapter.decode_result(bytes, keys)?;
            let [line] = result.lines.as_slice() else {
                panic!("{name}: one line")
            };
            assert_eq!(line.amount, Some(Fen(652_350)), "{name}");
            Ok::<_, adapters::exchange::Unreadable>((line.outcome, result.references))
        };
        let (told, references) = read(&bytes, &keys).unwrap_or_else(|w| panic!("{name}: {w}"));
        assert_eq!(told, outcome, "{name}");
        assert_eq!(references["file_no"], "4711", "{name}");
        assert!(read(&bytes, &BankKeys::default()).is_err(), "{name}");
        // Another byte of it, wherever it is: unreadable, or it says the very same.
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 1;
            if let Ok((told, references)) = read(&other, &keys) {
                assert_eq!(
                    (told, references["file_no"].as_str()),
                    (outcome, "4711"),
                    "{name} {at}"
                );
            }
        }
    }
}

/// CMB signs as the user: under the usual identity nothing of it verifies.
#[test]
fn another_identity_is_another_key() {
    let adapter = Book::built_in()
        .unwrap()
        .adapter(BankCode::parse("NBCB").unwrap());
    let keys = keys(Algorithm::Sm2Sm3, None, b"N000000001000000");
    let read = adapter
        .unwrap()
        .decode_result(&file("cmb_open.result.bin"), &keys);
    assert_eq!(read.unwrap_err().what, "the signature does not verify");
}
