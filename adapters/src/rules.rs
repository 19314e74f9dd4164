//! What a bank would refuse of a line, and how a batch is cut into bank files.

use crate::adapter::BankAdapter;
use crate::exchange::PlanLine;
use crate::layout::fault::{SHORTER_ACCOUNT, WriteFault, not_encodable, too_long};
use crate::layout::field::Field;
use crate::layout::forbidden::Forbidden;
use crate::layout::listed::Listed;
use crate::layout::slot::Slot;
use schemas::employer_files::{Asked, LineRules};
use schemas::text::{Charset, CharsetError};
use schemas::value::PersonName;
use schemas::{AccountNo, BankCode, Fen, Finding, FindingCode};

/// The paying bank's rules for one line: characters, bytes, amount.
#[derive(Clone, Debug)]
pub struct BankLineRules {
    charset: Charset,
    /// What the bank answers in: it must have the characters as well.
    answers_in: Charset,
    forbidden: Forbidden,
    name_bytes_max: usize,
    memo_bytes_max: usize,
    carries_memo: bool,
    amount_max: Fen,
    account_digits_max: usize,
    /// The bank whose accounts are the only ones; `None` where it pays others too.
    own_only: Option<BankCode>,
    /// The paying bank, and what holds of payees elsewhere where those rows go by a dialect of
    /// their own.
    elsewhere: Option<(BankCode, Box<BankLineRules>)>,
}

impl PlanLine {
    /// Of a line, its texts measured in the bank's character set.
    #[must_use]
    pub fn of(
        (payee_bank, amount): (Option<BankCode>, Fen),
        (name, memo): (&str, Option<&str>),
        charset: Charset,
    ) -> Self {
        let bytes = |text: &str| charset.byte_len(text).unwrap_or(text.len());
        Self {
            payee_bank,
            amount,
            name_bytes: bytes(name),
            memo_bytes: memo.map_or(0, bytes),
        }
    }
}

impl BankAdapter {
    /// The rules that `anxin check --bank` and the intake ask.
    #[must_use]
    pub fn line_rules(&self) -> BankLineRules {
        let mut each = self.by_dialect();
        let mut rules = each.next().unwrap_or(self).own_rules();
        if let Some(other) = each.next() {
            rules.elsewhere = Some((self.code, Box::new(other.own_rules())));
        }
        rules
    }

    fn own_rules(&self) -> BankLineRules {
        let mut forbidden = Vec::new();
        let mut carries_memo = false;
        let (mut name_max, mut memo_max) = (self.limits.name_bytes_max, self.limits.memo_bytes_max);
        for step in &self.dialect.submit {
            let body = &step.request.body;
            forbidden.extend(body.forbidden());
            let (_, row) = body.slots();
            for slot in row {
                let most = slot.bytes_max.into_iter().chain(slot.width).min();
                let most = most.unwrap_or(usize::MAX);
                match slot.field() {
                    Some(Field::PayeeName) => name_max = name_max.min(most),
                    Some(Field::RowMemo) => {
                        carries_memo = true;
                        memo_max = memo_max.min(most);
                    }
                    Some(_) | None => {}
                }
            }
        }
        BankLineRules {
            charset: self.charset_out(),
            answers_in: self.charset_in(),
            forbidden: Forbidden::of(&forbidden),
            name_bytes_max: name_max,
            memo_bytes_max: memo_max,
            carries_memo,
            amount_max: self.limits.amount_max,
            account_digits_max: self.limits.account_digits_max,
            own_only: Some(self.code()).filter(|_| !self.capability().other_banks),
            elsewhere: None,
        }
    }

    /// Cuts a batch into bank files: indices of the lines of each, in order. By class where the
    /// bank wants one class a file or has a dialect for each, then by rows, bytes and sum.
    #[must_use]
    pub fn plan(&self, lines: &[PlanLine]) -> Vec<Vec<usize>> {
        let own = |line: &PlanLine| line.payee_bank.is_none_or(|bank| bank == self.code());
        let all: Vec<usize> = (0..lines.len()).collect();
        let classes: Vec<Vec<usize>> = if self.capability().one_class_per_file {
            let (own, other) = all
                .into_iter()
                .partition(|at| lines.get(*at).is_some_and(own));
            vec![own, other]
        } else {
            vec![all]
        };
        let mut files = Vec::new();
        for class in classes {
            let first = class.first().and_then(|at| lines.get(*at));
            let of_class = self.for_payee(first.and_then(|line| line.payee_bank));
            of_class.cut(lines, &class, &mut files);
        }
        files
    }

    fn cut(&self, lines: &[PlanLine], class: &[usize], files: &mut Vec<Vec<usize>>) {
        let limits = self.limits();
        let row_bytes = self.row_bytes();
        let mut file: Vec<usize> = Vec::new();
        let (mut bytes, mut total) = (self.head_bytes(), Fen::ZERO);
        for at in class {
            let Some(line) = lines.get(*at) else { continue };
            let own = (row_bytes + line.name_bytes + line.memo_bytes) as u64;
            let sum = total.checked_add(line.amount);
            let full = file.len() >= limits.rows_max as usize
                || bytes.saturating_add(own) > limits.bytes_max
                || sum.is_none_or(|sum| sum > limits.total_max);
            if full && !file.is_empty() {
                files.push(std::mem::take(&mut file));
                (bytes, total) = (self.head_bytes(), Fen::ZERO);
            }
            file.push(*at);
            bytes = bytes.saturating_add(own);
            total = total.checked_add(line.amount).unwrap_or(line.amount);
        }
        if !file.is_empty() {
            files.push(file);
        }
    }

