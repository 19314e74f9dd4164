//! Wages by number: the same number gives the same file in every process.

use gateway::mandates::{Mandate, Mandates};
use schemas::value::{AccountNo, BankCode, PersonName, Uscc};

pub const USCC: &str = "913301006639233248";
pub const MAKER: &str = "urn:anxin:employer:913301006639233248:person:maker";
pub const CHECKER: &str = "urn:anxin:employer:913301006639233248:person:checker";
pub const ACCOUNT: &str = "1202020009900012345";
/// More lines than a batch of [`Wages::of`] has.
const LINES_MAX: u64 = 1_000;

/// A small generator of known sequence (splitmix64): what is drawn depends on the seed alone.
#[derive(Clone, Copy)]
pub struct Draw(pub u64);

impl Draw {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// What the employer does with a batch after it is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    Approve,
    Withdraw,
    Leave,
}

/// One batch.
#[derive(Clone, Copy)]
pub struct Wages {
    pub number: u64,
    pub lines: u64,
    pub plan: Plan,
}

impl Wages {
    pub fn of(number: u64) -> Self {
        let mut draw = Draw(number);
        // One in eight needs several bank files: the bank takes 200 rows.
        let lines = match draw.below(8) {
            0 => 350 + draw.below(200),
            _ => 1 + draw.below(30),
        };
        let plan = match draw.below(10) {
            0 => Plan::Withdraw,
            1 => Plan::Leave,
            _ => Plan::Approve,
        };
        Self {
            number,
            lines,
            plan,
        }
    }

    pub fn batch_no(self) -> String {
        format!("GZ-{:06}", self.number)
    }

    pub fn account(self, index: u64) -> String {
        let body = format!("622202{:012}", self.key(index));
        let check = luhn(&body);
        format!("{body}{check}")
    }

    pub fn fen(self, index: u64) -> i64 {
        i64::try_from(self.key(index) * 7_919 % 900_000 + 100_000).unwrap()
    }

    pub fn total_fen(self) -> i64 {
        (1..=self.lines).map(|index| self.fen(index)).sum()
    }

    fn key(self, index: u64) -> u64 {
        self.number * LINES_MAX + index
    }

    /// The file, in the template.
    pub fn file(self) -> String {
        let yuan = |fen: i64| format!("{}.{:02}", fen / 100, fen % 100);
        let mut text = format!(
            "安薪代发工资表,V1\n批次号,{}\n统一社会信用代码,{USCC}\n工资月份,2026-11\n\
             付款银行,HXB\n付款账号,{ACCOUNT}\n总笔数,{}\n总金额,{}\n\n\
             序号,姓名,证件号码,银行账号,实发金额\n",
            self.batch_no(),
            self.lines,
            yuan(self.total_fen())
        );
        for index in 1..=self.lines {
            let person = id_number(self.key(index));
            let account = self.account(index);
            let amount = yuan(self.fen(index));
            text.push_str(&format!("{index},张样一,{person},{account},{amount}\n"));
        }
        text
    }
}

/// The sixteenth to nineteenth digit of a card: Luhn (ISO/IEC 7812-1 annex B).
fn luhn(body: &str) -> u32 {
    let digits = body.bytes().rev().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits
        .enumerate()
        .map(|(place, digit)| match place % 2 {
            0 if digit > 4 => digit * 2 - 9,
            0 => digit * 2,
            _ => digit,
        })
        .sum();
    (10 - sum % 10) % 10
}

/// An invented person's number with its check character (GB 11643, ISO 7064 MOD 11-2).
fn id_number(key: u64) -> String {
    let (day, place) = (key / 900, key % 900 + 1);
    let (year, month) = (1950 + day / 336 % 50, day / 28 % 12 + 1);
    let body = format!("110105{year}{month:02}{:02}{place:03}", day % 28 + 1);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = body.bytes().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits.zip(weights).map(|(digit, by)| digit * by).sum();
    let check = b"10X98765432"[usize::try_from(sum % 11).unwrap()];
    format!("{body}{}", char::from(check))
}

pub fn employer() -> Uscc {
    Uscc::parse(USCC).unwrap()
}

pub fn bank_code() -> BankCode {
    BankCode::parse("HXB").unwrap()
}

pub fn mandates() -> Mandates {
    let mut mandates = Mandates::default();
    let key = (employer(), bank_code(), AccountNo::parse(ACCOUNT).unwrap());
    let payer_name = PersonName::parse("杭州样例建设有限公司农民工工资专用账户").unwrap();
    let connection = adapters::ConnectionValues::default();
    mandates.register(
        key,
        Mandate {
            payer_name,
            connection,
        },
    );
    mandates
}
