//! SM2 keys over the crate `sm2`; the user identity is handled here, because banks' identities
//! are bytes and the crate takes text only.

use sm2::dsa::signature::hazmat::{PrehashSigner as _, PrehashVerifier as _};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use zeroize::Zeroizing;

use super::{KeyError, KeyId, PublicKey, Signer, VerifyError};
use crate::algorithm::Algorithm;
use crate::digest::{DigestAlgorithm, Digester};
use crate::random::Random;

/// a, b and the generator's coordinates of the recommended curve (GM/T 0003.5-2012), big-endian.
const CURVE: [[u8; 32]; 4] = [
    [
        0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFC,
    ],
    [
        0x28, 0xE9, 0xFA, 0x9E, 0x9D, 0x9F, 0x5E, 0x34, 0x4D, 0x5A, 0x9E, 0x4B, 0xCF, 0x65, 0x09,
        0xA7, 0xF3, 0x97, 0x89, 0xF5, 0x15, 0xAB, 0x8F, 0x92, 0xDD, 0xBC, 0xBD, 0x41, 0x4D, 0x94,
        0x0E, 0x93,
    ],
    [
        0x32, 0xC4, 0xAE, 0x2C, 0x1F, 0x19, 0x81, 0x19, 0x5F, 0x99, 0x04, 0x46, 0x6A, 0x39, 0xC9,
        0x94, 0x8F, 0xE3, 0x0B, 0xBF, 0xF2, 0x66, 0x0B, 0xE1, 0x71, 0x5A, 0x45, 0x89, 0x33, 0x4C,
        0x74, 0xC7,
    ],
    [
        0xBC, 0x37, 0x36, 0xA2, 0xF4, 0xF6, 0x77, 0x9C, 0x59, 0xBD, 0xCE, 0xE3, 0x6B, 0x69, 0x21,
        0x53, 0xD0, 0xA9, 0x87, 0x7C, 0xC6, 0x2A, 0x47, 0x40, 0x02, 0xDF, 0x32, 0xE5, 0x21, 0x39,
        0xF0, 0xA0,
    ],
];

/// The crate's own identity parameter; it has no effect on the prehash operations used here.
const UNUSED_IDENTITY: &str = "";

/// `Z = SM3(ENTL ‖ ID ‖ a ‖ b ‖ xG ‖ yG ‖ xA ‖ yA)` (GM/T 0003.2-2012 section 5.5).
/// `None` for an identity whose length in bits does not fit 16 bits.
pub(crate) fn z_value(user_id: &[u8], point: &[u8; 65]) -> Option<[u8; 32]> {
    let bits = u16::try_from(user_id.len().checked_mul(8)?).ok()?;
    let (_, coordinates) = point.split_first()?;
    let mut digester = Digester::new(DigestAlgorithm::Sm3);
    digester.update(&bits.to_be_bytes());
    digester.update(user_id);
    for constant in CURVE {
        digester.update(&constant);
    }
    digester.update(coordinates);
    Some(digester.finish())
}

/// `e = SM3(Z ‖ M)`.
fn prehash(z: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let mut digester = Digester::new(DigestAlgorithm::Sm3);
    digester.update(z);
    digester.update(message);
    digester.finish()
}

/// A public key that is ready to verify.
#[derive(Clone)]
pub(super) struct Sm2Verifier {
    key: VerifyingKey,
    z: [u8; 32],
}

impl Sm2Verifier {
    /// Takes an uncompressed point; refuses one that is not on the curve.
    pub(super) fn new(point: &[u8; 65], user_id: &[u8]) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_sec1_bytes(UNUSED_IDENTITY, point)
            .map_err(|_| KeyError::Unusable(Algorithm::Sm2Sm3))?;
        let z = z_value(user_id, point).ok_or(KeyError::Sm2UserId)?;
        Ok(Self { key, z })
    }

    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
        let signature = Signature::from_slice(signature)
            .map_err(|_| VerifyError::Malformed(Algorithm::Sm2Sm3))?;
        self.key
            .verify_prehash(&prehash(&self.z, message), &signature)
            .map_err(|_| VerifyError::Mismatch(Algorithm::Sm2Sm3))
    }
}

/// A private key in memory. Signatures are deterministic (RFC 6979 with SM3).
pub(super) struct Sm2Signer {
    key_id: KeyId,
    key: SigningKey,
    public: PublicKey,
    z: [u8; 32],
}

impl Sm2Signer {
    pub(super) fn from_pkcs8(key_id: KeyId, der: &[u8], user_id: &[u8]) -> Result<Self, KeyError> {
        let secret = sm2::SecretKey::from_pkcs8_der(der)
            .map_err(|_| KeyError::Unusable(Algorithm::Sm2Sm3))?;
        Self::new(key_id, &secret, user_id)
    }

    fn new(key_id: KeyId, secret: &sm2::SecretKey, user_id: &[u8]) -> Result<Self, KeyError> {
        let unusable = KeyError::Unusable(Algorithm::Sm2Sm3);
        let key = SigningKey::new(UNUSED_IDENTITY, secret).map_err(|_| unusable)?;
        let bytes = key.verifying_key().to_sec1_bytes();
        let point: &[u8; 65] = bytes.as_ref().try_into().map_err(|_| unusable)?;
        let z = z_value(user_id, point).ok_or(KeyError::Sm2UserId)?;
        let public = PublicKey::new(Algorithm::Sm2Sm3, point, Some(user_id))?;
        Ok(Self {
            key_id,
            key,
            public,
            z,
        })
    }
}

impl Signer for Sm2Signer {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Sm2Sm3
    }

    fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.key
            .sign_prehash(&prehash(&self.z, message))
            .map(|signature| signature.to_vec())
            .map_err(|_| KeyError::Signing(Algorithm::Sm2Sm3))
    }

    fn public_key(&self) -> PublicKey {
        self.public.clone()
    }
}

/// A fresh private key as PKCS#8. The draw is repeated in the case, one in 2^32, that it is not
/// below the group's order.
pub(super) fn generate_pkcs8(random: &dyn Random) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut scalar = Zeroizing::new([0; 32]);
    for _ in 0..16 {
        random.fill(&mut *scalar);
        if let Ok(secret) = sm2::SecretKey::from_slice(&*scalar) {
            let document = secret
                .to_pkcs8_der()
                .map_err(|_| KeyError::Generation(Algorithm::Sm2Sm3))?;
            return Ok(document.to_bytes());
        }
    }
    Err(KeyError::Generation(Algorithm::Sm2Sm3))
}
