//! Searching payments: filters over the book, people by keyed hash, pages that stay stable.

use crate::access::Sight;
use crate::api::answer::{PaymentPage, PaymentView};
use crate::book::{Batch, Book, Line};
use crate::core::Core;
use crate::event::AcceptedHead;
use crate::index::{Field, Search};
use crate::intake::short;
use crate::query::batches::newest_first;
use crate::query::personal::{Seen, Show, Viewer, employer_name};
use crate::query::{Cursor, QueryError, day, moment};
use schemas::value::{
    AccountNo, BankCode, IdNumber, IdType, PayMonth, PaymentId, Purpose, RegionCode, Uscc,
};
use schemas::{Lang, LineState};
use time::Date;

/// Lines looked at for one page: what is left goes to the next page, so that no search keeps the
/// lock for long.
const LINES_LOOKED_AT_MAX: usize = 2_000_000;

/// What is searched for. An absent filter lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Document number.
    pub id_number: Option<IdNumber>,
    /// Payee's account.
    pub account: Option<AccountNo>,
    /// Employer.
    pub employer: Option<Uscc>,
    /// Project.
    pub project_code: Option<String>,
    /// Paying bank.
    pub bank: Option<BankCode>,
    /// Region, and what lies in it.
    pub region: Option<RegionCode>,
    /// States; any of them.
    pub states: Vec<LineState>,
    /// Month for which is paid.
    pub pay_month: Option<PayMonth>,
    /// First day of acceptance.
    pub from: Option<Date>,
    /// Last day of acceptance.
    pub to: Option<Date>,
    /// Amount in fen.
    pub amount_fen: Option<i64>,
}

impl Filter {
    /// Reads a document number of any kind: the resident form where it holds, else by shape.
    #[must_use]
    pub fn id_number(text: &str) -> Option<IdNumber> {
        let shape = IdType::parse("08").ok()?;
        IdNumber::parse(IdType::RESIDENT, text)
            .or_else(|_| IdNumber::parse(shape, text))
            .ok()
    }

    /// Whether it asks for a person: such searches are limited in pace.
    #[must_use]
    pub fn is_personal(&self) -> bool {
        self.id_number.is_some() || self.account.is_some()
    }

    /// What was asked, for the record of a disclosure: people masked.
    #[must_use]
    pub fn described(&self) -> String {
        let states: Vec<&str> = self.states.iter().map(|state| state.as_str()).collect();
        let parts = [
            ("id_number", self.id_number.map(|number| number.masked())),
            ("account", self.account.map(|account| account.masked())),
            (
                "employer",
                self.employer.map(|employer| employer.to_string()),
            ),
            ("project_code", self.project_code.clone()),
            ("bank", self.bank.map(|bank| bank.to_string())),
            ("region", self.region.map(|region| region.to_string())),
            ("state", (!states.is_empty()).then(|| states.join(","))),
            ("pay_month", self.pay_month.map(|month| month.to_string())),
            ("from", self.from.map(|date| date.to_string())),
            ("to", self.to.map(|date| date.to_string())),
            ("amount_fen", self.amount_fen.map(|fen| fen.to_string())),
        ];
        let given = parts
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let texts: Vec<String> = given
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        texts.join("&")
    }

    fn takes_batch(&self, batch: &Batch) -> bool {
        let head = &batch.head;
        let on = day(batch.accepted_ms);
        self.employer
            .is_none_or(|employer| employer == head.employer)
            && self.bank.is_none_or(|bank| bank == head.paying_bank)
            && self.pay_month.is_none_or(|month| month == head.pay_month)
            && (self.project_code.is_none() || self.project_code == head.project_code)
            && self
                .region
                .is_none_or(|region| head.region.is_some_and(|of_batch| region.covers(&of_batch)))
            && self.from.is_none_or(|from| on.is_some_and(|on| from <= on))
            && self.to.is_none_or(|to| on.is_some_and(|on| on <= to))
    }
}

/// The filters on a line, people as the book keeps them.
struct LineFilter<'a> {
    person: Option<u64>,
    account: Option<u64>,
    filter: &'a Filter,
}

impl<'a> LineFilter<'a> {
    fn new(core: &Core, filter: &'a Filter) -> Self {
        let vault = core.vault();
        let blind = |field, text: &[u8]| short(vault.blind(field, text));
        Self {
            person: filter
                .id_number
                .map(|number| blind("id_number", &number.comparable(Purpose::Matching))),
            account: filter
                .account
                .map(|account| blind("account", account.reveal_bytes(Purpose::Matching))),
            filter,
        }
    }

    /// The lines of a batch to look at behind the first `skip`, ascending: those that the index
    /// names where a person or an account is searched for, else all.
    fn candidates(&self, search: &Search, batch: &Batch, skip: u32) -> Vec<u32> {
        let named = match (self.person, self.account) {
            (Some(person), _) => Some(search.lines_with(batch, Field::IdNumber, person)),
            (None, Some(account)) => Some(search.lines_with(batch, Field::Account, account)),
            (None, None) => None,
        };
        let all = || (1..=u32::try_from(batch.lines.len()).unwrap_or(u32::MAX)).collect();
        let mut candidates: Vec<u32> = named.unwrap_or_else(all);
        candidates.retain(|index| *index > skip);
        candidates
    }

