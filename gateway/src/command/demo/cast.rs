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

/// An employer that pays through one bank.
pub struct Employer {
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
        let regions: Vec<String> = codes::regions()
            .map(|(code, _)| code.to_string())
            .filter(|code| !code.ends_with("00"))
            .collect();
        let mut employers = Vec::new();
        let mut banks = BTreeMap::new();
        for (adapter, place) in book.adapters().iter().zip(0u32..) {
            let bank = adapter.code();
            let turn = usize::try_from(place).unwrap_or_default();
            let region = regions.get(turn % regions.len().max(1)).cloned();
            let region = region.unwrap_or_else(|| "330110".to_owned());
            let uscc = people::uscc(seed, place, &region);
            let person = |id: Option<&str>| -> Result<IdentityPem, CastError> {
                Ok(pki.issue_client(&Party::employer(uscc.as_str(), id)?)?)
            };
            banks.insert(bank, pki.issue_client(&Party::bank(bank.as_str())?)?);
            employers.push(Employer {
                place,
                adapter,
                uscc,
                region,
                payer_account: people::person(seed, PAYER_INDEX + place, Some(bank)).account,
                payer_name: PersonName::parse(&format!("样例建设{:02}工资专户", place + 1))?,
                maker: person(Some("maker"))?,
                checker: person(Some("checker"))?,
                system: person(None)?,
            });
        }
        let operator = |name| -> Result<IdentityPem, CastError> {
            Ok(pki.issue_client(&Party::operator(name, None)?)?)
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
        for employer in &self.employers {
            let fields = employer.adapter.connection_fields().iter();
            let mandate = Mandate {
                payer_name: employer.payer_name.clone(),
                connection: fields
                    .map(|field| (field.name.clone(), field.example.clone()))
                    .collect(),
            };
            let key = (
                employer.uscc,
                employer.adapter.code(),
                employer.payer_account,
            );
            mandates.register(key, mandate);
        }
        mandates
    }

    /// Writes every certificate with its key below `folder`, as `anxin certs init` does.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write_to(&self, folder: &Path) -> Result<(), PkiError> {
        self.pki.write_to(folder)?;
        self.server.write_to(&folder.join("server"), "server")?;
        let regulator = folder.join("regulator");
        self.regulator.write_to(&regulator, REGION)?;
        for (identity, name) in self.operators.iter().zip(["anna", "bo"]) {
            identity.write_to(&folder.join("operator"), name)?;
        }
        for (bank, identity) in &self.banks {
            identity.write_to(&folder.join("bank"), bank.as_str())?;
        }
        let place = folder.join("employer");
        for employer in &self.employers {
            let uscc = employer.uscc;
            employer.system.write_to(&place, uscc.as_str())?;
            employer.maker.write_to(&place, &format!("{uscc}-maker"))?;
            employer
                .checker
                .write_to(&place, &format!("{uscc}-checker"))?;
        }
        Ok(())
    }
}
