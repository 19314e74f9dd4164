//! Published vectors and values computed apart with other software.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use certs::algorithm::Algorithm;
use certs::cipher::{Aead, CipherError, sm4_cbc_decrypt, sm4_cbc_encrypt};
use certs::digest::{
    DigestAlgorithm, Digester, HmacKey, bytes_of_hex, digest, equal_constant_time, hex_lower,
    hex_upper, hmac_sha256,
};
use certs::sign::{KeyId, PublicKey, Sm2Encoding, signer_from_pem};

fn bytes(hex: &str) -> Vec<u8> {
    bytes_of_hex(hex).unwrap()
}

fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

#[test]
fn the_start_up_test_passes() {
    certs::self_test().unwrap();
}

/// GM/T 0004-2012 annex A, both examples; FIPS 180-4 "abc" and the empty message.
#[test]
fn digests() {
    let cases = [
        (
            DigestAlgorithm::Sm3,
            b"abc".to_vec(),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
        ),
        (
            DigestAlgorithm::Sm3,
            b"abcd".repeat(16),
            "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
        ),
        (
            DigestAlgorithm::Sha256,
            b"abc".to_vec(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        (
            DigestAlgorithm::Sha256,
            Vec::new(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
    ];
    for (algorithm, message, expected) in cases {
        assert_eq!(hex_lower(&digest(algorithm, &message)), expected);
        let mut pieces = Digester::new(algorithm);
        for piece in message.chunks(7) {
            pieces.update(piece);
        }
        assert_eq!(hex_lower(&pieces.finish()), expected);
    }
}

/// RFC 4231 cases 1, 2 and 6 (a key longer than the block).
#[test]
fn hmac() {
    let cases = [
        (
            vec![0x0b; 20],
            b"Hi There".to_vec(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe".to_vec(),
            b"what do ya want for nothing?".to_vec(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            vec![0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First".to_vec(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    ];
    for (key, message, expected) in cases {
        assert_eq!(hex_lower(&hmac_sha256(&key, &message)), expected);
        let prepared = HmacKey::new(&key);
        assert!(prepared.matches(&message, &bytes(expected)));
        assert!(!prepared.matches(&message, &bytes(expected)[..31]));
        assert_eq!(format!("{prepared:?}"), "HmacKey(hidden)");
    }
}

#[test]
fn hex_in_both_cases_and_back() {
    assert_eq!(hex_lower(&[0x00, 0xab, 0xff]), "00abff");
    assert_eq!(hex_upper(&[0x00, 0xab, 0xff]), "00ABFF");
    assert_eq!(bytes_of_hex("00aBFf"), Some(vec![0x00, 0xab, 0xff]));
    assert_eq!(bytes_of_hex(""), Some(Vec::new()));
    for bad in ["0", "0g", "+1", "0x00", "１２", " 00"] {
        assert_eq!(bytes_of_hex(bad), None, "{bad}");
    }
}

#[test]
fn names_of_digests_round_trip() {
    for algorithm in [DigestAlgorithm::Sha256, DigestAlgorithm::Sm3] {
        assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
    }
    assert!("SM3".parse::<DigestAlgorithm>().is_err());
}

#[test]
fn comparison_in_constant_time_compares() {
    assert!(equal_constant_time(b"", b""));
    assert!(equal_constant_time(b"abc", b"abc"));
    assert!(!equal_constant_time(b"abc", b"abd"));
    assert!(!equal_constant_time(b"abc", b"ab"));
}

/// The block of GM/T 0002-2012 annex A; the others were made with `openssl enc -sm4-cbc`
/// (OpenSSL 3.0.19).
#[test]
fn sm4_cbc() {
    let key: [u8; 16] = bytes("0123456789abcdeffedcba9876543210")
        .try_into()
        .unwrap();
    let counting: [u8; 16] = bytes("000102030405060708090a0b0c0d0e0f")
        .try_into()
        .unwrap();
    let one_block = sm4_cbc_encrypt(&key, &[0; 16], &key);
    assert_eq!(
        hex_lower(&one_block[..16]),
        "681edf34d206965e86b3e94f536e4246"
    );
    assert_eq!(one_block.len(), 32);

    let cases = [
        (
            b"The quick wage file".as_slice(),
            "6a4fddae4a6618a254a5400792878ab87f9f5742c829ba0096427dc5d0670e2b",
        ),
        (b"", "4b910651754b5553f10cfa0c8a09e9e5"),
    ];
    for (plain, sealed) in cases {
        assert_eq!(hex_lower(&sm4_cbc_encrypt(&key, &counting, plain)), sealed);
        assert_eq!(
            sm4_cbc_decrypt(&key, &counting, &bytes(sealed)).unwrap(),
            plain
        );
    }
    for length in [0, 1, 15, 17, 31] {
        let cut = &one_block[..length];
        assert_eq!(
            sm4_cbc_decrypt(&key, &[0; 16], cut),
            Err(CipherError::NotAuthentic)
        );
    }
}

/// The GCM specification's test case 16.
#[test]
fn aes_256_gcm() {
    let key: [u8; 32] = bytes("feffe9928665731c6d6a8f9467308308")
        .repeat(2)
        .try_into()
        .unwrap();
    let aead = Aead::new(key);
    let nonce: [u8; 12] = bytes("cafebabefacedbaddecaf888").try_into().unwrap();
    let aad = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let plain = bytes(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e24\
         49a6b525b16aedf5aa0de657ba637b39",
    );
    let sealed = bytes(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b10\
         56828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
    );
    assert_eq!(aead.seal(nonce, &aad, &plain), sealed);
    assert_eq!(aead.open(nonce, &aad, &sealed).unwrap(), plain);
    let mut buffer = sealed.clone();
    assert_eq!(aead.open_in_place(nonce, &aad, &mut buffer).unwrap(), plain);

    for position in 0..sealed.len() {
        let mut tampered = sealed.clone();
        tampered[position] ^= 1;
        assert_eq!(
            aead.open(nonce, &aad, &tampered),
            Err(CipherError::NotAuthentic)
        );
    }
    assert!(aead.open(nonce, &aad[1..], &sealed).is_err());
    assert!(aead.open([0; 12], &aad, &sealed).is_err());
    assert!(aead.open(nonce, &aad, &sealed[..15]).is_err());
    assert_eq!(format!("{aead:?}"), "Aead(hidden)");
}

/// RFC 8032 section 7.1, tests 1 to 3: the published seeds, as PKCS#8.
#[test]
fn ed25519() {
    let cases = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33ba\
             cc61e3970\
             1cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996\
             e458f3613\
             d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f29\
             0ae67f760\
             984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ];
    for (seed, public, message, signature) in cases {
        let pkcs8 = bytes(&format!("302e020100300506032b657004220420{seed}"));
        let key_id = KeyId::new("rfc8032").unwrap();
        let text = pem("PRIVATE KEY", &pkcs8);
        let signer = signer_from_pem(Algorithm::Ed25519, key_id, &text, None).unwrap();
        assert_eq!(signer.public_key().bytes(), bytes(public));
        assert_eq!(signer.sign(&bytes(message)).unwrap(), bytes(signature));
        signer
            .public_key()
            .verify(&bytes(message), &bytes(signature))
            .unwrap();
    }
}

const SM2_PUBLIC: &str = "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
    ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
const SM2_R: &str = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3";
const SM2_S: &str = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";

/// GM/T 0003.5-2012 annex A.2, as r ‖ s and as DER (both numbers need a leading zero there).
#[test]
fn sm2_standard_example() {
    let key = PublicKey::new(Algorithm::Sm2Sm3, &bytes(SM2_PUBLIC), None).unwrap();
    let raw = bytes(&format!("{SM2_R}{SM2_S}"));
    key.verify(b"message digest", &raw).unwrap();
    let der = bytes(&format!("3046022100{SM2_R}022100{SM2_S}"));
    assert_eq!(Sm2Encoding::Der.encode(&raw).unwrap(), der);
    assert_eq!(Sm2Encoding::Der.decode(&der).unwrap().as_slice(), raw);
}

/// The private key is the standard's own published example (d of annex A.2), not a secret.
#[test]
fn sm2_signs_with_the_standards_key() {
    let d = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
    let sec1 = format!("0201010420{d}a144034200{SM2_PUBLIC}");
    let pkcs8 = bytes(&format!(
        "308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b{sec1}"
    ));
    let key_id = KeyId::new("gmt0003").unwrap();
    let text = pem("PRIVATE KEY", &pkcs8);
    let signer = signer_from_pem(Algorithm::Sm2Sm3, key_id, &text, None).unwrap();
    assert_eq!(signer.public_key().bytes(), bytes(SM2_PUBLIC));
    let signature = signer.sign(b"message digest").unwrap();
    assert_eq!(signature, signer.sign(b"message digest").unwrap());
    signer
        .public_key()
        .verify(b"message digest", &signature)
        .unwrap();
}

/// Made with `openssl pkeyutl -sign -rawin -digest sm3 -pkeyopt hexdistid:4e303032b9a4`
/// (OpenSSL 3.0.19) by a key that was thrown away: an identity in GBK bytes, DER form.
#[test]
fn sm2_of_openssl_with_an_identity_in_gbk() {
    let point = bytes(
        "04d9ef5dd2f1142136440beb5ac7e8cb560d5041bdc553a36692a7ceb8c31e1b19\
         0948261a41d1add3f525da5cdf540fd1bbd665e2b0a2e54586f25794218240af",
    );
    let der = bytes(
        "304502210083be3b835fa577e16dad62a9abc3d18129bf8150217cbb4a46a8d1b37e6d2c70\
         022001006560e5432d5ab7e17a59e25b5a71ac978302ccd7317efb8b5ec914d7b69c",
    );
    let raw = Sm2Encoding::Der.decode(&der).unwrap();
    let message = "代发工资 2026-11".as_bytes();
    let key = PublicKey::new(Algorithm::Sm2Sm3, &point, Some(b"N002\xb9\xa4")).unwrap();
    key.verify(message, &raw).unwrap();
    let default = PublicKey::new(Algorithm::Sm2Sm3, &point, None).unwrap();
    assert!(default.verify(message, &raw).is_err());
}
