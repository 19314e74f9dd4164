//! Every algorithm: round trips, tampering, mixed-up keys, forms of SM2.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::{Arc, LazyLock};

use certs::algorithm::Algorithm;
use certs::random::{Random as _, SeededRandom, SystemRandom};
use certs::sign::{
    KeyError, KeyId, PublicKey, Signer, Sm2Encoding, Sm2EncodingError, VerifyError, generate,
    signer_from_pem,
};
use proptest::prelude::*;

/// A made key: its PEM and its signer.
struct Made {
    pem: String,
    signer: Arc<dyn Signer>,
}

/// One key for each algorithm; RSA keys take a second to make.
static KEYS: LazyLock<Vec<Made>> = LazyLock::new(|| Algorithm::ALL.map(made).into());

fn made(algorithm: Algorithm) -> Made {
    let key_id = KeyId::new("test").unwrap();
    let (pem, signer) = generate(algorithm, key_id, &SystemRandom::new()).unwrap();
    Made {
        pem: pem.to_string(),
        signer,
    }
}

fn sm2() -> &'static Made {
    KEYS.iter()
        .find(|key| key.signer.algorithm() == Algorithm::Sm2Sm3)
        .unwrap()
}

#[test]
fn names_of_algorithms_round_trip() {
    let names: Vec<String> = Algorithm::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(
        names,
        ["rsa_sha256", "ecdsa_p256_sha256", "ed25519", "sm2_sm3"]
    );
    for algorithm in Algorithm::ALL {
        assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
    }
    for bad in ["", "SM2_SM3", "sm2", " ed25519", "rsa_sha1"] {
        assert!(bad.parse::<Algorithm>().is_err(), "{bad}");
    }
}

#[test]
fn signs_and_verifies_and_survives_pem() {
    for key in KEYS.iter() {
        let algorithm = key.signer.algorithm();
        let message = "工资 2026-11".as_bytes();
        let signature = key.signer.sign(message).unwrap();
        let public = key.signer.public_key();
        public.verify(message, &signature).unwrap();

        let reread = PublicKey::from_pem(algorithm, &public.to_pem(), None).unwrap();
        assert_eq!(reread, public);
        let key_id = KeyId::new("again").unwrap();
        let again = signer_from_pem(algorithm, key_id, &key.pem, None).unwrap();
        assert_eq!(again.public_key(), public);
        reread.verify(b"", &again.sign(b"").unwrap()).unwrap();
    }
}

#[test]
fn every_changed_bit_is_refused() {
    for key in KEYS.iter() {
        let public = key.signer.public_key();
        let signature = key.signer.sign(b"message").unwrap();
        for position in 0..signature.len() {
            for bit in [1, 0x80] {
                let mut tampered = signature.clone();
                tampered[position] ^= bit;
                assert!(public.verify(b"message", &tampered).is_err());
            }
        }
        for wrong in [b"messagf".as_slice(), b"message ", b"messag", b""] {
            let algorithm = key.signer.algorithm();
            let refused = public.verify(wrong, &signature);
            assert_eq!(refused, Err(VerifyError::Mismatch(algorithm)));
        }
        for length in 0..signature.len() {
            assert!(public.verify(b"message", &signature[..length]).is_err());
        }
        let mut longer = signature;
        longer.push(0);
        assert!(public.verify(b"message", &longer).is_err());
    }
}

#[test]
fn keys_and_signatures_of_other_algorithms_are_refused() {
    for key in KEYS.iter() {
        let own = key.signer.algorithm();
        let signature = key.signer.sign(b"message").unwrap();
        for other in KEYS.iter().filter(|other| other.signer.algorithm() != own) {
            let algorithm = other.signer.algorithm();
            assert!(
                other
                    .signer
                    .public_key()
                    .verify(b"message", &signature)
                    .is_err()
            );
            let key_id = KeyId::new("mixed").unwrap();
            let mixed = signer_from_pem(algorithm, key_id, &key.pem, None);
            assert_eq!(mixed.unwrap_err(), KeyError::Unusable(algorithm));
            let public = key.signer.public_key().to_pem();
            let mixed = PublicKey::from_pem(algorithm, &public, None);
            assert_eq!(mixed.unwrap_err(), KeyError::Unusable(algorithm));
        }
        // Another key of the same algorithm; RSA's second key is left out for its cost.
        if own != Algorithm::RsaSha256 {
            let stranger = made(own).signer.public_key();
            assert!(stranger.verify(b"message", &signature).is_err());
        }
    }
}

