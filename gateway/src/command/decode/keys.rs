//! The keys with which a message is opened: the installation's where its files are given, else
//! placeholders.

use super::speaker::{called, code};
use crate::command::adapter::PlaceholderKeys;
use crate::command::arguments::Decode;
use crate::command::serve::bank_keys;
use crate::command::told;
use crate::command::words::{Failure, Words, pick};
use crate::configuration::Configuration;
use crate::keys::BankKeys;
use adapters::BankAdapter;
use adapters::exchange::{Crypto, CryptoError, Enveloped};
use schemas::Lang;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Keys, and what was met on the way.
#[derive(Debug, Default)]
pub(super) struct Keys {
    own: Option<BankKeys>,
    placeholders: PlaceholderKeys,
    met_signature: AtomicBool,
}

impl Keys {
    /// The keys that the command line names.
    ///
    /// # Errors
    /// Files that can't be used, or of another bank.
    pub(super) fn of(
        arguments: &Decode,
        adapter: &BankAdapter,
        lang: Lang,
    ) -> Result<Self, Failure> {
        let Some(file) = &arguments.connection else {
            return Ok(Self::default());
        };
        let connection =
            Configuration::connection_at(file).map_err(|error| told::refused(&[error], lang))?;
        // A dialect that stands alone is opened with the keys of any bank that speaks it.
        if code(adapter).is_some_and(|own| own != connection.bank.as_str()) {
            return Err(other_bank(file, connection.bank.as_str(), adapter));
        }
        // As `serve` has it: `keys` beside the folder of connections.
        let folder = file.parent().unwrap_or(Path::new("."));
        let beside = folder.join("../keys");
        let keys = arguments.keys.as_deref().unwrap_or(&beside);
        let fields = connection.fields.into_iter().collect();
        Ok(Self {
            own: Some(bank_keys(adapter, &connection.keys, &fields, keys)?),
            ..Self::default()
        })
    }

    fn door(&self) -> &dyn Crypto {
        match &self.own {
            Some(own) => own,
            None => &self.placeholders,
        }
    }

    /// Whether a bank's signature was checked; `None` where the message carries none. `signed`:
    /// it should carry one, which may be gone from what somebody kept.
    pub(super) fn signature_checked(&self, signed: bool) -> Option<bool> {
        let met = self.met_signature.load(Ordering::Relaxed);
        (met || signed).then_some(met && self.own.is_some())
    }

    /// What a reader is told where no signature was checked that should be there.
    pub(super) fn unchecked(&self, signed: bool, lang: Lang) -> Option<&'static str> {
        let unchecked = self.signature_checked(signed) == Some(false);
        let (zh, en) = match self.own {
            Some(_) => (
                "银行签名未验证:这份报文里没有完整的签名",
                "the bank's signature was not checked: there is none in this message",
            ),
            None => (
                "银行签名未验证(没有该行公钥);可用 --connection FILE 指定",
                "the bank's signature was not checked: there is no key of the bank here; \
                 --connection FILE names it",
            ),
        };
        unchecked.then(|| pick(lang, zh, en))
    }

    /// Whether no key was given that could open a sealed body.
    pub(super) fn are_placeholders(&self) -> bool {
        self.own.is_none()
    }
}

fn other_bank(file: &Path, found: &str, adapter: &BankAdapter) -> Failure {
    let (file, bank) = (file.display(), called(adapter));
    Failure::usage(
        Words::new(
            format!("{file} 是 {found} 的连接,不是 {bank} 的"),
            format!("{file} is the connection of {found}, not of {bank}"),
        ),
        Words::new(
            "请核对 --bank 与 --connection。",
            "Check --bank and --connection.",
        ),
    )
}

impl Crypto for Keys {
    fn sign(&self, algorithm: &str, slot: &str, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.door().sign(algorithm, slot, message)
    }

    fn verify(
        &self,
        algorithm: &str,
        slot: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        self.met_signature.store(true, Ordering::Relaxed);
        self.door().verify(algorithm, slot, message, signature)
    }

    fn encrypt(&self, cipher: &str, slot: &str, plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.door().encrypt(cipher, slot, plain)
    }

    fn decrypt(&self, cipher: &str, slot: &str, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.door().decrypt(cipher, slot, sealed)
    }

    fn seal_envelope(
        &self,
        cipher: &str,
        slot: &str,
        plain: &[u8],
    ) -> Result<Enveloped, CryptoError> {
        self.door().seal_envelope(cipher, slot, plain)
    }

    fn open_envelope(
        &self,
        cipher: &str,
        slot: &str,
        sealed: &Enveloped,
    ) -> Result<Vec<u8>, CryptoError> {
        self.door().open_envelope(cipher, slot, sealed)
    }

    fn knows_key(&self, slot: &str, name: &str) -> bool {
        self.door().knows_key(slot, name)
    }
}
