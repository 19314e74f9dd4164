//! A whole installation around the sandbox: what `anxin serve` needs to talk to it, and what an
//! employer, a bank and a regulator need to talk to the gateway. Everything in it is invented.
//!
//! ```text
//! DIR/gateway.toml         yours after the first time
//! DIR/mandates.toml        one invented employer for each bank of the book
//! DIR/pki/                 authority, server, every party's certificate
//! DIR/keys/                signing and body keys towards the banks
//! DIR/connections/CODE.toml   written at each start: the addresses of this sandbox
//! DIR/wages/CODE.csv       a wage file of that employer, for each bank that was opened
//! ```

use super::connection_file;
use crate::clock::Clock;
use crate::command::demo::{Cast, CastError, Employer, Form, Payer, WageBatch};
use crate::command::serve::bank_keys;
use crate::command::words::Failure;
use crate::configuration::{Connection, Settings};
use crate::keys::BankKeys;
use crate::sandbox::PushTarget;
use adapters::layout::sheet::SheetError;
use adapters::{BankAdapter, Book};
use certs::body_cipher::{BodyCipher, UnknownBodyCipher};
use certs::development::{DevelopmentPki, IdentityPem, PkiError};
use certs::random::{Random as _, SystemRandom};
use certs::seal::Opener;
use certs::sign::{KeyError, KeyId, generate, signer_from_pem};
use indicatif::ProgressBar;
use schemas::ValueError;
use schemas::value::{AccountNo, BankCode, PayMonth, PersonName, Purpose, Uscc};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Marks an installation as the sandbox's own: its connections are written again at each start,
/// and a real installation must never be pointed at a sandbox.
const MARK: &str = "SANDBOX";

/// Payees of a wage file.
const LINES: u32 = 20;

/// First port of the banks, where none is asked for: addresses stay the same from start to start.
pub const FIRST_PORT: u16 = 20_000;

const SETTINGS: &str = "\
# Written once by `anxin sandbox --setup`; yours from now on. All options: config/gateway.toml.
profile = \"development\"

[listen]
parties = \"127.0.0.1:8443\"
operator = \"127.0.0.1:8444\"

