//! An enveloped XML signature (XMLDSig) over a whole document, written and checked.
//!
//! One shape only: inclusive canonical form without comments, the enveloped transform, URI "",
//! the prefix `ds`. What it can't bring into canonical form safely (other prefixes and namespaces,
//! document types) it refuses; what it hands on is the text that the signature stands over, and
//! nothing else.

mod canonical;

use crate::exchange::{Crypto, Unreadable};
use crate::layout::fault::{WriteFault, unreadable};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use canonical::Canonical;
use schemars::JsonSchema;
use serde::Deserialize;

const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const C14N: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

/// Digest of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum XmlDigest {
    /// SHA-1: broken against people who make documents in pairs; some banks demand it.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl XmlDigest {
    fn uri(self) -> &'static str {
        match self {
            Self::Sha1 => "http://www.w3.org/2000/09/xmldsig#sha1",
            Self::Sha256 => "http://www.w3.org/2001/04/xmlenc#sha256",
        }
    }

    fn of(self, text: &str) -> String {
        let algorithm = match self {
            Self::Sha1 => &ring::digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &ring::digest::SHA256,
        };
        BASE64_STANDARD.encode(ring::digest::digest(algorithm, text.as_bytes()))
    }
}

/// The one algorithm of the signature itself that banks were seen to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum XmlAlgorithm {
    /// RSA with SHA-256.
    RsaSha256,
}

/// An enveloped signature: the last child of the document's root.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct XmlSignature {
    /// `rsa_sha256`.
    pub algorithm: XmlAlgorithm,
    /// `sha1` or `sha256`.
    pub digest: XmlDigest,
    /// Slot of the key.
    pub slot: String,
}

impl XmlSignature {
    /// The algorithm by the word of the key store.
    #[must_use]
    pub fn algorithm_word(&self) -> &'static str {
        match self.algorithm {
            XmlAlgorithm::RsaSha256 => "rsa_sha256",
        }
    }

    fn uri(&self) -> &'static str {
        match self.algorithm {
            XmlAlgorithm::RsaSha256 => RSA_SHA256,
        }
    }

    /// What is signed: canonical, as it stands in its `Signature` or by itself.
    fn signed_info(&self, digest: &str, by_itself: bool) -> String {
        let namespace = if by_itself {
            format!(" xmlns:ds=\"{DSIG}\"")
        } else {
            String::new()
        };
        format!(
            "<ds:SignedInfo{namespace}>\
             <ds:CanonicalizationMethod Algorithm=\"{C14N}\"></ds:CanonicalizationMethod>\
             <ds:SignatureMethod Algorithm=\"{}\"></ds:SignatureMethod>\
             <ds:Reference URI=\"\">\
             <ds:Transforms><ds:Transform Algorithm=\"{ENVELOPED}\"></ds:Transform>\
             </ds:Transforms>\
             <ds:DigestMethod Algorithm=\"{}\"></ds:DigestMethod>\
             <ds:DigestValue>{digest}</ds:DigestValue>\
             </ds:Reference></ds:SignedInfo>",
            self.uri(),
            self.digest.uri(),
        )
    }

    /// The document with its signature.
    ///
    /// # Errors
    /// No such key; a document that can't be signed is our own fault.
    pub fn sign(&self, document: &str, crypto: &dyn Crypto) -> Result<String, WriteFault> {
        let form = || WriteFault::Form {
            place: "the document to be signed".to_owned(),
        };
        let canonical = Canonical::of(document).map_err(|_| form())?;
        let end = document.rfind("</").ok_or_else(form)?;
        let (open, close) = document.split_at(end);
        let digest = self.digest.of(&canonical.document);
        let signed = self.signed_info(&digest, true);
        let signature = crypto.sign(self.algorithm_word(), &self.slot, signed.as_bytes())?;
        Ok(format!(
            "{open}<ds:Signature xmlns:ds=\"{DSIG}\">{}<ds:SignatureValue>{}</ds:SignatureValue>\
             </ds:Signature>{close}",
            self.signed_info(&digest, false),
            BASE64_STANDARD.encode(signature),
        ))
    }

    /// What the signature of the document stands over: its canonical form without the signature.
    ///
    /// # Errors
    /// `Unreadable` where there is no signature of this shape, or it does not verify.
    pub fn verified(&self, document: &str, crypto: &dyn Crypto) -> Result<String, Unreadable> {
        let canonical = Canonical::of(document)?;
        if canonical.signatures != 1 {
            return Err(unreadable("the document has not one signature"));
        }
        let digest = self.digest.of(&canonical.document);
        // The digest and every algorithm at once: none but ours is taken.
        if canonical.squeezed_info != self.signed_info(&digest, true) {
            return Err(unreadable("the signature is over something else"));
        }
        let value: String = canonical.value.split_whitespace().collect();
        let value = BASE64_STANDARD.decode(value);
        let value = value.map_err(|_| unreadable("the signature is not base64"))?;
        let signed = canonical.signed_info.as_bytes();
        crypto
            .verify(self.algorithm_word(), &self.slot, signed, &value)
            .map_err(|error| unreadable(error.to_string()))?;
        Ok(canonical.document)
    }
}

#[cfg(test)]
mod tests;
