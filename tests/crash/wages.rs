//! Wage files of invented people: each wage of a run is another person's.

use schemas::people::{SplitMix64, person};
use schemas::value::{BankCode, Fen, Purpose};

/// Nobody's file has more lines.
const LINES_MAX: u32 = 300;

/// Who pays: one employer of the sandbox's installation.
#[derive(Clone, Debug)]
pub struct Payer {
    pub uscc: String,
    pub bank: BankCode,
    pub account: String,
    pub name: String,
}

impl Payer {
    /// The employers of `mandates.toml` that pay through these banks.
    pub fn all(mandates: &str, banks: &[&str]) -> Vec<Self> {
        let value = |block: &str, key: &str| {
            let mut lines = block.lines();
            let start = format!("{key} = \"");
            let value = lines.find_map(|line| line.strip_prefix(&start)?.strip_suffix('"'));
            value.expect(key).to_owned()
        };
        let blocks = mandates.split("[[mandate]]").skip(1);
        let payers = blocks.map(|block| Self {
            uscc: value(block, "employer"),
            bank: BankCode::parse(&value(block, "bank")).unwrap(),
            account: value(block, "account"),
            name: value(block, "name"),
        });
        let wanted = |payer: &Self| banks.contains(&payer.bank.as_str());
        payers.filter(wanted).collect()
    }

    /// The certificate of one of its people, below the folder of certificates.
    pub fn person(&self, who: &str) -> String {
        format!("employer/{}-{who}", self.uscc)
    }
}

/// What a file says of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub account: String,
    pub fen: i64,
}

/// One file.
#[derive(Clone, Debug)]
pub struct Wages {
    pub batch_no: String,
    pub rows: Vec<Row>,
    pub bytes: Vec<u8>,
}

impl Wages {
    /// File `number` of a run.
    pub fn draw(payer: &Payer, number: u32, seed: u64) -> Self {
        let mut draw = SplitMix64::new(seed ^ (u64::from(number) << 20));
        // One in twenty needs several bank files at some bank.
        let lines = match draw.below(20) {
            0 => 150 + draw.below(150),
            _ => 1 + draw.below(12),
        };
        let lines = u32::try_from(lines).unwrap();
        let mut rows = Vec::new();
        let mut text = String::new();
        for line_no in 1..=lines {
            let payee = person(seed, number * LINES_MAX + line_no, Some(payer.bank));
            let fen = 100_000 + i64::try_from(draw.below(900_000)).unwrap();
            let account = payee.account.reveal(Purpose::Matching).to_owned();
            let id = payee.id_number.reveal(Purpose::Matching);
            let name = payee.name.reveal(Purpose::Matching);
            let yuan = Fen(fen).yuan();
            text += &format!("{line_no},{name},{id},{account},{},{yuan}\n", payer.bank);
            rows.push(Row { account, fen });
        }
        let batch_no = format!("GZ-{number:06}");
        let total: i64 = rows.iter().map(|row| row.fen).sum();
        let head = format!(
            "安薪代发工资表,V1\n批次号,{batch_no}\n统一社会信用代码,{}\n工资月份,2026-11\n\
             付款银行,{}\n付款账号,{}\n付款户名,{}\n总笔数,{lines}\n总金额,{}\n\n\
             序号,姓名,证件号码,银行账号,开户银行,实发金额\n",
            payer.uscc,
            payer.bank,
            payer.account,
            payer.name,
            Fen(total).yuan()
        );
        Self {
            batch_no,
            rows,
            bytes: (head + &text).into_bytes(),
        }
    }

    /// A correction file as the gateway made it.
    pub fn of_correction(bytes: &[u8]) -> Self {
        let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let text = text.trim_start_matches('\u{feff}');
        let start = |line: &&str| line.starts_with("批次号,");
        let batch_no = text.lines().find(start).expect("its number");
        let batch_no = batch_no.split(',').nth(1).unwrap().to_owned();
        let rows = text.lines().skip_while(|line| !line.starts_with("序号,"));
        let rows = rows.skip(1).filter(|line| !line.is_empty()).map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let fen = cells[7].replace('.', "").parse().expect("an amount");
            let account = cells[4].to_owned();
            Row { account, fen }
        });
        Self {
            batch_no,
            rows: rows.collect(),
            bytes: bytes.to_vec(),
        }
    }

    pub fn total(&self) -> i64 {
        self.rows.iter().map(|row| row.fen).sum()
    }

    /// The same number with another amount in its last line.
    pub fn contradicted(&self) -> Vec<u8> {
        let text = String::from_utf8(self.bytes.clone()).unwrap();
        let last = self.rows.last().unwrap();
        let (old, new) = (Fen(last.fen).yuan(), Fen(last.fen + 1).yuan());
        let at = text.rfind(&old.to_string()).unwrap();
        let changed =
            text[..at].to_owned() + &text[at..].replacen(&old.to_string(), &new.to_string(), 1);
        let (old, new) = (Fen(self.total()).yuan(), Fen(self.total() + 1).yuan());
        changed
            .replacen(&format!("总金额,{old}"), &format!("总金额,{new}"), 1)
            .into_bytes()
    }
}
