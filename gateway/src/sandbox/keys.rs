//! Keys for the gateway's chair, made at run time, and the example instruction from which can be
//! read how a bank is reached.

use crate::keys::{BankKeys, BodyKey};
use adapters::BankAdapter;
use adapters::exchange::{Crypto, OrderLine, Outgoing, PaymentOrder};
use certs::algorithm::Algorithm;
use certs::body_cipher::BodyCipher;
use certs::random::{Random, SystemRandom};
use certs::seal::Opener;
use certs::sign::{KeyError, KeyId, Signer, generate};
use schemas::ValueError;
use schemas::value::{AccountNo, Fen, IdNumber, IdType, PayMonth, PersonName};
use std::collections::BTreeMap;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Why no keys were made.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// A key could not be made.
    #[error("a development key could not be made")]
    Key(#[from] KeyError),
    /// The adapter names an algorithm that nobody knows.
    #[error("{bank} asks for an unknown algorithm")]
    Algorithm {
        /// The bank.
        bank: String,
    },
    /// The adapter writes no example instruction.
    #[error("{bank} writes no example instruction: {what}")]
    Example {
        /// The bank.
        bank: String,
        /// Finding codes.
        what: String,
    },
    /// The example itself is wrong: a defect.
    #[error("the example instruction is wrong")]
    Value(#[from] ValueError),
}

/// An instruction of one line, with the dialect's invented connection values.
///
/// # Errors
/// None but a defect.
pub fn example_order(adapter: &BankAdapter) -> Result<PaymentOrder, ValueError> {
    let day = time::macros::date!(2026 - 11 - 24);
    Ok(PaymentOrder {
        file_no: 1,
        bank_date: day,
        instructed_at: time::macros::datetime!(2026-11-24 10:00 +8),
        payer_account: AccountNo::parse("1202020009900012345")?,
        payer_name: PersonName::parse("样例单位")?,
        pay_month: PayMonth::new(2026, 11)?,
        connection: adapter.example_connection(),
        lines: vec![OrderLine {
            row_no: 1,
            name: PersonName::parse("张样一")?,
            id_type: IdType::RESIDENT,
            id_number: IdNumber::parse(IdType::RESIDENT, "11010519491231002X")?,
            account: AccountNo::parse("622202120200000001")?,
            payee_bank: Some(adapter.code()),
            cnaps_code: None,
            amount: Fen(100),
            memo: None,
        }],
    })
}

/// The messages of the example instruction: how a bank is reached can be read from them.
///
/// # Errors
/// When the adapter can't write them.
pub fn example_messages(
    adapter: &BankAdapter,
    keys: &dyn Crypto,
) -> Result<Vec<Outgoing>, KeysError> {
    let order = example_order(adapter)?;
    adapter.encode_payment(&order, keys).map_err(|findings| {
        let codes: Vec<&str> = findings.iter().map(|found| found.code.as_str()).collect();
        KeysError::Example {
            bank: adapter.code().to_string(),
            what: codes.join(" "),
        }
    })
}

/// Makes the keys of many banks: the gateway signs everywhere with one key of each algorithm,
/// and shares a body key of its own with each bank.
pub struct Smith {
    random: Arc<dyn Random>,
    signers: BTreeMap<String, Arc<dyn Signer>>,
    /// What opens texts sealed to such a key, where it can.
    openers: BTreeMap<String, Arc<Opener>>,
}

impl Default for Smith {
    fn default() -> Self {
        Self::drawing(Arc::new(SystemRandom::new()))
    }
}

impl Smith {
    /// One that draws its keys, and the nonces of those who hold them, from here.
    #[must_use]
    pub fn drawing(random: Arc<dyn Random>) -> Self {
        Self {
            random,
            signers: BTreeMap::new(),
            openers: BTreeMap::new(),
        }
    }

    /// Keys for the gateway's chair; the bank's follow by [`BankKeys::other_chair`].
    ///
    /// # Errors
    /// See [`KeysError`].
    pub fn make(&mut self, adapter: &BankAdapter) -> Result<BankKeys, KeysError> {
        let slots = adapter.key_slots();
        let mut keys = BankKeys {
            key_names: adapter.key_names(&adapter.example_connection()),
            random: Some(Arc::clone(&self.random)),
            ..BankKeys::default()
        };
        for (algorithm, slot) in slots.signing {
            let signer = self
                .signer(&algorithm)
                .ok_or_else(|| KeysError::Algorithm {
                    bank: adapter.code().to_string(),
                })??;
            keys.signers.insert(slot, signer);
        }
        for (algorithm, slot) in slots.opening {
            let opener = self.openers.get(&algorithm).map(Arc::clone);
            keys.openers.extend(opener.map(|opener| (slot, opener)));
        }
        for (algorithm, slot) in slots.verifying {
            let signer = self.signer(&algorithm);
            let signer = signer.ok_or_else(|| KeysError::Algorithm {
                bank: adapter.code().to_string(),
            })??;
            keys.public_keys.insert(slot.clone(), signer.public_key());
            if let Some(opener) = self.openers.get(&algorithm) {
                keys.openers.insert(slot, Arc::clone(opener));
            }
        }
        for (name, slot) in slots.sealing {
            let cipher: BodyCipher = name.parse().map_err(|_| KeysError::Algorithm {
                bank: adapter.code().to_string(),
            })?;
            let mut key = Zeroizing::new(vec![0; cipher.key_bytes()]);
            self.random.fill(key.as_mut());
            let iv = [0; 16];
            keys.body_keys.insert(slot, BodyKey { cipher, key, iv });
        }
        Ok(keys)
    }

    fn signer(&mut self, algorithm: &str) -> Option<Result<Arc<dyn Signer>, KeyError>> {
        if let Some(known) = self.signers.get(algorithm) {
            return Some(Ok(Arc::clone(known)));
        }
        let parsed: Algorithm = algorithm.parse().ok()?;
        let name = format!("development-{}", algorithm.replace('_', "-"));
        let made = KeyId::new(&name).and_then(|id| generate(parsed, id, self.random.as_ref()));
        if let Ok((pem, signer)) = &made {
            let name = algorithm.to_owned();
            if let Ok(opener) = Opener::from_pem(pem) {
                self.openers.insert(name.clone(), Arc::new(opener));
            }
            self.signers.insert(name, Arc::clone(signer));
        }
        Some(made.map(|(_, signer)| signer))
    }
}
