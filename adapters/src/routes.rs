//! A bank that takes rows to its own accounts and rows to other banks by different transactions:
//! which of its two dialects a file goes by.

use crate::adapter::{BankAdapter, Limits};
use crate::definition::dialect::{Capability, ConnectionField};
use crate::exchange::{Answer, Crypto, Unreadable};
use crate::{BankRequest, Incoming};
use schemas::BankCode;

/// The adapters of a bank with two dialects, each of one.
#[derive(Clone, Debug)]
pub(crate) struct Routes {
    own: BankAdapter,
    other: BankAdapter,
}

impl BankAdapter {
    /// The dialect of rows to other banks, where it is not that of the bank's own accounts.
    #[must_use]
    pub fn other_dialect(&self) -> Option<&str> {
        self.routes.as_ref().map(|routes| routes.other.dialect())
    }

    /// The adapter of each dialect of the bank: its only one, or that of its own accounts and
    /// then that of other banks. A file is written, asked about and read by one of these.
    pub fn by_dialect(&self) -> impl Iterator<Item = &Self> {
        let (first, second) = self.pair();
        std::iter::once(first).chain(second)
    }

    fn pair(&self) -> (&Self, Option<&Self>) {
        match &self.routes {
            Some(routes) => (&routes.own, Some(&routes.other)),
            None => (self, None),
        }
    }

    /// A message, and the dialect that reads it: that in which it names its file, else the first.
    /// Bodies without rows may be so much alike that one dialect reads the other's, and then finds
    /// no file in it.
    ///
    /// # Errors
    /// Where neither reads it.
    pub fn read_by<'a, T>(
        &'a self,
        read: impl Fn(&'a Self) -> Result<T, Unreadable>,
        names_file: impl Fn(&T) -> bool,
    ) -> Result<(&'a Self, T), Unreadable> {
        let (first, second) = self.pair();
        let own = read(first);
        let Some(second) = second.filter(|_| !own.as_ref().is_ok_and(&names_file)) else {
            return own.map(|message| (first, message));
        };
        match (own, read(second)) {
            (Ok(_), Ok(message)) if names_file(&message) => Ok((second, message)),
            (Ok(message), _) => Ok((first, message)),
            (Err(_), Ok(message)) => Ok((second, message)),
            (Err(wrong), Err(too)) => Err(wrong.or(too)),
        }
    }

    /// A request as the bank reads it, and the dialect in which it came.
    ///
    /// # Errors
    /// Where neither reads it.
    pub fn read_request(
        &self,
        incoming: &Incoming,
        crypto: &dyn Crypto,
    ) -> Result<(&Self, BankRequest), Unreadable> {
        self.read_by(
            |own| own.bank_side().read_request(incoming, crypto),
            |request| request.file_no.is_some(),
        )
    }

    /// The adapter of a row to a payee at this bank; `None` where nobody said which, which is an
    /// account at the paying bank itself.
    #[must_use]
    pub fn for_payee(&self, payee_bank: Option<BankCode>) -> &Self {
        match &self.routes {
            Some(routes) if payee_bank.is_some_and(|bank| bank != self.code) => &routes.other,
            Some(routes) => &routes.own,
            None => self,
        }
    }

    /// The adapter by which a file was instructed, by the name of the dialect that its intent
    /// recorded. `None` where the bank does not have it any more, and where none was recorded
    /// and the bank has two: nobody knows by which of them the file can be asked about.
    #[must_use]
    pub fn of_file(&self, recorded: Option<&str>) -> Option<&Self> {
        match recorded {
            Some(name) => self.by_dialect().find(|own| own.dialect() == name),
            None => Some(self).filter(|_| self.routes.is_none()),
        }
    }
}

/// The bank as a whole: what it says of itself holds for both dialects.
///
/// # Errors
/// Why the two can't share one connection.
pub(crate) fn joined(mut own: BankAdapter, mut other: BankAdapter) -> Result<BankAdapter, String> {
    if !own.dialect.capability.own_bank {
        return Err(format!("{} pays no accounts at the bank", own.dialect()));
    }
    if !other.dialect.capability.other_banks {
        return Err(format!("{} pays no other banks", other.dialect()));
    }
    own.dialect.capability.other_banks = false;
    other.dialect.capability.own_bank = false;
    let connection = shared(&own, &other)?;
    let mut bank = own.clone();
    bank.evidence = own.evidence.min(other.evidence);
    bank.limits = lower(&own.limits, &other.limits);
    bank.dialect.connection = connection;
    bank.dialect.capability = both(own.capability(), other.capability());
    bank.routes = Some(Box::new(Routes { own, other }));
    Ok(bank)
}

/// The numbers of a connection that serves both dialects.
fn shared(own: &BankAdapter, other: &BankAdapter) -> Result<Vec<ConnectionField>, String> {
    let differs = |what: &str| {
        let (one, two) = (own.dialect(), other.dialect());
        Err(format!(
            "{one} and {two} differ in {what}: a bank has one connection"
        ))
    };
    if own.channel_name() != other.channel_name() || own.request_frame() != other.request_frame() {
        return differs("their channel");
    }
    if own.dialect.sm2_user_id != other.dialect.sm2_user_id {
        return differs("`sm2_user_id`");
    }
    let kinds = [Answer::Receipt, Answer::Result, Answer::Push];
    if kinds
        .iter()
        .any(|kind| own.headers(*kind) != other.headers(*kind))
    {
        return differs("the headers of the bank's messages");
    }
    let (ours, theirs) = (own.key_slots(), other.key_slots());
    let clash = |one: &crate::adapter::Slots, two: &crate::adapter::Slots| {
        let other = |(algorithm, slot): &(String, String)| {
            two.iter().any(|(name, at)| at == slot && name != algorithm)
        };
        one.iter().any(other)
    };
    if clash(&ours.signing, &theirs.signing)
        || clash(&ours.verifying, &theirs.verifying)
        || clash(&ours.sealing, &theirs.sealing)
    {
        return differs("the algorithm of a key");
    }
    let mut fields = own.connection_fields().to_vec();
    for field in other.connection_fields() {
        match fields.iter().find(|known| known.name == field.name) {
            Some(known) if known.secret != field.secret => return differs("what is secret"),
            Some(_) => {}
            None => fields.push(field.clone()),
        }
    }
    Ok(fields)
}

/// What is taken by either dialect.
fn lower(own: &Limits, other: &Limits) -> Limits {
    Limits {
        rows_max: own.rows_max.min(other.rows_max),
        bytes_max: own.bytes_max.min(other.bytes_max),
        amount_max: own.amount_max.min(other.amount_max),
        total_max: own.total_max.min(other.total_max),
        name_bytes_max: own.name_bytes_max.min(other.name_bytes_max),
        memo_bytes_max: own.memo_bytes_max.min(other.memo_bytes_max),
        account_digits_max: own.account_digits_max.min(other.account_digits_max),
    }
}

/// What holds of every file of the bank.
fn both(own: &Capability, other: &Capability) -> Capability {
    Capability {
        own_bank: own.own_bank,
        other_banks: other.other_banks,
        one_class_per_file: true,
        query: own.query && other.query,
        push: own.push && other.push,
        failures_only: own.failures_only || other.failures_only,
        returns: own.returns && other.returns,
    }
}
