//! The signature of the confirming message, by xmlsec1.

use super::golden;
use crate::support::bank;
use adapters::exchange::{Crypto, CryptoError, Next};
use std::process::{Command, Stdio};

/// The gateway's chair with a real key.
struct Rsa(ring::signature::RsaKeyPair);

impl Crypto for Rsa {
    fn sign(&self, algorithm: &str, _: &str, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        assert_eq!(algorithm, "rsa_sha256");
        let mut signature = vec![0; self.0.public().modulus_len()];
        let random = ring::rand::SystemRandom::new();
        let padding = &ring::signature::RSA_PKCS1_SHA256;
        self.0
            .sign(padding, &random, message, &mut signature)
            .unwrap();
        Ok(signature)
    }

    fn verify(&self, _: &str, _: &str, _: &[u8], _: &[u8]) -> Result<(), CryptoError> {
        Err(CryptoError::BadSignature)
    }

    fn encrypt(&self, _: &str, _: &str, _: &[u8]) -> Result<Vec<u8>, CryptoError> {
        Err(CryptoError::BadCipherText)
    }

    fn decrypt(&self, _: &str, _: &str, _: &[u8]) -> Result<Vec<u8>, CryptoError> {
        Err(CryptoError::BadCipherText)
    }
}

/// A signed message of ours, checked by a program that is not ours; one changed digit is refused.
#[test]
fn xmlsec1_verifies_what_we_sign() {
    let place = std::env::temp_dir().join(format!("mybank_h2h_{}", std::process::id()));
    std::fs::create_dir_all(&place).unwrap();
    let at = |name: &str| place.join(name);
    let openssl = |arguments: &[&str], from: &str, to: &str| {
        let mut command = Command::new("openssl");
        command
            .args(arguments)
            .arg("-out")
            .arg(at(to))
            .stderr(Stdio::null());
        if !from.is_empty() {
            command.arg("-in").arg(at(from));
        }
        assert!(
            command
                .status()
                .expect("openssl (apt-get install openssl)")
                .success()
        );
    };
    let rsa = [
        "genpkey",
        "-algorithm",
        "RSA",
        "-pkeyopt",
        "rsa_keygen_bits:2048",
    ];
    openssl(&rsa, "", "key.pem");
    openssl(&["pkey", "-pubout"], "key.pem", "public.pem");
    let der = ["pkcs8", "-topk8", "-nocrypt", "-outform", "DER"];
    openssl(&der, "key.pem", "key.der");
    let key = std::fs::read(at("key.der")).unwrap();
    let keys = Rsa(ring::signature::RsaKeyPair::from_pkcs8(&key).unwrap());
    let order = golden();
    let mut conversation = bank("MYBANK").submit(&order);
    let Next::Send(_) = conversation.next(&keys).unwrap() else {
        panic!("the file")
    };
    let Next::Wait { .. } = conversation.next(&keys).unwrap() else {
        panic!("the bank's time")
    };
    let Next::Send(confirm) = conversation.next(&keys).unwrap() else {
        panic!("the confirmation")
    };
    let verifies = |bytes: &[u8]| {
        std::fs::write(at("message.xml"), bytes).unwrap();
        let mut command = Command::new("xmlsec1");
        command
            .arg("--verify")
            .arg("--pubkey-pem")
            .arg(at("public.pem"));
        let told = command.arg(at("message.xml")).output();
        told.expect("xmlsec1 (apt-get install xmlsec1)")
            .status
            .success()
    };
    assert!(verifies(&confirm.bytes));
    let changed = String::from_utf8(confirm.bytes).unwrap();
    let changed = changed.replace("000000002589156", "000000002589157");
    assert!(!verifies(changed.as_bytes()));
    std::fs::remove_dir_all(&place).unwrap();
}
