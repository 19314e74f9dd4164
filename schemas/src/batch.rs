//! 代发批次 and 代发明细: what an employer instructs.

#[cfg(test)]
mod tests;

use crate::codes;
use crate::value::{
    AccountNo, BankCode, BatchNo, CnapsCode, Fen, IdNumber, IdType, LineNo, PayMonth, PaymentId,
    PersonName, RegionCode, Uscc,
};

/// The head of a batch: who pays whom through which bank, with the control totals as stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchHead {
    /// 批次号, the employer's own number.
    pub batch_no: BatchNo,
    /// 统一社会信用代码 of the employer.
    pub employer_uscc: Uscc,
    /// 单位名称 as written, if given.
    pub employer_name: Option<String>,
    /// 项目编码; the first six digits are the region where it has them.
    pub project_code: Option<String>,
    /// 工资月份.
    pub pay_month: PayMonth,
    /// 付款银行.
    pub paying_bank: BankCode,
    /// 付款账号.
    pub payer_account: AccountNo,
    /// 付款户名 as written, if given. Personal where the payer is a sole trader: print masked.
    pub payer_name: Option<PersonName>,
    /// 总笔数 as stated.
    pub line_count: u32,
    /// 总金额 as stated.
    pub total: Fen,
}

/// What could be read of a head that may have faults: a value that is wrong or absent is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeadDraft {
    /// 批次号.
    pub batch_no: Option<BatchNo>,
    /// 统一社会信用代码.
    pub employer_uscc: Option<Uscc>,
    /// 单位名称.
    pub employer_name: Option<String>,
    /// 项目编码.
    pub project_code: Option<String>,
    /// 工资月份.
    pub pay_month: Option<PayMonth>,
    /// 付款银行.
    pub paying_bank: Option<BankCode>,
    /// 付款账号.
    pub payer_account: Option<AccountNo>,
    /// 付款户名.
    pub payer_name: Option<PersonName>,
    /// 总笔数.
    pub line_count: Option<u32>,
    /// 总金额.
    pub total: Option<Fen>,
}

impl HeadDraft {
    /// The head, if every required value is there.
    #[must_use]
    pub fn whole(&self) -> Option<BatchHead> {
        Some(BatchHead {
            batch_no: self.batch_no.clone()?,
            employer_uscc: self.employer_uscc?,
            employer_name: self.employer_name.clone(),
            project_code: self.project_code.clone(),
            pay_month: self.pay_month?,
            paying_bank: self.paying_bank?,
            payer_account: self.payer_account?,
            payer_name: self.payer_name.clone(),
            line_count: self.line_count?,
            total: self.total?,
        })
    }
}

impl BatchHead {
    /// The region that supervises the batch: the project code's first six digits where they are a
    /// region of a province that exists, else digits 3 to 8 of the employer's code.
    #[must_use]
    pub fn region(&self) -> Option<RegionCode> {
        let of_project = self
            .project_code
            .as_deref()
            .and_then(|code| RegionCode::parse(code.get(..6)?).ok())
            .filter(|region| codes::province_known(*region));
        of_project.or_else(|| RegionCode::parse(self.employer_uscc.region()).ok())
    }
}

/// The person who is paid. Borrowed, so that reading a million lines allocates nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Payee<'a> {
    /// The name in clear; print it through [`PersonName::mask`] only.
    pub name: &'a str,
    /// 证件类型.
    pub id_type: IdType,
    /// 证件号码.
    pub id_number: IdNumber,
    /// 银行账号.
    pub account: AccountNo,
}

/// One line of a batch that passed every check.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PayLine<'a> {
    /// Place among the lines of the file, from 1: the second half of a payment's id.
    pub index: u32,
    /// Where a person finds it: row of the csv or sheet, place in JSON or pain.001.
    pub row: u32,
    /// 序号 as written.
    pub line_no: LineNo,
    /// A reference of the sender that is not a number (pain.001 EndToEndId).
    pub reference: Option<&'a str>,
    /// The person.
    pub payee: Payee<'a>,
    /// 开户银行 where stated or known from the card prefix.
    pub payee_bank: Option<BankCode>,
    /// 联行号 of the payee's branch.
    pub cnaps_code: Option<CnapsCode>,
    /// 实发金额: what is paid.
    pub amount: Fen,
    /// 应发金额, if given.
    pub gross_amount: Option<Fen>,
    /// 备注, if given.
    pub memo: Option<&'a str>,
    /// 原明细: the payment that this line corrects (补发).
    pub corrects: Option<PaymentId>,
}

impl std::fmt::Debug for Payee<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Payee")
            .field("name", &PersonName::mask(self.name))
            .field("id_type", &self.id_type)
            .field("id_number", &self.id_number)
            .field("account", &self.account)
            .finish()
    }
}

impl std::fmt::Debug for PayLine<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PayLine")
            .field("index", &self.index)
            .field("row", &self.row)
            .field("line_no", &self.line_no)
            .field("reference", &self.reference)
            .field("payee", &self.payee)
            .field("payee_bank", &self.payee_bank)
            .field("cnaps_code", &self.cnaps_code)
            .field("amount", &self.amount)
            .field("gross_amount", &self.gross_amount)
            .field("memo", &self.memo.map(Unprinted))
            .field("corrects", &self.corrects)
            .finish()
    }
}

/// Free text, in which clerks write names: its length is printed only.
struct Unprinted<'a>(&'a str);

impl std::fmt::Debug for Unprinted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{} characters>", self.0.chars().count())
    }
}
