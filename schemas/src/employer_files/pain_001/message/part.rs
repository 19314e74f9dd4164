//! Parts of a message (PmtInf): the head that the first gives, and each one's control totals.

use super::Message;
use crate::codes;
use crate::employer_files::head::count;
use crate::employer_files::pain_001::tree::Slot;
use crate::employer_files::raw::{BankBy, RawHead, Stop, masked, schema, shown, shown_code, yuan};
use crate::employer_files::template::HeadKey;
use crate::finding::{Finding, FindingCode};
use crate::value::{AccountNo, Fen, PayMonth, Uscc};
use std::borrow::Cow;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::{format_description, offset};

impl Message<'_, '_> {
    /// The head of a part is whole: the first gives the batch's, the others must agree with it.
    pub(super) fn end_part_head(&mut self) -> Result<(), Stop> {
        let method = shown(self.slot(Slot::Method));
        if !matches!(method.as_str(), "" | "TRF" | "TRA") {
            let finding = schema("form").with("element", self.in_part("PmtMtd"));
            self.structure(finding.with("expected", "TRF").with("found", method))?;
        }
        let account = self.slot(Slot::DebtorAccount);
        let account = AccountNo::parse(account).map_or(account.to_owned(), |account| {
            account.reveal(crate::value::Purpose::Matching).to_owned()
        });
        let date = day(self.slot(Slot::Date)).into_owned();
        if self.part <= 1 {
            self.first_part = (account, date);
            return self.give_head();
        }
        let (first_account, first_date) = &self.first_part;
        let differs = [
            (
                "DbtrAcct",
                masked(first_account),
                masked(&account),
                *first_account != account,
            ),
            (
                "ReqdExctnDt",
                shown(first_date),
                shown(&date),
                *first_date != date,
            ),
        ];
        for (element, expected, found, differs) in differs {
            if differs {
                self.part_broken = true;
                let finding = schema("form").with("element", self.in_part(element));
                let finding = finding.with("expected", expected).with("found", found);
                self.structure(finding)?;
            }
        }
        self.part_broken |= !self.is_of_employer()?;
        Ok(())
    }

    /// Whether the debtor of this part is the employer, as far as both have a code: who initiates
    /// by name alone may be an agent. That it is another one is said.
    fn is_of_employer(&mut self) -> Result<bool, Stop> {
        let debtor = Uscc::parse(self.slot(Slot::DebtorId));
        let both = Uscc::parse(&self.employer).ok().zip(debtor.ok());
        let Some((employer, debtor)) = both.filter(|(employer, debtor)| employer != debtor) else {
            return Ok(true);
        };
        let finding = Finding::of_file(FindingCode::UsccInvalid).field("employer_uscc");
        let finding = finding
            .value(shown_code(debtor.as_str()))
            .with("expected", shown_code(employer.as_str()))
            .with("element", self.in_part("Dbtr/Id"))
            .with("reason", "two_employers")
            .with("remedy", "one_employer");
        self.structure(finding)?;
        Ok(false)
    }

    /// An element of this part, with the sender's own name of the part where it has one.
    fn in_part(&self, element: &str) -> String {
        match shown(self.slot(Slot::PartId)) {
            name if name.is_empty() => format!("PmtInf[{}]/{element}", self.part),
            name => format!("PmtInf[{}] {name}/{element}", self.part),
        }
    }

    pub(super) fn give_head(&mut self) -> Result<(), Stop> {
        if std::mem::replace(&mut self.head_given, true) {
            return Ok(());
        }
        let text = |slot: Slot| self.slot(slot).to_owned();
        let either = |first, second| match text(first) {
            first if first.is_empty() => text(second),
            first => first,
        };
        let mut head = RawHead::default();
        let (initiator, debtor) = (text(Slot::InitgId), text(Slot::DebtorId));
        let employer = if Uscc::parse(&initiator).is_ok() || debtor.is_empty() {
            initiator
        } else {
            debtor
        };
        let (bank, bank_by) = bank(
            self.slot(Slot::DebtorBic),
            self.slot(Slot::DebtorBankName),
            self.slot(Slot::DebtorMember),
        );
        let month = self.month();
        for (key, text) in [
            (HeadKey::BatchNo, text(Slot::MsgId)),
            (HeadKey::EmployerUscc, employer.clone()),
            (
                HeadKey::EmployerName,
                either(Slot::DebtorName, Slot::InitgName),
            ),
            (HeadKey::PayMonth, month.0),
            (HeadKey::PayingBank, bank.to_owned()),
            (HeadKey::PayerAccount, text(Slot::DebtorAccount)),
            (
                HeadKey::PayerName,
                either(Slot::DebtorAccountName, Slot::DebtorName),
            ),
            (HeadKey::LineCount, text(Slot::GroupCount)),
            (HeadKey::TotalAmount, text(Slot::GroupSum)),
        ] {
            head.fields[key as usize] = text;
        }
        head.bank_by = bank_by;
        head.totals_in = Some(["GrpHdr/NbOfTxs", "GrpHdr/CtrlSum"]);
        self.employer = employer;
        if !self.is_of_employer()? {
            head.broken.add(HeadKey::EmployerUscc as usize);
        }
        self.to.head(&head)?;
        match month.1 {
            Some(note) => self.to.finding(note),
            None => Ok(()),
        }
    }

