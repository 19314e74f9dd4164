//! A digital envelope (数字信封): the body under a key made afresh for each message, that key in a
//! header, sealed to the other side's key, and a signature over the open body in another header
//! (CGB's newer gateway).

use super::headers;
use super::layer::Around;
use super::packed::{hex, unbase64, unhex};
use super::sign::{NO_SIGNATURE, Over, Shape};
use crate::exchange::{CryptoError, Enveloped, Unreadable};
use crate::layout::fault::{WriteFault, unreadable};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use schemars::JsonSchema;
use serde::Deserialize;

/// How body and key are sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EnvelopeCipher {
    /// SM4-ECB with PKCS#7 padding; its key by RSA PKCS#1 v1.5, to a key of `rsa_sha256`.
    Sm4EcbRsaPkcs1,
}

impl EnvelopeCipher {
    /// Its word, by which the keys' side of [`crate::exchange::Crypto`] knows it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sm4EcbRsaPkcs1 => "sm4_ecb_rsa_pkcs1",
        }
    }

    /// The algorithm of the key that it is sealed to.
    #[must_use]
    pub fn key_algorithm(self) -> &'static str {
        match self {
            Self::Sm4EcbRsaPkcs1 => "rsa_sha256",
        }
    }
}

/// A body in upper-case hexadecimal whose key and signature stand in headers. It is the outermost
/// layer of a message over HTTP: the block of both headers stands before the body
/// ([`headers`]), and the wire of a request takes it off again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DigitalEnvelope {
    /// How body and key are sealed.
    pub cipher: EnvelopeCipher,
    /// Slot of the key that it is sealed to, with which the other side's signatures are checked as
    /// well: `bank` in what we send, `signing` in what the bank sends.
    pub slot: String,
    /// Header of the sealed key, in base64.
    pub key: String,
    /// The signature of whoever sends it.
    pub sign: EnvelopeSign,
}

/// The signature over what is in an envelope.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvelopeSign {
    /// `rsa_sha256`, `sm2_sm3`, `sm2_sm3_der`.
    pub algorithm: String,
    /// Slot of the key.
    pub slot: String,
    /// What of the open body is signed.
    #[serde(default)]
    pub over: Over,
    /// How the signature is spelt.
    pub shape: Shape,
    /// Its header.
    pub header: String,
}

impl DigitalEnvelope {
    /// Names of the headers, in the order of the block.
    #[must_use]
    pub fn names(&self) -> [&str; 2] {
        [&self.key, &self.sign.header]
    }

    /// Signs the body, seals it, and puts the block before it.
    ///
    /// # Errors
    /// A key that is missing or fails; no source of new ones.
    pub fn wrap(&self, body: Vec<u8>, around: Around<'_>) -> Result<Vec<u8>, WriteFault> {
        let (sign, crypto) = (&self.sign, around.crypto);
        let sealed = crypto.seal_envelope(self.cipher.as_str(), &self.slot, &body)?;
        let signature = crypto.sign(&sign.algorithm, &sign.slot, &sign.over.of(body))?;
        let names = self.names().map(str::to_owned);
        let values = [
            BASE64_STANDARD.encode(sealed.key),
            sign.shape.write(&signature),
        ];
        let values = values.map(String::into_bytes);
        let given: Vec<_> = names.iter().cloned().zip(values).collect();
        Ok(headers::fronted(&names, &given, hex(&sealed.body)))
    }

    /// Opens the body and checks its signature.
    ///
    /// # Errors
    /// `Unreadable` where a header is missing, in the same words whatever of key and body does not
    /// open, or where the signature is wrong.
    pub fn unwrap(&self, bytes: &[u8], around: Around<'_>) -> Result<Vec<u8>, Unreadable> {
        let Some((values, body)) = headers::parted(&self.names(), bytes) else {
            return Err(unreadable("a header of the envelope is missing"));
        };
        let [key, signature] = values[..] else {
            return Err(unreadable("a header of the envelope is missing"));
        };
        if signature.is_empty() {
            return Err(unreadable(NO_SIGNATURE));
        }
        let sealed = unbase64(key.as_bytes()).zip(unhex(body.trim_ascii()));
        let sealed = sealed.map(|(key, body)| Enveloped { key, body });
        let wrong = || unreadable(CryptoError::BadCipherText.to_string());
        let open = |sealed| {
            let cipher = self.cipher.as_str();
            around.crypto.open_envelope(cipher, &self.slot, &sealed)
        };
        let body = sealed.ok_or_else(wrong).and_then(|sealed| {
            let opened = open(sealed);
            opened.map_err(|error| unreadable(error.to_string()))
        })?;
        let sign = &self.sign;
        let signature = sign.shape.read(signature)?;
        let text = sign.over.of(body.clone());
        around.verify((&sign.algorithm, &sign.slot), &text, &signature)?;
        Ok(body)
    }
}