#[test]
fn sm2_user_identity_is_part_of_the_key() {
    let key = sm2();
    let with = |identity: Option<&[u8]>| {
        let key_id = KeyId::new("bank").unwrap();
        signer_from_pem(Algorithm::Sm2Sm3, key_id, &key.pem, identity).unwrap()
    };
    // An identity in the bytes of GBK, as no text type could hold it.
    let identities: [Option<&[u8]>; 4] = [None, Some(b""), Some(b"N002"), Some(b"\xb9\xa4")];
    for (i, own) in identities.into_iter().enumerate() {
        let signature = with(own).sign(b"message").unwrap();
        for (j, other) in identities.into_iter().enumerate() {
            let verified = with(other).public_key().verify(b"message", &signature);
            assert_eq!(verified.is_ok(), i == j);
        }
    }
    let default = b"1234567812345678".as_slice();
    assert_eq!(with(None).public_key().sm2_user_id(), Some(default));
    assert_eq!(with(None).public_key(), with(Some(default)).public_key());

    let too_long = vec![0; 8192];
    let point = key.signer.public_key().bytes().to_vec();
    let refused = PublicKey::new(Algorithm::Sm2Sm3, &point, Some(&too_long));
    assert_eq!(refused.unwrap_err(), KeyError::Sm2UserId);
    PublicKey::new(Algorithm::Sm2Sm3, &point, Some(&too_long[..8191])).unwrap();
    let refused = PublicKey::new(Algorithm::Ed25519, &[7; 32], Some(default));
    assert_eq!(refused.unwrap_err(), KeyError::Sm2UserId);
}

/// The crate `sm2` computes Z and the digest itself; ours must agree with it.
#[test]
fn sm2_agrees_with_the_librarys_own_identity() {
    use sm2::dsa::signature::Verifier as _;
    let signature = sm2().signer.sign(b"message").unwrap();
    let public = sm2().signer.public_key();
    let key = sm2::dsa::VerifyingKey::from_sec1_bytes("1234567812345678", public.bytes());
    let parsed = sm2::dsa::Signature::from_slice(&signature).unwrap();
    key.unwrap().verify(b"message", &parsed).unwrap();
}

#[test]
fn sm2_numbers_out_of_range_are_refused() {
    let order = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123";
    let order = certs::digest::bytes_of_hex(order).unwrap();
    let mut below = order.clone();
    below[31] -= 1;
    let (zero, one) = ([0; 32], [1; 32]);
    let public = sm2().signer.public_key();
    for (r, s) in [
        (&zero[..], &one[..]),
        (&one, &zero),
        (&zero, &zero),
        (&order, &one),
        (&one, &order),
        (&[0xff; 32], &one),
    ] {
        assert_eq!(Sm2Encoding::join(r, s), Err(Sm2EncodingError::Range));
        let raw = [r, s].concat();
        assert_eq!(
            Sm2Encoding::RawRs.decode(&raw),
            Err(Sm2EncodingError::Range)
        );
        let malformed = Err(VerifyError::Malformed(Algorithm::Sm2Sm3));
        assert_eq!(public.verify(b"message", &raw), malformed);
    }
    assert!(Sm2Encoding::join(&below, &one).is_ok());
    assert_eq!(
        Sm2Encoding::join(&[1; 33], &one),
        Err(Sm2EncodingError::Form)
    );
    assert_eq!(Sm2Encoding::join(&[], &one), Err(Sm2EncodingError::Range));
}

#[test]
fn sm2_short_numbers_are_padded_on_the_left() {
    let raw = Sm2Encoding::join(&[5], &[0x80, 1]).unwrap();
    assert_eq!((raw[31], raw[62], raw[63]), (5, 0x80, 1));
    assert_eq!(raw.iter().filter(|byte| **byte != 0).count(), 3);
    let der = [0x30, 8, 2, 1, 5, 2, 3, 0, 0x80, 1];
    assert_eq!(Sm2Encoding::Der.encode(&raw).unwrap(), der);
    assert_eq!(Sm2Encoding::Der.decode(&der).unwrap(), raw);
    let sloppy: [&[u8]; 7] = [
        &[0x30, 7, 2, 1, 5, 2, 2, 0x80, 1],          // negative
        &[0x30, 9, 2, 2, 0, 5, 2, 3, 0, 0x80, 1],    // not the shortest
        &[0x30, 8, 2, 1, 5, 2, 3, 0, 0x80, 1, 0],    // something follows
        &[0x30, 9, 2, 1, 5, 2, 3, 0, 0x80, 1, 0],    // something inside
        &[0x30, 0x81, 8, 2, 1, 5, 2, 3, 0, 0x80, 1], // long form of the length
        &[0x31, 8, 2, 1, 5, 2, 3, 0, 0x80, 1],       // another tag
        &[0x30, 5, 2, 0, 2, 1, 5],                   // an empty number
    ];
    for bytes in sloppy {
        assert_eq!(
            Sm2Encoding::Der.decode(bytes),
            Err(Sm2EncodingError::Form),
            "{bytes:?}"
        );
    }
}