    /// The month given with the call, else that of the execution date, not later than today's.
    fn month(&self) -> (String, Option<Finding>) {
        if let Some(given) = self.options.pay_month {
            return (given.to_string(), None);
        }
        let date = day(self.slot(Slot::Date));
        let month = date.get(..7).filter(|_| exists(&date));
        let Some(stated) = month.and_then(|month| PayMonth::parse(month).ok()) else {
            return (shown(&date), None);
        };
        let current = PayMonth::of(self.options.today).unwrap_or(stated);
        let month = stated.min(current);
        let note = Finding::of_file(FindingCode::PayMonthAssumed).field("pay_month");
        let note = note.value(month.to_string()).with("month", month);
        (month.to_string(), Some(note))
    }

    pub(super) fn end_part(&mut self) -> Result<(), Stop> {
        if self.part_lines == 0 {
            self.end_part_head()?;
        }
        let now = self.to.tally();
        let lines = now.lines - self.part_start.lines;
        let fen = now.fen - self.part_start.fen;
        let stated = (text_of(self, Slot::PartCount), text_of(self, Slot::PartSum));
        if !stated.0.is_empty() {
            let element = self.in_part("NbOfTxs");
            let parsed = count(&stated.0).ok().map(i128::from);
            let code = FindingCode::ControlCountMismatch;
            let counted = (i128::from(lines), lines.to_string());
            self.control(code, "line_count", element, &stated.0, parsed, counted)?;
        }
        if !stated.1.is_empty() {
            let element = self.in_part("CtrlSum");
            let parsed = Fen::parse_yuan(&stated.1).ok();
            let parsed = parsed.map(|sum| i128::from(sum.0));
            let code = FindingCode::ControlSumMismatch;
            let counted = (fen, yuan(fen));
            self.control(code, "total_amount", element, &stated.1, parsed, counted)?;
        }
        Ok(())
    }

    fn control(
        &mut self,
        code: FindingCode,
        field: &'static str,
        element: String,
        stated: &str,
        parsed: Option<i128>,
        counted: (i128, String),
    ) -> Result<(), Stop> {
        let code = match parsed {
            Some(parsed) if parsed == counted.0 => return Ok(()),
            Some(_) => code,
            None => FindingCode::ControlTotalInvalid,
        };
        let finding = Finding::of_file(code).field(field).value(shown(stated));
        let finding = finding
            .with("stated", shown(stated))
            .with("counted", counted.1);
        let finding = finding.with("element", element);
        let level = match parsed {
            Some(_) => "payment_part",
            None => "form",
        };
        self.to.finding(finding.with("reason", level))
    }
}

fn text_of(message: &Message<'_, '_>, slot: Slot) -> String {
    message.slot(slot).to_owned()
}

/// By what the bank is named: a BIC that we know, a name, a member id.
pub(super) fn bank<'m>(bic: &'m str, name: &'m str, member: &'m str) -> (&'m str, BankBy) {
    let known = !bic.is_empty() && codes::bank_by_bic(bic).is_some();
    match (name.is_empty(), member.is_empty()) {
        _ if known => (bic, BankBy::Bic),
        (false, true) => (name, BankBy::Text),
        (false, false) if codes::bank_by_text(name).is_some() => (name, BankBy::Text),
        (_, false) => (member, BankBy::MemberId),
        (true, true) => (bic, BankBy::Bic),
    }
}

/// The day of a date, or in China of a date with time and zone; as written where it is neither.
fn day(text: &str) -> Cow<'_, str> {
    match OffsetDateTime::parse(text, &Rfc3339) {
        Ok(moment) => moment.to_offset(offset!(+8)).date().to_string().into(),
        Err(_) => text.split('T').next().unwrap_or_default().into(),
    }
}

/// Whether a calendar has the day.
fn exists(day: &str) -> bool {
    time::Date::parse(day, format_description!("[year]-[month]-[day]")).is_ok()
}