[tls]
chain_file = \"pki/server/server.pem\"
key_file = \"pki/server/server.key\"
client_ca_file = \"pki/ca.pem\"
crl_files = [\"pki/crl.pem\"]

[development]
# Banks are asked a hundred times as often as their adapters say.
pace_divisor = 100
# After the cut-off, or on a day without banks, instructions wait; this sets the business clock.
# clock = \"2026-11-23T10:00:00+08:00\"
";

/// Why no installation was written.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The people and their certificates.
    #[error("the parties could not be made")]
    Cast(#[from] CastError),
    /// The authority's files.
    #[error("the authority can't be used")]
    Pki(#[from] PkiError),
    /// A key.
    #[error("a key could not be made")]
    Key(#[from] KeyError),
    /// An adapter names an algorithm that nobody knows: a defect.
    #[error("an adapter names an algorithm that nobody knows")]
    Algorithm(#[from] certs::algorithm::UnknownAlgorithm),
    /// An adapter names a cipher that nobody knows: a defect.
    #[error("an adapter names a cipher that nobody knows")]
    Cipher(#[from] UnknownBodyCipher),
    /// A wage file.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// A file.
    #[error("{} can't be read or written", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The settings that stand there.
    #[error("the settings can't be read")]
    Settings(#[from] toml::de::Error),
    /// Somebody else's installation.
    #[error("{} holds an installation that the sandbox did not make", .0.display())]
    Foreign(PathBuf),
    /// A mandate's account, name or employer.
    #[error("a mandate can't be used")]
    Mandate(#[from] ValueError),
    /// No wages are paid for this month.
    #[error("the day is in no month that wages are paid for")]
    Month,
}

/// `mandates.toml`, as far as a wage file needs it.
#[derive(Deserialize)]
struct MandatesFile {
    mandate: Vec<MandateRow>,
}

#[derive(Deserialize)]
struct MandateRow {
    employer: String,
    bank: String,
    account: String,
    name: String,
}

/// An installation in a folder.
pub struct Setup {
    folder: PathBuf,
}

impl Setup {
    /// An installation that is there.
    pub fn there(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// The gateway's address in its settings.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub fn url(&self) -> Result<String, SetupError> {
        let settings: Settings = toml::from_str(&self.read("gateway.toml")?)?;
        Ok(format!("https://{}", settings.listen.parties))
    }

    /// Credit code of the employer that pays through a bank, from its wage file.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub fn employer(&self, bank: BankCode) -> Result<String, SetupError> {
        let wages = self.read(&format!("wages/{bank}.csv"))?;
        let mut lines = wages.lines();
        let code = lines.find_map(|line| line.strip_prefix("统一社会信用代码,"));
        Ok(code.unwrap_or_default().to_owned())
    }

    /// Takes the folder; what is there stays, what is missing is written. `bar` moves on with
    /// every bank and employer.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub fn prepare(
        folder: &Path,
        book: &'static Book,
        seed: u64,
        clock: &dyn Clock,
        bar: &ProgressBar,
    ) -> Result<Self, SetupError> {
        let setup = Self::there(folder);
        let ours = folder.join(MARK).exists();
        let parts = ["connections", "keys", "mandates.toml", "pki", "data"];
        if !ours && parts.iter().any(|part| folder.join(part).exists()) {
            return Err(SetupError::Foreign(folder.to_owned()));
        }
        let (pki, now) = (folder.join("pki"), clock.now());
        if ours {
            // A list of an older day would be refused by its own date.
            let mut authority = DevelopmentPki::load(&pki, now)?;
            authority.renew_list()?;
            authority.write_to(&pki)?;
        } else {
            let cast = Cast::make(book, seed, now)?;
            bar.inc_length(cast.holders());
            cast.write_to(&pki, &mut || bar.inc(1))?;
            setup.write("mandates.toml", &mandates(&cast))?;
        }
        if !folder.join("gateway.toml").exists() {
            setup.write("gateway.toml", SETTINGS.as_bytes())?;
        }
        if !ours {
            // Last: what a kill left half written is nobody's installation.
            setup.write(
                MARK,
                b"Made by `anxin sandbox --setup`; for development only.\n",
            )?;
        }
        Ok(setup)
    }

    /// A wage file for each of these banks that has none yet: of the employer that the mandates
    /// name for the bank.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub fn write_wages(
        &self,
        book: &'static Book,
        banks: &[&'static BankAdapter],
        seed: u64,
        clock: &dyn Clock,
    ) -> Result<(), SetupError> {
        let month = PayMonth::of(clock.now().date()).ok_or(SetupError::Month)?;
        let all: Vec<BankCode> = book.adapters().iter().map(BankAdapter::code).collect();
        let mandates: MandatesFile = toml::from_str(&self.read("mandates.toml")?)?;
        for adapter in banks {
            let (bank, name) = (adapter.code(), format!("wages/{}.csv", adapter.code()));
            let own = mandates
                .mandate
                .iter()
                .find(|row| row.bank == bank.as_str());
            let (Some(row), false) = (own, self.folder.join(&name).exists()) else {
                continue;
            };
            let place = all.iter().position(|code| *code == bank);
            let place = u32::try_from(place.unwrap_or_default()).unwrap_or_default();
            let account = (
                AccountNo::parse(&row.account)?,
                PersonName::parse(&row.name)?,
            );
            let payer = Payer::of(adapter, place, Uscc::parse(&row.employer)?, account);
            let batch = WageBatch::draw(&payer, &all, (seed, LINES), month);
            self.write(&name, &batch.bytes(Form::Csv)?)?;
        }
        Ok(())
    }

    /// The gateway's keys towards a bank, made where they are missing.
    ///
    /// # Errors
    /// See [`SetupError`]; a key's file that can't be used.
    pub fn keys(&self, adapter: &BankAdapter) -> Result<BankKeys, Failure> {
        self.make_keys(adapter)
            .map_err(|error| Failure::defect(&error))?;
        let (folder, ids) = (self.folder.join("keys"), key_ids(adapter));
        let mut keys = bank_keys(adapter, &ids, &adapter.example_connection(), &folder)?;
        // The bank's pair is our own one here.
        for (slot, id) in &ids {
            let pem = std::fs::read_to_string(folder.join(format!("{id}.pem")));
            let opener = pem.ok().and_then(|pem| Opener::from_pem(&pem).ok());
            let opener = opener.map(Arc::new);
            let own = keys.signers.get(slot).map(|signer| signer.public_key());
            let theirs = keys
                .public_keys
                .iter()
                .filter(|(_, key)| Some(*key) == own.as_ref());
            let opened = theirs.map(|(theirs, _)| theirs.clone());
            keys.openers.extend(opened.zip(opener.into_iter().cycle()));
        }
        Ok(keys)
    }

    fn make_keys(&self, adapter: &BankAdapter) -> Result<(), SetupError> {
        let (slots, ids) = (adapter.key_slots(), key_ids(adapter));
        let missing = |slot: &String, kind: &str| {
            let name = format!("keys/{}.{kind}", ids.get(slot)?);
            (!self.folder.join(&name).exists()).then_some(name)
        };
        for (algorithm, slot) in &slots.signing {
            if let Some(name) = missing(slot, "pem") {
                let id = KeyId::new(&format!("{}-{slot}", adapter.code()))?;
                let (pem, _) = generate(algorithm.parse()?, id, &SystemRandom::new())?;
                self.write(&name, pem.as_bytes())?;
            }
        }
        for (algorithm, slot) in &slots.verifying {
            // The bank of a sandbox signs with the pair with which we sign to it.
            let own = slots.signing.iter().find(|(own, _)| own == algorithm);
            let own = own.and_then(|(_, slot)| ids.get(slot));
            if let (Some(name), Some(own)) = (missing(slot, "pub.pem"), own) {
                let path = self.folder.join(format!("keys/{own}.pem"));
                let pem = Zeroizing::new(
                    std::fs::read_to_string(&path)
                        .map_err(|source| SetupError::File { path, source })?,
                );
                let pair = signer_from_pem(algorithm.parse()?, KeyId::new(own)?, &pem, None)?;
                self.write(&name, pair.public_key().to_pem().as_bytes())?;
            }
        }
        for (cipher, slot) in &slots.sealing {
            let cipher: BodyCipher = cipher.parse()?;
            if let Some(name) = missing(slot, cipher.file_ending()) {
                let mut key = Zeroizing::new(vec![0; cipher.key_bytes()]);
                SystemRandom::new().fill(key.as_mut());
                let text = Zeroizing::new(crate::hex(key.as_ref()));
                self.write(&name, text.as_bytes())?;
            }
        }
        for field in adapter
            .connection_fields()
            .iter()
            .filter(|field| field.secret)
        {
            let id = crate::sandbox::secret_id(adapter.code(), &field.name);
            self.write(&format!("keys/{id}.secret"), field.example.as_bytes())?;
        }
        Ok(())
    }

    /// Writes a bank's connection.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub fn connect(
        &self,
        adapter: &BankAdapter,
        connection: &Connection,
    ) -> Result<(), SetupError> {
        let text = connection_file::text(connection, &key_ids(adapter));
        let name = format!("connections/{}.toml", adapter.code());
        self.write(&name, text.as_bytes())
    }

    /// Where the banks push to: the gateway of this installation, by the banks' certificates.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub fn push_target(
        &self,
        banks: impl Iterator<Item = BankCode>,
    ) -> Result<PushTarget, SetupError> {
        let mut identities = BTreeMap::new();
        for bank in banks {
            let identity = IdentityPem {
                certificate_pem: self.read(&format!("pki/bank/{bank}.pem"))?,
                key_pem: Zeroizing::new(self.read(&format!("pki/bank/{bank}.key"))?),
            };
            identities.insert(bank, identity);
        }
        Ok(PushTarget {
            url: self.url()?,
            ca_pem: self.read("pki/ca.pem")?,
            identities,
        })
    }

    fn read(&self, name: &str) -> Result<String, SetupError> {
        let path = self.folder.join(name);
        std::fs::read_to_string(&path).map_err(|source| SetupError::File { path, source })
    }

    /// Everything here is private: accounts, keys, wages.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), SetupError> {
        let path = self.folder.join(name);
        crate::command::write_private(&path, bytes)
            .map_err(|source| SetupError::File { path, source })
    }
}

/// The id of the key in each slot.
fn key_ids(adapter: &BankAdapter) -> BTreeMap<String, String> {
    let (bank, slots) = (adapter.code(), adapter.key_slots());
    let (signing, sealing) = (slots.signing.into_iter(), slots.sealing.into_iter());
    let slots = signing.chain(slots.verifying).chain(sealing);
    let slots = slots.map(|(_, slot)| slot);
    slots
        .map(|slot| (slot.clone(), format!("{bank}-{slot}")))
        .collect()
}

fn mandates(cast: &Cast) -> Vec<u8> {
    let mut text = String::from("# Invented employers; see config/mandates.EXAMPLE.toml.\n");
    for Employer { payer, .. } in &cast.employers {
        let (uscc, bank) = (payer.uscc, payer.adapter.code());
        let account = payer.payer_account.reveal(Purpose::Disclosure);
        let name = payer.payer_name.reveal(Purpose::Disclosure);
        text.push_str(&format!(
            "\n[[mandate]]\nemployer = \"{uscc}\"\nbank = \"{bank}\"\n\
             account = \"{account}\"\nname = \"{name}\"\n"
        ));
    }
    text.into_bytes()
}