    /// Bytes of a row without name and memo, estimated from above: tags, fixed texts, and the
    /// longest number, account or date for every other value.
    fn row_bytes(&self) -> usize {
        let of_step = |step: &crate::definition::dialect::StepRule| {
            let (_, row) = step.request.body.slots();
            row.iter().map(slot_bytes).sum::<usize>()
        };
        let steps = self.dialect.submit.iter();
        steps.map(of_step).max().unwrap_or_default() + 64
    }

    fn head_bytes(&self) -> u64 {
        let of_step = |step: &crate::definition::dialect::StepRule| {
            let (head, _) = step.request.body.slots();
            head.iter().map(slot_bytes).sum::<usize>()
        };
        let steps = self.dialect.submit.iter();
        (steps.map(of_step).max().unwrap_or_default() + 256) as u64
    }
}

/// The first character that a character set lacks.
fn missing(charset: Charset, text: &str) -> Option<char> {
    match charset.byte_len(text) {
        Err(CharsetError::Unmappable { character }) => Some(character),
        Err(CharsetError::IllFormed { .. }) | Ok(_) => None,
    }
}

impl BankAdapter {
    /// A text of a row that we can write and the bank can't answer: it is asked in one character
    /// set and answers in another that lacks a character.
    pub(crate) fn unanswerable(
        &self,
        row: &[Slot],
        listed: Listed<'_>,
    ) -> Result<(), (WriteFault, Option<u32>)> {
        if self.charset_in() == self.charset_out() {
            return Ok(());
        }
        // Every other text of a row is ASCII by its type, or comes from a table of the bank's.
        let free = |field: &Field| {
            use Field::{PayeeBankName, PayeeName, RowMemo};
            matches!(field, PayeeName | RowMemo | PayeeBankName)
        };
        for field in row.iter().filter_map(Slot::field).filter(free) {
            for own in listed.iter() {
                if let Some(character) = missing(self.charset_in(), own.text(field)) {
                    let place = field.to_string();
                    return Err((WriteFault::NotEncodable { place, character }, own.row_no()));
                }
            }
        }
        Ok(())
    }
}

fn slot_bytes(slot: &Slot) -> usize {
    let atoms: usize = slot.atoms().map(|a| a.chars().map_or(40, |c| c * 4)).sum();
    slot.width.unwrap_or(atoms) + 2 * slot.path.len() + 8
}

impl LineRules for BankLineRules {
    fn judge(&self, line: &Asked<'_>, findings: &mut Vec<Finding>) {
        if let Some((own, rules)) = &self.elsewhere
            && line.payee_bank.is_some_and(|bank| bank != *own)
        {
            return rules.judge(line, findings);
        }
        let at = |code| Finding::of_line(code, line.line_no.0, line.row);
        if let Some(name) = line.name {
            self.judge_text(name, self.name_bytes_max, true, &at, findings);
        }
        if let Some(memo) = line.memo.filter(|_| self.carries_memo) {
            self.judge_text(memo, self.memo_bytes_max, false, &at, findings);
        }
        if let Some(amount) = line.amount.filter(|amount| *amount > self.amount_max) {
            let finding = at(FindingCode::AmountOverLimit).field("amount");
            let finding = finding.value(amount.yuan());
            findings.push(finding.with("limit", self.amount_max.yuan()));
        }
        let too_long = |account: &AccountNo| account.digits() > self.account_digits_max;
        if let Some(account) = line.account.filter(too_long) {
            let finding = at(FindingCode::TextTooLong).field("account");
            let finding = finding.value(account.masked());
            let finding = finding.with("bytes", account.digits());
            let finding = finding.with("bytes_max", self.account_digits_max);
            findings.push(finding.with("remedy", SHORTER_ACCOUNT));
        }
        let elsewhere = |bank: &BankCode| self.own_only.is_some_and(|own| own != *bank);
        if let Some(bank) = line.payee_bank.filter(elsewhere) {
            let finding = at(FindingCode::PayeeBankNotPaid).field("bank");
            findings.push(finding.with("stated", bank));
        }
    }
}

impl BankLineRules {
    fn judge_text(
        &self,
        text: &str,
        bytes_max: usize,
        name: bool,
        at: &dyn Fn(FindingCode) -> Finding,
        findings: &mut Vec<Finding>,
    ) {
        let field = if name { "name" } else { "memo" };
        let length = self.charset.byte_len(text);
        let answered = missing(self.answers_in, text);
        let (bad, why) = match length {
            Err(CharsetError::Unmappable { character }) => {
                (Some(character), ("encoding", self.charset.name()))
            }
            Ok(_) if answered.is_some() => (answered, ("encoding", self.answers_in.name())),
            // The character set has it; the file's layout does not.
            Err(CharsetError::IllFormed { .. }) | Ok(_) => {
                (self.forbidden.first_in(text), ("reason", "separator"))
            }
        };
        if let Some(character) = bad {
            let why = match character.is_control() {
                true => ("reason", "invisible"),
                false => why,
            };
            let finding = at(not_encodable(name))
                .field(field)
                .value(PersonName::mask(text))
                .with("character", character)
                .with("code_point", format!("U+{:04X}", u32::from(character)));
            findings.push(finding.with(why.0, why.1));
        }
        let bytes = length.unwrap_or_default();
        if bytes > bytes_max {
            findings.push(
                at(too_long(name))
                    .field(field)
                    .value(PersonName::mask(text))
                    .with("bytes", bytes)
                    .with("bytes_max", bytes_max)
                    .with("encoding", self.charset.name()),
            );
        }
    }
}
