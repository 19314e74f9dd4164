//! Who takes part in the demonstration: one invented employer for each bank, with its people and
//! certificates, a regulator, two operators. All of it is made at run time.

use crate::mandates::{Mandate, Mandates};
use adapters::{BankAdapter, Book};
use certs::development::{DevelopmentPki, IdentityPem, PkiError};
use certs::identity::{Party, PartyError};
use schemas::value::{AccountNo, BankCode, PersonName, Uscc};
use schemas::{ValueError, codes, people};
use std::collections::BTreeMap;
use std::path::Path;
use time::OffsetDateTime;

/// The regulator sees the whole province.
pub const REGION: &str = "330000";

/// Payers' accounts are drawn beyond the payees.
const PAYER_INDEX: u32 = 4_000_000_000;

/// Why no cast was made.
#[derive(Debug, thiserror::Error)]
pub enum CastError {
    /// A certificate.
    #[error("a certificate could not be made")]
    Pki(#[from] PkiError),
    /// A party's name: a defect.
    #[error("a party can't be named")]
    Party(#[from] PartyError),
    /// A value: a defect.
    #[error("an invented value is wrong")]
    Value(#[from] ValueError),
}

/// What of an employer stands in its wage file.
pub struct Payer {
    /// Place of the bank in the book, from 0.
    pub place: u32,
    /// The bank.
    pub adapter: &'static BankAdapter,
    /// The employer.
    pub uscc: Uscc,
    /// Its project's region.
    pub region: String,
    /// Its account at the bank.
    pub payer_account: AccountNo,
    /// The account's name.
    pub payer_name: PersonName,
}

impl Payer {
    /// The employer of the bank at `place` of the book, with its own numbers.
    #[must_use]
    pub fn of(
        adapter: &'static BankAdapter,
        place: u32,
        uscc: Uscc,
        (payer_account, payer_name): (AccountNo, PersonName),
    ) -> Self {
        Self {
            place,
            adapter,
            uscc,
            region: region(place),
            payer_account,
            payer_name,
        }
    }

    /// An invented one.
    fn invented(adapter: &'static BankAdapter, place: u32, seed: u64) -> Result<Self, ValueError> {
        let account = people::person(seed, PAYER_INDEX + place, Some(adapter.code())).account;
        let name = PersonName::parse(&format!("样例建设{:02}工资专户", place + 1))?;
        let uscc = people::uscc(seed, place, &region(place));
        Ok(Self::of(adapter, place, uscc, (account, name)))
    }
}

/// The counties in turn.
fn region(place: u32) -> String {
    let counties = codes::regions().map(|(code, _)| code.to_string());
    let counties: Vec<String> = counties.filter(|code| !code.ends_with("00")).collect();
    let turn = usize::try_from(place).unwrap_or_default() % counties.len().max(1);
    let county = counties.get(turn).cloned();
    county.unwrap_or_else(|| "330110".to_owned())
}

/// An employer that pays through one bank, with its certificates.
pub struct Employer {
    /// What its wage file says of it.
    pub payer: Payer,
    /// 经办.
    pub maker: IdentityPem,
    /// 复核.
    pub checker: IdentityPem,
    /// Its system.
    pub system: IdentityPem,
}

/// Everybody.
pub struct Cast {
    /// The authority.
    pub pki: DevelopmentPki,
    /// The gateway's own certificate.
    pub server: IdentityPem,
    /// One for each bank.
    pub employers: Vec<Employer>,
    /// The banks' certificates.
    pub banks: BTreeMap<BankCode, IdentityPem>,
    /// The regulator.
    pub regulator: IdentityPem,
    /// Two operators.
    pub operators: [IdentityPem; 2],
}

impl Cast {
    /// Makes everybody. `now` is the machine's time: certificates live by it.
    ///
    /// # Errors
    /// See [`CastError`].
    pub fn make(book: &'static Book, seed: u64, now: OffsetDateTime) -> Result<Self, CastError> {
        let pki = DevelopmentPki::create(now)?;
        let mut employers = Vec::new();
        let mut banks = BTreeMap::new();
        for (adapter, place) in book.adapters().iter().zip(0u32..) {
            let bank = adapter.code();
            let payer = Payer::invented(adapter, place, seed)?;
            let uscc = payer.uscc;
            let person = |id: Option<&str>| -> Result<IdentityPem, CastError> {
                Ok(pki.issue_client(&Party::employer(uscc.as_str(), id)?)?)
            };
            banks.insert(bank, pki.issue_client(&Party::bank(bank.as_str())?)?);
            employers.push(Employer {
                payer,
                maker: person(Some("maker"))?,
                checker: person(Some("checker"))?,
                system: person(None)?,
            });
        }
        let operator = |name| -> Result<IdentityPem, CastError> {
            Ok(pki.issue_client(&Party::operator("demo", Some(name))?)?)
        };
        Ok(Self {
            server: pki.issue_server(&["127.0.0.1", "localhost"])?,
            regulator: pki.issue_client(&Party::regulator(REGION, None)?)?,
            operators: [operator("anna")?, operator("bo")?],
            pki,
            employers,
            banks,
        })
    }

    /// The employers' registered accounts.
    #[must_use]
    pub fn mandates(&self) -> Mandates {
        let mut mandates = Mandates::default();
        for Employer { payer, .. } in &self.employers {
            let mandate = Mandate {
                payer_name: payer.payer_name.clone(),
                connection: payer.adapter.example_connection(),
            };
            let key = (payer.uscc, payer.adapter.code(), payer.payer_account);
            mandates.register(key, mandate);
        }
        mandates
    }

    /// Holders of certificates that [`Cast::write_to`] writes.
    #[must_use]
    pub fn holders(&self) -> u64 {
        u64::try_from(self.banks.len() + self.employers.len()).unwrap_or_default()
    }

    /// Writes every certificate with its key below `folder`, as `anxin certs init` does.
    /// `wrote` is called after each bank and each employer.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write_to(&self, folder: &Path, wrote: &mut dyn FnMut()) -> Result<(), PkiError> {
        self.pki.write_to(folder)?;
        self.server.write_to(&folder.join("server"), "server")?;
        let regulator = folder.join("regulator");
        self.regulator.write_to(&regulator, REGION)?;
        for (identity, name) in self.operators.iter().zip(["anna", "bo"]) {
            identity.write_to(&folder.join("operator"), name)?;
        }
        for (bank, identity) in &self.banks {
            identity.write_to(&folder.join("bank"), bank.as_str())?;
            wrote();
        }
        let place = folder.join("employer");
        for employer in &self.employers {
            let uscc = employer.payer.uscc;
            employer.system.write_to(&place, uscc.as_str())?;
            employer.maker.write_to(&place, &format!("{uscc}-maker"))?;
            employer
                .checker
                .write_to(&place, &format!("{uscc}-checker"))?;
            wrote();
        }
        Ok(())
    }
}
