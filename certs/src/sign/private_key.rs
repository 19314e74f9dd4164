//! Private keys in memory: reading, making, signing with ring.
//!
//! PEM and DER buffers are wiped here. The expanded keys inside ring and the crate `sm2` are not,
//! neither library offers it: the process runs without core dumps, or the key lives in an HSM.

use std::sync::Arc;

use ring::rand::SystemRandom;
use ring::signature::{
    self, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair,
};
use rsa::pkcs8::EncodePrivateKey as _;
use zeroize::Zeroizing;

use super::sm2_key::{self, Sm2Signer};
use super::{KeyError, KeyId, PublicKey, SM2_USER_ID_DEFAULT, Signer, proved};
use crate::algorithm::Algorithm;
use crate::pem;
use crate::random::Random;

/// The label of an unencrypted private key's PEM block (RFC 7468 section 10).
const LABEL: &str = "PRIVATE KEY";
/// Length of RSA keys that are made here, in bits.
const RSA_BITS: usize = 2048;
/// What stands before the 32 bytes of an Ed25519 key in PKCS#8 (RFC 8410 section 7).
const ED25519_PKCS8_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// Reads a private key in PKCS#8 PEM (`PRIVATE KEY`) and lets it sign once as a proof.
/// Without an identity an SM2 key has [`SM2_USER_ID_DEFAULT`].
///
/// # Errors
/// [`KeyError`]: no such block, another algorithm, an RSA key below 2048 bits, a private half
/// that does not belong to the public one, an SM2 identity where none belongs.
pub fn signer_from_pem(
    algorithm: Algorithm,
    key_id: KeyId,
    pkcs8_pem: &str,
    sm2_user_id: Option<&[u8]>,
) -> Result<Arc<dyn Signer>, KeyError> {
    let der = pem::decode(LABEL, pkcs8_pem).ok_or(KeyError::Pem(LABEL))?;
    signer_from_der(algorithm, key_id, &der, sm2_user_id)
}

/// Makes a key and returns it as PKCS#8 PEM together with its signer. SM2 keys have the default
/// identity; read the PEM with [`signer_from_pem`] for another one.
///
/// `random` decides Ed25519, SM2 and RSA keys alone. P-256 keys come from the operating system
/// whatever `random` is, because ring accepts no other source.
///
/// # Errors
/// [`KeyError::Generation`] if no key could be made.
pub fn generate(
    algorithm: Algorithm,
    key_id: KeyId,
    random: &dyn Random,
) -> Result<(Zeroizing<String>, Arc<dyn Signer>), KeyError> {
    let der = match algorithm {
        Algorithm::RsaSha256 => rsa_pkcs8(random)?,
        Algorithm::EcdsaP256Sha256 => p256_pkcs8()?,
        Algorithm::Ed25519 => ed25519_pkcs8(random),
        Algorithm::Sm2Sm3 => sm2_key::generate_pkcs8(random)?,
    };
    let signer = signer_from_der(algorithm, key_id, &der, None)?;
    Ok((pem::encode(LABEL, &der), signer))
}

fn signer_from_der(
    algorithm: Algorithm,
    key_id: KeyId,
    der: &[u8],
    sm2_user_id: Option<&[u8]>,
) -> Result<Arc<dyn Signer>, KeyError> {
    let unusable = KeyError::Unusable(algorithm);
    let system = SystemRandom::new();
    let pair = match algorithm {
        Algorithm::Sm2Sm3 => {
            let user_id = sm2_user_id.unwrap_or(SM2_USER_ID_DEFAULT);
            return proved(Arc::new(Sm2Signer::from_pkcs8(key_id, der, user_id)?));
        }
        Algorithm::RsaSha256 => RsaKeyPair::from_pkcs8(der).map(Pair::Rsa),
        Algorithm::EcdsaP256Sha256 => {
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der, &system).map(Pair::P256)
        }
        // OpenSSL writes Ed25519 keys without the public half.
        Algorithm::Ed25519 => Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map(Pair::Ed25519),
    };
    if sm2_user_id.is_some() {
        return Err(KeyError::Sm2UserId);
    }
    let pair = pair.map_err(|_| unusable)?;
    let public = pair.public_key()?;
    proved(Arc::new(RingSigner {
        key_id,
        pair,
        public,
        system,
    }))
}

/// A key pair of ring.
enum Pair {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Pair {
    fn public_key(&self) -> Result<PublicKey, KeyError> {
        match self {
            Self::Rsa(pair) => PublicKey::from_rsa_public_key(pair.public_key().as_ref()),
            Self::P256(pair) => {
                let point = pair.public_key().as_ref();
                PublicKey::new(Algorithm::EcdsaP256Sha256, point, None)
            }
            Self::Ed25519(pair) => {
                PublicKey::new(Algorithm::Ed25519, pair.public_key().as_ref(), None)
            }
        }
    }
}

/// A key that ring signs with.
struct RingSigner {
    key_id: KeyId,
    pair: Pair,
    public: PublicKey,
    system: SystemRandom,
}

impl Signer for RingSigner {
    fn algorithm(&self) -> Algorithm {
        self.public.algorithm()
    }

    fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let refused = KeyError::Signing(self.algorithm());
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let scheme = &signature::RSA_PKCS1_SHA256;
                pair.sign(scheme, &self.system, message, &mut signature)
                    .map_err(|_| refused)?;
                Ok(signature)
            }
            Pair::P256(pair) => pair
                .sign(&self.system, message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| refused),
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
        }
    }

    fn public_key(&self) -> PublicKey {
        self.public.clone()
    }
}

fn p256_pkcs8() -> Result<Zeroizing<Vec<u8>>, KeyError> {
    EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new())
        .map(|document| Zeroizing::new(document.as_ref().to_vec()))
        .map_err(|_| KeyError::Generation(Algorithm::EcdsaP256Sha256))
}

fn ed25519_pkcs8(random: &dyn Random) -> Zeroizing<Vec<u8>> {
    let mut seed = Zeroizing::new([0; 32]);
    random.fill(&mut *seed);
    Zeroizing::new([ED25519_PKCS8_PREFIX.as_slice(), seed.as_slice()].concat())
}

fn rsa_pkcs8(random: &dyn Random) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let failed = KeyError::Generation(Algorithm::RsaSha256);
    let key = rsa::RsaPrivateKey::new(&mut RandomForRsa(random), RSA_BITS).map_err(|_| failed)?;
    let document = key.to_pkcs8_der().map_err(|_| failed)?;
    Ok(document.to_bytes())
}

/// Our source of randomness in the shape that the crate `rsa` asks for.
pub(crate) struct RandomForRsa<'a>(pub &'a dyn Random);

impl rsa::rand_core::RngCore for RandomForRsa<'_> {
    fn next_u32(&mut self) -> u32 {
        rsa::rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rsa::rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, buffer: &mut [u8]) {
        self.0.fill(buffer);
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
        self.0.fill(buffer);
        Ok(())
    }
}

impl rsa::rand_core::CryptoRng for RandomForRsa<'_> {}