    fn takes(&self, line: &Line) -> bool {
        self.person.is_none_or(|person| person == line.person)
            && self.account.is_none_or(|account| account == line.account)
            && self
                .filter
                .amount_fen
                .is_none_or(|fen| fen == line.amount_fen)
            && (self.filter.states.is_empty() || self.filter.states.contains(&line.state))
    }
}

/// Where and when a batch was accepted.
#[derive(Clone, Copy, Debug)]
pub struct Accepted {
    at: u64,
    ms: i64,
}

impl Accepted {
    fn of(batch: &Batch) -> Self {
        Self {
            at: batch.accepted_at,
            ms: batch.accepted_ms,
        }
    }
}

/// Lines found, and where to go on.
#[derive(Debug, Default)]
pub struct Found {
    /// The lines with their batches' heads.
    pub lines: Vec<(Seen, AcceptedHead, Accepted)>,
    /// Where the next page goes on.
    pub next: Option<Cursor>,
    /// Journal sequence of the book that was read.
    pub sequence: u64,
}

/// Finds a page of payments that the caller may see.
#[must_use]
pub fn find(
    core: &Core,
    search: &Search,
    sight: Sight,
    filter: &Filter,
    after: Option<Cursor>,
    limit: usize,
) -> Found {
    let of_line = LineFilter::new(core, filter);
    let desk = core.desk();
    let batches = newest_first(&desk, |batch| {
        sight.may_see_lines_of(&batch.head)
            && after.is_none_or(|cursor| batch.accepted_at <= cursor.accepted_at)
            && filter.takes_batch(batch)
    });
    let mut found = Found {
        sequence: desk.sequence(),
        ..Found::default()
    };
    let mut looked_at = 0;
    for batch in batches {
        let begun = after.filter(|cursor| cursor.accepted_at == batch.accepted_at);
        let skip = begun.map_or(0, |cursor| cursor.index);
        for index in of_line.candidates(search, batch, skip) {
            let Some(line) = batch.line(index) else {
                continue;
            };
            let full = found.lines.len() >= limit || looked_at >= LINES_LOOKED_AT_MAX;
            if full {
                found.next = Some(Cursor {
                    accepted_at: batch.accepted_at,
                    index: index - 1,
                });
                return found;
            }
            looked_at += 1;
            if of_line.takes(line) && sight.sees_line(batch, line) {
                let seen = Seen::of(&desk, sight, batch, index, line);
                found
                    .lines
                    .push((seen, batch.head.clone(), Accepted::of(batch)));
            }
        }
    }
    found
}

/// Opens what was found and shows it.
///
/// # Errors
/// When sealed lines can't be read.
pub fn page(core: &Core, found: &Found, show: Show, lang: Lang) -> Result<PaymentPage, QueryError> {
    let mut viewer = Viewer::new(core, show, lang);
    let mut payments = Vec::with_capacity(found.lines.len());
    let mut name_of: Option<(u64, Option<String>)> = None;
    for (seen, head, accepted) in &found.lines {
        // Lines of one batch come together.
        let known = name_of.take().filter(|(at, _)| *at == accepted.at);
        let name = match known {
            Some((_, name)) => name,
            None => employer_name(core, accepted.at)?,
        };
        name_of = Some((accepted.at, name.clone()));
        let line = viewer.view(seen)?;
        payments.push(PaymentView {
            employer_name: name,
            ..payment_view(line, head, accepted.ms)
        });
    }
    Ok(PaymentPage {
        payments,
        next: found.next.map(|cursor| cursor.to_string()),
    })
}

/// The line and head of one payment, for its history.
#[must_use]
pub fn one(book: &Book, sight: Sight, payment: PaymentId) -> Option<(Found, &Batch)> {
    let (batch, line) = book.line(payment)?;
    if !sight.sees_line(batch, line) {
        return None;
    }
    let seen = Seen::of(book, sight, batch, payment.row, line);
    let found = Found {
        lines: vec![(seen, batch.head.clone(), Accepted::of(batch))],
        next: None,
        // Where its correction stands is told by another batch's record.
        sequence: book.sequence(),
    };
    Some((found, batch))
}

fn payment_view(
    line: crate::api::answer::LineView,
    head: &AcceptedHead,
    accepted_ms: i64,
) -> PaymentView {
    PaymentView {
        line,
        batch_id: head.batch.to_string(),
        batch_no: head.batch_no.to_string(),
        employer_uscc: head.employer.to_string(),
        // Sealed: opened by the caller.
        employer_name: None,
        project_code: head.project_code.clone(),
        region: head.region.map(|region| region.to_string()),
        pay_month: head.pay_month.to_string(),
        paying_bank: head.paying_bank.to_string(),
        accepted_at: moment(accepted_ms),
    }
}
