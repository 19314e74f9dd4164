//! Digests, signers and verifiers by algorithm name, ciphers of banks' bodies, identities in
//! client certificates, TLS configurations and a development PKI.
//!
//! No other crate of the workspace touches a key. Adapters name an [`algorithm::Algorithm`], the
//! gateway holds an `Arc<dyn` [`sign::Signer`]`>`. Nothing here reads a clock: where a time
//! matters, the caller passes it.
#![forbid(unsafe_code)]

pub mod algorithm;
pub mod body_cipher;
pub mod cipher;
mod der;
pub mod development;
pub mod digest;
pub mod envelope;
pub mod identity;
mod pem;
pub mod random;
pub mod seal;
mod self_test;
pub mod sign;
pub mod tls;

pub use self_test::{SelfTestError, self_test};
