//! Known-answer vectors that run at start: a build whose arithmetic is wrong, or whose SM2 is
//! really ECDSA on SM2's curve (THREATS row 6), must not sign a payment.

use crate::algorithm::Algorithm;
use crate::cipher::{Aead, sm4_cbc_decrypt, sm4_cbc_encrypt};
use crate::digest::{DigestAlgorithm, bytes_of_hex, digest, hex_lower, hmac_sha256};
use crate::sign::{PublicKey, sm2_z_value};

/// Which known answer was not reached. The program must not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the known-answer test of {0} failed")]
pub struct SelfTestError(
    /// The name of the algorithm and vector.
    pub &'static str,
);

/// The public key of GM/T 0003.5-2012 annex A.2 (x ‖ y with the mark of an uncompressed point).
const SM2_PUBLIC: &str = "04\
    09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
    ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
/// The identity's digest Z of the same example.
const SM2_Z: &str = "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3";
/// The signature r ‖ s of the same example, over "message digest".
const SM2_SIGNATURE: &str = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3\
    b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";
/// A valid ECDSA signature with the same key, nonce and digest on SM2's curve; computed apart,
/// by the textbook formula. It must be refused.
const ECDSA_ON_SM2_CURVE: &str = "04ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73\
    5e828cf33c53c70b40b2e3fbf0009ff50a88cf76b24d4e9629a26e47a371d2b8";

/// Runs all vectors; takes about a millisecond.
///
/// # Errors
/// [`SelfTestError`] names the first vector that failed.
pub fn self_test() -> Result<(), SelfTestError> {
    digests()?;
    sm2_signatures()?;
    sm4_cipher()?;
    aes_gcm()
}

/// FIPS 180-4, GM/T 0004-2012 annex A, RFC 4231 case 2.
fn digests() -> Result<(), SelfTestError> {
    expect(
        "SHA-256",
        &digest(DigestAlgorithm::Sha256, b"abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    )?;
    expect(
        "SM3",
        &digest(DigestAlgorithm::Sm3, b"abc"),
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    )?;
    expect(
        "HMAC-SHA-256",
        &hmac_sha256(b"Jefe", b"what do ya want for nothing?"),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    )
}

fn sm2_signatures() -> Result<(), SelfTestError> {
    let failed = SelfTestError("SM2");
    let point = bytes_of_hex(SM2_PUBLIC).ok_or(failed)?;
    let key = PublicKey::new(Algorithm::Sm2Sm3, &point, None).map_err(|_| failed)?;
    let z = sm2_z_value(&key).ok_or(SelfTestError("SM2 Z value"))?;
    expect("SM2 Z value", &z, SM2_Z)?;

    let message = b"message digest";
    let signature = bytes_of_hex(SM2_SIGNATURE).ok_or(failed)?;
    key.verify(message, &signature).map_err(|_| failed)?;
    if key.verify(b"message digesT", &signature).is_ok() {
        return Err(SelfTestError("SM2 with another message"));
    }

    let other = PublicKey::new(Algorithm::Sm2Sm3, &point, Some(b"8765432187654321"));
    let other = other.map_err(|_| failed)?;
    if other.verify(message, &signature).is_ok() {
        return Err(SelfTestError("SM2 with another user identity"));
    }

    let ecdsa = bytes_of_hex(ECDSA_ON_SM2_CURVE).ok_or(failed)?;
    if key.verify(message, &ecdsa).is_ok() {
        return Err(SelfTestError("SM2 against ECDSA on the same curve"));
    }
    Ok(())
}

/// GM/T 0002-2012 annex A: one block under itself as key; the zero vector makes CBC's first
/// block equal to it.
fn sm4_cipher() -> Result<(), SelfTestError> {
    let failed = SelfTestError("SM4");
    let key = [
        0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32,
        0x10,
    ];
    let sealed = sm4_cbc_encrypt(&key, &[0; 16], &key);
    let first = sealed.get(..16).ok_or(failed)?;
    expect("SM4", first, "681edf34d206965e86b3e94f536e4246")?;
    match sm4_cbc_decrypt(&key, &[0; 16], &sealed) {
        Ok(plain) if plain == key => Ok(()),
        _ => Err(failed),
    }
}

/// The GCM specification's test case 14: 256 zero bits as key, one zero block.
fn aes_gcm() -> Result<(), SelfTestError> {
    expect(
        "AES-256-GCM",
        &Aead::new([0; 32]).seal([0; 12], b"", &[0; 16]),
        "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
    )
}

fn expect(name: &'static str, found: &[u8], hex: &str) -> Result<(), SelfTestError> {
    if hex_lower(found) == hex {
        Ok(())
    } else {
        Err(SelfTestError(name))
    }
}