#[test]
fn sm2_unpadded_signatures_have_a_reading_that_verifies() {
    let public = sm2().signer.public_key();
    let mut seen = [false; 2];
    for number in 0..4000_u32 {
        let message = number.to_be_bytes();
        let signature = sm2().signer.sign(&message).unwrap();
        let half = if signature[0] == 0 { 0 } else { 32 };
        if signature[half] != 0 {
            continue;
        }
        let mut unpadded = signature.clone();
        unpadded.remove(half);
        let readings = Sm2Encoding::unpadded_readings(&unpadded);
        let good = readings
            .iter()
            .filter(|raw| public.verify(&message, &raw[..]).is_ok());
        assert_eq!(good.collect::<Vec<_>>(), [&signature[..]]);
        seen[half / 32] = true;
        if seen == [true, true] {
            return;
        }
    }
    panic!("no short number in 4000 signatures");
}

#[test]
fn seeded_keys_repeat_and_differ() {
    for algorithm in [Algorithm::Ed25519, Algorithm::Sm2Sm3] {
        let from = |seed| {
            let key_id = KeyId::new("seeded").unwrap();
            generate(algorithm, key_id, &SeededRandom::new(seed))
                .unwrap()
                .1
                .public_key()
        };
        assert_eq!(from(1), from(1));
        assert_ne!(from(1), from(2));
    }
    let (mut first, mut second) = ([0; 100], [0; 100]);
    let random = SeededRandom::new(1);
    random.fill(&mut first);
    random.fill(&mut second);
    assert_ne!(first, second);
    SystemRandom::new().fill(&mut second);
    assert_ne!(first, second);
}

#[test]
fn unreadable_keys_and_names_are_refused() {
    let key = &sm2().pem;
    let cases = [
        String::new(),
        format!("-----BEGIN {}-----", "PRIVATE KEY"),
        key.replace("PRIVATE KEY", "EC PRIVATE KEY"),
        format!("{key}{key}"),
        key.replacen("MI", "M!", 1),
    ];
    for text in cases {
        for algorithm in Algorithm::ALL {
            let key_id = KeyId::new("k").unwrap();
            let refused = signer_from_pem(algorithm, key_id, &text, None);
            assert_eq!(refused.unwrap_err(), KeyError::Pem("PRIVATE KEY"));
        }
    }
    for bad in ["", "a b", "a\n", "钥", &"k".repeat(65)] {
        assert_eq!(KeyId::new(bad), Err(KeyError::KeyId));
    }
    let mut off_curve = sm2().signer.public_key().bytes().to_vec();
    off_curve[64] ^= 1;
    let refused = PublicKey::new(Algorithm::Sm2Sm3, &off_curve, None);
    assert_eq!(refused.unwrap_err(), KeyError::Unusable(Algorithm::Sm2Sm3));
}

#[test]
fn short_rsa_keys_are_refused() {
    let of = |head: &str, modulus: usize| {
        let head = certs::digest::bytes_of_hex(head).unwrap();
        let info = [head, vec![0xc1; modulus], vec![2, 3, 1, 0, 1]].concat();
        PublicKey::new(Algorithm::RsaSha256, &info, None)
    };
    let of_1024 = "30819f300d06092a864886f70d010101050003818d0030818902818100";
    let refused = of(of_1024, 128).unwrap_err();
    assert_eq!(refused, KeyError::Unusable(Algorithm::RsaSha256));
    let of_2048 = "30820122300d06092a864886f70d01010105000382010f003082010a0282010100";
    of(of_2048, 256).unwrap();
}

#[test]
fn printing_a_signer_shows_no_key() {
    for key in KEYS.iter() {
        let algorithm = key.signer.algorithm();
        let printed = format!("{:?}", key.signer);
        assert_eq!(
            printed,
            format!("Signer {{ algorithm: {algorithm:?}, key_id: KeyId(\"test\"), .. }}")
        );
    }
}

proptest! {
    #[test]
    fn reading_sm2_forms_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..90)) {
        for form in [Sm2Encoding::Der, Sm2Encoding::RawRs] {
            if let Ok(raw) = form.decode(&bytes) {
                prop_assert_eq!(form.encode(&raw).unwrap(), bytes.clone());
            }
        }
        prop_assert!(Sm2Encoding::unpadded_readings(&bytes).len() <= 3);
    }

    #[test]
    fn sm2_forms_round_trip(r in 1..=u128::MAX, s in 1..=u128::MAX, shift in 0..16_usize) {
        let mut wide = vec![0; shift];
        wide.splice(0..0, r.to_be_bytes());
        if let Ok(raw) = Sm2Encoding::join(&wide, &s.to_be_bytes()) {
            let der = Sm2Encoding::Der.encode(&raw).unwrap();
            prop_assert_eq!(Sm2Encoding::Der.decode(&der).unwrap(), raw);
        }
    }
}
